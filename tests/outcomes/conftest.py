"""The two shipped schemes, as files."""

from __future__ import annotations

from pathlib import Path

import pytest

from cati.outcomes import Scheme

OUTCOMES = Path(__file__).parents[2] / "outcomes"


def _scheme(name: str) -> Scheme:
    path = OUTCOMES / f"{name}.yaml"
    return Scheme.from_yaml(path.read_text(encoding="utf-8"), f"outcomes/{name}.yaml")


@pytest.fixture(scope="session")
def wave2() -> Scheme:
    return _scheme("wave2")


@pytest.fixture(scope="session")
def asye() -> Scheme:
    return _scheme("asye")


@pytest.fixture(scope="session")
def wave2_text() -> str:
    return (OUTCOMES / "wave2.yaml").read_text(encoding="utf-8")

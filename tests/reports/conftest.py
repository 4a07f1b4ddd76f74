"""The published Wave 2 counts as outcome counts, and a time and place for the reports to name."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cati.outcomes import Scheme, Table, outcome_table
from cati.reports import Provenance

ROOT = Path(__file__).parents[2]
COUNTS = {
    "unobtainable": 119, "left_no_forwarding": 155, "online_requested": 82, "wrong_number": 20, "not_available": 69,
    "soft_appointment": 43, "no_reply": 443, "refusal": 93, "breakdown": 34, "completed": 1601, "completed_online": 92,
}  # fmt: skip


@pytest.fixture(scope="session")
def wave2() -> Scheme:
    return Scheme.from_yaml((ROOT / "outcomes" / "wave2.yaml").read_text(encoding="utf-8"), "outcomes/wave2.yaml")


@pytest.fixture
def counts() -> dict[str, int]:
    return dict(COUNTS)


@pytest.fixture
def table(wave2: Scheme) -> Table:
    return outcome_table(wave2, COUNTS)


@pytest.fixture
def provenance() -> Provenance:
    return Provenance(
        datetime(2019, 7, 8, 8, 5, tzinfo=UTC), "postgresql://desk:sesame@host/wave2", ZoneInfo("Europe/London")
    )

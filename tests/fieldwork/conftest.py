"""The shipped calling rules, and the hours and days that the tests speak of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

import pytest

from cati.fieldwork import CallingRules

LONDON = ZoneInfo("Europe/London")
CHRISTMAS_2019 = frozenset({date(2019, 12, 25), date(2019, 12, 26), date(2020, 1, 1)})


@pytest.fixture(scope="session")
def london() -> ZoneInfo:
    return LONDON


@pytest.fixture(scope="session")
def wave2() -> CallingRules:
    """The rules that Wave 2 ships with, with the bank holidays of its fieldwork."""
    text = (files("cati") / "studies/wave2/calling.yaml").read_text(encoding="utf-8")
    return CallingRules.from_yaml(text, "calling.yaml", CHRISTMAS_2019)


@pytest.fixture(scope="session")
def at():  # type: ignore[no-untyped-def]
    """`at("2019-11-12 14:00")`: that wall-clock time in London, as an instant."""

    def instant(text: str, fold: int = 0) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=LONDON, fold=fold).astimezone(UTC)

    return instant

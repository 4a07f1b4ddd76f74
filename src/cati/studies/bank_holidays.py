"""The bank holidays of England, from a library that is kept up to date."""

from __future__ import annotations

from datetime import date
from functools import cache


@cache
def bank_holidays(start: date, end: date) -> frozenset[date]:
    """The bank holidays of England in the years from `start` to `end`, substitute days included."""
    from holidays import country_holidays

    return frozenset(country_holidays("GB", subdiv="ENG", years=range(start.year, end.year + 1)))

"""A margin of error as a report, with what it is made of and what it does not cover."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cati.outcomes import Margin
from cati.reports.document import Column, Document, Grid, GridRow, Number

FORMULA = "z·√(p(1−p)/n)·√((N−n)/(N−1))"
CAVEAT = "It covers sampling error alone, of a random sample; no quota sample, no non-response, no question badly put."


def margin_json(found: Margin) -> dict[str, Any]:
    """The margin as JSON data: shares of 1, and points (per cent); null where it is not defined."""
    return {
        "margin": found.value,
        "points": None if found.value is None else 100 * found.value,
        "uncorrected": found.uncorrected,
        "n": found.n,
        "effective_n": found.effective_n,
        "population": found.population,
        "p": float(found.p),
        "level": found.level,
        "formula": FORMULA if found.population is not None else "z·√(p(1−p)/n)",
    }


def margin_document(found: Margin) -> Document:
    """The margin as a report for people: in points either way."""
    columns = (
        Column("measure", "", numeric=False),
        Column("points", "Points"),
    )
    rows = [GridRow(("Margin of error, ±", _points(found.value)))]
    if found.population is not None:
        rows.append(GridRow(("without the finite population correction, ±", _points(found.uncorrected))))
    population = "not given: taken for endless" if found.population is None else f"{found.population:,}"
    weighted = "" if found.effective_n == found.n else f", worth {found.effective_n:,.1f} by the design effect"
    return Document(
        "Margin of error",
        (Grid("", columns, tuple(rows)),),
        (
            f"n = {found.n:,} interviews{weighted}; N, the population: {population}.",
            f"For a share p of {_per_cent(found.p)} found in the sample (50% is the worst case), at the "
            f"{found.level:.4g} level.",
            f"{FORMULA if found.population is not None else 'z·√(p(1−p)/n)'} (Cochran, Sampling Techniques, 1977).",
            CAVEAT,
        ),
        {"n": str(found.n), "population": "" if found.population is None else str(found.population)},
    )


def _points(value: float | None) -> Number:
    return Number(None if value is None else 100 * value, 2, "not defined")


def _per_cent(share: Fraction) -> str:
    return f"{float(100 * share):g}%"

"""The AAPOR outcome rates, exact.

Source: AAPOR, Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys. e, the share of
cases of unknown eligibility taken to be eligible, is given or estimated by the proportional (CASRO) allocation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.outcomes.scheme import GROUPS, Scheme

E_CASRO = "estimated as K/(K+NE), the proportional (CASRO) allocation"
E_GIVEN = "given"

RATE_DEFINITIONS: Mapping[str, str] = {
    "RR1": "I/(K+U)",
    "RR2": "(I+P)/(K+U)",
    "RR3": "I/(K+eU)",
    "RR4": "(I+P)/(K+eU)",
    "RR5": "I/K",
    "RR6": "(I+P)/K",
    "COOP1": "I/(I+P+R+O)",
    "COOP2": "(I+P)/(I+P+R+O)",
    "COOP3": "I/(I+P+R)",
    "COOP4": "(I+P)/(I+P+R)",
    "REF1": "R/(K+U)",
    "REF2": "R/(K+eU)",
    "REF3": "R/K",
    "CON1": "(I+P+R+O)/(K+U)",
    "CON2": "(I+P+R+O)/(K+eU)",
    "CON3": "(I+P+R+O)/K",
}
"""The formula of each rate; K = I+P+R+NC+O, U = UH+UO."""


@dataclass(frozen=True, slots=True)
class Rates:
    """The rates of one set of cases: exact fractions, None where a rate is not defined (its base is empty).

    `values` has the sixteen rates and `e`; `e_source` says where e came from; `counts` has every group.
    """

    counts: Mapping[str, int]
    values: Mapping[str, Fraction | None]
    e_source: str

    def __getitem__(self, key: str) -> Fraction | None:
        return self.values[key]

    @property
    def e(self) -> Fraction | None:
        """The share of cases of unknown eligibility taken to be eligible."""
        return self.values["e"]

    def as_floats(self) -> dict[str, float | None]:
        """The rates rounded once, to the nearest float; None where not defined."""
        return {key: None if value is None else float(value) for key, value in self.values.items()}


def rates(counts: Mapping[str, int], e: Fraction | Decimal | int | float | str | None = None) -> Rates:
    """The AAPOR rates of `counts`: group letter to number of cases; a group left out counts 0.

    `e` from 0 to 1, or None for the CASRO estimate. Raises InputError for an unknown group, a count that is not a whole
    number of 0 or more, or an e outside 0 to 1.
    """
    full = _checked(counts)
    i, p, r, nc, o, uh, uo, ne = (full[group] for group in GROUPS)
    known, unknown, contacted = i + p + r + nc + o, uh + uo, i + p + r + o
    share = _share(known, known + ne) if e is None else _eligibility(e)
    eligible = Fraction(known) if unknown == 0 else None if share is None else known + share * unknown
    values: dict[str, Fraction | None] = {}
    for number, base in ((1, known + unknown), (3, eligible), (5, known)):
        values[f"RR{number}"] = _share(i, base)
        values[f"RR{number + 1}"] = _share(i + p, base)
    for number, spoken in ((1, contacted), (3, i + p + r)):
        values[f"COOP{number}"] = _share(i, spoken)
        values[f"COOP{number + 1}"] = _share(i + p, spoken)
    for number, base in ((1, known + unknown), (2, eligible), (3, known)):
        values[f"REF{number}"] = _share(r, base)
        values[f"CON{number}"] = _share(contacted, base)
    ordered = {key: values[key] for key in RATE_DEFINITIONS}
    return Rates(full, {**ordered, "e": share}, E_CASRO if e is None else E_GIVEN)


def group_counts(
    scheme: Scheme, counts: Mapping[str, int], settings: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Number of cases in each AAPOR group, from the number with each outcome.

    `settings` replace the scheme's own (`unlocatable`, `sample_eligibility`). Raises InputError for an unknown outcome,
    setting or value, for a bad count, and for an outcome in use that has no disposition.
    """
    groups: dict[str, int] = dict.fromkeys(GROUPS, 0)
    for key, n in counts.items():
        disposition = scheme.disposition(key, settings)
        _check_count(f"outcome {key!r}", n)
        if n == 0:
            continue
        if disposition is None:
            raise InputError(
                f"{n} cases have the outcome {key!r}, which has no AAPOR disposition in scheme {scheme.id}: "
                f"give it `aapor` in {scheme.source}, or the rates would leave them out"
            )
        groups[disposition.group] += n
    return groups


def _checked(counts: Mapping[str, int]) -> dict[str, int]:
    full: dict[str, int] = dict.fromkeys(GROUPS, 0)
    for group, n in counts.items():
        if group not in full:
            raise InputError(f"{group!r} is not an AAPOR group: {did_you_mean(group, GROUPS)}")
        _check_count(f"group {group}", n)
        full[group] = n
    return full


def _check_count(what: str, n: object) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise InputError(f"{what}: {n!r} is not a number of cases; give a whole number of 0 or more")


def _eligibility(e: Fraction | Decimal | int | float | str) -> Fraction:
    try:
        share = Fraction(repr(e)) if isinstance(e, float) else Fraction(e)
    except (ValueError, TypeError, OverflowError, ZeroDivisionError):
        share = None
    if isinstance(e, bool) or share is None or not 0 <= share <= 1:
        raise InputError(f"e is {e!r}; give a share from 0 to 1, such as 0.5")
    return share


def _share(part: int, base: Fraction | int | None) -> Fraction | None:
    return Fraction(part) / base if base else None

"""The AAPOR outcome rates, exact.

Source: AAPOR, Standard Definitions: Final Dispositions of Case Codes and Outcome Rates for Surveys. e, the share of
cases of unknown eligibility taken to be eligible, is given or estimated by the proportional (CASRO) allocation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction

from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.outcomes.intervals import share_of
from cati.outcomes.scheme import GROUPS, Scheme

E_CASRO = "estimated as K/(K+NE), the proportional (CASRO) allocation"
E_GIVEN = "given"
E_GIVEN_EACH = "given for UH and UO apart; the share of all U that this comes to"
E_WITHIN = "estimated within each value of {variable} as K/(K+NE) (CASRO); the share of all U that this comes to"
E_OVERALL = "estimated once over all cases as K/(K+NE), the proportional (CASRO) allocation"


class Undefined(Enum):
    """Stands for an e that there is none of: its estimate has no base."""

    E = "e is not defined"


Count = int | Fraction
"""How many cases: a whole number, or a sum of weights."""

Eligible = Fraction | Decimal | int | float | str | Undefined
"""A share of the cases of unknown eligibility, from 0 to 1; or that it is not defined."""

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

    `values` has the sixteen rates and `e`; `e_source` says where e came from; `counts` has every group; `parts` the
    numerator and the denominator of each rate (None: the denominator is not defined).
    """

    counts: Mapping[str, Count]
    values: Mapping[str, Fraction | None]
    e_source: str
    parts: Mapping[str, tuple[Count, Fraction | None]]

    def __getitem__(self, key: str) -> Fraction | None:
        return self.values[key]

    @property
    def e(self) -> Fraction | None:
        """The share of cases of unknown eligibility taken to be eligible."""
        return self.values["e"]

    def as_floats(self) -> dict[str, float | None]:
        """The rates rounded once, to the nearest float; None where not defined."""
        return {key: None if value is None else float(value) for key, value in self.values.items()}


def rates(
    counts: Mapping[str, Count], e: Eligible | Mapping[str, Eligible] | None = None, *, source: str | None = None
) -> Rates:
    """The AAPOR rates of `counts`: group letter to number of cases, or to the sum of their weights; a group left out
    counts 0.

    `e` from 0 to 1, or one for UH and one for UO (where cases of both are counted, both), or None for the CASRO
    estimate. `source`: where e came from, in words, if not from here. Raises InputError for an unknown group, a count
    below 0 or that is neither a whole number nor a fraction, or an e outside 0 to 1.
    """
    full = _checked(counts)
    i, p, r, nc, o, uh, uo, ne = (full[group] for group in GROUPS)
    known, unknown, contacted = i + p + r + nc + o, uh + uo, i + p + r + o
    share, said = _share_eligible(full, known, ne, e)
    eligible = Fraction(known) if unknown == 0 else None if share is None else known + share * unknown
    everybody, spoken_to = Fraction(known + unknown), {1: Fraction(contacted), 3: Fraction(i + p + r)}
    parts: dict[str, tuple[Count, Fraction | None]] = {}
    for number, base in ((1, everybody), (3, eligible), (5, Fraction(known))):
        parts[f"RR{number}"], parts[f"RR{number + 1}"] = (i, base), (i + p, base)
    for number, spoken in spoken_to.items():
        parts[f"COOP{number}"], parts[f"COOP{number + 1}"] = (i, spoken), (i + p, spoken)
    for number, base in ((1, everybody), (2, eligible), (3, Fraction(known))):
        parts[f"REF{number}"], parts[f"CON{number}"] = (r, base), (contacted, base)
    parts = {key: parts[key] for key in RATE_DEFINITIONS}
    values = {key: _share(part, base) for key, (part, base) in parts.items()}
    return Rates(full, {**values, "e": share}, source or said, parts)


def _share_eligible(
    full: Mapping[str, Count], known: Count, ne: Count, e: Eligible | Mapping[str, Eligible] | None
) -> tuple[Fraction | None, str]:
    """The share of U taken to be eligible, and where it came from."""
    if e is None:
        return _share(known, known + ne), E_CASRO
    if isinstance(e, Undefined):
        return None, e.value
    if not isinstance(e, Mapping):
        return share_of(e, "e"), E_GIVEN
    given = {group: share_of(_defined(share), f"e for {group}") for group, share in e.items()}
    for group in given:
        if group not in _UNKNOWN:
            raise InputError(f"e is given for {group!r}; it is the share of {' and '.join(_UNKNOWN)} that is eligible")
    missing = [group for group in _UNKNOWN if full[group] and group not in given]
    if missing:
        raise InputError(f"e is not given for {missing[0]}, which counts {count_text(full[missing[0]])} cases")
    unknown = sum(full[group] for group in _UNKNOWN)
    return _share(sum((given.get(group, Fraction(0)) * full[group] for group in _UNKNOWN), Fraction(0)), unknown), (
        E_GIVEN_EACH
    )


_UNKNOWN = ("UH", "UO")


def _defined(share: Eligible) -> Fraction | Decimal | int | float | str:
    if isinstance(share, Undefined):
        raise InputError(f"{share.value}; give a share from 0 to 1")
    return share


def pooled_e(unknown: Mapping[str, int], e: Mapping[str, Fraction | None]) -> Fraction | Undefined:
    """The e of cases of several strata that have each its own: the share of all their U that is taken to be eligible.

    `unknown`: cases of unknown eligibility in each stratum; `e` of each (None: not defined). Not defined where there
    are no unknown cases, or some in a stratum without an e.
    """
    eligible = Fraction(0)
    for stratum, n in unknown.items():
        share = e[stratum]
        if n and share is None:
            return Undefined.E
        eligible += (share or 0) * n
    found = _share(eligible, sum(unknown.values()))
    return Undefined.E if found is None else found


def group_counts(
    scheme: Scheme, counts: Mapping[str, int], settings: Mapping[str, str] | None = None
) -> dict[str, int]:
    """Number of cases in each AAPOR group, from the number with each outcome.

    `settings` replace the scheme's own (`unlocatable`, `sample_eligibility`). Raises InputError for an unknown outcome,
    setting or value, for a bad count, and for an outcome in use that has no disposition.
    """
    groups: dict[str, int] = dict.fromkeys(GROUPS, 0)
    without: list[str] = []
    for key, n in counts.items():
        disposition = scheme.disposition(key, settings)
        _check_count(f"outcome {key!r}", n)
        if disposition is not None:
            groups[disposition.group] += n
        elif n:
            without.append(f"{n:,} case{' has' if n == 1 else 's have'} the outcome {key!r}")
    if without:
        raise InputError(
            f"{'; '.join(without)}, which has no AAPOR disposition in scheme {scheme.id}: no rate is printed, as it "
            f"would leave them out. Give it `aapor` in {scheme.source}, then cati init."
        )
    return groups


def count_text(n: Count) -> str:
    """A count as people read it; a sum of weights with its decimal places, six at most."""
    if n == int(n):
        return f"{int(n):,}"
    return f"{float(n):,.6f}".rstrip("0")


def _checked(counts: Mapping[str, Count]) -> dict[str, Count]:
    full: dict[str, Count] = dict.fromkeys(GROUPS, 0)
    for group, n in counts.items():
        if group not in full:
            raise InputError(f"{group!r} is not an AAPOR group: {did_you_mean(group, GROUPS)}")
        if not isinstance(n, Fraction) or n < 0:
            _check_count(f"group {group}", n)
        full[group] = n
    return full


def _check_count(what: str, n: object) -> None:
    if isinstance(n, bool) or not isinstance(n, int) or n < 0:
        raise InputError(f"{what}: {n!r} is not a number of cases; give a whole number of 0 or more")


def _share(part: Fraction | int, base: Fraction | int | None) -> Fraction | None:
    return Fraction(part) / base if base else None

"""How sure a rate or a share is: Wilson's interval, and the margin of error with the finite population correction.

Sources: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal of the
American Statistical Association 22, 209-212; W. G. Cochran (1977), Sampling Techniques, 3rd edition, section 2.5-2.6
for the correction (N−n)/(N−1).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

from cati.errors import InputError

LEVEL = 0.95
METHOD = "Wilson score interval without continuity correction"


def wilson(part: Fraction | int, base: Fraction | int | None, level: float = LEVEL) -> tuple[float, float] | None:
    """The interval, from 0 to 1, of the share `part` of `base` cases at a confidence `level`; None where base is 0.

    Where the base holds eU it is not whole; it is taken as so many cases, and e as known.
    """
    if not base:
        return None
    z = z_of(level)
    n, p = float(base), float(Fraction(part) / Fraction(base))
    centre = p + z * z / (2 * n)
    reach = z * sqrt(max(p * (1 - p), 0) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max((centre - reach) / scale, 0.0), min((centre + reach) / scale, 1.0)


def z_of(level: float) -> float:
    """How many standard errors a confidence level reaches to either side. Raises InputError outside 0 to 1."""
    if not 0 < level < 1:
        raise InputError(f"The confidence level is {level!r}; give a share between 0 and 1, such as 0.95.")
    return NormalDist().inv_cdf((1 + level) / 2)


@dataclass(frozen=True, slots=True)
class Margin:
    """The margin of error of a share `p` found among `n` of a `population` (None: not known, taken for endless).

    `value` is what is added and taken away, as a share of 1 (not in per cent): z·√(p(1−p)/n)·√((N−n)/(N−1)). None
    where it is not defined: nobody was asked. `uncorrected` is the same without the correction.
    """

    n: int
    population: int | None
    p: Fraction
    level: float
    value: float | None
    uncorrected: float | None
    effective_n: float


def margin_of_error(
    n: int,
    population: int | None = None,
    *,
    p: Fraction | float | str = "0.5",
    level: float = LEVEL,
    design_effect: float = 1,
) -> Margin:
    """The margin of error of a simple random sample; with a `design_effect`, of n / design effect cases.

    Raises InputError for an `n` below 0 or above the population, a population below 1, a `p` outside 0 to 1, a level
    that is none, or a design effect that is not above 0.
    """
    share = share_of(p, "p")
    z = z_of(level)
    if isinstance(n, bool) or n < 0:
        raise InputError(f"n is {n!r}; give the number of completed interviews, 0 or more.")
    if population is not None and population < 1:
        raise InputError(f"The population is {population!r}; give how many people there are, 1 or more.")
    if population is not None and n > population:
        raise InputError(
            f"n is {n:,}, more than the population of {population:,}; perhaps they are the wrong way round."
        )
    if not 0 < design_effect < float("inf"):
        raise InputError(f"The design effect is {design_effect!r}; give a number above 0, 1 for none.")
    effective = n / design_effect
    if n == 0:
        return Margin(n, population, share, level, None, None, 0.0)
    bare = z * sqrt(float(share) * (1 - float(share)) / effective)
    correction = 1.0
    if population is not None:
        correction = sqrt((population - n) / (population - 1)) if population > 1 else 0.0
    return Margin(n, population, share, level, bare * correction, bare, effective)


def share_of(text: Fraction | Decimal | int | float | str, what: str) -> Fraction:
    """A share from 0 to 1, exact as it was written. Raises InputError for anything else, or for one too long to be."""
    value: Fraction | None = None
    try:
        if isinstance(text, str) and "/" not in text:
            value = Fraction(_short(Decimal(text.strip())))
        elif isinstance(text, str):
            value = Fraction(text.strip()) if len(text) <= _LONGEST else None
        elif isinstance(text, float):
            value = Fraction(repr(text))
        elif not isinstance(text, bool):
            value = Fraction(text)
    except (ValueError, TypeError, ArithmeticError):
        value = None
    if value is None or not 0 <= value <= 1:
        raise InputError(f"{what} is {text!r}; give a share from 0 to 1, such as 0.5")
    return value


_LONGEST = 100


def _short(value: Decimal) -> Decimal:
    """The number, unless its exponent would make millions of digits of it."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > _LONGEST or len(value.as_tuple().digits) > _LONGEST:
        raise ValueError
    return value

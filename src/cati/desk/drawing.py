"""Which cases a release of sample takes: shares in whole numbers, and a draw that a seed decides. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """`total` shared out in proportion to `weights` in whole numbers, by largest remainders (ties: the earlier)."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return shares


def allot(total: int, sizes: Sequence[int], limits: Sequence[int]) -> list[int]:
    """`total` shared out in proportion to `sizes`, none above its limit: what one cannot take, the others share.

    The sum is `total`, or that of the limits where they allow no more. No limit is above its size.
    """
    given = [0] * len(sizes)
    left = min(total, sum(limits))
    while left:
        able = [i for i in range(len(sizes)) if given[i] < limits[i]]
        for i, share in zip(able, apportion(left, [sizes[i] for i in able]), strict=True):
            taken = min(share, limits[i] - given[i])
            given[i] += taken
            left -= taken
    return given


def how_many(share: Fraction, of: int) -> int:
    """A share of so many cases in whole cases, halves up; of any cases at all, at least one."""
    exact = share * of
    rounded = (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
    return max(rounded, 1) if exact > 0 else 0


def in_drawn_order(serials: Sequence[str], seed: int) -> list[str]:
    """The serials in an order that seed and serial alone decide: the same on every machine, however they were loaded.

    Cases added later take places between them and change nobody's place before another.
    """
    # `person` keeps the draw apart from every other use of the same seed
    ticket = hashlib.blake2b(str(seed).encode(), digest_size=16, person=b"cati issue")

    def place(serial: str) -> tuple[bytes, str]:
        drawn = ticket.copy()
        drawn.update(b"\0" + serial.encode())
        return drawn.digest(), serial

    return sorted(serials, key=place)

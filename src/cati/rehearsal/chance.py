"""Chance that can be looked up: the same question always gets the same answer, whatever was asked before.

Draws are keyed by what they decide (whose, of what, the how-manieth, at which half-hour), so two rehearsals with the
same seed meet the same people at home at the same times, however their calls are ordered. That is what lets two orders
or two rules be compared pair by pair, with few seeds.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from random import Random
from statistics import NormalDist
from typing import TypeVar

_T = TypeVar("_T")
_BITS = 52
_STANDARD = NormalDist()


def draw(seed: int, *key: object) -> float:
    """A number strictly between 0 and 1, the same for the same seed and key."""
    said = "|".join(map(str, (seed, *key))).encode()
    bits = int.from_bytes(hashlib.blake2b(said, digest_size=8).digest(), "big") >> (64 - _BITS)
    return (bits + 0.5) / (1 << _BITS)


def normal(seed: int, *key: object) -> float:
    """A draw from the standard normal distribution."""
    return _STANDARD.inv_cdf(draw(seed, *key))


def threshold(probability: float) -> float:
    """What a standard normal draw stays below with this probability."""
    if probability <= 0:
        return -math.inf
    return math.inf if probability >= 1 else _STANDARD.inv_cdf(probability)


def choose(chances: Mapping[_T, float], at: float) -> _T:
    """The one of `chances` (each with its probability; together 1) that a draw `at` between 0 and 1 falls on."""
    if not chances:
        raise ValueError("there is nothing to choose from")
    reached = 0.0
    for found, chance in chances.items():
        reached += chance
        if at < reached:
            return found
    return found  # rounding: the last one


def around(mean: float, spread: float, at: float) -> float:
    """A length that is never below zero, with this mean and standard deviation (lognormal), from a draw."""
    if mean <= 0 or spread <= 0:
        return max(mean, 0.0)
    variance = math.log1p((spread / mean) ** 2)
    return math.exp(math.log(mean) - variance / 2 + math.sqrt(variance) * _STANDARD.inv_cdf(at))


def stream(seed: int, *key: object) -> Random:
    """A generator of its own for a key, where the number of draws is not known beforehand."""
    return Random(f"{seed}|{'|'.join(map(str, key))}")

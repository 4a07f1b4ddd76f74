"""Words that may say who somebody is: e-mail addresses, telephone numbers, postcodes, the respondent's names."""

from __future__ import annotations

import re
from collections.abc import Iterable

_EMAIL = re.compile(r"[^\s@,;<>()]+\s?(?:@|\(at\)|\[at\])\s?[^\s@,;<>()]+\.[A-Za-z]{2,}", re.IGNORECASE)
_SPOKEN_EMAIL = re.compile(r"\b\w[\w.-]*\s+at\s+\w[\w-]*\s+dot\s+\w{2,}", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][0-9A-Z]?\s*[0-9][ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LEAST_DIGITS = 7
_SHORTEST_NAME = 3
# Words of a name that say nothing of who it is.
_TITLES = frozenset({"miss", "mrs", "doctor", "professor", "prof", "rev", "the", "and", "van", "von", "del", "der"})

Kind = str
UNCHECKED = "name erased: cannot be checked for it any more"


def name_words(names: Iterable[str]) -> frozenset[str]:
    """The words of somebody's names that are looked for, without case."""
    words = (word.casefold() for name in names for word in _WORD.findall(name))
    return frozenset(word for word in words if len(word) >= _SHORTEST_NAME and word not in _TITLES)


def suspicions(text: str, names: frozenset[str] | None, region: str = "GB") -> list[Kind]:
    """What a text may give away: an e-mail address, a telephone number, a postcode, a name.

    `names`: as `name_words` gives them; None where they were erased, so that any text may hold one. Giving nothing away
    is an empty list.
    """
    found: list[Kind] = []
    if ("@" in text or "at" in text.lower()) and (_EMAIL.search(text) or _SPOKEN_EMAIL.search(text)):
        found.append("e-mail address")
    if len(_DIGITS.findall(text)) >= _LEAST_DIGITS and _has_number(text, region):
        found.append("telephone number")
    if _POSTCODE.search(text):
        found.append("postcode")
    if names is None:
        found.append(UNCHECKED)
    elif names and not names.isdisjoint(word.casefold() for word in _WORD.findall(text)):
        found.append("name")
    return found


def _has_number(text: str, region: str) -> bool:
    from phonenumbers import Leniency, PhoneNumberMatcher

    # possible, not valid: numbers of test ranges are not valid, and a misheard number gives somebody away too
    return PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE).has_next()

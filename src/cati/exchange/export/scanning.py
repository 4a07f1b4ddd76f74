"""Words that may say who somebody is: e-mail addresses, telephone numbers, postcodes, the respondent's names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_EMAIL = re.compile(r"[^\s@,;<>()]+\s?(?:@|\(at\)|\[at\])\s?[^\s@,;<>()]+\s?\.\s?[A-Za-z]{2,}", re.IGNORECASE)
_SPOKEN_EMAIL = re.compile(r"\b\w[\w.-]*\s+at\s+\w[\w-]*(?:\.|\s+dot\s+)[a-z]{2,}", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][0-9A-Z]?\s*[0-9][ABD-HJLNP-UW-Z]{2}\b", re.IGNORECASE)
_DIGITS = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_APOSTROPHES = str.maketrans("", "", "'’‘`")
_LEAST_DIGITS = 7
_SHORTEST_NAME = 3
# Words of a name that say nothing of who it is.
_TITLES = frozenset({"miss", "mrs", "doctor", "professor", "prof", "rev", "the", "and", "van", "von", "del", "der"})

Kind = str
UNCHECKED = "name erased: cannot be checked for it any more"


def name_words(names: Iterable[str]) -> frozenset[str]:
    """The words of somebody's names that are looked for, as `_folded` writes them."""
    words = (word for name in names for word in _WORD.findall(_folded(name)))
    return frozenset(word for word in words if len(word) >= _SHORTEST_NAME and word not in _TITLES)


def _folded(text: str) -> str:
    """Without capitals, accents and apostrophes, which some write and others do not."""
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_APOSTROPHES))
    return "".join(part for part in parts if not unicodedata.combining(part))


def _possible_names(text: str) -> Iterator[str]:
    for word in _WORD.findall(_folded(text)):
        yield word
        if word.endswith("s"):  # what is somebody's
            yield word[:-1]


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
    elif names and not names.isdisjoint(_possible_names(text)):
        found.append("name")
    return found


def _has_number(text: str, region: str) -> bool:
    from phonenumbers import Leniency, PhoneNumberMatcher

    # possible, not valid: numbers of test ranges are not valid, and a misheard number gives somebody away too
    return PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE).has_next()

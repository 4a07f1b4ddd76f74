"""The reserve codes: why there is no answer, or that the answer is none of a number or a text. All are below 0, where
no code of a questionnaire can be; codes that a questionnaire prints (its own don't know) stay as they are printed.
"""

from __future__ import annotations

from collections.abc import Iterable

from cati.exchange.codebook.variables import Code
from cati.questionnaire.model import SpecialAnswer

OFF_ROUTE = -1
OTHER_MODE = -2
NOT_APPLICABLE = -3
FIRST_OWN = -4
OTHER_VERSION = -5
EDITED_OUT = -6
NOT_GIVEN = -7
DONT_KNOW = -8
REFUSED = -9
LOWEST = -9
"""Reserve codes run from here to -1, lower still only where one question has more special answers than fit."""

LABELS = {
    OFF_ROUTE: "Not on the route: not asked",
    OTHER_MODE: "Not asked in this mode",
    NOT_APPLICABLE: "Not applicable",
    OTHER_VERSION: "Not in the version of the questionnaire that was used",
    EDITED_OUT: "Held back: under review, or edited out",
    NOT_GIVEN: "No answer: broken off before, or not given",
    DONT_KNOW: "Don't know",
    REFUSED: "Refused",
}
_BY_KEY = {"dk": DONT_KNOW, "refused": REFUSED, "prefer_not": REFUSED, "na": NOT_APPLICABLE}


def special_value(key: str) -> int:
    """The reserve code of don't know, refused or not applicable."""
    return _BY_KEY[key]


ANY = (OFF_ROUTE, OTHER_MODE, NOT_GIVEN)


def reserve_code(value: int) -> Code:
    """A reserve code with its label."""
    return Code(value, LABELS[value], missing=True)


def special_codes(specials: Iterable[SpecialAnswer]) -> dict[str, Code]:
    """The reserve code of each special answer of a question, by its key, with the words of the questionnaire.

    Don't know, refused and not applicable have theirs; the others take -4, then -10 and below, in printed order.
    """
    found: dict[str, Code] = {}
    used: set[int] = set()
    free = iter((FIRST_OWN, *range(LOWEST - 1, LOWEST - 1000, -1)))
    for special in specials:
        value = _BY_KEY.get(special.key)
        if value is None or value in used:
            value = next(free)
        used.add(value)
        found[special.key] = Code(value, special.label, missing=True, key=special.key, mode=special.mode)
    return found

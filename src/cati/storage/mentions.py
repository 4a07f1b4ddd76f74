"""Is somebody mentioned? Messages and shift notes belong to no case: what in them says whom they are about."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from cati.storage.answers import is_contact
from cati.storage.tables import (
    call,
    case_event,
    cases,
    contact_detail,
    email_request,
    interview,
    late_answer,
    number,
)

ERASED = "erased"
_SHORTEST = 5
_SHORTEST_OF_A_NAME = 4
_OF_A_NUMBER = 9  # its last digits, with or without the country before them
_SHORTEST_BARE = 5  # a serial of fewer digits is as well a count or a time of day
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_TITLES = frozenset({"miss", "doctor", "prof", "professor", "reverend"})


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What a text may mention of somebody. `words`: names, addresses and what else they gave, of five letters or more,
    found anywhere; `digits`: numbers, found however they are written; `serials`: found standing alone, those of fewer
    than five digits and no letter after "case" or "serial" only; `name_words`: each word of four letters or more of
    their names, found as a word."""

    words: frozenset[str]
    digits: frozenset[str]
    serials: frozenset[str]
    name_words: frozenset[str]

    @classmethod
    def of(cls, serials: Iterable[str], names: Iterable[str], others: Iterable[str]) -> Mentioned:
        """What is looked for of somebody with these serials, names, and addresses and numbers."""
        named = [_plain(name) for name in names]
        known = [word for word in (*named, *map(_plain, others)) if not word.startswith(ERASED)]
        digits = ("".join(filter(str.isdigit, word)) for word in known if "@" not in word)
        words = (word for name in named for word in _WORD.findall(name))
        return cls(
            frozenset(word for word in known if len(word) >= _SHORTEST),
            frozenset(each[-_OF_A_NUMBER:] for each in digits if len(each) >= _OF_A_NUMBER),
            frozenset(map(_plain, serials)),
            frozenset(word for word in words if len(word) >= _SHORTEST_OF_A_NAME and word not in _TITLES),
        )

    def in_text(self, text: str, *, by_a_word_of_the_name: bool = True) -> bool:
        """Is any of them in a text? A word of a name may mean somebody else: it can be left aside."""
        plain, digits = _plain(text), "".join(filter(str.isdigit, text))
        return (
            any(word in plain for word in self.words)
            or any(number in digits for number in self.digits)
            or any(serial in plain and _stands_alone(serial, plain) for serial in self.serials)
            or (by_a_word_of_the_name and not self.name_words.isdisjoint(_words_of(plain)))
        )


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")


def _stands_alone(serial: str, plain: str) -> bool:
    bare = serial.isdigit() and len(serial) < _SHORTEST_BARE
    before = r"\b(?:case|serial)\s+" if bare else r"(?<!\w)(?<!\w-)"
    return re.search(rf"{before}{re.escape(serial)}(?!-?\w)", plain) is not None


def _words_of(plain: str) -> Iterator[str]:
    return (word.removesuffix("'s") for word in _WORD.findall(plain))


def mentioned(connection: Connection, case_ids: Sequence[int]) -> Mentioned:
    """What is looked for of the people of these cases: what the sample has of them, and what they gave of themselves by
    telephone, late or online."""
    of_cases = cases.c.id.in_(case_ids)
    people = connection.execute(select(cases.c.serial, cases.c.name, cases.c.email).where(of_cases)).all()
    names, others = [row.name for row in people], [row.email for row in people]
    others += connection.execute(select(number.c.number).where(number.c.case_id.in_(case_ids))).scalars()
    others += connection.execute(select(email_request.c.address).where(email_request.c.case_id.in_(case_ids))).scalars()
    for name, text in _given(connection, case_ids):
        (names if name == "name" else others).append(text)
    return Mentioned.of((row.serial for row in people), names, others)


def _given(connection: Connection, case_ids: Sequence[int]) -> Iterator[tuple[str, str]]:
    """What people gave of themselves: the box or column, and the text."""
    held = select(interview.c.id).where(interview.c.case_id.in_(case_ids))
    for value in connection.execute(
        select(contact_detail.c.value).where(contact_detail.c.interview_id.in_(held))
    ).scalars():
        yield from _texts("", json.loads(value))
    made = select(call.c.id).where(call.c.case_id.in_(case_ids))
    late = late_answer.c.call_id.in_(made), late_answer.c.kind == "answer", late_answer.c.value.is_not(None)
    for value in connection.execute(select(late_answer.c.value).where(*late)).scalars():
        if is_contact(given := json.loads(value)):
            yield from _texts("", given)
    online = case_event.c.case_id.in_(case_ids), case_event.c.answers != "{}"
    for answers in connection.execute(select(case_event.c.answers).where(*online)).scalars():
        yield from _texts("", json.loads(answers).get("contact", {}))


def _texts(name: str, given: Any) -> Iterator[tuple[str, str]]:
    """The names, addresses and numbers among some contact details, each under the box that it stands in. Why there is
    none (a special answer) is no text of theirs, and a word alone, such as a town, means many."""
    if isinstance(given, str):
        if name.casefold() == "name" or "@" in given or any(map(str.isdigit, given)):
            yield name.casefold(), given
    elif isinstance(given, dict) and set(given) != {"key"}:
        for box, each in given.items():
            yield from _texts(str(box), each)

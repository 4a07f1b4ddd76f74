"""Answers, and whether an item can take them.

single: a code (int) · multi: codes (tuple of int, in display order) · number: int or Key · text, lookup: str or Key
· contact: a Contact. A Key is a special answer (don't know, not applicable): never a number, never a text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cati.errors import InputError


class Key:
    """A special answer. One object a key, so that `is` compares."""

    __slots__ = ("name",)
    _all: dict[str, Key] = {}  # noqa: RUF012  the registry that makes keys unique
    name: str

    def __new__(cls, name: str) -> Key:
        key = cls._all.get(name)
        if key is None:
            key = super().__new__(cls)
            key.name = name
            cls._all[name] = key
        return key

    def __repr__(self) -> str:
        return f"Key({self.name!r})"

    def __reduce__(self) -> tuple[type[Key], tuple[str]]:
        return (Key, (self.name,))


@dataclass(frozen=True, slots=True)
class Contact:
    """The boxes of a contact block that were filled in: text, or a Key such as refused."""

    fields: tuple[tuple[str, str | Key], ...]

    def get(self, name: str) -> str | Key | None:
        """What is in a box, or None."""
        return dict(self.fields).get(name)


Answer = int | str | Key | tuple[int, ...] | Contact


class AnswerRefused(InputError):
    """An answer that the item can never take. `item` and `value` say which; the message says why."""

    def __init__(self, item: str, value: Any, why: str) -> None:
        super().__init__(f"{item}: {why}")
        self.item = item
        self.value = value
        self.why = why


def to_json(answer: Answer) -> Any:
    """An answer as plain JSON data: 3, [1, 9], "words", {"key": "dk"}, {"name": "…", "email": {"key": "refused"}}."""
    if isinstance(answer, Key):
        return {"key": answer.name}
    if isinstance(answer, tuple):
        return list(answer)
    if isinstance(answer, Contact):
        return {name: to_json(value) for name, value in answer.fields}
    return answer


def from_json(value: Any) -> Answer | None:
    """The answer that `to_json` wrote. Whether an item can take it is for the item to say (`Question.judge`)."""
    if value is None:
        return None
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, Mapping):
        if set(value) == {"key"}:
            return Key(str(value["key"]))
        return Contact(tuple((str(name), _box(box)) for name, box in value.items() if box is not None))
    if isinstance(value, (int, str)):
        return value
    raise InputError(f"{value!r} is no answer: expected a code, a list of codes, a number, a text or a key.")


def _box(value: Any) -> str | Key:
    if isinstance(value, Mapping) and set(value) == {"key"}:
        return Key(str(value["key"]))
    return str(value)

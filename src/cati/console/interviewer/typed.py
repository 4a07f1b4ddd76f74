"""What was typed, as the answer it stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cati.interview.presenting import Offered, Presented


class NotTakenError(ValueError):
    """The typed text stands for no answer here; the message says why."""


def whole(typed: str) -> int | None:
    """A whole number of plain digits, or None."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) <= 9 else None


def value_of(shown: Presented, typed: str) -> Any:
    """The answer, as JSON data, that a text typed at a question stands for. Raises NotTakenError."""
    if shown.kind == "single":
        return _code(shown, typed)
    if shown.kind == "multi":
        return [_code(shown, part) for part in re.split(r"[ ,;]+", typed) if part]
    if shown.kind == "number":
        number = whole(typed)
        if number is not None:
            return number
        if typed.lower() in {special.key for special in shown.specials}:
            return {"key": typed.lower()}
        also = ", ".join(f"/{special.key}" for special in shown.specials)
        raise NotTakenError(f"{typed} is no whole number{f'; or one of {also}' if also else ''}.")
    return typed


def _code(shown: Presented, typed: str) -> int:
    code = whole(typed)
    codes = [option.code for option in shown.options]
    if code is None:
        raise NotTakenError(f"{typed} is no code. The codes are {_listed(codes)}.")
    if code not in codes:
        raise NotTakenError(f"There is no code {typed} here. The codes are {_listed(codes)}.")
    return code


def _listed(codes: list[int]) -> str:
    ordered = sorted(codes)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]} to {ordered[-1]}"
    return ", ".join(map(str, ordered))


def chosen(shown: Presented, value: Any) -> list[Offered]:
    """The options that an answer chooses."""
    codes = value if isinstance(value, list) else [value]
    return [option for option in shown.options if option.code in codes]


def is_number_to_call(typed: str) -> bool:
    """Whether a text is a telephone number that may be called."""
    return not why_not_called(typed)


def why_not_called(typed: str) -> str:
    """What speaks against calling a telephone number; empty where nothing does."""
    from cati.phones import PhoneError, read_phone

    try:
        read_phone(typed)
    except PhoneError as error:
        return str(error)
    return ""

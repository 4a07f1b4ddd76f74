"""Whether a question can take an answer: unknown codes, numbers out of range, exclusive codes with others."""

from __future__ import annotations

import re
from typing import Any

from cati.questionnaire.answers import Answer, AnswerRefused, Contact, Key
from cati.questionnaire.program import Program, Step, WriteInSlot
from cati.questionnaire.scope import WRITE_IN_SPECIALS


def judge(program: Program, item_id: str, value: Any) -> Answer | None:
    """The answer that plain data stands for at a question or write-in; None where nothing was given.

    `value` is as in `answers.to_json`; a key may also be given bare to a number ("dk"). Codes of a multi come back
    in display order, each once. Raises AnswerRefused if the question can never take the value, on any route.
    """
    write_in = program.write_ins.get(item_id.lower())
    if write_in is not None:
        return _judge_write_in(write_in, value)
    step = program.step(item_id)
    if step is None:
        raise AnswerRefused(item_id, value, "there is no such item in the questionnaire")
    return judge_step(step, value)


def judge_step(step: Step, value: Any) -> Answer | None:
    """As `judge`, for a question at hand."""
    if value is None:
        return None
    if step.kind == "single":
        return _single(step, value)
    if step.kind == "multi":
        return _multi(step, value)
    if step.kind == "number":
        return _number(step, value)
    if step.kind in ("text", "lookup"):
        return _text(step, value)
    if step.kind == "contact":
        return _contact(step, value)
    raise AnswerRefused(step.id, value, "nothing is answered here")


# Far beyond any count of cases or hours; what is larger can be neither read back nor exported as a number.
_LARGEST = 10**15


def _is_code(value: Any) -> bool:
    return type(value) is int and -_LARGEST <= value <= _LARGEST


_NOT_STORABLE = re.compile("[\0\ud800-\udfff]")


def _storable(text: str) -> bool:
    return _NOT_STORABLE.search(text) is None


def _single(step: Step, value: Any) -> Answer:
    if type(value) is not int or value not in step.codes:
        if _is_code(value):
            raise AnswerRefused(step.id, value, f"there is no code {value}; the codes are {_codes(step)}")
        raise AnswerRefused(step.id, value, f"one code is expected, a whole number; found {_shown(value)}")
    return value


def _multi(step: Step, value: Any) -> Answer | None:
    if not isinstance(value, (list, tuple)) or not all(_is_code(code) for code in value):
        raise AnswerRefused(step.id, value, f"a list of codes is expected; found {_shown(value)}")
    unknown = [code for code in value if code not in step.codes]
    if unknown:
        raise AnswerRefused(step.id, value, f"there is no code {unknown[0]}; the codes are {_codes(step)}")
    chosen = set(value)
    if len(chosen) > 1 and not step.exclusive.isdisjoint(chosen):
        alone = min(step.exclusive & chosen)
        raise AnswerRefused(step.id, value, f"code {alone} cannot be given together with another code")
    return tuple(option.option.code for option in step.options if option.option.code in chosen) or None


def _key_of(value: Any) -> str | None:
    if isinstance(value, dict) and set(value) == {"key"}:
        return str(value["key"])
    return value.name if isinstance(value, Key) else None


def _number(step: Step, value: Any) -> Answer:
    key = _key_of(value) or (value if isinstance(value, str) else None)
    if key is not None:
        return _special(step, key, value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= _LARGEST:
        value = int(value)
    if not _is_code(value):
        raise AnswerRefused(step.id, value, f"a whole number is expected, or {_keys(step)}; found {_shown(value)}")
    low, high = step.item.min, step.item.max
    if value < low or (high is not None and value > high):
        limits = f"from {low} to {high}" if high is not None else f"of {low} or more"
        raise AnswerRefused(step.id, value, f"a number {limits} is expected; found {value}")
    return int(value)


def _text(step: Step, value: Any) -> Answer | None:
    key = _key_of(value)
    if key is not None:
        return _special(step, key, value)
    if not isinstance(value, str):
        raise AnswerRefused(step.id, value, f"a text is expected; found {_shown(value)}")
    if not _storable(value):
        raise AnswerRefused(step.id, value, "the text holds a character that cannot be kept")
    if not value.strip():
        return None
    if step.kind == "lookup" and not step.item.free_text:
        entry = step.code_list.find(value) if step.code_list is not None else None
        if entry is None:
            raise AnswerRefused(step.id, value, f"an entry of the list {step.item.code_list} is expected")
        return entry.name
    return value


def _special(step: Step, key: str, value: Any) -> Key:
    if key not in {special.special.key for special in step.specials}:
        raise AnswerRefused(step.id, value, f"there is no special answer {key}; expected {_keys(step)}")
    return Key(key)


def _contact(step: Step, value: Any) -> Answer | None:
    if isinstance(value, Contact):
        value = dict(value.fields)
    if not isinstance(value, dict):
        raise AnswerRefused(step.id, value, f"contact details are expected, a box each; found {_shown(value)}")
    boxes = {field.field: field for field in step.item.fields}
    filled: dict[str, str | Key] = {}
    for name, box in value.items():
        if name not in boxes:
            raise AnswerRefused(step.id, value, f"there is no box {name}; the boxes are {', '.join(boxes)}")
        key = _key_of(box)
        if key is not None:
            if key not in {special.key for special in boxes[name].specials}:
                raise AnswerRefused(step.id, value, f"{name} cannot be {key}")
            filled[name] = Key(key)
        elif isinstance(box, str):
            if not _storable(box):
                raise AnswerRefused(step.id, value, f"{name} holds a character that cannot be kept")
            if box.strip():
                filled[name] = box
        elif box is not None:
            raise AnswerRefused(step.id, value, f"{name}: a text is expected; found {_shown(box)}")
    if blank_boxes(step, filled):
        return None
    return Contact(tuple((name, filled[name]) for name in boxes if name in filled))


def blank_boxes(step: Step, value: Any) -> list[str]:
    """The boxes of a contact block that must be filled in and are not, in order."""
    filled = dict(value.fields) if isinstance(value, Contact) else dict(value)
    return [
        box.field
        for box in step.item.fields
        if not box.blank and (filled.get(box.field) is None or str(filled[box.field]).strip() == "")
    ]


def _judge_write_in(slot: WriteInSlot, value: Any) -> Answer | None:
    if value is None:
        return None
    key = _key_of(value) or (value if slot.write_in.type == "number" and isinstance(value, str) else None)
    if key is not None:
        if key not in WRITE_IN_SPECIALS:
            raise AnswerRefused(slot.id, value, f"there is no special answer {key}; expected dk or refused")
        return Key(key)
    if slot.write_in.type == "text":
        if not isinstance(value, str):
            raise AnswerRefused(slot.id, value, f"a text is expected; found {_shown(value)}")
        if not _storable(value):
            raise AnswerRefused(slot.id, value, "the text holds a character that cannot be kept")
        return value if value.strip() else None
    low, high = slot.write_in.min, slot.write_in.max
    if not _is_code(value) or (low is not None and value < low) or (high is not None and value > high):
        limits = f" from {low}" if low is not None else ""
        limits += f" to {high}" if high is not None else ""
        raise AnswerRefused(slot.id, value, f"a whole number{limits} is expected; found {_shown(value)}")
    return int(value)


def _codes(step: Step) -> str:
    return ", ".join(str(option.option.code) for option in step.options)


def _keys(step: Step) -> str:
    keys = [special.special.key for special in step.specials]
    return f"one of the keys {', '.join(keys)}" if keys else "no key (the item has none)"


def _shown(value: Any) -> str:
    try:
        return repr(value)[:60]
    except ValueError:  # Python writes out no integer of thousands of digits
        return "a number too large to write"

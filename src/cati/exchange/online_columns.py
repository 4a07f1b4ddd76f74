"""The answers in a file of the online survey: which column holds what, and what the cells of a row say.

A single, a number, a text, a look-up and a row of a grid are a column of their own (`B1`, `H1_3`), the words of a code
too (`B3_9_text`). A multi is one column with its codes set apart (`1;9`), or one of 0 and 1 a code (`B3_1`); contact
details are a column a box (`K4_name`). Ids are compared without case. A blank cell is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from cati.desk import OnlineAnswers
from cati.desk.records import is_phone_column
from cati.interview.impossible import never_asked
from cati.questionnaire.answers import AnswerRefused, to_json
from cati.questionnaire.judging import blank_boxes, judge

from .lines import Doubtful

if TYPE_CHECKING:
    from cati.questionnaire.program import Program, Step

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}(?:\.0+)?")
_APART = re.compile(r"[\s;,|]+")
_CHOSEN = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
# Columns that are no question's and say who somebody is: kept with the contact details.
_WHO = {"name", "email"}


@dataclass(frozen=True, slots=True)
class Place:
    """What a column holds: the answer to a question or write-in as a whole, or whether one code of a multi was chosen,
    or one box of contact details. `item`: the id of the question or write-in."""

    item: str
    part: Literal["whole", "code", "box"] = "whole"
    code: int = 0
    box: str = ""


@dataclass(frozen=True, slots=True)
class Misread:
    """An answer that its question cannot take: its column (of several, the one that is wrong, else the first), what
    stands there, why not, and the id of the question or write-in; `alone`: the others of its columns are right."""

    column: str
    value: str
    why: str
    item: str
    alone: bool = False


class _NotTakenError(Exception):
    """Why a cell is no answer to its question; `code`: of a multi, whose column is wrong alone."""

    def __init__(self, why: str, code: int | None = None) -> None:
        super().__init__(why)
        self.code = code


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """The columns of a file that hold answers, by question, and those that hold none.

    `strangers`: columns that are no item of the questionnaire; `telephone`: those of items that are never asked online.
    """

    program: Program
    by_item: Mapping[str, Mapping[str, Place]]
    strangers: tuple[str, ...]
    telephone: tuple[str, ...]
    steps: Mapping[str, Step] = field(default_factory=dict)

    @classmethod
    def of(cls, names: Iterable[str], program: Program) -> AnswerColumns:
        """The columns of these names, for a questionnaire in its online form."""
        alone = never_asked(program.questionnaire, "online")
        steps = {step.id: step for step in program.steps if step.kind not in ("message", "end")}
        steps |= {write_in.id: step for step in program.steps for write_in in step.write_ins}
        by_item: dict[str, dict[str, Place]] = {}
        strangers, telephone = [], []
        for name in names:
            place = _place(program, name)
            if place is None or place.item not in steps:
                strangers.append(name)
            elif steps[place.item].id.lower() in alone:
                telephone.append(name)
            else:
                by_item.setdefault(place.item, {})[name] = place
        return cls(program, by_item, tuple(strangers), tuple(telephone), steps)

    def read(self, cells: Mapping[str, str]) -> tuple[OnlineAnswers, list[Misread]]:
        """What the cells of a row answer, and what of it no question can take: that is kept as it stands."""
        items: dict[str, Any] = {}
        contact: dict[str, Any] = {}
        rest = _filled(cells, (*self.strangers, *self.telephone))
        who = {name: rest.pop(name) for name in list(rest) if name.lower() in _WHO or is_phone_column(name.lower())}
        misread: list[Misread] = []
        for item, places in self.by_item.items():
            given = _filled(cells, places)
            if not given:
                continue
            step = self.steps[item]
            personal = step.kind == "contact" or step.item.personal
            try:
                value = self._value(item, step, {name: (places[name], cells[name]) for name in given})
            except _NotTakenError as why:
                flags = {places[name].code: name for name in given if places[name].part == "code"}
                wrong = None if why.code is None else flags.get(why.code)
                column = wrong or next(iter(given))
                misread.append(Misread(column, "" if personal else given[column], str(why), item, wrong is not None))
                (who if personal else rest).update(given)
            else:
                if value is not None:
                    (contact if personal else items)[item] = value
        return OnlineAnswers(items, rest, contact, who), misread

    def _value(self, item: str, step: Step, given: Mapping[str, tuple[Place, str]]) -> Any:
        """The answer that these cells give, as JSON data; None for none (of a multi, no code was chosen)."""
        broken = next(
            (cell.why for _, cell in given.values() if isinstance(cell, Doubtful) and not cell.in_keys_only), ""
        )
        if broken:
            raise _NotTakenError(broken)
        try:
            value = _plain(self.program, item, step, list(given.values()))
            answer = None if value is None else judge(self.program, item, value)
        except AnswerRefused as refused:
            doubt = next((cell.why for _, cell in given.values() if isinstance(cell, Doubtful)), None)
            raise _NotTakenError(doubt or refused.why) from None
        if answer is None and step.kind == "contact":
            raise _NotTakenError(f"still to be filled in: {', '.join(blank_boxes(step, value))}")
        return None if answer is None else to_json(answer)


def _filled(cells: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: str(cells[name]) for name in names if cells[name]}


def own_name(name: str, program: Program) -> str:
    """A column's name as the questionnaire spells it, so that `b3_9_TEXT` and `B3_9_text` are one; others as they are.

    Two columns of one name are then found whatever their case.
    """
    place = _place(program, name)
    if place is None:
        return name
    return {"whole": place.item, "code": f"{place.item}_{place.code}", "box": f"{place.item}_{place.box}"}[place.part]


def _place(program: Program, name: str) -> Place | None:
    item = program.spelling(name)
    if item is not None:
        return Place(item)
    of, _, part = name.rpartition("_")
    step = program.step(of) if of else None
    if step is None:
        return None
    if step.kind == "multi" and re.fullmatch(r"[0-9]{1,9}", part) and int(part) in step.codes:
        return Place(step.id, "code", code=int(part))
    box = (
        next((each.field for each in step.item.fields if each.field == part.lower()), None)
        if (step.kind == "contact")
        else None
    )
    return None if box is None else Place(step.id, "box", box=box)


def _plain(program: Program, item: str, step: Step, given: Sequence[tuple[Place, str]]) -> Any:
    """What the cells say as plain data, to be judged; raises _NotTakenError where that cannot be said."""
    write_in = program.write_ins.get(item.lower())
    if write_in is not None:
        cell = given[0][1]
        return _number_or_word(cell) if write_in.write_in.type == "number" else str(cell)
    if step.kind == "multi":
        return _codes(step, given)
    if step.kind == "contact":
        return _boxes(step, given)
    cell = given[0][1]
    if step.kind == "single":
        return _code(step, cell)
    if step.kind == "number":
        return _number_or_word(cell)
    return {"key": cell.lower()} if cell.lower() in {each.special.key for each in step.specials} else str(cell)


def _whole(text: str) -> int | None:
    """The whole number in a cell, 3 or 3.0 (as programs write a column with blanks in it); None for anything else."""
    return int(text.partition(".")[0]) if _WHOLE.fullmatch(text) else None


def _number_or_word(cell: str) -> int | str | dict[str, str]:
    number = _whole(cell)
    if number is None and re.fullmatch(r"[A-Za-z_]+", cell):
        return {"key": cell.lower()}
    if number is None:
        raise _NotTakenError(_doubt(cell) or "a whole number is expected, or a word such as dk")
    return number


def _code(step: Step, cell: str) -> int:
    number = _whole(cell)
    if number is None:
        key = cell.lower()
        number = next((each.option.code for each in step.options if each.option.key == key), None)
    if number is None:
        raise _NotTakenError(_doubt(cell) or "a code is expected, a whole number")
    return number


def _codes(step: Step, given: Sequence[tuple[Place, str]]) -> list[int] | None:
    """The codes of a multi, from its one column, from those of 0 and 1, or from both if they say the same."""
    whole = next((cell for place, cell in given if place.part == "whole"), None)
    flags = {place.code: cell for place, cell in given if place.part == "code"}
    listed = None
    if whole is not None:
        listed = [_code(step, text) for text in _APART.split(whole.strip(" ;,|")) if text]
    if not flags:
        return listed
    chosen = [code for code, cell in flags.items() if _is_chosen(code, cell)]
    if listed is not None and set(listed) != set(chosen):
        raise _NotTakenError(f"{step.id} and its columns of 0 and 1 do not say the same")
    return chosen or None


def _is_chosen(code: int, cell: str) -> bool:
    chosen = _CHOSEN.get(re.sub(r"\.0+$", "", cell.lower()))
    if chosen is None:
        raise _NotTakenError(_doubt(cell) or f"1 or 0 is expected: was code {code} chosen or not?", code)
    return chosen


def _boxes(step: Step, given: Sequence[tuple[Place, str]]) -> dict[str, Any]:
    if any(place.part == "whole" for place, _ in given):
        boxes = ", ".join(f"{step.id}_{box.field}" for box in step.item.fields)
        raise _NotTakenError(f"contact details are a column a box: {boxes}")
    specials = {box.field: {special.key for special in box.specials} for box in step.item.fields}
    return {
        place.box: {"key": cell.lower()} if cell.lower() in specials[place.box] else str(cell) for place, cell in given
    }


def _doubt(cell: str) -> str | None:
    return cell.why if isinstance(cell, Doubtful) else None

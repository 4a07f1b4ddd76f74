"""An interview as a row of the codebook: only what is on the route, and why there is nothing where there is nothing.

Telephone and online interviews are encoded by the same codebook, each with the program of its mode and version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cati.desk.held_interviews import SET_APART
from cati.exchange.codebook import Codebook, Variable, reserve
from cati.exchange.codebook.interview_variables import AGREED
from cati.exchange.codebook.questions import NOT_ON_THE_LIST, main_reason_name, region_name, regions_of
from cati.exchange.plain_text import no_code, one_line
from cati.questionnaire.answers import Answer, AnswerRefused, Key, to_json
from cati.questionnaire.judging import judge
from cati.questionnaire.program import Program, Step
from cati.questionnaire.unrolled import unrolled

Row = list[Any]
"""A value a variable, in the order of the codebook: an int, a text, a datetime without zone, or None for no moment."""
Fill = Callable[[Row, Any], None]


@dataclass(slots=True)
class Encoded:
    """An interview as data.

    `end`: the outcome that the route ends with; None where it was broken off, at the question `waiting`. `slots`: the
    places of the questions reached among the `steps` of the program; `lacking`: the ids of those without an answer.
    `refused`: answers that the questionnaire can never take, with why: they count as not given. `apart`: what stands on
    the route and is kept out of the data, by item, as `answers.to_json` writes it. `strange`: values that the data
    cannot hold as they are, with why.
    """

    values: Row
    end: str | None
    waiting: str | None
    slots: Sequence[int] = field(repr=False)
    steps: Sequence[Step] = field(repr=False)
    lacking: tuple[str, ...] = ()
    refused: tuple[AnswerRefused, ...] = ()
    apart: Mapping[str, Any] = field(default_factory=dict)
    strange: tuple[tuple[str, str], ...] = ()

    @property
    def route(self) -> list[str]:
        """The ids of the questions reached, in order."""
        return [self.steps[slot].id for slot in self.slots]


@dataclass(slots=True)
class Given:
    """Answers as the program takes them: one a slot; and those that it cannot take."""

    slots: list[Any]
    refused: list[AnswerRefused]


class Encoder:
    """Turns answers into rows, for one program (a version of the questionnaire in a mode)."""

    def __init__(self, codebook: Codebook, program: Program) -> None:
        self.codebook = codebook
        self.program = program
        self._template = [self._unasked(variable) for variable in codebook.variables]
        self._broken = [_not_given(value) for value in self._template]
        self._walk = unrolled(program)
        self._plain_at = [-1] * program.slots
        self._places: dict[int, list[int]] = {}
        self._fills: dict[int, Fill] = {}
        self._write_ins: dict[int, list[tuple[int, int, Fill]]] = {}
        self._apart: dict[int, str] = {}
        self._derived: list[tuple[int, int, int]] = []
        self._strange: list[tuple[str, str]] = []
        self._judged: dict[str, tuple[int, Any]] = {}
        apart = {each.item for each in codebook.apart}
        for step in program.steps:
            if step.kind not in ("message", "end"):
                self._prepare(step, apart)
        self._agreed = self._consents()
        self._with_write_ins = {
            slot: frozenset(code for code, _, _ in write_ins) for slot, write_ins in self._write_ins.items()
        }
        words = [variable for variable in codebook.variables if variable.kind == "text" and variable.item]
        self.texts = [(codebook.at[variable.name], variable.name) for variable in words]
        self.reserved = frozenset(str(code.value) for variable in words for code in variable.codes)

    def _unasked(self, variable: Variable) -> Any:
        """What stands where a question is not on the route."""
        if variable.source in ("interview", "sample"):
            return "" if variable.kind == "text" else None if variable.kind == "moment" else reserve.NOT_GIVEN
        if variable.kind == "text" and variable.source == "write-in":
            return ""
        asked = self.program.mode in variable.modes
        value = reserve.OFF_ROUTE if asked else reserve.OTHER_MODE
        return str(value) if variable.kind == "text" else value

    # what each question writes

    def _prepare(self, step: Step, apart: set[str]) -> None:
        at = self.codebook.at
        places: list[int] = []
        if step.id in apart:
            self._apart[step.slot] = step.id
            region = at.get(region_name(step.id))
            if step.kind == "lookup" and region is not None:
                places.append(region)
                self._fills[step.slot] = self._region(step, region)
        elif step.kind == "multi":
            flags = {code: at[f"{step.id}_{code}"] for code in step.codes if f"{step.id}_{code}" in at}
            every = [at[variable.name] for variable in self.codebook.of_item(step.id)]
            places += every
            self._fills[step.slot] = _flags(flags)
        elif step.id in at:
            places.append(at[step.id])
            if step.kind == "single":
                self._plain_at[step.slot] = at[step.id]
            else:
                self._fills[step.slot] = self._number(step.id) if step.kind == "number" else self._words(step.id)
        main = at.get(main_reason_name(step.id))
        if main is not None and step.source_slot is not None:
            places.append(main)
            self._derived.append((main, step.slot, step.source_slot))
        for write_in in step.write_ins:
            if write_in.id in at:
                place = at[write_in.id]
                places.append(place)
                fill = self._words(write_in.id) if write_in.write_in.type == "text" else self._number(write_in.id)
                self._write_ins.setdefault(step.slot, []).append((write_in.code, write_in.slot, fill))
            elif write_in.id in apart:
                self._apart[write_in.slot] = write_in.id
        self._places[step.slot] = places

    def _number(self, name: str) -> Fill:
        place = self.codebook.at[name]
        specials = {code.key: code.value for code in self.codebook.by_name[name].codes if code.key}

        def number(row: Row, answer: Any) -> None:
            if isinstance(answer, Key):
                row[place] = specials[answer.name]
            elif answer < 0:
                row[place] = reserve.EDITED_OUT
                self._strange.append((name, f"{answer}: a number below 0 would be taken for a reserve code"))
            else:
                row[place] = answer

        return number

    def _words(self, name: str) -> Fill:
        place = self.codebook.at[name]
        specials = {code.key: str(code.value) for code in self.codebook.by_name[name].codes if code.key}
        reserved = {str(code.value) for code in self.codebook.by_name[name].codes}

        def words(row: Row, answer: Any) -> None:
            if isinstance(answer, Key):
                row[place] = specials[answer.name]
                return
            text = one_line(answer)
            if text != " ".join(answer.split()):
                self._strange.append((name, "control characters were taken out of the words"))
            if text in reserved:
                self._strange.append((name, f"the words {text!r} look like a reserve code; written with a dot"))
            row[place] = no_code(text, reserved)

        return words

    def _region(self, step: Step, place: int) -> Fill:
        regions = {name: at for at, name in enumerate(regions_of(step.code_list), start=1)}
        specials = {code.key: code.value for code in self.codebook.variables[place].codes if code.key}
        known: dict[str, int] = {}
        labels = {code.label: code.value for code in self.codebook.variables[place].valid}

        def region(row: Row, answer: Any) -> None:
            if isinstance(answer, Key):
                row[place] = specials[answer.name]
                return
            found = known.get(answer)
            if found is None:
                entry = step.code_list.find(answer) if step.code_list is not None else None
                name = dict(entry.details).get("region", "") if entry is not None else ""
                found = known[answer] = labels[name] if name in regions else NOT_ON_THE_LIST
            row[place] = found

        return region

    def _consents(self) -> list[tuple[int, frozenset[int]]]:
        found = []
        for consent in self.codebook.consents:
            step = self.program.step(consent.item)
            if step is not None:
                found.append((step.slot, consent.codes))
        return found

    # encoding

    def given(self, answers: Iterable[str]) -> Given:
        """Answers in the order in which they were given, each as item, SET_APART, and its value as JSON text; a later
        one to an item replaces an earlier one, an empty one takes it back."""
        slots: list[Any] = [None] * self.program.slots
        refused: list[AnswerRefused] = []
        judged = self._judged
        for token in answers:
            slot, answer = judged.get(token) or self._judge(token)
            if slot >= 0:
                slots[slot] = answer
            elif answer is not None:
                refused.append(answer)
        return Given(slots, refused)

    def _judge(self, token: str) -> tuple[int, Any]:
        """The slot of an answer and the answer; -1 and why not for one that the questionnaire cannot take."""
        item, _, text = token.partition(SET_APART)
        slot = self.program.by_id.get(item.lower(), -1)
        found: tuple[int, Any]
        if slot < 0:
            found = -1, AnswerRefused(item, None, "the questionnaire has no such item") if text else None
        elif not text:
            found = slot, None
        else:
            try:
                found = slot, judge(self.program, item, json.loads(text))
            except AnswerRefused as refused:
                found = -1, refused
        if len(text) <= _SHORT and len(self._judged) < _KNOWN:  # codes, which are given again and again; words are not
            self._judged[token] = found
        return found

    def encode(self, answers: Mapping[str, Any], sample: Mapping[str, str], *, complete: bool = False) -> Encoded:
        """A row of answers as `answers.to_json` writes them, by item; `sample`: the sample variables of the person;
        `complete`: as of `encode_given`.

        The variables of the interview itself (mode, times …) are left for the caller to fill in.
        """
        given = self.given(item + SET_APART + json.dumps(value) for item, value in answers.items())
        return self.encode_given(given, sample, complete=complete)

    def encode_given(self, given: Given, sample: Mapping[str, str], *, complete: bool = False) -> Encoded:
        """As `encode`, of answers that were read by `given`. `complete`: the interview was held to its end, so that a
        question without an answer (one corrected since, say) is passed over; else it was broken off at the first
        question after which nothing was answered."""
        program = self.program
        steps = program.steps
        live: list[Any] = [None] * program.slots
        route: list[int] = []
        lacking: list[int] = []
        last = len(steps) if complete else _last_given(given.slots, len(steps))
        end, waiting = self._walk(given.slots, live, sample, route, lacking, last)
        row = self._template[:]
        self._strange = []
        for slot in lacking:
            for place in self._places[slot]:
                row[place] = self._broken[place]
        if waiting is not None:
            self._break_off(row, waiting)
        self._fill(row, route, live)
        apart: dict[str, Any] = {}
        for slot, item in self._apart.items():
            answer = live[slot]
            if answer is not None:
                apart[item] = to_json(answer)
        for place, slot, source in self._derived:
            row[place] = _main_reason(row[place], live[slot], live[source])
        if self._agreed:
            row[self.codebook.at[AGREED]] = self._recontact(live, row)
        return Encoded(
            row,
            end,
            None if waiting is None else steps[waiting].id,
            route,
            steps,
            tuple([steps[slot].id for slot in lacking]),
            tuple(given.refused),
            apart,
            tuple(self._strange),
        )

    def _fill(self, row: Row, route: Sequence[int], live: list[Any]) -> None:
        """Writes what was answered on the route."""
        plain_at, fills, with_write_ins = self._plain_at, self._fills, self._with_write_ins
        for slot in route:
            answer = live[slot]
            if answer is None:
                continue
            place = plain_at[slot]
            if place >= 0:
                row[place] = answer
            elif slot in fills:
                fills[slot](row, answer)
            if slot in with_write_ins:
                codes = with_write_ins[slot]
                if not codes.isdisjoint(answer) if isinstance(answer, tuple) else answer in codes:
                    self._fill_write_ins(row, slot, answer, live)

    def _fill_write_ins(self, row: Row, slot: int, answer: Answer, live: list[Any]) -> None:
        for code, own_slot, fill in self._write_ins[slot]:
            if code == answer or (isinstance(answer, tuple) and code in answer):
                words = live[own_slot]
                if words is not None:
                    fill(row, words)
                else:
                    place = self.codebook.at[self._id_of(own_slot)]
                    row[place] = _missing_words(self.codebook.variables[place])

    def _id_of(self, slot: int) -> str:
        return next(each.id for each in self.program.write_ins.values() if each.slot == slot)

    def _break_off(self, row: Row, waiting: int) -> None:
        """From the question that waits on, nothing is known."""
        for slot, places in self._places.items():
            if slot >= waiting:
                for place in places:
                    row[place] = self._broken[place]

    def _recontact(self, live: list[Any], row: Row) -> int:
        asked = False
        for slot, codes in self._agreed:
            answer = live[slot]
            if answer is not None:
                if answer in codes:
                    return 1
                asked = True
        if asked:
            return 0
        places = [place for slot, _ in self._agreed for place in self._places[slot]]
        return reserve.NOT_GIVEN if any(row[place] == reserve.NOT_GIVEN for place in places) else reserve.OFF_ROUTE


_SHORT = 24
_KNOWN = 20_000
"""Answers of which is kept what becomes of them."""


def _last_given(slots: Sequence[Any], steps: int) -> int:
    """The slot of the last question that was answered, on the route or not; -1 where none was."""
    return next((slot for slot in range(steps - 1, -1, -1) if slots[slot] is not None), -1)


def _flags(flags: Mapping[int, int]) -> Fill:
    places = tuple(flags.values())
    known: dict[Any, bytes] = {}

    def fill(row: Row, answer: Any) -> None:
        mentioned = known.get(answer)
        if mentioned is None:
            of_answer = {flags[code] for code in answer}
            mentioned = bytes(place in of_answer for place in places)
            if len(known) < _KNOWN:
                known[answer] = mentioned
        for place, flag in zip(places, mentioned, strict=True):
            row[place] = flag

    return fill


def _not_given(unasked: Any) -> Any:
    if unasked == reserve.OFF_ROUTE:
        return reserve.NOT_GIVEN
    return str(reserve.NOT_GIVEN) if unasked == str(reserve.OFF_ROUTE) else unasked


def _missing_words(variable: Variable) -> Any:
    return str(reserve.NOT_GIVEN) if variable.kind == "text" else reserve.NOT_GIVEN


def _main_reason(unasked: int, main: Any, reasons: Any) -> int:
    """The main reason: as asked for, or the only reason there was (decision G6)."""
    if main is not None:
        return int(main)
    if isinstance(reasons, tuple) and len(reasons) == 1:
        return int(reasons[0])
    return unasked

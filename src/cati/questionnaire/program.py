"""A questionnaire made ready to be asked in one mode.

The program is a list of steps in the order of the questionnaire: questions (a grid is one question a row), messages
and ends. `advance` walks forward over it; that one pass is the whole of routing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from cati.questionnaire import model
from cati.questionnaire.answers import Answer, Key
from cati.questionnaire.codelists import CodeList
from cati.questionnaire.generate import Live, Sample, Test
from cati.questionnaire.wording import Template

StepKind = Literal["single", "multi", "number", "text", "lookup", "contact", "message", "end"]


@dataclass(frozen=True, slots=True)
class Wording:
    """A piece of wording in this mode."""

    kind: Literal["read", "instruction", "add"]
    template: Template
    test: Test | None


@dataclass(frozen=True, slots=True)
class OptionStep:
    """An option in this mode; `fill` is its label as it reads inside another sentence."""

    option: model.Option
    label: Template
    test: Test | None
    write_in: WriteInSlot | None
    fill: Template


@dataclass(frozen=True, slots=True)
class SpecialStep:
    """A special answer in this mode."""

    special: model.SpecialAnswer
    label: Template


@dataclass(frozen=True, slots=True)
class BoxStep:
    """A box of a contact block in this mode."""

    box: model.ContactField
    label: Template
    specials: tuple[SpecialStep, ...]


@dataclass(frozen=True, slots=True)
class WriteInSlot:
    """Where the words of a code are kept."""

    id: str
    code: int
    slot: int
    write_in: model.WriteIn


@dataclass(frozen=True, slots=True)
class Check:
    """A soft check: a contradiction between answers, and the words that ask which is right."""

    test: Test
    template: Template


@dataclass(slots=True)
class Step:
    """One question, message or end. `slot` is its place in the program, and of its answer among the live ones.

    `codes` are those it can ever offer in this mode; `flows` says that an answer may do more
    than lead to the next step; `checks` of a grid are held by each of its rows.
    """

    id: str
    slot: int
    kind: StepKind
    item: Any
    section: model.Section
    row: model.Row | None = None
    test: Test | None = None
    wording: tuple[Wording, ...] = ()
    row_text: Template | None = None
    options: tuple[OptionStep, ...] = ()
    codes: frozenset[int] = frozenset()
    exclusive: frozenset[int] = frozenset()
    specials: tuple[SpecialStep, ...] = ()
    boxes: tuple[BoxStep, ...] = ()
    code_list: CodeList | None = None
    always: frozenset[int] = frozenset()
    source_slot: int | None = None
    conditional: bool = False
    write_ins: tuple[WriteInSlot, ...] = ()
    jumps: dict[int | Key, int] = field(default_factory=dict)
    always_jumps: tuple[tuple[Test | None, int], ...] = ()
    ends: dict[int | Key, tuple[tuple[Test | None, str], ...]] = field(default_factory=dict)
    again: frozenset[int] = frozenset()
    checks: tuple[Check, ...] = ()
    flows: bool = False

    def offered(self, live: Live, sample: Sample) -> list[OptionStep]:
        """The options offered to this respondent, in display order."""
        if not self.conditional:
            return list(self.options)
        chosen = self._chosen(live)
        return [
            option
            for option in self.options
            if (chosen is None or option.option.code in chosen or option.option.code in self.always)
            and (option.test is None or option.test(live, sample))
        ]

    def _chosen(self, live: Live) -> tuple[int, ...] | frozenset[int] | None:
        if self.source_slot is None:
            return None
        given = live[self.source_slot]
        return given if isinstance(given, tuple) else frozenset() if given is None else frozenset({given})

    def only_offered(self, answer: Answer, live: Live, sample: Sample) -> Answer | None:
        """The part of an answer that is offered on this route; None if nothing of it is."""
        offered = {option.option.code for option in self.offered(live, sample)}
        if isinstance(answer, tuple):
            return tuple(code for code in answer if code in offered) or None
        return answer if answer in offered else None


class Jump(NamedTuple):
    """A jump taken: the step it leads to, and what took it: the `code` of an answer, or the jump number `at` of those
    that an item makes whatever the answer."""

    to: int
    code: int | Key | None = None
    at: int | None = None


@dataclass(slots=True)
class Reached:
    """How far a walk came: the question that waits for an answer, or the outcome it ended with.

    `end_slot` is the end item that was reached; None where an answer ended the interview, or the call: `end_code` is
    the code of that answer.
    """

    waiting: int | None
    end: str | None
    end_slot: int | None = None
    end_code: int | Key | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """A questionnaire in one mode.

    `per_call` are the ids of the questions, and of their write-ins, that are asked anew in every call.
    """

    questionnaire: model.Questionnaire
    mode: model.Mode
    steps: tuple[Step, ...]
    slots: int
    by_id: Mapping[str, int]
    write_ins: Mapping[str, WriteInSlot]
    code_lists: Mapping[str, CodeList]
    texts: Mapping[str, tuple[Wording, ...]]
    closings: Mapping[str, Template]
    per_call: frozenset[str]
    content_hash: str

    def step(self, item_id: str) -> Step | None:
        """The question called `item_id`, compared without case."""
        slot = self.by_id.get(item_id.lower())
        return None if slot is None or slot >= len(self.steps) else self.steps[slot]

    def spelling(self, item_id: str) -> str | None:
        """How the questionnaire spells the id of a question or write-in; None where it has none of this name."""
        write_in = self.write_ins.get(item_id.lower())
        step = self.step(item_id)
        return write_in.id if write_in is not None else step.id if step is not None else None

    def advance(self, given: Live, live: list[Any], sample: Sample, route: list[int], start: int) -> Reached:
        """Walk forward from step `start`, filling `live` and `route`, to the first question without an answer.

        `given` holds an answer for each slot, on the route or not; `live[:start]` is already right. A question whose
        base does not hold, or that a jump passes over, leaves None in `live`: nothing later sees its answer.
        """
        steps = self.steps
        at, count = start, len(steps)
        while at < count:
            step = steps[at]
            if step.test is not None and not step.test(live, sample):
                at += 1
                continue
            if step.kind == "message":
                at += 1
                continue
            if step.kind == "end":
                return Reached(None, step.item.outcome, at)
            route.append(at)
            answer = given[at]
            if answer is None or (step.conditional and (answer := step.only_offered(answer, live, sample)) is None):
                return Reached(at, None)
            if not step.flows:
                live[at] = answer
                at += 1
                continue
            if step.again and answer in step.again:
                return Reached(at, None)
            live[at] = answer
            self.take_write_ins(step, answer, given, live)
            end = end_of(step, answer, live, sample)
            if end is not None:
                return Reached(None, end[1], None, end[0])
            jump = jump_taken(step, answer, live, sample)
            at = at + 1 if jump is None else jump.to
        return Reached(None, None)

    def taken(self, step: Step, live: Live, sample: Sample) -> Jump | None:
        """The jump that an answered question takes, if it takes one."""
        return jump_taken(step, live[step.slot], live, sample)

    def following(self, step: Step, live: Live, sample: Sample) -> int:
        """The step that comes after an answered question, jumps observed; its base is still to be tested."""
        jump = self.taken(step, live, sample)
        return step.slot + 1 if jump is None else jump.to

    def messages_between(self, before: Step | None, until: int, live: Live, sample: Sample) -> list[Step]:
        """The messages met on the way from an answered question (None: the beginning) to the step `until`, which is
        the next one of the route: jumps observed, bases tested."""
        start = 0 if before is None else self.following(before, live, sample)
        return [
            step
            for step in self.steps[start:until]
            if step.kind == "message" and (step.test is None or step.test(live, sample))
        ]

    @staticmethod
    def take_write_ins(step: Step, answer: Answer, given: Live, live: list[Any]) -> None:
        """Bring the words of the chosen codes to life, and silence those of the others."""
        for write_in in step.write_ins:
            chosen = write_in.code in answer if isinstance(answer, tuple) else answer == write_in.code
            live[write_in.slot] = given[write_in.slot] if chosen else None


def end_of(step: Step, answer: Answer, live: Live, sample: Sample) -> tuple[int | Key, str] | None:
    """The code of an answer that ends the interview, and the outcome."""
    if not step.ends:
        return None
    for code in answer if isinstance(answer, tuple) else (answer,):
        for test, outcome in step.ends.get(code, ()):  # type: ignore[arg-type]
            if test is None or test(live, sample):
                return code, outcome  # type: ignore[return-value]  # only codes and keys end anything
    return None


def jump_taken(step: Step, answer: Answer, live: Live, sample: Sample) -> Jump | None:
    """The jump that an answer takes, if it takes one."""
    for code in answer if isinstance(answer, tuple) else (answer,):
        target = step.jumps.get(code) if isinstance(code, (int, Key)) else None
        if target is not None:
            return Jump(target, code=code)  # type: ignore[arg-type]
    for at, (test, target) in enumerate(step.always_jumps):
        if test is None or test(live, sample):
            return Jump(target, at=at)
    return None

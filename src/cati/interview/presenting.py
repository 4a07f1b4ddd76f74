"""What a question looks like to this respondent now: its wording with fills, and the options offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from cati.interview.answer_words import AnswerWords
from cati.interview.interview import Interview
from cati.questionnaire.answers import Answer
from cati.questionnaire.generate import Live, Sample
from cati.questionnaire.program import OptionStep, SpecialStep, Step, Wording


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of wording: read out, an instruction, or added if necessary."""

    kind: Literal["read", "instruction", "add"]
    text: str


@dataclass(frozen=True, slots=True)
class Offered:
    """An option as offered: its code, its label with fills (and with the respondent's own words for an "other")."""

    code: int
    label: str
    read_out: bool
    exclusive: bool
    write_in: str | None
    write_in_type: Literal["text", "number"]
    ends_with: str | None
    again: str | None
    check_email: bool


@dataclass(frozen=True, slots=True)
class Special:
    """A special answer of a number or a text: its key and its label."""

    key: str
    label: str
    read_out: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A box of a contact block."""

    name: str
    label: str
    may_be_blank: bool
    specials: tuple[Special, ...]


@dataclass(frozen=True, slots=True)
class Presented:
    """One question, ready to be drawn.

    `before` is what is read out or shown on the way to it; `row` the text of a grid row, `row_at` its number among
    the rows asked and `rows` how many those are. `answer` is the answer held, offered again after backing up.
    """

    id: str
    kind: str
    section: str
    before: tuple[Block, ...]
    wording: tuple[Block, ...]
    row: str | None
    row_at: int
    rows: int
    options: tuple[Offered, ...]
    specials: tuple[Special, ...]
    boxes: tuple[Box, ...]
    code_list: str | None
    free_text: bool
    minimum: int | None
    maximum: int | None
    answer: Answer | None

    @property
    def read_out(self) -> str:
        """The wording that is read out, a block a line, the grid row last."""
        lines = [block.text for block in self.wording if block.kind == "read"]
        return "\n".join([*lines, self.row] if self.row is not None else lines)


def present(interview: Interview, item_id: str) -> Presented:
    """A question on the route, as this respondent meets it. Raises AnswerRefused for an unknown id."""
    step = interview.step(item_id)
    item, context = step.item, _context(interview)
    row_steps = _rows_asked(interview, step)
    return Presented(
        id=step.id,
        kind=step.kind,
        section=step.section.title,
        before=tuple(_messages_before(interview, step)),
        wording=tuple(_blocks(step.wording, interview)),
        row=None if step.row_text is None else step.row_text.render(*context),
        row_at=row_steps.index(step) + 1 if step in row_steps else 0,
        rows=len(row_steps),
        options=tuple(_offered(interview, step)),
        specials=_specials(step.specials, interview),
        boxes=tuple(
            Box(each.box.field, each.label.render(*context), each.box.blank, _specials(each.specials, interview))
            for each in step.boxes
        ),
        code_list=getattr(item, "code_list", None),
        free_text=getattr(item, "free_text", True),
        minimum=getattr(item, "min", None),
        maximum=getattr(item, "max", None),
        answer=_still_offered(interview, step),
    )


def text_blocks(interview: Interview, name: str) -> tuple[Block, ...]:
    """A named text (reassurances) with its fills; empty where the questionnaire has none of that name."""
    return tuple(_blocks(interview.program.texts.get(name, ()), interview))


def closing_blocks(interview: Interview) -> tuple[Block, ...]:
    """What is said at the end: the end item's wording for a complete, else the closing text of the outcome."""
    if interview.end is None:
        return ()
    if interview.end_slot is not None:
        step = interview.program.steps[interview.end_slot]
        return (*_messages_before(interview, step), *_blocks(step.wording, interview))
    closing = interview.program.closings.get(interview.end)
    return (Block("read", closing.render(*_context(interview))),) if closing else ()


def _still_offered(interview: Interview, step: Step) -> Answer | None:
    """The answer held, without codes that are no longer offered."""
    answer = interview.answer_to(step.id)
    if answer is None or not step.conditional:
        return answer
    return step.only_offered(answer, interview.live, interview.sample)


def _specials(specials: Iterable[SpecialStep], interview: Interview) -> tuple[Special, ...]:
    return tuple(
        Special(each.special.key, each.label.render(*_context(interview)), each.special.read_out) for each in specials
    )


def _context(interview: Interview) -> tuple[Live, Sample, AnswerWords]:
    return interview.live, interview.sample, AnswerWords(interview.program)


def _blocks(wording: Iterable[Wording], interview: Interview) -> Iterable[Block]:
    for each in wording:
        if each.test is None or each.test(interview.live, interview.sample):
            yield Block(each.kind, each.template.render(*_context(interview)))


def _rows_asked(interview: Interview, step: Step) -> Sequence[Step]:
    if step.row is None:
        return ()
    steps = interview.program.steps
    return [
        each
        for each in steps[max(0, step.slot - len(step.item.rows)) : step.slot + len(step.item.rows)]
        if each.item is step.item and (each.test is None or each.test(interview.live, interview.sample))
    ]


def _messages_before(interview: Interview, step: Step) -> Iterable[Block]:
    for each in interview.messages_before(step.slot):
        yield from _blocks(each.wording, interview)


def _offered(interview: Interview, step: Step) -> Iterable[Offered]:
    context = _context(interview)
    for each in step.offered(interview.live, interview.sample):
        option = each.option
        write_in = option.write_in if each.write_in is not None else None
        yield Offered(
            code=option.code,
            label=_own_words(interview, step, each) or each.label.render(*context),
            read_out=option.read_out,
            exclusive=option.exclusive,
            write_in=each.write_in.id if each.write_in is not None else None,
            write_in_type=write_in.type if write_in is not None else "text",
            ends_with=option.end if isinstance(option.end, str) else None,
            again=option.again,
            check_email=option.check_email,
        )


def _own_words(interview: Interview, step: Step, option: OptionStep) -> str | None:
    """At a main reason, the respondent's own words stand for the "other" they belong to."""
    if step.source_slot is None:
        return None
    for write_in in interview.program.steps[step.source_slot].write_ins:
        if write_in.code == option.option.code:
            words = interview.live[write_in.slot]
            return words if isinstance(words, str) else None
    return None

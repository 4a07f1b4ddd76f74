"""The questionnaire file, as it is written: sections of items, in the order in which they are asked.

The same definition serves the telephone and the online survey. What a researcher writes is held here unchanged;
`program.compile_program` turns it into something that can be asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Mode = Literal["telephone", "online"]
MODES: tuple[Mode, ...] = ("telephone", "online")

ItemId = Annotated[
    str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", description="Identifies an item; compared without case")
]
KeyName = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$", description="A special answer, such as dk, na or refused")]
Condition = Annotated[str, Field(description="For example B1=1, B1=2/9/10, F1=4-6, B10=dk, count(B3)>1, mode=online")]


class Part(BaseModel):
    """Base of everything in the file: unknown keys are refused, and "1" is not 1."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Block(Part):
    """A piece of wording: exactly one of `read`, `instruction` and `add`."""

    read: str | None = Field(None, description="Read out on the telephone, shown online")
    instruction: str | None = Field(
        None, description="To the interviewer (telephone) or the respondent (online); never read out"
    )
    add: str | None = Field(None, description="Read out if necessary")
    mode: Mode | None = Field(None, description="Only in this mode")
    ask: Condition = Field("", description="Only where this holds")

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if sum(text is not None for text in (self.read, self.instruction, self.add)) != 1:
            raise ValueError("a block of wording has exactly one of read, instruction and add")
        return self

    @property
    def kind(self) -> Literal["read", "instruction", "add"]:
        return "read" if self.read is not None else "instruction" if self.instruction is not None else "add"

    @property
    def text(self) -> str:
        return self.read or self.instruction or self.add or ""


class WriteIn(Part):
    """The words (or the number) that belong to a code, and are dropped with it."""

    type: Literal["text", "number"] = Field("text", description="Words, or a whole number")
    prompt: str = Field("", description="Beside the box, where the option's label does not say it")
    min: int | None = Field(None, description="The smallest number that is taken")
    max: int | None = Field(None, description="The largest number that is taken")
    use: Literal["referral_number"] | None = Field(None, description="What else the answer is for")


class EndCase(Part):
    """One of several outcomes of the same code, chosen by a condition."""

    when: Condition = Field(alias="if", description="The outcome is this one where this holds")
    outcome: str = Field(description="A key of the study's outcome scheme")


class Option(Part):
    """A code and its label."""

    code: int = Field(ge=0, description="The number that is typed and stored; only a label, never a rank")
    label: str = Field(description="The words beside the code; may hold fills such as {la}")
    key: KeyName | None = Field(None, description="What the code means wherever it occurs: dk, na, none ...")
    exclusive: bool = Field(False, description="Cannot be given together with another code")
    specify: bool | WriteIn = Field(False, description="The code asks for words, or for a number")
    read_out: bool = Field(True, description="False: (DO NOT READ OUT) on the telephone")
    mode: Mode | None = Field(None, description="Offered only in this mode")
    ask: Condition = Field("", description="Offered only where this holds")
    fill: str | None = Field(None, description="The label as it reads inside another sentence")
    skip_to: str | None = Field(None, description="Item or section that comes next")
    end: str | list[EndCase] | None = Field(
        None, description="The outcome with which the interview, or this call, ends"
    )
    again: str | None = Field(None, description="Show this text, or `take_email`, and come back to the same question")
    check_email: bool = Field(False, description="The e-mail address is read back and corrected")
    decisions: list[str] = Field([], description="Ids of the decisions that shaped this option")

    @property
    def write_in(self) -> WriteIn | None:
        if isinstance(self.specify, WriteIn):
            return self.specify
        return WriteIn() if self.specify else None


class SpecialAnswer(Part):
    """An answer that is no number and no text: don't know, not applicable. Held as its key."""

    key: KeyName = Field(description="What is stored, and compared in conditions: dk, na ...")
    label: str = Field(description="The words beside it")
    code: str | int | None = Field(None, description="The code printed in the source")
    read_out: bool = Field(True, description="False: (DO NOT READ OUT) on the telephone")
    mode: Mode | None = Field(None, description="Offered only in this mode")
    skip_to: str | None = Field(None, description="Item or section that comes next")
    end: str | None = Field(None, description="The outcome with which the interview, or this call, ends")
    decisions: list[str] = Field([], description="Ids of the decisions that shaped this answer")


class Row(Part):
    """A row of a grid, asked as a question of its own on the telephone."""

    row: int = Field(description="The row's number; row 3 of H1 is the item H1_3")
    text: str = Field(description="What the row says; may hold fills")
    ask: Condition = Field("", description="The row's own base, beside that of the grid; empty = as the grid")
    decisions: list[str] = Field([], description="Ids of the decisions that shaped this row")


class ContactField(Part):
    """A box of a contact block."""

    field: KeyName = Field(description="What the box is called in the answer: name, email, phone ...")
    label: str = Field(description="The words beside the box")
    blank: bool = Field(False, description="May be left blank")
    specials: list[SpecialAnswer] = Field([], description="Answers other than an entry, such as refused")


class Jump(Part):
    """Where to go after an item, whatever the answer, if a condition holds."""

    when: Condition = Field("", alias="if", description="Jump only where this holds; empty = always")
    to: str = Field(description="Item or section that comes next; always a later one")


class SoftCheck(Part):
    """A contradiction worth asking about; never in the way of going on."""

    when: Condition = Field(alias="if", description="The contradiction: asked about where this holds")
    text: str = Field(description="What is said of it; may hold fills")
    decisions: list[str] = Field([], description="Ids of the decisions that shaped this check")


class ItemBase(Part):
    """What every item has, whether it is answered or not."""

    id: ItemId = Field(description="The item's name in conditions, jumps and data; compared without case")
    ask: Condition = Field("", description="The base; empty = everybody")
    base: str = Field("", description="The base in the source's own words")
    printed: str | None = Field(None, description="The base as printed, where the decided one differs")
    line: int | None = Field(None, description="Line of the question in the source")
    wording: list[Block] = Field([], description="What is read out, shown or told to the interviewer, in order")
    decisions: list[str] = Field([], description="Ids of the decisions that shaped this item")
    gap: str | None = Field(None, description="Why numbers before this item are missing from the source")


class QuestionBase(ItemBase):
    """What only an item that is answered can have."""

    jumps: list[Jump] = Field([], description="Where to go after any answer; the first whose condition holds")
    checks: list[SoftCheck] = Field([], description="Contradictions with earlier answers; never in the way")
    page: str | None = Field(None, description="Items of one page online share this name")
    per_call: bool = Field(False, description="Asked anew in every call")
    personal: bool = Field(
        False, description="Identifies the respondent: kept with the contact details, apart from the answers"
    )


class Message(ItemBase):
    """Read out or shown; nothing is coded."""

    type: Literal["message"] = Field(description="A text: nothing is coded")


class End(ItemBase):
    """The end of the interview."""

    type: Literal["end"] = Field(description="The end of the interview")
    outcome: str = Field(description="The outcome of whoever comes here: a key of the outcome scheme")


class Single(QuestionBase):
    """One code."""

    type: Literal["single"] = Field(description="One code")
    options: list[Option] | str = Field([], description="The codes, or the name of an option list")
    options_from: ItemId | None = Field(None, description="Only what was chosen there")
    always: list[int] = Field([], description="Codes offered whether chosen there or not")


class Multi(QuestionBase):
    """One or more codes."""

    type: Literal["multi"] = Field(description="One or more codes")
    options: list[Option] | str = Field(description="The codes, or the name of an option list")


class Number(QuestionBase):
    """A whole number, or a special answer."""

    type: Literal["number"] = Field(description="A whole number")
    min: int = Field(0, ge=0, description="The smallest number that is taken")
    max: int | None = Field(None, description="The largest number that is taken; none = no limit")
    unit: str = Field("", description="What is counted: hours, cases ...")
    specials: list[SpecialAnswer] = Field(
        [], description="Answers that are none of these: don't know, not applicable ..."
    )


class Text(QuestionBase):
    """Words, or a special answer."""

    type: Literal["text"] = Field(description="Words")
    specials: list[SpecialAnswer] = Field(
        [], description="Answers that are none of these: don't know, not applicable ..."
    )


class Lookup(QuestionBase):
    """An entry of a code list, searched as it is typed, or words that the list does not have."""

    type: Literal["lookup"] = Field(description="An entry of a code list")
    code_list: str | None = Field(None, description="Name of the code list; none ships = free text")
    free_text: bool = Field(True, description="Words that the list does not have are taken too")
    specials: list[SpecialAnswer] = Field(
        [], description="Answers that are none of these: don't know, not applicable ..."
    )


class Grid(QuestionBase):
    """Rows that share one scale: asked one by one on the telephone, a table online."""

    type: Literal["grid"] = Field(description="One code a row")
    rows: list[Row] = Field(min_length=1, description="The rows, in the order in which they are asked")
    options: list[Option] | str = Field(description="The codes of every row, or the name of an option list")


class ContactBlock(QuestionBase):
    """Contact details, kept apart from the answers."""

    type: Literal["contact"] = Field(description="Contact details")
    fields: list[ContactField] = Field(description="The boxes, in order")


Item = Annotated[
    Message | End | Single | Multi | Number | Text | Lookup | Grid | ContactBlock, Field(discriminator="type")
]


class Section(Part):
    """A part of the questionnaire with a heading of its own; jumps can lead to it."""

    id: ItemId = Field(description="The section's name in jumps; no item has the same")
    title: str = Field(description="The heading")
    letter: str = Field("", description="The letter that the source prints before the heading")
    line: int | None = Field(None, description="Line of the heading in the source")
    items: list[Item] = Field(min_length=1, description="The items, in the order in which they are asked")
    note: str = Field("", description="What the source says of the section as a whole")


class FillVariant(Part):
    """One of several texts of a fill: the first whose condition holds is used."""

    when: Condition = Field("", alias="if", description="Used where this holds; empty = always")
    text: str = Field(description="The words that are filled in; may hold other fills")


class NamedText(Part):
    """A text that is shown on request: reassurances, an e-mail."""

    wording: list[Block] = Field([], description="What is read out, or told to the interviewer")
    missing: str | None = Field(None, description="What the owner of the survey has not supplied yet")
    decisions: list[str] = Field([], description="Ids of the decisions that shaped this text")


class Closing(Part):
    """What is said when the interview, or this call, ends with an outcome."""

    text: str = Field(description="The words; may hold fills")


class Source(Part):
    """The document that the questionnaire was taken from."""

    title: str = Field(description="The document, and where in it the questionnaire stands")
    publisher: str = Field(description="Who published it")
    licence: str = Field(description="On what terms it may be used")
    lines: str = Field("", description="Lines of the document's text, first and last")


class Questionnaire(Part):
    """A questionnaire: both modes, every item, every word."""

    format: Literal[1] = Field(1, description="The version of this file format")
    id: ItemId = Field(description="The questionnaire's name in data and file names")
    version: str = Field(description="Changes with every change of a word or a route, such as 2019.1")
    title: str = Field(description="The name of the survey, for people")
    source: Source | None = Field(None, description="The document that the questionnaire was taken from")
    sample: dict[str, str] = Field({}, description="Sample variables the questionnaire uses, and what they are")
    fills: dict[str, str | list[FillVariant]] = Field(
        {}, description="Texts that change with the answers, by the name in braces: {la} is the fill `la`"
    )
    option_lists: dict[str, list[Option]] = Field({}, description="Lists of codes that several items share, by name")
    texts: dict[str, NamedText] = Field({}, description="Texts shown on request, by name: reassurances ...")
    closings: dict[str, Closing] = Field({}, description="What is said at each early end, by outcome key")
    decisions: dict[str, str] = Field({}, description="Decisions on readings of the source, in a sentence each")
    sections: list[Section] = Field(min_length=1, description="The sections, in order")

    def each_item(self) -> Iterator[tuple[Section, Any]]:
        """Every item with its section, in order."""
        for section in self.sections:
            for item in section.items:
                yield section, item

    def options_of(self, item: Any) -> list[Option]:
        """The options written at an item, named lists resolved (to none, for a name that there is not)."""
        options = getattr(item, "options", [])
        return self.option_lists.get(options, []) if isinstance(options, str) else options

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

    type: Literal["text", "number"] = "text"
    prompt: str = Field("", description="Beside the box, where the option's label does not say it")
    min: int | None = None
    max: int | None = None
    use: Literal["referral_number"] | None = Field(None, description="What else the answer is for")


class EndCase(Part):
    """One of several outcomes of the same code, chosen by a condition."""

    when: Condition = Field(alias="if")
    outcome: str


class Option(Part):
    """A code and its label."""

    code: int = Field(ge=0)
    label: str
    key: KeyName | None = Field(None, description="What the code means wherever it occurs: dk, na, none ...")
    exclusive: bool = Field(False, description="Cannot be given together with another code")
    specify: bool | WriteIn = Field(False, description="The code asks for words, or for a number")
    read_out: bool = Field(True, description="False: (DO NOT READ OUT) on the telephone")
    mode: Mode | None = None
    ask: Condition = Field("", description="Offered only where this holds")
    fill: str | None = Field(None, description="The label as it reads inside another sentence")
    skip_to: str | None = Field(None, description="Item or section that comes next")
    end: str | list[EndCase] | None = Field(
        None, description="The outcome with which the interview, or this call, ends"
    )
    again: str | None = Field(None, description="Show this text, or `take_email`, and come back to the same question")
    check_email: bool = Field(False, description="The e-mail address is read back and corrected")
    decisions: list[str] = []

    @property
    def write_in(self) -> WriteIn | None:
        if isinstance(self.specify, WriteIn):
            return self.specify
        return WriteIn() if self.specify else None


class SpecialAnswer(Part):
    """An answer that is no number and no text: don't know, not applicable. Held as its key."""

    key: KeyName
    label: str
    code: str | int | None = Field(None, description="The code printed in the source")
    read_out: bool = True
    mode: Mode | None = None
    skip_to: str | None = None
    end: str | None = None
    decisions: list[str] = []


class Row(Part):
    """A row of a grid, asked as a question of its own on the telephone."""

    row: int
    text: str
    ask: Condition = ""
    decisions: list[str] = []


class ContactField(Part):
    """A box of a contact block."""

    field: KeyName
    label: str
    blank: bool = Field(False, description="May be left blank")
    specials: list[SpecialAnswer] = []


class Jump(Part):
    """Where to go after an item, whatever the answer, if a condition holds."""

    when: Condition = Field("", alias="if")
    to: str


class SoftCheck(Part):
    """A contradiction worth asking about; never in the way of going on."""

    when: Condition = Field(alias="if")
    text: str
    decisions: list[str] = []


class ItemBase(Part):
    id: ItemId
    ask: Condition = Field("", description="The base; empty = everybody")
    base: str = Field("", description="The base in the source's own words")
    printed: str | None = Field(None, description="The base as printed, where the decided one differs")
    line: int | None = Field(None, description="Line of the question in the source")
    wording: list[Block] = []
    decisions: list[str] = Field([], description="Ids of the decisions that shaped this item")
    gap: str | None = Field(None, description="Why numbers before this item are missing from the source")


class QuestionBase(ItemBase):
    """What only an item that is answered can have."""

    jumps: list[Jump] = []
    checks: list[SoftCheck] = []
    page: str | None = Field(None, description="Items of one page online share this name")
    per_call: bool = Field(False, description="Asked anew in every call")
    personal: bool = Field(
        False, description="Identifies the respondent: kept with the contact details, apart from the answers"
    )


class Message(ItemBase):
    """Read out or shown; nothing is coded."""

    type: Literal["message"]


class End(ItemBase):
    """The end of the interview."""

    type: Literal["end"]
    outcome: str


class Single(QuestionBase):
    """One code."""

    type: Literal["single"]
    options: list[Option] | str = Field([], description="The codes, or the name of an option list")
    options_from: ItemId | None = Field(None, description="Only what was chosen there")
    always: list[int] = Field([], description="Codes offered whether chosen there or not")


class Multi(QuestionBase):
    """One or more codes."""

    type: Literal["multi"]
    options: list[Option] | str


class Number(QuestionBase):
    """A whole number, or a special answer."""

    type: Literal["number"]
    min: int = Field(0, ge=0)
    max: int | None = None
    unit: str = ""
    specials: list[SpecialAnswer] = []


class Text(QuestionBase):
    """Words, or a special answer."""

    type: Literal["text"]
    specials: list[SpecialAnswer] = []


class Lookup(QuestionBase):
    """An entry of a code list, searched as it is typed, or words that the list does not have."""

    type: Literal["lookup"]
    code_list: str | None = Field(None, description="Name of the code list; none ships = free text")
    free_text: bool = True
    specials: list[SpecialAnswer] = []


class Grid(QuestionBase):
    """Rows that share one scale: asked one by one on the telephone, a table online."""

    type: Literal["grid"]
    rows: list[Row] = Field(min_length=1)
    options: list[Option] | str


class ContactBlock(QuestionBase):
    """Contact details, kept apart from the answers."""

    type: Literal["contact"]
    fields: list[ContactField]


Item = Annotated[
    Message | End | Single | Multi | Number | Text | Lookup | Grid | ContactBlock, Field(discriminator="type")
]


class Section(Part):
    id: ItemId
    title: str
    letter: str = ""
    line: int | None = None
    items: list[Item] = Field(min_length=1)
    note: str = Field("", description="What the source says of the section as a whole")


class FillVariant(Part):
    when: Condition = Field("", alias="if")
    text: str


class NamedText(Part):
    """A text that is shown on request: reassurances, an e-mail."""

    wording: list[Block] = []
    missing: str | None = Field(None, description="What the owner of the survey has not supplied yet")
    decisions: list[str] = []


class Closing(Part):
    """What is said when the interview, or this call, ends with an outcome."""

    text: str


class Source(Part):
    title: str
    publisher: str
    licence: str
    lines: str = ""


class Questionnaire(Part):
    """A questionnaire: both modes, every item, every word."""

    format: Literal[1] = 1
    id: ItemId
    version: str
    title: str
    source: Source | None = None
    sample: dict[str, str] = Field({}, description="Sample variables the questionnaire uses, and what they are")
    fills: dict[str, str | list[FillVariant]] = {}
    option_lists: dict[str, list[Option]] = {}
    texts: dict[str, NamedText] = {}
    closings: dict[str, Closing] = {}
    decisions: dict[str, str] = Field({}, description="Decisions on readings of the source, in a sentence each")
    sections: list[Section] = Field(min_length=1)

    def each_item(self) -> Iterator[tuple[Section, Any]]:
        """Every item with its section, in order."""
        for section in self.sections:
            for item in section.items:
                yield section, item

    def options_of(self, item: Any) -> list[Option]:
        """The options written at an item, named lists resolved (to none, for a name that there is not)."""
        options = getattr(item, "options", [])
        return self.option_lists.get(options, []) if isinstance(options, str) else options

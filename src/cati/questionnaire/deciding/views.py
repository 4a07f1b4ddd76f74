"""What each step of a questionnaire looks at: bases, options, jumps, ends, checks and every text, in one mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cati.questionnaire import model
from cati.questionnaire.answers import Key
from cati.questionnaire.deciding.reading import Atom, Reader, Seen
from cati.questionnaire.deciding.texts import Text, TextReader
from cati.questionnaire.program import OptionStep, Program, Step


@dataclass(frozen=True, slots=True)
class BlockView:
    """A block of wording: its place in the item as written (0 up), when it is shown, and what it says."""

    at: int
    kind: str
    seen: Seen
    text: Text


@dataclass(frozen=True, slots=True)
class OptionView:
    """An option: the words on the screen, and when it is offered."""

    option: OptionStep
    seen: Seen
    label: Text

    @property
    def code(self) -> int:
        return self.option.option.code


@dataclass(frozen=True, slots=True)
class EndCaseView:
    """An end that an answer leads to, and what is said then."""

    at: int
    seen: Seen
    outcome: str
    closing: Text | None


@dataclass(slots=True)
class StepView:
    """One step. Texts of specials and boxes are `labels`; `again` holds the blocks of the text that a code shows."""

    step: Step
    base: Seen
    row_base: Seen
    blocks: tuple[BlockView, ...]
    row_text: Text | None
    options: tuple[OptionView, ...]
    labels: tuple[Text, ...]
    jumps: tuple[tuple[int, Seen, int], ...]
    ends: dict[int | Key, tuple[EndCaseView, ...]]
    checks: tuple[tuple[int, Seen, Text], ...]
    again: dict[int, str]
    again_blocks: dict[str, tuple[BlockView, ...]]
    present: frozenset[int] = field(default_factory=frozenset)
    atoms: tuple[Atom, ...] = ()

    @property
    def is_question(self) -> bool:
        return self.step.kind not in ("message", "end")

    def on_route(self, live: list[object], sample: dict[str, str]) -> bool:
        """Whether the bases of the item and of the row hold."""
        return self.base.holds(live, sample) and self.row_base.holds(live, sample)

    def texts(self) -> Iterator[Text]:
        """Every text of it."""
        for block in (*self.blocks, *(each for blocks in self.again_blocks.values() for each in blocks)):
            yield block.text
        yield from (option.label for option in self.options)
        yield from self.labels
        yield from (text for _, _, text in self.checks)
        yield from (case.closing for cases in self.ends.values() for case in cases if case.closing is not None)
        if self.row_text is not None:
            yield self.row_text

    def conditions(self) -> Iterator[Seen]:
        """Every condition of it, those inside its texts apart."""
        yield self.base
        yield self.row_base
        for block in (*self.blocks, *(each for blocks in self.again_blocks.values() for each in blocks)):
            yield block.seen
        yield from (option.seen for option in self.options)
        yield from (seen for _, seen, _ in self.jumps)
        yield from (case.seen for cases in self.ends.values() for case in cases)
        yield from (seen for _, seen, _ in self.checks)


class Views:
    """Every step of a program with what it looks at."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.reader = Reader(program.questionnaire, program.mode)
        self.text_reader = TextReader(self.reader, program.questionnaire.fills)
        self._texts = {
            name: self._blocks(text.wording) for name, text in program.questionnaire.texts.items() if text.wording
        }
        self._closings = {
            outcome: self.text_reader.read(closing.text) for outcome, closing in program.questionnaire.closings.items()
        }
        self.steps = tuple(self._view(step) for step in program.steps)

    def _blocks(self, wording: Iterable[model.Block]) -> tuple[BlockView, ...]:
        return tuple(
            BlockView(at, block.kind, self.reader.read(block.ask), self.text_reader.read(block.text))
            for at, block in enumerate(wording)
            if block.mode in (None, self.program.mode)
        )

    def _view(self, step: Step) -> StepView:
        read, text, item = self.reader.read, self.text_reader.read, step.item
        labels = [special.special.label for special in step.specials]
        labels += [box.box.label for box in step.boxes]
        labels += [special.special.label for box in step.boxes for special in box.specials]
        last = step.row is None or step.row is item.rows[-1]
        again = {
            option.option.code: str(option.option.again) for option in step.options if option.option.code in step.again
        }
        view = StepView(
            step=step,
            base=read(item.ask),
            row_base=read(step.row.ask if step.row is not None else ""),
            blocks=self._blocks(item.wording),
            row_text=text(step.row.text) if step.row is not None else None,
            options=tuple(
                OptionView(option, read(option.option.ask), text(option.option.label)) for option in step.options
            ),
            labels=tuple(text(label) for label in labels),
            jumps=self._jumps(step) if last else (),
            ends=self._ends(step),
            checks=tuple(
                (at, read(check.when), text(check.text))
                for at, check in enumerate(getattr(item, "checks", ()) if last else ())
            ),
            again=again,
            again_blocks={name: self._texts[name] for name in again.values() if name in self._texts},
        )  # fmt: skip
        view.present = frozenset(slot for each in view.texts() for slot in each.answers())
        readings = [
            each for seen in view.conditions() for each in (seen, seen.strict, seen.lenient) if each is not None
        ]
        atoms = [atom for seen in readings for atom in seen.atoms]
        view.atoms = tuple(dict.fromkeys([*atoms, *(atom for each in view.texts() for atom in each.atoms())]))
        return view

    def _jumps(self, step: Step) -> tuple[tuple[int, Seen, int], ...]:
        jumps = getattr(step.item, "jumps", ())
        return tuple(
            (at, self.reader.read(jump.when), target)
            for at, (jump, (_, target)) in enumerate(zip(jumps, step.always_jumps, strict=True))
        )

    def _ends(self, step: Step) -> dict[int | Key, tuple[EndCaseView, ...]]:
        ends: dict[int | Key, tuple[EndCaseView, ...]] = {}
        for code, cases in step.ends.items():
            written = [""] * len(cases)
            for option in self.program.questionnaire.options_of(step.item):
                if option.code == code and not isinstance(option.end, (str, type(None))):
                    written = [case.when for case in option.end]
            ends[code] = tuple(
                EndCaseView(at, self.reader.read(when), outcome, self._closings.get(outcome))
                for at, (when, (_, outcome)) in enumerate(zip(written, cases, strict=True))
            )
        return ends

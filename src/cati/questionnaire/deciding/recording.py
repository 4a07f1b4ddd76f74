"""Looks on while a questionnaire is gone through: notes what is reached and what goes wrong, with the respondent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cati.questionnaire.answers import Answer, Key
from cati.questionnaire.deciding.forward import Led, Scene, Standing, Way
from cati.questionnaire.deciding.reading import Seen
from cati.questionnaire.deciding.targets import Target
from cati.questionnaire.deciding.texts import AnswerFill, NamedFill, Text
from cati.questionnaire.deciding.views import BlockView, StepView

Found = tuple[str, str, Any]
"""What a target is known by: kind, item, part."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How something is reached: the way to it, and the answer to give there, if it hangs on one."""

    way: Way
    item: str | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that goes wrong for a respondent: `kind` names the check, `slot` the step, `part` what of it."""

    kind: str
    slot: int
    part: Any = None


@dataclass(slots=True)
class _Watch:
    """What to note at one step: blocks not shown yet, and conditions that an answer may be missing from."""

    blocks: list[BlockView]
    before: list[Seen]
    here: list[Seen]
    after: list[Seen]


def _doubtful(conditions: Iterable[Seen]) -> list[Seen]:
    return [seen for seen in conditions if seen.strict is not None or seen.lenient is not None]


def _watch(view: StepView) -> _Watch:
    after = [seen for _, seen, _ in view.jumps] + [case.seen for cases in view.ends.values() for case in cases]
    return _Watch(
        blocks=list(view.blocks),
        before=_doubtful([view.base, view.row_base]),
        here=_doubtful([*(block.seen for block in view.blocks), *(option.seen for option in view.options)]),
        after=_doubtful(after),
    )


class Recorder:
    """The observer of one version: what was reached, by target, and every trouble, each with the first respondent."""

    def __init__(self) -> None:
        self.reached: dict[Found, Reached] = {}
        self.troubles: dict[Trouble, Way] = {}
        self.arrived_at: set[int] = set()
        self.useful_jumps: set[tuple[int, Any]] = set()
        self._watches: dict[int, _Watch] = {}
        self._plain: set[int] = set()

    def arrived(self, scene: Scene) -> bool:
        """Respondents come to a step."""
        (standing,) = scene.standings
        view = standing.view
        if view is None or not standing.here:
            return False
        slot = view.step.slot
        self.arrived_at.add(slot)
        watch = self._watches[slot] = self._watches.get(slot) or _watch(view)
        self._doubt(watch.before, slot, standing, scene)
        if not standing.on:
            return False
        first = ("item", view.step.id, None) not in self.reached
        self._reach("item", view.step.id, None, Reached(scene.way))
        self._doubt(watch.here, slot, standing, scene)
        if watch.blocks:
            watch.blocks = [block for block in watch.blocks if not self._shown(block, view, standing, scene)]
        for block in view.blocks:
            if block.text.varies and block.seen.holds(standing.live, scene.sample):
                self._text(block.text, slot, standing, scene)
        if view.row_text is not None:
            self._text(view.row_text, slot, standing, scene)
        for label in view.labels:
            self._text(label, slot, standing, scene)
        self._offered(view, standing, scene, first)
        return False

    def _doubt(self, conditions: list[Seen], slot: int, standing: Standing, scene: Scene) -> None:
        """Note conditions that a missing answer decides otherwise than their words suggest."""
        for seen in conditions:
            holds = seen.holds(standing.live, scene.sample)
            if holds and seen.strict is not None and not seen.strict.holds(standing.live, scene.sample):
                self.troubles.setdefault(Trouble("not-missing", slot, seen.text), scene.way)
            if not holds and seen.lenient is not None and seen.lenient.holds(standing.live, scene.sample):
                self.troubles.setdefault(Trouble("unequal-missing", slot, seen.text), scene.way)

    def _reach(self, kind: str, item: str, part: Any, reached: Reached) -> None:
        self.reached.setdefault((kind, item, part), reached)

    def _shown(self, block: BlockView, view: StepView, standing: Standing, scene: Scene) -> bool:
        if not block.seen.holds(standing.live, scene.sample):
            return False
        self._reach("wording", view.step.item.id, block.at, Reached(scene.way))
        return True

    def _offered(self, view: StepView, standing: Standing, scene: Scene, first: bool) -> None:
        step, multi = view.step, view.step.kind == "multi"
        if first:
            for special in step.specials:
                key = Key(special.special.key)
                self._reach("option", step.id, key, Reached(scene.way, step.id, key))
        if standing.offered is None:
            return
        if all(option.code in view.again for option in standing.offered):
            self.troubles.setdefault(Trouble("no-way-out", step.slot), scene.way)
        for option in standing.offered if first or step.conditional else ():
            answer: Answer = (option.code,) if multi else option.code
            self._reach("option", step.id, option.code, Reached(scene.way, step.id, answer))
        for option in standing.offered:
            self._text(option.label, step.slot, standing, scene)

    def _text(self, text: Text, slot: int, standing: Standing, scene: Scene) -> None:
        if not text.varies or id(text) in self._plain:
            return
        if not any(isinstance(fill, AnswerFill) or _chosen_by_condition(fill) for fill in text.fills()):
            self._plain.add(id(text))
        for piece in text.pieces:
            if isinstance(piece, AnswerFill):
                if standing.live[piece.slot] is None:
                    self.troubles.setdefault(Trouble("empty-fill", slot, piece.id), scene.way)
            elif isinstance(piece, NamedFill):
                self._fill(piece, slot, standing, scene)

    def _fill(self, fill: NamedFill, slot: int, standing: Standing, scene: Scene) -> None:
        holding = [at for at, (seen, _) in enumerate(fill.variants) if seen.holds(standing.live, scene.sample)]
        if not holding:
            self.troubles.setdefault(Trouble("missing-variant", slot, fill.name), scene.way)
            return
        # A variant without a condition, put last, is meant for everybody else.
        rivals = [at for at in holding if fill.variants[at][0].tree is not None or at + 1 < len(fill.variants)]
        if len(rivals) > 1:
            self.troubles.setdefault(Trouble("overlapping-variants", slot, fill.name), scene.way)
        self._reach("variant", fill.name, holding[0], Reached(scene.way))
        self._text(fill.variants[holding[0]][1], slot, standing, scene)

    def answered(self, scene: Scene) -> None:
        """An answer was given."""
        (standing,) = scene.standings
        view, came = standing.view, standing.led
        if view is None or came is None or came.kind == "refused":
            return
        step = view.step
        watch = self._watches[step.slot]
        self._doubt(watch.after, step.slot, standing, scene)
        for at, seen, text in view.checks:
            if seen.holds(standing.live, scene.sample):
                self._reach("check", step.item.id, at, Reached(scene.way))
                self._text(text, step.slot, standing, scene)
        if came.kind == "again" and isinstance(came.code, int):
            name = view.again[came.code]
            for block in view.again_blocks.get(name, ()):
                if block.seen.holds(standing.live, scene.sample):
                    self._reach("text", name, block.at, Reached(scene.way))
                    self._text(block.text, step.slot, standing, scene)
        if came.kind == "end" and came.end is not None:
            self._reach("end", step.id, (came.code, came.at), Reached(scene.way))
            if came.end.closing is not None:
                self._text(came.end.closing, step.slot, standing, scene)
        if came.kind == "jump":
            self._jumped(came, view, standing, scene)

    def _jumped(self, came: Led, view: StepView, standing: Standing, scene: Scene) -> None:
        part = came.code if came.code is not None else ("item", came.at)
        self._reach("jump", view.step.id, part, Reached(scene.way))
        assert came.target is not None
        steps = standing.side.views.steps[view.step.slot + 1 : came.target]
        jump = (view.step.slot, part)
        if jump not in self.useful_jumps and any(each.on_route(standing.live, scene.sample) for each in steps):
            self.useful_jumps.add(jump)


def _chosen_by_condition(fill: AnswerFill | NamedFill) -> bool:
    return isinstance(fill, NamedFill) and any(seen.tree is not None for seen, _ in fill.variants)


def found_key(target: Target) -> Found:
    """What a target is noted under."""
    return ("item" if target.kind == "row" else target.kind, target.item, target.part)

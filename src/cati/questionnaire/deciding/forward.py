"""One pass over a questionnaire, or over two versions of it in step, with every state in which a respondent can be.

A state is what later steps can still tell of a respondent: the answers that are live, each stood in for by one that
nothing later tells apart from it, and forgotten as soon as nothing looks at it any more. Since each step looks at
finitely many things, the states are few, and going through all of them decides exactly what some respondent can reach.
Each state remembers one way in which a respondent came into it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Protocol

from cati.questionnaire.answers import Answer, Key
from cati.questionnaire.deciding.codes import Codes, TooMany
from cati.questionnaire.deciding.domains import Domains
from cati.questionnaire.deciding.sides import Moment, Side, time_line
from cati.questionnaire.deciding.views import EndCaseView, OptionView, StepView
from cati.questionnaire.program import Program

MOST_STATES = 100_000
"""Beyond so many states at one step nothing is decided any more."""

_UNSET = Key("not chosen yet")
_SAMPLE, _GIVEN = -1, -2  # what a part of a state is, where it is no version's answer

Way = tuple[Any, str, Any] | None
"""How a respondent came here: the way before, and one answer (by lower-case id) or sample value (by `sample.x`)."""


@dataclass(slots=True)
class Led:
    """Where an answer leads: on to the next step, over a jump to `target`, to an end, or to the same question again.

    `code` is the code or key it hangs on, `at` the place of the jump or end among those of the item or code.
    """

    kind: str
    target: int | None = None
    code: int | Key | None = None
    at: int = 0
    end: EndCaseView | None = None


@dataclass(slots=True)
class Standing:
    """Where a version stands at a moment: `here` unless it has no step here or a jump passes over it."""

    side: Side
    view: StepView | None
    here: bool
    on: bool
    live: list[Any]
    offered: tuple[OptionView, ...] | None = None
    answer: Answer | None = None
    led: Led | None = None


@dataclass(slots=True)
class Scene:
    """A state at a moment.

    `standings` are where each version stands, `resumes` the moments from which they go on after a jump; `sample` holds
    the sample values looked at so far, `chosen` those that are missing too; `given` the answers that a version comes to
    again later; `way` is how a respondent came here, and `parted` says that the routes of the versions parted before.
    """

    moment: int
    resumes: tuple[int, ...]
    standings: tuple[Standing, ...]
    chosen: dict[str, Any]
    sample: dict[str, str]
    given: dict[str, Any]
    way: Way
    parted: bool


class Observer(Protocol):
    """What looks on during the pass."""

    def arrived(self, scene: Scene) -> bool:
        """Respondents in this state come to the moment; nothing is answered yet. True if versions part here."""

    def answered(self, scene: Scene) -> None:
        """An answer was given; each standing says what came of it."""


class Forward:
    """The pass. `stopped_at` names the question from which on nothing could be decided, if there is one."""

    def __init__(self, programs: Sequence[Program], observer: Observer) -> None:
        self.moments: list[Moment] = time_line(programs)
        self.sides = [Side(program, self._places(at)) for at, program in enumerate(programs)]
        self.domains = Domains(self.sides)
        self.codes = Codes(self.sides)
        self.observer = observer
        self.stopped_at: str | None = None
        self.widest = 0
        self._stand_ins: dict[Any, Any] = {}
        self._names = [self._name(moment) for moment in self.moments]
        self._again = self._repeated()
        self._variables = {
            name: max(last for side in self.sides for last in side.variables.get(name, {}).values())
            for name in sorted({name for side in self.sides for name in side.variables})
        }
        self._layouts = [self._layout(moment) for moment in range(len(self.moments) + 1)]
        self._needed = [self._sample_needed(moment) for moment in range(len(self.moments))]
        self._waiting: list[dict[Any, Way]] = [{} for _ in self._layouts]

    def _places(self, side: int) -> list[int]:
        return [at for at, moment in enumerate(self.moments) if moment[side] is not None]

    def _name(self, moment: Moment) -> str:
        return next(
            side.program.steps[slot].id.lower()
            for side, slot in zip(self.sides, moment, strict=True)
            if slot is not None
        )

    def _repeated(self) -> dict[str, tuple[int, int]]:
        """The steps that the versions have at different moments: one answer is given at both."""
        at: dict[str, list[int]] = {}
        for moment, name in enumerate(self._names):
            at.setdefault(name, []).append(moment)
        return {name: (places[0], places[1]) for name, places in at.items() if len(places) > 1}

    def _layout(self, moment: int) -> list[tuple[int, Any]]:
        """What a state at a moment holds: (version, slot), (_SAMPLE, variable), or (_GIVEN, id)."""
        layout: list[tuple[int, Any]] = [
            (at, slot)
            for at, side in enumerate(self.sides)
            for slot, last in side.last.items()
            if side.known[slot] < moment <= last
        ]
        layout += [(_SAMPLE, name) for name, last in self._variables.items() if moment <= last]
        layout += [(_GIVEN, name) for name, (first, second) in self._again.items() if first < moment <= second]
        return layout

    def _sample_needed(self, moment: int) -> list[str]:
        views = [
            side.views.steps[slot]
            for side, slot in zip(self.sides, self.moments[moment], strict=True)
            if slot is not None
        ]
        return sorted({name for view in views for atom in view.atoms for name in atom.variables})

    def run(self) -> None:
        """Go through every state, showing each to the observer."""
        start = tuple(_UNSET if kind == _SAMPLE else None for kind, _ in self._layouts[0])
        self._waiting[0][((0,) * len(self.sides), False, start)] = None
        try:
            for moment in range(len(self.moments)):
                states = self._waiting[moment]
                self.widest = max(self.widest, len(states))
                for (resumes, parted, values), way in states.items():
                    self._step(moment, resumes, parted, values, way)
                self._waiting[moment] = {}
                if len(self._waiting[moment + 1]) > MOST_STATES:
                    raise TooMany(self._names[moment])
        except TooMany as many:
            self.stopped_at = many.item

    def _step(self, moment: int, resumes: tuple[int, ...], parted: bool, values: tuple[Any, ...], way: Way) -> None:
        """Unfold a state, branching over the sample values that are looked at for the first time."""
        lives: list[list[Any]] = [[None] * side.program.slots for side in self.sides]
        known: dict[str, Any] = {}
        given: dict[str, Any] = {}
        for (kind, name), value in zip(self._layouts[moment], values, strict=True):
            if kind >= 0:
                lives[kind][name] = value
            else:
                (known if kind == _SAMPLE else given)[name] = value
        fresh = [name for name in self._needed[moment] if known.get(name, _UNSET) is _UNSET]
        for texts in product(*(self.domains.sample_values(name) for name in fresh)):
            chosen = {**known, **dict(zip(fresh, texts, strict=True))}
            there = way
            for name, text in zip(fresh, texts, strict=True):
                there = (there, f"sample.{name}", text)
            sample = {name: text for name, text in chosen.items() if isinstance(text, str)}
            standings = tuple(
                self._standing(side, slot, resume <= moment, list(live), sample)
                for side, slot, resume, live in zip(self.sides, self.moments[moment], resumes, lives, strict=True)
            )
            self._arrive(Scene(moment, resumes, standings, chosen, sample, given, there, parted))

    def _arrive(self, scene: Scene) -> None:
        scene.parted = self.observer.arrived(scene) or scene.parted
        on = [each for each in scene.standings if each.on and each.view is not None]
        if any(each.view is not None and each.view.step.kind == "end" for each in on):
            return
        asked = [each for each in on if each.view is not None and each.view.is_question]
        if not asked:
            self._go_on(scene, scene.resumes)
            return
        for answer in self._answers(scene):
            for write_ins in self._write_ins(asked, answer):
                self._answer(scene, answer, write_ins)

    def _standing(
        self, side: Side, slot: int | None, arrives: bool, live: list[Any], sample: dict[str, str]
    ) -> Standing:
        if slot is None or not arrives:
            return Standing(side, None if slot is None else side.views.steps[slot], False, False, live)
        view = side.views.steps[slot]
        standing = Standing(side, view, True, view.on_route(live, sample), live)
        if standing.on and view.step.kind in ("single", "multi"):
            if view.step.conditional:
                codes = {option.option.code for option in view.step.offered(live, sample)}
                standing.offered = tuple(option for option in view.options if option.code in codes)
            else:
                standing.offered = view.options
        return standing

    def _answers(self, scene: Scene) -> Sequence[Answer]:
        """The answers to try: one of each class, or the one that was given when the question came before."""
        name, standings = self._names[scene.moment], scene.standings
        if scene.given.get(name) is not None:
            return [scene.given[name]]
        kinds = dict.fromkeys(each.view.step.kind for each in standings if each.on and each.view is not None)
        answers: list[Answer] = []
        for kind in kinds:
            if kind in ("single", "multi"):
                offered = tuple(
                    each.offered if each.view is not None and each.view.step.kind == kind else None
                    for each in standings
                )
                answers += self.codes.answers(name, kind, offered)
            elif kind != "message":
                answers += self.domains.values(name)
        return list(dict.fromkeys(answers)) if len(kinds) > 1 else answers

    def _write_ins(self, asked: list[Standing], answer: Answer) -> Iterator[dict[str, Answer]]:
        """The words of the chosen codes that anything looks at, in every way that matters."""
        names: dict[str, None] = {}
        for standing in asked:
            assert standing.view is not None
            for write_in in standing.view.step.write_ins:
                if standing.side.watched(write_in.slot) and _holds(answer, write_in.code):
                    names[write_in.id.lower()] = None
        for values in product(*(self.domains.values(name) for name in names)):
            yield dict(zip(names, values, strict=True))

    def _answer(self, scene: Scene, answer: Answer, write_ins: dict[str, Answer]) -> None:
        name = self._names[scene.moment]
        way: Way = (scene.way, name, answer)
        for written, words in write_ins.items():
            way = (way, written, words)
        standings = tuple(self._told(each, name, answer, write_ins, scene.sample) for each in scene.standings)
        given = {**scene.given, name: answer} if name in self._again else scene.given
        after = replace(scene, standings=standings, way=way, given=given)
        self.observer.answered(after)
        if any(each.led is not None and each.led.kind in ("end", "again", "refused") for each in standings):
            return
        resumes = tuple(
            side.at[each.led.target] if each.led is not None and each.led.target is not None else resume
            for side, each, resume in zip(self.sides, standings, scene.resumes, strict=True)
        )
        self._go_on(after, resumes)

    @staticmethod
    def _told(
        standing: Standing, name: str, answer: Answer, write_ins: dict[str, Answer], sample: dict[str, str]
    ) -> Standing:
        """A version after the answer."""
        view = standing.view
        if not standing.on or view is None or not view.is_question:
            return standing
        live = list(standing.live)
        held: Any = standing.side.accepted(name, answer)
        if standing.offered is not None and view.step.conditional:
            held = _offered_part(held, {option.code for option in standing.offered})
        after = Standing(standing.side, view, True, True, live, standing.offered, held)
        if held is None:
            after.led = Led("refused")
            return after
        live[view.step.slot] = held
        for write_in in view.step.write_ins:
            if write_in.id.lower() in write_ins and _holds(held, write_in.code):
                live[write_in.slot] = standing.side.accepted(write_in.id.lower(), write_ins[write_in.id.lower()])
        after.led = led(view, held, live, sample)
        return after

    def _go_on(self, scene: Scene, resumes: tuple[int, ...]) -> None:
        """Put the state where it comes to next, with what is still looked at from there on."""
        following = max(scene.moment + 1, min(resumes))
        if following >= len(self.moments):
            return
        values: list[Any] = []
        for kind, name in self._layouts[following]:
            if kind >= 0:
                live = scene.standings[kind].live[name]
                values.append(None if live is None else self.sides[kind].stand_in(name, live, following))
            elif kind == _SAMPLE:
                values.append(self._sample_stand_in(name, scene.chosen.get(name, _UNSET), following))
            else:
                values.append(scene.given.get(name))
        state = (tuple(resume if resume > following else 0 for resume in resumes), scene.parted, tuple(values))
        self._waiting[following].setdefault(state, scene.way)

    def _sample_stand_in(self, name: str, value: Any, moment: int) -> Any:
        """One sample value for all that steps from `moment` on cannot tell from `value`."""
        key = (name, value, moment)
        if key not in self._stand_ins:
            values = self.domains.sample_values(name)
            told = self._told_of_sample(name, value, moment)
            self._stand_ins[key] = next(
                (each for each in values if self._told_of_sample(name, each, moment) == told), value
            )
        return self._stand_ins[key]

    def _told_of_sample(self, name: str, value: Any, moment: int) -> Any:
        if value is _UNSET:
            return value
        held = {} if value is None else {name: value}
        told: list[Any] = []
        for side in self.sides:
            for atom, last in side.variables.get(name, {}).items():
                if last >= moment:
                    told.append(value if atom.joins else atom.test([None] * side.program.slots, held))
        return told


def led(view: StepView, answer: Answer, live: list[Any], sample: dict[str, str]) -> Led:
    """Where an answer leads, in the engine's order: the same question again, an end, the answer's jump, the item's."""
    step = view.step
    if not isinstance(answer, tuple) and answer in step.again:
        return Led("again", code=answer if isinstance(answer, int) else None)
    codes: tuple[Any, ...] = answer if isinstance(answer, tuple) else (answer,)
    for code in codes if view.ends else ():
        for case in view.ends.get(code, ()):
            if case.seen.holds(live, sample):
                return Led("end", code=code, at=case.at, end=case)
    for code in codes if step.jumps else ():
        target = step.jumps.get(code)
        if target is not None:
            return Led("jump", target, code)
    for at, seen, target in view.jumps:
        if seen.holds(live, sample):
            return Led("jump", target, None, at)
    return Led("on")


def _offered_part(answer: Any, codes: set[int]) -> Any:
    """What is left of an answer where only `codes` are offered; None if nothing is."""
    if isinstance(answer, tuple):
        return tuple(code for code in answer if code in codes) or None
    return answer if answer in codes else None


def _holds(answer: Any, code: int) -> bool:
    return code in answer if isinstance(answer, tuple) else bool(answer == code)

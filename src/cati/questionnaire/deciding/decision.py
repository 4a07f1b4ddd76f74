"""Whether some respondent can reach each part of a questionnaire, decided across the whole of it."""

from __future__ import annotations

from typing import Any

from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.questionnaire.deciding.forward import Forward, Way
from cati.questionnaire.deciding.recording import Reached, Recorder, found_key
from cati.questionnaire.deciding.respondents import parts, plain, respondent
from cati.questionnaire.deciding.sides import Side
from cati.questionnaire.deciding.targets import Target, targets_of
from cati.questionnaire.program import Program


class Decision:
    """What was decided of a questionnaire in one mode.

    `targets` are all its parts; `undecided_from` is the question from which on nothing could be decided, because more
    states are to be told apart than can be gone through; None as a rule.
    """

    def __init__(self, forward: Forward, recorder: Recorder) -> None:
        self._forward = forward
        self._recorder = recorder
        self._side: Side = forward.sides[0]
        self.program: Program = self._side.program
        self.views = self._side.views
        self.targets: tuple[Target, ...] = tuple(targets_of(self.views))
        self.undecided_from = forward.stopped_at
        self.troubles = recorder.troubles
        self.arrived_at = recorder.arrived_at
        self.useful_jumps = recorder.useful_jumps
        self._reached: dict[Target, tuple[Reached, tuple[int, int] | None] | None] = {}

    def target(self, target_id: str) -> Target:
        """The target called `target_id` (compared without case). Raises InputError with the nearest that exists."""
        for target in self.targets:
            if target.id.lower() == target_id.lower():
                return target
        hint = did_you_mean(target_id, [target.id for target in self.targets], "Name one such as B3, I1=7 or B1=3>F1a.")
        raise InputError(
            f"{target_id} is no part of the questionnaire that can be reached by {self.program.mode}. {hint}"
        )

    def reaches(self, target: Target | str) -> bool:
        """Whether some respondent reaches it."""
        return self._way(self.target(target) if isinstance(target, str) else target) is not None

    def witness(self, target: Target | str) -> dict[str, Any] | None:
        """A respondent who reaches it, `{"sample": {…}, "answers": {…}}` as `questionnaire walk` takes them; None if
        there can be none. Raises InputError for an unknown target.
        """
        chosen = self.target(target) if isinstance(target, str) else target
        found = self._way(chosen)
        if found is None:
            return None
        reached, swap = found
        sample, given = parts(reached.way)
        if reached.item is not None and reached.answer is not None:
            given[reached.item.lower()] = reached.answer
        if swap is not None:
            name = chosen.item.lower()
            for member in self._forward.codes.family.get(name, frozenset((name,))):
                if member in given:
                    given[member] = self._forward.codes.exchanged(*swap, given[member])
        return {"sample": sample, "answers": plain([self._side], given)}

    def witness_of(self, way: Way) -> dict[str, Any]:
        """The respondent who came along a way."""
        return respondent([self._side], way)

    def alike(self, item: str, code: object, other: object) -> bool:
        """Whether nothing tells two codes of an item apart."""
        kind = self._forward.codes.kind
        return type(code) is int and type(other) is int and kind(item.lower(), code) == kind(item.lower(), other)

    def _way(self, target: Target) -> tuple[Reached, tuple[int, int] | None] | None:
        """How a target is reached, with the two codes to be exchanged where it was reached for one that is like it."""
        if target not in self._reached:
            self._reached[target] = self._find(target)
        return self._reached[target]

    def _find(self, target: Target) -> tuple[Reached, tuple[int, int] | None] | None:
        reached, codes = self._recorder.reached, self._forward.codes
        kind, item, part = found_key(target)
        if (kind, item, part) in reached:
            return reached[(kind, item, part)], None
        code, rest = (part if kind == "end" else (part, None)) if kind in ("option", "jump", "end") else (None, None)
        if type(code) is not int:
            return None
        step = self.program.step(item)
        for other in sorted(step.codes) if step is not None else ():
            found = reached.get((kind, item, (other, rest) if kind == "end" else other))
            if found is not None and codes.kind(item.lower(), other) == codes.kind(item.lower(), code):
                return found, (other, code)
        return None


def decide(program: Program) -> Decision:
    """Decide what can be reached in a questionnaire in one mode; it was loaded without errors."""
    recorder = Recorder()
    forward = Forward([program], recorder)
    forward.run()
    return Decision(forward, recorder)

"""One version of a questionnaire on the common time line: what of its answers later steps still look at."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from typing import Any

from cati.questionnaire.answers import Answer, AnswerRefused
from cati.questionnaire.deciding.reading import Atom
from cati.questionnaire.deciding.views import Views
from cati.questionnaire.judging import judge
from cati.questionnaire.program import Program

Moment = tuple[int | None, ...]
"""The step, in each version, that is come to at one place of the time line; None where a version has none there."""


def time_line(programs: Sequence[Program]) -> list[Moment]:
    """The steps of one version, or of two in step: steps with the same id side by side, each order kept."""
    if len(programs) == 1:
        return [(slot,) for slot in range(len(programs[0].steps))]
    old, new = ([step.id.lower() for step in program.steps] for program in programs)
    moments: list[Moment] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            moments += zip(range(a, b), range(c, d), strict=True)
        else:
            moments += [(slot, None) for slot in range(a, b)] + [(None, slot) for slot in range(c, d)]
    return moments


class Side:
    """A version, and until when each of its answers matters.

    An answer is looked at by comparisons (`atoms`), as a whole (by an option list taken from it, or where it is
    compared with another), or only for being there at all (by a fill).
    """

    def __init__(self, program: Program, at: Sequence[int]) -> None:
        """`at` gives the moment of each step."""
        self.program = program
        self.views = Views(program)
        self.at = at
        self.names = {slot: name for name, slot in program.by_id.items()}
        self.known = {slot: at[slot] for slot in range(len(program.steps))}
        self.atoms: dict[int, dict[Atom, int]] = defaultdict(dict)
        self.variables: dict[str, dict[Atom, int]] = defaultdict(dict)
        self.whole: dict[int, int] = {}
        self.present: dict[int, int] = {}
        self._judged: dict[tuple[str, Hashable], Answer | None] = {}
        for view in self.views.steps:
            for write_in in view.step.write_ins:
                self.known[write_in.slot] = at[view.step.slot]
        for view in self.views.steps:
            self._note_uses(view.step.slot)
        self.last = {
            slot: max((*self.atoms[slot].values(), self.whole.get(slot, -1), self.present.get(slot, -1)), default=-1)
            for slot in self.known
        }
        self._ends_of_use = {slot: self._times(slot) for slot in self.known}
        self._stand_ins: dict[tuple[int, int], dict[Hashable, Any]] = {}
        self._by_value: dict[tuple[int, int, Hashable], Any] = {}

    def _note_uses(self, slot: int) -> None:
        view, moment = self.views.steps[slot], self.at[slot]
        for atom in view.atoms:
            for each in atom.slots:
                self.atoms[each][atom] = moment
                if atom.joins:
                    self.whole[each] = moment
            for name in atom.variables:
                self.variables[name][atom] = moment
        for each in view.present:
            self.present[each] = moment
        if view.step.source_slot is not None:
            self.whole[view.step.source_slot] = moment

    def _times(self, slot: int) -> list[int]:
        times = {*self.atoms[slot].values(), self.whole.get(slot, -1), self.present.get(slot, -1)}
        return sorted(times)

    def step_named(self, name: str) -> int | None:
        """The slot of the step called `name` (lower case); None for a write-in or an unknown name."""
        slot = self.program.by_id.get(name)
        return slot if slot is not None and slot < len(self.program.steps) else None

    def watched(self, slot: int) -> bool:
        """Whether anything looks at an answer."""
        return self.last.get(slot, -1) >= 0

    def signature(self, slot: int, value: Any, moment: int) -> Hashable:
        """What steps from `moment` on can tell of an answer."""
        if self.whole.get(slot, -1) >= moment:
            return (value,)
        live: list[Any] = [None] * self.program.slots
        live[slot] = value
        truths = tuple(atom.test(live, {}) for atom, last in self.atoms[slot].items() if last >= moment)
        return truths, value is not None and self.present.get(slot, -1) >= moment

    def stand_in(self, slot: int, value: Any, moment: int) -> Any:
        """One answer for all that steps from `moment` on cannot tell from `value`; None if missing is like it."""
        time = bisect_left(self._ends_of_use[slot], moment)
        key = (slot, time, value)
        if key not in self._by_value:
            known = self._stand_ins.setdefault((slot, time), {})
            if not known:
                known[self.signature(slot, None, moment)] = None
            self._by_value[key] = known.setdefault(self.signature(slot, value, moment), value)
        return self._by_value[key]

    def accepted(self, name: str, value: Any) -> Answer | None:
        """The answer as this version holds it; None where it cannot take it."""
        key = (name, value)
        if key not in self._judged:
            try:
                self._judged[key] = judge(self.program, name, value) if name in self.program.by_id else None
            except AnswerRefused:
                self._judged[key] = None
        return self._judged[key]

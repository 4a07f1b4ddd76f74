"""Codes that nothing can tell apart, and the answers in codes that are enough to try.

Two codes of an item are alike if every condition, jump, end and filter treats them alike, at the item itself and at
every item that takes its options from it (its family). Whatever one of them leads to, the other does too: exchange them
throughout the family, and the same respondent shows it.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from cati.questionnaire.answers import Answer
from cati.questionnaire.deciding.sides import Side
from cati.questionnaire.deciding.views import OptionView

MOST_ANSWERS = 20_000
"""Beyond so many different answers to one question nothing is decided any more."""

Offered = tuple[tuple[OptionView, ...] | None, ...]
"""What each version offers at a question; None where it does not ask it."""


class TooMany(Exception):
    """The questionnaire tells more answers apart than can be gone through. `item` is where."""

    def __init__(self, item: str) -> None:
        super().__init__(item)
        self.item = item


class Codes:
    """The classes of codes of every coded item, the same for all versions."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self._sides = sides
        self.family = _families(sides)
        self._kinds: dict[tuple[str, int], Hashable] = {}
        self._answers: dict[Hashable, list[Answer]] = {}

    def kind(self, name: str, code: int) -> Hashable:
        """Equal for two codes of an item if nothing tells them apart."""
        key = (name, code)
        if key not in self._kinds:
            members = sorted(self.family.get(name, {name}))
            self._kinds[key] = tuple(self._at(side, member, code) for member in members for side in self._sides)
        return self._kinds[key]

    def _at(self, side: Side, name: str, code: int) -> Hashable:
        slot = side.step_named(name)
        if slot is None or code not in side.program.steps[slot].codes:
            return None
        view, step = side.views.steps[slot], side.program.steps[slot]
        option = next(each for each in view.options if each.code == code)
        written = option.option.write_in
        alone = written is not None and side.watched(written.slot)
        alone |= step.kind == "multi" and (bool(step.jumps) or bool(step.ends))  # the first in display order goes first
        alone |= len(self._sides) > 1 and not self._same_option(name, code)
        value: Answer = (code,) if step.kind == "multi" else code
        live: list[Any] = [None] * side.program.slots
        live[slot] = value
        return (
            code if alone else None,
            tuple(atom.test(live, {}) for atom in side.atoms[slot]),
            step.jumps.get(code),
            tuple((case.seen.text, case.outcome) for case in view.ends.get(code, ())),
            view.again.get(code),
            option.option.option.exclusive,
            code in step.always,
            option.seen.text,
        )

    def _same_option(self, name: str, code: int) -> bool:
        """Whether the versions write the option alike."""
        written = []
        for side in self._sides:
            slot = side.step_named(name)
            options = side.program.steps[slot].options if slot is not None else ()
            written.append(next((each.option for each in options if each.option.code == code), None))
        return all(each == written[0] for each in written)

    def answers(self, name: str, kind: str, offered: Offered) -> list[Answer]:
        """Answers to a coded question that lead to everything that any answer leads to."""
        key = (name, tuple(None if each is None else tuple(option.code for option in each) for each in offered))
        if key not in self._answers:
            codes = dict.fromkeys(option.code for each in offered if each is not None for option in each)
            first = self._first_of_each(name, list(codes), offered)
            self._answers[key] = self._together(name, first, offered) if kind == "multi" else [
                members[0] for members in first
            ]  # fmt: skip
        return self._answers[key]

    def _first_of_each(self, name: str, codes: list[int], offered: Offered) -> list[list[int]]:
        """The codes, class by class; what only some versions offer is a class of its own."""
        classes: dict[Hashable, list[int]] = {}
        for code in codes:
            shown = tuple(each is not None and any(option.code == code for option in each) for each in offered)
            classes.setdefault((self.kind(name, code), shown), []).append(code)
        return list(classes.values())

    def _together(self, name: str, classes: list[list[int]], offered: Offered) -> list[Answer]:
        """The sets of codes at a multi: from each class as many as counting can tell."""
        alone, free = [], []
        for members in classes:
            exclusive = [members[0] in side.program.steps[slot].exclusive for side, slot in self._asked(name, offered)]
            if any(exclusive):
                alone.append((members[0],))
            if not all(exclusive):
                free.append(members)
        limit = self._most_counted(name)
        found: dict[Hashable, tuple[int, ...]] = {self._told(name, (), offered, limit): ()}
        for members in free:
            grown = dict(found)
            for chosen in found.values():
                for wanted in range(1, min(len(members), limit) + 1):
                    answer = (*chosen, *members[:wanted])
                    grown.setdefault(self._told(name, answer, offered, limit), answer)
            found = grown
            if len(found) > MOST_ANSWERS:
                raise TooMany(name)
        return [*(answer for answer in found.values() if answer), *alone]

    def _asked(self, name: str, offered: Offered) -> list[tuple[Side, int]]:
        asked = []
        for side, each in zip(self._sides, offered, strict=True):
            slot = side.step_named(name)
            if each is not None and slot is not None:
                asked.append((side, slot))
        return asked

    def _most_counted(self, name: str) -> int:
        """One more than the largest number that any condition compares the count with; two codes are always tried."""
        limits = [0]
        for side in self._sides:
            slot = side.step_named(name)
            if slot is not None:
                limits += [limit for atom in side.atoms[slot] if atom.counts for limit in atom.limits]
        return max(2, max(limits) + 1)

    def _told(self, name: str, answer: tuple[int, ...], offered: Offered, limit: int) -> Hashable:
        """What conditions, filters and jumps can tell of a set of codes. One that grows stays told apart or alike."""
        told: list[Hashable] = [min(len(answer), limit)]
        for side, each in zip(self._sides, offered, strict=True):
            slot = side.step_named(name)
            if each is None or slot is None:
                continue
            part = tuple(code for code in answer if any(option.code == code for option in each))
            step = side.program.steps[slot]
            live: list[Any] = [None] * side.program.slots
            live[slot] = part
            told.append(tuple(atom.test(live, {}) for atom in side.atoms[slot] if not atom.counts))
            told.append((min(len(part), limit), not step.exclusive.isdisjoint(part)))
            if step.jumps or step.ends:
                told.append(frozenset(code for code in part if code in step.jumps or code in step.ends))
        if len(self.family.get(name, ())) > 1:
            told.append(frozenset(self.kind(name, code) for code in answer))
        written = [
            code
            for code in answer
            for side, slot in self._asked(name, offered)
            for write_in in side.program.steps[slot].write_ins
            if write_in.code == code and side.watched(write_in.slot)
        ]
        told.append(frozenset(written))
        return tuple(told)

    @staticmethod
    def exchanged(code: int, other: int, answer: Answer) -> Answer:
        """An answer with two codes exchanged."""
        swap = {code: other, other: code}
        if isinstance(answer, tuple):
            return tuple(swap.get(each, each) for each in answer)
        return swap.get(answer, answer) if isinstance(answer, int) else answer


def _families(sides: Sequence[Side]) -> dict[str, frozenset[str]]:
    """For every coded item that others take their options from, or that takes them from others: all of these."""
    families: dict[str, frozenset[str]] = {}
    for side in sides:
        for step in side.program.steps:
            if step.source_slot is None:
                continue
            names = (step.id.lower(), side.program.steps[step.source_slot].id.lower())
            joined = frozenset().union(*(families.get(name, frozenset((name,))) for name in names))
            families.update(dict.fromkeys(joined, joined))
    return families

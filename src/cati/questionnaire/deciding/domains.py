"""The values that are enough to try: one or more for each class that no condition can tell apart.

Between any two numbers that conditions name, as many values are tried as there are answers compared with one another:
with them every order in which those answers can stand is met. Texts and sample values work alike, by equality.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cati.questionnaire.answers import Answer, Contact, Key
from cati.questionnaire.deciding.reading import Atom
from cati.questionnaire.deciding.sides import Side
from cati.questionnaire.program import Step, WriteInSlot
from cati.questionnaire.scope import WRITE_IN_SPECIALS

_SAMPLE = "sample."


class Domains:
    """Values for the numbers, texts and write-ins of all versions, and for the sample variables."""

    def __init__(self, sides: Sequence[Side]) -> None:
        self._sides = sides
        self._together = _joined(sides)
        self._atoms: dict[str, list[Atom]] = defaultdict(list)
        for side in sides:
            for slot, atoms in side.atoms.items():
                self._atoms[side.names.get(slot, "")] += atoms
            for name, atoms in side.variables.items():
                self._atoms[_SAMPLE + name] += atoms
        self._known: dict[str, list[Answer]] = {}
        self._sample_values: dict[str, list[str | None]] = {}

    def values(self, name: str) -> list[Answer]:
        """The answers to try at a number, a text, a look-up, a contact block or a write-in, as held."""
        if name not in self._known:
            found: dict[Any, Answer] = {}
            for value in self._values(name):
                held = [side.accepted(name, value) for side in self._sides]
                if any(each is not None for each in held):
                    found.setdefault(self._told_apart(name, value, held), value)
            self._known[name] = list(found.values())
        return self._known[name]

    def _told_apart(self, name: str, value: Answer, held: list[Answer | None]) -> Any:
        """Answers with the same outcome here need not both be tried."""
        seen = []
        for side, each in zip(self._sides, held, strict=True):
            slot = side.program.by_id.get(name)
            seen.append(
                None if slot is None or each is None else (side.signature(slot, each, 0), _flow(side, slot, each))
            )
        return (isinstance(value, Key) and value, tuple(seen))

    def _values(self, name: str) -> Iterator[Answer]:
        places = [place for side in self._sides if (place := _place(side, name)) is not None]
        for place in places:
            yield from _ordinary(place)
        numbers = [place for place in places if _is_number(place)]
        if numbers:
            yield from self._numbers(name)
        elif any(not isinstance(place, Step) or place.kind in ("text", "lookup") for place in places):
            yield from self._texts(name)
        for place in places:
            yield from _keys(place)

    def _numbers(self, name: str) -> list[int]:
        together = self._together[name]
        places = [place for each in together for side in self._sides if (place := _place(side, each)) is not None]
        marks = {limit for place in places for limit in _limits(place) if limit is not None} or {0}
        marks |= {limit for each in together for atom in self._atoms[each] if not atom.counts for limit in atom.limits}
        reach = max(1, sum(1 for place in places if _is_number(place)))
        return sorted({mark + step for mark in marks for step in range(-reach, reach + 1)})

    def _texts(self, name: str) -> list[str]:
        named = self._named(name)
        return [*named, *self._others(name, named), *self._entries(name, named, 1)]

    def sample_values(self, variable: str) -> list[str | None]:
        """The values of a sample variable to try; None: the sample has none."""
        if variable not in self._sample_values:
            name = _SAMPLE + variable
            named = self._named(name)
            self._sample_values[variable] = [*self._others(name, named), *named, None]
        return self._sample_values[variable]

    def _named(self, name: str) -> list[str]:
        """The texts that any condition compares with what `name` is compared with."""
        return list(
            dict.fromkeys(text for each in self._together[name] for atom in self._atoms[each] for text in atom.texts)
        )

    def _others(self, name: str, named: list[str]) -> list[str]:
        """As many further texts as sample variables stand in the comparison, so that all can be equal or all differ."""
        variables = sum(1 for each in self._together[name] if each.startswith(_SAMPLE))
        return self._entries(name, named, 1 + variables)[1:]

    def _entries(self, name: str, named: list[str], wanted: int) -> list[str]:
        """Texts that no condition names: entries of a code list where there is one."""
        found: list[str] = []
        for each in sorted(self._together[name]):
            for side in self._sides:
                place = _place(side, each)
                if isinstance(place, Step) and place.code_list is not None:
                    found += [entry.name for entry in place.code_list.entries if entry.name not in named][:wanted]
        plain = (f"words {at}" for at in range(1, len(named) + wanted + 1))
        found += [text for text in plain if text not in named]
        return list(dict.fromkeys(found))[:wanted]


def _joined(sides: Sequence[Side]) -> dict[str, set[str]]:
    """For every name, all names that conditions compare with it, directly or through others."""
    together: dict[str, set[str]] = defaultdict(set)
    for side in sides:
        for name in (*side.program.by_id, *(_SAMPLE + variable for variable in side.variables)):
            together[name].add(name)
        for atoms in (*side.atoms.values(), *side.variables.values()):
            for atom in atoms:
                names = [side.names[slot] for slot in atom.slots] + [_SAMPLE + each for each in atom.variables]
                group = set().union(*(together[name] | {name} for name in names))
                for name in group:
                    together[name] = group
    return together


def _place(side: Side, name: str) -> Step | WriteInSlot | None:
    return side.program.write_ins.get(name) or side.program.step(name)


def _is_number(place: Step | WriteInSlot) -> bool:
    return place.kind == "number" if isinstance(place, Step) else place.write_in.type == "number"


def _limits(place: Step | WriteInSlot) -> tuple[int | None, int | None]:
    if isinstance(place, WriteInSlot):
        return place.write_in.min, place.write_in.max
    return (place.item.min, place.item.max) if place.kind == "number" else (None, None)


def _ordinary(place: Step | WriteInSlot) -> Iterable[Answer]:
    """The one way to fill in a contact block."""
    if isinstance(place, Step) and place.kind == "contact":
        yield Contact(tuple((box.field, f"{box.field} of the respondent") for box in place.item.fields))


def _keys(place: Step | WriteInSlot) -> Iterable[Key]:
    if isinstance(place, WriteInSlot):
        return [Key(name) for name in sorted(WRITE_IN_SPECIALS)]
    return [Key(special.special.key) for special in place.specials]


def _flow(side: Side, slot: int, value: Answer) -> Any:
    """Where the answer itself leads."""
    if slot >= len(side.program.steps) or not isinstance(value, Key):
        return None
    step = side.program.steps[slot]
    return step.jumps.get(value), step.ends.get(value)

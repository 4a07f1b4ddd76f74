"""Who goes where: the boxes of a flow diagram, a section's and the whole questionnaire's, before they are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cati.interview.impossible import never_asked
from cati.questionnaire import model


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a box: the answers that take it, and where it leads.

    `to` is the number of a later box of the same diagram; None where it leaves the diagram, then `text` says where to.
    """

    answers: str
    text: str
    anchor: str
    to: int | None = None
    end: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """Questions that are passed together: same base, no way out but to the next. `base` is "" for everybody."""

    names: tuple[tuple[str, str], ...]
    base: str
    ways: tuple[Way, ...] = ()
    subtitle: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """A diagram: boxes in order; from each the route goes on to the next unless a way out is taken."""

    name: str
    title: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class _Move:
    answers: str
    to: str
    end: bool


def flows(questionnaire: model.Questionnaire) -> tuple[Flow, dict[str, Flow]]:
    """The overview of the sections, and a diagram a section by its id."""
    section_of = {section.id.lower(): section for section in questionnaire.sections}
    section_of |= {item.id.lower(): section for section, item in questionnaire.each_item()}
    moves = {item.id: list(_moves(questionnaire, item)) for _, item in questionnaire.each_item()}
    targets = {move.to.lower() for each in moves.values() for move in each if not move.end}
    by_section = {
        section.id: Flow(
            section.id, f"Flow of {section.title}", tuple(_boxes(questionnaire, section, moves, targets, section_of))
        )
        for section in questionnaire.sections
    }
    return Flow("overview", "Flow of the questionnaire", tuple(_overview(questionnaire, moves, section_of))), by_section


def _moves(questionnaire: model.Questionnaire, item: Any) -> Iterator[_Move]:
    """The ways out of an item, answers that lead to the same place together."""
    found: dict[tuple[str, bool, str], list[int | str]] = {}
    for option in questionnaire.options_of(item):
        if option.skip_to:
            found.setdefault((option.skip_to, False, ""), []).append(option.code)
        cases = option.end if isinstance(option.end, list) else []
        for case in cases:
            found.setdefault((case.outcome, True, f" if {case.when}"), []).append(option.code)
        if isinstance(option.end, str):
            found.setdefault((option.end, True, ""), []).append(option.code)
    for special in getattr(item, "specials", ()):
        if special.skip_to:
            found.setdefault((special.skip_to, False, ""), []).append(special.key)
        if special.end:
            found.setdefault((special.end, True, ""), []).append(special.key)
    for (to, end, when), codes in found.items():
        yield _Move(_codes(codes) + when, to, end)
    for jump in getattr(item, "jumps", ()):
        yield _Move(jump.when or "any answer", jump.to, False)
    if item.type == "end":
        yield _Move("", item.outcome, True)


def _codes(codes: list[int | str]) -> str:
    """Codes in short: 4, 6-8, dk."""
    numbers = sorted(code for code in codes if isinstance(code, int))
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    parts = [
        str(low) if low == high else f"{low}, {high}" if high == low + 1 else f"{low}-{high}" for low, high in runs
    ]
    return ", ".join([*parts, *(code for code in codes if isinstance(code, str))])


def _boxes(
    questionnaire: model.Questionnaire,
    section: model.Section,
    moves: dict[str, list[_Move]],
    targets: set[str],
    section_of: dict[str, model.Section],
) -> list[Box]:
    grouped: list[list[Any]] = []
    for item in section.items:
        before = grouped[-1][-1] if grouped else None
        joins = before is not None and before.ask == item.ask and not moves[before.id] and not moves[item.id]
        if joins and item.id.lower() not in targets:
            grouped[-1].append(item)
        else:
            grouped.append([item])
    place = {item.id.lower(): at for at, group in enumerate(grouped) for item in group}
    boxes = []
    for at, group in enumerate(grouped):
        ways = []
        for move in moves[group[-1].id]:
            to = place.get(move.to.lower())
            if move.end:
                anchor = f"closing-{move.to}" if move.to in questionnaire.closings else ""
                ways.append(Way(move.answers, move.to.replace("_", " "), anchor, end=True))
            elif to is not None and to > at:
                ways.append(Way(move.answers, move.to, f"item-{group[-1].id}", to=to))
            else:
                ways.append(_away(move, section_of))
        boxes.append(Box(tuple((item.id, f"item-{item.id}") for item in group), group[0].ask, tuple(ways)))
    return boxes


def _away(move: _Move, section_of: dict[str, model.Section]) -> Way:
    section = section_of.get(move.to.lower())
    if section is None:
        return Way(move.answers, move.to, "")
    whole = section.id.lower() == move.to.lower()
    text = f"section {section.id}" if whole else f"{move.to} in section {section.id}"
    return Way(move.answers, text, f"section-{section.id}" if whole else f"item-{move.to}")


def _overview(
    questionnaire: model.Questionnaire, moves: dict[str, list[_Move]], section_of: dict[str, model.Section]
) -> Iterator[Box]:
    place = {section.id: at for at, section in enumerate(questionnaire.sections)}
    dead = {mode: never_asked(questionnaire, mode) for mode in model.MODES}
    for section in questionnaire.sections:
        across: dict[str, list[str]] = {}
        ends: dict[str, list[str]] = {}
        for item in section.items:
            for move in moves[item.id]:
                if move.end:
                    ends.setdefault(move.to, []).append(item.id)
                elif section_of[move.to.lower()] is not section:
                    across.setdefault(section_of[move.to.lower()].id, []).append(item.id)
        ways = [Way(", ".join(dict.fromkeys(ids)), to, f"section-{to}", to=place[to]) for to, ids in across.items()]
        if ends:
            ids = ", ".join(dict.fromkeys(each for outcomes in ends.values() for each in outcomes))
            text = next(iter(ends)).replace("_", " ") if len(ends) == 1 else f"{len(ends)} outcomes"
            ways.append(Way(ids, text, f"flow-{section.id}", end=True))
        modes = [mode for mode in model.MODES if any(item.id.lower() not in dead[mode] for item in section.items)]
        only = f"mode={modes[0]}" if len(modes) == 1 else ""
        yield Box(((section.id, f"section-{section.id}"),), only, tuple(ways), section.title)

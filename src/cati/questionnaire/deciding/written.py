"""Findings in what is written: code lists, ranges, printed bases, and filters unlike their twins."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from cati.nearest import did_you_mean
from cati.questionnaire import model
from cati.questionnaire.compiling import Findings
from cati.questionnaire.conditions import Comparison, Condition, Count, ItemRef, Span, Word, parse
from cati.questionnaire.deciding.places import Places
from cati.questionnaire.deciding.reading import comparisons
from cati.questionnaire.scope import codes_at

_MENTION = re.compile(
    r"\b([A-Za-z]\w*)\s*([=≠])\s*(\d+(?:\s*(?:-|–|,|/|\bor\b|\band\b)+\s*\d+(?!\s*[=≠]))*)", re.IGNORECASE
)
_PART = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_EVERYBODY = re.compile(r"^(ask )?all\.?$", re.IGNORECASE)

Codes = dict[tuple[str, str], frozenset[str]]
"""For each item (lower case) and operator, the codes named."""


def note_written(questionnaire: model.Questionnaire, places: Places, findings: Findings) -> None:
    """Everything that can be seen without following a route."""
    for _, item in questionnaire.each_item():
        _note_codes(questionnaire, item, places, findings)
        _note_base(questionnaire, item, places, findings)
        for text, path in conditions_of(item):
            _note_ranges(questionnaire, item, text, places.path(item.id, *path), places, findings)
    _note_twins(questionnaire, places, findings)


def conditions_of(item: Any) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Every condition written at an item, and where in it."""
    if item.ask:
        yield item.ask, ("ask",)
    for part, name in (("rows", "ask"), ("options", "ask"), ("wording", "ask"), ("jumps", "when"), ("checks", "when")):
        written = getattr(item, part, ())
        for at, each in enumerate(written if not isinstance(written, str) else ()):
            if getattr(each, name):
                yield getattr(each, name), (part, at)
    for at, option in enumerate(item.options if isinstance(getattr(item, "options", None), list) else ()):
        for case in option.end if isinstance(option.end, list) else ():
            yield case.when, ("options", at, "end")


def _note_codes(questionnaire: model.Questionnaire, item: Any, places: Places, findings: Findings) -> None:
    own = questionnaire.options_of(item)
    codes = sorted(option.code for option in own)
    missing = sorted(set(range(codes[0], codes[-1])) - set(codes)) if len(codes) > 1 else []
    if missing and getattr(item, "options_from", None) is None and not places.settled(item.id, "the codes"):
        shown = ", ".join(map(str, missing))
        findings.warning("missing-code", places.path(item.id, "options"), item.id, f"the codes leave out {shown}",
                         "Add the option, or name the decision on the codes.")  # fmt: skip
    for option in own if item.type == "multi" else ():
        if option.key == "dk" and not option.exclusive:
            findings.error("dk-not-exclusive", places.option(item.id, option.code), item.id,
                           f"don't know (code {option.code}) can be given together with other codes",
                           "Add `exclusive: true`.")  # fmt: skip


def _note_ranges(
    questionnaire: model.Questionnaire, item: Any, text: str, path: Any, places: Places, findings: Findings
) -> None:
    """A range such as 3-7 over a list whose codes are not in order: by code and by place it means two things."""
    for part in _comparisons(text):
        if not isinstance(part.left, ItemRef):
            continue
        shown = _shown_codes(questionnaire, places, part.left.id)
        for value in part.values:
            if isinstance(value, Span) and not _in_order(shown, value) and not places.settled(item.id, "by code"):
                findings.warning("unordered-range", path, item.id,
                                 f"the range {value.low}-{value.high} goes by code, but {part.left.id} does not"
                                 " show its codes in order", "Name the codes one by one.")  # fmt: skip


def _in_order(shown: list[int], span: Span) -> bool:
    within = [at for at, code in enumerate(shown) if span.low <= code <= span.high]
    codes = [shown[at] for at in within]
    return codes == sorted(codes) and (not within or within[-1] - within[0] == len(within) - 1)


def _shown_codes(questionnaire: model.Questionnaire, places: Places, name: str) -> list[int]:
    try:
        item = places.item(name)
    except KeyError:  # a write-in has no codes
        return []
    return [option.code for option in codes_at(questionnaire, item)]


def _comparisons(text: str) -> Iterator[Comparison]:
    tree: Condition | None = parse(text)
    for part in comparisons(tree) if tree is not None else ():
        if isinstance(part, Comparison):
            yield part


def _note_base(questionnaire: model.Questionnaire, item: Any, places: Places, findings: Findings) -> None:
    """The base as tested beside the base as printed."""
    if item.printed is not None:
        if not item.decisions:
            findings.warning("base-undecided", places.path(item.id, "printed"), item.id,
                             "its base differs from the printed one, and no decision says why",
                             "Name the decision under `decisions`.")  # fmt: skip
        return
    if not item.base:
        return
    asks = [item.ask, *(row.ask for row in getattr(item, "rows", ()))]
    tested, printed = _tested(questionnaire, places, asks), _printed(questionnaire, places, item.base)
    differs = printed != tested if printed else bool(_EVERYBODY.match(item.base.strip()) and item.ask)
    if differs:
        findings.warning("base-differs", places.path(item.id, "ask"), item.id,
                         f"the base tested is `{item.ask or 'everybody'}`, the printed one says “{item.base}”",
                         "Correct it, or give the printed one as `printed` and name the decision.")  # fmt: skip


def _tested(questionnaire: model.Questionnaire, places: Places, asks: list[str]) -> Codes:
    codes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for part in (part for ask in asks for part in _comparisons(ask)):
        if isinstance(part.left, ItemRef) and part.operator in "=≠":
            known = _shown_codes(questionnaire, places, part.left.id)
            key = (part.left.id.lower(), part.operator)
            for value in part.values:
                if isinstance(value, Span):
                    codes[key] |= {str(code) for code in known if value.low <= code <= value.high}
                elif isinstance(value, Word):
                    codes[key].add(_code_of(questionnaire, places, part.left.id, value.text))
    return {key: frozenset(named) for key, named in codes.items()}


def _code_of(questionnaire: model.Questionnaire, places: Places, name: str, key: str) -> str:
    """The code printed for a key."""
    try:
        item = places.item(name)
    except KeyError:
        return key
    known = [(each.key, each.code) for each in (*questionnaire.options_of(item), *getattr(item, "specials", ()))]
    return next((str(code) for name, code in known if name == key), key)


def _printed(questionnaire: model.Questionnaire, places: Places, base: str) -> Codes:
    """The codes that a base as printed names, such as (B1=1 AND B5≠5 OR 8)."""
    codes: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, operator, listed in _MENTION.findall(base):
        known = _shown_codes(questionnaire, places, name)
        for low, high in _PART.findall(listed):
            named = {str(code) for code in known if int(low) <= code <= int(high)} if high else {str(int(low))}
            codes[(name.lower(), operator)] |= named
    return {key: frozenset(named) for key, named in codes.items()}


def _note_twins(questionnaire: model.Questionnaire, places: Places, findings: Findings) -> None:
    """Items such as B10a, B11a and B14a each follow a don't know at their own item: one that does not is a slip."""
    ids = {item.id.lower() for _, item in questionnaire.each_item()}
    twins: dict[str, list[tuple[Any, str]]] = defaultdict(list)
    for _, item in questionnaire.each_item():
        stem = item.id[:-1].lower()
        if item.id[-1:] == "a" and stem in ids:
            followed = _followed(item.ask)
            if followed is not None:
                twins[followed[0]].append((item, followed[1]))
    for pattern, members in twins.items():
        own = [item for item, name in members if name.lower() == item.id[:-1].lower()]
        for item, name in members:
            if item not in own and len(own) > 1:
                hint = did_you_mean(item.id[:-1], ids, "")
                findings.warning("unlike-twins", places.path(item.id, "ask"), item.id,
                                 f"it follows {pattern} at {name}, while {own[0].id} follows it at {own[0].id[:-1]}",
                                 f"{hint} Or name the item that is meant.".strip())  # fmt: skip


def _followed(ask: str) -> tuple[str, str] | None:
    """What an item follows if its whole base is one test of a key or of a count: `dk` of B10, `several` of B3."""
    tree = parse(ask)
    if isinstance(tree, Comparison) and isinstance(tree.left, Count):
        return "several codes", tree.left.id
    if isinstance(tree, Comparison) and isinstance(tree.left, ItemRef) and isinstance(tree.values[0], Word):
        return tree.values[0].text, tree.left.id
    return None

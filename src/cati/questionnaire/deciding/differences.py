"""What changed from one version of a questionnaire to the next, each with a respondent who sees it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from cati.questionnaire.deciding.comparing import Comparer
from cati.questionnaire.deciding.forward import Forward
from cati.questionnaire.deciding.respondents import respondent
from cati.questionnaire.program import Program

ROUTE_KINDS = frozenset({"route", "end", "options", "type", "added", "removed", "moved"})
"""Differences that change which questions come, which answers can be given, or how it ends."""

# What no respondent sees: the fields of an item that concern its source, its page and its keeping.
_NOTES = ("base", "printed", "line", "decisions", "gap", "page", "per_call", "personal", "unit")
_SEEN = ("type", "ask", "options", "options_from", "always", "rows", "jumps", "specials", "fields", "wording",
         "min", "max", "code_list", "free_text", "outcome", "checks")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between two versions.

    `kind`: route (asked in one version only), end, options (offered, or taken, in one only), type, added, removed,
    moved, message, wording, label, check, text; `notes` for what no respondent sees; `no-effect` for a change of which
    it was decided that nobody sees it. `old` and `new` say what each version does. `respondent` sees the difference,
    as `questionnaire walk` takes them; `first` unless the two routes of every such respondent had parted before.
    """

    kind: str
    item: str
    old: str
    new: str
    respondent: dict[str, Any] | None = None
    first: bool = True

    def as_json(self) -> dict[str, Any]:
        """The difference as plain data, its fields under their own names."""
        return asdict(self)

    @property
    def routes(self) -> bool:
        """Whether it changes a route or what can be answered."""
        return self.kind in ROUTE_KINDS


class Undecided(Exception):
    """The versions tell more states apart than can be gone through. `item` is where it was given up."""

    def __init__(self, item: str) -> None:
        super().__init__(f"from {item} on nothing was decided")
        self.item = item


def compare(old: Program, new: Program) -> list[Difference]:
    """Every difference between two versions in one mode, in the order of the questionnaire; decided, not tried out.

    The same answers are given to both, those included that one of them never asks for. Raises Undecided.
    """
    comparer = Comparer()
    forward = Forward([old, new], comparer)
    forward.run()
    if forward.stopped_at is not None:
        raise Undecided(forward.stopped_at)
    sides = list(reversed(forward.sides))
    found = [
        Difference(unlike.kind, unlike.item, unlike.old, unlike.new, respondent(sides, way), not parted)
        for unlike, (way, parted) in comparer.found.items()
    ]
    return [*found, *_unseen(old, new, found)]


def _unseen(old: Program, new: Program, found: list[Difference]) -> Iterator[Difference]:
    """Changes in the definition of which no respondent sees anything at the item itself."""
    was = {item.id.lower(): item for _, item in old.questionnaire.each_item()}
    seen = any(difference.respondent is not None for difference in found)
    for _, item in new.questionnaire.each_item():
        before = was.get(item.id.lower())
        if before is None or before == item:
            continue
        for name in (*_NOTES, *_SEEN):
            one, other = getattr(before, name, None), getattr(item, name, None)
            if one != other and (name in _NOTES or not seen):
                texts = [each if isinstance(each, str) else "otherwise" for each in (one, other)]
                yield Difference(
                    "notes" if name in _NOTES else "no-effect", item.id, f"{name}: {texts[0]}", f"{name}: {texts[1]}"
                )

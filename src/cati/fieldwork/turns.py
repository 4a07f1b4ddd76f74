"""Whose turn is it: the one order in which cases are handed out.

    hard         a hard appointment that is due: its interviewer's from the time on, anybody's after the grace, or at
                 once where she is not signed in; the earliest first
    soft         a soft appointment, from shortly before its time until some time after; the earliest first
    interrupted  a console stopped with the case in hand; the one not heard of for longest first
    missed       an appointment whose time went by; the latest first, since its time is the nearest
    promised     somebody asked to be called back, gave another number, or was cut off; due for longest first
    last_chance  calls that found nobody, in the last hours of the fieldwork in which this case was tried least
    fresh        never called
    called       calls that found nobody, in hours in which this case was tried least
    late         the same, but those hours went by without a call

`fresh` and `called` take turns: of the cold calls `fresh_share` per cent go to fresh cases while there are both. Within
last_chance, called and late: the case called least often first; of those, the one whose hours come again least before
fieldwork ends. Between cases equal so far, and within promised and fresh: the one that is due for longest; fresh cases
issued on one day are due alike. Between cases equal in everything: a draw that the seed and the serial decide. Only
appointments are called outside calling hours (the respondent asked for the time); everything else waits for the hours
of its window on the walls of the respondent's own time zone. The days of fieldwork are those of the study's zone.

What a case's turn depends on is worked out when a call is logged, and kept with the case as its *group*: how often it
was called, its zone, its window and its hours. So the claim asks for one range of an index a group. (Which groups there
are it looks up once a second: a case that another console puts into a new group counts from then on.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from .calling import stretches
from .clock import need_aware
from .rules import ANY_HOURS, CallingRules

Place = Literal["hard", "soft", "interrupted", "missed", "promised", "last_chance", "fresh", "called", "late"]

PLACES: tuple[Place, ...] = (
    "hard", "soft", "interrupted", "missed", "promised", "last_chance", "fresh", "called", "late"
)  # fmt: skip
"""The places; their numbers are kept in databases."""

PROMISED, FRESH, CALLED = 0, 1, 2
"""The level of a group: promised, fresh, and from 2 on one more than the number of calls."""
_MOST = 99


@dataclass(frozen=True, slots=True, order=True)
class Group:
    """What the turn of a case depends on besides its time: `slots` in which it was tried least (none: any)."""

    level: int
    zone: str
    window: str = ANY_HOURS
    slots: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{min(self.level, _MOST):02d}|{self.zone}|{self.window}|{'+'.join(self.slots) or '*'}"

    @classmethod
    def parse(cls, text: str) -> Group:
        """The group that a text stands for. A text that is none is a `ValueError`."""
        level, zone, window, slots = text.split("|")
        return cls(int(level), zone, window, () if slots == "*" else tuple(slots.split("+")))


def called(times: int) -> int:
    """The level of a case that was called so many times."""
    return min(FRESH + times, _MOST)


def draw(seed: int, serial: str) -> int:
    """What decides between cases equal in everything else: 63 bits of a hash of seed and serial.

    So many that of millions of cases hardly two are drawn alike: the order is to be the same on every machine.
    """
    return int.from_bytes(hashlib.blake2b(f"{seed}|{serial}".encode(), digest_size=8).digest(), "big") >> 1


def fresh_first(rules: CallingRules, interviewer: int, now: datetime) -> bool:
    """Does this cold call go to a fresh case, if there is one? True in `fresh_share` of a hundred cases.

    The same seed, interviewer and instant give the same answer.
    """
    said = f"{rules.seed}|{interviewer}|{need_aware(now).isoformat()}".encode()
    return int.from_bytes(hashlib.blake2b(said, digest_size=4).digest(), "big") % 100 < rules.fresh_share


@dataclass(frozen=True, slots=True)
class Hours:
    """How the hours of a group stand, from now `until` an instant (UTC).

    `open`: calls may be made; `in_slot`: in hours in which its cases were tried least; `last`: those hours do not come
    again before fieldwork ends; `left`: how much of them there is, this stretch included.
    """

    open: bool
    in_slot: bool
    last: bool
    left: timedelta
    until: datetime


Asked = tuple[Place, tuple[str, ...]]
"""Groups that are asked for a case together, and as what it is handed out."""
_BY_HOURS: tuple[Place, ...] = ("last_chance", "called", "late")
_FOR_GOOD = timedelta(days=36_500)
_ORDERS = 50


class Turns:
    """The order of the queue under given rules. Pure, but remembers what it has worked out until it changes."""

    def __init__(self, rules: CallingRules) -> None:
        self.rules = rules
        self._groups: dict[str, Group] = {}
        self._orders: dict[tuple[tuple[str, ...], bool], tuple[datetime, datetime, list[Asked]]] = {}
        self._hours: dict[tuple[str, str, tuple[str, ...]], tuple[datetime, Hours]] = {}

    def group(self, text: str) -> Group:
        """The group of that text."""
        found = self._groups.get(text)
        if found is None:
            found = self._groups[text] = Group.parse(text)
        return found

    def hours(self, group: Group, now: datetime) -> Hours:
        """How the hours of a group stand."""
        key = group.zone, group.window, group.slots
        since, found = self._hours.get(key, (now, None))
        if found is None or not since <= now < found.until:
            found = self._look(group, now)
            self._hours[key] = now, found
        return found

    def _look(self, group: Group, now: datetime) -> Hours:
        now = need_aware(now)
        rules = self.rules.in_zone(group.zone)
        if not self.knows(group):
            return Hours(False, False, False, timedelta(), now + timedelta(minutes=1))
        edges: list[datetime] = []
        is_open = _open_now(next(stretches(rules, now, group.window), None), now, edges)
        wanted = list(stretches(rules, now, group.window, group.slots))
        in_slot = _open_now(wanted[0] if wanted else None, now, edges)
        left = sum((closes - opens for opens, closes in wanted), timedelta())
        last = in_slot and bool(group.slots) and len(wanted) == 1
        return Hours(is_open, in_slot, last, left, min(edges, default=now + _FOR_GOOD))

    def knows(self, group: Group) -> bool:
        """Has it hours by these rules? Else it is of rules no longer in force; cati init plans such cases anew."""
        return group.window in (ANY_HOURS, *self.rules.windows) and set(group.slots) <= set(self.rules.slots)

    def place(self, group: Group, now: datetime) -> Place:
        """As what a case of the group would be handed out now, were its hours open."""
        return _place(group, self.hours(group, now))

    def open_groups(self, groups: Iterable[str], now: datetime) -> list[str]:
        """The groups in whose hours calls may be made now."""
        return [text for text in groups if self.hours(self.group(text), now).open]

    def order(self, groups: Iterable[str], now: datetime, *, fresh: bool) -> list[Asked]:
        """The groups that may be called now, in the order in which they are asked for a case, and as what.

        Groups that are equal in the order are asked together. `fresh`: fresh cases come before those that were called
        (`fresh_first`).
        """
        key = tuple(groups), fresh
        known = self._orders.get(key)
        if known is not None and known[0] <= now < known[1]:
            return known[2]
        found: dict[Place, dict[tuple[int, timedelta], list[str]]] = {}
        until = now + _FOR_GOOD
        for text in key[0]:
            group = self.group(text)
            hours = self.hours(group, now)
            until = min(until, hours.until)
            if hours.open:
                place = _place(group, hours)
                first = (group.level, hours.left) if place in _BY_HOURS else (0, timedelta())
                found.setdefault(place, {}).setdefault(first, []).append(text)
        order: list[Asked] = [
            (place, tuple(sorted(texts)))
            for place in _places(fresh)
            for _, texts in sorted(found.get(place, {}).items())
        ]
        if len(self._orders) > _ORDERS:
            self._orders.clear()
        self._orders[key] = now, until, order
        return order


def _open_now(stretch: tuple[datetime, datetime] | None, now: datetime, edges: list[datetime]) -> bool:
    """Does the stretch, the first that ends after now, hold now? Its next edge is added to `edges`."""
    if stretch is None:
        return False
    opens, closes = stretch
    edges.append(closes if opens <= now else opens)
    return opens <= now


def _place(group: Group, hours: Hours) -> Place:
    if group.level == PROMISED:
        return "promised"
    if group.level == FRESH:
        return "fresh"
    if not hours.in_slot:
        return "late"
    return "last_chance" if hours.last else "called"


def _places(fresh: bool) -> Iterator[Place]:
    yield "promised"
    yield "last_chance"
    yield from ("fresh", "called") if fresh else ("called", "fresh")
    yield "late"

"""The order of the queue, told a second time, as simply as it can be: all cases looked at, then sorted.

Written from the description at the head of `fieldwork.turns` and the calling rules of these tests, not from the code:
no index, no group looked up, nothing remembered. Calling hours are plain tables of wall-clock minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Hours = Mapping[str, Mapping[int, Sequence[tuple[int, int]]]]
"""Of windows or slots: by name, by weekday (0 is Monday, 7 a bank holiday), minutes of the day from and to."""


@dataclass(frozen=True)
class Rules:
    """What of the calling rules the order depends on."""

    zone: str
    first_day: date
    last_day: date
    grace: timedelta
    windows: Hours
    slots: Hours
    holidays: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Case:
    """A case as it is kept: what is planned for it, who has it, what was drawn for it."""

    serial: str
    draw: int
    kind: str  # hard, soft, turn; "": not to be called
    at: datetime | None = None
    until: datetime | None = None
    level: int = 0  # 0 promised, 1 fresh, else one more than its calls
    zone: str = ""
    window: str = "any"
    slots: tuple[str, ...] = ()
    owner: int | None = None
    barred: int | None = None
    held_by: int | None = None
    held_until: datetime | None = None


LEASE = timedelta(seconds=90)


def in_order(
    rules: Rules, cases: Iterable[Case], present: Mapping[int, datetime], who: int, now: datetime, *, fresh: bool
) -> list[tuple[str, str]]:
    """The cases that this interviewer may call, the next one first: serial and place."""
    ranked = []
    for case in cases:
        place = place_of(rules, case, present, who, now)
        if place is not None:
            ranked.append((_rank(place, fresh), _within(rules, case, place, now), case.serial, place))
    return [(serial, place) for _, _, serial, place in sorted(ranked)]


def place_of(rules: Rules, case: Case, present: Mapping[int, datetime], who: int | None, now: datetime) -> str | None:
    """The place of a case in the order, for one interviewer or for anybody (None); None if it may not be called."""
    if not case.kind or is_held(case, now) or not _in_fieldwork(rules, now):
        return None
    assert case.at is not None
    place: str | None = None
    if case.kind == "turn":
        may = case.at <= now and is_open(rules, case, now) and (who is None or who != case.barred)
        place = _turn(rules, case, now) if may else None
    elif case.until is not None and now >= case.until:
        place = "missed" if is_open(rules, case, now) else None
    elif case.at <= now:
        place = case.kind
        if case.kind == "hard" and who is not None and who != case.owner and now < case.at + rules.grace:
            there = present.get(case.owner or 0)
            place = None if there is not None and there > now else place
    return "interrupted" if place is not None and case.held_by is not None else place


def is_held(case: Case, now: datetime) -> bool:
    """Has somebody the case in hand?"""
    return case.held_until is not None and now < case.held_until <= now + 2 * LEASE


def is_open(rules: Rules, case: Case, now: datetime) -> bool:
    """May calls be made in the case's window, by the clock on its respondent's wall?"""
    local = now.astimezone(ZoneInfo(case.zone or rules.zone))
    if not rules.first_day <= local.date() <= rules.last_day:
        return False
    spans = _spans(rules.windows, None if case.window == "any" else (case.window,), local.date(), rules)
    return any(first <= local.hour * 60 + local.minute < last for first, last in spans)


def _turn(rules: Rules, case: Case, now: datetime) -> str:
    if case.level == 0:
        return "promised"
    if case.level == 1:
        return "fresh"
    coming = list(_stretches(rules, case, now, slots=True))
    if not coming or coming[0][0] > now:
        return "late"
    return "last_chance" if case.slots and len(coming) == 1 else "called"


def _rank(place: str, fresh: bool) -> int:
    cold = ["fresh", "called"] if fresh else ["called", "fresh"]
    return ["hard", "soft", "interrupted", "missed", "promised", "last_chance", *cold, "late"].index(place)


def _within(rules: Rules, case: Case, place: str, now: datetime) -> tuple[object, ...]:
    """What decides between cases of one place."""
    assert case.at is not None
    if place == "interrupted":
        return (case.held_until, case.draw)
    if place == "missed":
        assert case.until is not None
        return (-case.until.timestamp(), case.draw)
    if place in ("last_chance", "called", "late"):
        left = sum((closes - opens for opens, closes in _stretches(rules, case, now, slots=True)), timedelta())
        return (case.level, left, case.at, case.draw)
    return (case.at, case.draw)


def _in_fieldwork(rules: Rules, now: datetime) -> bool:
    return rules.first_day <= now.astimezone(ZoneInfo(rules.zone)).date() <= rules.last_day


def _stretches(rules: Rules, case: Case, now: datetime, *, slots: bool) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of the case's calling hours that are not over, of its slots alone if asked for, to the last day."""
    zone = ZoneInfo(case.zone or rules.zone)
    day = max(now.astimezone(zone).date(), rules.first_day)
    while day <= rules.last_day:
        minutes = _minutes(rules.windows, None if case.window == "any" else (case.window,), day, rules)
        if slots and case.slots:
            minutes &= _minutes(rules.slots, case.slots, day, rules)
        for first, last in _runs(sorted(minutes)):
            opens, closes = (_instant(day, minute, zone) for minute in (first, last + 1))
            if now < closes:
                yield opens, closes
        day += timedelta(days=1)


def _minutes(hours: Hours, names: Sequence[str] | None, day: date, rules: Rules) -> set[int]:
    return {minute for first, last in _spans(hours, names, day, rules) for minute in range(first, last)}


def _spans(hours: Hours, names: Sequence[str] | None, day: date, rules: Rules) -> Iterator[tuple[int, int]]:
    for name in hours if names is None else names:
        weekday = 7 if day in rules.holidays and 7 in hours[name] else day.weekday()
        yield from hours[name].get(weekday, ())


def _runs(minutes: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = 0
    for at in range(1, len(minutes) + 1):
        if at == len(minutes) or minutes[at] != minutes[at - 1] + 1:
            yield minutes[start], minutes[at - 1]
            start = at


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return (datetime.combine(day, time()) + timedelta(minutes=minute)).replace(tzinfo=zone).astimezone(UTC)


def first_time(
    callable_at: Callable[[datetime], bool], start: datetime, end: datetime, closely: timedelta = timedelta(hours=2)
) -> datetime | None:
    """The first instant of a grid from `start` to `end` at which something holds: each minute at first, then each
    quarter of an hour."""
    at = start
    while at < end:
        if callable_at(at):
            return at
        if at < start + closely:
            at = at.replace(second=0, microsecond=0) + timedelta(minutes=1)
        else:
            at = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) + timedelta(minutes=15)
    return None

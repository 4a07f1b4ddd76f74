"""When a call may be made, when the next one is due, and what to say about a time that somebody proposes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from .clock import WEEKDAYS, day_name, need_aware, opening_instant
from .rules import ANY_HOURS, CallingRules, Span
from .when import When


def within_window(rules: CallingRules, moment: datetime, window: str = ANY_HOURS) -> bool:
    """Whether `moment` lies in the calling hours of the window, bank holidays heeded. Fieldwork dates do not count."""
    moment = need_aware(moment)
    day = moment.astimezone(rules.timezone).date()
    return any(opens <= moment < closes for opens, closes in _open_between(rules, day, day, window))


def within_fieldwork(rules: CallingRules, moment: datetime) -> bool:
    """Whether `moment` lies between the first and the last day of fieldwork, both included."""
    day = need_aware(moment).astimezone(rules.timezone).date()
    return rules.fieldwork_start <= day <= rules.fieldwork_end


def next_opening(
    rules: CallingRules, moment: datetime, window: str = ANY_HOURS, slots: tuple[str, ...] = ()
) -> datetime | None:
    """The first instant (UTC) from `moment` on at which calls may be made in the window (and in one of `slots`).

    `moment` itself if that is such an instant; None when there is none before fieldwork ends.
    """
    moment = need_aware(moment)
    for opens, _ in stretches(rules, moment, window, slots):
        return max(moment, opens)
    return None


def stretches(
    rules: CallingRules, moment: datetime, window: str = ANY_HOURS, slots: tuple[str, ...] = ()
) -> Iterator[tuple[datetime, datetime]]:
    """The stretches of calling hours, as instants [opens, closes) in UTC, that end after `moment`, to fieldwork's end.

    Of the window, and of `slots`, if any, alone. The first may have opened before `moment`.
    """
    first = max(moment.astimezone(rules.timezone).date(), rules.fieldwork_start)
    for opens, closes in _open_between(rules, first, rules.fieldwork_end, window, slots):
        if moment < closes:
            yield opens, closes


def next_call(rules: CallingRules, outcome: str, at: datetime, times_in_a_row: int = 1) -> datetime | None:
    """When (UTC) a case whose call ended `at` with `outcome` may be called again.

    `times_in_a_row` counts how often the same outcome has come running, this time included. None when the rules
    give the outcome no delay (it is final, or an appointment carries its own time), or when the outcome's window
    does not open again before fieldwork ends. Ask only for cases that are still to be called.
    """
    found = rules.delay_after(outcome, times_in_a_row)
    if found is None:
        return None
    delay, wait = found
    return next_opening(rules, need_aware(at) + wait, delay.window)


def check_time(rules: CallingRules, when: When | datetime, now: datetime, window: str = ANY_HOURS) -> list[str]:
    """What speaks against calling at a proposed time, in sentences for the interviewer; empty when nothing does."""
    start, end = (when.start, when.end) if isinstance(when, When) else (when, None)
    start, now = need_aware(start), need_aware(now)
    local, local_now = start.astimezone(rules.timezone), now.astimezone(rules.timezone)
    day = local.date()
    if (end or start) < now:
        return [f"That time has passed: it is now {local_now:%H:%M} on {day_name(local_now.date())}."]
    if day > rules.fieldwork_end:
        return [f"Fieldwork ends on {day_name(rules.fieldwork_end)}: nobody will be calling on {day_name(day)}."]
    if day < rules.fieldwork_start:
        return [f"Fieldwork only starts on {day_name(rules.fieldwork_start)}."]
    if not within_window(rules, start, window):
        return [_outside_hours(rules, day, window)]
    if end is not None and not within_window(rules, end - timedelta(seconds=1), window):
        return [f"Calling stops before {end.astimezone(rules.timezone):%H:%M} on {_kind_of_day(rules, day)}."]
    return []


def _open_between(
    rules: CallingRules, first: date, last: date, window: str, slots: tuple[str, ...] = ()
) -> Iterator[tuple[datetime, datetime]]:
    """Each stretch of calling hours from day `first` to day `last`, as instants [opens, closes), in order."""
    day = first
    while day <= last:
        for span in rules.spans(day, window, slots):
            opens, closes = _edge(rules, day, span.start), _edge(rules, day, span.end)
            if opens < closes:
                yield opens, closes
        day += timedelta(days=1)


def _edge(rules: CallingRules, day: date, minutes: int) -> datetime:
    midnight = datetime.combine(day, time())
    return opening_instant(midnight + timedelta(minutes=minutes), rules.timezone).astimezone(UTC)


def _outside_hours(rules: CallingRules, day: date, window: str) -> str:
    spans = rules.spans(day, window)
    if not spans:
        return f"No calls are made on {_kind_of_day(rules, day)}: book it only if the respondent asked for it."
    return (
        f"Outside calling hours, which are {_and(spans)} on {_kind_of_day(rules, day)}: "
        "book it only if the respondent asked for it."
    )


def _kind_of_day(rules: CallingRules, day: date) -> str:
    if day in rules.holidays:
        return f"a bank holiday ({day_name(day)})"
    return f"a {WEEKDAYS[day.weekday()]}"


def _and(spans: tuple[Span, ...]) -> str:
    return " and ".join(str(span) for span in spans)

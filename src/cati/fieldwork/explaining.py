"""Why a case may or may not be called now: the first rule that forbids it, and when that rule lets go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time

from .calling import next_opening, within_fieldwork
from .clock import day_name
from .planning import HARD, SOFT, TURN, Plan
from .rules import ANY_HOURS, CallingRules
from .turns import Turns

PLACE_WORDS: dict[str, str] = {
    "hard": "A hard appointment is due",
    "soft": "It is near the time of a soft appointment",
    "interrupted": "The call was interrupted",
    "missed": "The time of an appointment went by; it still comes before cold calls",
    "promised": "It comes before cold calls",
    "last_chance": "The hours in which it was tried least do not come again before fieldwork ends",
    "fresh": "It has its turn among the cases never called",
    "called": "It was tried least in these hours",
    "late": "The hours in which it was tried least went by without a call",
}
"""Each place of the order in a sentence."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has the case in hand, and until when (UTC) unless she shows signs of life."""

    name: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """Who would call the case, if one person is asked about (her id), and until when (UTC) the owner of an appointment
    is there, if she is."""

    interviewer: int | None = None
    owner_name: str = ""
    owner_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """May a case be called now?

    `rule`: the place in the order where it may, else the rule that forbids it; `why`: the same in a sentence;
    `lifts_at` (UTC): when that rule lets go, None if it does not by itself; `callable_at`: the first instant at which
    no rule will forbid it, as things stand.
    """

    may_be_called: bool
    rule: str
    why: str
    lifts_at: datetime | None = None
    callable_at: datetime | None = None


def verdict(
    turns: Turns,
    coming: Plan,
    now: datetime,
    *,
    zone: str = "",
    holder: Holder | None = None,
    let_lie: bool = False,
    asking: Asking | None = None,
) -> Verdict:
    """Whether the case of this plan may be called at `now`, for `asking` if given, else for anybody.

    `let_lie`: somebody had it in hand and was not heard of since. The first rule that forbids it is told, in this
    order: what closes the case; somebody has it; fieldwork; of an appointment, its time, and whose it is; of any other
    case the wait, the part of the week it is kept for, the hours, and who is not to have it.
    """
    if coming.rank is None:
        return Verdict(False, coming.rule, f"{coming.reason}.")
    rules = turns.rules.in_zone(zone)
    asked = asking or Asking()
    free = now if holder is None else max(now, holder.until)
    callable_at = _callable_at(turns, rules, coming, free, asked)
    if holder is not None:
        return Verdict(False, "held", f"{holder.name} has it in hand.", holder.until, callable_at)
    found = _outside_fieldwork(turns.rules, now)
    if found is None and coming.rank in (HARD, SOFT):
        found = _appointment(turns, rules, coming, now, asked)
    elif found is None:
        found = _turn(turns, rules, coming, now, asked)
    if found.may_be_called and let_lie:
        return Verdict(True, "interrupted", f"{PLACE_WORDS['interrupted']}.", None, now)
    return replace(found, callable_at=now if found.may_be_called else callable_at)


def _callable_at(turns: Turns, rules: CallingRules, coming: Plan, start: datetime, asked: Asking) -> datetime | None:
    """The first instant from `start` on at which no rule forbids the call."""
    assert coming.at is not None
    start = max(start, _begins(turns.rules))
    if coming.rank == TURN:
        if coming.barred is not None and asked.interviewer == coming.barred:
            return None
        ready = max(start, coming.at, coming.waited_until or coming.at)
        found = next_opening(rules, ready, turns.group(coming.group).window)
    else:
        assert coming.until is not None
        found = max(start, coming.at)
        if _is_others(coming, asked) and asked.owner_until is not None and found < asked.owner_until:
            found = max(found, min(asked.owner_until, coming.at + rules.appointment_grace))
        if found >= coming.until:
            found = next_opening(rules, found)
    return found if found is not None and within_fieldwork(turns.rules, found) else None


def _is_others(coming: Plan, asked: Asking) -> bool:
    """Is it a hard appointment of somebody else than the one who asks?"""
    return coming.rank == HARD and asked.interviewer not in (None, coming.owner)


def _begins(rules: CallingRules) -> datetime:
    return datetime.combine(rules.fieldwork_start, time(), rules.timezone).astimezone(UTC)


def _outside_fieldwork(rules: CallingRules, now: datetime) -> Verdict | None:
    """What forbids all calls before and after fieldwork; None during it."""
    if within_fieldwork(rules, now):
        return None
    if now.astimezone(rules.timezone).date() > rules.fieldwork_end:
        return Verdict(False, "fieldwork", f"Fieldwork ended on {day_name(rules.fieldwork_end, year=True)}.")
    why = f"Fieldwork begins on {day_name(rules.fieldwork_start, year=True)}."
    return Verdict(False, "fieldwork", why, _begins(rules))


def _appointment(turns: Turns, rules: CallingRules, coming: Plan, now: datetime, asked: Asking) -> Verdict:
    assert coming.at is not None
    assert coming.until is not None
    kind = "hard" if coming.rank == HARD else "soft"
    if now < coming.at:
        if _outside_fieldwork(turns.rules, coming.at) is not None:
            why = f"A {kind} appointment is booked for a time after fieldwork ends."
            return Verdict(False, "appointment", why)
        return Verdict(False, "appointment", f"A {kind} appointment is booked.", coming.at)
    if now >= coming.until:
        return _in_hours(rules, coming, now, ANY_HOURS) or Verdict(True, "missed", f"{PLACE_WORDS['missed']}.")
    free_at = coming.at + rules.appointment_grace
    if _is_others(coming, asked) and now < free_at and asked.owner_until is not None and now < asked.owner_until:
        why = f"The appointment is due, and {asked.owner_name or 'its interviewer'}, who made it, comes first."
        return Verdict(False, "owner", why, min(free_at, asked.owner_until))
    return Verdict(True, kind, f"{PLACE_WORDS[kind]}.")


def _turn(turns: Turns, rules: CallingRules, coming: Plan, now: datetime, asked: Asking) -> Verdict:
    assert coming.at is not None
    group = turns.group(coming.group)
    waited = coming.waited_until or coming.at
    if now < waited and coming.rule == "fresh":
        return Verdict(False, "not_issued", "It is issued to the telephone only later.", waited)
    if now < waited:
        rule, why = "delay", f"{coming.reason}: the wait after the last call is not over."
        if coming.rule == "conversion":
            rule, why = "cooling_off", f"{coming.reason}, after a time of cooling off."
        return Verdict(False, rule, why, waited)
    if now < coming.at and group.slots:
        where = " or ".join(name.replace("_", " ") for name in group.slots)
        why = f"{coming.reason}: it is kept for a time of the week at which it was tried less ({where})."
        return Verdict(False, "slot", why, coming.at)
    outside = _in_hours(rules, coming, now, group.window)
    if outside is not None:
        return outside
    if coming.barred is not None and asked.interviewer == coming.barred:
        why = "This interviewer was refused by the respondent: another one is to try once more."
        return Verdict(False, "another_interviewer", why)
    place = turns.place(group, now)
    return Verdict(True, place, f"{coming.reason}. {PLACE_WORDS[place]}.")


def _in_hours(rules: CallingRules, coming: Plan, now: datetime, window: str) -> Verdict | None:
    """What forbids the case outside the hours of the window; None within them."""
    opens = next_opening(rules, now, window)
    if opens is None:
        return Verdict(False, "hours_over", "Calling hours do not open again before fieldwork ends.")
    if opens <= now:
        return None
    hours = "calling hours" if window == ANY_HOURS else window.replace("_", " ")
    return Verdict(False, "hours", f"{coming.reason}. It is outside {hours}.", opens)

"""When a case is called next, and by which rule: worked out from its history each time something happens to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from .calling import next_opening, stretches
from .rules import ANY_HOURS, CallingRules, Delay
from .turns import CALLED, FRESH, PROMISED, Group, called

HARD, SOFT, TURN = 0, 1, 2
"""The class of a case that is to be called: a hard appointment, a soft one, or in the turn of its group."""

Rule = Literal[
    "final",
    "declined",
    "not_issued",
    "no_number",
    "attempts",
    "hours_over",
    "appointment",
    "interrupted",
    "fresh",
    "delay",
    "conversion",
]


@dataclass(frozen=True, slots=True)
class Called:
    """A coded call: when it was dialled and when it ended (UTC), what it came to, on which number, by whom.

    `ends`: nobody is called after such an outcome, whatever other numbers there are.
    """

    started_at: datetime
    ended_at: datetime
    outcome: str
    number_id: int | None
    interviewer_id: int
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A number that the case holds, in the order in which numbers are tried. `usable`: it did not fail."""

    id: int
    usable: bool
    referral: bool = False


@dataclass(frozen=True, slots=True)
class Appointed:
    """The appointment that stands."""

    hard: bool
    starts_at: datetime
    ends_at: datetime | None
    owner: int
    number_id: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal or breakdown: when, what, how firmly (None: not said), and to whom."""

    at: datetime
    outcome: str
    strength: str | None
    interviewer_id: int | None


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the next call of a case depends on.

    `outcome`, its `label`, whether it is `final` and whether it is the scheme's default; `decided_at`: the time of the
    event that decided, where that was no call (a reopening); `calls` in order of time; `refusals`: all that there were;
    `interrupted_at`: when the latest call began, where that one is not coded; `zone`: the respondent's ("": the
    study's); `barred`: why nobody calls them whatever else is so, in words ("": they may be called).
    """

    outcome: str
    label: str
    final: bool
    zone: str = ""
    declined: bool = False
    issued_at: datetime | None = None
    decided_at: datetime | None = None
    calls: Sequence[Called] = ()
    numbers: Sequence[Held] = ()
    appointment: Appointed | None = None
    refusals: Sequence[Refused] = ()
    interrupted_at: datetime | None = None
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a case is called next.

    `rank`: HARD, SOFT, TURN, or None where it is not to be called; `rule`: which rule says so; `reason`: the same in
    words, without today's date; `at` (UTC): from when on; `until`: of an appointment, when it is missed; `group`: text
    of its Group; `owner`: whose appointment; `barred`: who is not to get it; `waited_until`: when the wait after the
    last call is over, which may be before its hours come.
    """

    rank: int | None
    rule: Rule
    reason: str
    at: datetime | None = None
    until: datetime | None = None
    group: str = ""
    owner: int | None = None
    barred: int | None = None
    waited_until: datetime | None = None


NO_MORE_HOURS = "calling hours do not open again before fieldwork ends"


def plan(rules: CallingRules, case: Situation) -> Plan:
    """When and how a case is called next under these rules; the first rule that forbids it is the one that is told."""
    rules = rules.in_zone(case.zone)
    refusal = to_convert(rules, case)
    if case.final and refusal is None:
        return Plan(None, "final", case.label)
    if case.declined or case.barred:
        return Plan(None, "declined", case.barred or "Did not agree to be contacted again")
    if case.issued_at is None:
        return Plan(None, "not_issued", "Not issued to the telephone")
    usable = [number for number in case.numbers if number.usable]
    if not usable:
        return Plan(None, "no_number", "No number to call")
    if case.appointment is not None:
        return _appointment(rules, case.appointment)
    if case.interrupted_at is not None:
        return interrupted(case.interrupted_at, rules.timezone.key, _barred(rules, refusal))
    callable_numbers = _callable(rules, case, usable)
    if not callable_numbers or _enough_calls(rules, case):
        times = f"Called {len(case.calls)} time{'s' if len(case.calls) > 1 else ''}"
        return Plan(None, "attempts", f"{times}: the most that the calling rules allow. It stays live sample")
    if not case.calls and case.decided_at is None:
        return _fresh(rules, case)
    if refusal is not None:
        return _conversion(rules, case, refusal, callable_numbers)
    return _call_back(rules, case, callable_numbers)


def interrupted(at: datetime, zone: str, barred: int | None = None) -> Plan:
    """The plan of a case whose latest call began `at` (UTC) and is not coded: as soon as calls may be made."""
    group = str(Group(PROMISED, zone))
    return Plan(TURN, "interrupted", "The call was interrupted", at, group=group, barred=barred, waited_until=at)


def to_convert(rules: CallingRules, case: Situation) -> Refused | None:
    """The refusal that the rules have tried once more: the only one the case ever had, soft, of an outcome they name.

    A call since then that ended otherwise than with nobody reached (online instead, not available) is the last one.
    """
    wanted = rules.conversion
    if wanted is None or not case.final or len(case.refusals) != 1:
        return None
    refusal = case.refusals[0]
    fits = refusal.outcome == case.outcome and refusal.outcome in wanted.outcomes and refusal.strength == "soft"
    return refusal if fits and not any(made.ends for made in _since(case, refusal)) else None


def _since(case: Situation, refusal: Refused) -> Sequence[Called]:
    """The calls after the one that was refused."""
    refused = (refusal.at, refusal.outcome)
    last = max((at for at, made in enumerate(case.calls) if (made.ended_at, made.outcome) == refused), default=-1)
    return case.calls[last + 1 :]


def _barred(rules: CallingRules, refusal: Refused | None) -> int | None:
    """Who is not to try a refusal once more."""
    another = refusal is not None and rules.conversion is not None and rules.conversion.another_interviewer
    return refusal.interviewer_id if refusal is not None and another else None


def ready_numbers(rules: CallingRules, case: Situation) -> dict[int, datetime]:
    """From when on each usable number may be called (UTC), by its id: its own wait, and the case's after its last call.

    A number not called yet may be called at once, unless the last call to another one has it wait.
    """
    ready: dict[int, datetime] = {}
    last = case.calls[-1] if case.calls else None
    for number in case.numbers:
        if not number.usable:
            continue
        own = [made for made in case.calls if made.number_id == number.id]
        at = case.issued_at or datetime.min.replace(tzinfo=UTC)
        if own:
            at = own[-1].ended_at + _wait(rules, own)[1]
        if last is not None and last.number_id != number.id:
            delay, wait = _wait(rules, [made for made in case.calls if made.number_id == last.number_id])
            gap = wait if delay is None or delay.other_number is None else delay.other_number
            at = max(at, last.ended_at + gap)
        ready[number.id] = at
    return ready


def number_to_dial(rules: CallingRules, case: Situation, now: datetime) -> int | None:
    """The id of the number to dial first: the appointment's, or that of the call in which another one was asked for;
    else one that is ready, the least called, a referral."""
    usable = [number for number in case.numbers if number.usable]
    if not usable:
        return None
    if case.appointment is not None and any(number.id == case.appointment.number_id for number in usable):
        return case.appointment.number_id
    ready = ready_numbers(rules.in_zone(case.zone), case)
    calls = [made.number_id for made in case.calls]
    allowed = {number.id for number in _callable(rules, case, usable)}
    position = {number.id: at for at, number in enumerate(usable)}
    return min(
        usable,
        key=lambda number: (
            number.id not in allowed,
            max(ready[number.id], now),
            calls.count(number.id),
            not number.referral,
            position[number.id],
        ),
    ).id


def _callable(rules: CallingRules, case: Situation, usable: Sequence[Held]) -> list[Held]:
    """The numbers that may be called next: that on which somebody asked for it, else those not called too often."""
    limit = rules.attempts.number
    calls = [made.number_id for made in case.calls]
    within = [number for number in usable if limit is None or calls.count(number.id) < limit]
    if not _is_asked_for(rules, case):
        return within
    asked = [] if _is_reopened(case) else [number for number in usable if number.id == calls[-1]]
    return asked or within or list(usable)


def _enough_calls(rules: CallingRules, case: Situation) -> bool:
    """Has the case been called as often as may be? Whoever asked to be called again is, all the same."""
    limit = rules.attempts.case
    return limit is not None and len(case.calls) >= limit and not _is_asked_for(rules, case)


def _is_reopened(case: Situation) -> bool:
    """Did something other than a call decide last what the case came to?"""
    return case.decided_at is not None and (not case.calls or case.calls[-1].ended_at <= case.decided_at)


def _is_asked_for(rules: CallingRules, case: Situation) -> bool:
    """Did somebody ask for the next call?"""
    if _is_reopened(case):
        delay = rules.call_again.get(case.outcome)
    elif case.calls:
        delay, _ = _wait(rules, [made for made in case.calls if made.number_id == case.calls[-1].number_id])
    else:
        delay = None
    return delay is not None and delay.asked_for


def _wait(rules: CallingRules, calls: Sequence[Called]) -> tuple[Delay | None, timedelta]:
    """The rule and the wait after the last of these calls, its outcome counted as often as it came running."""
    found = rules.delay_after(calls[-1].outcome, times_in_a_row([made.outcome for made in calls]))
    return (None, timedelta()) if found is None else found


def times_in_a_row(outcomes: Sequence[str]) -> int:
    """How often the last of these outcomes has come running."""
    count = 0
    for outcome in reversed(outcomes):
        if outcome != outcomes[-1]:
            break
        count += 1
    return count


def _appointment(rules: CallingRules, made: Appointed) -> Plan:
    times = rules.appointments
    group = str(Group(PROMISED, rules.timezone.key))
    if made.hard:
        until = (made.ends_at or made.starts_at) + times.missed_after
        return Plan(HARD, "appointment", "Appointment (hard)", made.starts_at, until, group, made.owner)
    # outside calling hours only the time itself was asked for, not what lies around it
    at, end = made.starts_at, made.ends_at or made.starts_at
    early, late = at - times.soft_early, end + times.soft_late
    around = next(stretches(rules, at), None)
    if around is None or not around[0] <= at < around[1]:
        late = max(end, at + rules.appointment_grace)
        early = at
    else:
        early, late = max(early, around[0]), max(min(late, around[1]), end + rules.appointment_grace)
    return Plan(SOFT, "appointment", "Appointment (soft)", early, late, group)


def _turn(rule: Rule, reason: str, at: datetime | None, waited: datetime, group: Group) -> Plan:
    if at is None:
        return Plan(None, "hours_over", f"{reason}; {NO_MORE_HOURS}", waited_until=waited)
    return Plan(TURN, rule, reason, at, group=str(group), waited_until=waited)


def _fresh(rules: CallingRules, case: Situation) -> Plan:
    """Those issued on one day are due alike, so that the draw and not the order of loading decides between them.

    Issued when fieldwork was over, they count as issued when it began: who works at a time that stands in for the
    clock (a trial, a rehearsal of last year's study) has loaded the sample by the computer's own.
    """
    assert case.issued_at is not None
    issued = case.issued_at
    if issued.astimezone(rules.timezone).date() > rules.fieldwork_end:
        issued = datetime.combine(rules.fieldwork_start, time(), rules.timezone).astimezone(UTC)
    day = max(issued.astimezone(rules.timezone).date(), rules.fieldwork_start)
    at = next_opening(rules, datetime.combine(day, time(), rules.timezone))
    if next_opening(rules, issued) is None:
        at = None
    return _turn("fresh", case.label, at, issued, Group(FRESH, rules.timezone.key))


def _conversion(rules: CallingRules, case: Situation, refusal: Refused, numbers: Sequence[Held]) -> Plan:
    """A soft refusal, once more: after the cooling-off, and then as any other call that found nobody."""
    assert rules.conversion is not None
    reason = f"{case.label}, soft: to be tried once more"
    if _since(case, refusal):
        coming = _call_back(rules, case, numbers)
        if coming.rank is None:
            return replace(coming, reason=f"{reason}; {NO_MORE_HOURS}")
        coming = replace(coming, rule="conversion", reason=reason)
    else:
        due = refusal.at + rules.conversion.after
        group = Group(called(len(case.calls)), rules.timezone.key)
        coming = _turn("conversion", reason, next_opening(rules, due), due, group)
    return replace(coming, barred=_barred(rules, refusal) if coming.rank is not None else None)


def _call_back(rules: CallingRules, case: Situation, numbers: Sequence[Held]) -> Plan:
    zone = rules.timezone.key
    last = case.calls[-1] if case.calls else None
    if case.decided_at is not None and _is_reopened(case):
        delay, wait = rules.delay_after(case.outcome, 1) or (None, timedelta())
        due = case.decided_at + wait
        window = delay.window if delay is not None else ANY_HOURS
        return _turn("delay", case.label, next_opening(rules, due, window), due, Group(PROMISED, zone, window))
    assert last is not None
    ready = ready_numbers(rules, case)
    due = min(ready[number.id] for number in numbers)
    delay, _ = _wait(rules, [made for made in case.calls if made.number_id == last.number_id])
    window = _window_asked_for(rules, case)
    if last.number_id is not None and last.number_id not in ready:
        # it failed: a number that nobody has tried is as good as a promise
        tried = {made.number_id for made in case.calls}
        if any(number.id not in tried for number in numbers):
            at = next_opening(rules, due, window)
            return _turn("delay", "Another number to try", at, due, Group(PROMISED, zone, window))
    if delay is not None and delay.asked_for:
        return _turn("delay", case.label, next_opening(rules, due, window), due, Group(PROMISED, zone, window))
    level = max(called(len(case.calls)), CALLED)
    slots = _least_tried(rules, case, due, window) if delay is not None and delay.another_slot else ()
    at = next_opening(rules, due, window, slots)
    return _turn("delay", case.label, at, due, Group(level, zone, window, slots))


def _window_asked_for(rules: CallingRules, case: Situation) -> str:
    """The window of the latest call in which somebody was spoken to: calls that found nobody, or an engaged line, do
    not change it. Nobody having said anything, that of the last call's own rule."""
    own: str | None = None
    for at in range(len(case.calls), 0, -1):
        made = case.calls[at - 1]
        delay, _ = _wait(rules, [each for each in case.calls[:at] if each.number_id == made.number_id])
        if delay is None:
            break
        if delay.asked_for or (delay.window != ANY_HOURS and not delay.another_slot):
            return delay.window
        own = delay.window if own is None else own
    return own or ANY_HOURS


def _least_tried(rules: CallingRules, case: Situation, due: datetime, window: str) -> tuple[str, ...]:
    """The slots in which calls found nobody least often, of those that open again from `due` on; () for all alike.

    Not the slot of the last call, where there is another.
    """
    tries = dict.fromkeys(rules.slots, 0)
    last: str | None = None
    for made in case.calls:
        slot = rules.slot_at(made.started_at)
        if slot is not None:
            tries[slot] += 1
            last = slot
    coming = [name for name in rules.slots if next_opening(rules, due, window, (name,)) is not None]
    others = [name for name in coming if name != last] or coming
    least = min((tries[name] for name in others), default=0)
    chosen = tuple(name for name in others if tries[name] == least)
    return () if len(chosen) == len(rules.slots) else chosen

"""Orders to compare with: whom another system would call next. For comparison in rehearsals only.

Each is worked out from the rehearsal's own record of the cases. Whatever the order, a case is claimed, called and coded
through the same desk, a final outcome of the study's scheme ends its calling, and cold calls keep to the study's
calling hours. What is the system's own is what is documented of it: its delays, its queues, its appointments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from cati.fieldwork import (
    ANY_HOURS,
    Appointed,
    Called,
    CallingRules,
    Group,
    Held,
    Plan,
    Refused,
    Situation,
    next_opening,
    plan,
    within_window,
)
from cati.rehearsal.chance import draw
from cati.rehearsal.population import Roles
from cati.rehearsal.record import Case

if TYPE_CHECKING:
    from cati.studies import Study

ORDERS = ("cati", "random", "quexs", "sabretooth")
"""cati's own, and those to compare it with."""

_HOUR = timedelta(hours=1)
# Calls of one interviewer to one case that are no further apart are one turn.
_TURN = timedelta(minutes=5)


class Order(Protocol):
    """Picks the case that an interviewer is to call now."""

    def pick(self, cases: Iterable[Case], who: int, now: datetime) -> Case | None:
        """One of the cases (open ones, in the order of the sample, that nobody holds); None: there is none to call."""
        ...

    def line(self, case: Case, who: int, now: datetime) -> int | None:
        """Which of its numbers to dial; None: the one that the desk proposes."""
        ...


@dataclass(frozen=True)
class Setting:
    """What an order is given: the study with its rules, which outcomes stand for what, and the rehearsal's seed."""

    study: Study
    roles: Roles
    seed: int

    @property
    def rules(self) -> CallingRules:
        """The study's calling rules."""
        return self.study.rules

    def in_hours(self, now: datetime, window: str = ANY_HOURS) -> bool:
        """May cold calls be made now?"""
        return within_window(self.rules, now, window)


def order_named(name: str, setting: Setting) -> Order:
    """The order of that name (not cati's own, which is the desk's)."""
    made: dict[str, Callable[[Setting], Order]] = {"random": AtRandom, "quexs": QueXS, "sabretooth": Sabretooth}
    return made[name](setting)


class AtRandom:
    """Any case that may be called under the study's own rules, each as likely as the others.

    The rules are kept to the letter: the wait after each outcome on each number, the window that somebody asked for,
    the limit of attempts, appointments not before their time. What is missing is any order, and the parts of the week
    in which a case was tried least: an appointment that is due is one case among many.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._rules = replace(setting.rules, slots={})
        self._plans: dict[str, tuple[int, Plan]] = {}

    def pick(self, cases: Iterable[Case], who: int, now: datetime) -> Case | None:
        """A case drawn at random."""
        open_now = {window: self._setting.in_hours(now, window) for window in (ANY_HOURS, *self._rules.windows)}
        possible = [case for case in cases if self._may_be_called(case, who, now, open_now)]
        if not possible:
            return None
        return possible[int(draw(self._setting.seed, "random order", who, now.timestamp()) * len(possible))]

    def line(self, case: Case, who: int, now: datetime) -> int | None:  # noqa: ARG002
        """The number that the desk proposes."""
        return None

    def _may_be_called(self, case: Case, who: int, now: datetime, open_now: dict[str, bool]) -> bool:
        if not case.calls:
            return open_now[ANY_HOURS]
        known = self._plans.get(case.serial)
        if known is None or known[0] != len(case.calls):
            known = self._plans[case.serial] = len(case.calls), plan(self._rules, self._situation(case))
        coming = known[1]
        if coming.rank is None or coming.at is None or now < coming.at or coming.barred == who:
            return False
        if coming.until is not None and now < coming.until:
            return True  # an appointment: the respondent asked for the time
        return open_now[Group.parse(coming.group).window]

    def _situation(self, case: Case) -> Situation:
        scheme, booked = self._setting.study.scheme, case.appointment
        outcome = scheme.outcome(case.outcome)
        return Situation(
            outcome=outcome.key,
            label=outcome.label,
            final=outcome.is_final,
            issued_at=case.calls[0].started_at,
            calls=[Called(each.started_at, each.ended_at, each.outcome, each.line, each.who) for each in case.calls],
            numbers=[Held(line, line not in case.failed) for line in range(case.lines)],
            appointment=None if booked is None else Appointed(booked.kind == "hard", booked.at, None, booked.owner),
            refusals=[
                Refused(each.ended_at, each.outcome, each.strength, each.who)
                for each in case.calls
                if each.strength is not None
            ],
        )


class _NextNumberAtOnce:
    """What queXS and Sabretooth share: whoever has a case dials its numbers one after the other before giving it back.

    So a case whose last call reached nobody, or ended at a number that leads nowhere, goes on to its next number with
    the same interviewer, as long as there is one that this turn has not tried.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        roles = setting.roles
        self._nobody = {roles.no_reply, roles.engaged, roles.dead, roles.wrong, roles.left, roles.referral}
        self._promises: dict[str, tuple[int, datetime | None]] = {}
        self._last: dict[int, Case] = {}

    def goes_on(self, who: int, now: datetime) -> Case | None:
        """The case that this interviewer has not finished with."""
        case = self._last.get(who)
        if case is None or not case.open or case.held or not case.calls:
            return None
        last = case.calls[-1]
        if last.who != who or last.outcome not in self._nobody or now - last.ended_at > _TURN:
            return None
        return case if _left_in_turn(case) else None

    def line(self, case: Case, who: int, now: datetime) -> int:
        """The number to dial: the first of the list that this turn has not tried, else the first."""
        going_on = self.goes_on(who, now) is case
        self._last[who] = case
        usable = [line for line in range(case.lines) if line not in case.failed]
        return _left_in_turn(case)[0] if going_on else usable[0]

    def promised(self, case: Case) -> datetime | None:
        """When the case is to be called back, where somebody asked for that in the last call: the first moment of the
        hours named that is an hour away; None where nobody did, or those hours do not come again."""
        known = self._promises.get(case.serial)
        if known is None or known[0] != len(case.calls):
            known = self._promises[case.serial] = len(case.calls), _promised(self._setting.rules, case)
        return known[1]


def _left_in_turn(case: Case) -> list[int]:
    """The numbers that the last turn (calls of one interviewer one right after the other) has not dialled."""
    dialled = {case.calls[-1].line}
    for before, after in zip(case.calls[-2::-1], case.calls[:0:-1], strict=False):
        if before.who != after.who or after.started_at - before.ended_at > _TURN:
            break
        dialled.add(before.line)
    return [line for line in range(case.lines) if line not in case.failed and line not in dialled]


def _promised(rules: CallingRules, case: Case) -> datetime | None:
    last = case.calls[-1]
    delay = rules.call_again.get(last.outcome)
    if case.asked is None or case.asked[0] != last.outcome or delay is None:
        return None
    return next_opening(rules, last.ended_at + _HOUR, delay.window)


class QueXS(_NextNumberAtOnce):
    """The order of queXS in its direct mode, with the values it is installed with.

    Source: ACSPRI/queXS, functions/functions.operator.php (get_case_id) and database/quexs.sql (outcome).

    - The wait after the last call is that of the case's outcome, for every case: no answer, answering machine,
      technical and non-contact 180 minutes, refusals 10,080, appointments 0. Engaged has no code of its own and is
      coded as no answer. A number that leads nowhere does not change the outcome of a case that has another.
    - A case with an appointment in the future is not called. From its start to its end an appointment is due, and due
      ones come first, by the earliest end. After its end it is no appointment any more: the case goes by its last call.
      An appointment lasts an hour (the default length since 1.15.5).
    - Then cases that were called, the one whose last call is longest ago; all respondents are in one time zone and of
      one priority here, so that nothing else decides.
    - New sample, in its order, only where none of those is to be called.
    - Shifts restrict everything, appointments too (restrict_work_shifts, on by default): here the study's hours.
    - Attempts are not limited (call_attempt_max 0). No time slots and no availability groups are set up by default.
    - "Call back in office hours" has no code; the interviewer makes an unspecified appointment: an hour from the first
      moment of those hours that is at least an hour away.
    """

    _NO_ANSWER = timedelta(minutes=180)
    _REFUSED = timedelta(minutes=10_080)

    def pick(self, cases: Iterable[Case], who: int, now: datetime) -> Case | None:
        """The next case."""
        if not self._setting.in_hours(now):
            return None
        going_on = self.goes_on(who, now)
        if going_on is not None:
            return going_on
        due: tuple[datetime, Case] | None = None
        called: tuple[datetime, Case] | None = None
        new: Case | None = None
        for case in cases:
            if not case.calls:
                new = new or case
                continue
            span = self._appointment(case)
            if span is not None and now < span[0]:
                continue
            if now <= case.calls[-1].ended_at + self._delay(case):
                continue
            if span is not None and now <= span[1]:
                if due is None or span[1] < due[0]:
                    due = span[1], case
            elif called is None or case.calls[-1].started_at < called[0]:
                called = case.calls[-1].started_at, case
        return due[1] if due else called[1] if called else new

    def _appointment(self, case: Case) -> tuple[datetime, datetime] | None:
        """From when and until when the case has an appointment."""
        if case.appointment is not None:
            return case.appointment.at, case.appointment.at + _HOUR
        at = self.promised(case)
        return None if at is None else (at, at + _HOUR)

    def _delay(self, case: Case) -> timedelta:
        roles = self._setting.roles
        leads_nowhere = (roles.dead, roles.wrong, roles.left, roles.referral)
        outcome = next((made.outcome for made in reversed(case.calls) if made.outcome not in leads_nowhere), None)
        if case.refused_softly:
            return self._REFUSED
        return self._NO_ANSWER if outcome in (roles.no_reply, roles.engaged) else timedelta()


class Sabretooth(_NextNumberAtOnce):
    """The order of Sabretooth (CLSA), with the waits that it is installed with.

    Source: CLSA/sabretooth, src/database/queue.class.php, src/service/assignment/module.class.php, db/queue.sql.

    - Ranked queues: 1 assignable appointments (from 5 minutes before, or the study's grace where that is shorter, since
      the desk takes an earlier call for another one; to 15 minutes after the time), 2 missed appointments (later than
      that, until they are called), 3 assignable callbacks (from the time on), 4 contacted, 5 busy, 6 fax, 7 no answer,
      8 not reached, 9 hang-up, 10 soft refusal, 11 new participants. The first queue that is not empty; within a queue
      nothing is ordered, so that the database's own order, that of the participants, decides.
    - Waits: contacted 10,080 minutes, busy 15, no answer 1,440, not reached 4,320, soft refusal 525,600.
    - Hours hold for callbacks and cold cases, not for appointments: here the study's.
    - Attempts are not limited.
    - "Call back in office hours" is a callback, set to the first moment of those hours that is at least an hour away.
    """

    _CONTACTED = timedelta(minutes=10_080)
    _BUSY = timedelta(minutes=15)
    _NO_ANSWER = timedelta(minutes=1_440)
    _NOT_REACHED = timedelta(minutes=4_320)
    _SOFT_REFUSAL = timedelta(minutes=525_600)
    _BEFORE = timedelta(minutes=5)
    _AFTER = timedelta(minutes=15)

    def pick(self, cases: Iterable[Case], who: int, now: datetime) -> Case | None:
        """The next case."""
        in_hours = self._setting.in_hours(now)
        going_on = self.goes_on(who, now) if in_hours else None
        if going_on is not None:
            return going_on
        best: tuple[int, Case] | None = None
        for case in cases:
            rank = self._rank(case, now, in_hours)
            if rank is not None and (best is None or rank < best[0]):
                best = rank, case
                if rank == 1:
                    break
        return best[1] if best else None

    def _rank(self, case: Case, now: datetime, in_hours: bool) -> int | None:
        if case.appointment is not None:
            if now < case.appointment.at - min(self._BEFORE, self._setting.rules.appointment_grace):
                return None
            return 1 if now <= case.appointment.at + self._AFTER else 2
        if not in_hours:
            return None
        if not case.calls:
            return 11
        last, roles = case.calls[-1], self._setting.roles
        callback = self.promised(case)
        if callback is not None:
            return 3 if now >= callback else None
        if last.outcome == roles.engaged:
            return 5 if now >= last.ended_at + self._BUSY else None
        if last.outcome == roles.no_reply:
            return 7 if now >= last.ended_at + self._NO_ANSWER else None
        if not last.contact:
            return 8 if now >= last.ended_at + self._NOT_REACHED else None
        if case.refused_softly:
            return 10 if now >= last.ended_at + self._SOFT_REFUSAL else None
        return 4 if now >= last.ended_at + self._CONTACTED else None

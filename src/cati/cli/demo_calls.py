"""The calls that the demonstration begins with: recorded through the desk, as any console records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

from cati import desk
from cati.interview.rehearsing import random_respondent

if TYPE_CHECKING:
    from cati.desk.records import AppointmentKind
    from cati.storage import Store
    from cati.studies import Study

INTERVIEWERS = ("Nadia", "Tom", "Bronwen")
_INTO_INTERVIEW = {"S1": 1, "S2": 1, "S4": 1, "B1": 1}
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class _Call:
    """A call to be made: what it came to, and how many questions were answered (None: those that lead to it)."""

    result: desk.Result
    answered: int | None = None


def make_calls(store: Store, study: Study, now: datetime, seed: int) -> None:
    """Records a shift of the last working day before `now`: nearly forty calls, with appointments for now and later."""
    random = Random(seed)
    calls = _plan(now, study)
    random.shuffle(calls)
    at = _ten_o_clock(now, study)
    store.clock = lambda: at
    people = [desk.sign_in(store, name) for name in INTERVIEWERS]
    for number, each in enumerate(calls):
        at += timedelta(minutes=random.randint(2, 5))
        who = people[number % len(people)]
        delivery = desk.next_case(store, study, who)
        if delivery is None:
            return  # a sample of a few people: all of them were called
        call = desk.start_call(store, delivery.hold, delivery.card.next_number)
        answers = _answers(study, delivery.card.sample | {"interviewer_name": who.name}, each, random)
        at += timedelta(seconds=30 + 12 * len(answers))
        for seq, (item, value) in enumerate(answers.items(), call.seq):
            desk.save_answer(store, delivery.hold, call, item, value, seq)
        desk.close_call(store, study, delivery.hold, call, each.result)


def _ten_o_clock(now: datetime, study: Study) -> datetime:
    """Ten in the morning of the last working day before `now`."""
    day = now.astimezone(study.timezone).date() - timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return datetime.combine(day, time(10), study.timezone)


def _answers(study: Study, sample: Mapping[str, str], call: _Call, random: Random) -> dict[str, Any]:
    """What was answered in a call: the screener's codes for its outcome, or an interview as far as it went."""
    if call.answered is not None:
        given = random_respondent(study.program("telephone"), sample, random, _INTO_INTERVIEW)
        return dict(islice(given.items(), call.answered))
    ways = study.scheme.outcome(call.result.outcome).answers
    return {item: codes[0] for item, codes in ways[0].items()} if ways else {}


def _plan(now: datetime, study: Study) -> list[_Call]:
    """Every call of the shift, in no order."""
    routine = ["no_reply"] * 14 + ["engaged"] * 4
    calls = [_Call(desk.Result(outcome)) for outcome in routine]
    calls += [
        _Call(desk.Result("call_back_business_hours", "In meetings all day; mornings before ten are best.")),
        _Call(desk.Result("call_back_consumer_hours", "Shares a desk: rather in the evening, on the mobile.")),
        _Call(desk.Result("unobtainable", "Dead line.")),
        _Call(desk.Result("wrong_number", "A private household; never heard of the name.")),
        _Call(desk.Result("not_available", "On leave until the spring, says a colleague.")),
        _refused("soft", "respondent", "no time this month"),
        _refused("hard", "somebody else", "switchboard puts no surveys through"),
        _Call(desk.Result("breakdown", "Called away, and does not want to go on."), 9),
        _Call(desk.Result("suspended", "Called into court; glad to go on another day."), 16),
        _Call(desk.Result("completed"), 1000),
        _Call(desk.Result("completed"), 1000),
        _Call(desk.Result("completed"), 1000),
    ]
    return calls + _booked(now, study)


def _refused(strength: AppointmentKind, who: str, reason: str) -> _Call:
    return _Call(desk.Result("refusal", refusal=desk.Refusal(strength, who, reason)))


def _booked(now: datetime, study: Study) -> list[_Call]:
    """Appointments: two that are due, one for later in this shift, two for tomorrow."""
    minute = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    tomorrow = now.astimezone(study.timezone).date() + timedelta(days=1)

    def on_the(hour: int) -> datetime:
        return datetime.combine(tomorrow, time(hour), study.timezone)

    return [
        _appointment("hard", minute - timedelta(minutes=10), "Asked to be called after the team meeting."),
        _appointment("soft", minute - timedelta(minutes=20), ""),
        _appointment("hard", minute + timedelta(minutes=30), "Will take it at home."),
        _appointment("hard", on_the(14), ""),
        _appointment("soft", on_the(11), "Friendly; was about to see a family."),
    ]


def _appointment(kind: AppointmentKind, at: datetime, note: str) -> _Call:
    return _Call(desk.Result(f"{kind}_appointment", note, appointment=desk.Booking(kind, at)))

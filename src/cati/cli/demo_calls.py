"""The calls that the demonstration begins with: recorded through the desk, as any console records them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Any

from cati import desk
from cati.cli.demo_script import script_of
from cati.interview.rehearsing import random_respondent

if TYPE_CHECKING:
    from cati.cli.demo_script import Appointment, Call, Script
    from cati.storage import Store
    from cati.studies import Study

INTERVIEWERS = ("Nadia", "Tom", "Bronwen")
_SATURDAY = 5


def make_calls(store: Store, study: Study, now: datetime, seed: int) -> None:
    """Records a shift of the last working day before `now`: nearly forty calls, with appointments for now and later."""
    random = Random(seed)
    script = script_of(study)
    calls = [call for call in script.calls for _ in range(call.times)]
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
        call = desk.start_call(store, study, delivery.hold, delivery.card.next_number)
        answers = _answers(study, delivery.card.sample | {"interviewer_name": who.name}, each, script, random)
        at += timedelta(seconds=30 + 12 * len(answers))
        for seq, (item, value) in enumerate(answers.items(), call.seq):
            desk.save_answer(store, delivery.hold, call, item, value, seq)
        desk.close_call(store, study, delivery.hold, call, _result(each, now, study))


def _ten_o_clock(now: datetime, study: Study) -> datetime:
    """Ten in the morning of the last working day before `now`."""
    day = now.astimezone(study.timezone).date() - timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return datetime.combine(day, time(10), study.timezone)


def _answers(study: Study, sample: Mapping[str, str], call: Call, script: Script, random: Random) -> dict[str, Any]:
    """What was answered in a call: the screener's codes for its outcome, or an interview as far as it went."""
    if call.answered is not None:
        given = random_respondent(study.program("telephone"), sample, random, script.into_interview)
        return dict(islice(given.items(), call.answered))
    ways = study.scheme.outcome(call.outcome).answers
    return {item: codes[0] for item, codes in ways[0].items()} if ways else {}


def _result(call: Call, now: datetime, study: Study) -> desk.Result:
    said = call.refusal
    refused = None if said is None else desk.Refusal(said.strength, said.who, said.reason)
    booked = None if call.appointment is None else _booking(call.appointment, now, study)
    return desk.Result(call.outcome, call.note, refusal=refused, appointment=booked)


def _booking(appointment: Appointment, now: datetime, study: Study) -> desk.Booking:
    """An appointment so many minutes from now, to five of them, or at an hour of tomorrow."""
    if appointment.minutes is not None:
        minute = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
        return desk.Booking(appointment.kind, minute + timedelta(minutes=appointment.minutes))
    assert appointment.tomorrow is not None
    day = now.astimezone(study.timezone).date() + timedelta(days=1)
    return desk.Booking(appointment.kind, datetime.combine(day, time(appointment.tomorrow), study.timezone))

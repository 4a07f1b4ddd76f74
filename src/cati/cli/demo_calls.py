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
from cati.studies import demo_script

if TYPE_CHECKING:
    from cati.desk.records import AppointmentKind
    from cati.storage import Store
    from cati.studies import Study

INTERVIEWERS = ("Nadia", "Tom", "Bronwen")
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class _Call:
    """A call to be made: what it came to, and how many questions were answered (None: those that lead to it)."""

    result: desk.Result
    answered: int | None = None


def make_calls(store: Store, study: Study, now: datetime, seed: int) -> None:
    """Records a shift of the last working day before `now`: nearly forty calls, with appointments for now and later."""
    random = Random(seed)
    script = demo_script(study.id)
    calls = _plan(script, now, study)
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
        desk.close_call(store, study, delivery.hold, call, each.result)


def _ten_o_clock(now: datetime, study: Study) -> datetime:
    """Ten in the morning of the last working day before `now`."""
    day = now.astimezone(study.timezone).date() - timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day -= timedelta(days=1)
    return datetime.combine(day, time(10), study.timezone)


def _answers(
    study: Study, sample: Mapping[str, str], call: _Call, script: dict[str, Any], random: Random
) -> dict[str, Any]:
    """What was answered in a call: the screener's codes for its outcome, or an interview as far as it went."""
    if call.answered is not None:
        given = random_respondent(study.program("telephone"), sample, random, script["into_interview"])
        return dict(islice(given.items(), call.answered))
    ways = study.scheme.outcome(call.result.outcome).answers
    return {item: codes[0] for item, codes in ways[0].items()} if ways else {}


def _plan(script: dict[str, Any], now: datetime, study: Study) -> list[_Call]:
    """Every call of the shift, in no order."""
    return [_call(each, now, study) for each in script["calls"] for _ in range(each.get("times", 1))]


def _call(each: dict[str, Any], now: datetime, study: Study) -> _Call:
    refusal = desk.Refusal(**each["refusal"]) if "refusal" in each else None
    booked = _booking(**each["appointment"], now=now, study=study) if "appointment" in each else None
    result = desk.Result(each["outcome"], each.get("note", ""), refusal=refusal, appointment=booked)
    return _Call(result, each.get("answered"))


def _booking(
    kind: AppointmentKind, *, now: datetime, study: Study, minutes: int = 0, tomorrow: int | None = None
) -> desk.Booking:
    """An appointment so many minutes from now, or at an hour of tomorrow."""
    if tomorrow is not None:
        day = now.astimezone(study.timezone).date() + timedelta(days=1)
        return desk.Booking(kind, datetime.combine(day, time(tomorrow), study.timezone))
    minute = now.replace(minute=now.minute - now.minute % 5, second=0, microsecond=0)
    return desk.Booking(kind, minute + timedelta(minutes=minutes))

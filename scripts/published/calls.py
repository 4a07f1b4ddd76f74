"""The fieldwork of a study, held call by call as interviewers hold it, in a database that nobody will miss."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Literal

from published.fieldwork import load_everybody, responses_counted
from published.inventing import SOON, Person, drama_numbers, group_of, invent_people

from cati.errors import OutsideError

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

    from cati.desk import Delivery, Interviewer
    from cati.outcomes import EventKind, Outcome, Scheme
    from cati.storage import Store
    from cati.studies import Study

SECONDS_A_CALL = 1  # of the whole call centre's time: a morning holds every first call
PLAYED_IN_FULL = 200  # one completed interview in so many is held question by question, the others by their screener


@dataclass
class Came:
    """What a study's fieldwork came to, as cati counts it: cases by outcome; the cells of its response tables, by
    table, row and column; and the response table as it is printed."""

    outcomes: dict[str, int]
    responses: dict[tuple[str, str, str], str]
    shown: str = ""


@dataclass
class Room:
    """The call centre: its database, its study, its people and its clock."""

    store: Store
    study: Study
    interviewers: list[Interviewer]
    people: dict[str, Person]
    random: Random
    now: list[datetime]
    completed: int = 0


def build(study_id: str, keep: Path | None, seed: int, progress: Queue[int]) -> Came:
    """Holds the fieldwork of a study in a scratch database, and returns what cati counts; `keep`: the folder to save
    the database in."""
    from cati.desk import install_study, outcome_counts, sign_in
    from cati.storage import backup
    from cati.storage.scratch import scratch_store
    from cati.studies import load_study

    study, random = load_study(study_id), Random(seed)
    now = [datetime.combine(study.fieldwork_start, datetime.min.time(), UTC).replace(hour=9, minute=30)]
    with scratch_store(lambda: now[0]) as store:
        install_study(store, study)
        people = invent_people(study, random)
        phones = {
            serial: drama_numbers(place, person, study.scheme) for place, (serial, person) in enumerate(people.items())
        }
        groups = {serial: group_of(study.scheme, person) for serial, person in people.items()}
        load_everybody(store, study, phones, groups, random)
        names = ("Ash", "Birch", "Cedar")
        room = Room(store, study, [sign_in(store, name) for name in names], people, random, now)
        hold_fieldwork(room, progress)
        if keep is not None:
            backup(store, keep / f"{study_id}.db")
        return Came(outcome_counts(store), *responses_counted(store, study))


def hold_fieldwork(room: Room, progress: Queue[int]) -> None:
    """Takes the next case, calls it, codes the call, until every person's calls are made."""
    left = sum(1 for person in room.people.values() if person.made < len(person.calls))
    while left:
        delivery = next_delivery(room)
        person = room.people[delivery.hold.serial]
        again = person.made >= len(person.calls)
        call(room, delivery, rest_of(room.study.scheme, person) if again else person.calls[person.made])
        person.made += 1
        if not again and person.made == len(person.calls):
            if person.elsewhere:
                hear_from_elsewhere(room, delivery.hold.serial, person.elsewhere)
            left -= 1
            progress.put(1)


def next_delivery(room: Room) -> Delivery:
    """The next case, for whichever interviewer it falls to; the clock goes on until one is due."""
    from cati.desk import day, next_case

    while True:
        room.now[0] += timedelta(seconds=SECONDS_A_CALL)
        room.interviewers.append(room.interviewers.pop(0))
        for interviewer in room.interviewers:
            delivery = next_case(room.store, room.study, interviewer)
            if delivery is not None:
                return delivery
        due = day(room.store, room.study, room.interviewers[0]).next_due
        room.now[0] = due if due is not None and due > room.now[0] else room.now[0] + timedelta(minutes=1)
        if room.now[0].date() > room.study.fieldwork_end:
            raise OutsideError("Fieldwork has ended, and some cases were never due: the calling rules leave no time.")


def rest_of(scheme: Scheme, person: Person) -> str:
    """What a case that is called once more than it needs comes to: the same again."""
    last = scheme.outcomes[person.calls[-1]]
    alike = (other for other in scheme.outcomes.values() if other.row == last.row and other.kind == "call_back")
    others = (other for other in alike if not other.asks_for and not other.breaks_off)
    return next(others).key if "number" in last.asks_for else last.key


def call(room: Room, delivery: Delivery, key: str) -> None:
    """Dials, saves the answers that lead to an outcome, and codes the call."""
    from cati.desk import Booking, EmailRequest, Refusal, Result, close_call, save_answer, start_call

    hold, outcome = delivery.hold, room.study.scheme.outcomes[key]
    made = start_call(room.store, room.study, hold, delivery.card.next_number)
    for seq, (item, value) in enumerate(answers(room, delivery, outcome).items(), start=made.seq):
        save_answer(room.store, hold, made, item, value, seq)
    asks = outcome.asks_for
    kind: Literal["hard", "soft"] = "hard" if outcome.appointment == "hard" else "soft"
    result = Result(
        key,
        appointment=Booking(kind, room.now[0] + SOON) if "appointment" in asks else None,
        refusal=Refusal("hard", "respondent", "") if "refusal" in asks else None,
        referral_number=f"01632 9609{room.random.randrange(100):02d}" if "number" in asks else None,
        email=EmailRequest("person@example.org", "online_link") if "email" in asks else None,
    )
    close_call(room.store, room.study, hold, made, result)


def answers(room: Room, delivery: Delivery, outcome: Outcome) -> dict[str, Any]:
    """The answers of a call: the scheme's way to the outcome; into the interview, for what ends or breaks it off."""
    inside = outcome.ends_questionnaire or outcome.breaks_off
    into = next(other for other in room.study.scheme.outcomes.values() if other.ends_questionnaire)
    way = room.random.choice((into if inside else outcome).answers)
    chosen = {item: room.random.choice(codes) for item, codes in way.items()}
    given = {item: code if isinstance(code, int) else {"key": code} for item, code in chosen.items()}
    if outcome.ends_questionnaire:
        room.completed += 1
        if room.completed % PLAYED_IN_FULL == 1:
            return whole_interview(room, delivery, outcome, given)
    return given


def whole_interview(room: Room, delivery: Delivery, outcome: Outcome, screener: dict[str, Any]) -> dict[str, Any]:
    """Every answer of a respondent who goes along the questionnaire to its end."""
    from cati.interview.interview import Interview
    from cati.interview.rehearsing import random_respondent

    program, sample = room.study.program("telephone"), delivery.card.sample
    while True:
        given = random_respondent(program, sample, room.random, screener)
        if Interview(program, sample, given).end == outcome.key:
            return given


def hear_from_elsewhere(room: Room, serial: str, key: str) -> None:
    """Records what came in online or by letter."""
    from cati.desk import record_event

    found_by = room.study.scheme.outcomes[key].found_by
    kind: EventKind = "online" if "online" in found_by else "office"
    record_event(room.store, room.study, serial, kind, outcome=key)

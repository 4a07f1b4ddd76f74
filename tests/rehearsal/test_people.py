"""Invented people: the same whenever they are asked, and as the population's file says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import fmean

import pytest

from cati.rehearsal import Population
from cati.rehearsal.chance import around, choose, draw, normal
from cati.rehearsal.people import People, Person
from cati.rehearsal.record import Agreed, Case
from cati.rehearsal.staffing import make_roster
from cati.studies import Study

MORNING = datetime(2019, 11, 19, 10, 0, tzinfo=UTC)


@pytest.fixture
def people(panel: Population, study: Study) -> People:
    return People(panel, study.rules, seed=1)


def made(people: People, size: int) -> list[Person]:
    return people.make(size, lambda _: {"name": "", "link": "individual"})


def test_a_draw_is_the_same_for_the_same_key_and_lies_between_0_and_1() -> None:
    draws = [draw(seed, "a", key) for seed in range(3) for key in range(1000)]
    assert draws == [draw(seed, "a", key) for seed in range(3) for key in range(1000)]
    assert len(set(draws)) == len(draws)
    assert 0 < min(draws) < 0.01
    assert 0.99 < max(draws) < 1
    assert fmean(normal(1, key) for key in range(4000)) == pytest.approx(0, abs=0.05)


def test_choosing_and_lengths_follow_what_was_given() -> None:
    chosen = Counter(choose({"a": 0.7, "b": 0.2, "c": 0.1}, draw(1, key)) for key in range(5000))
    assert [chosen[each] / 5000 for each in "abc"] == pytest.approx([0.7, 0.2, 0.1], abs=0.02)
    lengths = [around(12, 3, draw(1, key)) for key in range(5000)]
    assert min(lengths) > 0
    assert fmean(lengths) == pytest.approx(12, rel=0.02)
    assert around(2, 0, 0.9) == 2


def test_the_same_seed_gives_the_same_people_however_many_there_are(
    people: People, panel: Population, study: Study
) -> None:
    assert made(people, 30)[:10] == made(people, 10)
    assert made(People(panel, study.rules, seed=2), 10) != made(people, 10)


def test_kinds_and_numbers_come_in_their_shares(people: People, panel: Population) -> None:
    found = made(people, 3000)
    kinds = Counter(person.kind.name for person in found)
    assert [kinds[kind.name] / 3000 for kind in panel.kinds] == pytest.approx(
        [kind.share for kind in panel.kinds], abs=0.03
    )
    lines = Counter(state for person in found for state in person.lines)
    assert lines["dead"] / lines.total() == pytest.approx(panel.numbers.dead, abs=0.015)
    assert fmean(len(person.lines) - 1 for person in found) == pytest.approx(panel.numbers.second, abs=0.03)


def test_calls_are_answered_as_often_as_the_file_says_in_each_part_of_the_week(
    people: People, panel: Population
) -> None:
    found = [replace(person, lines=("live",)) for person in made(people, 1500)]
    for part, at in (("morning", MORNING), ("evening", MORNING + timedelta(hours=9))):
        assert people.part_of(at) == part
        for kind in panel.kinds:
            of_kind = [person for person in found if person.kind == kind]
            answered = [
                people.ring(person, Case(person.serial, 1), 0, at + timedelta(days=day)).heard != "no_reply"
                for person in of_kind
                for day in range(3)
            ]
            # people are alike to themselves, so that the mean spreads more than that of so many coins
            assert fmean(answered) == pytest.approx(kind.answers[part], abs=0.07)


def test_somebody_who_did_not_answer_is_likelier_to_answer_in_another_part_of_the_week(people: People) -> None:
    found = [replace(person, lines=("live",)) for person in made(people, 2500)]
    quiet = [person for person in found if _silent(people, person, MORNING)]
    again = fmean(not _silent(people, person, MORNING + timedelta(days=1)) for person in quiet)
    everybody = fmean(not _silent(people, person, MORNING + timedelta(days=1)) for person in found)
    assert again < everybody


def _silent(people: People, person: Person, at: datetime) -> bool:
    return people.ring(person, Case(person.serial, 1), 0, at).heard == "no_reply"


def test_fewer_are_there_for_an_appointment_the_later_it_is_called(people: People, panel: Population) -> None:
    found = [replace(person, lines=("live",)) for person in made(people, 1200)]

    def kept(late: timedelta) -> float:
        met = []
        for person in found:
            booked = Agreed(person.serial, "hard", MORNING, owner=1, contact=1)
            case = Case(person.serial, 1, appointment=booked)
            met.append(people.ring(person, case, 0, MORNING + late).kept is booked)
        return fmean(met)

    hard = panel.appointments.hard
    assert kept(timedelta()) == pytest.approx(hard.there, abs=0.03)
    assert kept(timedelta(minutes=hard.halves_in)) == pytest.approx(hard.there / 2, abs=0.04)
    assert kept(timedelta(hours=5)) == pytest.approx(0, abs=0.01)
    assert kept(-timedelta(hours=1)) == 0


def test_a_time_wanted_is_one_at_which_somebody_is_on_shift(people: People, panel: Population, study: Study) -> None:
    roster = make_roster(panel.shifts, study.rules, days=58, share=0.25)
    for person in made(people, 200):
        at = people.wanted_time(person, Case(person.serial, 1), MORNING, roster)
        assert at is not None
        assert at >= MORNING + timedelta(minutes=30)
        assert any(stint.starts <= at < stint.ends for stint in roster.stints)
    assert people.wanted_time(made(people, 1)[0], Case("", 1), MORNING + timedelta(days=90), roster) is None


def test_a_share_of_the_interviewers_is_that_share_of_their_hours(panel: Population, study: Study) -> None:
    full = make_roster(panel.shifts, study.rules, days=56)
    for share in (0.5, 0.3, 0.04, 2.0):
        cut = make_roster(panel.shifts, study.rules, days=56, share=share)
        assert cut.hours == pytest.approx(full.hours * share, abs=0.04 * full.hours)
    christmas = datetime(2019, 12, 25, tzinfo=UTC).date()
    assert not full.quarters(christmas)
    assert full.quarters(christmas - timedelta(days=1))

"""Appointments and progress, counted by hand, on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest

from cati.desk import (
    EmailRequest,
    Result,
    SampleRow,
    install_study,
    load_sample,
    open_study,
)
from cati.desk.figures import (
    appointment_figures,
    progress_figures,
)
from cati.storage import Store
from cati.studies import Study
from cati.studies.study import study_from_texts

from .figures_room import MORNING, Room, hard, soft


@pytest.fixture
def room(shop: Store, study: Study, clock: Any) -> Room:
    """The room at work on C1 to C4."""
    return Room(shop, study, clock)


def test_appointments_by_what_became_of_them_and_how_late_the_call_came(room: Room) -> None:
    at = MORNING + timedelta(hours=3)
    room.call("C1", hard(at))
    room.call("C2", hard(at), name="Bob")
    room.call("C3", soft(at))
    room.call("C1", "completed", at=at + timedelta(minutes=2))
    room.call("C2", soft(at + timedelta(days=2)), at=at + timedelta(minutes=50))
    room.call("C3", hard(at + timedelta(days=1)), at=at - timedelta(hours=2))
    room.clock.now = at + timedelta(days=2, minutes=90)
    figures = appointment_figures(room.store, room.period(), "interviewer")
    assert (figures.kinds["hard"].kept, figures.kinds["hard"].missed, figures.kinds["hard"].overdue) == (1, 1, 1)
    assert (figures.kinds["soft"].replaced, figures.kinds["soft"].overdue) == (1, 1)
    assert figures.lateness["hard"].n == 2
    assert figures.lateness["hard"].median == pytest.approx((120 + 3000) / 2, abs=0.01)
    assert {who: count.made for who, count in figures.by.items()} == {"Ann": 4, "Bob": 1}
    room.clock.now = at
    assert appointment_figures(room.store, room.period()).kinds["soft"].to_come == 1


def test_within_a_stretch_of_time_a_call_is_not_late(room: Room) -> None:
    at = MORNING + timedelta(hours=3)
    room.call("C1", hard(at, at + timedelta(hours=2)))
    room.call("C1", "completed", at=at + timedelta(hours=1))
    figures = appointment_figures(room.store, room.period())
    assert (figures.kinds["hard"].kept, figures.lateness["hard"].median) == (1, 0)


def test_progress_is_by_day_and_its_rates_are_those_of_that_day(room: Room) -> None:
    room.call("C1", "completed")
    room.call("C2", "wrong_number")
    email = EmailRequest("a@example.org", "online_link")
    room.call("C3", Result("online_requested", email=email), at=MORNING + timedelta(days=1))
    room.call("C4", "completed", at=MORNING + timedelta(days=2))
    found = progress_figures(room.store, room.study, room.period())
    by_day = {each.day.day: each for each in found.days}
    assert by_day[19].issued_so_far == by_day[19].issued == 5
    assert [by_day[day].completed_so_far for day in (19, 20, 21)] == [1, 1, 2]
    assert [by_day[day].calls for day in (19, 20, 21)] == [2, 1, 1]
    rates = {day: {rate.key: rate.value for rate in each.rates} for day, each in by_day.items()}
    assert rates[19] == {"telephone_response": Fraction(1, 5), "adjusted_response": Fraction(1, 4)}
    assert rates[20] == {"telephone_response": Fraction(1, 5), "adjusted_response": Fraction(1, 3)}
    assert rates[21] == {"telephone_response": Fraction(2, 5), "adjusted_response": Fraction(2, 3)}
    part = progress_figures(room.store, room.study, room.period(date(2019, 11, 21), date(2019, 11, 21)))
    assert [(each.day.day, each.completed, each.completed_so_far) for each in part.days] == [(21, 1, 2)]


def test_groups_show_their_share_of_completes_beside_their_share_of_sample(room: Room) -> None:
    room.call("C1", "completed")
    room.call("C2", "completed")
    room.call("C3", "completed")
    found = progress_figures(room.store, room.study, room.period())
    assert set(found.groups) == {"region"}  # nobody has an Ofsted rating in this sample
    london, north_east = found.groups["region"]
    assert (london.value, london.issued, london.completed, london.target, london.left) == ("London", 2, 1, None, None)
    assert (north_east.share_of_sample, north_east.share_of_completes) == (Fraction(3, 5), Fraction(2, 3))


def test_targets_of_the_study_are_beside_the_completes(store: Store, study: Study, clock: Any) -> None:
    text = study.texts["study.yaml"] + "targets:\n  region: {London: 2, Wales: 3}\n"
    targeted = study_from_texts(dict(study.texts) | {"study.yaml": text}, "mine")
    install_study(store, targeted)
    load_sample(store, [SampleRow("C1", region="London", phones=("01632 960001",))], study=targeted)
    room = Room(store, targeted, clock)
    room.call("C1", "completed")
    found = progress_figures(store, open_study(store), room.period()).groups["region"]
    assert [(group.value, group.completed, group.target, group.left) for group in found] == [
        ("London", 1, 2, 1),
        ("Wales", 0, 3, 3),
    ]

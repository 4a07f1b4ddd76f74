"""How long interviews took and what was not answered, counted by hand from the times of answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cati.desk import (
    OnlineAnswers,
    OnlineRow,
    Result,
    SampleRow,
    close_call,
    install_study,
    load_online,
    load_sample,
    save_answer,
    start_call,
    take_case,
)
from cati.desk.figures import (
    interviewer_figures,
    length_figures,
)
from cati.storage import Store
from cati.studies import Study

from .figures_room import MORNING, Room


@pytest.fixture
def room(shop: Store, study: Study, clock: Any) -> Room:
    """The room at work on C1 to C4."""
    return Room(shop, study, clock)


SCREENER = (("S1", 1, 20.0), ("S2", 1, 25.0), ("S4", 1, 31.0))


def test_the_pause_of_a_suspended_interview_is_no_part_of_its_length(room: Room) -> None:
    room.call("C1", "no_reply", answers=(("S1", 9, 30.0),))
    begun = (*SCREENER, ("B1", 1, 45.0), ("B2", 3, 55.0))
    room.call("C1", "suspended", at=MORNING + timedelta(hours=1), answers=begun, seconds=70)
    resumed = (("S1", 1, 15.0), ("S2", 1, 18.0), ("B4", 1, 30.0), ("B2", 1, 34.0))
    room.call("C1", "completed", at=MORNING + timedelta(days=2), answers=resumed, seconds=50, name="Bob")
    found = length_figures(room.store, room.study, room.period(), "interviewer")
    # 20 to 55 in the first call and 15 to 34 in the second; the call that found nobody does not count
    assert found.total.n == 1
    assert found.total.median == pytest.approx(35 + 19, abs=0.01)
    assert (found.resumed, found.unknown, found.speeders) == (1, 0, None)
    questions = {each.question: each.lengths.median for each in found.questions}
    assert questions["B1"] == pytest.approx(14, abs=0.01)
    assert questions["B2"] == pytest.approx(10 + 4, abs=0.01)  # gone back to in the second call
    assert "S1" not in questions  # the first answer of a call: nothing says when it was asked
    sections = {each.section: each.lengths.median for each in found.sections}
    assert sum(each or 0.0 for each in sections.values()) == pytest.approx(54, abs=0.01)
    assert {who: lengths.n for who, lengths in found.by.items()} == {"Bob": 1}
    (ann, bob), _ = interviewer_figures(room.store, room.study, room.period())
    assert (ann.lengths.n, bob.lengths.n) == (0, 1)
    assert bob.lengths.median == pytest.approx(54, abs=0.01)


def test_the_time_of_an_other_specify_counts_for_its_question(room: Room) -> None:
    answers = (*SCREENER, ("B2", 7, 40.0), ("B2_7_text", "words", 52.0), ("B1", 1, 60.0))
    room.call("C1", "completed", answers=answers, seconds=90)
    questions = {
        each.question: each.lengths.median for each in length_figures(room.store, room.study, room.period()).questions
    }
    assert questions["B2"] == pytest.approx(9 + 12, abs=0.01)
    assert "B2_7_text" not in questions


def test_no_answer_is_counted_by_the_newest_answer_and_without_the_screener(room: Room) -> None:
    program = room.study.program("telephone")
    unknown = next(
        (step.id, option.option.code)
        for step in program.steps
        for option in step.options
        if option.option.key == "dk" and step.kind == "single"
    )
    keyed = next(
        (step.id, special.special.key)
        for step in program.steps
        for special in step.specials
        if special.special.key == "dk"
    )
    answers = (
        *SCREENER, ("B1", 1, 40.0), (unknown[0], unknown[1], 50.0), (keyed[0], {"key": "dk"}, 60.0),
        ("B2", 8, 65.0), ("B2", 1, 70.0),
    )  # fmt: skip
    room.call("C1", "completed", answers=answers, seconds=90)
    (ann,), _ = interviewer_figures(room.store, room.study, room.period())
    items = {item for item, _, _ in answers} - program.per_call
    kept = {item: value for item, value, _ in answers if item in items}
    none = sum(
        (item, value) == unknown or (item == keyed[0] and value == {"key": "dk"}) for item, value in kept.items()
    )
    assert (ann.asked, ann.unanswered) == (len(items), none)
    assert none >= 1


def test_speeders_are_measured_by_the_questions_that_they_answered(store: Store, study: Study, clock: Any) -> None:
    install_study(store, study)
    load_sample(store, [SampleRow(f"C{n}", phones=(f"01632 9600{n:02}",)) for n in range(1, 14)], study=study)
    room = Room(store, study, clock)
    usual = (*SCREENER, ("B1", 1, 41.0), ("B2", 1, 51.0), ("B4", 1, 61.0))
    for n in range(1, 12):
        room.call(f"C{n}", "completed", answers=usual, seconds=80)
    fast = (*((item, value, after / 3) for item, value, after in usual),)
    room.call("C12", "completed", answers=fast, seconds=30, name="Bob")
    short = (*SCREENER, ("B1", 1, 41.0))  # a short route, at the usual pace
    room.call("C13", "completed", answers=short, seconds=50)
    (found,) = length_figures(store, study, room.period()).speeders or ()
    assert (found.serial, found.interviewer, found.questions) == ("C12", "Bob", 5)
    assert found.share == pytest.approx(1 / 3, abs=0.01)
    assert length_figures(store, study, room.period(), speeding=0.3).speeders == ()


def test_answers_taken_over_from_the_online_survey_take_no_time(room: Room) -> None:
    begun = OnlineRow(2, "C1", "partial", MORNING, answers=OnlineAnswers(items={"B2": 1}))
    load_online(room.store, room.study, [begun])
    held = take_case(room.store, room.study, room.who("Ann"), "C1")
    made = start_call(room.store, room.study, held.hold, held.card.next_number)
    assert set(made.answers) == {"B2"}
    for seq, (item, value, after) in enumerate((*SCREENER, ("B1", 1, 41.0)), made.seq):
        room.clock.now = MORNING + timedelta(seconds=after)
        save_answer(room.store, held.hold, made, item, value, seq)
    close_call(room.store, room.study, held.hold, made, Result("completed"))
    found = length_figures(room.store, room.study, room.period())
    assert found.total.median == pytest.approx(21, abs=0.01)
    assert {each.question for each in found.questions} == {"S2", "S4", "B1"}

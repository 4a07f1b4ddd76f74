"""Rehearsals: the same seed the same respondents, everything that can be reached is, lengths as the surveys promise."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from cati.interview.drawn_sample import drawing, values_of
from cati.interview.impossible import can_hold, never_asked
from cati.interview.lengths import Pace
from cati.interview.rehearsal import Rehearsal, rehearse
from cati.questionnaire.loading import load
from cati.questionnaire.model import Mode
from cati.questionnaire.program import Program
from cati.studies import load_study

ENOUGH = 4000


def ticking() -> Callable[[], float]:
    """A clock that goes on a thousandth of a second whenever it is looked at."""
    seen = 0

    def look() -> float:
        nonlocal seen
        seen += 1
        return seen / 1000

    return look


@cache
def rehearsed(study: str, mode: Mode) -> Rehearsal:
    return rehearse(load_study(study).program(mode), ENOUGH, 1, clock=ticking())


SHIPPED: list[tuple[str, Mode]] = [
    ("wave2", "telephone"),
    ("wave2", "online"),
    ("asye", "telephone"),
    ("asye", "online"),
]
each_shipped = pytest.mark.parametrize(("study", "mode"), SHIPPED)


@each_shipped
def test_everything_that_can_be_reached_is_and_the_rest_is_explained(study: str, mode: Mode) -> None:
    found = rehearsed(study, mode)
    assert [each.target for each in found.never if each.why is None] == []
    assert found.met == found.possible == sum(n > 0 for n in found.reached.values())
    codes = {each.target[1] for each in found.never}
    expected = {"wave2": {"H2a=9", "I4a=16"}, "asye": {"F5=16", "F7=14", "H2a=9", "I4a=16"}}
    assert codes == expected[study], "a code that excludes the others cannot be the main one of two"
    assert sum(found.ends.values()) == ENOUGH


def test_what_belongs_to_the_other_mode_is_no_gap() -> None:
    assert set(rehearsed("wave2", "online").other_mode) == {"S1", "S2", "S2a", "S3", "S4"}
    assert set(rehearsed("asye", "telephone").other_mode) == {"LAND", "SE", "B1b"}
    assert not [name for _, name in rehearsed("wave2", "online").reached if name.startswith("S")]


@pytest.mark.parametrize(
    ("study", "mode", "shortest", "longest"),
    [
        ("wave2", "telephone", 10, 16),
        ("wave2", "online", 10, 17),
        ("asye", "telephone", 16, 22),
        ("asye", "online", 17, 24),
    ],
)
def test_the_main_path_takes_about_as_long_as_the_survey_promises(
    study: str, mode: Mode, shortest: float, longest: float
) -> None:
    lengths = {each.path: each for each in rehearsed(study, mode).lengths}
    main = lengths[(("B1", 1),)]
    assert shortest < main.seconds / 60 < longest
    assert main.interviews == max(each.interviews for path, each in lengths.items() if path)
    assert all(each.seconds < main.seconds for path, each in lengths.items() if len(path) == 1 and path[0][1] != 1)
    assert main.shortest_tenth is not None
    assert main.longest_tenth is not None
    assert main.shortest_tenth < main.seconds < main.longest_tenth


def test_the_same_seed_gives_the_same_rehearsal_and_another_seed_another() -> None:
    program = load_study("wave2").program("telephone")
    first, again, other = (rehearse(program, 200, seed, clock=ticking()) for seed in (5, 5, 6))
    assert first == again
    assert first.reached != other.reached
    assert first.engine_seconds == pytest.approx(0.2)


def test_slower_reading_makes_longer_interviews_and_changes_nothing_else() -> None:
    program = load_study("asye").program("telephone")
    usual = rehearse(program, 100, 1, clock=ticking())
    slow = rehearse(program, 100, 1, clock=ticking(), pace=Pace(75))
    assert slow.reached == usual.reached
    assert slow.lengths[0].seconds > 1.3 * usual.lengths[0].seconds


def test_a_code_is_counted_once_a_respondent_who_gave_it(wave2: object) -> None:
    del wave2
    found = rehearsed("wave2", "telephone")
    asked = found.reached["item", "B1"]
    assert sum(n for (kind, name), n in found.reached.items() if kind == "option" and name.startswith("B1=")) == asked
    assert found.reached["jump", "B1=3 to F1a"] == found.reached["option", "B1=3"]
    assert found.reached["end", "completed"] == found.ends["completed"]


SMALL = """
id: small
version: "1"
title: Small
sample: {name: Who, panel: Which panel, link: The link}
sections:
  - id: A
    title: First
    items:
      - {id: A1, type: single, options: [{code: 1, label: One}, {code: 2, label: Two, skip_to: DONE}]}
      - {id: A2, type: text, ask: sample.panel="blue"}
      - {id: A3, type: text, ask: not answered(A1) and mode=online}
      - {id: A4, type: text, ask: A3≠1 and mode=telephone}
  - id: Z
    title: Last
    items: [{id: DONE, type: end, outcome: completed}]
"""


@pytest.fixture
def small() -> Program:
    """A questionnaire with a sample variable of its own."""
    return load(SMALL.replace("ask: A3≠1 and", 'ask: sample.link="open" and'), source="small").programs["telephone"]


def test_sample_values_are_drawn_from_what_the_questionnaire_compares_them_with(small: Program) -> None:
    assert values_of(small)["panel"] == ("blue", "(panel)")
    assert values_of(small)["link"] == ("individual",)
    found = rehearse(small, 100, 1, clock=ticking())
    assert 20 < found.reached["item", "A2"] < 60


def test_what_nobody_can_be_asked_in_either_mode_is_named_with_the_reason(small: Program) -> None:
    found = rehearse(small, 50, 1, clock=ticking())
    assert found.other_mode == ("A3",)
    assert [(each.target, each.why) for each in found.never] == [(("item", "A4"), "its base can never hold")]


def test_the_open_link_is_for_online_only() -> None:
    from random import Random

    program = load_study("asye").program("online")
    draw, rng = drawing(program), Random(1)
    drawn = [draw(rng) for _ in range(50)]
    assert {each["link"] for each in drawn} == {"individual", "open"}
    assert len({each["la"] for each in drawn}) > 20


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("mode=telephone", True),
        ("mode≠telephone", False),
        ("not mode=online", True),
        ("mode=online or B1=1", True),
        ("mode=online and B1=1", False),
        ("X1=1", False),
        ("not X1=1", True),
        ("count(X1)>1 or answered(X1)", False),
        ("", True),
    ],
)
def test_only_what_is_sure_counts_as_impossible(condition: str, holds: bool) -> None:
    assert can_hold(condition, "telephone", {"x1"}) is holds


def test_a_base_on_a_question_of_the_other_mode_makes_its_followers_impossible_too() -> None:
    assert "s4" in never_asked(load_study("wave2").questionnaire, "online")

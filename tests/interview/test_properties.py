"""What holds for every respondent of both studies, whatever is answered."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cati.errors import InputError
from cati.interview.interview import Interview
from cati.interview.presenting import closing_blocks, present, text_blocks
from cati.interview.rehearsing import random_answer, random_respondent
from cati.interview.walk import walk
from cati.questionnaire.answers import AnswerRefused, to_json
from cati.questionnaire.program import Program
from cati.studies import Study

seeds = st.integers(min_value=0, max_value=2**32)
some = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
THROUGH = {"S1": 1, "S2": 1, "S4": 1, "B5": 1, "B1A": 1}
"""The usual way through the screener; B5 and B1A of 1 keep ASYE respondents eligible."""


def sample_of(rng: Random) -> dict[str, str]:
    return {"name": "A N Other", "la": "Leeds", "link": rng.choice(["open", "individual"]), "interviewer_name": "Jo"}


def respondent(program: Program, seed: int) -> tuple[Interview, Random]:
    """A finished interview."""
    rng = Random(seed)
    sample = sample_of(rng)
    through = THROUGH if rng.random() < 0.9 else {}
    return Interview(program, sample, random_respondent(program, sample, rng, through)), rng


def state(interview: Interview) -> tuple[Any, ...]:
    return interview.route, interview.next, interview.end, interview.live, interview.missing(), interview.off_route()


def held(interview: Interview) -> dict[str, Any]:
    """Every answer that an interview holds, on the route or not, as JSON."""
    program = interview.program
    slots = {step.id: step.slot for step in program.steps} | {each.id: each.slot for each in program.write_ins.values()}
    return {name: to_json(interview.given[slot]) for name, slot in slots.items() if interview.given[slot] is not None}


@some
@given(seeds)
def test_the_route_hangs_on_the_answers_alone(program: Program, seed: int) -> None:
    """Ten changes one after the other, or all answers at once: the same route, the same live answers."""
    interview, rng = respondent(program, seed)
    for _ in range(10):
        item = rng.choice(interview.route)
        interview.give(item, random_answer(interview, item, rng))
        fresh = Interview(program, interview.sample, held(interview))
        assert state(fresh) == state(interview)
        if interview.next is not None:
            interview.give(interview.next, random_answer(interview, interview.next, rng))


@some
@given(seeds)
def test_the_order_in_which_answers_come_in_does_not_matter(program: Program, seed: int) -> None:
    interview, rng = respondent(program, seed)
    answers = list(held(interview).items())
    rng.shuffle(answers)
    shuffled = Interview(program, interview.sample)
    for item, value in answers:
        shuffled.hold(item, Interview(program, {}, {item: value}).answer_to(item))
    assert state(shuffled) == state(interview)


@some
@given(seeds)
def test_a_change_taken_back_leaves_route_and_answers_as_they_were(program: Program, seed: int) -> None:
    interview, rng = respondent(program, seed)
    before, answers = state(interview), held(interview)
    for item in rng.sample(interview.route, min(8, len(interview.route))):
        was = interview.answer_to(item)
        if was is None:
            continue
        interview.give(item, random_answer(interview, item, rng))
        interview.give(item, to_json(was))
        assert state(interview) == before
        assert held(interview) == answers


@some
@given(seeds)
def test_an_answer_taken_back_waits_at_its_question_and_given_again_brings_everything_back(
    program: Program, seed: int
) -> None:
    interview, rng = respondent(program, seed)
    before = state(interview)
    item = rng.choice(interview.route)
    was = interview.answer_to(item)
    assert was is not None
    interview.give(item, None)
    assert interview.next == item
    assert interview.route == before[0][: before[0].index(item) + 1]
    interview.give(item, to_json(was))
    if interview.end is not None:
        assert state(interview) == before


@some
@given(seeds)
def test_answers_off_the_route_change_nothing_shown_or_asked(program: Program, seed: int) -> None:
    interview, rng = respondent(program, seed)
    on_route = {item: value for item, value in held(interview).items() if item in interview.route}
    words = {item: value for item, value in held(interview).items() if item.lower() in program.write_ins}
    stale: dict[str, Any] = {}
    for step in program.steps:
        if step.id not in interview.route and step.kind not in ("message", "end") and rng.random() < 0.5:
            stale[step.id] = rng.choice([1, [1], "words", {"key": "dk"}, -5, [99], {"name": "x"}, None, True])
    alone = walk(program, {"sample": interview.sample, "answers": {**on_route, **words}})
    beside = walk(program, {"sample": interview.sample, "answers": {**on_route, **words, **stale}})
    assert alone["off_route"] == []
    assert set(beside.pop("off_route")) <= set(stale)
    alone.pop("off_route")
    assert beside == alone


@some
@given(seeds)
def test_from_b1_on_the_same_answers_lead_the_same_way_in_both_modes(study: Study, seed: int) -> None:
    """The screener is the telephone's, the landing page the online survey's; the rest is one questionnaire."""
    telephone, _ = respondent(study.program("telephone"), seed)
    if "B1" not in telephone.route:
        return
    sample = {**telephone.sample, "link": "individual"}
    answers = held(telephone)
    routes = []
    for mode in ("telephone", "online"):
        interview = Interview(study.program(mode), sample, answers)
        routes.append((interview.route[interview.route.index("B1") :], interview.end, interview.missing()))
    assert routes[0] == routes[1]


@some
@given(seeds)
def test_every_question_reached_can_be_shown_and_no_fill_stays_open(program: Program, seed: int) -> None:
    interview, _ = respondent(program, seed)
    asked = Interview(program, interview.sample)
    for item in interview.route:
        shown = present(asked, item)
        assert shown.id == item
        assert shown.wording
        blocks = [block.text for block in (*shown.before, *shown.wording)]
        labels = [option.label for option in shown.options] + [special.label for special in shown.specials]
        labels += [box.label for box in shown.boxes]
        for text in (*blocks, *labels, shown.row or ""):
            assert not {"{", "}"} & set(text), text
            assert "  " not in text, text
        assert all(each.strip() for each in (*blocks, *labels))
        if shown.kind in ("single", "multi"):
            assert shown.options
        if shown.row is not None:
            assert 1 <= shown.row_at <= shown.rows
        asked.give(item, held(interview)[item])
        for name in asked.missing():
            asked.give(name, held(interview)[name])
    assert asked.next is None
    assert closing_blocks(asked)
    for name in program.texts:
        assert not {"{", "}"} & set("".join(block.text for block in text_blocks(asked, name)))


@some
@given(seeds)
def test_before_and_after_walk_the_route_both_ways(program: Program, seed: int) -> None:
    interview, _ = respondent(program, seed)
    route = interview.route
    assert [interview.before(item) for item in route] == [None, *route[:-1]]
    assert [interview.after(item) for item in route] == [*route[1:], None]


@some
@given(seeds)
def test_every_answer_on_the_route_is_judged(program: Program, seed: int) -> None:
    """What no item can take, put in the place of any one answer, is found and named."""
    interview, rng = respondent(program, seed)
    answers = held(interview)
    item = rng.choice([each for each in interview.route if each in answers])
    wrong = rng.choice([-1, True, {"key": "nobody"}, [1, 99], 3.7, {"fax": "1"}])
    got = walk(program, {"sample": interview.sample, "answers": {**answers, item: wrong}})
    assert [(error["item"], error["value"]) for error in got["errors"]] == [(item, wrong)]
    assert got["errors"][0]["why"]
    with pytest.raises(AnswerRefused):
        Interview(program, interview.sample).give(item, wrong)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["dk", "na"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.just("key"), inner, max_size=3)
    ),
    max_leaves=6,
)
ids = st.sampled_from(
    ["S1", "S2", "S4", "B1", "B2", "b3", "B4a", "B3_9_text", "K4", "H1", "H1_3", "LAND", "END", "Q", ""]
)
respondents = st.fixed_dictionaries(
    {},
    optional={
        "sample": st.dictionaries(st.sampled_from(["name", "la", "link", "x"]), plain, max_size=3) | plain,
        "answers": st.dictionaries(ids, st.sampled_from([1, 2, [1], [9]]) | plain, max_size=8) | plain,
        "more": plain,
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(respondents, plain))
def test_walk_answers_any_json_with_a_route_with_errors_or_with_one_message(program: Program, junk: Any) -> None:
    try:
        got = walk(program, junk)
    except InputError as error:
        assert str(error)  # noqa: PT017
        return
    assert set(got) in ({"errors"}, {"route", "next", "end", "off_route", "shown", "missing"})
    if "route" in got:
        assert list(got["shown"]) == got["route"]
        assert got["next"] in (None, got["route"][-1])

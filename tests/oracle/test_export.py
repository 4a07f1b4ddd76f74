"""The SurveyJS file itself, Node or no Node: its names, its conditions, and what it says it cannot do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.exchange.surveyjs import survey_json
from cati.exchange.surveyjs_expressions import (
    Conjunction,
    Constant,
    Disjunction,
    Expression,
    In,
    Negation,
    NotIn,
    Raw,
    all_of,
    any_of,
    facts_of,
    literal,
    negate,
    written,
)
from cati.questionnaire.model import Mode
from cati.studies import load_study

BOTH = [(study, mode) for study in ("wave2", "asye") for mode in ("telephone", "online")]


def _elements(survey: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for page in survey["pages"]:
        for element in page["elements"]:
            yield element
            yield from element.get("elements", [])


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


@pytest.mark.parametrize(("study", "mode"), BOTH)
def test_every_name_in_a_condition_or_a_text_is_a_question_a_calculated_value_or_a_sample_variable(
    study: str, mode: Mode
) -> None:
    survey = survey_json(load_study(study).program(mode))
    names = [element["name"] for element in _elements(survey)]
    assert len(names) == len(set(names))
    known = {*names, *(value["name"] for value in survey["calculatedValues"]), "item"}
    known |= {f"sample.{name}" for name in survey["cati"]["sample"]}
    used = {name for text in _texts(survey) for name in re.findall(r"\{([^{}]*)\}", text)}
    assert {name.removesuffix(".length") for name in used} <= known


@pytest.mark.parametrize(("study", "mode"), BOTH)
def test_every_question_of_the_program_is_there_in_order(study: str, mode: Mode) -> None:
    program = load_study(study).program(mode)
    asked = [step.id for step in program.steps if step.kind not in ("message", "end")]
    survey = survey_json(program)
    assert [item["id"] for item in survey["cati"]["items"]] == asked
    named = [element["name"].removeprefix("panel_") for page in survey["pages"] for element in page["elements"]]
    assert [name for name in named if name in set(asked)] == asked


def test_it_is_one_question_a_page_on_the_telephone_and_a_grid_a_page_online() -> None:
    def page_of(mode: Mode, item: str) -> list[str]:
        survey = survey_json(load_study("wave2").program(mode))
        found = [page["elements"] for page in survey["pages"] if item in json.dumps(page["elements"])]
        return [element["name"] for element in found[0] if element["type"] != "html"]

    assert page_of("telephone", '"B8_1"') == ["B8_1"]
    assert page_of("online", '"B8_1"') == ["B8_1", "B8_2"]
    assert page_of("online", '"B14"') == ["panel_B14", "panel_B15"]


def test_what_surveyjs_cannot_express_is_listed() -> None:
    survey = survey_json(load_study("wave2").program("telephone"))
    lacking = {(each["item"], each["what"].partition(":")[0]) for each in survey["cati"]["notExpressed"]}
    assert ("S1", "code 13") in lacking  # the reassurance e-mail
    assert ("S3", "code 1") in lacking  # the e-mail address read back
    assert ("S2a", "code 1") in lacking  # the referral's number
    assert ("S1", "asked anew in every call") in lacking
    assert ("K4", "kept apart from the answers") in lacking


def test_answers_left_behind_are_kept_until_the_end() -> None:
    survey = survey_json(load_study("wave2").program("telephone"))
    assert survey["clearInvisibleValues"] == "onComplete"


def test_a_question_left_behind_says_nothing_in_conditions() -> None:
    """B10a asks of B10 alone; what put B10 on the route is said with it, because SurveyJS keeps its answer alive."""
    survey = survey_json(load_study("wave2").program("telephone"))
    b10a = next(element for element in _elements(survey) if element["name"] == "B10a")
    assert b10a["visibleIf"].startswith("{B10_key} = 'dk' and {B1} = 1 and {B5} anyof [1, 2, 3, 4, 6, 7]")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it's", r"'it\'s'"),
        ("equals", "'equal' + 's'"),
        ("a => b <> c", "'a =' + '> b <' + '> c'"),
    ],
)
def test_a_text_constant_survives_the_parser(text: str, expected: str) -> None:
    assert literal(text) == expected


# --- the algebra: what is left out was said already ------------------------------------------------------------------

SINGLE, MULTI = "Q", "M"
_codes = st.frozensets(st.integers(1, 3), min_size=1)
_leaves = st.one_of(
    _codes.map(lambda codes: In(SINGLE, codes)),
    _codes.map(lambda codes: NotIn(SINGLE, codes)),
    _codes.map(lambda codes: In(MULTI, codes, multi=True)),
    _codes.map(lambda codes: NotIn(MULTI, codes, multi=True)),
    st.sampled_from([Raw("p"), Raw("q")]),
    st.booleans().map(Constant),
)


def _trees(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(parts.map(Conjunction), parts.map(Disjunction), inner.map(Negation))


expressions = st.recursive(_leaves, _trees, max_leaves=8)

# Every answer to one single, one multi and two other conditions; nothing answered, too.
WORLDS = [
    {SINGLE: frozenset(single), MULTI: frozenset(multi), "p": p, "q": q}
    for single in ((), (1,), (2,), (3,))
    for multi in ((), (1,), (3,), (1, 2), (1, 2, 3))
    for p, q in product((False, True), repeat=2)
]


def _holds(expression: Expression, world: dict[str, Any]) -> bool:
    match expression:
        case Constant(value):
            return value
        case In(name, codes, _):
            return bool(world[name] & codes)
        case NotIn(name, codes, _):
            return not world[name] & codes
        case Raw(text):
            return bool(world[text])
        case Conjunction(parts):
            return all(_holds(part, world) for part in parts)
        case Disjunction(parts):
            return any(_holds(part, world) for part in parts)
        case Negation(part):
            return not _holds(part, world)
    raise AssertionError(expression)


@given(expressions, expressions)
def test_shortening_changes_nothing_where_the_facts_hold(expression: Expression, known: Expression) -> None:
    facts = facts_of(known)
    shorter = all_of([expression], facts)
    for world in WORLDS:
        if all(_holds(fact, world) for fact in facts):
            assert _holds(shorter, world) == _holds(expression, world)


@given(st.lists(expressions, max_size=4))
def test_joining_means_what_it_says(parts: list[Expression]) -> None:
    every, some = all_of(parts), any_of(parts)
    for world in WORLDS:
        assert _holds(every, world) == all(_holds(part, world) for part in parts)
        assert _holds(some, world) == any(_holds(part, world) for part in parts)
        assert _holds(negate(every), world) != _holds(every, world)


@given(expressions)
def test_what_is_said_already_is_left_out(expression: Expression) -> None:
    assert len(written(all_of([expression, expression]))) <= max(len(written(expression)), len("1 = 1"))

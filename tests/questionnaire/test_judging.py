"""Which answers an item can take, and how they are held."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.errors import InputError
from cati.questionnaire.answers import AnswerRefused, Contact, Key, from_json, to_json
from cati.questionnaire.judging import judge
from cati.questionnaire.loading import load
from cati.questionnaire.program import Program

TEXT = """
id: tiny
version: "1"
title: Every type of item
sections:
  - id: ALL
    title: All
    items:
      - {id: ONE, type: single, options: [{code: 1, label: a}, {code: 10, label: b}]}
      - id: MANY
        type: multi
        options: [{code: 3, label: c}, {code: 1, label: a, specify: true}, {code: 9, label: x, exclusive: true}]
      - {id: HOURS, type: number, max: 168, specials: [{key: dk, label: x}, {key: na, label: y}]}
      - {id: CASES, type: number, min: 1}
      - {id: WORDS, type: text, specials: [{key: dk, label: x}]}
      - {id: HOWMANY, type: single, options: [{code: 1, label: a, specify: {type: number, min: 1}}]}
      - id: ADDRESS
        type: contact
        fields:
          - {field: name, label: n, blank: true}
          - {field: email, label: e, specials: [{key: refused, label: r}]}
          - {field: phone, label: p, specials: [{key: refused, label: r}]}
      - {id: NOTE, type: message}
      - {id: END, type: end, outcome: completed}
"""


@pytest.fixture(scope="module")
def program() -> Program:
    return load(TEXT, source="tiny.yaml").programs["telephone"]


DK, NA, REFUSED = Key("dk"), Key("na"), Key("refused")


@pytest.mark.parametrize(
    ("item", "value", "held"),
    [
        ("ONE", 10, 10),
        ("one", 1, 1),
        ("MANY", [1, 3], (3, 1)),  # held in the order in which the codes are shown
        ("MANY", [1, 1, 1], (1,)),
        ("MANY", [9, 9], (9,)),
        ("MANY", [], None),
        ("MANY", (3,), (3,)),
        ("HOURS", 0, 0),
        ("HOURS", 168, 168),
        ("HOURS", 37.0, 37),  # JSON has one type of number
        ("HOURS", "dk", DK),
        ("HOURS", {"key": "na"}, NA),
        ("HOURS", DK, DK),
        ("CASES", 10**9, 10**9),
        ("WORDS", "dk", "dk"),  # two letters that somebody said
        ("WORDS", {"key": "dk"}, DK),
        ("WORDS", " \n ", None),
        ("WORDS", "Rate 1 [bad] to 5 [/x]", "Rate 1 [bad] to 5 [/x]"),
        ("MANY_1_text", "words", "words"),
        ("many_1_TEXT", "words", "words"),
        ("MANY_1_text", "", None),
        ("MANY_1_text", {"key": "refused"}, REFUSED),
        ("HOWMANY_1_number", 1, 1),
        ("HOWMANY_1_number", "dk", DK),
        ("ADDRESS", {"email": "a@b", "phone": "1"}, Contact((("email", "a@b"), ("phone", "1")))),
        ("ADDRESS", {"phone": "1", "email": {"key": "refused"}, "name": "N"},
         Contact((("name", "N"), ("email", REFUSED), ("phone", "1")))),
        ("ADDRESS", {"email": "a@b"}, None),  # a box that may not be blank is
        ("ADDRESS", {"name": "N", "email": None, "phone": "1"}, None),
        ("ADDRESS", {}, None),
        *((item, None, None) for item in ("ONE", "MANY", "HOURS", "WORDS", "ADDRESS", "MANY_1_text")),
    ],
)  # fmt: skip
def test_taken(program: Program, item: str, value: Any, held: Any) -> None:
    answer = judge(program, item, value)
    assert answer == held
    assert type(answer) is type(held)


@pytest.mark.parametrize(
    ("item", "value", "why"),
    [
        ("ONE", 2, "there is no code 2; the codes are 1, 10"),
        ("ONE", 0, "there is no code 0"),
        ("ONE", True, "one code is expected"),
        ("ONE", 1.0, "one code is expected"),
        ("ONE", "1", "one code is expected"),
        ("ONE", [1], "one code is expected"),
        ("ONE", {"key": "dk"}, "one code is expected"),
        ("MANY", 1, "a list of codes is expected"),
        ("MANY", "13", "a list of codes is expected"),
        ("MANY", [True], "a list of codes is expected"),
        ("MANY", ["1"], "a list of codes is expected"),
        ("MANY", [[1]], "a list of codes is expected"),
        ("MANY", {"1": 3}, "a list of codes is expected"),
        ("MANY", [1, 4], "there is no code 4"),
        ("MANY", [1, 9], "code 9 cannot be given together with another code"),
        ("HOURS", 169, "a number from 0 to 168 is expected; found 169"),
        ("HOURS", -1, "a number from 0 to 168"),
        ("HOURS", 37.5, "a whole number is expected"),
        ("HOURS", float("nan"), "a whole number is expected"),
        ("HOURS", float("inf"), "a whole number is expected"),
        ("HOURS", True, "a whole number is expected"),
        ("HOURS", "40", "there is no special answer 40; expected one of the keys dk, na"),
        ("HOURS", "DK", "there is no special answer DK"),
        ("HOURS", {"key": "nd"}, "there is no special answer nd"),
        ("HOURS", {"key": None}, "there is no special answer"),
        ("HOURS", {"key": "dk", "more": 1}, "a whole number is expected"),
        ("CASES", 0, "a number of 1 or more is expected"),
        ("CASES", "dk", "no key (the item has none)"),
        pytest.param("CASES", 10**5000, "a whole number is expected", id="CASES: a number of 5,001 digits"),
        ("CASES", 1e300, "a whole number is expected"),
        pytest.param("ONE", 10**5000, "one code is expected", id="ONE: a number of 5,001 digits"),
        pytest.param("MANY", [10**5000], "a list of codes is expected", id="MANY: a number of 5,001 digits"),
        pytest.param("HOWMANY_1_number", 10**5000, "a whole number", id="HOWMANY_1_number: a number of 5,001 digits"),
        ("WORDS", 5, "a text is expected"),
        ("WORDS", {}, "a text is expected"),
        ("WORDS", {"key": "na"}, "there is no special answer na"),
        ("WORDS", "a\0b", "cannot be kept"),
        ("WORDS", "\ud800", "cannot be kept"),
        ("MANY_1_text", 5, "a text is expected"),
        ("MANY_1_text", {"key": "na"}, "there is no special answer na; expected dk or refused"),
        ("MANY_1_text", "\udfff", "cannot be kept"),
        ("HOWMANY_1_number", 0, "a whole number from 1"),
        ("HOWMANY_1_number", True, "a whole number from 1"),
        ("HOWMANY_1_number", "many", "there is no special answer many"),
        ("ADDRESS", "a@b", "contact details are expected"),
        ("ADDRESS", {"fax": "1"}, "there is no box fax; the boxes are name, email, phone"),
        ("ADDRESS", {"name": {"key": "refused"}}, "name cannot be refused"),
        ("ADDRESS", {"email": {"key": "dk"}}, "email cannot be dk"),
        ("ADDRESS", {"email": 5}, "email: a text is expected"),
        ("ADDRESS", {"email": "\ud800"}, "cannot be kept"),
        ("NOTE", 1, "there is no such item"),
        ("END", 1, "there is no such item"),
        ("ONE_1_text", "x", "there is no such item"),
        ("", 1, "there is no such item"),
    ],
)  # fmt: skip
def test_refused(program: Program, item: str, value: Any, why: str) -> None:
    with pytest.raises(AnswerRefused) as refused:
        judge(program, item, value)
    assert why in refused.value.why
    assert refused.value.value is value
    assert refused.value.item.lower() == item.lower()


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["dk", "na", "refused"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text() | st.sampled_from(["key", "name", "email", "phone"]), inner, max_size=4)
    ),
    max_leaves=8,
)
ITEMS = ("ONE", "MANY", "HOURS", "CASES", "WORDS", "HOWMANY", "ADDRESS", "MANY_1_text", "HOWMANY_1_number", "NOTE", "?")


@given(st.sampled_from(ITEMS), junk)
def test_whatever_is_given_it_is_taken_or_refused_and_judging_what_was_taken_changes_nothing(
    item: str, value: Any
) -> None:
    program = _program()
    try:
        held = judge(program, item, value)
    except AnswerRefused:
        return
    if held is not None:
        plain = json.loads(json.dumps(to_json(held)))
        assert judge(program, item, plain) == held
        assert from_json(plain) == held


def _program() -> Program:
    global _loaded
    _loaded = _loaded or load(TEXT, source="tiny.yaml").programs["telephone"]
    return _loaded


_loaded: Program | None = None

boxes = st.text(min_size=1) | st.just(REFUSED)
answers = (
    st.integers()
    | st.text()
    | st.sampled_from([DK, NA, REFUSED])
    | st.lists(st.integers()).map(tuple)
    | st.lists(st.tuples(st.sampled_from(["name", "email", "phone"]), boxes), unique_by=lambda box: box[0]).map(
        lambda each: Contact(tuple(each))
    )
)


@given(answers)
def test_an_answer_comes_back_from_json_as_it_was(answer: Any) -> None:
    back = from_json(json.loads(json.dumps(to_json(answer))))
    assert back == answer
    assert type(back) is type(answer)


def test_no_answer_is_null_and_a_blank_box_is_no_box() -> None:
    assert from_json(None) is None
    assert from_json({"name": None, "email": "a@b"}) == Contact((("email", "a@b"),))


@pytest.mark.parametrize("value", [1.5, b"x", {1, 2}, object()])
def test_what_is_no_answer_at_all_is_refused(value: Any) -> None:
    with pytest.raises(InputError, match="is no answer"):
        from_json(value)


def test_a_key_is_one_object_wherever_it_comes_from() -> None:
    assert Key("dk") is DK
    assert pickle.loads(pickle.dumps(DK)) is DK
    assert Contact((("email", REFUSED),)).get("email") is REFUSED
    assert Contact((("email", REFUSED),)).get("phone") is None

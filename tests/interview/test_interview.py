"""An interview under way: answering, backing up, words of an "other", ends, and what a question looks like."""

from __future__ import annotations

from textwrap import dedent, indent
from typing import Any

import pytest

from cati.interview.interview import Interview
from cati.interview.presenting import Block, closing_blocks, present, text_blocks
from cati.interview.rehearsing import random_respondent
from cati.interview.walk import walk
from cati.questionnaire.answers import AnswerRefused, Contact, Key
from cati.questionnaire.loading import load
from cati.studies import Study


def interview(items: str, above: str = "", mode: Any = "telephone", **sample: str) -> Interview:
    text = (
        'id: tiny\nversion: "1"\ntitle: Tiny\nsample: {name: The respondent}\n'
        + dedent(above)
        + "sections:\n  - id: ALL\n    title: The section\n    items:\n"
        + indent(dedent(items).strip("\n"), " " * 6)
        + "\n      - {id: END, type: end, outcome: completed, wording: [{read: Thank you}]}\n"
    )
    return Interview(load(text, source="tiny.yaml").programs[mode], sample)


OTHER = """
- id: Q1
  type: multi
  options: [{code: 1, label: One}, {code: 2, label: Two}, {code: 9, label: Other (please specify), specify: true}]
- {id: Q2, type: single, ask: count(Q1)>1, options_from: Q1}
- {id: Q3, type: number, wording: [{read: "You said {Q2} and {Q1_9_text}"}]}
"""


def test_give_answers_with_what_is_held() -> None:
    held = interview(OTHER)
    assert held.give("q1", [2, 1, 1]) == (1, 2)
    assert held.answer_to("Q1") == (1, 2)
    assert held.give("Q2", 2) == 2
    assert held.give("Q2", None) is None
    assert held.next == "Q2"


def test_words_may_come_before_or_after_their_code_and_go_silent_with_it() -> None:
    held = interview(OTHER)
    held.give("Q1", [1, 9])
    assert held.missing() == ["Q1_9_text"]
    held.give("Q1_9_text", "my own words")
    assert held.missing() == []
    held.give("Q2", 9)
    assert present(held, "Q3").read_out == "You said Other (please specify) and my own words"
    held.give("Q1", [1, 2])
    assert held.next == "Q2"  # code 9 is not offered there any more
    held.give("Q2", 1)
    assert present(held, "Q3").read_out == "You said One and "
    assert held.answer_to("Q1_9_text") == "my own words"  # kept, silent
    held.give("Q1", [9, 1])
    assert present(held, "Q3").read_out == "You said One and my own words"


def test_the_main_reason_is_offered_in_the_respondents_own_words() -> None:
    held = interview(OTHER)
    held.give("Q1", [1, 9])
    assert [offered.label for offered in present(held, "Q2").options] == ["One", "Other (please specify)"]
    held.give("Q1_9_text", "[b]the [/x] weather")
    assert [offered.label for offered in present(held, "Q2").options] == ["One", "[b]the [/x] weather"]
    held.give("Q1_9_text", {"key": "refused"})
    assert [offered.label for offered in present(held, "Q2").options] == ["One", "Other (please specify)"]


def test_a_code_that_is_not_offered_is_refused_on_the_screen_with_those_that_are() -> None:
    held = interview(OTHER)
    held.give("Q1", [1, 9])
    with pytest.raises(AnswerRefused, match="not offered here; the codes offered are 1, 9"):
        held.give("Q2", 2)
    assert (held.next, held.answer_to("Q2")) == ("Q2", None)


def test_an_answer_that_is_refused_changes_nothing() -> None:
    held = interview(OTHER)
    held.give("Q1", [1, 2])
    for item, value in [("Q1", [7]), ("Q1", "x"), ("Q9", 1), ("Q1_1_text", "x"), ("Q1_9_text", 5), ("END", 1)]:
        with pytest.raises(AnswerRefused):
            held.give(item, value)
    assert (held.route, held.answer_to("Q1")) == (["Q1", "Q2"], (1, 2))


def test_answers_of_a_questionnaire_that_changed_since_are_refused_by_name() -> None:
    program = interview(OTHER).program
    with pytest.raises(AnswerRefused, match="Q1: there is no code 5"):
        Interview(program, {}, {"Q1": [5]})
    with pytest.raises(AnswerRefused, match="Q7: there is no such item"):
        Interview(program, {}, {"Q7": 1})


def test_an_answer_may_be_given_ahead_and_is_found_when_the_route_comes_there() -> None:
    held = interview(OTHER)
    held.give("Q3", 5)
    assert held.off_route() == ["Q3"]
    held.give("Q1", [1])
    assert (held.route, held.end, held.off_route()) == (["Q1", "Q3"], "completed", [])


def test_a_contact_block_says_what_is_still_to_be_filled_in() -> None:
    held = interview("""
        - id: Q1
          type: contact
          fields: [{field: name, label: x, blank: true}, {field: email, label: y}, {field: phone, label: z}]
        """)
    for boxes in ({"name": "A"}, {"email": "a@b"}, {"phone": "  ", "email": "a@b"}, Contact((("email", "a@b"),))):
        with pytest.raises(AnswerRefused, match="phone"):
            held.give("Q1", boxes)
    held.give("Q1", {"email": "a@b", "phone": "1"})
    assert held.end == "completed"


def test_ends_are_told_apart_and_each_has_its_words() -> None:
    above = "closings: {refusal: {text: 'Goodbye {sample.name}'}}\n"
    items = """
        - id: Q1
          type: single
          options: [{code: 1, label: a}, {code: 2, label: b, end: refusal}, {code: 3, label: c, end: no_reply}]
        - {id: OUT, type: end, ask: Q1=1 and mode=online, outcome: completed, wording: [{read: Online}]}
        - {id: LAST, type: message, wording: [{read: One more thing}]}
        """
    held = interview(items, above, name="Jo")
    assert (held.end, closing_blocks(held)) == (None, ())
    held.give("Q1", 2)
    assert (held.end, closing_blocks(held)) == ("refusal", (Block("read", "Goodbye Jo"),))
    held.give("Q1", 3)
    assert (held.end, closing_blocks(held)) == ("no_reply", ())
    held.give("Q1", 1)
    assert closing_blocks(held) == (Block("read", "One more thing"), Block("read", "Thank you"))
    online = interview(items, above, mode="online")
    online.give("Q1", 1)
    assert closing_blocks(online) == (Block("read", "Online"),)


def test_texts_on_the_way_are_read_before_the_next_question_and_passed_by_a_jump() -> None:
    held = interview(
        """
        - {id: HELLO, type: message, wording: [{read: Hello}, {read: Online, mode: online}]}
        - {id: Q1, type: single, options: [{code: 1, label: a}, {code: 2, label: b, skip_to: Q3}]}
        - {id: ROLE, type: message, wording: [{read: Your role}]}
        - {id: Q2, type: number, ask: Q1=3}
        - {id: MORE, type: message, ask: Q1=1, wording: [{read: "Still {Q1}"}, {instruction: PAUSE}]}
        - {id: Q3, type: number}
        """.replace("ask: Q1=3", "ask: not answered(Q1)")
    )
    assert present(held, "Q1").before == (Block("read", "Hello"),)
    held.give("Q1", 1)
    assert held.next == "Q3"
    assert present(held, "Q3").before == (
        Block("read", "Your role"),
        Block("read", "Still a"),
        Block("instruction", "PAUSE"),
    )
    held.give("Q1", 2)
    assert present(held, "Q3").before == ()


def test_a_question_is_shown_with_everything_that_its_screen_needs() -> None:
    held = interview("""
        - id: Q1
          type: single
          wording: [{read: Which?}, {instruction: READ OUT}, {add: Any will do, ask: mode=telephone}]
          options:
            - {code: 2, label: Two, specify: {type: number}, end: refusal}
            - {code: 9, label: Don't know, key: dk, read_out: false, again: take_email}
        - {id: Q2, type: number, min: 1, max: 9, specials: [{key: dk, label: Don't know, read_out: false}]}
        """)
    shown = present(held, "q1")
    assert (shown.id, shown.kind, shown.section, shown.answer) == ("Q1", "single", "The section", None)
    assert [(block.kind, block.text) for block in shown.wording] == [
        ("read", "Which?"),
        ("instruction", "READ OUT"),
        ("add", "Any will do"),
    ]
    two, dont_know = shown.options
    assert (two.code, two.write_in, two.write_in_type, two.ends_with) == (2, "Q1_2_number", "number", "refusal")
    assert (dont_know.read_out, dont_know.write_in, dont_know.again) == (False, None, "take_email")
    number = present(held, "Q2")
    assert (number.minimum, number.maximum) == (1, 9)
    assert [(each.key, each.read_out) for each in number.specials] == [("dk", False)]


def test_rows_are_counted_as_they_are_asked() -> None:
    held = interview("""
        - {id: Q1, type: number}
        - id: Q2
          type: grid
          rows: [{row: 1, text: one}, {row: 2, text: two, ask: Q1>5}, {row: 3, text: three}]
          options: [{code: 1, label: a}]
        """)
    held.give("Q1", 5)
    held.give("Q2_1", 1)
    shown = present(held, "Q2_3")
    assert (shown.row, shown.row_at, shown.rows) == ("three", 2, 2)
    held.give("Q1", 6)
    assert (present(held, "Q2_2").row_at, present(held, "Q2_3").row_at, present(held, "Q2_3").rows) == (2, 3, 3)


def test_a_named_text_is_filled_and_an_unknown_one_is_empty() -> None:
    held = interview(
        "- {id: Q1, type: number}\n- {id: M, type: message}\n- {id: Q2, type: number}",
        'texts: {re: {wording: [{read: "Dear {sample.name}"}, {read: late, ask: Q2>1}]}}\n',
        name="[i]Jo",
    )
    assert text_blocks(held, "re") == (Block("read", "Dear [i]Jo"),)
    held.give("Q1", 1)
    held.give("Q2", 2)
    assert text_blocks(held, "re") == (Block("read", "Dear [i]Jo"), Block("read", "late"))
    assert text_blocks(held, "nothing") == ()


def test_screener_questions_are_asked_anew_in_every_call_but_not_the_consent(study: Study) -> None:
    steps = study.program("telephone").steps
    assert [step.id for step in steps if getattr(step.item, "per_call", False)] == ["S1", "S2", "S2a", "S3"]


def test_write_ins_of_one_mode_leave_the_others_in_their_place() -> None:
    items = """
        - {id: Q1, type: single, options: [{code: 1, label: a, specify: true, mode: telephone}, {code: 2, label: b}]}
        - {id: Q2, type: single, options: [{code: 1, label: a, specify: true}]}
        """
    answers = {"Q1": 2, "Q1_1_text": "stale", "Q2": 1, "Q2_1_text": "words"}
    for mode in ("telephone", "online"):
        got = walk(interview(items, mode=mode).program, {"answers": answers})
        assert (got["route"], got["end"], got["missing"]) == (["Q1", "Q2"], "completed", [])


def test_a_random_respondent_can_be_led(wave2: Study) -> None:
    from random import Random

    program = wave2.program("telephone")
    fixed = {"S1": 1, "S2": 1, "S4": 1, "B1": 4, "F1": 5}
    answers = random_respondent(program, {"la": "Leeds"}, Random(1), fixed)
    assert {item: answers[item] for item in fixed} == fixed
    assert "I3" in answers
    assert answers == random_respondent(program, {"la": "Leeds"}, Random(1), fixed)
    assert answers != random_respondent(program, {"la": "Leeds"}, Random(2), fixed)
    assert random_respondent(program, {}, Random(1), {"S1": 12}) == {"S1": 12}


def test_special_answers_are_held_as_keys_and_never_as_numbers(wave2: Study) -> None:
    held = Interview(wave2.program("online"), {}, {"B11": "dk", "B10": 2})
    assert held.answer_to("B11") is Key("dk")
    assert held.answer_to("B10") == 2


def test_what_a_new_version_cannot_take_is_dropped_and_the_rest_kept_whatever_the_spelling() -> None:
    program = interview("- {id: B1, type: number, max: 5}\n- {id: B2, type: number}\n- {id: B3, type: number}").program
    resumed, dropped = Interview.resume(program, {}, {"b1": 3, "B2": "words", "gone": 1, "b3": 1, "B3": 2})
    assert (resumed.answer_to("B1"), resumed.answer_to("B3"), resumed.next) == (3, 2, "B2")
    assert dropped == ["B2", "gone"]
    changed, dropped = Interview.resume(program, {}, {"b1": 9})
    assert (changed.next, dropped) == ("B1", ["b1"])


def test_a_soft_check_asks_about_two_answers_that_contradict_each_other(wave2: Study) -> None:
    held = Interview(wave2.program("telephone"), {"name": "A", "la": "Leeds"}, {"S1": 1, "S2": 1, "S4": 1, "B1": 2})
    held.give("B2", 1)
    assert [text[:46] for text in held.contradictions("B2")] == ["You said that you no longer work in child and "]
    held.give("B2", 9)
    assert held.contradictions("B2") == ()
    held.give("B1", 4)  # off the route, nothing is asked about it
    held.hold("B2", 1)
    assert held.contradictions("B2") == ()


def test_a_grid_is_asked_about_once_it_is_answered_at_whichever_row() -> None:
    held = interview("""
        - id: Q1
          type: grid
          rows: [{row: 1, text: here}, {row: 2, text: in this role}]
          options: [{code: 1, label: a}, {code: 2, label: b}]
          checks: [{if: Q1_1=1 and not Q1_2=1, text: "Longer in the role ({Q1_2}) than here?"}]
        - {id: Q2, type: number}
        """)
    held.give("Q1_1", 1)
    assert held.contradictions("Q1_1") == ()
    held.give("Q1_2", 2)
    assert held.contradictions("Q1_2") == ("Longer in the role (b) than here?",)
    held.give("Q1_1", 2)
    assert held.contradictions("Q1_1") == ()
    held.give("Q1_1", 1)
    assert held.contradictions("Q1_1") == ("Longer in the role (b) than here?",)


def test_the_jump_taken_and_the_code_that_ended_it_are_told() -> None:
    held = interview("""
        - {id: Q1, type: single, options: [{code: 1, label: a, skip_to: Q3}, {code: 2, label: b, end: refusal}]}
        - {id: Q2, type: number}
        - {id: M, type: message, wording: [{read: hello}]}
        - {id: Q3, type: number, jumps: [{if: Q3>5, to: Q5}]}
        - {id: Q4, type: number}
        - {id: Q5, type: number}
        """)
    held.give("Q1", 1)
    taken = held.program.taken(held.step("Q1"), held.live, held.sample)
    assert (taken, held.messages_before(held.step("Q3").slot)) == ((3, 1, None), [])
    held.give("Q3", 6)
    assert held.program.taken(held.step("Q3"), held.live, held.sample) == (5, None, 0)
    before = (held.end, held.end_code)
    held.give("Q1", 2)
    assert [before, (held.end, held.end_code)] == [(None, None), ("refusal", 2)]

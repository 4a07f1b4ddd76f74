"""Two versions: every difference that a respondent meets is found, with a respondent who meets it."""

from __future__ import annotations

import os
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from cati.questionnaire import model
from cati.questionnaire.deciding import Difference, compare
from cati.questionnaire.deciding.faults import changes, faults
from cati.questionnaire.loading import load
from cati.questionnaire.program import Program
from cati.studies import Study

SAMPLE = 25
ALL = os.environ.get("CATI_ALL_FAULTS") == "1"
"""CATI_ALL_FAULTS=1 seeds every fault instead of a sample of them."""

Walked = Callable[[Program, Any], Any]


def _chosen(found: list[Any], seed: int) -> list[Any]:
    return found if ALL else Random(seed).sample(found, min(SAMPLE, len(found)))


@pytest.mark.parametrize(("name", "mode"), [("wave2", "telephone"), ("asye", "online")])
def test_every_fault_that_changes_a_route_is_found_with_its_respondent(
    name: str,
    mode: model.Mode,
    study: Callable[[str], Study],
    data: Callable[[str], Any],
    program_of: Callable[..., Program | None],
    path: Walked,
    respondents: Callable[..., list[Any]],
) -> None:
    old = study(name).program(mode)
    many = respondents(old, 60, seed=7)
    before = [path(old, each) for each in many]
    seeded = list(faults(data(name)))
    assert len(seeded) > 240
    tried = 0
    for fault in _chosen(seeded, seed=3):
        new = program_of(fault.data, mode, name)
        if new is None:
            continue  # refused when it is loaded
        tried += 1
        routes = [difference for difference in compare(old, new) if difference.routes]
        for difference in (*routes[:3], *routes[-1:]):
            shown = difference.respondent
            assert path(old, shown) != path(new, shown), (fault.item, fault.what, difference)
        if not routes:
            assert [path(new, each) for each in many] == before, (fault.item, fault.what)
    assert tried > 18


@pytest.mark.parametrize("seed", range(60))
def test_random_questionnaires_differ_where_it_is_decided_and_nowhere_else(
    seed: int, random_questionnaires: Any, program_of: Callable[..., Program | None], path: Walked
) -> None:
    made = random_questionnaires
    rng = Random(seed)
    questions = made.a_questionnaire(rng)
    written = made.json.loads(made.as_file(questions))
    mode = rng.choice(model.MODES)
    old = program_of(written, mode)
    assert old is not None
    many = [
        {"sample": {"link": rng.choice(["open", "individual"])}, "answers": made.some_answers(questions, rng)}
        for _ in range(60)
    ]
    seeded = list(faults(written))
    for fault in rng.sample(seeded, min(6, len(seeded))):
        new = program_of(fault.data, mode)
        if new is None:
            continue
        routes = [difference for difference in compare(old, new) if difference.routes]
        for difference in routes:
            assert path(old, difference.respondent) != path(new, difference.respondent), (fault.what, difference)
        if not routes:
            assert [path(new, each) for each in many] == [path(old, each) for each in many], fault.what


def test_a_version_does_not_differ_from_itself(study: Callable[[str], Study]) -> None:
    for name in ("wave2", "asye"):
        for mode in model.MODES:
            assert compare(study(name).program(mode), study(name).program(mode)) == []


BEFORE = """
id: tiny
version: "1"
title: Tiny
sample: {la: An authority}
fills:
  verb: [{if: Q1=1, text: work}, {text: worked}]
sections:
  - id: A
    title: A
    items:
      - {id: Q1, type: single, options: [{code: 1, label: "Yes"}, {code: 2, label: "No"}]}
      - {id: Q2, type: multi, ask: Q1=1, options: [{code: 1, label: A}, {code: 2, label: Two}, {code: 3, label: Three}]}
      - {id: Q3, type: single, ask: count(Q2)>1, options_from: Q2}
      - {id: Q4, type: number, max: 20, wording: [{read: "How long did you {verb} there?"}]}
      - {id: Q5, type: text, ask: "Q4>4 and Q4<6", wording: [{read: Why?}]}
      - {id: END, type: end, outcome: completed}
"""


def _compared(*changed: tuple[str, str]) -> list[Difference]:
    after = BEFORE
    for old, new in changed:
        assert old in after
        after = after.replace(old, new)
    programs = [load(text, source="tiny.yaml").programs["telephone"] for text in (BEFORE, after)]
    return compare(*programs)


def _told(found: list[Difference]) -> set[tuple[str, str]]:
    return {(each.kind, each.item) for each in found}


def test_a_question_asked_of_others_is_told_with_somebody_who_meets_it() -> None:
    found = _compared(("Q4>4 and Q4<6", "Q4>4 and Q4<7"))
    assert _told(found) == {("route", "Q5")}
    assert found[0].respondent is not None
    assert found[0].respondent["answers"]["Q4"] == 6
    assert (found[0].old, found[0].new) == ("is not asked: its base does not hold", "is on the route")


def test_a_change_that_nobody_can_meet_is_told_as_one_without_effect() -> None:
    assert _told(_compared(("Q4>4 and Q4<6", "Q4>4 and Q4≤5"))) == {("no-effect", "Q5")}


def test_an_added_and_a_removed_question_are_told() -> None:
    line = '      - {id: Q5, type: text, ask: "Q4>4 and Q4<6", wording: [{read: Why?}]}\n'
    assert ("removed", "Q5") in _told(_compared((line, "")))
    assert ("added", "Q6") in _told(_compared((line, line + "      - {id: Q6, type: text}\n")))


def test_a_question_that_moved_is_told_and_keeps_its_answer() -> None:
    q2 = next(line + "\n" for line in BEFORE.splitlines() if "id: Q2" in line)
    q4 = next(line + "\n" for line in BEFORE.splitlines() if "id: Q4" in line)
    found = _compared((q4, ""), (q2, q4 + q2))
    assert _told(found) == {("moved", "Q4")}
    other = _compared((q4, ""), (q2, q4.replace("max: 20", 'max: 20, ask: "Q1=1"') + q2))
    assert ("route", "Q5") in _told(other)


def test_other_words_an_option_less_and_another_label_are_told_apart() -> None:
    assert _told(_compared(("text: work}", "text: toil}"))) == {("wording", "Q4")}
    assert _told(_compared(("label: Two}", "label: Both}"))) == {("label", "Q2=2"), ("label", "Q3=2")}
    less = _compared((", {code: 3, label: Three}", ""))
    assert {("options", "Q2"), ("options", "Q2=3")} <= _told(less)
    assert all(each.respondent is not None for each in less)


def test_another_end_is_told_with_the_answer_that_leads_there() -> None:
    found = _compared(('{code: 2, label: "No"}', '{code: 2, label: "No", end: refusal}'))
    assert ("end", "Q1=2") in _told(found)
    [end] = [each for each in found if each.kind == "end"]
    assert end.respondent == {"sample": {}, "answers": {"Q1": 2}}


def test_a_number_that_is_taken_by_one_version_only_is_told() -> None:
    assert ("options", "Q4=20") in _told(_compared(("max: 20", "max: 19")))


def test_differences_after_the_routes_have_parted_are_marked_as_such() -> None:
    found = _compared(("ask: Q1=1, options", "options"))
    assert [(each.item, each.first) for each in found] == [("Q2", True), ("Q3", False)]


def test_a_changed_note_is_seen_by_nobody() -> None:
    assert _told(_compared(("id: Q1, type: single", "id: Q1, type: single, base: ASK ALL"))) == {("notes", "Q1")}


def test_faults_drop_codes_raise_them_and_take_parts_away() -> None:
    assert list(changes("A1=1/3")) == [
        ("code dropped", "A1=3"),
        ("code raised", "A1=2/3"),
        ("code dropped", "A1=1"),
        ("code raised", "A1=1/4"),
    ]
    assert ("code dropped", "A1=1/3") in list(changes("A1=1-3"))
    assert ("part removed", "A1=1") in list(changes("A1=1 and not (A2=1 or A3=2)"))
    assert ("not removed", "A1=1 and (A2=1 or A3=2)") in list(changes("A1=1 and not (A2=1 or A3=2)"))
    assert next(changes("A1=1")) == ("code dropped", "")

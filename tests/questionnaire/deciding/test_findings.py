"""The shipped questionnaires are clean; each kind of fault seeded into them is found where it was seeded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cati.questionnaire import model
from cati.questionnaire.compiling import Findings, compile_with_findings
from cati.questionnaire.deciding import findings
from cati.questionnaire.loading import Loaded, load
from cati.questionnaire.problems import Problem
from cati.questionnaire.structure import check_structure
from cati.studies import Study

Change = Callable[[Any], None]


@pytest.mark.parametrize("name", ["wave2", "asye"])
def test_the_shipped_questionnaires_are_clean(name: str, study: Callable[[str], Study]) -> None:
    assert findings(study(name).loaded) == []


def _found(study: Study, data: Any) -> list[Problem]:
    """The findings for changed data, those of loading among them. (No YAML in between: that would take the longest.)"""
    noted = Findings("seeded.yaml", lambda _: None)
    questionnaire = model.Questionnaire.model_validate(data)
    check_structure(questionnaire, study.code_lists, None, noted)
    programs = {
        mode: compile_with_findings(questionnaire, mode, study.code_lists, noted, "hash") for mode in model.MODES
    }
    if any(problem.severity == "error" for problem in noted.problems):
        return noted.problems
    return findings(Loaded(questionnaire, programs, [], "hash", noted.file, noted.line_of))


def item(data: Any, name: str) -> Any:
    return next(each for section in data["sections"] for each in section["items"] if each["id"] == name)


def option(data: Any, name: str, code: int) -> Any:
    return next(each for each in item(data, name)["options"] if each["code"] == code)


def setting(name: str, **values: Any) -> Change:
    return lambda data: item(data, name).update(values)


def setting_option(name: str, code: int, /, **values: Any) -> Change:
    return lambda data: option(data, name, code).update(values)


def without_option(name: str, code: int) -> Change:
    return lambda data: item(data, name)["options"].remove(option(data, name, code))


def all_options(name: str, **values: Any) -> Change:
    def change(data: Any) -> None:
        for each in item(data, name)["options"]:
            each.update(values)

    return change


def end_case(name: str, code: int, case: Any) -> Change:
    def change(data: Any) -> None:
        option(data, name, code)["end"].append(case)

    return change


def check(name: str, at: int, condition: str) -> Change:
    def change(data: Any) -> None:
        item(data, name)["checks"][at]["if"] = condition

    return change


def fill(name: str, at: int, **values: Any) -> Change:
    return lambda data: data["fills"][name][at].update(values)


def without_variant(name: str, at: int) -> Change:
    return lambda data: data["fills"][name].pop(at)


SEEDED: list[tuple[str, str, Change, str, str]] = [
    # study, what was seeded, how; the finding's kind, and the item it stands at
    ("wave2", "a base that no answers meet", setting("E5", ask="E3=1 and B5=5"), "unreachable-item", "E5"),
    ("wave2", "a base that an earlier jump contradicts", setting("F1e", ask="B1=5"), "unreachable-item", "F1e"),
    ("wave2", "a jump over everything for everybody",
     setting("LA_NOTE", type="single", options=[{"code": 1, "label": "On", "skip_to": "B2"}]), "passed-by-all", "B1"),
    ("wave2", "a row for nobody", lambda data: item(data, "G1")["rows"][5].update(ask="B1=4"),
     "unreachable-row", "G1_6"),
    ("wave2", "an option for nobody", setting_option("I1", 1, ask="B1=5"), "unreachable-option", "I1"),
    ("wave2", "wording for nobody", lambda data: item(data, "H2")["wording"][0].update(ask="B1=3"),
     "unreachable-wording", "H2"),
    ("wave2", "a variant for nobody", fill("basis", 1, **{"if": "B2=5"}), "unreachable-variant", "{basis}"),
    ("wave2", "a jump for nobody", setting("F3", jumps=[{"if": "B1=5", "to": "H"}]), "unreachable-jump", "F3"),
    ("wave2", "an end for nobody", end_case("S3", 2, {"if": "S2=1", "outcome": "refusal"}),
     "unreachable-end", "S3"),
    ("asye", "a check that nothing meets", check("B15", 0, "B15>B14 and B7a=4"),
     "unreachable-check", "B15"),
    ("wave2", "a jump to the next question", setting_option("J1", 1, skip_to="J2"), "idle-jump", "J1"),
    ("wave2", "a jump over questions for others", setting_option("B9", 1, skip_to="B10"), "idle-jump", "B9"),
    ("asye", "a jump over a question for all", setting_option("J1", 1, skip_to="K"), "jump-over-all", "J1"),
    ("wave2", "a look forward", setting("B5", ask="B9=1"), "condition", "B5"),
    ("wave2", "a look at itself", setting("B5", ask="B5=1"), "condition", "B5"),
    ("wave2", "a jump backwards", setting_option("F3", 1, skip_to="B5"), "backward-jump", "F3"),
    ("wave2", "an unknown code", setting("E3", ask="B5=1/12"), "condition", "E3"),
    ("wave2", "a number compared with a code", setting("B10a", ask="B10=2"), "condition", "B10a"),
    ("wave2", "a `not` that a missing answer meets", setting("E9", ask="not B5=1"), "missing-answer", "E9"),
    ("wave2", "a ≠ that a missing answer fails", setting("G2", ask="B5≠1"), "missing-answer", "G2"),
    ("asye", "variants that overlap", fill("basis", 1, **{"if": "B2=2/4/9"}), "overlapping-variants", "B3"),
    ("asye", "a variant left out", without_variant("leaving", 1), "missing-variant", "I1a"),
    ("wave2", "nothing to choose for some", all_options("B9", ask="B5=1-5"), "no-way-out", "B9"),
    ("wave2", "a main reason without don't know", setting("B3a", always=[], ask="answered(B2)"),
     "no-way-out", "B3a"),
    ("wave2", "a code given twice", setting_option("B9", 2, code=1), "duplicate-code", "B9"),
    ("wave2", "a code left out", without_option("J4", 2), "missing-code", "J4"),
    ("wave2", "a don't know beside others", setting_option("H2", 10, exclusive=False), "dk-not-exclusive", "H2"),
    ("wave2", "a range over codes out of order", setting("F3", ask="B1=1-3"), "unordered-range", "F3"),
    ("wave2", "another base than printed", setting("E5", ask="E3=1-3"), "base-differs", "E5"),
    ("wave2", "another base than printed, flagged but not decided",
     setting("E5", ask="E3=1-3", printed="E3=1-4", decisions=[]), "base-undecided", "E5"),
    ("wave2", "a base for all that is not", setting("J1", ask="B1=1"), "base-differs", "J1"),
    ("wave2", "a filter unlike its twins", setting("B15a", ask="B14=dk"), "unlike-twins", "B15a"),
    ("asye", "a filter unlike its twins", setting("B15a", ask="B14=dk"), "unlike-twins", "B15a"),
    ("asye", "a main reason that counts elsewhere", setting("I2a", ask="count(I1)>1"), "unlike-twins", "I2a"),
    ("wave2", "a text about an answer not given", lambda data: item(data, "J1")["wording"].append({"read": "{B4a}?"}),
     "empty-fill", "J1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "kind", "where"),
    [pytest.param(name, change, kind, where, id=f"{name}: {what}") for name, what, change, kind, where in SEEDED],
)
def test_a_seeded_fault_is_found(
    name: str, change: Change, kind: str, where: str, study: Callable[[str], Study], data: Callable[[str], Any]
) -> None:
    seeded = data(name)
    change(seeded)
    told = [(problem.kind, problem.item) for problem in _found(study(name), seeded)]
    assert any(found == kind and at in (where, where.split("_")[0]) for found, at in told), told


def test_a_finding_says_where_what_and_for_whom(study: Callable[[str], Study], data: Callable[[str], Any]) -> None:
    seeded = data("asye")
    fill("leaving", 1, **{"if": "F1=4"})(seeded)
    [first, *_] = [each for each in _found(study("asye"), seeded) if each.kind == "missing-variant"]
    assert (first.severity, first.file, first.item) == ("error", "seeded.yaml", "I1a")
    assert "(B1=1, F1=5)" in first.what


def test_parts_of_what_nobody_is_asked_are_not_told_again(
    study: Callable[[str], Study], data: Callable[[str], Any]
) -> None:
    seeded = data("wave2")
    setting("J4", ask="B1=1 and B1=2")(seeded)
    told = {(each.kind, each.item) for each in _found(study("wave2"), seeded) if each.kind.startswith("unreachable")}
    assert told == {("unreachable-item", "J4")}


def test_what_one_mode_reaches_is_reached(study: Callable[[str], Study], data: Callable[[str], Any]) -> None:
    seeded = data("wave2")
    setting("J4", ask="mode=online")(seeded)
    told = {(each.kind, each.item) for each in _found(study("wave2"), seeded) if each.kind.startswith("unreachable")}
    assert told == {("unreachable-wording", "J4")}  # the instruction for the telephone


def test_a_decision_named_at_the_item_settles_what_looks_odd(
    study: Callable[[str], Study], data: Callable[[str], Any]
) -> None:
    seeded = data("wave2")
    setting_option("J1", 1, skip_to="J2")(seeded)
    item(seeded, "J1")["decisions"] = ["G9"]
    assert not [each for each in _found(study("wave2"), seeded) if each.kind == "idle-jump"]


def test_a_finding_names_the_line_of_the_file() -> None:
    text = """id: tiny
version: "1"
title: Tiny
sections:
  - id: A
    title: A
    items:
      - {id: Q1, type: single, options: [{code: 1, label: "Yes"}, {code: 2, label: "No"}]}
      - id: Q2
        type: text
        ask: Q1=1 and Q1=2
      - {id: END, type: end, outcome: completed}
"""
    [only] = findings(load(text, source="tiny.yaml"))
    assert (only.kind, only.file, only.line, only.item) == ("unreachable-item", "tiny.yaml", 11, "Q2")

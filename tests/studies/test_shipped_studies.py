"""The two questionnaires that come with cati, item by item, against the tables of the specification.

`wave2_items.csv` and `asye_items.csv` are those tables as data: the line of each item in the source, its type, its
codes in the order shown, grid rows, exclusive codes, codes with a write-in, special answers in the order shown, the
range of a number, and for a main reason what is always offered and where the rest comes from.
"""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from cati.questionnaire.scope import codes_at
from cati.studies import Study, load_study

HERE = Path(__file__).parent
SHIPPED = ("wave2", "asye")
STUDIES = {name: load_study(name) for name in SHIPPED}


def table(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}_items.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def items(name: str) -> dict[str, Any]:
    return {item.id: item for _, item in STUDIES[name].questionnaire.each_item()}


LINES = [pytest.param(name, line, id=f"{name} {line['id']}") for name in SHIPPED for line in table(name)]


@pytest.fixture(params=SHIPPED)
def study(request: pytest.FixtureRequest) -> Study:
    return STUDIES[request.param]


@pytest.mark.parametrize(("name", "line"), LINES)
def test_an_item_is_as_the_table_has_it(name: str, line: dict[str, str]) -> None:
    item = items(name)[line["id"]]
    questionnaire = STUDIES[name].questionnaire
    options = codes_at(questionnaire, item) if line["codes"] else []
    found = {
        "id": item.id,
        "line": item.line,
        "type": item.type,
        "codes": [option.code for option in options],
        "rows": [row.row for row in getattr(item, "rows", [])],
        "exclusive": sorted(option.code for option in questionnaire.options_of(item) if option.exclusive),
        "specify": sorted(option.code for option in questionnaire.options_of(item) if option.write_in),
        "keys": [special.key for special in getattr(item, "specials", [])],
        "always": list(getattr(item, "always", [])),
        "source": getattr(item, "options_from", None) or "",
    }
    if item.type == "contact":
        found["keys"] = sorted({special.key for box in item.fields for special in box.specials})
    if line["range"]:
        found["range"] = [item.min, "up" if item.max is None else item.max]
    assert found == _expected(line, found)


def _expected(line: dict[str, str], found: dict[str, Any]) -> dict[str, Any]:
    def numbers(text: str) -> list[Any]:
        return [int(word) if word.isdigit() else word for word in text.split()]

    expected: dict[str, Any] = {"id": line["id"], "line": int(line["line"]), "type": line["type"]}
    for column in ("codes", "rows", "exclusive", "specify", "keys", "always"):
        expected[column] = numbers(line[column])
    if "range" in found:
        expected["range"] = numbers(line["range"])
    return {**expected, "source": line["source"]}


def test_the_items_are_those_of_the_table_in_its_order(study: Study) -> None:
    ids = [item.id for _, item in study.questionnaire.each_item()]
    assert ids == [line["id"] for line in table(study.id)]


COUNTS = {
    "wave2": ({"single": 37, "multi": 8, "grid": 7, "number": 5, "words": 2, "contact": 1}, 31, 8, 86, 14),
    "asye": ({"single": 36, "multi": 13, "grid": 10, "number": 4, "words": 4, "contact": 1}, 42, 10, 102, 28),
}


def test_there_are_as_many_of_each_type_as_the_specification_counts(study: Study) -> None:
    types, rows, texts, screens, write_ins = COUNTS[study.id]
    asked = [item for section, item in study.questionnaire.each_item() if section.id != "SCR"]
    kinds = Counter("words" if item.type in ("text", "lookup") else item.type for item in asked)
    assert kinds.pop("message") + kinds.pop("end") == texts
    assert kinds == types
    assert sum(len(item.rows) for item in asked if item.type == "grid") == rows
    assert sum(kinds.values()) == {"wave2": 60, "asye": 68}[study.id]
    boxes = next(len(item.fields) for item in asked if item.type == "contact")
    assert sum(kinds.values()) - kinds["grid"] + rows - 1 + boxes == screens
    words = [option for item in asked for option in study.questionnaire.options_of(item) if option.write_in]
    assert len(words) == write_ins
    screener = [item.id for section, item in study.questionnaire.each_item() if section.id == "SCR"]
    assert screener == ["S1", "S2", "S2a", "S3", "S4"]


def test_a_shipped_study_has_no_fault_and_only_texts_that_its_owner_still_owes(study: Study) -> None:
    _, problems = study.read_questionnaire()
    assert {(problem.severity, problem.kind) for problem in problems} == {("warning", "missing-text")}
    assert {problem.item for problem in problems} == {"reassurances", "reassurance_email", "landing_information"}


def test_both_modes_ask_the_same_questions_with_the_same_codes(study: Study) -> None:
    telephone, online = study.program("telephone"), study.program("online")
    assert [step.id for step in telephone.steps] == [step.id for step in online.steps]
    assert [step.codes for step in telephone.steps] == [step.codes for step in online.steps]
    assert telephone.content_hash == online.content_hash


def test_every_dont_know_among_several_codes_stands_alone(study: Study) -> None:
    """Decision G5."""
    for _, item in study.questionnaire.each_item():
        if item.type == "multi":
            for option in study.questionnaire.options_of(item):
                assert option.exclusive or option.key not in ("dk", "none"), f"{item.id}={option.code}"


def test_every_main_reason_offers_dont_know(study: Study) -> None:
    """Decision G7."""
    reasons = [item for _, item in study.questionnaire.each_item() if getattr(item, "options_from", None)]
    assert len(reasons) == {"wave2": 6, "asye": 8}[study.id]
    for item in reasons:
        keys = {option.key for option in codes_at(study.questionnaire, item) if option.code in item.always}
        assert keys == {"dk"}, item.id


def test_every_decision_is_told_and_every_one_told_is_named_by_something(study: Study) -> None:
    questionnaire = study.questionnaire
    parts: list[Any] = [item for _, item in questionnaire.each_item()]
    for item in list(parts):
        for name in ("rows", "specials", "checks"):
            parts += getattr(item, name, [])
        parts += questionnaire.options_of(item)
    named = {decision for part in [*parts, *questionnaire.texts.values()] for decision in part.decisions}
    assert named == set(questionnaire.decisions)


def test_where_the_decided_base_differs_from_the_printed_one_a_decision_says_why(study: Study) -> None:
    printed = [item for _, item in study.questionnaire.each_item() if item.printed is not None]
    assert printed
    assert [item.id for item in printed if not item.decisions] == []


def test_every_end_has_an_outcome_of_the_scheme_and_words_of_its_own(study: Study) -> None:
    ends: set[str] = set()
    for _, item in study.questionnaire.each_item():
        for option in study.questionnaire.options_of(item):
            ends |= {option.end} if isinstance(option.end, str) else {case.outcome for case in option.end or []}
        ends |= {special.end for special in getattr(item, "specials", []) if special.end}
        ends |= {item.outcome} if item.type == "end" else set()
    assert ends <= set(study.scheme.outcomes)
    assert ends <= set(study.questionnaire.closings)

"""Tiny questionnaires, one feature each, beside what must come of given answers.

A file of `corpus/` is a questionnaire, a line `---`, and its cases:

    say        what the case shows
    mode       telephone unless given
    sample     sample variables
    give       answers by item id, as `cati questionnaire walk` takes them
    route      every question reached, in order
    next, end  the question that waits; the outcome
    off_route, missing   ids; none unless given
    shown      wording read out, by item
    offered    codes or keys, by item
    nonsense   true where answers off the route are none that their items could take
    errors     a part of what is said, by item, in the place of everything above
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cati.interview.interview import Interview
from cati.interview.walk import walk
from cati.questionnaire.codelists import CodeList, Entry
from cati.questionnaire.loading import Loaded, load
from cati.questionnaire.yaml_source import read_yaml

CORPUS = Path(__file__).parent / "corpus"
PLACES = CodeList("places", (Entry("Leeds"), Entry("Kent")))


def _parts(path: Path) -> tuple[str, list[dict[str, Any]]]:
    questionnaire, _, cases = path.read_text(encoding="utf-8").partition("\n---\n")
    return questionnaire, read_yaml(cases, f"{path.name} (cases)").data


@cache
def _loaded(path: Path) -> Loaded:
    return load(_parts(path)[0], source=path.name, code_lists={"places": PLACES})


FOUND = [(path, case) for path in sorted(CORPUS.glob("*.yaml")) for case in _parts(path)[1]]
CASES = [pytest.param(path, case, id=f"{path.stem}: {case['say']}") for path, case in FOUND]
# An interview judges every answer, on the route or not.
JUDGED = [
    pytest.param(path, case, id=f"{path.stem}: {case['say']}")
    for path, case in FOUND
    if "errors" not in case and "nonsense" not in case
]


def _words(text: Any) -> list[Any]:
    """`Q1 Q2` as a list; codes as numbers."""
    return [int(word) if word.isdigit() else word for word in str(text or "").split()]


@pytest.mark.parametrize(("path", "case"), CASES)
def test_walk(path: Path, case: dict[str, Any]) -> None:
    program = _loaded(path).programs[case.get("mode", "telephone")]
    got = walk(program, {"sample": case.get("sample", {}), "answers": case["give"]})
    if "errors" in case:
        assert set(got) == {"errors"}
        assert {error["item"] for error in got["errors"]} == set(case["errors"])
        for error in got["errors"]:
            assert case["errors"][error["item"]] in error["why"]
            assert error["value"] == case["give"][error["item"]]
        return
    assert "errors" not in got, got
    assert got["route"] == _words(case["route"])
    assert (got["next"], got["end"]) == (case.get("next"), case.get("end"))
    assert got["off_route"] == _words(case.get("off_route"))
    assert got["missing"] == _words(case.get("missing"))
    assert list(got["shown"]) == got["route"]
    for item, text in case.get("shown", {}).items():
        assert got["shown"][item]["text"] == text
    for item, codes in case.get("offered", {}).items():
        assert got["shown"][item]["options"] == _words(codes)


@pytest.mark.parametrize(("path", "case"), JUDGED)
def test_answers_given_one_by_one_in_any_order_lead_to_the_same_place(path: Path, case: dict[str, Any]) -> None:
    """The interview's route grows answer by answer; the walk's is worked out in one go."""
    program = _loaded(path).programs[case.get("mode", "telephone")]
    answers = list(case["give"].items())
    Random(case["say"]).shuffle(answers)
    sample = {name: str(value) for name, value in case.get("sample", {}).items()}
    judged = Interview(program, sample, case["give"])
    grown = Interview(program, sample)
    for item, _ in answers:
        grown.hold(item, judged.answer_to(item))
    for interview in (judged, grown):
        assert interview.route == _words(case["route"])
        assert (interview.next, interview.end) == (case.get("next"), case.get("end"))
        assert interview.missing() == _words(case.get("missing"))


def test_every_questionnaire_of_the_corpus_loads_without_a_finding() -> None:
    findings = {path.name: _loaded(path).problems for path in CORPUS.glob("*.yaml")}
    assert len(findings) > 30
    assert not any(findings.values()), findings

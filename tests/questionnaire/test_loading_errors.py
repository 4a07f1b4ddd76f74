"""What is wrong with a questionnaire is told with its file, line and item, and with a way to mend it.

The faults stand in `faults/*.txt`, one to a questionnaire.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

import pytest

from cati.errors import InputError
from cati.questionnaire.codelists import CodeList, Entry
from cati.questionnaire.loading import load, read
from cati.questionnaire.problems import Problem, QuestionnaireError

FAULTS = Path(__file__).parent / "faults"
PLACES = {"places": CodeList("places", (Entry("Leeds"),))}
OUTCOMES = ("completed", "refusal", "not_eligible")


def whole(items: str, above: str = "", end: str = "- {id: END, type: end, outcome: completed}") -> str:
    """A questionnaire of these items, with what stands above its sections."""
    return (
        dedent("""\
            id: tiny
            version: "1"
            title: Tiny
            """)
        + dedent(above)
        + "sections:\n  - id: ALL\n    title: All\n    items:\n"
        + indent(dedent(items).strip("\n") + "\n" + dedent(end) + "\n", " " * 6)
    )


def problems_of(text: str) -> list[Problem]:
    return read(text, source="tiny.yaml", code_lists=PLACES, outcomes=OUTCOMES)[1]


@dataclass(frozen=True)
class Fault:
    """A questionnaire with one fault, and what is to be said of it."""

    name: str
    kind: str
    item: str
    what: str
    remedy: str
    text: str


def faults() -> Iterator[Fault]:
    """Those of `faults/*.txt`, whose first lines tell how they are written."""
    for path in sorted(FAULTS.glob("*.txt")):
        for part in path.read_text(encoding="utf-8").split("\n=== ")[1:]:
            name, told, rest = part.split("\n", 2)
            kind, item, what, remedy = (each.strip() for each in told.split("|"))
            above, items = re.split(r"^items:\n", rest, maxsplit=1, flags=re.MULTILINE)
            has_end = "id: END" in items or "no end" in items
            items = items.replace("no end", "")
            text = whole(items, above, end="") if has_end else whole(items, above)
            yield Fault(name, kind, item, what, remedy, text)


CASES = [pytest.param(fault, id=fault.name) for fault in faults()]


@pytest.mark.parametrize("fault", CASES)
def test_a_fault_is_told_with_line_item_and_remedy(fault: Fault) -> None:
    line = next(number for number, each in enumerate(fault.text.splitlines(), 1) if "#!" in each)
    problems = problems_of(fault.text)
    assert len(problems) == 1, [str(problem) for problem in problems]
    (problem,) = problems
    assert (problem.severity, problem.kind, problem.file, problem.line) == ("error", fault.kind, "tiny.yaml", line)
    assert problem.item == fault.item
    assert fault.what in problem.what
    assert fault.remedy in problem.remedy
    with pytest.raises(QuestionnaireError, match=rf"tiny\.yaml, line {line}: "):
        load(fault.text, source="tiny.yaml", code_lists=PLACES, outcomes=OUTCOMES)


def test_every_fault_is_told_at_once_and_each_only_once() -> None:
    """Both modes compile the same items; the researcher reads each fault once."""
    text = whole("""
        - {id: Q1, type: number, ask: Q9=1, wording: [{read: "{x}"}]}
        - {id: Q2, type: number, jumps: [{to: Q1}, {to: Q8}]}
        """)
    assert [problem.kind for problem in problems_of(text)] == ["condition", "fill", "backward-jump", "unknown-target"]


def test_a_text_that_its_owner_has_not_supplied_is_a_warning_and_stops_nothing() -> None:
    text = whole("- {id: Q1, type: number}", above="texts: {mail: {missing: The appendix is not in the document}}\n")
    loaded = load(text, source="tiny.yaml")
    (warning,) = loaded.problems
    assert (warning.severity, warning.kind, warning.item, warning.line) == ("warning", "missing-text", "mail", 4)


def test_outcomes_are_compared_only_where_a_scheme_is_given() -> None:
    text = whole("- {id: Q1, type: number}", end="- {id: END, type: end, outcome: whatever}")
    assert load(text, source="tiny.yaml").problems == []


def test_a_finding_is_plain_data_as_well() -> None:
    (problem,) = problems_of(whole("- {id: Q1, type: number, min: 5, max: 4}"))
    assert problem.as_json() == {
        "severity": "error",
        "kind": "empty-range",
        "file": "tiny.yaml",
        "line": 8,
        "item": "Q1",
        "what": "no number lies between 5 and 4",
        "remedy": "Put the smaller one at min.",
    }
    assert str(problem) == "tiny.yaml, line 8: Q1: no number lies between 5 and 4. Put the smaller one at min."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("id: a: b\n", r"tiny\.yaml, line 1, column \d+: this is not valid YAML", id="a colon too many"),
        pytest.param("id: [1\n", r"tiny\.yaml, line 2, column \d+: this is not valid YAML", id="a bracket left open"),
        pytest.param("id:\n\t- 1\n", r"tiny\.yaml, line 2, column \d+: this is not valid YAML", id="a tab"),
        pytest.param("id: 1\n---\nid: 2\n", r"tiny\.yaml, line 2, column 1: .*document", id="two documents"),
        pytest.param(
            "id: a\ntitle: b\nid: c\n", r"line 3: `id` is given twice here \(first on line 1\)", id="key twice"
        ),
        pytest.param("a: &x\n  b: *x\n", r"tiny\.yaml, line 1: this part contains itself", id="an alias of itself"),
        pytest.param("? [a]\n: b\n", r"tiny\.yaml, line 1: a key has to be a word or a number", id="a list as key"),
        pytest.param("true: b\n", r"tiny\.yaml, line 1: a key has to be a word or a number", id="true as key"),
        pytest.param("id: " + "[" * 3000 + "]" * 3000, r"tiny\.yaml: .*nested too deeply", id="nesting without end"),
        pytest.param("id: \x07\n", r"tiny\.yaml.*this is not valid YAML", id="a control character"),
    ],
)
def test_what_is_not_yaml_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read(text, source="tiny.yaml")


@pytest.mark.parametrize("text", ["", "- a\n", "words\n", "7\n"])
def test_what_is_no_questionnaire_at_all_is_told(text: str) -> None:
    loaded, (problem,) = read(text, source="tiny.yaml")
    assert loaded is None
    assert problem.what == "this is not a questionnaire"


def test_the_hash_changes_with_the_text_and_with_the_code_lists() -> None:
    text = whole("- {id: Q1, type: lookup, code_list: places}")
    hashes = {
        load(text, source="a", code_lists=PLACES).content_hash,
        load(text + "# more\n", source="a", code_lists=PLACES).content_hash,
        load(text, source="a", code_lists={"places": CodeList("places", (Entry("Kent"),))}).content_hash,
    }
    assert len(hashes) == 3
    assert load(text, source="b", code_lists=PLACES).content_hash in hashes


@pytest.mark.parametrize(
    ("above", "told", "hint"),
    [
        ("fills: {x: [{iff: Q1=1, text: a}]}\n", "`iff` is not a key here", "Did you mean if?"),
        ("fills: {x: [{txt: a}]}\n", "`txt` is not a key here", "Did you mean text?"),
        ("closings: {refusal: {txt: a}}\n", "`txt` is not a key here", "Did you mean text?"),
        ("texts: {re: {wordng: []}}\n", "`wordng` is not a key here", "Did you mean wording?"),
        ("source: {title: a, publisher: b, licence: c, lnes: d}\n", "`lnes` is not a key here", "Did you mean lines?"),
        ("option_lists: {x: [{code: 1, lable: d}]}\n", "`lable` is not a key here", "Did you mean label?"),
    ],
)
def test_an_unknown_key_gets_the_nearest_key_of_its_own_place(above: str, told: str, hint: str) -> None:
    found = {problem.what: problem for problem in problems_of(whole("- {id: Q1, type: number}", above=above))}
    assert hint in found[told].remedy
    assert found[told].line == 4


@pytest.mark.parametrize(
    ("option", "told", "hint"),
    [
        ("specify: {typ: number}", "`typ` is not a key here", "Did you mean type?"),
        ("end: [{iff: Q1=1, outcome: refusal}]", "`iff` is not a key here", "Did you mean if?"),
    ],
)
def test_so_does_one_inside_an_option(option: str, told: str, hint: str) -> None:
    text = whole(f"- {{id: Q1, type: single, options: [{{code: 1, label: a, {option}}}]}}")
    found = {problem.what: problem for problem in problems_of(text)}
    assert hint in found[told].remedy


@pytest.mark.parametrize(
    "value",
    [
        "5",
        "{code: 1}",
        "[1]",
    ],
)
def test_messages_never_speak_of_the_types_behind_the_file(value: str) -> None:
    """`list[Option]` or `str` in a message would be Python, not the questionnaire."""
    problems = problems_of(whole(f"- {{id: Q1, type: single, options: {value}}}"))
    assert problems
    for problem in problems:
        assert not any(word in problem.what for word in ("list[", "`str`", "`0`", "Option")), problem.what


def test_a_code_may_have_a_label_for_each_mode() -> None:
    text = whole("""
        - id: Q1
          type: single
          options: [{code: 1, label: Click, mode: online}, {code: 1, label: Say, mode: telephone}]
        """)
    assert problems_of(text) == []


def test_the_faults_are_all_read() -> None:
    assert len(CASES) >= 98
    assert len({fault.name for fault in faults()}) == len(CASES)

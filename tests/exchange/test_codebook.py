"""The codebook: one description of the data, and interviews encoded by it as their routes say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cati.errors import InputError
from cati.exchange.codebook import Codebook, build, check_names, codebook_of, combine
from cati.exchange.encoding import Encoded, Encoder
from cati.interview.drawn_sample import drawing
from cati.interview.rehearsing import random_respondent
from cati.interview.walk import walk
from cati.questionnaire import model
from cati.questionnaire.loading import read
from cati.studies import Study, load_study

BEGUN: dict[str, Any] = {"S1": 1, "S2": 1, "S4": 1}
TWO_REASONS: dict[str, Any] = BEGUN | {"B1": 9, "B2": 6, "B3": [1, 9], "B3_9_text": "More pay", "B3a": 9}


@pytest.fixture(scope="module")
def book(study: Study) -> Codebook:
    return codebook_of(study)


@pytest.fixture(scope="module")
def encode(study: Study, book: Codebook) -> Callable[..., dict[str, Any]]:
    """Encodes answers as a row by the names of the variables."""
    encoders = {mode: Encoder(book, study.program(mode)) for mode in model.MODES}

    def encoded(answers: dict[str, Any], mode: model.Mode = "telephone") -> dict[str, Any]:
        row = encoders[mode].encode(answers, {"la": "Leeds", "link": "individual"})
        return dict(zip(book.at, row.values, strict=True))

    return encoded


def small(items: str) -> Codebook:
    """The codebook of a questionnaire of a few items."""
    text = f"id: third\nversion: '1'\ntitle: A third study\nsections:\n  - id: A\n    title: A\n    items:\n{items}"
    text += "      - {id: END, type: end, outcome: completed}\n"
    loaded, problems = read(text, source="third.yaml", code_lists={}, outcomes=["completed"])
    assert loaded is not None, problems
    return build(loaded.questionnaire, {}, study="third", timezone="Europe/London")


# names


@pytest.mark.parametrize("name", ["wave2", "asye"])
def test_every_question_is_a_variable_or_kept_apart(name: str) -> None:
    study = load_study(name)
    book = codebook_of(study)
    apart = {each.item for each in book.apart}
    for mode in model.MODES:
        for step in study.program(mode).steps:
            if step.kind in ("message", "end"):
                continue
            assert step.id in apart or book.of_item(step.id), step.id
            for write_in in step.write_ins:
                assert write_in.id in apart or book.of_item(write_in.id), write_in.id


@pytest.mark.parametrize("name", ["wave2", "asye"])
def test_every_code_has_a_label_and_every_variable_names_its_reserve_codes(name: str) -> None:
    for variable in codebook_of(load_study(name)).variables:
        assert variable.label
        assert all(code.label for code in variable.codes)
        assert len(variable.labels) == len(variable.codes), variable.name
        assert all((code.value < 0) == code.missing for code in variable.codes), variable.name
        if variable.is_numeric and variable.source != "interview":
            assert variable.reserve, variable.name


def test_variables_are_named_by_their_question(book: Codebook) -> None:
    for name in ("B1", "B3_1", "B3_10", "B3_9_text", "B3a", "B3a_main", "H1_3", "E7_1_number", "B15"):
        assert name in book.by_name
    assert book.by_name["B3_9_text"].kind == "text"
    assert book.by_name["H1_3"].label.startswith("H1_3. I feel stressed by my job")


def test_rows_of_a_grid_are_ordinal_codes_nominal_and_numbers_a_scale(book: Codebook) -> None:
    assert [book.by_name[name].measure for name in ("H1_3", "B1", "B3_1", "B15")] == [
        "ordinal", "nominal", "nominal", "scale",
    ]  # fmt: skip


def test_a_multicode_is_a_set_of_flags_in_printed_order(book: Codebook) -> None:
    by_name = {each.name: each for each in book.sets}
    assert by_name["H2"].variables[:9] == (*(f"H2_{code}" for code in range(1, 8)), "H2_11", "H2_12")
    assert [(code.value, code.label) for code in book.by_name["H2_11"].valid] == [
        (1, "Mentioned"),
        (0, "Not mentioned"),
    ]


def test_codes_stay_as_printed_and_special_answers_of_numbers_are_reserve_codes(book: Codebook) -> None:
    assert book.by_name["B1"].labels[8] == "Don't know / prefer not to say"
    assert [code.value for code in book.by_name["B1"].valid] == [1, 2, 9, 10, 3, 4, 5, 6, 7, 8]
    keys = {code.key: code.value for code in book.by_name["B15"].reserve if code.key}
    assert keys == {"nd": -4, "na": -3, "dk": -8}


def test_differences_between_the_modes_are_told(book: Codebook) -> None:
    assert book.by_name["S1"].modes == ("telephone",)
    assert "8: not read out on the telephone, shown online" in book.by_name["B1"].differences
    assert "asked row by row on the telephone, a table online" in book.by_name["H1_3"].differences


def test_who_somebody_is_has_no_variable(book: Codebook) -> None:
    assert {each.item for each in book.apart} == {"S2a_1_text", "B4a", "K4"}
    assert not {"K4", "K4_name", "B4a", "S2a_1_text", "name", "la", "LA"} & set(book.by_name)
    assert "SE" in {each.item for each in codebook_of(load_study("asye")).apart}
    assert {each.item: set(each.codes) for each in book.consents} == {"K1": {1}, "K2": {1}, "K3": {1}}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["B1", "b1"], "b1: there is a B1 already"),
        (["To"], "To: a reserved word"),
        (["str20"], "str20: a reserved word"),
        (["Q_"], "Q_: ends in _"),
        (["1x"], "1x: only letters"),
        (["Q" * 33], "33 characters; Stata takes 32"),
    ],
)
def test_a_name_that_spss_or_stata_would_not_keep_is_told(names: list[str], said: str) -> None:
    with pytest.raises(InputError, match="Rename the items") as told:
        check_names(names)
    assert said in str(told.value)


def test_a_third_study_is_checked_too() -> None:
    multi = "      - {id: Q1, type: multi, options: [{code: 1, label: A}, {code: 2, label: B}]}\n"
    assert [each.variables for each in small(multi).sets] == [("Q1_1", "Q1_2")]
    clash = multi + "      - {id: q1_2, type: text}\n"
    with pytest.raises(InputError, match="q1_2: there is a Q1_2 already"):
        small(clash)
    with pytest.raises(InputError, match="there is a Region already"):
        small("      - {id: region, type: text}\n")
    with pytest.raises(InputError, match="there is a Status already"):
        small(multi.replace("Q1", "status"))


def test_a_code_of_each_mode_with_its_own_label_is_one_code() -> None:
    options = "[{code: 1, label: Said, mode: telephone}, {code: 1, label: Ticked, mode: online}, {code: 2, label: No}]"
    single = small(f"      - {{id: Q1, type: single, options: {options}}}\n").by_name["Q1"]
    assert single.labels[1] == "Said / Ticked"
    multi = small(f"      - {{id: Q1, type: multi, options: {options}}}\n")
    assert multi.sets[0].variables == ("Q1_1", "Q1_2")
    assert "Ticked" in multi.by_name["Q1_1"].label


# rows


def test_not_asked_is_another_thing_than_not_mentioned(encode: Callable[..., dict[str, Any]]) -> None:
    asked = encode(TWO_REASONS)
    assert [asked[f"B3_{code}"] for code in (1, 2, 9, 10)] == [1, 0, 1, 0]
    other = encode(BEGUN | {"B1": 1, "B2": 1})
    assert {other[f"B3_{code}"] for code in range(1, 11)} == {-1}


def test_a_main_reason_is_completed_by_the_only_reason(encode: Callable[..., dict[str, Any]]) -> None:
    asked = encode(TWO_REASONS)
    assert (asked["B3a"], asked["B3a_main"]) == (9, 9)
    alone = encode(TWO_REASONS | {"B3": [4]})
    assert (alone["B3a"], alone["B3a_main"]) == (-1, 4)
    none = encode(BEGUN | {"B1": 1, "B2": 1})
    assert (none["B3a"], none["B3a_main"]) == (-1, -1)
    waiting = encode({key: value for key, value in TWO_REASONS.items() if key != "B3a"})
    assert (waiting["B3a"], waiting["B3a_main"]) == (-7, -7)


def test_words_go_with_their_code(encode: Callable[..., dict[str, Any]]) -> None:
    assert encode(TWO_REASONS)["B3_9_text"] == "More pay"
    assert encode(TWO_REASONS | {"B3": [1, 2], "B3a": 2})["B3_9_text"] == ""
    assert encode(TWO_REASONS | {"B3_9_text": {"key": "refused"}})["B3_9_text"] == "-9"
    assert encode({key: value for key, value in TWO_REASONS.items() if key != "B3_9_text"})["B3_9_text"] == "-7"
    assert encode(TWO_REASONS | {"B3_9_text": "one\r\n\ttwo  three"})["B3_9_text"] == "one two three"
    assert encode(TWO_REASONS | {"B3_9_text": "-9"})["B3_9_text"] == "-9."


def test_answers_off_the_route_are_silent(encode: Callable[..., dict[str, Any]]) -> None:
    stale = TWO_REASONS | {"B1": 3, "F1a": "Baker", "B5": 2}
    row = encode(stale)
    assert (row["B1"], row["B2"], row["B3_1"], row["B3_9_text"], row["B5"]) == (3, -1, -1, "", -1)
    assert row["F1a"] == "Baker"


def test_a_code_that_is_not_offered_counts_as_not_given(encode: Callable[..., dict[str, Any]]) -> None:
    left = BEGUN | {"B1": 4, "F1": 1, "I1": [7, 2]}  # 7 is for F1=6
    assert (encode(left)["I1_7"], encode(left)["I1_2"]) == (0, 1)
    assert encode(left | {"I1": [7]})["I1_7"] == -7  # nothing is left of the answer


def test_what_this_mode_never_asks_says_so(encode: Callable[..., dict[str, Any]]) -> None:
    online = encode({"B1": 1, "B2": 1}, "online")
    assert (online["S1"], online["S4"], online["B1"]) == (-2, -2, 1)
    assert encode(BEGUN)["S1"] == 1


def test_after_a_break_off_nothing_is_known(encode: Callable[..., dict[str, Any]]) -> None:
    row = encode(BEGUN | {"B1": 1, "B2": 1})
    assert (row["B3_1"], row["B3a"]) == (-1, -1)  # passed before
    assert (row["B5"], row["J1"], row["B7_1"], row["F1a"], row["Recontact"]) == (-7, -7, -7, "-7", -7)


def test_a_question_left_without_an_answer_hides_nothing_behind_it(study: Study, book: Codebook) -> None:
    encoder = Encoder(book, study.program("telephone"))
    answers = random_respondent(study.program("telephone"), {}, Random(1), BEGUN | {"B1": 1})
    del answers["B5"]
    found = encoder.encode(answers, {})
    row = dict(zip(book.at, found.values, strict=True))
    assert found.lacking == ("B5",)
    assert (row["B5"], row["J1"], row["K1"]) == (-7, answers["J1"], answers["K1"])


def test_the_place_somebody_named_is_a_region_in_the_data(study: Study, book: Codebook) -> None:
    encoder = Encoder(book, study.program("telephone"))
    at = book.at["B4a_region"]

    def encoded(place: Any) -> Encoded:
        return encoder.encode(BEGUN | {"B1": 1, "B2": 5, "B4a": place}, {"la": "Leeds"})

    found = encoded("derby")
    assert book.variables[at].labels[found.values[at]] == "East Midlands"
    assert found.apart == {"B4a": "derby"}
    assert encoded("Somewhere else").values[at] == 0
    assert encoded({"key": "not_england"}).values[at] == -4
    assert encoded({"key": "dk"}).values[at] == -8


def test_an_answer_the_questionnaire_cannot_take_is_told(study: Study, book: Codebook) -> None:
    found = Encoder(book, study.program("telephone")).encode(BEGUN | {"B1": 77, "Z9": 1}, {})
    assert [refused.item for refused in found.refused] == ["B1", "Z9"]
    assert found.waiting == "B1"


@pytest.mark.parametrize(("name", "mode"), [(name, mode) for name in ("wave2", "asye") for mode in model.MODES])
def test_a_row_says_what_the_route_says(name: str, mode: model.Mode) -> None:
    study = load_study(name)
    program, book = study.program(mode), codebook_of(study)
    encoder, rng, draw = Encoder(book, program), Random(7), drawing(program)
    apart = {each.item for each in book.apart}
    for _ in range(20):
        sample = dict(draw(rng))
        answers = random_respondent(program, sample, rng, {"S1": 1, "S2": 1, "S4": 1})
        stale = {**random_respondent(program, sample, rng), **answers}
        walked, found = walk(program, {"sample": sample, "answers": stale}), encoder.encode(stale, sample)
        row = dict(zip(book.at, found.values, strict=True))
        assert (list(found.route), found.end, found.waiting) == (walked["route"], walked["end"], walked["next"])
        for step in program.steps:
            if step.kind in ("message", "end") or step.id in apart:
                continue
            variables = book.of_item(step.id)
            if step.id not in found.route:
                assert {row[each.name] for each in variables} <= {-1, -2, "-1", "-2", -7, "-7"}
            elif step.kind == "multi" and step.id != found.waiting:
                assert {each.code for each in variables if row[each.name] == 1} == set(answers[step.id])
            elif step.kind == "single" and step.id != found.waiting:
                assert row[step.id] == answers[step.id]


# several versions


def versions(*items: str) -> list[Codebook]:
    return [small(each) for each in items]


def test_versions_make_one_codebook_and_what_differs_is_told() -> None:
    new = small("      - {id: Q1, type: single, options: [{code: 1, label: 'Yes'}, {code: 2, label: 'No'}]}\n")
    old = small(
        "      - {id: Q1, type: single, options: [{code: 1, label: 'Yes'}, {code: 3, label: Perhaps}]}\n"
        "      - {id: Q2, type: text}\n"
    )
    book, differing = combine([new, old])
    assert [code.value for code in book.by_name["Q1"].valid] == [1, 2, 3]
    assert book.by_name["Q2"].only_in == ("1 (earlier 1)",)
    assert -5 in book.by_name["Q2"].labels
    assert {each.variable for each in differing} == {"Q1", "Q2"}
    same, nothing = combine([new, new])
    assert (same.variables, nothing) == (new.variables, [])


def test_versions_that_no_file_can_hold_are_refused() -> None:
    books = versions("      - {id: Q1, type: text}\n", "      - {id: Q1, type: number}\n")
    with pytest.raises(InputError, match="Q1 is a number in version 1 "):
        combine(books)


def test_the_example_study_has_a_codebook() -> None:
    book = codebook_of(load_study(str(Path(__file__).parents[2] / "docs/example-study")))
    assert [each.item for each in book.apart] == ["Q11"]

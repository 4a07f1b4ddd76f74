"""`cati report outcomes`, `rates` and `response`, `cati outcomes rates` and `margin`: the contract, with mistakes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from cati.reports import FORMATS

Cati = Callable[..., Any]
THEN = "2026-11-20T12:00"
NOW = "2026-11-23T10:02"
ROWS = {
    "starting", "unusable", "unobtainable", "left_no_forwarding", "online_requested", "wrong_number", "not_available",
    "usable", "soft_appointment", "other_live", "contacts", "refusals", "breakdown", "completed", "completed_online",
}  # fmt: skip
AAPOR = [
    *(f"RR{n}" for n in range(1, 7)), *(f"COOP{n}" for n in range(1, 5)),
    *(f"{name}{n}" for n in range(1, 4) for name in ("REF", "CON")),
]  # fmt: skip


@pytest.fixture
def report(cati: Cati, _demonstration: Path) -> Cati:
    """Runs a report on the demonstration, when it was made; reports write nothing, so all share it."""
    return lambda *arguments: cati("report", *arguments, "--database", _demonstration, "--now", NOW)


def rows_of(found: Any) -> dict[str, int]:
    return {row["key"]: row["n"] for row in found["rows"]}


def test_the_outcome_table_has_the_rows_of_the_contract_and_its_rates(report: Cati) -> None:
    found = report("outcomes", "--format", "json").json
    assert set(rows_of(found)) >= ROWS
    assert all(set(row) == {"key", "label", "n", "pct_start", "pct_usable"} for row in found["rows"])
    n = rows_of(found)
    assert found["rates"]["adjusted_response"] == n["completed"] / n["usable"]
    assert found["rates"]["telephone_response"] == n["completed"] / n["starting"]


@pytest.mark.parametrize("by", ["region", "ofsted", "la", "batch", "link", "timezone", "issue_week", "outcome_week"])
def test_broken_down_every_table_is_whole_and_they_add_up(report: Cati, by: str) -> None:
    found = report("outcomes", "--by", by, "--format", "json").json
    tables = [rows_of(table) for table in found["by"]["tables"].values()]
    total = rows_of(found)
    for n in tables:
        assert n["usable"] + n["unusable"] == n["starting"]
    assert {key: sum(n[key] for n in tables) for key in total} == total


def test_by_week_ends_with_the_table_as_it_stands(report: Cati) -> None:
    found = report("outcomes", "--by", "week", "--format", "json").json
    weeks = found["by"]["tables"]
    assert list(weeks) == sorted(weeks)
    assert rows_of(weeks[max(weeks)]) == rows_of(found)
    assert all(
        rows_of(week)["usable"] + rows_of(week)["unusable"] == rows_of(week)["starting"] for week in weeks.values()
    )
    assert "Each week's table" in report("outcomes", "--by", "week").out


def test_rates_by_week_end_with_those_of_today_and_say_what_was_counted_where(report: Cati) -> None:
    found = report("rates", "--by", "week", "--format", "json").json
    today = report("rates", "--format", "json").json
    *_, last = found["by"]["groups"].values()
    assert last["RR1"] == today["RR1"]
    assert last["telephone_response"] == today["telephone_response"]
    assert "I, interview: " in report("rates", "--by", "week").out
    refused = report("rates", "--by", "week", "--e-by", "region")
    assert (refused.code, "does not go with it" in refused.err) == (2, True)


REPORTS = (
    ("outcomes", "--by", "ofsted"), ("outcomes", "--by", "week"), ("outcomes", "--at", THEN),
    ("outcomes", "--compare", THEN),
    ("outcomes", "--since", THEN, "--by", "region"), ("outcomes", "--cases", "contacts"), ("rates",),
    ("rates", "--by", "region", "--e-by", "all"), ("rates", "--sensitivity"), ("rates", "--cases", "I"), ("response",),
    ("response", "--by", "ofsted"), ("response", "--kinds"), ("response", "--kinds", "--by", "region", "--at", THEN),
    ("response", "--cases", "telephone"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "form"),
    # each report in two formats, each format with five reports
    [(each, FORMATS[(at + turn) % len(FORMATS)]) for at, each in enumerate(REPORTS) for turn in (0, 3)],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_report_says_in_every_format_what_it_is(report: Cati, arguments: tuple[str, ...], form: str) -> None:
    ran = report(*arguments, "--format", form)
    assert (ran.code, ran.err) == (0, "")
    if form == "xlsx":
        book = load_workbook(io.BytesIO(ran.data))
        for sheet in book.worksheets:
            assert sheet.freeze_panes == "B4"
            assert sheet.print_title_rows == "$3:$3"
        said = " ".join(str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value)
    else:
        said = "".join(ran.out.replace("\\", "").split())  # without Markdown's escapes and the ends of lines
    assert "wave2" in said
    assert "demo.db" in said  # which database
    assert "2026" in said
    if "--at" in arguments:
        assert any(
            text in said for text in ("20November2026,12:00", "2026-11-20T12:00:00+00:00", "20 November 2026, 12:00")
        )


def test_a_workbook_holds_numbers_and_not_their_text(report: Cati) -> None:
    book = load_workbook(io.BytesIO(report("outcomes", "--format", "xlsx").data))
    assert book.sheetnames == ["Report", "Rates"]
    assert (book["Report"]["B4"].value, book["Report"]["B4"].number_format) == (2751, "#,##0")
    assert isinstance(book["Rates"]["B4"].value, float)
    assert book["Rates"]["B4"].number_format == "0.0%"


def test_as_of_a_moment_nothing_later_counts(report: Cati) -> None:
    then = report("outcomes", "--at", THEN, "--format", "json").json
    now = report("outcomes", "--format", "json").json
    assert then["as_of"] == "2026-11-20T12:00:00+00:00"
    assert rows_of(then)["contacts"] < rows_of(now)["contacts"]
    assert rows_of(report("outcomes", "--at", "2020-01-01", "--format", "json").json)["starting"] == 0
    ahead = report("outcomes", "--at", "2030-01-01", "--format", "json")
    assert "still to come" in ahead.err
    assert rows_of(ahead.json) == rows_of(now)


def test_two_moments_compared_either_way_round(report: Cati) -> None:
    found = report("outcomes", "--since", THEN, "--format", "json").json
    again = report("outcomes", "--at", THEN, "--compare", NOW, "--format", "json").json
    assert found["rows"] == again["rows"]
    assert (found["then"], found["now"]) == ("2026-11-20T12:00:00+00:00", "2026-11-23T10:02:00+00:00")
    for row in found["rows"]:
        assert row["difference"] == row["n_now"] - row["n_then"]
    contacts = next(row for row in found["rows"] if row["key"] == "contacts")
    moved = report("outcomes", "--since", THEN, "--cases", "contacts", "--format", "json").json
    came = [case for case in moved["cases"] if case["change"] == "came in"]
    assert len(came) - (len(moved["cases"]) - len(came)) == contacts["difference"]
    assert report("outcomes", "--at", THEN, "--compare", THEN).code == 2


def test_every_number_of_the_table_opens_down_to_as_many_cases(report: Cati) -> None:
    for row in report("outcomes", "--format", "json").json["rows"]:
        if row["key"] in ("starting", "usable", "other_live"):
            continue  # thousands of them
        found = report("outcomes", "--cases", row["key"], "--format", "json").json
        assert (found["n"], len(found["cases"])) == (row["n"], row["n"])
        assert all(case["deciding"] and case["why"] for case in found["cases"])


def test_every_number_of_a_group_opens_down_too(report: Cati) -> None:
    found = report("outcomes", "--by", "region", "--format", "json").json
    listed = []
    for region, table in found["by"]["tables"].items():
        cases = report("outcomes", "--cases", "contacts", "--by", "region", "--group", region, "--format", "csv")
        listed += list(csv.DictReader(io.StringIO(cases.out, newline="")))
        assert len(list(csv.DictReader(io.StringIO(cases.out, newline="")))) == rows_of(table)["contacts"]
    assert len({case["serial"] for case in listed}) == rows_of(found)["contacts"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("outcomes", "--by", "regoin"), "region"),
        (("outcomes", "--at", "yesterday"), "not a time"),
        (("outcomes", "--cases", "refusls"), "refusals"),
        (("outcomes", "--cases", "refusals", "--by", "region"), "--group"),
        (("outcomes", "--group", "London"), "--by"),
        (("outcomes", "--cases", "refusals", "--by", "region", "--group", "North Eas"), "North East"),
        (("outcomes", "--by", "week", "--compare", THEN), "--by week"),
        (("rates", "--e", "1.5"), "share from 0 to 1"),
        (("rates", "--e", "0.5", "--e-by", "region"), "--e-by"),
        (("rates", "--e-by", "regoin"), "region"),
        (("rates", "--sensitivity", "--by", "region"), "--sensitivity"),
        (("rates", "--cases", "XX"), "no row"),
        (("response", "--cases", "startd"), "started"),
        (("response", "--cases", "open_link"), "of no sample"),
        (("response", "--by", "regoin"), "region"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_told_with_its_remedy(report: Cati, arguments: tuple[str, ...], said: str) -> None:
    ran = report(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_rates_come_with_intervals_and_their_method(report: Cati) -> None:
    found = report("rates", "--format", "json").json
    assert "Wilson" in found["intervals"]["method"]
    for key in ("telephone_response", "adjusted_response", *AAPOR):
        interval = found["intervals"][key]
        assert (interval is None) == (found[key] is None)
        assert interval is None or interval[0] <= found[key] <= interval[1]


def test_e_once_over_all_is_the_e_of_every_group(report: Cati) -> None:
    settings = ("--set", "sample_eligibility=unknown", "--format", "json")
    one = report("rates", *settings).json
    found = report("rates", "--by", "region", "--e-by", "all", *settings).json
    assert {group["e"] for group in found["by"]["groups"].values()} == {one["e"]}
    assert "over all cases" in found["definitions"]["e"]
    pooled = report("rates", "--e-by", "region", *settings).json
    own = report("rates", "--by", "region", *settings).json["by"]["groups"]
    unknown = {name: group["groups"]["UH"] + group["groups"]["UO"] for name, group in own.items()}
    if all(group["e"] is not None for group in own.values()):
        expected = sum(own[name]["e"] * n for name, n in unknown.items()) / sum(unknown.values())
        assert pooled["e"] == pytest.approx(expected)
    else:
        assert (pooled["e"], pooled["RR3"]) == (None, None)
    same = report("rates", "--by", "region", "--e-by", "region", *settings).json["by"]["groups"]
    assert {name: group["e"] for name, group in same.items() if unknown[name]} == {
        name: group["e"] for name, group in own.items() if unknown[name]
    }


def test_every_choice_of_the_settings_stands_in_one_table(report: Cati) -> None:
    found = report("rates", "--sensitivity", "--set", "unlocatable=unknown", "--format", "json").json["choices"]
    assert len(found) == 6
    assert [each["settings"] for each in found if each["in_force"]] == [
        {"unlocatable": "unknown", "sample_eligibility": "known"}
    ]
    for each in found:
        flags = [part for name, value in each["settings"].items() for part in ("--set", f"{name}={value}")]
        alone = report("rates", *flags, "--format", "json").json
        assert {key: each[key] for key in AAPOR} == {key: alone[key] for key in AAPOR}


def test_the_response_of_all_and_of_each_part_adds_up(report: Cati) -> None:
    rows = report("response", "--format", "json").json["rows"]
    overall = rows[0]
    assert (overall["variable"], overall["telephone_of"], overall["total_of"]) == (None, 2751, 2751)
    for variable in ("region", "ofsted"):
        some = [row for row in rows if row["variable"] == variable]
        for key in ("online", "telephone", "total", "online_of", "telephone_of", "total_of"):
            assert sum(row[key] for row in some) == overall[key]
    kinds = {row["key"]: row["n"] for row in report("response", "--kinds", "--format", "json").json["rows"]}
    assert kinds["loaded"] == kinds["total"] + kinds["non_responders"]
    parts = ("not_agreed", "not_engaged", "started", "gave_refusal")
    assert kinds["non_responders"] == sum(kinds[part] for part in parts)
    for key in ("total", "started", "gave_refusal"):
        assert len(report("response", "--cases", key, "--format", "json").json["cases"]) == kinds[key]


def test_no_rate_is_printed_while_an_outcome_in_use_has_no_disposition(
    cati: Cati, tmp_path: Path, repository: Path
) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for file in (repository / "docs/example-study").iterdir():
        text = file.read_text(encoding="utf-8")
        if file.name == "outcomes.yaml":
            before, _, after = text.partition("  untried:\n    label")
            disposition = re.search(r"    aapor:\n(      .*\n)+", after)
            assert disposition is not None
            text = before + "  untried:\n    label" + after.replace(disposition[0], "", 1)
        (folder / file.name).write_text(text, encoding="utf-8")
    database = tmp_path / "mine.db"
    assert cati("init", folder, "--database", database).code == 0
    assert cati("sample", "load", folder / "sample.csv", "--database", database).code == 0
    ran = cati("report", "rates", "--database", database)
    assert (ran.code, ran.out) == (2, "")
    assert "'untried', which has no AAPOR disposition" in ran.err
    assert cati("report", "outcomes", "--database", database).code == 0


@pytest.mark.parametrize(
    ("counts", "e", "expected"),
    [
        ("I=1601,R=127,NC=486,O=82,NE=455", None, {"RR1": 1601 / 2296, "RR5": 1601 / 2296, "UH": None}),
        ("NE=9", None, {"RR1": None, "RR3": None, "RR5": None, "e": 0.0, "COOP1": None}),
        ("I=0,P=0,R=0,NC=0,O=0,UH=0,UO=0,NE=0", None, dict.fromkeys([*AAPOR, "e"])),
        ("UH=3", None, {"RR1": 0.0, "RR3": None, "e": None, "CON1": 0.0}),
        (" I = 2 , UO = 2 ", "1/2", {"RR3": 2 / 3, "e": 0.5}),
        ("I=2,UO=2", "0", {"RR3": 1.0, "e": 0.0}),
        ("I=2,UH=2,UO=4", "UH=0.5,UO=0.25", {"RR3": 0.5}),
        ("I=999999999999999999", None, {"RR1": 1.0}),
        ("I=512.4,R=201.75,NC=88.25", None, {"RR1": 512.4 / 802.4, "COOP1": 512.4 / 714.15, "e": 1.0}),
        ("I=5.0,R=1e1", None, {"RR1": 1 / 3}),
    ],
)
def test_the_calculator(cati: Cati, counts: str, e: str | None, expected: dict[str, float | None]) -> None:
    ran = cati("outcomes", "rates", "--counts", counts, *(("--e", e) if e else ()), "--format", "json")
    assert ran.code == 0
    assert set(ran.json) == {*AAPOR, "e"}
    for key, value in expected.items():
        if key in ran.json:
            assert ran.json[key] == (None if value is None else pytest.approx(value, abs=1e-12)), key


@pytest.mark.parametrize(
    "arguments",
    [
        ("--counts", "I=5", "--e", "-0.1"), ("--counts", "I=5", "--e", "1.0001"), ("--counts", "I=5", "--e", "nan"),
        ("--counts", "I=5", "--e", "inf"), ("--counts", "I=5", "--e", "half"), ("--counts", "I=5", "--e", ""),
        ("--counts", "I=5", "--e", "1e-999999999"), ("--counts", "I=5,UH=1", "--e", "UO=0.5"),
        ("--counts", "I=5,UH=1", "--e", "UH=0.5,UH=0.5"), ("--counts", "I=5,UH=1", "--e", "I=0.5"),
        ("--counts", "I=5.0.1"), ("--counts", "I=1e999999999"), ("--counts", "I=1e18"), ("--counts", "I=nan"),
        ("--counts", "I=inf"), ("--counts", "I=1_0"), ("--counts", "I=1/2"), ("--counts", "I=-0.5"),
        ("--counts", "I=-5"), ("--counts", "I=5,"), ("--counts", "i=5"),
        ("--counts", "I=5;R=2"), ("--counts", "I=5,Q=2"), ("--counts", "I=5,I=5"), ("--counts", "I=٣"),
        ("--counts", "=5"), (),
    ],
    ids=" ".join,
)  # fmt: skip
def test_the_calculator_refuses_what_is_no_count(cati: Cati, arguments: tuple[str, ...]) -> None:
    ran = cati("outcomes", "rates", *arguments, "--format", "json")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
    assert "Traceback" not in ran.err


def test_the_margin_of_error_with_its_correction(cati: Cati) -> None:
    found = cati("outcomes", "margin", "--n", "1000", "--population", "149200", "--format", "json").json
    assert (round(found["points"], 2), round(100 * found["uncorrected"], 2)) == (3.09, 3.1)
    assert cati("outcomes", "margin", "--n", "0", "--format", "json").json["points"] is None
    assert "not given" in cati("outcomes", "margin", "--n", "10").out


@pytest.mark.parametrize(
    "arguments",
    [("--n", "5", "--population", "4"), ("--n", "-5"), ("--n", "5", "--share", "2"), ("--n", "5", "--level", "1"),
     ("--n", "5", "--population", "0"), ("--n", "five"), ("--n", "5", "--design-effect", "0"), ()],
    ids=" ".join,
)  # fmt: skip
def test_a_margin_of_nonsense_is_refused(cati: Cati, arguments: tuple[str, ...]) -> None:
    ran = cati("outcomes", "margin", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Traceback" not in ran.err

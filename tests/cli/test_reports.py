"""Tables and rates, from the database and from given counts; where they are written to."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cati.cli.output import ENDINGS
from cati.reports import FORMATS

Cati = Callable[..., Any]
WAVE2 = (
    "outcome,n\nunobtainable,119\nleft_no_forwarding,155\nonline_requested,82\nwrong_number,20\nnot_available,69\n"
    "soft_appointment,43\nno_reply,443\nrefusal,93\nbreakdown,34\ncompleted,1601\ncompleted_online,92\n"
)


def test_the_formats_are_those_of_the_reports() -> None:
    assert tuple(ENDINGS) == FORMATS


def test_the_table_of_the_published_counts_is_the_published_table(cati: Cati, tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(WAVE2)
    rows = {
        row["key"]: row
        for row in cati("outcomes", "table", counts, "--scheme", "wave2", "--format", "json").json["rows"]
    }
    assert (rows["starting"]["n"], rows["unusable"]["n"], rows["usable"]["n"]) == (2751, 445, 2306)
    assert (rows["completed"]["pct_start"], rows["completed"]["pct_usable"]) == (58, 69)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "empty"),
        ("outcome\ncompleted\n", "'n'"),
        ("outcome,n\ncompletd,3\n", "line 2"),
        ("outcome,n\ncompleted,-3\n", "line 2"),
        ("outcome,n\ncompleted,3\n\ncompleted,4\n", "line 4"),
        ("outcome,n\ncompleted,1.5\n", "line 2"),
    ],
)
def test_counts_that_are_none_are_refused_with_their_line(cati: Cati, text: str, said: str) -> None:
    ran = cati("outcomes", "table", "-", "--scheme", "wave2", stdin=text.encode())
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_the_rates_of_given_counts(cati: Cati) -> None:
    counts = "I=5,P=3,R=2,NC=1,O=2,UH=1,UO=1,NE=1"
    found = cati("outcomes", "rates", "--counts", counts, "--format", "json").json
    assert (found["RR1"], found["RR5"], found["e"]) == (5 / 15, 5 / 13, 13 / 14)
    halved = cati("outcomes", "rates", "--counts", counts, "--e", "0.5", "--format", "json").json
    assert halved["RR3"] == 5 / 14
    assert cati("outcomes", "rates", "--counts", "NE=1", "--format", "json").json["RR1"] is None


@pytest.mark.parametrize("counts", ["I", "I=", "I=-1", "I=1,I=2", "X=1", "I=nan", "I=1/2", ""])
def test_counts_of_groups_that_are_none_are_refused(cati: Cati, counts: str) -> None:
    ran = cati("outcomes", "rates", "--counts", counts, "--format", "json")
    assert (ran.code, ran.out) == (2, "")


def test_a_breakdown_adds_up_to_the_table(cati: Cati, loaded: Path) -> None:
    report = cati("report", "outcomes", "--by", "region", "--format", "json", "--database", loaded).json
    parts = [table["rows"][0]["n"] for table in report["by"]["tables"].values()]
    assert (sum(parts), len(parts)) == (report["rows"][0]["n"], 2)


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_goes_to_a_file_named_for_it(cati: Cati, loaded: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"outcomes{ENDINGS[form][0]}"
    for _ in range(2):  # a report is replaced by its newer self
        ran = cati("report", "outcomes", "--output", file, "--database", loaded)
        assert (ran.code, ran.out) == (0, "")
    assert file.stat().st_size > 200
    assert not list(tmp_path.glob(".*.part"))
    assert stat.S_IMODE(file.stat().st_mode) & stat.S_IRUSR


def test_what_does_not_look_like_a_report_is_not_overwritten(cati: Cati, loaded: Path, tmp_path: Path) -> None:
    before = loaded.read_bytes()
    command = ("report", "outcomes", "--format", "csv", "--database", loaded)
    assert cati(*command, "--output", loaded).code == 2
    assert loaded.read_bytes() == before
    other = tmp_path / "notes"
    other.write_text("mine")
    assert cati(*command, "--output", other).code == 2
    assert cati(*command, "--output", other, "--force").code == 0
    assert other.read_text() != "mine"


def test_a_place_that_cannot_be_written_to_is_bad_input(cati: Cati, loaded: Path, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none" / "outcomes.csv"):
        ran = cati("report", "outcomes", "--format", "csv", "--output", place, "--database", loaded)
        assert (ran.code, ran.out) == (2, "")


def test_a_setting_counts_contested_cases_otherwise(cati: Cati, loaded: Path) -> None:
    ran = cati("report", "rates", "--set", "unlocatable=unknown", "--format", "json", "--database", loaded)
    assert ran.json["settings"]["unlocatable"] == "unknown"
    assert cati("report", "rates", "--set", "unlocatable=maybe", "--database", loaded).code == 2

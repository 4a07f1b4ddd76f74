"""The reports of fieldwork as they are run: every format, days, breakdowns, mistakes; over a simulated fieldwork."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select, update
from tests.cli.conftest import Ran, run_cati

from cati.rehearsal import population_text, read_population
from cati.rehearsal.room import Agenda
from cati.rehearsal.simulation import Simulation
from cati.reports import FORMATS
from cati.storage import backup, open_store, tables
from cati.storage.scratch import scratch_store
from cati.studies import load_study

REPORTS = ("calls", "interviewers", "lengths", "appointments", "progress")
NOW = "2019-11-21T12:00"


@contextmanager
def rehearsed(cases: int, days: int) -> Iterator[Any]:
    """The store of a fieldwork of the panel that has gone on for so many days."""
    study = load_study("wave2")
    population = read_population(*population_text("panel"))
    agenda = Agenda(datetime.combine(study.fieldwork_start, time(), study.timezone).astimezone(UTC))
    with scratch_store(lambda: agenda.now) as store:
        share = 2.5 * cases / population.sample
        simulation = Simulation(store, study, population, agenda, seed=1, cases=cases, share=share)
        simulation.days = days
        simulation.run()
        yield store


@pytest.fixture(scope="module")
def fieldwork(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database ten days into the fieldwork of 60 people."""
    path = tmp_path_factory.mktemp("fieldwork") / "fieldwork.db"
    with rehearsed(60, 10) as store:
        backup(store, path)
    return path


@pytest.fixture
def report(fieldwork: Path) -> Callable[..., Ran]:
    """Runs a report of it."""

    def run(*arguments: str | Path, now: str = NOW) -> Ran:
        return run_cati("report", *arguments, "--database", fieldwork, "--now", now)

    return run


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_says_when_from_where_and_under_which_definitions(report: Callable[..., Ran], name: str) -> None:
    ran = report(name)
    assert ran.code == 0
    assert "Made 21 November 2019, 12:00 GMT." in ran.out
    assert "fieldwork.db" in ran.out
    assert "Outcome scheme wave2 version" in ran.out
    assert "Europe/London" in ran.out
    assert "\x1b" not in ran.out


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_every_format(report: Callable[..., Ran], name: str, form: str, tmp_path: Path) -> None:
    file = tmp_path / f"{name}.{form}"
    ran = report(name, "--format", form, "--output", file)
    assert (ran.code, ran.out) == (0, "")
    data = file.read_bytes()
    if form == "json":
        assert json.loads(data)["scheme"]["id"] == "wave2"
    elif form == "csv":
        widths = {len(line) for line in csv.reader(io.StringIO(data.decode()))}
        assert min(widths) > 5
    elif form == "xlsx":
        book = load_workbook(io.BytesIO(data))
        assert all(sheet.max_row >= 4 for sheet in book.worksheets)
    elif form == "html":
        page = data.decode()
        assert "<script" not in page
        assert "http" not in page
        for drawn in page.split("<svg")[1:]:
            ElementTree.fromstring("<svg" + drawn.split("</svg>")[0] + "</svg>")
        assert ("<svg" in page) == (name != "appointments")
    else:
        assert len(data) > 500


def test_hours_days_attempts_and_people_add_up(report: Callable[..., Ran]) -> None:
    found = report("calls", "--by", "interviewer", "--format", "json").json
    total = found["total"]
    assert total["calls"] > 100
    for key in ("hours", "days", "week", "attempts"):
        assert sum(row["calls"] for row in found[key]) == total["calls"], key
        assert sum(row["completes"] for row in found[key]) == total["completes"], key
    assert sum(row["calls"] for row in found["by"]["values"]) == total["calls"]
    assert sum(found["to_complete"]["completes_by_attempt"].values()) == total["completes"]
    people = report("interviewers", "--format", "json").json
    assert sum(one["calls"] for one in people["interviewers"]) == people["total"]["calls"] == total["calls"]
    assert people["total"]["expected_completes"] == pytest.approx(total["completes"])
    assert sum(one["expected_completes"] for one in people["interviewers"]) == pytest.approx(total["completes"])
    progress = report("progress", "--format", "json").json
    assert progress["completes"] == total["completes"] == report("lengths", "--format", "json").json["seconds"]["n"]


def test_the_table_of_outcomes_and_progress_agree(report: Callable[..., Ran]) -> None:
    rates = report("rates", "--format", "json").json
    last = report("progress", "--format", "json").json["days"][-1]["rates"]
    assert last["telephone_response"] == rates["telephone_response"]
    assert last["adjusted_response"] == rates["adjusted_response"]


def test_every_key_of_the_interviewers_json_is_documented(report: Callable[..., Ran]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "fieldwork_reports.md").read_text(encoding="utf-8")
    found = report("interviewers", "--format", "json").json
    total = found["total"]
    nested = ("length_seconds", "appointments", "not_counted", "came_as", "kinds")
    keys = {*found, *total, *(key for name in nested for key in total[name])}
    assert {key for key in keys if f"`{key}`" not in text} == set()


def test_days_outside_the_period_are_left_out_and_the_periods_add_up(report: Callable[..., Ran]) -> None:
    whole = report("calls", "--format", "json").json
    first = report("calls", "--to", "2019-11-14", "--format", "json").json
    rest = report("calls", "--from", "2019-11-15", "--format", "json").json
    assert first["total"]["calls"] + rest["total"]["calls"] == whole["total"]["calls"]
    assert max(day["day"] for day in first["days"]) <= "2019-11-14" < min(day["day"] for day in rest["days"])
    assert (first["from"], first["to"]) == (None, "2019-11-14")
    nothing = report("interviewers", "--from", "2020-01-01")
    assert nothing.code == 0
    assert "1 January 2020" not in nothing.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("calls", "--from", "yesterday"), "--from yesterday: give a day"),
        (("calls", "--from", "2019-11-20", "--to", "2019-11-19"), "before it begins"),
        (("calls", "--by", "regoin"), "region"),
        (("lengths", "--by", "regoin"), "region"),
        (("appointments", "--by", "interviwer"), "interviwer"),
        (("progress", "--by", "regoin"), "region"),
        (("lengths", "--speeding", "2"), "--speeding"),
        (("progress", "--seed", "x"), "--seed"),
    ],
)
def test_mistakes_are_told_and_nothing_is_printed(
    report: Callable[..., Ran], arguments: tuple[str, ...], said: str
) -> None:
    ran = report(*arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_a_forecast_is_within_what_is_possible_and_the_same_seed_says_the_same(report: Callable[..., Ran]) -> None:
    found = report("progress", "--format", "json", "--seed", "5").json
    ahead = found["forecast"]
    assert found["completes"] <= ahead["completes"]["low"] <= ahead["completes"]["middle"] <= ahead["completes"]["high"]
    assert ahead["completes"]["high"] <= ahead["issued"] == found["issued"]
    assert ahead["path"][0]["day"] == "2019-11-21"
    assert ahead["path"][-1]["day"] <= "2020-01-07"
    assert report("progress", "--format", "json", "--seed", "5").json["forecast"] == ahead
    text = report("progress").out
    assert "Where fieldwork is likely to end" in text
    assert "├" in text


def test_it_says_why_there_is_no_forecast(report: Callable[..., Ran], tmp_path: Path) -> None:
    over = report("progress", now="2020-02-01T09:00")
    assert "there is nothing left to forecast" in over.out
    empty = tmp_path / "empty.db"
    assert run_cati("init", "wave2", "--database", empty).code == 0
    early = run_cati("report", "progress", "--database", empty, "--now", "2019-11-12T10:00")
    assert (early.code, "Too little is known yet" in early.out) == (0, True)
    before = run_cati("report", "progress", "--database", empty, "--now", "2019-10-12T10:00")
    assert "Fieldwork only starts on 2019-11-11" in before.out


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("form", ["html", "xlsx"])
def test_an_empty_database_makes_every_report(tmp_path: Path, empty: Path, name: str, form: str) -> None:
    file = tmp_path / "report"
    ran = run_cati("report", name, "--format", form, "--output", file, "--database", empty, "--now", NOW)
    assert (ran.code, ran.err) == (0, "")
    assert file.stat().st_size > 40


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the study and nobody in it."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    assert run_cati("init", "wave2", "--database", path).code == 0
    return path


def test_an_interviewer_whose_name_would_do_harm_is_shown_and_does_none(fieldwork: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(fieldwork, tmp_path / "copy.db"))
    store = open_store(str(path))
    with store.write() as connection:
        who = connection.execute(select(func.min(tables.call.c.interviewer_id))).scalar_one()
        named = update(tables.interviewer).where(tables.interviewer.c.id == who)
        connection.execute(named.values(name="=[red]\x1b[31m<b>"))
    store.close()
    for form in ("text", "markdown", "html", "csv"):
        ran = run_cati("report", "interviewers", "--format", form, "--database", path, "--now", NOW)
        assert ran.code == 0
        assert "\x1b" not in ran.out
        if form == "markdown":  # in a block of code nothing is markup
            assert "<b>" not in re.sub(r"```.*?```", "", ran.out, flags=re.DOTALL)
        if form == "html":
            assert "<b>" not in ran.out
        if form == "csv":
            assert "'=[red]" in ran.out


def test_the_time_zone_of_the_reports_is_the_studys(report: Callable[..., Ran]) -> None:
    found = report("calls", "--format", "json").json
    assert found["timezone"] == "Europe/London"
    assert {row["hour"] for row in found["hours"]} <= set(range(9, 21))


def test_times_are_told_as_seconds_in_json_and_minutes_for_people(report: Callable[..., Ran]) -> None:
    seconds = report("lengths", "--format", "json").json["seconds"]["median"]
    assert 200 < seconds < 1500
    assert f"{seconds / 60:.1f}" in report("lengths").out


@pytest.mark.parametrize("days", [("--to", "9999-12-31"), ("--from", "0001-01-01")])
def test_a_period_may_reach_to_either_end_of_the_calendar(report: Callable[..., Ran], days: tuple[str, str]) -> None:
    told = report("calls", *days, "--format", "json")
    assert told.code == 0
    assert json.loads(told.out)["total"] == json.loads(report("calls", "--format", "json").out)["total"]

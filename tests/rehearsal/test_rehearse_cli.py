"""`cati fieldwork rehearse`, as it is run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cati.cli import main, rehearse_fieldwork
from cati.errors import InputError
from cati.rehearsal import ORDERS, Job

Run = Callable[..., tuple[int, str, str]]
SMALL = ("--cases", "20", "--weeks", "1", "--hours", "50", "--seed", "3")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `cati fieldwork rehearse …`: exit code, stdout, stderr. Nobody's database may be touched."""
    monkeypatch.setenv("CATI_DATABASE", str(tmp_path / "never.db"))
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: str) -> tuple[int, str, str]:
        code = main(["fieldwork", "rehearse", *arguments])
        said = capsys.readouterr()
        assert not (tmp_path / "never.db").exists()
        return code, said.out, said.err

    return ran


@pytest.fixture
def other_rules(tmp_path: Path) -> Path:
    """The study's rules, but with a day's wait after a no reply."""
    text = (Path(__file__).resolve().parents[2] / "src/cati/studies/wave2/calling.yaml").read_text(encoding="utf-8")
    assert "no_reply: {after: [180, 240, 1440]" in text
    path = tmp_path / "slow.yaml"
    path.write_text(text.replace("no_reply: {after: [180, 240, 1440]", "no_reply: {after: [2880]"), encoding="utf-8")
    return path


def test_the_orders_that_the_command_takes_are_those_that_there_are() -> None:
    assert rehearse_fieldwork._ORDERS == ORDERS


def test_one_rehearsal_is_told_in_full(run: Run) -> None:
    code, out, err = run("wave2", *SMALL)
    assert code == 0
    for heading in ("at the end of each week", "What it took", "Attempts to complete", "Calls by part of the week"):
        assert heading in out
    assert "17 Nov" in out
    assert "Seed 3. 20 cases" in out
    assert "simulates 20 cases over 7 days of fieldwork with" in err
    assert "1 run (1 seed, 1 variant).\n" in err
    assert "not forecast" in out.replace("\n", " ")
    assert "Traceback" not in err


def test_the_same_arguments_give_the_same_json_to_the_byte_in_any_number_of_processes(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = ["--cases", "12", "--weeks", "1", "--hours", "30", "--seed", "3", "--seeds", "2", "--json"]
    arguments += ["--order", "cati", "--order", "random"]
    monkeypatch.setattr("cati.rehearsal.usual_processes", lambda: 2)
    first = run("wave2", *arguments)
    monkeypatch.setattr("cati.rehearsal.usual_processes", lambda: 1)
    assert first[:2] == run("wave2", *arguments)[:2]
    data: dict[str, Any] = json.loads(first[1])
    assert data["seeds"] == [3, 4]
    assert [each["order"] for each in data["variants"]] == ["cati", "random"]
    assert data["population"]["sources"]["people"]
    completes = [[found["completes"] for found in each["findings"]] for each in data["variants"]]
    (made,) = (each for each in data["differences"] if each["measure"] == "completes")
    assert made["mean"] == pytest.approx(sum(completes[1]) / 2 - sum(completes[0]) / 2)
    assert made["low"] <= made["mean"] <= made["high"]


def test_two_rule_files_stand_side_by_side(run: Run, other_rules: Path) -> None:
    own = str(other_rules.with_name("own.yaml"))
    text = other_rules.read_text(encoding="utf-8").replace("[2880]", "[180]")
    Path(own).write_text(text, encoding="utf-8")
    code, out, _ = run("wave2", *SMALL, "--rules", own, "--rules", str(other_rules), "--format", "json")
    assert code == 0
    data = json.loads(out)
    assert [each["rules"] for each in data["variants"]] == [own, str(other_rules)]
    one, other = (each["findings"][0] for each in data["variants"])
    assert one["hours"] == other["hours"]
    assert one["calls"] > other["calls"]  # who waits two days after a no reply makes fewer calls


@pytest.mark.parametrize("few", [("--cases", "60"), ("--cases", "20", "--hours", "5"), ("--cases", "1")])
def test_with_too_few_hours_for_anybody_one_interviewer_is_on_the_first_shift(run: Run, few: tuple[str, ...]) -> None:
    code, out, err = run("wave2", "--weeks", "1", *few, "--json")
    assert code == 0
    assert json.loads(out)["interviewer_hours"] == 8.5
    assert "with 8 interviewer hours" in err


def test_how_long_it_will_be_is_said_before_it_begins(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(jobs: list[Job], **_: Any) -> None:
        assert {job.cases for job in jobs} == {1000}
        raise InputError("that is enough")

    monkeypatch.setattr("cati.rehearsal.run_all", refuse)
    code, _, err = run("wave2", "--seeds", "20", "--order", "all")
    said = " ".join(err.split())
    assert code == 2
    assert "simulates 1,000 cases over 58 days of fieldwork with 724 interviewer hours: 80 runs" in said
    assert "(20 seeds, 4 variants). All 2,751 cases of the population: --cases 2751. Sooner done: --cases 300." in said


def test_a_report_goes_to_a_file_in_the_format_of_its_name(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "trial.html"
    assert run("wave2", *SMALL, "--output", str(page))[:2] == (0, "")
    assert "<table" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("wave3",), "no study here"),
        (("wave2", "--population", "panels"), "no population here. Name panel or cold"),
        (("wave2", "--rules", "none.yaml"), "none.yaml: cannot be read"),
        (("wave2", "--rules", "bad.yaml"), "bad.yaml:1: timezone: missing"),
        (("wave2", "--rules", "strange.yaml"), "`no_answer` is not an outcome"),
        (("wave2", "--population", "mine.yaml"), "mine.yaml:1: titel: unknown key"),
        (("wave2", "--hours", "many"), "--hours many: give a share such as 40%"),
        (("wave2", "--hours", "0%"), "--hours 0%: give a share"),
        (("wave2", "--seeds", "0"), "0 is not in the range"),
        (("wave2", "--order", "alphabetical"), "is not one of"),
    ],
)
def test_mistakes_are_told_with_exit_code_2(run: Run, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    own = Path(__file__).resolve().parents[2] / "src/cati/studies/wave2/calling.yaml"
    text = own.read_text(encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("fieldwork: {start: 2019-11-11, end: 2020-01-07}\n", encoding="utf-8")
    (tmp_path / "strange.yaml").write_text(text.replace("  suspended: {", "  no_answer: {"), encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("titel: x\n", encoding="utf-8")
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert told in err
    assert "Traceback" not in err

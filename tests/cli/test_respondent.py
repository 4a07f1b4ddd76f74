"""`cati respondent …` and `cati opt-out …` as they are run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pexpect
import pytest

Cati = Callable[..., Any]
NOW = ("--now", "2026-11-24T12:00")


def interviewed(cati: Cati, database: Path) -> str:
    """The serial of somebody who was interviewed in the demonstration."""
    data = cati("report", "outcomes", "--cases", "completed", "--format", "json", "--database", database).json
    return str(next(iter(data["cases"]))["serial"])


def test_copy_amend_and_withdraw_from_beginning_to_end(cati: Cati, demonstration: Path) -> None:
    at = ("--database", demonstration, *NOW)
    serial = interviewed(cati, demonstration)
    name = cati("case", "show", serial, "--json", *at).json["name"]
    told = cati("respondent", "request", serial, "withdraw", "--received", "2026-11-03", "--reason", "letter", *at)
    assert "due by 2026-12-03" in told.out
    copied = cati("respondent", "copy", serial, *at)
    assert (copied.code, name in copied.out) == (0, True)
    assert cati("respondent", "copy", serial, "--json", *at).json["sample"]["name"] == name
    listed = cati("respondent", "requests", "--json", *at).json["requests"]
    assert [(each["serial"], each["kind"], each["state"], each["due_on"]) for each in listed] == [
        (serial, "withdraw", "open", "2026-12-03")
    ]
    before = cati("report", "outcomes", "--format", "json", *at).json["rows"]
    done = cati("respondent", "withdraw", serial, "--json", *at)
    assert done.code == 0
    assert (done.json["outcome"], done.json["due_on"], done.json["left_over"]) == ("completed", "2026-12-03", "")
    assert "backup" in done.err
    assert cati("report", "outcomes", "--format", "json", *at).json["rows"] == before
    assert name not in cati("respondent", "copy", serial, *at).out
    assert name.encode() not in demonstration.read_bytes()
    assert cati("verify", "--database", demonstration).code == 0
    listed = cati("respondent", "requests", "--format", "csv", *at)
    assert "done,data erased" in listed.out


def test_on_a_terminal_the_reason_is_asked_for_and_whether_it_is_meant(cati: Cati, demonstration: Path) -> None:
    at = ("--database", str(demonstration), *NOW)
    for answer, state in (("n", "nothing was changed"), ("y", "erased")):
        command = ["-m", "cati", "respondent", "withdraw", "200021", *at]
        with pexpect.spawn(sys.executable, command, encoding="utf-8") as terminal:
            terminal.expect("How and when was it said")
            terminal.sendline("rang on Tuesday")
            terminal.expect("Erase case 200021")
            terminal.sendline(answer)
            terminal.expect(state)
            terminal.expect(pexpect.EOF)
        assert (cati("case", "show", "200021", "--json", *at).json["name"] == "") == (answer == "y")


def test_an_answer_is_amended_and_what_follows_is_told(cati: Cati, demonstration: Path) -> None:
    at = ("--database", demonstration, *NOW)
    serial = interviewed(cati, demonstration)
    told = cati("respondent", "amend", serial, "F1", "6", "--reason", "rang", *at)
    if told.code == 2:  # this respondent said so already
        told = cati("respondent", "amend", serial, "F1", "1", "--reason", "rang", *at)
    assert told.code == 0
    assert f"Case {serial}, F1 (telephone):" in told.out
    wrong = cati("respondent", "amend", serial, "F1", "99", "--reason", "rang", *at)
    assert (wrong.code, wrong.out) == (2, "")
    assert "there is no code 99" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("withdraw", "A1", "--reason", "x", "--received", "Tuesday", "--yes"), "this is no day"),
        (("withdraw", "A1", "--reason", "x", "--received", "2027-01-01", "--yes"), "still to come"),
        (("withdraw", "Z9", "--reason", "x", "--yes"), "There is no case 'Z9'"),
        (("copy", "Z9"), "There is no case 'Z9'"),
        (("request", "A1", "forget"), "is not one of"),
    ],
)
def test_mistakes_are_told_and_change_nothing(cati: Cati, loaded: Path, arguments: tuple[str, ...], why: str) -> None:
    ran = cati("respondent", *arguments, "--database", loaded, *NOW)
    assert (ran.code, ran.out) == (2, "")
    assert why in ran.err
    assert "Traceback" not in ran.err
    assert cati("respondent", "requests", "--json", "--database", loaded, *NOW).json == {"requests": []}


def test_the_opt_out_list_is_heeded_by_the_next_sample(cati: Cati, loaded: Path, tmp_path: Path) -> None:
    at = ("--database", loaded, *NOW)
    added = cati("opt-out", "add", "--phone", "01632 960001", "--reason", "rang", *at)
    assert "Not called any more: A1" in added.out
    sample = tmp_path / "next.csv"
    sample.write_text(
        "serial,name,phone,batch\nN1,Ann Other,01632 960001,two\nN2,Bob,01632 960777,two\n", encoding="utf-8"
    )
    tried = cati("sample", "load", sample, "--dry-run", "--json", *at)
    assert "1 would be loaded but not called, being on the opt-out list: N1" in tried.err
    ran = cati("sample", "load", sample, "--json", *at)
    assert tried.json == ran.json
    assert (ran.code, ran.json["loaded"], ran.json["opted_out"]) == (0, 2, ["N1"])
    assert "on the opt-out list: N1" in ran.err
    why = cati("fieldwork", "explain", "N1", "--json", *at).json
    assert (why["may_be_called"], why["why"]) == (False, "On the opt-out list (by telephone number).")
    assert cati("opt-out", "list", "--json", *at).json == {"phone": 1, "email": 0, "person": 0}
    removed = cati("opt-out", "remove", "--phone", "01632960001", "--reason", "by mistake", *at)
    assert "A1, N1" in removed.out
    by_serial = cati("opt-out", "add", "--serial", "A2", "--reason", "letter", *at)
    assert by_serial.code == 0
    assert cati("opt-out", "add", "--reason", "x", *at).code == 2
    assert cati("opt-out", "add", "--serial", "A2", "--phone", "1", "--reason", "x", *at).code == 2


def test_names_made_to_do_harm_are_shown_literally(cati: Cati, loaded: Path) -> None:
    shown = cati("respondent", "copy", "A2", "--database", loaded, *NOW).out
    assert "\x1b" not in shown
    assert "[/x]" in shown

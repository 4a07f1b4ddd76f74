"""Repairs on the command line: looked at, done, logged and taken back; and the outbox, messages and shift notes."""

from __future__ import annotations

import csv
import io
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import pytest

from cati import desk
from cati.desk import EmailRequest, Result
from cati.storage import open_store

from .conftest import Cati, run_cati

NOW = "2019-11-19T10:01"


@pytest.fixture(scope="module")
def _called(_installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("called")
    path = Path(shutil.copy(_installed, folder))
    sample = folder / "sample.csv"
    sample.write_text("serial,name,phone\nA1,Ann,01632 960001\nA2,B,01632 960002\nA3,C,01632 960003\n")
    assert run_cati("sample", "load", sample, "--database", path, "--now", "2019-11-19T09:00").code == 0
    store = open_store(str(path), clock=lambda: datetime(2019, 11, 19, 10, tzinfo=UTC))
    try:
        study = desk.open_study(store)
        ann = desk.sign_in(store, "Ann")
        harm = EmailRequest("=cmd|' /C calc'!A0@example.org", "online_link")
        for serial, result in (("A1", Result("refusal")), ("A2", Result("online_requested", email=harm))):
            delivery = desk.take_case(store, study, ann, serial)
            made = desk.start_call(store, study, delivery.hold, delivery.card.next_number)
            desk.close_call(store, study, delivery.hold, made, result)
        delivery = desk.take_case(store, study, ann, "A3")
        desk.start_call(store, study, delivery.hold, delivery.card.next_number)
    finally:
        store.close()
    return path


@pytest.fixture
def called(_called: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three people: A1 refused, A2 asked for the link (to an address that does harm), A3 is in Ann's hands."""
    path = Path(shutil.copy(_called, tmp_path))
    monkeypatch.setenv("CATI_DATABASE", str(path))
    return path


@pytest.fixture
def cati() -> Cati:
    """The program a minute later."""
    return lambda *arguments, stdin=b"": run_cati(*arguments, "--now", NOW, stdin=stdin)


def test_a_repair_is_looked_at_done_logged_and_taken_back(called: Path, cati: Cati) -> None:
    del called
    repair = ("case", "reopen", "A1", "--reason", "a soft one", "--json")
    foreseen = cati(*repair, "--dry-run")
    assert (foreseen.code, foreseen.json["dry_run"], foreseen.json["id"]) == (0, True, None)
    assert foreseen.json["outcome_after"] == "not_called"
    refusals = next(row for row in foreseen.json["rows"] if row["key"] == "refusals")
    assert (refusals["before"], refusals["after"]) == (1, 0)
    assert "nothing of case A1 was ever changed" in cati("case", "log", "A1").err
    done = cati(*repair).json
    assert {**done, "id": None, "at": None} == {**foreseen.json, "at": None, "dry_run": False}
    shown = cati("case", "undo", "A1", "--reason", "the wrong case").out
    assert "Outcome  Not called yet → Refusal" in shown
    assert "Table    Refusals: 0 → 1" in shown
    log = cati("case", "log", "A1", "--json").json
    assert [(line["what"], line["why"], line["undone_by"], line["can_be_undone"]) for line in log] == [
        ("case: reopened", "a soft one", log[1]["id"], False),
        ("case: undone: reopened", "the wrong case", None, False),
    ]
    assert "taken back since" in cati("case", "log", "A1").out


WRONG = (
    (("recode", "A1", "engaged"), "Give --reason"),
    (("recode", "A1", "engagd", "--reason", "x"), "Did you mean engaged"),
    (("recode", "A1", "hard_appointment", "--reason", "x"), "Give the day and time"),
    (("recode", "A1", "hard_appointment", "--at", "tomorrow", "--reason", "x"), "is not a time"),
    (("recode", "A1", "engaged", "--until", "2030-01-01T10:00", "--reason", "x"), "--until needs"),
    (("recode", "A1", "completed", "--reason", "x"), "stop at S1"),
    (("recode", "ZZ", "engaged", "--reason", "x"), "no case 'ZZ'"),
    (("release", "A1", "--reason", "x"), "in nobody's hands"),
    (("recode", "A3", "engaged", "--reason", "x"), "in the hands of Ann, in a call since 10:00"),
    (("number", "add", "A1", "[/b]\x1b[31m", "--reason", "x"), "is not taken as a number"),
    (("undo", "A1", "--reason", "x"), "No repair of case A1"),
)


def test_what_cannot_be_repaired_says_why(called: Path, cati: Cati) -> None:
    del called
    for arguments, why in WRONG:
        ran = cati("case", *arguments)
        assert (ran.code, ran.out) == (2, ""), arguments
        assert why in ran.err
        assert "\x1b" not in ran.err


def test_on_a_terminal_a_repair_is_shown_and_asked_for(called: Path, cati: Cati) -> None:
    command = ["-m", "cati", "case", "reopen", "A1", "--database", str(called), "--now", NOW]
    environment = {**os.environ, "CATI_DATABASE": str(called)}
    for answer, ends in (("n", "nothing was changed"), ("y", "to take it back")):
        with pexpect.spawn(sys.executable, command, env=environment, encoding="utf-8") as terminal:
            terminal.expect("Reason: ")
            terminal.sendline("try once more")
            terminal.expect("Refusals: 1 → 0")
            terminal.expect("Do it?")
            terminal.sendline(answer)
            terminal.expect(ends)
            terminal.expect(pexpect.EOF)
        assert len(cati("case", "log", "A1", "--json").json if answer == "y" else []) == (answer == "y")


def test_a_case_is_released_with_a_word_to_whoever_asks(called: Path, cati: Cati) -> None:
    del called
    ran = cati("case", "release", "A3", "--reason", "her console has died")
    assert ran.code == 0
    assert "Case A3: released: Ann" in ran.out
    assert "it will count as interrupted" in ran.out
    assert "Call 1" in cati("case", "show", "A3").out


def test_promised_emails_are_listed_exported_and_sent_once(called: Path, cati: Cati, tmp_path: Path) -> None:
    del called
    (listed,) = cati("outbox", "list", "--json").json
    assert (listed["serial"], listed["kind"], listed["state"]) == ("A2", "online_link", "waiting")
    assert "\x1b" not in cati("outbox", "list").out
    file = tmp_path / "links.csv"
    assert cati("outbox", "export", "online_link", "--output", tmp_path / "no" / "links.csv").code == 2
    assert cati("outbox", "list", "--state", "waiting", "--json").json != [], "what was not written still waits"
    ran = cati("outbox", "export", "online_link", "--output", file)
    assert (ran.code, ran.out) == (0, "")
    (row,) = csv.DictReader(io.StringIO(file.read_text(encoding="utf-8")))
    assert row["address"].startswith("'=cmd"), "no spreadsheet takes it for a formula"
    again = cati("outbox", "export", "online_link")
    assert (again.code, again.out, "no e-mail of this kind waits" in again.err) == (0, "", True)
    assert cati("outbox", "sent").code == 2
    assert cati("outbox", "sent", "--exported").out == "1 e-mail marked as sent.\n"
    assert "not once more" in cati("outbox", "sent", str(listed["id"])).err
    assert "waiting" in cati("outbox", "unsent", str(listed["id"]), "--reason", "it came back").out
    log = [line["what"].partition(": ")[2] for line in cati("case", "log", "A2", "--json").json]
    assert log == ["exported", "not exported after all", "exported", "sent", "not sent after all"]


def test_messages_and_notes_are_written_and_read(called: Path, cati: Cati) -> None:
    del called
    assert cati("message", "send", "Ann", "A1 rang back [/b]").out == "Sent to Ann.\n"
    assert cati("message", "send", "--all", "Tea").out == "Sent to Ann.\n"
    for wrong in (("Tea",), ("--all", "Ann", "Tea"), ("Anne", "Tea"), ("Ann", " ")):
        assert cati("message", "send", *wrong).code == 2
    assert [each["text"] for each in cati("message", "list", "--unread", "--json").json] == ["Tea", "A1 rang back [/b]"]
    assert "administrator to Ann: Tea (not read yet)" in cati("message", "list").out
    assert cati("shift", "note", "A1 wants Bob").code == 0
    assert cati("shift", "note", "").code == 2
    assert cati("shift", "note", "Leeds has moved").code == 0
    assert [each["text"] for each in cati("shift", "notes", "--json").json] == ["Leeds has moved", "A1 wants Bob"]
    assert "A1 wants Bob" not in cati("shift", "notes", "--last", "1").out

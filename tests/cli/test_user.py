"""People, roles and PINs on the command line; and that no command lets anybody do what they may not."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Any

import pexpect
import pytest

from cati.cli.registry import commands
from cati.desk import ACTS

from .conftest import Cati

pytestmark = pytest.mark.usefixtures("quick_pins")

# Each act by the commands that do it. A command that is in no list, here or below, fails a test, and so does an act.
ACTING: dict[str, list[list[str]]] = {
    "user add": [["user", "add", "Eve"]],
    "user disable": [["user", "disable", "Bob"]],
    "user enable": [["user", "enable", "Bob"]],
    "user pin": [["user", "pin", "Bob", "--remove"]],
    "user role": [["user", "role", "Ann", "administrator"]],
    "study install": [["init", "wave2", "--until", "2020-02-01"]],
    "sample load": [["sample", "load", "FILE"]],
    "sample issue": [["sample", "issue", "--all"]],
    "sample hold": [["sample", "hold", "--all"]],
    "online load": [["online", "load", "FILE"]],
    "release": [["case", "release", "A1", "--reason", "x"]],
    "reassign": [["case", "reassign", "A1", "Bob", "--reason", "x"]],
    "recode": [["case", "recode", "A1", "refusal", "--reason", "x"]],
    "reopen": [["case", "reopen", "A1", "--reason", "x"]],
    "opt out": [["case", "opt-out", "A1", "--reason", "x"]],
    "number add": [["case", "number", "add", "A1", "01632 960099", "--reason", "x"]],
    "number correct": [["case", "number", "correct", "A1", "01632 960001", "01632 960099", "--reason", "x"]],
    "number mark": [["case", "number", "mark", "A1", "01632 960001", "dead", "--reason", "x"]],
    "appointment move": [["case", "appointment", "move", "A1", "2030-01-01T10:00", "--reason", "x"]],
    "appointment cancel": [["case", "appointment", "cancel", "A1", "--reason", "x"]],
    "undo": [["case", "undo", "A1", "--reason", "x"]],
    "outbox export": [["outbox", "export", "online_link"]],
    "outbox sent": [["outbox", "sent", "1"]],
    "outbox unsent": [["outbox", "unsent", "1", "--reason", "x"]],
    "respondent copy": [["respondent", "copy", "A1"]],
    "respondent request": [["respondent", "request", "A1", "copy"]],
    "respondent amend": [["respondent", "amend", "A1", "B1", "1", "--reason", "x"]],
    "respondent withdraw": [["respondent", "withdraw", "A1", "--reason", "x", "--yes"]],
    "opt-out list": [
        ["opt-out", "add", "--phone", "01632 960001", "--reason", "x"],
        ["opt-out", "remove", "--phone", "01632 960001", "--reason", "x"],
    ],
    "export": [["export", "FOLDER"]],
    "purge": [["purge", "--older-than", "30", "--yes"]],
    "message": [["message", "send", "Bob", "psst"]],
    "shift note": [["shift", "note", "psst"]],
}
ON_A_SCREEN = {"supervise", "listening", "back check"}
"""Acts that no command does without a screen: tried at the desk itself, in tests/desk/test_roles.py."""

FOR_EVERYBODY = {
    "demo", "study new", "console", "sample counts", "case show", "case log", "fieldwork explain", "fieldwork rehearse",
    "merge", "outcomes table", "outcomes rates", "outcomes margin", "questionnaire check", "questionnaire walk",
    "questionnaire rehearse", "questionnaire show", "questionnaire export", "outbox list", "message list",
    "shift notes", "user list", "respondent requests", "opt-out list", "backup", "verify",
}  # fmt: skip
"""What only reads, and what has no database or one of its own."""


@pytest.fixture
def desk(loaded: Path, cati: Cati, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database with three people in its sample, an interviewer Ann, and Bob; open."""
    monkeypatch.setenv("CATI_DATABASE", str(loaded))
    for name in ("CATI_USER", "CATI_PIN", "CATI_PIN_NEW"):
        monkeypatch.delenv(name, raising=False)
    assert cati("user", "add", "Ann").code == 0
    assert cati("user", "add", "Bob").code == 0
    return loaded


@pytest.fixture
def locked(desk: Path, cati: Cati, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, locked: Ann and the administrator have PINs, Bob has none."""
    monkeypatch.setenv("CATI_PIN_NEW", "s3cret!")
    assert cati("user", "pin", "administrator").code == 0
    monkeypatch.setenv("CATI_USER", "administrator")
    monkeypatch.setenv("CATI_PIN", "s3cret!")
    monkeypatch.setenv("CATI_PIN_NEW", "anns own")
    assert cati("user", "pin", "Ann").code == 0
    for name in ("CATI_USER", "CATI_PIN", "CATI_PIN_NEW"):
        monkeypatch.delenv(name)
    return desk


def test_every_command_and_every_act_is_accounted_for() -> None:
    assert set(ACTING) | ON_A_SCREEN == set(ACTS)
    named = {" ".join(path) for path, _ in commands()}
    doing = {" ".join(each) for every in ACTING.values() for each in every}
    reading = {name for name in named if name in FOR_EVERYBODY or name.startswith("report ")}
    missing = {name for name in named - reading - ON_A_SCREEN if not any(line.startswith(f"{name} ") for line in doing)}
    assert missing == set()


def test_an_interviewer_gets_no_command_past_the_desk(
    locked: Path, cati: Cati, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "more.csv"
    file.write_text("serial,name,status\nA9,Nobody,complete\n", encoding="utf-8")
    monkeypatch.setenv("CATI_PIN", "anns own")
    for act, lines in ACTING.items():
        for line in lines:
            arguments = [{"FILE": str(file), "FOLDER": str(tmp_path / "out")}.get(each, each) for each in line]
            ran = cati(*arguments, "--user", "Ann")
            assert (ran.code, ran.out) == (2, ""), line
            assert f"may {ACTS[act].words}; Ann is an interviewer" in ran.err, line
    assert not (tmp_path / "out").exists()
    assert cati("verify", "--database", locked).code == 0


def test_a_named_users_role_is_heeded_in_an_open_desk_too(
    desk: Path, cati: Cati, monkeypatch: pytest.MonkeyPatch
) -> None:
    del desk
    refused = cati("case", "recode", "A1", "refusal", "--reason", "x", "--user", "ann")
    assert (refused.code, refused.out) == (2, "")
    assert "Only a supervisor (or an administrator) may recode a call; Ann is an interviewer." in refused.err
    monkeypatch.setenv("CATI_USER", "Ann")
    assert cati("user", "add", "Eve").code == 2
    assert cati("user", "add", "Eve", "--user", "administrator").code == 0, "the option outranks the environment"
    assert "nobody called 'Zoe'" in cati("user", "add", "Y", "--user", "Zoe").err


def test_a_locked_desk_asks_who_acts_and_for_the_pin(locked: Path, cati: Cati, monkeypatch: pytest.MonkeyPatch) -> None:
    del locked
    assert "say who you are with --user NAME" in cati("user", "add", "Eve").err
    assert "the PIN of administrator is needed" in cati("user", "add", "Eve", "--user", "administrator").err
    monkeypatch.setenv("CATI_PIN", "anns own")
    ran = cati("user", "add", "Eve", "--user", "administrator")
    assert (ran.code, ran.out) == (2, "")
    assert "That is not the PIN of administrator." in ran.err
    monkeypatch.setenv("CATI_PIN", "s3cret!")
    assert cati("user", "add", "Eve", "--user", "administrator").code == 0
    monkeypatch.delenv("CATI_PIN")
    for reading in (("user", "list"), ("case", "show", "A1"), ("case", "log", "A1"), ("report", "outcomes")):
        assert cati(*reading).code == 0


def test_no_clock_of_ones_own_shortens_the_wait_after_failed_sign_ins(
    locked: Path, cati: Cati, monkeypatch: pytest.MonkeyPatch
) -> None:
    del locked
    monkeypatch.setenv("CATI_PIN", "a guess")
    for _ in range(6):
        ran = cati("user", "add", "Eve", "--user", "administrator", "--now", "2030-01-01T10:00")
        assert ran.code == 2
    assert "Too many sign-ins of administrator failed" in ran.err
    assert "a guess" not in ran.err
    monkeypatch.setenv("CATI_PIN", "s3cret!")
    assert cati("user", "add", "Eve", "--user", "administrator", "--now", "2040-01-01T10:00").code == 2


def test_people_are_listed_with_what_they_may_do(locked: Path, cati: Cati) -> None:
    del locked
    found = cati("user", "list", "--json").json
    assert found["locked"] is True
    assert [(user["name"], user["role"], user["has_pin"]) for user in found["users"]] == [
        ("administrator", "administrator", True),
        ("Ann", "interviewer", True),
        ("Bob", "interviewer", False),
    ]
    assert "Bob            interviewer    no PIN" in cati("user", "list").out


def test_a_pin_is_given_on_no_command_line_and_told_nowhere(
    desk: Path, cati: Cati, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATI_PIN_NEW", "xyzzy-1")
    said = [cati("user", "pin", "Ann"), cati("user", "pin", "administrator"), cati("user", "list", "--json")]
    assert [ran.code for ran in said] == [2, 0, 0]
    monkeypatch.setenv("CATI_PIN_NEW", "xy")
    monkeypatch.setenv("CATI_PIN", "xyzzy-1")
    said.append(cati("user", "pin", "administrator", "--user", "administrator"))
    monkeypatch.delenv("CATI_PIN_NEW")
    said.append(cati("user", "pin", "administrator", "--user", "administrator"))
    assert "put it into CATI_PIN_NEW" in said[-1].err
    assert not [ran for ran in said if "xy" in ran.out + ran.err]
    assert b"xyzzy" not in desk.read_bytes()
    assert "No such option" in cati("user", "pin", "Ann", "--pin", "1234").err


def test_init_makes_the_administrator_and_says_that_the_desk_is_open(cati: Cati, tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    first = cati("init", "asye", "--administrator", "Ruth Field", "--database", path)
    assert first.code == 0
    assert "nobody has a PIN, so the desk is open" in first.err
    assert "cati user pin 'Ruth Field'" in first.err
    again = cati("init", "asye", "--administrator", "Somebody Else", "--database", path)
    assert again.out.startswith("Nothing to do")
    assert "open" not in again.err
    (user,) = cati("user", "list", "--json", "--database", path).json["users"]
    assert (user["name"], user["role"], user["has_pin"]) == ("Ruth Field", "administrator", False)


def test_init_takes_the_administrators_pin_from_the_environment(
    cati: Cati, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATI_DATABASE", str(tmp_path / "new.db"))
    monkeypatch.setenv("CATI_PIN", "s3cret!")
    ran = cati("init", "wave2")
    assert (ran.code, "the desk is locked" in ran.err) == (0, True)
    monkeypatch.delenv("CATI_PIN")
    assert cati("init", "wave2").out.startswith("Nothing to do")
    other = cati("init", "wave2", "--until", "2020-02-01")
    assert (other.code, other.out) == (2, "")
    monkeypatch.setenv("CATI_PIN", "s3cret!")
    assert cati("init", "wave2", "--until", "2020-02-01", "--user", "administrator").code == 0


@pytest.mark.parametrize(("typed", "locks"), [([""], False), (["a typo", "other", "s3cret!", "s3cret!"], True)])
def test_on_a_terminal_init_asks_for_the_pin_and_enter_leaves_the_desk_open(
    typed: list[str], locks: bool, tmp_path: Path, cati: Cati
) -> None:
    path = tmp_path / "new.db"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CATI")}
    with pexpect.spawn(
        sys.executable, ["-m", "cati", "init", "wave2", "--database", str(path)], env=environment, encoding="utf-8"
    ) as terminal:
        for at, each in enumerate(typed):
            terminal.expect("PIN or password for administrator" if at % 2 == 0 else "The same again")
            terminal.sendline(each)
        terminal.expect("the desk is (open|locked)|so the desk is open")
        terminal.expect(pexpect.EOF)
        shown = str(terminal.before)
    assert "s3cret" not in shown
    assert cati("user", "list", "--json", "--database", path).json["locked"] is locks


def test_the_line_mode_shows_no_pin_however_often_it_is_asked_for(locked: Path) -> None:
    command = ["-m", "cati", "console", "--plain", "--database", str(locked)]
    with pexpect.spawn(sys.executable, command, encoding="utf-8") as terminal:
        shown = io.StringIO()
        terminal.logfile_read = shown
        terminal.expect("Your name")
        terminal.sendline("ann")
        terminal.expect("PIN of ann")
        terminal.sendline("not hers")
        terminal.expect("That is not the PIN of Ann")
        terminal.expect("Your name")
        terminal.sendline("")
        terminal.sendline("ann")
        terminal.expect("PIN: ")
        terminal.sendline("anns own")
        terminal.expect("Ready, Ann")
        terminal.sendline("/quit")
        terminal.sendline("")
        terminal.expect(pexpect.EOF)
    assert "not hers" not in shown.getvalue()
    assert "anns own" not in shown.getvalue()


def test_an_older_databases_names_become_interviewers(tmp_path: Path, cati: Cati) -> None:
    import sqlite3

    from cati.storage import init_database, open_store
    from cati.storage.migrations import configuration

    path = tmp_path / "old.db"
    init_database(str(path))
    _downgrade(path, "0002", configuration)
    with sqlite3.connect(path) as connection:
        connection.execute(
            "INSERT INTO interviewer (name, name_key, created_at) VALUES ('Ann', 'ann', '2019-11-19T10:00:00.000000Z')"
        )
    connection.close()
    ran = cati("init", "wave2", "--database", path)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("Brought the database up to date")
    users = cati("user", "list", "--json", "--database", path).json["users"]
    assert [(user["name"], user["role"], user["has_pin"]) for user in users] == [
        ("administrator", "administrator", False),
        ("Ann", "interviewer", False),
    ]
    open_store(str(path)).close()


def _downgrade(path: Path, revision: str, configuration: Any) -> None:
    from alembic import command

    from cati.storage.sqlite import make_engine

    engine = make_engine(path, "wal", write=True)
    with engine.begin() as connection:
        command.downgrade(configuration(connection), revision)
    engine.dispose()

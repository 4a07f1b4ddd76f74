"""`cati supervise` and `cati report callbacks` as commands; what happens on the screen is told in its own tests."""

from __future__ import annotations

import csv
import io
import os
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

Cati = Callable[..., Any]
NOW = "2026-11-23T10:02"


def test_the_screen_needs_a_terminal(cati: Cati, demonstration: Path) -> None:
    ran = cati("supervise", "--database", demonstration)
    assert (ran.code, ran.out) == (2, "")
    assert "cati report" in ran.err


@pytest.mark.skipif(sys.platform == "win32", reason="a pseudo-terminal is needed")
def test_only_supervisors_open_the_screen_and_a_locked_desk_asks_for_the_pin(
    cati: Cati, demonstration: Path, tmp_path: Path
) -> None:
    pexpect = pytest.importorskip("pexpect")
    assert cati("user", "add", "Ruth", "--role", "supervisor", "--database", demonstration).code == 0

    def start(*arguments: str, **environment: str) -> Any:
        program = f"import sys; from cati.cli import main; sys.exit(main({['supervise', *arguments]!r}))"
        env = {**os.environ, "CATI_DATABASE": str(demonstration), "TERM": "xterm-256color", "HOME": str(tmp_path)}
        return pexpect.spawn(
            sys.executable, ["-c", program], dimensions=(24, 80), env=env | environment, encoding="utf-8", timeout=30
        )

    refused = start("--user", "Nadia")
    refused.expect("Only a supervisor")
    refused.expect(pexpect.EOF)
    refused.close()
    assert refused.exitstatus == 2
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CATI_PIN_NEW", "314159")
        for name in ("administrator", "Ruth"):
            patch.setenv("CATI_USER", "administrator")
            patch.setenv("CATI_PIN", "314159")
            assert cati("user", "pin", name, "--database", demonstration).code == 0
    opened = start("--user", "Ruth")
    opened.expect("PIN of Ruth")
    opened.sendline("314159")
    opened.expect("Shift")
    opened.expect("Ruth")
    opened.send("\x11\r")
    opened.expect(pexpect.EOF)
    opened.close()
    assert opened.exitstatus == 0


def test_the_call_backs_of_the_demonstration_by_state(cati: Cati, demonstration: Path) -> None:
    found = cati("report", "callbacks", "--database", demonstration, "--now", NOW, "--json").json
    states = [row["state"] for row in found["rows"]]
    assert {state: states.count(state) for state in found["counts"]} == {
        state: counts["all"] for state, counts in found["counts"].items()
    }
    assert states
    assert all(row["kind"] in ("hard", "soft") for row in found["rows"])
    due = [datetime.fromisoformat(row["due_at"]) for row in found["rows"]]
    assert due == sorted(due)
    everything = cati("report", "callbacks", "--kind", "all", "--database", demonstration, "--now", NOW, "--json").json
    assert len(everything["rows"]) > len(found["rows"])
    later = cati("report", "callbacks", "--database", demonstration, "--now", "2026-11-25T20:00", "--json").json
    assert later["counts"]["coming"]["all"] < found["counts"]["coming"]["all"]
    assert later["counts"]["missed"]["all"] > 0


def test_the_call_backs_are_narrowed_by_owner_state_and_text(cati: Cati, demonstration: Path) -> None:
    def rows(*arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = cati(
            "report", "callbacks", "--database", demonstration, "--now", NOW, "--json", *arguments
        ).json["rows"]
        return found

    everything = rows()
    owner = everything[0]["owner"]
    assert rows("--owner", owner) == [row for row in everything if row["owner"] == owner]
    assert rows("--state", "coming") == [row for row in everything if row["state"] == "coming"]
    serial = everything[-1]["serial"]
    assert [row["serial"] for row in rows("--find", serial)] == [serial]
    ran = cati("report", "callbacks", "--database", demonstration, "--owner", "Nobody")
    assert (ran.code, ran.out) == (2, "")
    assert "nobody called 'Nobody'" in ran.err


def test_the_call_backs_come_in_every_format(cati: Cati, demonstration: Path, tmp_path: Path) -> None:
    def made(form: str) -> Any:
        return cati("report", "callbacks", "--database", demonstration, "--now", NOW, "--format", form)

    text = made("text").out
    assert "Missed" in text
    assert "Coming" in text
    lines = list(csv.DictReader(io.StringIO(made("csv").out)))
    assert {"state", "at", "kind", "serial", "owner"} <= set(lines[0])
    assert all(datetime.fromisoformat(line["at"]) for line in lines)
    assert "<table>" in made("html").out
    assert "| Case |" in made("markdown").out.replace("  ", " ")
    assert zipfile.is_zipfile(io.BytesIO(made("xlsx").data))
    target = tmp_path / "queue.csv"
    assert cati("report", "callbacks", "--database", demonstration, "--output", target).code == 0
    assert target.read_text(encoding="utf-8").startswith("state,")


def test_names_that_would_do_harm_are_shown_literally(cati: Cati, database: Path, tmp_path: Path) -> None:
    from cati import desk
    from cati.storage import open_store

    sample = tmp_path / "sample.csv"
    sample.write_text("serial,name,phone\nA2,[/x] \x1b[31mRed\x1b[0m \u202eevil,01632 960002\n", encoding="utf-8")
    assert cati("sample", "load", sample, "--database", database, "--now", "2019-11-19T09:00").code == 0
    store = open_store(str(database), clock=lambda: datetime.fromisoformat("2019-11-20T11:00+00:00"))
    study = desk.open_study(store)
    delivery = desk.take_case(store, study, desk.sign_in(store, "Ann"), "A2")
    made = desk.start_call(store, study, delivery.hold, delivery.card.next_number)
    desk.close_call(store, study, delivery.hold, made, desk.Result("no_reply"))
    store.close()
    for form in ("text", "markdown", "csv"):
        out = cati("report", "callbacks", "--kind", "all", "--database", database, "--format", form).out
        assert "A2" in out
        assert "\x1b" not in out
        assert "\u202e" not in out

"""`cati questionnaire rehearse`: random respondents, told as text and as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cati.cli import output

Cati = Callable[..., Any]
COMMAND = ("questionnaire", "rehearse")


def test_the_json_says_what_was_reached_and_what_was_not(cati: Cati) -> None:
    ran = cati(*COMMAND, "wave2", "--interviews", "150", "--seed", "3", "--json")
    assert ran.code == 0
    told = ran.json
    assert set(told) == {
        *("study", "version", "content_hash", "mode", "seed", "interviews", "reached", "never", "coverage"),
        *("other_mode", "ends", "length", "interviews_per_second"),
    }
    assert (told["study"], told["mode"], told["seed"], told["interviews"]) == ("wave2", "telephone", 3, 150)
    assert set(told["reached"]) == {"item", "row", "message", "option", "special", "jump", "end"}
    assert told["reached"]["item"]["S1"] == 150
    assert told["coverage"]["met"] == sum(n > 0 for kind in told["reached"].values() for n in kind.values())
    missed = {(kind, name) for kind, each in told["reached"].items() for name, n in each.items() if not n}
    assert {(each["kind"], each["name"]) for each in told["never"]} == missed
    assert told["length"]["paths"][0]["path"] == "all"
    assert told["length"]["words_a_minute"] == 150
    assert told["interviews_per_second"] > 100


def test_the_same_seed_says_the_same_but_for_the_speed(cati: Cati) -> None:
    first, again = (cati(*COMMAND, "asye", "--interviews", "80", "--mode", "online", "--json").json for _ in range(2))
    for each in (first, again):
        del each["interviews_per_second"]
    assert first == again
    texts = [cati(*COMMAND, "asye", "--interviews", "80", "--mode", "online") for _ in range(2)]
    assert texts[0].out == texts[1].out
    assert "interviews per second" in texts[0].err


def test_the_text_shows_counts_and_what_cannot_be_reached_and_lengths(cati: Cati) -> None:
    ran = cati(*COMMAND, "wave2", "--interviews", "60", "--words-a-minute", "120")
    assert ran.code == 0
    assert "Left out, asked only online: LAND." in ran.out
    assert "option I4a=16: excludes the others at I4" in " ".join(ran.out.split())
    assert "120 words a minute (given)." in ran.out
    assert max(len(line) for line in ran.out.splitlines()[2:]) <= 100


@pytest.mark.parametrize(
    "wrong", [("--interviews", "0"), ("--interviews", "many"), ("--mode", "post"), ("--words-a-minute", "0")]
)
def test_a_rehearsal_that_cannot_be_is_refused_in_one_message(cati: Cati, wrong: tuple[str, str]) -> None:
    ran = cati(*COMMAND, "wave2", *wrong)
    assert (ran.code, ran.out) == (2, "")
    assert wrong[0] in ran.err


def test_on_a_terminal_progress_is_a_bar_that_goes_away(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr("cati.cli.output.time.monotonic", lambda: now)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    tell = output.progress("Interviews", 1000)
    tell(100)
    assert capsys.readouterr().err == ""
    now = 2.0
    tell(500)
    shown = capsys.readouterr().err
    assert "████████████░░░░░░░░░░░░  50% 500 of 1,000" in shown
    tell(1000)
    assert capsys.readouterr().err.strip("\r ") == ""

"""The console in a real terminal, on a real database: bursts, kills, crashes."""

from __future__ import annotations

import io
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cati.console.interviewer.plain import PlainConsole
from cati.desk import PRESENCE
from cati.storage import open_store
from cati.storage.tables import interviewer
from cati.studies import Study

from .conftest import NOW, Clock, PaperDesk, Seat, Sit, answer_all, people

pexpect = pytest.importorskip("pexpect")
if sys.platform == "win32":
    pytest.skip("a pseudo-terminal is needed", allow_module_level=True)

PROGRAM = """
import sys
from datetime import UTC, datetime, timedelta
from time import monotonic
from cati.console import run_console
began = monotonic()
def clock():
    return datetime(2019, 11, 20, 11, 0, tzinfo=UTC) + timedelta(seconds=monotonic() - began + {later})
{before}
sys.exit(run_console(database={database!r}, user={user!r}, clock_in=lambda zone: clock))
"""


class Terminal:
    """A console in a pseudo-terminal of 80 by 24."""

    def __init__(self, database: Path, user: str, home: Path, *, before: str = "", later: int = 0) -> None:
        program = PROGRAM.format(database=str(database), user=user, before=before, later=later)
        environment = {**os.environ, "TERM": "xterm-256color", "HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
        self.child: Any = pexpect.spawn(
            sys.executable, ["-c", program], dimensions=(24, 80), env=environment, encoding="utf-8", timeout=30
        )
        self.child.delaybeforesend = None
        self.database = database
        self.drawn = ""

    def write(self, text: str) -> None:
        """All of it in one write. What is waited for next has to be drawn after it."""
        self.drawn = ""
        os.write(self.child.child_fd, text.encode())

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Reads what is drawn until something holds."""
        for _ in range(600):
            if holds():
                return
            try:
                self.drawn += self.child.read_nonblocking(100_000, timeout=0.05)
            except pexpect.TIMEOUT:
                pass
            except pexpect.EOF:
                break
        raise AssertionError(f"{what}: {self.drawn[-2000:]!r}")

    def sees(self, text: str) -> None:
        """Until a text is drawn."""
        self.until(lambda: text in plain(self.drawn), text)

    def saved(self) -> dict[str, Any]:
        """The newest answers on the disk."""
        from sqlalchemy import func, select

        from cati.storage.answers import latest_answers
        from cati.storage.tables import interview

        store = open_store(str(self.database))
        try:
            with store.read() as connection:
                newest = connection.execute(select(func.max(interview.c.id))).scalar()
                return {} if newest is None else dict(latest_answers(connection, newest, 0)[0])
        finally:
            store.close()

    def end(self) -> tuple[int | None, str]:
        """Waits for the end: exit code and what was drawn last."""
        rest = self.child.read()
        self.child.close()
        return self.child.exitstatus, plain(rest)


def plain(drawn: str) -> str:
    """What was drawn, without the terminal's control sequences."""
    return re.sub(r"\x1b\[[0-9;?<>=]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]", "", drawn)


Sat = Callable[..., Terminal]


@pytest.fixture
def terminal(database: Path, tmp_path: Path) -> Iterator[Sat]:
    """Opens terminals on the database, and closes them."""
    opened: list[Terminal] = []

    def sit(user: str = "Jo", **more: Any) -> Terminal:
        opened.append(Terminal(database, user, tmp_path, **more))
        return opened[-1]

    yield sit
    for each in opened:
        each.child.close(force=True)


def burst(study: Study, least: int) -> tuple[str, dict[str, Any]]:
    """What is typed for an interview of at least so many answers, words for a code among them, and what it saves."""
    for seed in range(200):
        seat = Seat(PaperDesk(study, people()[0]), Clock(), "Jo").type("", "")
        typed: list[str] = []
        press = seat.driver.press

        def noted(*keys: str, typed: list[str] = typed, press: Callable[..., None] = press) -> None:
            typed.extend("\r" if key == "enter" else key for key in keys)
            press(*keys)

        seat.driver.press = noted  # type: ignore[method-assign]
        answer_all(seat, random.Random(seed))
        interview = seat.controller.interview
        words = {each.id: interview.answer_to(each.id) for each in interview.program.write_ins.values()}
        answers = {**seat.answers, **{item: value for item, value in words.items() if value is not None}}
        if len(answers) >= least and any(value is not None for value in words.values()):
            from cati.questionnaire.answers import to_json

            return "".join(typed), {item: to_json(value) for item, value in answers.items()}
    raise AssertionError("no respondent answers so many questions")


def test_61_answers_and_more_in_one_write_are_61_right_answers(terminal: Sat, study: Study) -> None:
    typed, answers = burst(study, 61)
    assert len(answers) >= 61
    seat = terminal()
    seat.sees("Callable now")
    seat.write("\r\r" + typed)
    seat.until(lambda: len(seat.saved()) >= len(answers), "all answers")
    assert seat.saved() == answers


def test_a_whole_shift_typed_before_anything_is_loaded_is_not_lost(terminal: Sat) -> None:
    seat = terminal("")
    seat.sees("Your name")
    seat.write("Jo\r\r\r\r1\r1\r1\r1\r6\r1,9\rmore pay\r")
    wanted = {"S1": 1, "S2": 1, "S4": 1, "B1": 1, "B2": 6, "B3": [1, 9], "B3_9_text": "more pay"}
    seat.until(lambda: len(seat.saved()) >= len(wanted), "the answers")
    assert seat.saved() == wanted


def test_a_burst_through_an_appointment_and_into_the_next_case(terminal: Sat) -> None:
    seat = terminal()
    seat.sees("Callable now")
    seat.write("\r\r3\rtomorrow 2pm\r\rring twice\r\r\r\r9\r\r\r")
    seat.sees("Logged: No reply")
    seat.write("\x11\r")
    assert seat.end()[0] == 0
    from cati.desk import case_card

    store = open_store(str(seat.database))
    first = case_card(store, study_of(), "1000")
    second = case_card(store, study_of(), "1001")
    store.close()
    assert first.outcome == "hard_appointment"
    assert first.appointment is not None
    assert first.appointment.starts_at.isoformat().startswith("2019-11-21T14:00")
    assert [note.text for note in first.notes] == ["ring twice"]
    assert second.outcome == "no_reply"


def study_of() -> Study:
    from cati.studies import load_study

    return load_study("wave2")


def test_a_killed_console_goes_on_at_the_same_question(terminal: Sat) -> None:
    seat = terminal()
    seat.sees("Callable now")
    seat.write("\r\r1\r1\r1\r1\r6\r1,9\rmore pay\r9")
    seat.until(lambda: "B3_9_text" in seat.saved(), "the answers")
    seat.child.kill(signal.SIGKILL)
    again = terminal(later=5)
    again.sees("Callable now")
    again.write("/resume\r\r\r1\r1\r")
    again.sees("B3a")
    again.write("9\r")
    again.until(lambda: "B3a" in again.saved(), "the next answer")
    assert again.saved()["B3a"] == 9


def test_after_the_lease_another_interviewer_gets_the_case_of_a_killed_console(terminal: Sat) -> None:
    seat = terminal()
    seat.sees("Callable now")
    seat.write("\r\r1\r1\r1\r1\r")
    seat.until(lambda: "B1" in seat.saved(), "the answers")
    seat.child.kill(signal.SIGKILL)
    again = terminal("Kim", later=120)
    again.sees("Nobody called Kim")
    again.write("\r\r")
    again.sees("Case 1000")
    again.write("\r1\r1\r")
    again.sees("B2")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_signs_out_and_puts_a_case_back_that_nobody_dialled(terminal: Sat, number: int) -> None:
    seat = terminal()
    seat.sees("Callable now: 4")
    seat.write("\r")
    seat.sees("Why now")
    seat.child.kill(number)
    code, rest = seat.end()
    assert code == 0
    assert "Traceback" not in rest
    store = open_store(str(seat.database))
    with store.read() as connection:
        present_until = connection.execute(select(interviewer.c.present_until)).scalar_one()
    store.close()
    assert present_until < NOW + PRESENCE  # which began when she signed in
    other = terminal("Jo")
    other.sees("Callable now: 4")


def test_a_crash_exits_with_another_code_than_0_and_prints_no_variables(terminal: Sat) -> None:
    before = (
        "import cati.console.interviewer.asking as asking\n"
        "def broken(console, item, *more):\n"
        "    secret = console.card.numbers[0].number\n"
        "    raise RuntimeError('broken')\n"
        "asking.onward = broken\n"
    )
    seat = terminal(before=before)
    seat.sees("Callable now")
    seat.write("\r\r1\r")
    code, rest = seat.end()
    assert code not in (0, None)
    tail = rest[rest.rfind("Traceback") :]
    assert "RuntimeError: broken" in tail
    assert "+441134960001" not in tail
    assert "secret =" not in tail.replace("secret = console", "")
    assert seat.saved() == {"S1": 1}


def test_a_database_that_is_not_there_ends_it_with_what_to_do(terminal: Sat, tmp_path: Path) -> None:
    seat = terminal(before="", user="Jo")
    seat.child.close(force=True)
    missing = Terminal(tmp_path / "nowhere.db", "Jo", tmp_path)
    code, rest = missing.end()
    assert code not in (0, None)
    assert "nowhere.db" in rest


def test_idle_it_uses_no_processor(terminal: Sat) -> None:
    seat = terminal()
    seat.sees("Callable now")
    seat.write("\r\r1\r1\r")
    seat.sees("GDPR")
    time.sleep(1)

    def used() -> float:
        fields = Path(f"/proc/{seat.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    before = used()
    time.sleep(4)
    assert used() - before <= 0.04


def test_bytes_that_are_no_utf8_stand_on_the_entry_line_to_be_mended(terminal: Callable[..., Terminal]) -> None:
    console = terminal("Jo")
    console.sees("Callable now")
    console.write("\r\r")
    console.sees("S1  ")
    os.write(console.child.child_fd, b"\xe9\xff1\r")
    console.sees("is no code")
    console.write("\x151\r")
    console.sees("S2  ")


def test_line_mode_mends_bytes_that_are_no_utf8_and_never_hangs(database: Path) -> None:
    program = PROGRAM.format(database=str(database), user="Jo", before="", later=0).replace(
        "user=", "plain=True, user="
    )
    typed = b"\n\n\xe9\xff\n\n1\n"
    done = subprocess.run([sys.executable, "-c", program], input=typed, capture_output=True, timeout=60, check=False)
    told = done.stdout.decode()
    assert done.returncode == 0, done.stderr
    assert "** \\xe9\\xff is no code." in told
    assert "S2  " in told


def test_a_fault_of_the_reader_ends_line_mode_instead_of_hanging_it(sit: Sit) -> None:
    class Broken(io.StringIO):
        def readline(self, size: int | None = -1) -> str:  # type: ignore[override]
            del size
            raise OSError("the terminal is gone")

    desk = sit(dialled=False).desk
    with pytest.raises(OSError, match="the terminal is gone"):
        PlainConsole(desk, Broken(), io.StringIO(), "Jo").run()

"""The interviewer's screen one line at a time, on stdin and stdout: for screen readers, and for scripts.

The same controller and the same driver as the screen. Each line that is read is typed, and Enter pressed.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from io import TextIOWrapper
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TextIO
from zoneinfo import ZoneInfo

from cati.console.interviewer import session, view
from cati.console.interviewer.controller import Controller
from cati.console.interviewer.driver import Driver
from cati.console.interviewer.effects import Effect, Failure
from cati.console.interviewer.literal import visible


class PlainConsole:
    """Reads lines, types them, and prints what the screen would show, where it is another than before."""

    def __init__(self, work: session.Work, source: TextIO, target: TextIO, user: str = "") -> None:
        self._work = work
        self._source = source
        self._target = target
        self._shown: list[str] = []
        self._reader: threading.Thread | None = None
        self._asked: SimpleQueue[None] = SimpleQueue()
        self._lines: SimpleQueue[str | Exception] = SimpleQueue()
        self._heard = source.isatty()
        self._beat_at = monotonic() + session.HEARTBEAT
        controller = Controller(work.now(), user)
        controller.mend = "Type it again." if self._heard else "Send an empty line, then the answer again."
        controller.mend_first = "Once more, please." if self._heard else "Send an empty line first."
        self.driver = Driver(controller, self._perform, work.now)

    def _perform(self, effect: Effect) -> None:
        self.driver.reply(self._work.reply_to(effect))

    def run(self) -> int:
        """Until she signs out, or the input ends. Answers are on the disk; an open call can be taken up again."""
        self.driver.pump()
        while not self.driver.left:
            self._print()
            with _hidden(self._source, self._heard and self.driver.controller.state.name == "pin"):
                line = self._line()
            if not line:
                self._work.reply_to(self.driver.controller.leaving())
                break
            self._type(line.rstrip("\r\n"))
        return 0

    def _line(self) -> str:
        """The next line; while nobody types one, the heart beats. Empty at the end of the input."""
        if self._reader is None:
            self._reader = threading.Thread(target=self._read, name="cati-lines", daemon=True)
            self._reader.start()
        self._asked.put(None)
        while True:
            try:
                line = self._lines.get(timeout=max(self._beat_at - monotonic(), 0))
            except Empty:
                self._beat()
                continue
            if isinstance(line, Exception):
                raise line
            # whoever types without a pause hears what comes in, too; a line for a case that is lost is for no other
            if line and monotonic() >= self._beat_at and not self._beat():
                self._asked.put(None)
                continue
            return line

    def _beat(self) -> bool:
        """The heartbeat, and what it tells; False if the case is lost."""
        self._beat_at = monotonic() + session.HEARTBEAT
        told = self._work.renew()
        if isinstance(told, Failure):
            self.driver.lost(told.why)
            self._print()
            return False
        if told is not None and self.driver.hear(told):
            self._print(forget=False)  # what she is typing has nothing to do with it
        return True

    def _read(self) -> None:
        # one line at a time, when it is asked for: what is typed ahead stays where it can be dropped
        while True:
            self._asked.get()
            try:
                self._lines.put(self._source.readline())
            except Exception as fault:  # noqa: BLE001  told on the console's thread, which would else wait for ever
                self._lines.put(fault)
                return

    def _type(self, line: str) -> None:
        state = self.driver.controller.state
        stop = state.stop
        if stop is not None and (stop.kind == "refused" or stop.ignored):
            # what was sent ahead of a mistake belongs to other questions: a person is heard at once, a pipe after
            # an empty line
            if not line or self._heard:
                self.driver.press("ctrl+u")
            else:
                stop.ignored += len(line) + 1
                return
            if not line:
                return
        elif stop is not None and line:
            self.driver.press("ctrl+u")
        if line:
            self.driver.press("ctrl+u")
        self.driver.type(line)
        self.driver.press("enter")

    def _print(self, *, forget: bool = True) -> None:
        if not self._heard or not forget:  # no terminal has ended the line of the prompt by echoing Enter
            print(file=self._target)
        page = self.driver.controller.page()
        lines = view.as_text(page)
        if lines != self._shown:
            self._shown = lines
            print(*lines, sep="\n", file=self._target)
        if page.message is not None and page.message.text:
            print(f"** {visible(page.message.text)}", file=self._target)
        print(f"{visible(page.prompt) or 'Enter'}: ", end="", file=self._target, flush=True)
        stop = self.driver.controller.state.stop
        if forget and stop is not None and self._heard:
            _forget_typed_ahead(self._source)


@contextmanager
def _hidden(source: TextIO, secret: bool) -> Iterator[None]:
    """What is typed on a terminal is not shown meanwhile, where it is `secret`."""
    try:
        import termios
    except ImportError:  # not on Windows: there the PIN is asked for before the lines begin
        secret = False
    if not secret:
        yield
        return
    before = termios.tcgetattr(source)
    silent = [*before]
    silent[3] = (before[3] & ~termios.ECHO) | termios.ECHONL
    termios.tcsetattr(source, termios.TCSADRAIN, silent)
    try:
        yield
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)


def _forget_typed_ahead(source: TextIO) -> None:
    """Drops what was typed before the message could be heard."""
    try:
        import termios
    except ImportError:  # not on Windows, where there is nothing to drop it with
        return
    termios.tcflush(source.fileno(), termios.TCIFLUSH)


def read_any_bytes() -> None:
    """A byte that is no UTF-8 is typed as \\xe9, for her to mend, like any other entry that does not fit.

    Before the first line is read: afterwards it cannot be said any more.
    """
    if isinstance(sys.stdin, TextIOWrapper) and sys.stdin.errors != "backslashreplace":
        sys.stdin.reconfigure(errors="backslashreplace")


def run_plain(
    *,
    database: str | None,
    user: str,
    clock_in: Callable[[ZoneInfo], Callable[[], datetime] | None] | None = None,
    secret: str | None = None,
) -> int:
    """Runs the line mode; gives the exit code. Raises CatiError where the database cannot be opened."""
    work = session.Work(database, clock_in, secret)
    read_any_bytes()
    try:
        work.open()
        return PlainConsole(work, sys.stdin, sys.stdout, user).run()
    finally:
        work.close()

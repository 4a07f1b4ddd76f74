"""The interviewer's screen on Textual: one widget, the driver, and the desk's thread."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cati.console.interviewer import session, view
from cati.console.interviewer.controller import Controller
from cati.console.interviewer.driver import Driver
from cati.console.interviewer.effects import Effect, Failure
from cati.console.interviewer.page import Message
from cati.console.widgets.console_app import ConsoleApp

if TYPE_CHECKING:
    from cati.desk import Day, Heard

PATIENCE = 0.4
"""Seconds before the screen says that it waits for the database."""


class InterviewerApp(ConsoleApp):
    """The console of one interviewer."""

    def __init__(self, work: session.Work, user: str = "") -> None:
        super().__init__()
        self.work = work
        self.desk = session.Session(work, self.post)
        self.desk.on_fault = self._failed
        self.interviewer = Driver(Controller(work.now(), user), self._perform, work.now)
        self._patience: asyncio.TimerHandle | None = None
        self._slow = False
        self._beating = False
        # before all else: what is asked of the desk waits its turn behind this
        self.desk.do(self._open_desk, self._opened)

    # --- life

    def begin(self) -> None:
        """Everything heavy, on the desk's thread."""
        self.desk.start()
        self.interviewer.pump()

    def _open_desk(self) -> None:
        self.work.open()
        gc.collect()
        gc.freeze()

    def _opened(self, done: None) -> None:
        del done
        assert self._screen_loop is not None
        self._screen_loop.call_later(session.HEARTBEAT, self._beat)

    # --- keys in

    def _typed(self, key: str) -> None:
        self.interviewer.press(key)
        self.draw()

    def _pasted(self, text: str) -> None:
        self.interviewer.type(" ".join(text.splitlines()))
        self.draw()

    # --- effects out

    def _perform(self, effect: Effect) -> None:
        self._slow = False
        if self._screen_loop is not None:
            self._patience = self._screen_loop.call_later(PATIENCE, self._waiting)
        self.desk.do(lambda: self.work.reply_to(effect), self._replied)

    def _replied(self, reply: object) -> None:
        if self._patience is not None:
            self._patience.cancel()
        self._slow = False
        self.interviewer.reply(reply)
        if self.interviewer.left:
            self.exit(0)
        else:
            self.draw()

    def _waiting(self) -> None:
        self._slow = True
        self.draw()

    def _beat(self) -> None:
        assert self._screen_loop is not None
        self._screen_loop.call_later(session.HEARTBEAT, self._beat)
        if self.work.who is not None and not self._beating:  # one that still waits for the database is enough
            self._beating = True
            self.desk.do(self.work.renew, self._renewed)

    def _renewed(self, told: Failure | Heard | Day | None) -> None:
        self._beating = False
        if isinstance(told, Failure):
            self.interviewer.lost(told.why)
            self.draw()
        elif told is not None:
            self.interviewer.hear(told)
            self.draw()

    def leave(self) -> None:
        """At the end: whoever did not sign out is signed out."""
        if not self.interviewer.left:
            leave = self.interviewer.controller.leaving()
            self.desk.do(lambda: self.work.reply_to(leave), _ignore)

    # --- drawing

    def draw(self) -> None:
        """Draws what the controller shows now."""
        size = self.surface.size
        if size.width <= 0:
            return
        page = self.interviewer.controller.page()
        if self._slow:
            page = page.with_message(Message("info", "One moment: waiting for the database. Go on typing if you like."))
        frame = view.draw(page, size.width, size.height)
        self.interviewer.controller.screen_pages = frame.pages
        self.surface.show(frame.lines, frame.cursor)


def run_screen(
    *,
    database: str | None,
    user: str,
    clock_in: Callable[[ZoneInfo], Callable[[], datetime] | None] | None = None,
    secret: str | None = None,
) -> int:
    """Runs the screen; gives the exit code. Raises what ended it, if anything did, with the terminal restored."""
    # an answer goes from this thread to the desk's and back: at Python's usual 5 ms a turn the turns would outlast it
    sys.setswitchinterval(0.0005)
    app = InterviewerApp(session.Work(database, clock_in, secret), user)
    try:
        app.run(mouse=False)
    finally:
        app.leave()
        app.desk.stop()
    if app.fault is not None:
        raise app.fault
    return app.return_code or 0


def _ignore(reply: object) -> None:
    del reply

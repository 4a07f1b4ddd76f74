"""The supervisor's screen on Textual: one widget, the driver, two threads of the database, and a pulse felt twice a
second.

Figures are read on a thread of their own, over a connection of their own: a repair does not wait for them.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.desk_thread import Session
from cati.console.interviewer import view
from cati.console.interviewer.page import Message
from cati.console.supervisor import driver
from cati.console.supervisor.controller import Controller
from cati.console.supervisor.driver import Driver
from cati.console.supervisor.effects import Effect
from cati.console.supervisor.looks import FIGURES
from cati.console.supervisor.session import Work
from cati.console.widgets.console_app import ConsoleApp

if TYPE_CHECKING:
    from cati.console.supervisor.looks import Look
    from cati.desk import Actor
    from cati.studies import Study

PATIENCE = 0.4
"""Seconds before the screen says that it waits for the database."""


class SupervisorApp(ConsoleApp):
    """The screen of one supervisor."""

    def __init__(self, work: Work) -> None:
        super().__init__()
        self.work = work
        self.desk = Session(work, self.post)
        self.aside = work.another()
        self.figures = Session(self.aside, self.post)
        self.desk.on_fault = self.figures.on_fault = self._failed
        controller = Controller(work.study, work.who, work.now())
        self.supervisor = Driver(controller, self._perform, self._look_at, work.now, time.monotonic)
        self._patience: asyncio.TimerHandle | None = None
        self._figures_of: Look | None = None
        self._slow = False
        self._feeling = False

    # --- life

    def begin(self) -> None:
        """The desk's thread, and the first look."""
        self.desk.start()
        self.figures.start()
        self.desk.do(_settle, _ignore)
        self.draw()
        self.supervisor.pump()
        self._feel()

    def stop(self) -> None:
        """Finishes repairs that are under way, and ends both threads; figures are not waited for."""
        self.desk.stop()
        self.figures.stop(0.2)

    # --- keys in

    def _typed(self, key: str) -> None:
        self.supervisor.press(key)
        self._drawn_or_left()

    def _pasted(self, text: str) -> None:
        self.supervisor.type(" ".join(text.splitlines()))
        self._drawn_or_left()

    def _drawn_or_left(self) -> None:
        if self.supervisor.left:
            self.exit(0)
        else:
            self.draw()

    # --- effects and looks out

    def _perform(self, effect: Effect) -> None:
        self._be_patient()
        self.desk.do(lambda: self.work.reply_to(effect), self._replied)

    def _replied(self, reply: object) -> None:
        self._answered()
        self.supervisor.reply(reply)
        self._drawn_or_left()

    def _look_at(self, look: Look) -> None:
        self._be_patient()
        if isinstance(look, FIGURES):
            self._figures_of = look
            self.figures.do(
                lambda: _timed(self.aside.look_alone, look) if look == self._figures_of else None,
                lambda found: self._passed_over(look) if found is None else self._seen(look, *found),
            )
        else:
            self.desk.do(lambda: _timed(self.work.look, look), lambda found: self._seen(look, *found))

    def _passed_over(self, look: Look) -> None:
        self.supervisor.passed_over(look)
        self._drawn_or_left()

    def _seen(self, look: Look, seen: Any, cost: float) -> None:
        self._answered()
        self.supervisor.seen(look, seen, cost)
        self._drawn_or_left()

    def _be_patient(self) -> None:
        self._answered()
        if self._screen_loop is not None:
            self._patience = self._screen_loop.call_later(PATIENCE, self._waiting)

    def _answered(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        self._slow = False

    def _waiting(self) -> None:
        self._slow = True
        self.draw()

    # --- is anything new?

    def _feel(self) -> None:
        assert self._screen_loop is not None
        self._screen_loop.call_later(driver.POLL, self._feel)
        if not self._feeling:  # one that still waits for the database is enough
            self._feeling = True
            self.desk.do(self.work.feel, self._felt)

    def _felt(self, pulse: Any) -> None:
        self._feeling = False
        if self.supervisor.pulse(pulse):
            self.draw()
        due = self.supervisor.due_in
        if not self.supervisor.controller.trouble and due is not None and due < driver.POLL:  # sooner than the next
            assert self._screen_loop is not None
            self._screen_loop.call_later(due, self.supervisor.look_if_due)

    # --- drawing

    def draw(self) -> None:
        """Draws what the controller shows now."""
        size = self.surface.size
        if size.width <= 0:
            return
        controller = self.supervisor.controller
        if (size.width, size.height) != (controller.columns, controller.rows):
            controller.resize(size.width, size.height)
            self.supervisor.pump()
        page = controller.page()
        if self._slow and self.supervisor.holds_keys:
            page = page.with_message(Message("info", "One moment: waiting for the database."))
        frame = view.draw(page, size.width, size.height)
        controller.screen_pages = frame.pages
        self.surface.show(frame.lines, frame.cursor)


def run_screen(*, database: str | None, study: Study, who: Actor, clock: Callable[[], datetime] | None = None) -> int:
    """Runs the screen; gives the exit code. Raises what ended it, if anything did, with the terminal restored."""
    sys.setswitchinterval(0.0005)
    app = SupervisorApp(Work(database, study, who, clock))
    try:
        app.run(mouse=False)
    finally:
        app.stop()
    if app.fault is not None:
        raise app.fault
    return app.return_code or 0


def _timed(looked: Callable[[Look], Any], look: Look) -> tuple[Any, float]:
    """What there is of a look, and the processor time that it took."""
    before = time.thread_time()
    return looked(look), time.thread_time() - before


def _settle() -> None:
    """What the program is made of stays: the collector need not go over it again."""
    gc.collect()
    gc.freeze()


def _ignore(done: object) -> None:
    del done

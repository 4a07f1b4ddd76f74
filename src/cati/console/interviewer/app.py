"""The interviewer's screen on Textual: one widget, the driver, and the desk's thread."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import gc
import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from rich.style import Style
from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.driver import Driver as TerminalDriver

from cati.console.interviewer import session, view
from cati.console.interviewer.controller import Controller
from cati.console.interviewer.driver import Driver
from cati.console.interviewer.effects import Effect, Failure
from cati.console.interviewer.page import Message
from cati.console.widgets.surface import Surface
from cati.console.widgets.terminal_input import read_any_bytes

if TYPE_CHECKING:
    from cati.desk import Day, Heard

PATIENCE = 0.4
"""Seconds before the screen says that it waits for the database."""

# Sixteen colours and attributes only: what the terminal calls them is what is shown.
COLOURS = {
    "": Style(),
    "header": Style(reverse=True, bold=True),
    "dim": Style(dim=True),
    "read": Style(bold=True),
    "row": Style(bold=True, color="cyan"),
    "instruction": Style(color="yellow"),
    "add": Style(italic=True),
    "heading": Style(bold=True, underline=True),
    "warning": Style(bold=True, color="yellow"),
    "big": Style(bold=True, color="green"),
    "code": Style(bold=True, color="cyan"),
    "held": Style(bold=True, color="green"),
    "more": Style(reverse=True),
    "info": Style(color="green"),
    "refused": Style(bold=True, color="red"),
    "failed": Style(bold=True, reverse=True, color="red"),
    "sure": Style(bold=True, color="yellow"),
    "prompt": Style(bold=True),
    "entry": Style(underline=True),
    "key": Style(reverse=True),
    "keylabel": Style(dim=True),
}
WITHOUT_COLOUR = {
    name: Style(bold=style.bold, italic=style.italic, underline=style.underline, reverse=style.reverse, dim=style.dim)
    for name, style in COLOURS.items()
}


class InterviewerApp(App[int], inherit_bindings=False):
    """The console of one interviewer. Nothing in it can quit, or answer, but the controller."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []
    CSS = "Screen { background: ansi_default; color: ansi_default; }"

    def __init__(self, work: session.Work, user: str = "") -> None:
        super().__init__(ansi_color=True)
        self.work = work
        self.fault: BaseException | None = None
        self.desk = session.Session(work, self._post)
        self.desk.on_fault = self._failed
        styles = WITHOUT_COLOUR if os.environ.get("NO_COLOR") else COLOURS
        self.surface = Surface(styles, self._typed, self._pasted, self.draw)
        self.interviewer = Driver(Controller(work.now(), user), self._perform, work.now)
        self._screen_loop: asyncio.AbstractEventLoop | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._slow = False
        self._beating = False
        # before all else: what is asked of the desk waits its turn behind this
        self.desk.do(self._open_desk, self._opened)

    # --- life

    def compose(self) -> ComposeResult:
        """The one widget."""
        yield self.surface

    def get_driver_class(self) -> type[TerminalDriver]:
        """The platform's driver, with the cursor left visible: it stands on the entry line, for braille and lens."""
        usual = super().get_driver_class()
        read_any_bytes()

        class VisibleCursor(usual):  # type: ignore[misc, valid-type]
            def start_application_mode(self) -> None:
                super().start_application_mode()
                self.write("\x1b[?25h")
                self.flush()

            def _run_input_thread(self) -> None:
                # Textual's own would print every variable of the reader, and end with 0
                try:
                    self.run_input_thread()
                except Exception as fault:  # noqa: BLE001  told on the screen's thread, which ends the console
                    self._app.call_later(self._app._failed, fault)

        return VisibleCursor

    def on_mount(self) -> None:
        """First the frame, then everything heavy."""
        self._screen_loop = asyncio.get_running_loop()
        self._context_here = contextvars.copy_context()
        self.surface.focus()
        self._listen_to_signals()
        self.call_after_refresh(self._open)

    def _open(self) -> None:
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

    def _listen_to_signals(self) -> None:
        assert self._screen_loop is not None
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)
            if number is not None:
                with contextlib.suppress(NotImplementedError, ValueError, RuntimeError):  # not on Windows, or in a test
                    self._screen_loop.add_signal_handler(number, self.exit)

    def _failed(self, fault: BaseException) -> None:
        """The desk's thread could not go on: the console ends, and the fault is told where it was started."""
        if self.fault is None:
            self.fault = fault
        self.exit(return_code=3)

    def _handle_exception(self, error: Exception) -> None:
        # Textual's own printer shows every variable, a respondent's number among them, and then exits with 0
        if self.fault is None:
            self.fault = error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()

    # --- keys in

    def _typed(self, key: str) -> None:
        self.interviewer.press(key)
        self.draw()

    def _pasted(self, text: str) -> None:
        self.interviewer.type(" ".join(text.splitlines()))
        self.draw()

    def on_key(self, event: events.Key) -> None:
        """A key that came while the widget had no focus is hers all the same."""
        event.stop()
        event.prevent_default()
        self.surface.take(event)

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

    def _post(self, call: Callable[[], None]) -> None:
        assert self._screen_loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is closed: the console has ended
            self._screen_loop.call_soon_threadsafe(self._guarded, call, context=self._context_here)

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  a callback of the loop is outside Textual's own net
            self._failed(error)

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
) -> int:
    """Runs the screen; gives the exit code. Raises what ended it, if anything did, with the terminal restored."""
    # an answer goes from this thread to the desk's and back: at Python's usual 5 ms a turn the turns would outlast it
    sys.setswitchinterval(0.0005)
    app = InterviewerApp(session.Work(database, clock_in), user)
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

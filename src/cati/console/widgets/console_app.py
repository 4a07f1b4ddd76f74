"""What the screens have in common on Textual: one widget that owns every key, signals, and faults that end with 3."""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import signal
from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.driver import Driver as TerminalDriver

from cati.console.widgets.colours import styles
from cati.console.widgets.surface import Surface
from cati.console.widgets.terminal_input import read_any_bytes


class ConsoleApp(App[int], inherit_bindings=False):
    """A screen. Nothing in it can quit, or answer, but its controller."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []
    CSS = "Screen { background: ansi_default; color: ansi_default; }"

    def __init__(self) -> None:
        super().__init__(ansi_color=True)
        self.fault: BaseException | None = None
        self.surface = Surface(styles(), self._typed, self._pasted, self.draw)
        self._screen_loop: asyncio.AbstractEventLoop | None = None

    # --- what a screen fills in

    def begin(self) -> None:
        """The first frame is drawn: everything heavy may start."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draws what is to be seen now."""
        raise NotImplementedError

    def _typed(self, key: str) -> None:
        raise NotImplementedError

    def _pasted(self, text: str) -> None:
        raise NotImplementedError

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
        self.call_after_refresh(self.begin)

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

    # --- keys in, answers in

    def on_key(self, event: events.Key) -> None:
        """A key that came while the widget had no focus is hers all the same."""
        event.stop()
        event.prevent_default()
        self.surface.take(event)

    def post(self, call: Callable[[], None]) -> None:
        """From any thread: calls something on the screen's thread."""
        assert self._screen_loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is closed: the console has ended
            self._screen_loop.call_soon_threadsafe(self._guarded, call, context=self._context_here)

    def _guarded(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001  a callback of the loop is outside Textual's own net
            self._failed(error)

"""Between the keyboard, the desk's thread and the controller: keys wait for effects and for what was moved to, and what
is shown is looked at again once the database has changed, at most once a second.

The same driver serves the screen and the tests: whoever drives it carries effects and looks out, and hands the replies
back on this thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.supervisor.controller import Controller
from cati.console.supervisor.effects import Effect, Failure, Leave, Reply

if TYPE_CHECKING:
    from cati.console.supervisor.looks import Look

POLL = 0.5
"""Seconds between two questions whether the database has changed."""
LEAST = 0.75
"""Seconds at least from the beginning of a look to the next at the same thing: so that what happens right after one,
and is noticed half a second later, is on the screen within a second."""
CHEAP = 25
"""A look is repeated after so many times the processor time that it took, however much changes, and no sooner than
after the time that it took on the clock: so watching costs a twenty-fifth, and a slow database is not pressed."""
STILL = 20.0
"""Seconds after which what is shown is looked at again though nothing has changed but the time."""

LEAVE_KEYS = frozenset({"f10", "ctrl+q"})


class Driver:
    """Feeds a controller. `perform` carries an effect out, `look_at` a look; `ticks` counts seconds, from anywhere."""

    def __init__(
        self,
        controller: Controller,
        perform: Callable[[Effect], None],
        look_at: Callable[[Look], None],
        clock: Callable[[], datetime],
        ticks: Callable[[], float],
    ) -> None:
        self.controller = controller
        self.left = False
        self._perform = perform
        self._look_at = look_at
        self._clock = clock
        self._ticks = ticks
        self._keys: deque[str] = deque()
        self._pumping = False
        self._out = False
        self._looking: Look | None = None
        self._began = self._again = self._still = 0.0
        self._pulse: Any = None
        self._moved = False

    # --- keys

    def press(self, *keys: str) -> None:
        """Keys, in order: a character as itself, any other by its name."""
        self._keys.extend(keys)
        self.pump()

    def type(self, text: Iterable[str]) -> None:
        """Characters, in order."""
        self.press(*text)

    @property
    def waiting(self) -> int:
        """Keys that wait."""
        return len(self._keys)

    @property
    def is_settled(self) -> bool:
        """Is nothing under way?"""
        return not self._keys and not self._out and self._looking is None and not self.controller.is_waiting

    # --- effects and looks

    def reply(self, reply: Reply) -> None:
        """What became of the effect that is out."""
        if isinstance(self.controller.effect, Leave):
            self.left = True
        self._out = False
        self.controller.resume(reply, self._clock())
        self.pump()

    def seen(self, look: Look, seen: Any, cost: float = 0.0) -> None:
        """What there was of the look that is under way; `cost`: the processor time that it took, in seconds."""
        ended = self._ticks()
        self._again = max(self._began + LEAST, ended + CHEAP * cost, ended + (ended - self._began))
        self._still = ended + STILL
        self._looking = None
        self.controller.take(look, seen, self._clock())
        self.pump()

    def pulse(self, pulse: Any) -> bool:
        """The pulse of the database, every POLL seconds; a Failure where it cannot be felt. Gives whether anything
        is to be drawn anew for it."""
        trouble = self.controller.trouble
        if isinstance(pulse, Failure):
            self.controller.trouble = pulse.why
            self._moved = True
            return trouble != pulse.why
        self._moved = self._moved or pulse != self._pulse or bool(trouble)
        self._pulse = pulse
        if self.controller.look is None:  # nothing is shown that could be out of date
            self.controller.trouble = ""
        self.look_if_due()
        return trouble != self.controller.trouble

    @property
    def due_in(self) -> float | None:
        """Seconds until what has changed may be looked at; None where nothing has, or it is being looked at."""
        if not self._moved or self._looking is not None:
            return None
        return max(self._again - self._ticks(), 0.0)

    def look_if_due(self) -> None:
        """Looks again at what is shown, where it is time to."""
        now = self._ticks()
        if self._looking is None and ((self._moved and now >= self._again) or now >= self._still):
            look = self.controller.look
            if look is not None:
                self._begin(look)

    def _begin(self, look: Look) -> None:
        self._moved = False
        self._looking = look
        self._began = self._ticks()
        self._look_at(look)

    # --- in order

    def pump(self) -> None:
        """Presses what waits, until an effect goes out or something has to be looked at first."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while not self.left:
                if self.controller.effect is not None:
                    if self._out:
                        return
                    self._out = True
                    self._perform(self.controller.effect)
                elif self.controller.is_waiting:
                    look = self.controller.look
                    if self._looking is None and look is not None:
                        self._begin(look)
                    if self.controller.is_waiting and not (self._keys and self._keys[0] in LEAVE_KEYS):
                        return
                    if self._keys:
                        self.controller.press(self._keys.popleft(), self._clock())
                elif self._keys:
                    self.controller.press(self._keys.popleft(), self._clock())
                else:
                    return
        finally:
            self._pumping = False

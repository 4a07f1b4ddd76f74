"""Between the keyboard, the desk's thread and the controller: keys wait for effects and for what was moved to, and what
is shown is looked at again once the database has changed, at most once a second.

Figures take long to look at, on a thread of their own: while they are looked at for the first time, keys that lead away
from them do not wait, and what was moved away from is let go when it comes.

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
AWAY_KEYS = frozenset({"tab", "shift+tab", "left", "right", "f1", "f3", "f4", "/"})
"""To another tab, to other figures, to help, to a command: none acts on a line."""


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
        self._glancing: Look | None = None
        self._beside: Look | None = None
        self._asked: list[Look] = []
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
        looking = self._looking is not None or self._glancing is not None
        return not self._keys and not self._out and not looking and not self.controller.is_waiting

    @property
    def holds_keys(self) -> bool:
        """Do keys wait for something that is under way?"""
        return self._out or self.controller.is_waiting

    # --- effects and looks

    def reply(self, reply: Reply) -> None:
        """What became of the effect that is out."""
        if isinstance(self.controller.effect, Leave):
            self.left = True
        self._out = False
        before = self.controller.state
        self.controller.resume(reply, self._clock())
        state = self.controller.state
        if state is not before and state.must_be_seen and self._keys:
            state.not_taken(len(self._keys))
            self._keys.clear()
        self.pump()

    def seen(self, look: Look, seen: Any, cost: float = 0.0) -> None:
        """What there was of a look that was asked for; `cost`: the processor time that it took, in seconds."""
        self._asked.remove(look)
        ended = self._ticks()
        if look == self._glancing:
            self._glancing = None
            self._again = max(self._again, ended + CHEAP * cost)
            self.controller.take_beside(look, seen)
        if look == self._looking:
            self._again = max(self._began + LEAST, ended + CHEAP * cost, ended + (ended - self._began))
            self._still = ended + STILL
            self._looking = self._beside = None
            self.controller.take(look, seen, self._clock())
        self.pump()

    def passed_over(self, look: Look) -> None:
        """A look that was asked for was not looked at, because another of its kind was asked for since."""
        self._asked.remove(look)
        if look == self._looking:  # and that is what is shown again by now
            self._looking = None
            self._moved = True
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
        self._looking = look
        self._began = self._ticks()
        if look not in self._asked:  # else what is on its way may be older than the last change
            self._moved = False
            self._ask(look)

    def _glance(self) -> None:
        """Looks at what stands beside; no key waits for it, and of many that were passed by the last is looked at."""
        look = self.controller.beside
        if look is None or look == self._beside or self._glancing is not None or self.controller.is_waiting:
            return
        self._glancing = self._beside = look
        if look not in self._asked:
            self._ask(look)

    def _ask(self, look: Look) -> None:
        self._asked.append(look)
        self._look_at(look)

    # --- in order

    def pump(self) -> None:
        """Presses what waits, until an effect goes out or something has to be looked at first."""
        if self._pumping:
            return
        self._pumping = True
        try:
            self._press_all()
            if not self.left and not self._out:
                self._glance()
        finally:
            self._pumping = False

    def _press_all(self) -> None:
        while not self.left:
            if self.controller.effect is not None:
                if self._out:
                    return
                self._out = True
                self._perform(self.controller.effect)
            elif self.controller.is_waiting:
                look = self.controller.look
                if look is not None and look != self._looking:
                    self._begin(look)
                if self.controller.is_waiting and not self._next_leads_away():
                    return
                if self._keys:
                    self.controller.press(self._keys.popleft(), self._clock())
            elif self._keys:
                self.controller.press(self._keys.popleft(), self._clock())
            else:
                return

    def _next_leads_away(self) -> bool:
        """Does the next key lead away from what is looked at? A command may; it acts on no line of a table."""
        if not self._keys:
            return False
        key = self._keys[0]
        if key in LEAVE_KEYS:
            return True
        typed = self.controller.state.entry.text
        return self.controller.looks_long and (key in AWAY_KEYS or typed.startswith("/"))

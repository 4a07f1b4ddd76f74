"""The queue between the keyboard and the controller: keys of any speed are pressed one by one, in their order.

While an effect is out the keys wait. The same driver serves the screen, the line mode and the tests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from cati.console.interviewer.controller import Controller
from cati.console.interviewer.effects import Effect, Failure, Leave, Reply

if TYPE_CHECKING:
    from cati.desk import Day, Heard


class Driver:
    """Feeds a controller. `perform` carries an effect out, and later hands its reply to `reply`, on this thread."""

    def __init__(
        self,
        controller: Controller,
        perform: Callable[[Effect], None],
        clock: Callable[[], datetime],
    ) -> None:
        self.controller = controller
        self.left = False
        self._perform = perform
        self._clock = clock
        self._keys: deque[str] = deque()
        self._pumping = False
        self._lost: str | None = None
        self._out = False

    def press(self, *keys: str) -> None:
        """Keys, in order: a character as itself, any other by its name."""
        self._keys.extend(keys)
        self.pump()

    def type(self, text: Iterable[str]) -> None:
        """Characters, in order."""
        self.press(*text)

    def reply(self, reply: Reply) -> None:
        """What became of the effect that is out."""
        if isinstance(self.controller.effect, Leave):
            self.left = True
        self._out = False
        if isinstance(reply, Failure) and reply.kind == "lost":
            self._keys.clear()  # they were meant for the case
        self.controller.resume(reply, self._clock())
        self.pump()

    def lost(self, why: str) -> None:
        """The heartbeat found the case lost; told to the controller as soon as no effect is out."""
        self._lost = why
        self.pump()

    def hear(self, told: Heard | Day) -> bool:
        """What the heartbeat heard of the case, or how the day stands; told at once, beside the keys and effects that
        are under way. False: nothing new."""
        from cati.desk import Day  # loaded long since, where a heart beats

        if isinstance(told, Day):
            return self.controller.refresh(told, self._clock())
        return self.controller.hear(told)

    @property
    def waiting(self) -> int:
        """Keys that wait."""
        return len(self._keys)

    def pump(self) -> None:
        """Presses what waits, until an effect goes out."""
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
                elif self._lost is not None:
                    why, self._lost = self._lost, None
                    if self.controller.delivery is not None:
                        self._keys.clear()
                        self.controller.lost(why)
                elif self._keys:
                    self.controller.press(self._keys.popleft(), self._clock())
                else:
                    return
        finally:
            self._pumping = False

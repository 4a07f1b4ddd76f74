"""The supervisor's screen without a screen: keys and what was looked at in, a new state and perhaps one effect out.

Pure: no Textual, no SQL, no file, no clock (the time comes with each key). What is shown is named by `look`; the screen
looks it up, and again whenever the database has changed, and hands it to `take`. While an effect is out, or what was
moved to has not been looked at yet, keys wait: the driver keeps them in order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.supervisor import keys
from cati.console.supervisor.asking import Help, Leaving
from cati.console.supervisor.effects import Effect, Failure, Leave, Reply
from cati.console.supervisor.looks import FIGURES
from cati.console.supervisor.state import State

if TYPE_CHECKING:
    from cati.console.interviewer.page import Page
    from cati.console.supervisor.looks import Look
    from cati.desk import Actor
    from cati.studies import Study

Then = Callable[[Any], None]


@dataclass(slots=True)
class _Waiting:
    then: Then
    failed: Callable[[Failure], None] | None


class Controller:
    """One supervisor at one screen. `state` is where she is, `effect` what the world is asked to do now.

    `trouble`: why what is shown may be out of date; `undoable`: the case that she repaired last.
    """

    def __init__(self, study: Study, who: Actor, now: datetime, *, columns: int = 80, rows: int = 24) -> None:
        self.study = study
        self.who = who
        self.now = now
        self.columns, self.rows = columns, rows
        self.effect: Effect | None = None
        self.screen_pages = 1
        self.trouble = ""
        self.undoable = ""
        self.looked_at: datetime | None = None
        self._waiting: _Waiting | None = None
        self._shown: Look | None = None
        self._tabs: dict[str, State] = {}
        self.state: State
        self.to_tab("shift")

    # --- keys in, effects out

    def press(self, key: str, now: datetime) -> None:
        """One key. No effect may be out."""
        if self.effect is not None:
            raise RuntimeError("a key was pressed while an effect was out")
        self.now = now
        before = self.state
        before.page_at = min(before.page_at, self.screen_pages - 1)
        before.press(key, now)

    def run(self, effect: Effect, then: Then, failed: Callable[[Failure], None] | None = None) -> None:
        """Leaves an effect. `then` gets its reply; without `failed` the line stops with what stands on it: what has to
        do with the world is tried again by Enter, what is not possible is to be mended."""
        if self.effect is not None:
            raise RuntimeError("one effect at a time")
        self.effect = effect
        self._waiting = _Waiting(then, failed)

    def resume(self, reply: Reply, now: datetime) -> None:
        """The reply to the effect that is out, or a Failure."""
        waiting, self.effect, self._waiting = self._waiting, None, None
        assert waiting is not None
        self.now = now
        if not isinstance(reply, Failure):
            waiting.then(reply)
        elif waiting.failed is not None:
            waiting.failed(reply)
        elif reply.kind == "outside":
            self.state.failed(f"NOT DONE: {reply.why} Enter to try again.")
        else:
            self.state.refuse(reply.why)

    # --- what is looked at

    @property
    def look(self) -> Look | None:
        """What is shown now."""
        return self.state.look()

    @property
    def looks_long(self) -> bool:
        """Is what is shown made of figures, which take long to look at?"""
        return isinstance(self.look, FIGURES)

    @property
    def beside(self) -> Look | None:
        """What stands beside it, where the screen is wide enough; looked at when there is time."""
        return self.state.beside()

    def take_beside(self, look: Look, seen: Any) -> None:
        """What there was of what stands beside. A failure is told of by what is shown itself."""
        if look == self.beside and not isinstance(seen, Failure):
            self.state.take_beside(look, seen)

    @property
    def is_waiting(self) -> bool:
        """Has what is shown not been looked at yet?"""
        look = self.look
        return look is not None and look != self._shown and not self.trouble

    def take(self, look: Look, seen: Any, now: datetime) -> None:
        """What there was of a look. What has been moved away from is let go."""
        if look != self.look:
            return
        self.now = now
        if isinstance(seen, Failure):
            if seen.kind == "outside":
                self.trouble = seen.why
            else:
                self._shown = look
                self.state.cannot(seen)
            return
        self._shown, self.looked_at, self.trouble = look, now, ""
        self.state.take(seen)

    def resize(self, columns: int, rows: int) -> None:
        """The screen has another size."""
        self.columns, self.rows = columns, rows

    # --- where to

    def go_to(self, state: State) -> None:
        """To another state; one that was there before is looked at anew."""
        self.state = state
        self._shown = None

    def to_tab(self, name: str) -> None:
        """To a tab, as it was left."""
        from cati.console.supervisor.tabs import make_tab  # the tabs know the controller

        if name not in self._tabs:
            self._tabs[name] = make_tab(name, self)
        tab = self._tabs[name]
        tab.message = None
        self.go_to(tab)

    def step_tab(self, by: int) -> None:
        """To the next tab, or the one before."""
        names = list(keys.TABS)
        self.to_tab(names[(names.index(self.state.name) + by) % len(names)])

    def help(self) -> None:
        """Help for where she is."""
        self.go_to(Help(self))

    def ask_to_leave(self) -> None:
        """Leave the screen?"""
        self.go_to(Leaving(self))

    def leave(self) -> None:
        """The screen ends."""
        self.run(Leave(), lambda _: None)

    # --- what is seen

    def header(self) -> tuple[str, str, str]:
        """The top line, left and right, and the tabs under it."""
        at = self.looked_at
        when = f"{at.astimezone(self.study.timezone):%a %H:%M:%S}" if at is not None else ""
        tab = self.state.tab
        tabs = "".join(f"[{label}]" if name == tab else f" {label} " for name, label in keys.TABS.items())
        return self.study.title, f"{self.who.name}  {when}", tabs

    def page(self) -> Page:
        """All that is to be seen now."""
        return self.state.drawn()

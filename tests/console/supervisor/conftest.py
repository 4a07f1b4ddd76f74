"""The supervisor's screen on a real database, driven without a terminal, beside interviewers at their desks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cati import desk
from cati.console.interviewer import view
from cati.console.supervisor.controller import Controller
from cati.console.supervisor.driver import Driver
from cati.console.supervisor.effects import Effect, Failure
from cati.console.supervisor.looks import Look
from cati.console.supervisor.session import Work
from cati.desk import Actor, Booking, Delivery, Interviewer, OpenCall, Result
from cati.storage import Store, open_store
from cati.studies import Study

from ..conftest import Clock


class Room:
    """Interviewers at the same database, on another connection."""

    def __init__(self, database: Path, study: Study, clock: Clock) -> None:
        self.store = open_store(str(database), clock=clock)
        self.study = study
        self.clock = clock

    def sit(self, name: str) -> Interviewer:
        return desk.sign_in(self.store, name)

    def dial(self, name: str, serial: str) -> tuple[Delivery, OpenCall]:
        delivery = desk.take_case(self.store, self.study, self.sit(name), serial)
        return delivery, desk.start_call(self.store, self.study, delivery.hold, delivery.card.next_number)

    def call(self, name: str, serial: str, result: Result | str) -> None:
        delivery, made = self.dial(name, serial)
        coded = Result(result) if isinstance(result, str) else result
        desk.close_call(self.store, self.study, delivery.hold, made, coded)

    def book(self, name: str, serial: str, minutes: int, kind: Any = "hard") -> None:
        booking = Booking(kind, self.clock() + timedelta(minutes=minutes))
        self.call(name, serial, Result(f"{kind}_appointment", appointment=booking))


@pytest.fixture
def room(database: Path, study: Study, clock: Clock) -> Iterator[Room]:
    made = Room(database, study, clock)
    desk.appoint_administrator(made.store)
    yield made
    made.store.close()


class Watch(Work):
    """The real desk; a test can make it fail."""

    def __init__(self, database: str, study: Study, who: Actor, clock: Clock) -> None:
        super().__init__(database, study, who, clock)
        self.down = ""
        self.looked: list[Look] = []

    def look(self, look: Look) -> Any:
        if self.down:
            return Failure("outside", self.down)
        self.looked.append(look)
        return super().look(look)

    def reply_to(self, effect: Effect) -> Any:
        return Failure("outside", self.down) if self.down else super().reply_to(effect)

    def feel(self) -> Any:
        return Failure("outside", self.down) if self.down else super().feel()


class Screen:
    """A supervisor: types, and reads the screen. Time for looks passes when it is told to."""

    def __init__(self, work: Watch, clock: Clock, *, columns: int = 80, rows: int = 24) -> None:
        self.work = work
        self.ticks = 0.0
        self.controller = Controller(work.study, work.who, clock(), columns=columns, rows=rows)
        self.driver = Driver(self.controller, self._perform, self._look_at, clock, lambda: self.ticks)
        self.driver.pump()

    def _perform(self, effect: Effect) -> None:
        self.driver.reply(self.work.reply_to(effect))

    def _look_at(self, look: Look) -> None:
        self.driver.seen(look, self.work.look(look))

    def type(self, *lines: str) -> Screen:
        """Each text is typed and Enter pressed; <f7> is a key."""
        for line in lines:
            if line.startswith("<"):
                self.driver.press(line[1:-1])
            else:
                self.driver.press(*line, "enter")
        return self

    def wait(self, seconds: float = 1.0) -> Screen:
        """Time passes: the pulse is felt every half second."""
        for _ in range(round(seconds * 2)):
            self.ticks += 0.5
            self.driver.pulse(self.work.feel())
        return self

    @property
    def state(self) -> str:
        return self.controller.state.name

    @property
    def text(self) -> str:
        columns, rows = self.controller.columns, self.controller.rows
        frame = view.draw(self.controller.page(), columns, rows)
        self.controller.screen_pages = frame.pages
        assert len(frame.lines) == rows
        return "\n".join("".join(text for text, _ in line).rstrip() for line in frame.lines)

    @property
    def message(self) -> str:
        shown = self.controller.page().message
        return shown.text if shown is not None else ""

    def line(self, of: str) -> str:
        """The line of the screen that has a text."""
        found = [line for line in self.text.splitlines() if of in line]
        assert found, f"{of!r} is not in\n{self.text}"
        return found[0]


Sit = Callable[..., Screen]


@pytest.fixture
def supervise(room: Room, database: Path, study: Study, clock: Clock) -> Iterator[Sit]:
    """Sits down at the supervisor's screen, as the administrator of the open desk."""
    works: list[Watch] = []

    def sit(who: str | None = None, **size: int) -> Screen:
        work = Watch(str(database), study, desk.sign_in_as(room.store, who), clock)
        works.append(work)
        return Screen(work, clock, **size)

    yield sit
    for work in works:
        work.close()


@pytest.fixture
def store(room: Room) -> Store:
    return room.store

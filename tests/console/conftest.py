"""A database with a small sample, and the console driven on it without a screen."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cati.console.interviewer import effects, view
from cati.console.interviewer.controller import Controller
from cati.console.interviewer.driver import Driver
from cati.console.interviewer.effects import Effect, Failure
from cati.console.interviewer.session import Work
from cati.desk import (
    Booked,
    CaseCard,
    Closed,
    Day,
    Delivery,
    Foreseen,
    Hold,
    Interviewer,
    Note,
    OpenCall,
    PastCall,
    PhoneNumber,
    SampleRow,
    install_study,
    load_sample,
    sign_in,
)
from cati.interview.presenting import Presented, present
from cati.storage import init_database, open_store
from cati.studies import Study, load_study

from ..conftest import in_serial_order

NOW = datetime(2019, 11, 20, 11, 0, tzinfo=UTC)
"""A Wednesday of the fieldwork, in calling hours."""

HOSTILE = "Rate 1 [bad] to 5 [good] [/x] \x1b[31mred\x1b[0m \u202eright"


def people() -> list[SampleRow]:
    return [
        SampleRow(
            serial=f"{1000 + at}",
            name=["Ann Other", HOSTILE, "شيرين عبدالله", "Jo [/bold] Low"][at],
            la="Leeds",
            region="Yorkshire and Humber",
            ofsted="Good",
            phones=("+441134960001", "+441134960002") if at == 0 else (f"+44113496010{at}",),
            email="ann@example.org" if at == 0 else "",
            link="individual",
            variables={"role": HOSTILE},
        )
        for at in range(4)
    ]


class Clock:
    """A clock that only a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


IN_ORDER = 58
"""A seed that draws the people of these tests in the order of their serials."""


@pytest.fixture(scope="session")
def study() -> Study:
    return in_serial_order(load_study("wave2"), IN_ORDER)


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory, study: Study) -> Path:
    path = tmp_path_factory.mktemp("template") / "cati.db"
    init_database(str(path))
    store = open_store(str(path), clock=lambda: NOW - timedelta(hours=3))
    install_study(store, study, fieldwork=(date(2019, 11, 11), date(2020, 1, 7)))
    load_sample(store, people(), study=study, who="test")
    sign_in(store, "Jo")
    store.close()
    return path


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch, study: Study) -> None:
    """The study is the same in every database here: it is read once, not once a test."""
    import cati.desk.study

    def again(texts: dict[str, str], source: str) -> Study:
        assert texts == study.texts, source
        copy = replace(study)
        copy.__dict__.update({name: study.__dict__[name] for name in ("code_lists", "loaded", "scheme", "rules")})
        return copy

    for part in ("code_lists", "loaded", "scheme", "rules"):
        getattr(study, part)
    monkeypatch.setattr(cati.desk.study, "study_from_texts", again)


@pytest.fixture
def database(_template: Path, tmp_path: Path) -> Path:
    path = tmp_path / "cati.db"
    shutil.copy(_template, path)
    return path


@pytest.fixture
def clock() -> Clock:
    return Clock()


class Desk(Work):
    """The real desk; a test can make the next effects of a kind fail."""

    def __init__(self, database: str, clock: Clock) -> None:
        super().__init__(database, lambda _: clock)
        self.failing: dict[type[Any], Failure] = {}
        self.done: list[Effect] = []

    def reply_to(self, effect: Effect) -> Any:
        failure = self.failing.get(type(effect))
        if failure is not None:
            return failure
        self.done.append(effect)
        return super().reply_to(effect)


class Seat:
    """An interviewer at the console: types, and reads the screen."""

    def __init__(self, desk: Any, clock: Clock, user: str = "") -> None:
        self.desk = desk
        self.controller = Controller(clock(), user)
        self.driver = Driver(self.controller, self._perform, clock)
        self.columns, self.rows = 80, 24
        self.driver.pump()

    def _perform(self, effect: Effect) -> None:
        self.driver.reply(self.desk.reply_to(effect))

    def type(self, *lines: str) -> Seat:
        """Each text is typed and Enter pressed; <f7> is a key."""
        for line in lines:
            if line.startswith("<"):
                self.driver.press(line[1:-1])
            else:
                self.driver.press(*line, "enter")
        return self

    @property
    def state(self) -> str:
        return self.controller.state.name

    @property
    def item(self) -> str:
        return str(getattr(self.controller.state, "item", ""))

    @property
    def screen(self) -> str:
        frame = view.draw(self.controller.page(), self.columns, self.rows)
        assert len(frame.lines) == self.rows
        return "\n".join("".join(text for text, _ in line).rstrip() for line in frame.lines)

    @property
    def message(self) -> str:
        shown = self.controller.page().message
        return shown.text if shown is not None else ""

    @property
    def answers(self) -> dict[str, Any]:
        """What is held in memory for the route."""
        interview = self.controller.interview
        return {item: interview.answer_to(item) for item in interview.route}

    def saved(self) -> dict[str, Any]:
        """The newest answers on the disk, by item, whatever the call."""
        from sqlalchemy import func, select

        from cati.storage.answers import latest_answers
        from cati.storage.tables import interview

        with self.desk.store.read() as connection:
            newest = connection.execute(select(func.max(interview.c.id))).scalar_one()
            answers, _ = latest_answers(connection, newest, 0, frozenset())
        return dict(answers)


Sit = Callable[..., Seat]


@pytest.fixture
def sit(database: Path, clock: Clock) -> Iterator[Sit]:
    """Sits down at the console of the database: signed in, and with `dialled` at S1."""
    desks: list[Desk] = []

    def seat(name: str = "Jo", *, dialled: bool = True) -> Seat:
        desk = Desk(str(database), clock)
        desk.open()
        desks.append(desk)
        taken = Seat(desk, clock, name)
        if taken.controller.state.stop is not None:
            taken.type("")
        if dialled:
            taken.type("", "")
        return taken

    yield seat
    for desk in desks:
        desk.close()


class PaperDesk:
    """Says yes to everything and keeps nothing: for what is seen, over many respondents."""

    def __init__(self, study: Study, person: SampleRow, answers: dict[str, Any] | None = None) -> None:
        self.study = study
        self.person = person
        self.answers = answers or {}

    def reply_to(self, effect: Effect) -> Any:
        match effect:
            case effects.SignIn(name):
                return effects.SignedIn(Interviewer(1, name), self.study, Day(1, 0, 0, (), None))
            case effects.Refresh():
                return Day(1, 0, 0, (), None)
            case effects.NextCase():
                return Delivery(Hold(1, self.person.serial, 1, 1), self.card())
            case effects.StartCall():
                return OpenCall(1, 1, 1, self.answers)
            case effects.CloseCall(_, _, result):
                return Closed(self.person.serial, 1, 1, 1, NOW, result.outcome, "it was said", None, 1)
            case effects.CheckBooking():
                return []
            case effects.Foresee(_, _, result):
                return Foreseen(result.outcome, self.person.name, None, False)
            case effects.SaveNote():
                return self.card()
            case effects.LookHeld():
                return []
        return None

    def card(self) -> CaseCard:
        person = self.person
        noted = (person.variables["role"],)
        call = PastCall(1, NOW, NOW, person.name, person.phones[0], "no_reply", "No reply", noted, "why", False)
        return CaseCard(
            serial=person.serial,
            name=person.name,
            la=person.la,
            region=person.region,
            ofsted=person.ofsted,
            email=person.email,
            link=person.link,
            recontact="",
            batch="",
            variables=person.variables,
            online_status="none",
            numbers=tuple(
                PhoneNumber(at, number, "live", "sample", 1, False) for at, number in enumerate(person.phones)
            ),
            next_number=0,
            calls=(call,),
            notes=(Note(NOW, person.name, person.variables["role"]),),
            appointments=(Booked(1, "soft", NOW, NOW + timedelta(hours=1), person.name, "booked", person.name, NOW),),
            reason=person.name,
            outcome="no_reply",
            outcome_label="No reply",
            outcome_why="",
            attempts=1,
            last_call_at=NOW,
            next_call_at=NOW,
            issued=True,
            answered=0,
            held_by=None,
        )

    def close(self) -> None:
        """Nothing is open."""


def typed_for(shown: Presented, luck: random.Random) -> str:
    """An answer that a question takes, as it is typed."""
    if shown.kind == "single":
        options = [option for option in shown.options if not option.again and not option.ends_with]
        return str(luck.choice(options or list(shown.options)).code)
    if shown.kind == "multi":
        alone = [option.code for option in shown.options if option.exclusive]
        others = [option.code for option in shown.options if not option.exclusive]
        if alone and luck.random() < 0.2:
            return str(luck.choice(alone))
        return " ".join(map(str, luck.sample(others, luck.randint(1, min(4, len(others))))))
    if shown.kind == "number":
        if shown.specials and luck.random() < 0.4:
            return luck.choice(["/", ""]) + luck.choice(shown.specials).key
        return str(luck.randint(shown.minimum or 0, min(shown.maximum or 99, 99)))
    if shown.kind == "lookup":
        return luck.choice(["Leeds", "/dk", "Kent"])
    return luck.choice(["some words", HOSTILE.replace("\x1b", "").replace("\u202e", ""), "//slash"])


def answer_all(seat: Seat, luck: random.Random, each: Callable[[Seat], None] = lambda _: None) -> int:
    """Answers question after question until the questionnaire ends; gives how many screens there were."""
    fixed = {"S1": "1", "S2": "1", "S4": "1"}
    screens = 0
    while seat.state in ("question", "lookup", "write_in", "contact"):
        each(seat)
        screens += 1
        assert screens < 300
        before = (seat.item, seat.state)
        if seat.state == "write_in":
            number = seat.controller.page().prompt == "The number"
            seat.type("3" if number else "words of their own")
        elif seat.state == "contact":
            seat.type("A N Other", "a@example.org", "0113 496 0123")
        else:
            shown = present(seat.controller.interview, seat.item)
            typed = fixed.get(seat.item) or typed_for(shown, luck)
            seat.type(typed)
        assert seat.controller.state.stop is None, (before, seat.message)
    return screens

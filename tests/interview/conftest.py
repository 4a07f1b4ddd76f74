"""The two studies, and the walk over a questionnaire written out by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from cati.interview.interview import Interview
from cati.questionnaire.program import Program
from cati.studies import Study, load_study

Answers = dict[str, Any]
Base = Callable[[Answers], bool]
Asked = Callable[[Answers], Sequence[Any]]
"""The answers that a question offers; for a multi its codes, exclusive ones apart."""


LIKELY = 0.8
STOPS = 0.002


@dataclass(frozen=True)
class Line:
    """A line of the table: a question, who is asked, what can be answered."""

    id: str
    base: Base
    offers: Asked
    kind: str = "one"  # one: one of `offers`; many: several codes, `alone` by themselves
    alone: tuple[int, ...] = ()


@dataclass
class Played:
    """What a respondent answered and where it must lead, by the table."""

    answers: Answers = field(default_factory=dict)
    route: list[str] = field(default_factory=list)
    offered: dict[str, list[Any]] = field(default_factory=dict)
    next: str | None = None
    end: str | None = None


Flow = Callable[[str, Any, Answers], str | None]
"""After an answer: `>ID` jumps, `!outcome` ends, `again` comes back, None goes on."""


def play(table: Sequence[Line], flow: Flow, rng: Random, likely: Mapping[str, Any]) -> Played:
    """One random respondent. `likely` holds the answers that most people give, so that most interviews go on.

    At any question a few stop without an answer.
    """
    played, at = Played(), 0
    place = {line.id: index for index, line in enumerate(table)}
    while at < len(table):
        line = table[at]
        at += 1
        if not line.base(played.answers):
            continue
        offers = list(line.offers(played.answers))
        played.route.append(line.id)
        played.offered[line.id] = offers
        if rng.random() < STOPS:
            played.next = line.id
            return played
        answer = likely[line.id] if line.id in likely and rng.random() < LIKELY else _answer(line, offers, rng)
        played.answers[line.id] = answer
        after = flow(line.id, answer, played.answers)
        if after == "again":
            played.next = line.id
            return played
        if after is not None and after.startswith("!"):
            played.end = after[1:]
            return played
        if after is not None:
            at = place[after[1:]]
    played.end = "completed"
    return played


def _answer(line: Line, offers: Sequence[Any], rng: Random) -> Any:
    if line.kind == "one":
        return rng.choice(offers)
    if rng.random() < 0.2:
        return [rng.choice(line.alone)]
    together = [code for code in offers if code not in line.alone]
    return rng.sample(together, rng.randint(1, min(3, len(together))))


def with_stale(table: Sequence[Line], played: Played, rng: Random) -> Answers:
    """The answers with others beside them that are off the route: sensible ones, and some that no item could take."""
    answers = dict(played.answers)
    for line in table:
        if line.id not in played.route and rng.random() < 0.4:
            offers = line.offers(_Anything())
            sensible = _answer(line, offers, rng) if offers else 1
            answers[line.id] = sensible if rng.random() < 0.9 else rng.choice(["nonsense", -1, [99], {"a": 1}])
    rows = list(answers.items())
    rng.shuffle(rows)
    return dict(rows)


class _Anything(dict[str, Any]):
    """Answers before there are any."""

    def get(self, _: str, default: Any = None) -> Any:
        return [1, 2] if default == [] else default


@pytest.fixture(scope="session")
def by_hand() -> SimpleNamespace:
    """The tools for tests that hold the engine against a table."""
    return SimpleNamespace(line=Line, play=play, with_stale=with_stale)


# What somebody answers whom a test says nothing more of: contented, staying, with one answer at a multi.
USUAL: Mapping[str, Any] = {"H1_1": 5, "H1_2": 5, "H1_3": 5, "F1": 1, "K4": {"email": "a@b.org", "phone": "1"}}


def complete(program: Program, answers: Mapping[str, Any], sample: Mapping[str, str] | None = None) -> Interview:
    """The interview of somebody who gives these answers and, elsewhere, usual ones: the first code, 30, some words."""
    interview = Interview(program, sample or {"name": "A N Other", "la": "Leeds", "link": "individual"})
    while (item := interview.next) is not None:
        step = interview.step(item)
        value = answers.get(item, USUAL.get(item))
        if value is None:
            first = [option.option.code for option in step.offered(interview.live, interview.sample)][:1]
            value = {"single": first[0] if first else None, "multi": first, "number": 30}.get(step.kind, "words")
        interview.give(item, value)
        if interview.next == item:
            break
        for name in interview.missing():
            interview.give(name, answers.get(name, 3 if name.endswith("number") else "words"))
    return interview


@pytest.fixture(scope="session")
def completed() -> Callable[..., Interview]:
    """Holds an interview to its end: see `complete`."""
    return complete


@pytest.fixture(scope="session")
def wave2() -> Study:
    return load_study("wave2")


@pytest.fixture(scope="session")
def asye() -> Study:
    return load_study("asye")


@pytest.fixture(scope="session", params=["wave2", "asye"])
def study(request: pytest.FixtureRequest) -> Study:
    """Each of the two studies."""
    shipped: Study = request.getfixturevalue(request.param)
    return shipped


@pytest.fixture(params=["telephone", "online"])
def program(request: pytest.FixtureRequest, study: Study) -> Program:
    """Each study in each mode."""
    return study.program(request.param)

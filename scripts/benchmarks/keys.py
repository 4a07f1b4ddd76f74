"""The interviewer's screen in a terminal against one bare widget: from the key to the repainted next question."""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import Figure, Told
from benchmarks.shop import NOW, open_shop
from benchmarks.terminals import Terminal

if TYPE_CHECKING:
    from cati.interview.interview import Interview
    from cati.questionnaire.program import Step

HERE = Path(__file__).parent
USER = "Bench"
# Nobody to recontact, so that no contact details are asked for.
ALWAYS = {"S1": "1", "S2": "1", "S4": "1", "K1": "2", "K2": "2", "K3": "2"}


@dataclass(frozen=True)
class Typed:
    """An answer as it is typed, and the question that it leads to (None: the end)."""

    item: str
    keys: str
    leads_to: str | None


def console(database: Path) -> list[str]:
    """The command that opens the console on a database, on the day of the fieldwork that the sample is made for."""
    program = str(Path(sys.executable).with_name("cati"))
    return [program, "console", "--user", USER, "--database", str(database), "--now", NOW.isoformat()]


def floor(*arguments: str) -> list[str]:
    """The command that opens the floor."""
    return [sys.executable, str(HERE / "floor_app.py"), *arguments]


def environment(home: Path) -> Mapping[str, str]:
    """Nothing of the user's own is read or written."""
    return {
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "PYTHONPATH": str(HERE.parent),
    }


def whole_interview() -> list[Typed]:
    """A complete interview of someone who works in a local authority, answered with one key and Enter each."""
    from cati.interview.interview import Interview
    from cati.studies import load_study

    program = load_study("wave2").program("telephone")
    sample = {"name": "Person 0", "la": "Leeds", "link": "individual", "interviewer_name": USER}
    interview = Interview(program, sample)
    typed = []
    while (item := interview.next) is not None:
        keys, answer = _answer(interview, interview.step(item))
        interview.give(item, answer)
        typed.append(Typed(item, keys, interview.next))
    return typed


def _answer(interview: Interview, step: Step) -> tuple[str, Any]:
    if step.id in ALWAYS:
        return ALWAYS[step.id], int(ALWAYS[step.id])
    if step.kind in ("single", "multi"):
        code = next(
            each.option.code
            for each in step.offered(interview.live, interview.sample)
            if not (each.option.end or each.option.again or each.option.write_in or each.option.exclusive)
        )
        return str(code), code if step.kind == "single" else [code]
    if step.kind == "number":
        return str(step.item.min or 7), step.item.min or 7
    raise AssertionError(f"{step.id} is a {step.kind}, and this respondent does not meet one")


def pages(count: int) -> list[list[str]]:
    """Questions for the floor to draw: as many lines and words as questions have."""
    rng = Random(1)
    words = ("the", "of", "in", "work", "social", "current", "authority", "satisfied", "role", "with", "children")

    def line() -> str:
        return " ".join(rng.choice(words) for _ in range(rng.randint(5, 9)))[:78]

    return [
        [line() for _ in range(rng.randint(2, 5))] + [f"{at}  {line()[:50]}" for at in range(1, 9)]
        for _ in range(count)
    ]


def shows(item: str) -> str:
    """How a question of the console is known on the screen: its id and its place, in the header."""
    return rf"(?<!\w){re.escape(item)}\s+\d+/"


def to_first_question(terminal: Terminal) -> None:
    """Signs in, takes the next case and dials."""
    terminal.sees("Your name|Callable now")
    while True:
        terminal.write("\r")
        try:
            terminal.sees("Callable now", timeout=4)
            break
        except RuntimeError:  # a new name is asked for twice, and the database may still be opening
            continue
    terminal.write("\r")
    terminal.sees("Why now")
    terminal.settle()
    terminal.write("\r")
    terminal.sees(shows("S1"))


def one_round(place: Path, typed: list[Typed]) -> tuple[list[float], list[float], float, float]:
    """Milliseconds of each answer (console, floor), and processor milliseconds a key (console, floor).

    The two are typed at in turn, answer by answer.
    """
    mine, bare = [], []
    texts = place / "texts.json"
    texts.write_text(json.dumps(pages(40)), encoding="utf-8")
    with (
        Terminal(console(place / "cati.db"), environment(place)) as screen,
        Terminal(floor(str(place / "floor.db"), str(texts)), environment(place)) as widget,
    ):
        to_first_question(screen)
        widget.sees("question 0")
        used = [0.0, 0.0]
        keys = 0
        for at, each in enumerate(typed):
            if each.leads_to is None:
                break
            before = screen.processor(), widget.processor()
            for key in each.keys:
                screen.write(key)
                screen.settle()
                widget.write("1")
                widget.settle()
            start = screen.write("\r")
            mine.append((screen.sees(shows(each.leads_to)) - start) * 1000)
            start = widget.write("\r")
            bare.append((widget.sees(rf"question\s+{at + 1}\s") - start) * 1000)
            used[0] += screen.processor() - before[0]
            used[1] += widget.processor() - before[1]
            keys += len(each.keys) + 1
    return mine, bare, used[0] / keys * 1000, used[1] / keys * 1000


def measure(rounds: int) -> Told:
    """From Enter to the repainted next question, the answer on the disk; and processor time a key."""
    typed = whole_interview()
    medians: dict[str, list[float]] = {"mine": [], "bare": [], "mine_cpu": [], "bare_cpu": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="cati-bench-") as name:
            place = Path(name)
            store, _ = open_shop(place / "cati.db", cases=3)
            store.close()
            mine, bare, mine_cpu, bare_cpu = one_round(place, typed)
        medians["mine"].append(statistics.median(mine))
        medians["bare"].append(statistics.median(bare))
        medians["mine_cpu"].append(mine_cpu)
        medians["bare_cpu"].append(bare_cpu)
    told = {name: statistics.median(values) for name, values in medians.items()}
    note = f"{len(typed) - 1} answers a round, in a pseudo-terminal of 80 by 24, typed at both in turn"
    return [
        Figure(
            "Key → repainted next question, the answer on the disk", "ms", told["mine"],
            "one bare widget drawn by line + one bare durable commit", told["bare"], aim=1.5, rounds=rounds, note=note,
        ),
        Figure(
            "Processor time a key", "ms", told["mine_cpu"],
            "the same bare widget, its commit included", told["bare_cpu"], aim=2, rounds=rounds, note=note,
        ),
    ]  # fmt: skip

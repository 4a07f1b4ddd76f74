"""The supervisor's screen over a shift of a hundred among a hundred thousand cases: what it costs, how late it is.

The shift is worked by this program on the same database: twenty answers a second, and everybody's heartbeat.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from benchmarks.crowd import NOW, crowded
from benchmarks.keys import environment
from benchmarks.measuring import Figure, Told
from benchmarks.terminals import Terminal

if TYPE_CHECKING:
    from cati.desk import Delivery, Interviewer, OpenCall
    from cati.storage import Store
    from cati.studies import Study

HERE = Path(__file__).parent
SHOWN = 17
"""Lines of the table on a screen of 80 by 24."""
FEW = 300
ANSWERS_A_SECOND = 20
HEARTBEATS_A_SECOND = 5


class Shift:
    """Interviewers who talk: each has dialled a case and answers; and one more, who comes and goes."""

    def __init__(self, store: Store, study: Study, people: int) -> None:
        from cati import desk

        self.store, self.study = store, study
        self.seats: list[tuple[Interviewer, Delivery, OpenCall, int]] = []
        for number in range(people):
            who = desk.sign_in(store, f"Interviewer {number:03}")
            delivery = desk.next_case(store, study, who)
            assert delivery is not None
            made = desk.start_call(store, study, delivery.hold, None)
            self.seats.append((who, delivery, made, made.seq))
        self.last = desk.sign_in(store, "Interviewer last")
        self.answers = 0
        self._stopped = threading.Event()

    def work(self) -> None:
        """Answers and heartbeats, evenly, until it is stopped."""
        from cati import desk

        random, beat, began, before = Random(1), 0, time.monotonic(), self.answers
        items = ("S1", "S2", "S4", "B1", "B2")
        while not self._stopped.is_set():
            at = random.randrange(len(self.seats))
            who, delivery, made, seq = self.seats[at]
            desk.save_answer(self.store, delivery.hold, made, items[self.answers % len(items)], 1, seq)
            self.seats[at] = who, delivery, made, seq + 1
            self.answers += 1
            if self.answers % (ANSWERS_A_SECOND // HEARTBEATS_A_SECOND) == 0:
                beat = (beat + 1) % len(self.seats)
                who, delivery, _, _ = self.seats[beat]
                desk.present(self.store, who)
                desk.renew(self.store, delivery.hold)
            self._stopped.wait(max(began + (self.answers - before) / ANSWERS_A_SECOND - time.monotonic(), 0))

    def come(self) -> Delivery:
        """One more dials a case."""
        from cati import desk

        delivery = desk.next_case(self.store, self.study, self.last)
        assert delivery is not None
        desk.start_call(self.store, self.study, delivery.hold, None)
        return delivery

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """The shift is worked meanwhile."""
        thread = threading.Thread(target=self.work)
        thread.start()
        try:
            yield
        finally:
            self._stopped.set()
            thread.join()
            self._stopped.clear()


def watched(command: list[str], place: Path, shift: Shift, seconds: float, rounds: int) -> tuple[float, list[float]]:
    """The share of one processor, in per cent, that a screen takes over a shift, and how late, in milliseconds, it
    shows that one more talks, and no longer."""
    from cati import desk

    people, saved = len(shift.seats), shift.answers
    with Terminal(command, environment(place)) as screen, shift.going_on():
        screen.sees(rf"{people} talking")
        screen.settle(0.3)
        before, began = screen.processor(), time.monotonic()
        while time.monotonic() < began + seconds:
            screen.settle(0.05)
            time.sleep(0.05)
        share = 100 * (screen.processor() - before) / (time.monotonic() - began)
        assert shift.answers - saved > 0.7 * seconds * ANSWERS_A_SECOND, "the shift stands still"
        late = []
        random = Random(2)
        for _ in range(rounds):
            time.sleep(random.random())  # at any moment between two looks
            screen.settle(0.01)
            start = time.perf_counter()
            held = shift.come()
            late.append((screen.sees(rf"{people + 1} talking", quiet=0.0) - start) * 1000)
            desk.release(shift.store, held.hold)
            screen.sees(rf"{people} talking", quiet=0.0)
    return share, late


def idle(command: list[str], place: Path, people: int, seconds: float) -> float:
    """The share of one processor, in per cent, while nothing happens."""
    with Terminal(command, environment(place)) as screen:
        screen.sees(rf"{people} talking")
        screen.settle(1.5)
        before, began = screen.processor(), time.monotonic()
        time.sleep(seconds)
        return 100 * (screen.processor() - before) / (time.monotonic() - began)


def opening(few: tuple[Store, Study], many: tuple[Store, Study], rounds: int) -> tuple[float, float]:
    """Milliseconds to read the first page of the case table and of the queue, of many cases and of few, in turn."""
    from cati import desk

    def read(store: Store, study: Study) -> float:
        start = time.perf_counter()
        desk.find_cases(store, "", desk.Leaf(SHOWN))
        desk.call_back_page(store, study, desk.Wanted(), desk.Leaf(SHOWN))
        return (time.perf_counter() - start) * 1000

    taken: dict[str, list[float]] = {"few": [], "many": []}
    for at in range(rounds + 2):
        for name, both in (("few", few), ("many", many)):
            lasted = read(*both)
            if at >= 2:
                taken[name].append(lasted)
    return statistics.median(taken["many"]), statistics.median(taken["few"])


def measure(*, people: int, many: int, seconds: float, rounds: int) -> Told:
    """Watching, lateness, idling, opening."""
    from cati import desk

    with tempfile.TemporaryDirectory(prefix="cati-bench-") as name:
        place = Path(name)
        database = place / "cati.db"
        store, study = crowded(str(database), many)
        few = crowded(str(place / "few.db"), FEW)
        store.clock = ticking()
        desk.appoint_administrator(store)
        opened = opening(few, (store, study), 15)
        shift = Shift(store, study, people)
        program = str(Path(sys.executable).with_name("cati"))
        screen = [program, "supervise", "--database", str(database), "--now", NOW.isoformat()]
        bare = [sys.executable, str(HERE / "floor_table.py"), str(database), str(SHOWN)]
        mine = watched(screen, place, shift, seconds, rounds)
        floor = watched(bare, place, shift, seconds, rounds)
        still = idle(screen, place, people, seconds / 2), idle(bare, place, people, seconds / 2)
        store.close()
        few[0].close()
    note = f"{people} interviewers, {many:,} cases, {ANSWERS_A_SECOND} answers a second, a screen of 80 by 24"
    table = f"a bare Textual app with a DataTable of {SHOWN} lines, updated at most once a second"
    return [
        Figure("Watching a shift: share of one processor", "%", mine[0], table, floor[0], most=5, note=note),
        Figure(
            "Watching a shift: from the event to the repainted screen", "ms", statistics.median(mine[1]),
            table, statistics.median(floor[1]), most=1000, rounds=rounds, note=f"the latest {max(mine[1]):.0f} ms",
        ),
        Figure("A still screen: share of one processor", "%", still[0], table, still[1], note="nothing happens"),
        Figure(
            f"Opening the case table and the queue of {many:,} cases", "ms", opened[0],
            f"the same of {FEW:,} cases, as many as fill a page", opened[1], aim=1.5, rounds=15,
        ),
    ]  # fmt: skip


def ticking() -> Callable[[], datetime]:
    """The clock that `--now` begins for the screen a moment later."""
    began = time.monotonic()
    return lambda: NOW + timedelta(seconds=time.monotonic() - began)

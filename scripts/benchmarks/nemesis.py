"""Many stations working one database while some of them are killed or stopped: what must never happen, looked for.

Each station is a process of its own that claims cases, answers and codes calls through the desk, and writes on its
output what was acknowledged. The nemesis kills some (SIGKILL) and stops others for longer than their lease (SIGSTOP).
At the end every acknowledgement is held against the database.

    PYTHONPATH=scripts .venv/bin/python -m benchmarks.nemesis --database new.db --stations 16 --seconds 120

runs it by hand on a database that it makes.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TextIO

STATION = """
import json, os, random, sys, threading, time
from datetime import timedelta
from cati import desk
from cati.desk import delivery, holding
from cati.errors import OutsideError
from cati.storage import open_store
database, name, lease, seed, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
holding.LEASE = delivery.LEASE = timedelta(seconds=lease)
ends = ["completed", "refusal", "no_reply", "no_reply", "engaged", "not_available"]

def say(*words):
    os.write(1, (json.dumps(words) + "\\n").encode())

def one_case(store, study, who, rng):
    given = desk.next_case(store, study, who)
    if given is None:
        say("none")
        return False
    hold, card = given.hold, given.card
    say("claimed", card.serial, hold.fence)
    call = desk.start_call(store, study, hold, card.next_number)
    for n in range(rng.randint(1, 4)):
        item, value = f"Q{rng.randint(1, 6)}", rng.randint(1, 9)
        desk.save_answer(store, hold, call, item, value, call.seq + n)
        say("saved", call.interview_id, call.seq + n, item, value, hold.fence)
    if rng.random() < 0.1:
        time.sleep(rng.random() * lease)
    end = rng.choice(ends)
    desk.close_call(store, study, hold, call, desk.Result(end))
    say("closed", card.serial, hold.fence, call.call_id, end)
    return True

def work(number):
    rng = random.Random(seed * 100 + number)
    store = open_store(database)
    study = desk.open_study(store)
    study.scheme, study.rules
    who = desk.sign_in(store, f"{name}.{number}")
    while True:
        try:
            if not one_case(store, study, who, rng):
                break
        except desk.LostHold as lost:
            say("lost", lost.serial)
        except OutsideError as error:
            say("outside", str(error))

for number in range(threads):
    threading.Thread(target=work, args=(number,)).start()
"""


@dataclass
class Found:
    """What the stations were told, and what was done to them."""

    told: Counter[str] = field(default_factory=Counter)
    claims: list[tuple[str, int]] = field(default_factory=list)
    saved: dict[tuple[int, int], list[tuple[str, int, int]]] = field(default_factory=dict)
    closed: dict[int, tuple[str, str]] = field(default_factory=dict)
    outside: list[str] = field(default_factory=list)
    kills: int = 0
    stops: int = 0

    def hear(self, line: str) -> None:
        """A line of a station; one cut short by the kill is not a word."""
        if not line.endswith("\n"):
            return
        what, *words = json.loads(line)
        self.told[what] += 1
        if what == "claimed":
            self.claims.append((words[0], words[1]))
        elif what == "saved":
            self.saved.setdefault((words[0], words[1]), []).append((words[2], words[3], words[4]))
        elif what == "closed":
            self.closed[words[2]] = (words[0], words[3])
        elif what == "outside":
            self.outside.append(words[0])


@dataclass
class _Station:
    process: subprocess.Popen[str]
    path: Path
    output: TextIO
    stopped_until: float = 0.0


def torment(
    database: str,
    *,
    stations: int,
    seconds: float,
    lease: float,
    seed: int = 1,
    threads: int = 1,
    blows: int = 0,
) -> Found:
    """Lets so many stations work for so long, killing and stopping them at random; what they were told.

    Each has so many threads, each with a connection of its own. `blows`: it may end once so many were killed and so
    many stopped.
    """
    rng = random.Random(seed)
    found = Found()
    with tempfile.TemporaryDirectory(prefix="cati-nemesis-") as name:
        folder = Path(name)
        outputs: list[Path] = []

        def start() -> _Station:
            number = len(outputs)
            path = folder / f"{number}.out"
            outputs.append(path)
            output = path.open("w")
            arguments = [database, f"Station {number}", str(lease), str(seed * 1000 + number), str(threads)]
            process = subprocess.Popen([sys.executable, "-c", STATION, *arguments], stdout=output, text=True)
            return _Station(process, path, output)

        running = [start() for _ in range(stations)]
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until and not (blows and min(found.kills, found.stops) >= blows):
                time.sleep(rng.uniform(0.02, 0.2))
                station = rng.choice(running)
                for each in running:
                    if each.stopped_until and time.monotonic() > each.stopped_until:
                        os.kill(each.process.pid, signal.SIGCONT)
                        each.stopped_until = 0.0
                if station.stopped_until or not station.path.stat().st_size:
                    continue  # it is stopped already, or has not begun to work
                if rng.random() < 0.6:
                    station.process.kill()
                    station.process.wait()
                    station.output.close()
                    found.kills += 1
                    running[running.index(station)] = start()
                elif station.process.poll() is None:
                    os.kill(station.process.pid, signal.SIGSTOP)
                    station.stopped_until = time.monotonic() + rng.uniform(0.5, 2.5) * lease
                    found.stops += 1
        finally:
            for each in running:
                if each.stopped_until:
                    os.kill(each.process.pid, signal.SIGCONT)
                each.process.kill()
                each.process.wait()
                each.output.close()
        for path in outputs:
            for line in path.read_text().splitlines(keepends=True):
                found.hear(line)
    return found


def judge(database: str, found: Found, cases: int) -> list[str]:
    """What is wrong: a sentence each. Every acknowledgement is in the database, no case was held twice or lost."""
    from sqlalchemy import func, select

    from cati.storage import open_store, tables, verify

    wrong: list[str] = []
    twice = [claim for claim, times in Counter(found.claims).items() if times > 1]
    wrong += [f"held twice under one fence: {serial} (fence {fence})" for serial, fence in twice]
    store = open_store(database)
    try:
        with store.read() as connection:
            answers: dict[tuple[int, int], tuple[str, int]] = {
                (row.interview_id, row.seq): (row.item, json.loads(row.value))
                for row in connection.execute(select(tables.answer))
            }
            newest = select(func.max(tables.call_result.c.id)).group_by(tables.call_result.c.call_id)
            results = {
                row.call_id: row.outcome
                for row in connection.execute(select(tables.call_result).where(tables.call_result.c.id.in_(newest)))
            }
            serials = set(connection.execute(select(tables.cases.c.serial)).scalars())
            open_twice = connection.execute(
                select(tables.call.c.case_id)
                .where(tables.call.c.ended_at.is_(None))
                .group_by(tables.call.c.case_id)
                .having(func.count() > 1)
            ).all()
        # whoever takes a case over may give the number of an answer to one of its own: of several the newest stands
        for key, said in found.saved.items():
            item, value, _ = max(said, key=lambda each: each[2])
            if answers.get(key) != (item, value):
                wrong.append(f"an acknowledged answer is lost: {key} {item}={value}, there is {answers.get(key)}")
        wrong += [
            f"an acknowledged result is lost: call {call_id} of {serial}, {end}"
            for call_id, (serial, end) in found.closed.items()
            if results.get(call_id) != end
        ]
        if len(serials) != cases:
            wrong.append(f"{cases - len(serials)} cases are lost")
        wrong += [f"two calls are open on one case: {row.case_id}" for row in open_twice]
        wrong += verify(store)
    finally:
        store.close()
    return wrong


def drain(database: str, found: Found) -> int:
    """One interviewer goes on until no case is left that is due; how many she got. Adds them to what was claimed."""
    from cati.desk import Result, close_call, next_case, open_study, sign_in, start_call
    from cati.storage import open_store

    store = open_store(database)
    try:
        study = open_study(store)
        who, got = sign_in(store, "Last"), 0
        while (given := next_case(store, study, who)) is not None:
            found.claims.append((given.card.serial, given.hold.fence))
            call = start_call(store, study, given.hold, given.card.next_number)
            close_call(store, study, given.hold, call, Result("completed"))
            got += 1
    finally:
        store.close()
    return got


def never_handed_out(found: Found, cases: int) -> list[str]:
    """The serials of `prepare` that nobody ever got."""
    return sorted({f"{n:06}" for n in range(cases)} - {serial for serial, _ in found.claims})


def prepare(database: str, cases: int) -> None:
    """A database with so many cases, under calling hours that are always open."""
    from cati.desk import SampleRow, install_study, load_sample
    from cati.storage import init_database, open_store
    from cati.studies import load_study
    from cati.studies.study import demonstration

    init_database(database)
    store = open_store(database)
    study = demonstration(load_study("wave2"))
    install_study(store, study, fieldwork=(date.today() - timedelta(days=2), date.today() + timedelta(days=30)))
    load_sample(store, (SampleRow(f"{n:06}", phones=(f"{n}",)) for n in range(cases)), study=study)
    store.close()


def main() -> int:
    """By hand: exit code 1 if anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True, help="where to make it: a file, or postgresql://… (empty)")
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--stations", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--lease", type=float, default=1.5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of each station, each with its own connection")
    parser.add_argument("--drain", action="store_true", help="afterwards hand out all that is left")
    asked = parser.parse_args()
    prepare(asked.database, asked.cases)
    found = torment(
        asked.database,
        stations=asked.stations,
        seconds=asked.seconds,
        lease=asked.lease,
        seed=asked.seed,
        threads=asked.threads,
    )
    wrong = judge(asked.database, found, asked.cases)
    if asked.drain:
        time.sleep(asked.lease)
        print(f"handed out at the end: {drain(asked.database, found)}", file=sys.stderr)
        wrong += [f"never handed out: {serial}" for serial in never_handed_out(found, asked.cases)[:10]]
    told: dict[str, Any] = {**found.told, "kills": found.kills, "stops": found.stops, "outside": found.outside[:3]}
    print(json.dumps({"told": told, "wrong": wrong}, indent=2, ensure_ascii=False))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

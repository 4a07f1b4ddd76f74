"""One answer saved by the desk against one bare durable commit of the same SQLite library."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import Figure, Told
from benchmarks.shop import open_shop

_EACH_ROUND = 100


def durable(path: Path) -> Any:
    """A connection of the library that cati uses, as durable as cati's, to a new file with one bare table."""
    from cati.storage.sqlite import driver, wanted_journal  # type: ignore[attr-defined]

    connection = driver.connect(str(path), isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA journal_mode={wanted_journal()}").fetchone()
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE IF NOT EXISTS answer (id INTEGER PRIMARY KEY, question INTEGER, value TEXT)")
    return connection


def commit(connection: Any, at: int) -> None:
    """One row, on the disk when this returns."""
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("INSERT INTO answer (question, value) VALUES (?, '1')", (at,))
    connection.execute("COMMIT")


def measure(rounds: int) -> Told:
    """`save_answer` and the bare commit in turn, a hundred of each a round, both on the disk of temporary files."""
    from cati.desk import next_case, save_answer, sign_in, start_call

    mine: list[float] = []
    bare: list[float] = []
    with tempfile.TemporaryDirectory(prefix="cati-bench-") as name:
        place = Path(name)
        store, study = open_shop(place / "cati.db", cases=3)
        connection = durable(place / "floor.db")
        try:
            interviewer = sign_in(store, "Bench")
            delivery = next_case(store, study, interviewer)
            assert delivery is not None
            call = start_call(store, study, delivery.hold, delivery.card.numbers[0].id)
            seq = call.seq
            for at in range(rounds + 1):
                cati, floor = [], []
                for _ in range(_EACH_ROUND):
                    start = time.perf_counter()
                    save_answer(store, delivery.hold, call, "B1", 1, seq)
                    middle = time.perf_counter()
                    commit(connection, seq)
                    cati.append(middle - start)
                    floor.append(time.perf_counter() - middle)
                    seq += 1
                if at:
                    mine.append(statistics.median(cati) * 1000)
                    bare.append(statistics.median(floor) * 1000)
        finally:
            connection.close()
            store.close()
    name = "Saving: an answer on the disk, the case's lease renewed"
    floor_name = "one bare durable INSERT (BEGIN IMMEDIATE … COMMIT, the same library)"
    return [Figure(name, "ms", statistics.median(mine), floor_name, statistics.median(bare), rounds=rounds)]

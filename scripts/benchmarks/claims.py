"""A case claimed by the whole order of the queue, against bare SQL on the same database: the same statement issued by
the driver alone, and, harder, a claim that knows of one group only."""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.cluster import NoCluster, cluster
from benchmarks.crowd import NOW, ZONE, crowded
from benchmarks.measuring import Figure, Missing, Told

_FEW, _MANY = 1_000, 1_000_000
_FLOORS = {"same": "the same claim in bare SQL", "one_group": "a claim of one group in bare SQL"}
_FRESH = f"01|{ZONE}|any|*"
_PICK = f"""SELECT id FROM "case" WHERE next_class = 2 AND owner IS NULL AND next_group = '{_FRESH}'
            AND next_call_at <= %(now)s ORDER BY next_call_at, draw LIMIT 1"""
_SET = """UPDATE "case" SET owner = 1, lease_until = %(until)s, fence = fence + 1"""
_BARE_POSTGRESQL = f"""WITH pick AS MATERIALIZED ({_PICK} FOR UPDATE SKIP LOCKED)
    {_SET} FROM pick WHERE "case".id = pick.id RETURNING "case".id, fence"""
_BARE_SQLITE = f"{_SET} WHERE id = ({_PICK}) RETURNING id, fence"


def measure(seconds: float, many: int = _MANY) -> Told:
    """Claims for so many seconds each: with 1,000 cases and with a million, with one connection and with sixteen."""
    told: Told = []
    for kind in ("SQLite", "PostgreSQL"):
        try:
            with _place(kind) as url:
                told += _on(kind, url, seconds, many)
        except NoCluster as why:
            told.append(Missing(f"Claims on {kind}", str(why)))
    return told


@contextmanager
def _place(kind: str) -> Iterator[str]:
    """Where databases are made: a text with {} for the name."""
    if kind == "SQLite":
        with tempfile.TemporaryDirectory(prefix="cati-bench-") as folder:
            yield f"{folder}/{{}}.db"
        return
    with cluster("shared_buffers=512MB", "max_connections=100", "fsync=on") as server:
        yield server


def _on(kind: str, place: str, seconds: float, many: int) -> Told:
    few, crowd = _made(kind, place, "few", _FEW), _made(kind, place, "many", many)
    times: dict[str, list[float]] = {"few": [], "many": []}
    for _ in range(5):  # in turn, so that what else the machine does weighs on both
        times["few"].append(_spent(few, seconds / 5))
        times["many"].append(_spent(crowd, seconds / 5))
    told: Told = [
        Figure(
            f"{kind}: a claim with {many:,} cases",
            "ms",
            statistics.median(times["many"]) * 1000,
            f"a claim with {_FEW:,} cases",
            statistics.median(times["few"]) * 1000,
            aim=2,
            rounds=5,
        )
    ]
    for workers, aim in ((1, 0.3), (16, 0.5)):
        rates: dict[str, list[float]] = {how: [] for how in ("ours", *_FLOORS)}
        for _ in range(3):
            for how, found in rates.items():
                found.append(_rate(crowd, workers, seconds, how))
        told += [
            Figure(
                f"{kind}: claims a second from {many:,} cases, {workers} connection{'s' if workers > 1 else ''}",
                "/s",
                statistics.median(rates["ours"]),
                words,
                statistics.median(rates[floor]),
                aim=aim if floor == "same" else None,
                at_least=True,
                rounds=3,
            )
            for floor, words in _FLOORS.items()
        ]
    return told


def _made(kind: str, place: str, name: str, cases: int) -> str:
    url = place.format(name)
    if kind == "PostgreSQL":
        import psycopg

        with psycopg.connect(place.format("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
    store, _ = crowded(url, cases)
    store.close()
    return url


def _spent(url: str, seconds: float) -> float:
    """The median seconds of a claim; every case claimed is given back after it, so that none runs short."""
    took = []
    claim, give_back, close = _ours(url, "Bench")
    try:
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            start = time.perf_counter()
            found = claim()
            took.append(time.perf_counter() - start)
            assert found is not None
            give_back(found)
    finally:
        close()
    return statistics.median(took)


def _rate(url: str, workers: int, seconds: float, how: str) -> float:
    """Claims a second of so many processes together; afterwards everything is given back."""
    context = multiprocessing.get_context("spawn")
    go, counts = context.Barrier(workers + 1), context.Queue()
    processes = [context.Process(target=_work, args=(url, at, seconds, how, go, counts)) for at in range(workers)]
    for process in processes:
        process.start()
    go.wait(300)
    done = [counts.get(timeout=seconds + 300) for _ in processes]
    for process in processes:
        process.join()
    claimed = [case for cases, _ in done for case in cases]
    assert len(claimed) == len(set(claimed)), "a case was claimed twice"
    _give_all_back(url)
    return len(claimed) / max(took for _, took in done)


def _work(url: str, at: int, seconds: float, how: str, go: Any, counts: Any) -> None:
    claim, _, close = _ours(url, f"Bench {at}") if how == "ours" else _bare(url, _CLAIMS[how](url))
    found = []
    try:
        go.wait(300)
        start = time.perf_counter()
        while time.perf_counter() < start + seconds:
            case = claim()
            assert case is not None
            found.append(case)
        took = time.perf_counter() - start
    finally:
        close()
    counts.put((found, took))


def _ours(url: str, name: str) -> tuple[Any, Any, Any]:
    from sqlalchemy import update

    from cati.desk import open_study, sign_in
    from cati.desk.delivery import asking_ahead, claim_next
    from cati.storage import open_store
    from cati.storage.tables import cases

    began = time.monotonic()
    store = open_store(url, clock=lambda: NOW + timedelta(seconds=time.monotonic() - began))
    study = open_study(store)
    who = sign_in(store, name)

    def claim() -> Any:
        ahead = asking_ahead(store, study, who)
        with store.write() as connection:
            found, _ = claim_next(store, connection, study, who, ahead)
            return None if found is None else found.case_id

    def give_back(case_id: int) -> None:
        with store.write() as connection:
            connection.execute(update(cases).where(cases.c.id == case_id).values(owner=None, lease_until=None))

    claim()  # imports, statements and groups are there from then on
    return claim, give_back, store.close


def _same(url: str) -> tuple[str, Any]:
    """The statement that cati claims by here and now, and what is handed over with it."""
    from cati.desk import open_study, sign_in
    from cati.desk.delivery import asking
    from cati.storage import open_store, queue

    store = open_store(url, clock=lambda: NOW)
    try:
        study, who = open_study(store), sign_in(store, "Bench")
        with store.read() as connection:
            # a turn of the fresh sample's, whose group is the largest: the same statement must not run out of cases
            moments = (NOW + timedelta(milliseconds=at) for at in range(1000))
            every = (asking(store, connection, study, who, moment) for moment in moments)
            ahead = queue.ahead(store, next(asked for asked in every if asked.turns[0][0] == "fresh"))
        assert ahead is not None
        return ahead.sent
    finally:
        store.close()


def _one_group(url: str) -> tuple[str, Any]:
    values: dict[str, Any] = {"now": NOW, "until": NOW + timedelta(seconds=90)}
    if "://" in url:
        return _BARE_POSTGRESQL, values
    from cati.storage.types import instant_text

    statement = _BARE_SQLITE
    for name in values:
        statement = statement.replace(f"%({name})s", f":{name}")
    return statement, {name: instant_text(value) for name, value in values.items()}


_CLAIMS = {"same": _same, "one_group": _one_group}


def _bare(url: str, claim: tuple[str, Any]) -> tuple[Any, Any, Any]:
    statement, values = claim
    if "://" in url:
        import psycopg

        server = psycopg.connect(url)

        def claim_there() -> Any:
            row = server.execute(statement.encode(), values).fetchone()
            server.commit()
            return row and row[0]

        claim_there()
        return claim_there, None, server.close
    from cati.storage.sqlite import connect

    connection = connect(Path(url))

    def claim_here() -> Any:
        connection.execute("BEGIN IMMEDIATE")
        row = connection.execute(statement, values).fetchone()
        connection.execute("COMMIT")
        return row and row[0]

    claim_here()
    return claim_here, None, connection.close


def _give_all_back(url: str) -> None:
    from cati.storage import open_store
    from cati.storage.tables import cases

    store = open_store(url, clock=lambda: NOW)
    with store.write() as connection:
        connection.execute(cases.update().where(cases.c.owner.is_not(None)).values(owner=None, lease_until=None))
    store.close()
    if "://" in url:
        import psycopg

        with psycopg.connect(url, autocommit=True) as server:
            server.execute('VACUUM "case"')

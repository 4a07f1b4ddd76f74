"""Stations killed and stopped at work: no case held twice, none lost, none skipped, no acknowledged answer lost."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks import nemesis

CASES = 150


def test_nothing_is_lost_whatever_happens_to_the_stations(new_database: Callable[[], str]) -> None:
    database = new_database()
    # many connections to PostgreSQL come cheaper from the threads of one program, killed together
    threads = 4 if "://" in database else 1
    nemesis.prepare(database, CASES)
    found = nemesis.torment(database, stations=4, seconds=90, lease=1.0, threads=threads, blows=3)
    assert min(found.kills, found.stops) >= 3
    assert found.told["closed"] > 0
    assert nemesis.judge(database, found, CASES) == []
    assert found.outside == []
    time.sleep(1.0)
    nemesis.drain(database, found)
    assert nemesis.never_handed_out(found, CASES) == []
    assert nemesis.judge(database, found, CASES) == []

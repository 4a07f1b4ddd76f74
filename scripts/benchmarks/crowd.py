"""A database with as many cases as wanted, as they lie about in the middle of a fieldwork: written by bare SQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study

NOW = datetime(2019, 11, 20, 11, 0, tzinfo=UTC)
ZONE = "Europe/London"
COLUMNS = (
    "serial", "name", "variables", "loaded_at", "issued_at", "outcome", "outcome_at", "attempts", "last_call_at",
    "next_class", "next_call_at", "next_until", "next_group", "next_rule", "next_reason", "next_owner", "draw",
)  # fmt: skip
_SLOTS = ("weekday_morning", "weekday_afternoon", "weekday_evening", "weekend")


def crowded(url: str, cases: int) -> tuple[Store, Study]:
    """Makes the database of Wave 2 with so many cases and leaves it open, its clock standing at `NOW`.

    One in ten has an appointment, a score of a million due and waiting for whoever made them; four in ten were never
    called; the others were called one to eight times, a third of them due, in all the groups that slot balancing makes.
    """
    from cati.desk import install_study, sign_in
    from cati.storage import init_database, open_store
    from cati.studies import load_study

    init_database(url)
    store = open_store(url, clock=lambda: NOW)
    study = load_study("wave2")
    install_study(store, study)
    owner = sign_in(store, "Somebody else").id
    rows = ((*_row(at, owner, store.is_sqlite),) for at in range(cases))
    if store.is_sqlite:
        _fill_sqlite(Path(url), rows)
    else:
        _fill_postgresql(url, rows)
    return store, study


def _row(at: int, owner: int, as_text: bool) -> Iterator[Any]:
    def instant(moment: datetime | None) -> Any:
        from cati.storage.types import instant_text

        return instant_text(moment) if as_text and moment is not None else moment

    kind = at % 10
    minutes = timedelta(minutes=(at * 7919) % 20_000)
    draw = (at * 2_654_435_761) % 2**31
    loaded = instant(NOW - timedelta(days=9))
    facts = (f"{at:07}", f"Person {at}", json.dumps({}), loaded, loaded)
    if kind == 0:  # an appointment; the due ones within the last minutes
        due = at % 50_000 == 0
        starts = NOW - timedelta(minutes=1) if due else NOW + timedelta(minutes=1) + minutes
        ends = instant(starts + timedelta(minutes=30))
        key = "hard_appointment" if at % 20 else "soft_appointment"
        place = (0 if at % 20 else 1, instant(starts), ends, f"00|{ZONE}|any|*", "appointment", "Appointment", owner)
        yield from (*facts, key, loaded, 1, loaded, *place, draw)
    elif kind <= 4:
        place = (2, instant(NOW - timedelta(days=8)), None, f"01|{ZONE}|any|*", "fresh", "Not called yet", None)
        yield from (*facts, "not_called", loaded, 0, None, *place, draw)
    else:
        calls = 1 + at % 8
        slots = [name for bit, name in enumerate(_SLOTS) if (1 + (at // 10) % 15) >> bit & 1]
        due = NOW - minutes if at % 3 == 0 else NOW + minutes
        group = f"{calls + 1:02d}|{ZONE}|any|{'+'.join(slots) if len(slots) < len(_SLOTS) else '*'}"
        place = (2, instant(due), None, group, "delay", "No reply", None)
        yield from (*facts, "no_reply", loaded, calls, instant(NOW - timedelta(days=1)), *place, draw)


def _fill_sqlite(path: Path, rows: Iterator[tuple[Any, ...]]) -> None:
    from cati.storage.sqlite import connect

    connection = connect(path)
    try:
        connection.execute("BEGIN IMMEDIATE")
        holes = ", ".join("?" * len(COLUMNS))
        connection.executemany(f'INSERT INTO "case" ({", ".join(COLUMNS)}) VALUES ({holes})', rows)
        connection.execute("COMMIT")  # and no ANALYZE: cati has none made, and with it SQLite plans every claim anew
    finally:
        connection.close()


def _fill_postgresql(url: str, rows: Iterator[tuple[Any, ...]]) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        with connection.cursor().copy(f'COPY "case" ({", ".join(COLUMNS)}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        connection.execute('VACUUM ANALYZE "case"')

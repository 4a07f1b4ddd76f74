"""The migrations make the very tables that the program expects, on both kinds of database."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, inspect, text

from cati.desk import (
    Booking,
    Refusal,
    Result,
    SampleRow,
    case_card,
    close_call,
    install_study,
    load_sample,
    next_case,
    save_answer,
    sign_in,
    start_call,
    take_case,
)
from cati.errors import InputError
from cati.storage import Store, init_database, open_store, verify
from cati.storage.migrations import configuration
from cati.storage.schema import REVISION, REVISIONS
from cati.storage.tables import metadata
from cati.studies import Study

_POSTGRESQL = """
    SELECT 'column', table_name, column_name, data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'index', tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'options', relname, '', array_to_string(reloptions, ',')
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
"""
_SQLITE = "SELECT type, tbl_name, name, sql FROM sqlite_master"


def _schema(connection: Connection) -> list[tuple[str, ...]]:
    query = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    rows = [tuple(" ".join(str(part).split()) for part in row) for row in connection.execute(text(query))]
    return sorted((*row[:-1], _sorted_parts(row[-1])) for row in rows if row[1] != "alembic_version")


def _sorted_parts(sql: str) -> str:
    """A CREATE statement with its columns and constraints in order of the alphabet: their order means nothing."""
    head, opening, rest = sql.partition("( ")
    body, closing, tail = rest.rpartition(" )")
    return head + opening + ", ".join(sorted(re.split(r", (?![^()]*\))", body))) + closing + tail


def test_a_migrated_database_is_one_made_from_the_tables(store: Store, new_database: Callable[[], str]) -> None:
    with store.read() as connection:
        migrated = _schema(connection)
    bare = open_store(new_database())
    with bare.write() as connection:
        metadata.drop_all(connection)
        assert _schema(connection) == []
        metadata.create_all(connection)
        assert migrated == _schema(connection)
    bare.close()


def test_alembic_itself_finds_nothing_to_add(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_revision_that_opening_asks_for_is_the_newest_migration() -> None:
    from alembic.script import ScriptDirectory

    from cati.storage.migrations import configuration

    scripts = ScriptDirectory.from_config(configuration())
    assert scripts.get_current_head() == REVISION
    assert tuple(reversed([script.revision for script in scripts.walk_revisions()])) == REVISIONS


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cati.storage import init_database
    from cati.storage.sqlite import make_engine

    path = tmp_path / "cati.db"

    def fail(connection: Connection, revision: str = "head") -> None:
        from alembic import command

        from cati.storage.migrations import configuration

        connection.execute(text("SELECT 1"))
        command.upgrade(configuration(connection), revision)
        raise RuntimeError("the last step fails")

    monkeypatch.setattr("cati.storage.migrations.upgrade", fail)
    with pytest.raises(RuntimeError, match="last step"):
        init_database(str(path))
    engine: Engine = make_engine(path, "wal", write=False)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar() == 0
    engine.dispose()


def test_every_sqlite_table_is_strict(sqlite_database: str) -> None:
    store = open_store(sqlite_database)
    with store.read() as connection:
        tables = connection.execute(text("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")).all()
    store.close()
    assert {name for name, strict in tables if not strict} <= {"alembic_version", "sqlite_schema"}


def test_making_a_database_works_from_any_folder(tmp_path: Path) -> None:
    code = "from cati.storage import init_database; print(init_database('cati.db'))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "made\n"
    assert done.stderr == ""


def test_an_older_database_is_brought_up_to_date_with_all_that_it_holds(
    new_database: Callable[[], str], study: Study, clock: Any
) -> None:
    url = new_database()
    before = _as_of_revision_2(url, study, clock)
    filled = {name for name, rows in before.items() if rows}
    assert {"case", "call", "call_result", "note", "appointment", "number", "outcome_history", "answer"} <= filled
    with pytest.raises(InputError, match="of an older cati"):
        open_store(url)
    assert init_database(url) == "migrated"
    assert init_database(url) == "current"
    store = open_store(url, clock=clock)
    after = _rows(store, before)
    for name, rows in before.items():
        # columns that are new since stand beside; nothing that was there is another now
        assert [{key: row[key] for key in rows[at]} for at, row in enumerate(after[name])] == rows, name
    assert verify(store) == []
    install_study(store, study)
    assert case_card(store, study, "C1").notes
    appointed = next_case(store, study, sign_in(store, "Ann"))
    assert appointed is not None
    assert appointed.card.serial == "C2"
    store.close()


def _as_of_revision_2(url: str, study: Study, clock: Any) -> dict[str, list[dict[str, Any]]]:
    """Makes a database with calls, answers, a note and an appointment one of revision 0002; its rows, by table."""
    store = open_store(url, clock=clock)
    install_study(store, study)
    load_sample(store, [SampleRow(f"C{n}", name=f"P{n}", phones=(f"01632 96000{n}",)) for n in (1, 2, 3)], study=study)
    who = sign_in(store, "Ann")
    results = {
        "C1": Result("refusal", refusal=Refusal("soft", "herself", "no time"), note="rather not"),
        "C2": Result("hard_appointment", appointment=Booking("hard", clock.now + timedelta(minutes=30))),
    }
    for serial, result in results.items():
        delivery = take_case(store, study, who, serial)
        made = start_call(store, study, delivery.hold, delivery.card.numbers[0].id)
        save_answer(store, delivery.hold, made, "S1", 1, made.seq)
        close_call(store, study, delivery.hold, made, result)
    clock.forward(minutes=30)
    with store.write() as connection:
        command.downgrade(configuration(connection), "0002")
        names = [
            name
            for name in metadata.tables
            if name in inspect(connection).get_table_names() and name != "alembic_version"
        ]
    rows = _rows(store, names)
    store.close()
    return rows


@pytest.mark.parametrize(("address", "counted"), [("b@b.example", True), ("", False)])
def test_whoever_was_erased_before_counts_as_having_had_an_address_where_the_sample_holds_any(
    new_database: Callable[[], str], study: Study, address: str, counted: bool
) -> None:
    url = new_database()
    store = open_store(url)
    load_sample(store, [SampleRow("A", email="a@a.example"), SampleRow("B", email=address)], study=study)
    with store.write() as connection:
        connection.execute(text("""UPDATE "case" SET email = '', erased_at = loaded_at WHERE serial = 'A'"""))
        command.downgrade(configuration(connection), "0004")
    store.close()
    assert init_database(url) == "migrated"
    store = open_store(url)
    with store.read() as connection:
        had = connection.execute(text("""SELECT serial, had_email FROM "case" ORDER BY serial""")).all()
    assert [tuple(row) for row in had] == [("A", int(counted)), ("B", 0)]
    store.close()


_KEYS = ("id", "key", "hash", "name", "case_id", "interview_id", "seq", "item")


def _rows(store: Store, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    found = {}
    with store.read() as connection:
        for name in names:
            rows = [dict(row._mapping) for row in connection.execute(text(f'SELECT * FROM "{name}"'))]
            found[name] = sorted(rows, key=lambda row: str([row[key] for key in _KEYS if key in row]))
    return found

"""The migrations make the very tables that the program expects, on both kinds of database."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text

from cati.storage import Store, open_store
from cati.storage.schema import REVISION, REVISIONS
from cati.storage.tables import metadata

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

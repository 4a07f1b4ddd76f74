"""Backups and checks."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from cati.errors import InputError, OutsideError
from cati.storage import Store, backup, open_store, verify


def test_a_backup_opens_and_is_whole(sqlite_database: str, tmp_path: Path) -> None:
    store = open_store(sqlite_database)
    target = tmp_path / "copy.db"
    for _ in range(2):  # an older backup is replaced
        backup(store, target)
    store.close()
    copy = open_store(str(target))
    assert verify(copy) == []
    copy.close()


def test_a_backup_overwrites_nothing_that_is_no_database(sqlite_database: str, tmp_path: Path) -> None:
    store = open_store(sqlite_database)
    words = tmp_path / "sample.csv"
    words.write_text("serial\n")
    with pytest.raises(InputError, match="no SQLite file"):
        backup(store, words)
    with pytest.raises(InputError, match="the database itself"):
        backup(store, sqlite_database)
    with pytest.raises(InputError, match="is a folder"):
        backup(store, tmp_path)
    with pytest.raises(OutsideError, match="Cannot write in"):
        backup(store, tmp_path / "none" / "copy.db")
    store.close()
    assert words.read_text() == "serial\n"
    assert not list(tmp_path.glob(".*part"))


def test_a_backup_of_postgresql_is_pg_dumps_work(postgresql_database: str, tmp_path: Path) -> None:
    store = open_store(postgresql_database)
    with pytest.raises(OutsideError, match="pg_dump --format=custom"):
        backup(store, tmp_path / "copy")
    store.close()


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("""UPDATE "case" SET outcome = 'refusal' WHERE serial = 'C2'""", "newest of its history: C2"),
        ("""UPDATE "case" SET attempts = 3, last_call_at = loaded_at""", "coded calls: C1, C2, C3, C4, C5"),
        ("""UPDATE "case" SET lease_until = loaded_at WHERE serial = 'C1'""", "held by nobody"),
        ("""UPDATE "case" SET next_class = 0 WHERE serial = 'C3'""", "not booked: C3"),
        ("""UPDATE "case" SET issued_at = NULL WHERE serial = 'C3'""", "never issued: C3"),
        ("""UPDATE "case" SET last_call_at = loaded_at WHERE serial = 'C3'""", "contradict each other: C3"),
    ],
)
def test_verify_names_what_is_wrong(shop: Store, damage: str, finding: str) -> None:
    assert verify(shop) == []
    with shop.write() as connection:
        connection.execute(text(damage))
    assert any(finding in problem for problem in verify(shop))


def test_verify_finds_rows_that_point_nowhere(sqlite_database: str) -> None:
    with closing(sqlite3.connect(sqlite_database)) as raw:
        raw.execute("INSERT INTO note (case_id, interviewer_id, at, text) VALUES (9, 9, '', '')")
        raw.commit()
    with closing(open_store(sqlite_database)) as store:
        assert sorted(verify(store)) == [
            "1 rows of note point to rows of case that are not there.",
            "1 rows of note point to rows of interviewer that are not there.",
        ]


def test_verify_finds_a_damaged_file(sqlite_database: str) -> None:
    with closing(sqlite3.connect(sqlite_database)) as raw:
        page = raw.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'uq_case_serial' OR name LIKE '%autoindex_case_1'"
        )
        start = 4096 * (page.fetchone()[0] - 1)
    content = bytearray(Path(sqlite_database).read_bytes())
    content[start : start + 8] = b"\xff" * 8
    Path(sqlite_database).write_bytes(content)
    with closing(open_store(sqlite_database)) as store:
        assert any("damaged" in problem for problem in verify(store))

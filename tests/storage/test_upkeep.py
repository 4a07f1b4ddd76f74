"""Backups and checks."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from cati.desk import (
    Booking,
    Hold,
    Refusal,
    Result,
    close_call,
    next_case,
    save_answer,
    sign_in,
    start_call,
)
from cati.errors import InputError, OutsideError
from cati.storage import Store, backup, init_database, open_store, remove, tables, verify
from cati.storage import sqlite as sqlite_room
from cati.storage.turn import Turn
from cati.studies import Study


def test_a_backup_opens_and_is_whole_and_may_be_replaced_by_the_next(sqlite_database: str, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    with closing(open_store(sqlite_database)) as store:
        backup(store, target)
        with store.write() as connection:
            connection.execute(insert(tables.meta).values(key="later", value=""))
        backup(store, target)
    with closing(open_store(str(target))) as copy:
        assert verify(copy) == []
        with copy.read() as connection:
            assert connection.execute(select(tables.meta).where(tables.meta.c.key == "later")).first() is not None


def test_a_backup_of_a_backup_replaces_that_databases_older_backups(sqlite_database: str, tmp_path: Path) -> None:
    with closing(open_store(sqlite_database)) as store:
        backup(store, tmp_path / "monday.db")
        backup(store, tmp_path / "tuesday.db")
    with closing(open_store(str(tmp_path / "monday.db"))) as restored:
        backup(restored, tmp_path / "tuesday.db")


def test_a_database_that_was_worked_in_is_never_replaced(sqlite_database: str, tmp_path: Path) -> None:
    copy, other = tmp_path / "copy.db", tmp_path / "other.db"
    init_database(str(other))
    with closing(open_store(sqlite_database)) as store:
        backup(store, copy)
        with closing(open_store(str(copy))) as restored, restored.write() as connection:
            connection.execute(insert(tables.meta).values(key="an interview", value=""))
        for path in (copy, other):
            before = path.read_bytes()
            with pytest.raises(InputError, match="worked in, not a backup"):
                backup(store, path)
            assert path.read_bytes() == before


def test_the_backup_of_another_database_is_not_replaced(sqlite_database: str, tmp_path: Path) -> None:
    init_database(str(tmp_path / "other.db"))
    with closing(open_store(str(tmp_path / "other.db"))) as other:
        backup(other, tmp_path / "copy.db")
    with closing(open_store(sqlite_database)) as store, pytest.raises(InputError, match="backup of another database"):
        backup(store, tmp_path / "copy.db")


def test_somebody_elses_database_is_not_replaced(sqlite_database: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "accounts.db")) as other:
        other.execute("CREATE TABLE meta (invoice)")
    with closing(open_store(sqlite_database)) as store, pytest.raises(InputError, match="not a cati database"):
        backup(store, tmp_path / "accounts.db")


@pytest.mark.skipif(sqlite_room.wanted_journal() != "wal", reason="an idle program is seen in WAL mode only")
def test_a_backup_that_a_program_has_open_is_not_replaced(sqlite_database: str, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    with closing(open_store(sqlite_database)) as store:
        backup(store, target)
        init_database(str(target))  # goes over to WAL
        with closing(open_store(str(target))), pytest.raises(InputError, match="open in another program"):
            backup(store, target)
        backup(store, target)
    assert not list(tmp_path.glob("copy.db-*"))


def test_a_backup_that_is_being_written_to_is_not_replaced(sqlite_database: str, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    with closing(open_store(sqlite_database)) as store:
        backup(store, target)
        with Turn(target), pytest.raises(InputError, match="open in another program"):
            backup(store, target)


def test_a_program_whose_file_was_replaced_saves_nothing_into_the_old_one(sqlite_database: str, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    with closing(open_store(sqlite_database)) as store:
        backup(store, target)
        with closing(open_store(str(target))) as restored:  # in a rollback journal an idle program cannot be seen
            assert restored.journal == "truncate"
            backup(store, target)
            with pytest.raises(OutsideError, match="replaced or removed"), restored.write():
                pass


@pytest.mark.parametrize("ending", ["-wal", "-journal"])
def test_what_another_database_left_beside_the_name_is_not_read_into_the_copy(
    sqlite_database: str, tmp_path: Path, ending: str
) -> None:
    target = tmp_path / "copy.db"
    left = tmp_path / f"copy.db{ending}"
    left.write_bytes(b"commits of a database that is gone")
    with closing(open_store(sqlite_database)) as store:
        with pytest.raises(InputError, match=rf"copy\.db{ending} is left over"):
            backup(store, target)
        assert not target.exists()
        left.write_bytes(b"")
        (tmp_path / "copy.db-shm").write_bytes(b"an index of what was in the -wal")
        backup(store, target)
    assert not list(tmp_path.glob("copy.db-*"))


@pytest.mark.skipif(sqlite_room.wanted_journal() != "wal", reason="an idle program is seen in WAL mode only")
def test_a_database_is_not_removed_while_it_is_open(sqlite_database: str, tmp_path: Path) -> None:
    path = Path(sqlite_database)
    with closing(open_store(sqlite_database)) as store:
        with store.write():
            pass
        with pytest.raises(InputError, match="open in another program"):
            remove(path)
    remove(path)
    assert not list(tmp_path.glob(f"{path.name}*"))


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_nobody_but_the_owner_can_read_what_is_kept(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = tmp_path / "shift.db"
        init_database(str(path))
        with closing(open_store(str(path))) as store:
            with store.write() as connection:
                connection.execute(insert(tables.meta).values(key="a", value="b"))
            backup(store, tmp_path / "copy.db")
            backup(store, tmp_path / "copy.db")
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert {"shift.db", "shift.db.lock", "copy.db"} <= modes.keys()
    assert modes == dict.fromkeys(modes, 0o600)


@pytest.mark.skipif(os.name != "posix", reason="modes of files are POSIX's")
def test_the_lock_is_as_open_as_the_database_it_belongs_to(sqlite_database: str) -> None:
    Path(sqlite_database).chmod(0o660)
    with closing(open_store(sqlite_database)) as store, store.write():
        assert Path(f"{sqlite_database}.lock").stat().st_mode & 0o777 == 0o660


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


def _span(serial: str, issued_on: str, held_on: str) -> str:
    """Says of a case that it was issued from one day to another."""
    times = ", ".join(f"'{day}T00:00:00.000000Z'" for day in (issued_on, held_on))
    case = f"""SELECT id, {times} FROM "case" WHERE serial = '{serial}'"""
    return f"INSERT INTO issue_span (case_id, issued_at, held_at) {case}"


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        ("""UPDATE "case" SET outcome = 'refusal' WHERE serial = 'C2'""", "newest of its history: C2"),
        ("""UPDATE "case" SET attempts = 3, last_call_at = loaded_at""", "coded calls: C1, C2, C3, C4, C5"),
        ("""UPDATE "case" SET lease_until = loaded_at WHERE serial = 'C1'""", "held by nobody"),
        ("""UPDATE "case" SET next_class = 0 WHERE serial = 'C3'""", "not booked: C3"),
        ("""UPDATE "case" SET issued_at = NULL WHERE serial = 'C3'""", "never issued: C3"),
        (_span("C3", "2019-11-01", "2019-10-01"), "held again before it was issued: C3"),
        (_span("C2", "2019-11-01", "2029-11-01"), "issued twice at once: C2"),
        ("""UPDATE "case" SET last_call_at = loaded_at WHERE serial = 'C3'""", "contradict each other: C3"),
        ("""UPDATE "case" SET outcome = 'completed' WHERE serial = 'C1'""", "final outcome, but is to be called: C1"),
        ("""UPDATE "case" SET outcome = 'complete' WHERE serial = 'C1'""", "none of the study's scheme: C1"),
        ("DELETE FROM study_file WHERE path = 'study.yaml'", "its file 'study.yaml' is missing"),
        ("UPDATE study_file SET text = 'id: [' WHERE path = 'study.yaml'", "cannot be read"),
        ("DELETE FROM study", "the study that they belong to is not there"),
        ("DROP TABLE shift_note", "The table shift_note is not there."),
        ("DROP INDEX ix_case_turn", "The index ix_case_turn is not there."),
        ("""ALTER TABLE "case" DROP COLUMN came_as""", "The column came_as of the table case is not there."),
        (
            """UPDATE "case" SET variables = '{' WHERE serial = 'C4'""",
            "sample variables cannot be read (it is no JSON): C4",
        ),
    ],
)
def test_verify_names_what_is_wrong(shop: Store, damage: str, finding: str) -> None:
    assert verify(shop) == []
    with shop.write() as connection:
        connection.execute(text(damage))
    assert any(finding in problem for problem in verify(shop))


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (
            "UPDATE contact_detail SET call_id = (SELECT max(id) FROM call)",
            "call of another case, or to no interview: C1",
        ),
        ("UPDATE answer SET seq = 2 WHERE seq = 1", "contact details have the same number in an interview: C1"),
        ("DELETE FROM study_file", "files are not kept: C1, C2"),
        ("""UPDATE "case" SET owner = NULL, lease_until = NULL""", "left open by somebody who no longer holds"),
        ("""UPDATE "case" SET fence = fence + 1""", "left open by somebody who no longer holds the case: C1"),
        ("UPDATE appointment SET status = 'booked'", "final outcome, but an appointment is booked: C2"),
        ("UPDATE answer SET value = '{not json'", "An answer cannot be read (it is no JSON): C1"),
        ("UPDATE contact_detail SET value = '{not json'", "A contact detail cannot be read (it is no JSON): C1"),
        ("UPDATE call_result SET outcome = 'junk' WHERE outcome = 'refusal'", "none of the study's scheme: C2"),
    ],
)
def test_verify_looks_at_interviews_too(shop: Store, study: Study, damage: str, finding: str) -> None:
    ann = sign_in(shop, "Ann")
    first, second = (next_case(shop, study, ann) for _ in range(2))
    assert first is not None
    assert second is not None
    talking = start_call(shop, study, first.hold, first.card.next_number)
    save_answer(shop, first.hold, talking, "S4", 1, 1)
    save_answer(shop, first.hold, talking, "K4", {"name": "Jo", "email": "jo@example.org"}, 2)
    booked = Booking("hard", datetime(2019, 11, 21, 14, tzinfo=UTC))
    call = start_call(shop, study, second.hold, second.card.next_number)
    close_call(shop, study, second.hold, call, Result("hard_appointment", appointment=booked))
    with shop.write() as connection:
        connection.execute(
            text("""UPDATE "case" SET owner = 1, lease_until = loaded_at, fence = 9 WHERE serial = 'C2'""")
        )
    again = Hold(second.hold.case_id, "C2", ann.id, 9, "")
    call = start_call(shop, study, again, second.card.next_number)
    close_call(shop, study, again, call, Result("refusal", refusal=Refusal("hard", "respondent", "")))
    assert verify(shop) == []
    with shop.write() as connection:
        connection.execute(text(damage))
    assert any(finding in problem for problem in verify(shop))


@pytest.mark.parametrize("values", [({"name": "Jo", "phone": ""}, 1), (1, {"name": "Jo", "phone": ""})])
def test_a_number_of_an_interview_holds_the_answer_saved_last_and_nothing_of_the_one_before(
    shop: Store, study: Study, values: tuple[Any, Any]
) -> None:
    """The first save was done, but not heard of; at the same number something else was taken down."""
    delivery = next_case(shop, study, sign_in(shop, "Ann"))
    assert delivery is not None
    call = start_call(shop, study, delivery.hold, delivery.card.next_number)
    for item, value in zip(("K4" if isinstance(value, dict) else "B1" for value in values), values, strict=True):
        save_answer(shop, delivery.hold, call, item, value, 5)
    kept = "K4" if isinstance(values[1], dict) else "B1"
    with shop.read() as connection:
        rows = [
            (table.name, row.item)
            for table in (tables.answer, tables.contact_detail)
            for row in connection.execute(select(table))
        ]
    assert rows == [("contact_detail" if kept == "K4" else "answer", kept)]
    again = start_call(shop, study, delivery.hold, delivery.card.next_number)
    assert (again.answers, again.seq) == ({kept: values[1]}, 6)
    assert verify(shop) == []


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

"""Opening, making and refusing databases; transactions; the clock."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, inspect, select, text

from cati.errors import InputError, OutsideError
from cati.storage import Store, init_database, open_store
from cati.storage import sqlite as sqlite_room
from cati.storage.location import locate
from cati.storage.mounts import network_file_system
from cati.storage.schema import REVISIONS
from cati.storage.tables import interviewer, meta
from cati.storage.turn import Turn


def test_a_database_is_made_once_and_then_current(tmp_path: Path) -> None:
    path = str(tmp_path / "deep" / "er" / "cati.db")
    assert init_database(path) == "made"
    assert init_database(path) == "current"
    open_store(path).close()


def test_a_database_is_not_made_beside_the_journal_of_one_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "cati.db-wal").write_bytes(b"commits of a database that is gone")
    with pytest.raises(InputError, match=r"cati\.db-wal is left over"):
        init_database(str(tmp_path / "cati.db"))
    assert [path.name for path in tmp_path.iterdir()] == ["cati.db-wal"]


def test_opening_what_is_not_there_says_how_to_make_it(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cati init STUDY"):
        open_store(str(tmp_path / "none.db"))
    assert list(tmp_path.iterdir()) == []


def test_opening_loads_no_alembic(database: str) -> None:
    code = (
        "import sys; from cati.storage import open_store; open_store(sys.argv[1]).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code, database], check=False).returncode == 0


def test_a_database_of_an_older_revision_asks_for_init(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cati.storage.schema.REVISION", "0099")
    monkeypatch.setattr("cati.storage.schema.REVISIONS", (*REVISIONS, "0099"))
    with pytest.raises(InputError, match=r"older cati.*cati init"):
        open_store(database)


def test_a_database_of_a_newer_cati_is_left_alone(store: Store, database: str) -> None:
    with store.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(InputError, match="newer cati"):
        open_store(database)
    with pytest.raises(InputError, match="newer cati"):
        init_database(database)


def test_somebody_elses_files_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "accounts.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE invoices (id)")
    connection.close()
    words = tmp_path / "sample.csv"
    words.write_text("serial,name\n")
    for path, message in ((other, "not cati's"), (words, "no SQLite file"), (tmp_path, "is a folder")):
        with pytest.raises(InputError, match=message):
            open_store(str(path))
        with pytest.raises(InputError, match=message):
            init_database(str(path))
    assert words.read_text() == "serial,name\n"


def test_where_the_database_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CATI_DATABASE", str(tmp_path / "from-environment.db"))
    assert locate(None).path == tmp_path / "from-environment.db"
    assert locate("here.db").path == Path("here.db")
    assert locate(f"sqlite:///{tmp_path}/x.db").path == tmp_path / "x.db"
    url = locate("postgresql://ann:secret@host/cati")
    assert url.url is not None
    assert url.url.drivername == "postgresql+psycopg"
    assert "secret" not in str(url)
    with pytest.raises(InputError, match="PostgreSQL"):
        locate("mysql://host/cati")
    monkeypatch.delenv("CATI_DATABASE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert locate(None).path is not None


def test_an_unreachable_server_is_an_outside_error(postgresql_server: str, tmp_path: Path) -> None:
    with pytest.raises(OutsideError, match="connection to the database failed"):
        open_store(f"postgresql://nobody@/cati?host={tmp_path}")
    with pytest.raises(OutsideError, match="does not exist"):
        open_store(postgresql_server.format("no_such_database"))


def test_a_network_file_system_is_refused(tmp_path: Path) -> None:
    mounts = (
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"40 22 0:50 / {tmp_path} rw shared:1 - nfs4 server:/export rw\n"
        "41 22 0:51 / /mnt/with\\040blank rw - fuse.sshfs host: rw\n"
    )
    assert network_file_system(tmp_path / "x.db", mounts) == "nfs4"
    assert network_file_system(Path("/mnt/with blank/x.db"), mounts) == "fuse.sshfs"
    assert network_file_system(Path("/srv/x.db"), mounts) is None
    with pytest.raises(InputError, match=r"network file system \(nfs4\)"):
        sqlite_room.check_place(tmp_path / "x.db", mounts)


@pytest.mark.parametrize(
    ("version", "journal"),
    [
        ((3, 40, 1), "truncate"),
        ((3, 44, 5), "truncate"),
        ((3, 44, 6), "wal"),
        ((3, 45, 0), "truncate"),
        ((3, 50, 4), "truncate"),
        ((3, 50, 7), "wal"),
        ((3, 51, 2), "truncate"),
        ((3, 51, 3), "wal"),
        ((3, 53, 4), "wal"),
    ],
)
def test_wal_only_with_a_library_that_does_not_lose_commits(version: tuple[int, int, int], journal: str) -> None:
    assert sqlite_room.wanted_journal(version) == journal


def test_an_affected_library_takes_an_idle_database_out_of_wal(sqlite_database: str) -> None:
    path = Path(sqlite_database)
    assert sqlite_room.settle_journal(path, fresh=False, version=(3, 40, 1)) == "truncate"
    # a fixed library leaves it so: the affected program may come back
    assert sqlite_room.settle_journal(path, fresh=False) in ("truncate", "delete")


@pytest.mark.skipif(sqlite_room.wanted_journal() != "wal", reason="this SQLite is not trusted with WAL")
def test_an_affected_library_refuses_a_wal_database_in_use(sqlite_database: str) -> None:
    store = open_store(sqlite_database)
    with store.read() as connection:
        connection.execute(select(meta)).all()
        with pytest.raises(OutsideError, match="pysqlite3"):
            sqlite_room.settle_journal(Path(sqlite_database), fresh=False, version=(3, 40, 1))
    store.close()


def test_a_database_in_truncate_mode_works_and_stays_in_it(
    sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cati.storage.sqlite.wal_is_safe", lambda _version: False)
    store = open_store(sqlite_database)
    assert store.journal == "truncate"
    with store.write() as connection:
        connection.execute(insert(meta).values(key="a", value="b"))
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "truncate"
    with store.read() as connection:
        assert connection.execute(select(meta.c.value).where(meta.c.key == "a")).scalar() == "b"
    store.close()


def test_every_connection_is_durable_and_checks_foreign_keys(sqlite_database: str) -> None:
    store = open_store(sqlite_database)
    for transaction in (store.write, store.read):
        with transaction() as connection:
            assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
            assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    store.close()


def test_a_failed_block_is_rolled_back_whole(store: Store) -> None:
    def two_rows() -> None:
        with store.write() as connection:
            connection.execute(insert(meta).values(key="half", value=""))
            raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        two_rows()
    with store.read() as connection:
        assert connection.execute(select(meta).where(meta.c.key == "half")).first() is None


def test_no_update_is_lost_among_threads(store: Store, database: str) -> None:
    with store.write() as connection:
        connection.execute(insert(meta).values(key="count", value="0"))
    others = [store, open_store(database)]

    def add(which: Store) -> None:
        for _ in range(25):
            with which.write() as connection:
                query = select(meta.c.value).where(meta.c.key == "count").with_for_update()
                found = int(connection.execute(query).scalar_one())
                connection.execute(text("UPDATE meta SET value = :v WHERE key = 'count'"), {"v": str(found + 1)})

    threads = [threading.Thread(target=add, args=(others[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as connection:
        assert connection.execute(select(meta.c.value).where(meta.c.key == "count")).scalar() == "100"
    others[1].close()


def test_a_write_inside_a_write_is_a_fault_and_not_a_standstill(store: Store) -> None:
    with store.write(), pytest.raises(RuntimeError, match="inside"), store.write():
        pass


def test_a_station_that_waits_too_long_for_its_turn_is_told(tmp_path: Path) -> None:
    first, second = Turn(tmp_path / "x.db"), Turn(tmp_path / "x.db", patience=0.05)
    with first, pytest.raises(OutsideError, match=r"Another program .* Nothing was saved"), second:
        pass
    with second:
        pass
    first.close()
    second.close()


def test_instants_come_back_as_they_went_in_and_sort_as_time(store: Store) -> None:
    zone = ZoneInfo("Europe/London")
    moments = [
        datetime(2019, 10, 27, 1, 30, tzinfo=zone, fold=1),
        datetime(2019, 10, 27, 1, 30, tzinfo=zone, fold=0),
        datetime(2019, 10, 27, 1, 0, 0, 1, tzinfo=UTC),
        datetime(2019, 12, 1, tzinfo=UTC),
    ]
    with store.write() as connection:
        for n, moment in enumerate(moments):
            connection.execute(insert(interviewer).values(name=str(n), name_key=str(n), created_at=moment))
        found = connection.execute(select(interviewer.c.created_at).order_by(interviewer.c.created_at)).scalars().all()
    assert found == sorted(moment.astimezone(UTC) for moment in moments)
    assert all(moment.tzinfo is UTC for moment in found)


def test_a_moment_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="no time zone"), store.write() as connection:
        connection.execute(insert(interviewer).values(name="a", name_key="a", created_at=datetime(2020, 1, 1)))


def test_the_clock_is_the_databases_own_unless_one_is_handed_in(database: str, store: Store) -> None:
    with store.read() as connection:
        assert store.now(connection) == store.time() == datetime(2019, 11, 19, 10, tzinfo=UTC)
    plain = open_store(database)
    assert abs(plain.time() - datetime.now(UTC)) < timedelta(minutes=1)
    with plain.read() as connection:
        assert abs(plain.now(connection) - datetime.now(UTC)) < timedelta(minutes=1)
    plain.close()


def test_a_connection_that_died_is_an_outside_error_and_the_retry_works(postgresql_database: str) -> None:
    store = open_store(postgresql_database)

    def save() -> None:
        with store.write() as connection:
            connection.execute(insert(meta).values(key="x", value="y"))

    with store.write() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
    with store.read() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    with pytest.raises(OutsideError, match="safe to try again"):
        save()
    save()
    store.close()


@pytest.mark.parametrize(
    "statement",
    ["SELECT no_such FROM meta", "SELECT 1 FROM no_such", "INSERT INTO meta (no_such) VALUES (1)", "SELEC 1"],
)
def test_a_statement_that_does_not_fit_the_tables_is_our_fault_and_not_to_be_tried_again(
    store: Store, statement: str
) -> None:
    from sqlalchemy.exc import DBAPIError

    for transaction in (store.read, store.write):
        with pytest.raises(DBAPIError), transaction() as connection:
            connection.execute(text(statement))


def test_a_fault_of_our_own_is_not_dressed_up(store: Store) -> None:
    from sqlalchemy.exc import IntegrityError

    with pytest.raises(IntegrityError), store.write() as connection:
        connection.execute(insert(meta).values(key="application", value="twice"))
    with store.write() as connection:
        assert "case" in inspect(connection).get_table_names()

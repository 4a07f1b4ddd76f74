"""Databases for the tests: SQLite files always; PostgreSQL, one throw-away cluster a session, where it is installed."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from cati.desk import install_study, load_sample
from cati.desk.records import SampleRow
from cati.storage import Store, init_database, open_store
from cati.studies import Study, load_study


@dataclass
class FakeClock:
    """A clock that goes when it is told to. It starts on a Tuesday morning of the Wave 2 fieldwork."""

    now: datetime = field(default_factory=lambda: datetime(2019, 11, 19, 10, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> datetime:
        """Moves on by so many seconds, minutes, hours, days."""
        self.now += timedelta(**by)
        return self.now


def _programs() -> Path | None:
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name), reverse=True
    )
    return next((place for place in places if (place / "initdb").exists() and (place / "pg_ctl").exists()), None)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL (without a database) of a PostgreSQL cluster of our own, on a Unix socket; skips where there is none."""
    programs = _programs()
    if programs is None:
        pytest.skip("PostgreSQL's programs (initdb, pg_ctl) are not installed here")
    pytest.importorskip("psycopg", reason="psycopg is not installed here: pip install 'cati[postgresql]'")
    home = Path(tempfile.mkdtemp(prefix="cati-pg-"))
    as_user: list[str] = []
    user = getpass.getuser()
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        if shutil.which("runuser") is None:
            pytest.skip("running as root, and there is no runuser to start PostgreSQL as another user")
        user = "postgres"
        shutil.chown(home, user, user)
        as_user = ["runuser", "-u", user, "--"]
    data, log = home / "data", home / "log"
    run = {"cwd": home, "check": True, "stdout": subprocess.DEVNULL, "timeout": 120}
    try:
        subprocess.run(
            [*as_user, programs / "initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
            **run,  # type: ignore[call-overload]
        )
        options = f"-k {home} -c listen_addresses='' -c fsync=off -c max_connections=60 -c timezone=Europe/London"
        start = [*as_user, programs / "pg_ctl", "-D", data, "-l", log, "-w", "-o", options, "start"]
        subprocess.run(start, **run)  # type: ignore[call-overload]
        try:
            yield f"postgresql://{user}@/{{}}?host={home}"
        finally:
            subprocess.run([*as_user, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **run)  # type: ignore[call-overload]
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def _postgresql_template(postgresql_server: str) -> str:
    import psycopg

    with psycopg.connect(postgresql_server.format("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE cati_template")
    init_database(postgresql_server.format("cati_template"))
    return postgresql_server


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "cati.db"
    init_database(str(path))
    return path


_numbers = count(1)


@contextmanager
def _postgresql_databases(server: str) -> Iterator[Callable[[], str]]:
    import psycopg

    made: list[str] = []

    def create() -> str:
        name = f"cati_{next(_numbers)}"
        with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE cati_template".encode())
        made.append(name)
        return server.format(name)

    yield create
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], str]]:
    """Makes migrated databases, each its own, on SQLite and then on PostgreSQL: call it for a URL."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")

        def copy() -> str:
            return str(shutil.copy(template, tmp_path / f"cati{next(_numbers)}.db"))

        yield copy
        return
    with _postgresql_databases(request.getfixturevalue("_postgresql_template")) as create:
        yield create


@pytest.fixture
def database(new_database: Callable[[], str]) -> str:
    """The URL of a migrated, empty database."""
    return new_database()


@pytest.fixture
def sqlite_database(_sqlite_template: Path, tmp_path: Path) -> str:
    """The path of a migrated, empty SQLite database, for what is SQLite's alone."""
    return str(shutil.copy(_sqlite_template, tmp_path / "only.db"))


@pytest.fixture
def postgresql_database(_postgresql_template: str) -> Iterator[str]:
    """The URL of a migrated, empty PostgreSQL database, for what is PostgreSQL's alone."""
    with _postgresql_databases(_postgresql_template) as create:
        yield create()


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still until it is moved."""
    return FakeClock()


@pytest.fixture
def store(database: str, clock: FakeClock) -> Iterator[Store]:
    """An open, empty database under the fake clock."""
    opened = open_store(database, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def study() -> Study:
    """The Wave 2 study."""
    return load_study("wave2")


@pytest.fixture
def shop(store: Store, study: Study) -> Store:
    """A database with the Wave 2 study and five cases: C1 to C3 with a number, C4 with two, C5 with none."""
    install_study(store, study)
    load_sample(store, [_sample_row(n) for n in range(1, 6)], study=study)
    return store


@pytest.fixture
def sample_row() -> Callable[[int], SampleRow]:
    """Makes the n-th person of the tests' sample."""
    return _sample_row


def _sample_row(n: int) -> SampleRow:
    """The n-th person of the tests' sample; the numbers are of the range reserved for drama."""
    phones = {4: ("01632 960041", "01632 960042"), 5: ()}.get(n, (f"01632 9600{n:02d}",))
    return SampleRow(
        serial=f"C{n}", name=f"Person {n}", la="Leeds", region="North East" if n % 2 else "London", phones=phones
    )

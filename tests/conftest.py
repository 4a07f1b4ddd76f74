"""Databases for the tests: SQLite files always; PostgreSQL, one throw-away cluster a session, where it is installed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

from cati.desk import install_study, load_sample
from cati.desk.records import SampleRow
from cati.storage import Store, init_database, open_store, tables
from cati.studies import Study, load_study

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))
from benchmarks.cluster import NoCluster, cluster


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


@pytest.fixture(scope="session", autouse=True)
def _statements_compiled_once() -> Iterator[None]:
    """Engines share what they have compiled: each test has its own engines, and compiling was a third of its time."""
    shared: LRUCache[Any, Any] = LRUCache(5000)

    def same(one: DefaultDialect, other: object) -> bool:
        return type(one) is type(other) and one.driver == getattr(other, "driver", None)

    original = Engine.__init__

    def made(self: Engine, *arguments: Any, **options: Any) -> None:
        original(self, *arguments, **options)
        self._compiled_cache = shared

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DefaultDialect, "__eq__", same, raising=False)
        patch.setattr(DefaultDialect, "__hash__", lambda dialect: hash(type(dialect)), raising=False)
        patch.setattr(Engine, "__init__", made)
        yield


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL (without a database) of a PostgreSQL cluster of our own, on a Unix socket; skips where there is none."""
    pytest.importorskip("psycopg", reason="psycopg is not installed here: pip install 'cati[postgresql]'")
    try:
        with cluster("fsync=off", "max_connections=80", "timezone=Europe/London", in_memory=True) as url:
            yield url
    except NoCluster as why:
        pytest.skip(str(why))


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
_done_with: list[str] = []
"""Databases of tests that have ended. Dropped at once, each would wait a tenth of a second for its last connection."""


@contextmanager
def _postgresql_databases(server: str) -> Iterator[Callable[[], str]]:
    import psycopg

    made: list[str] = []

    def create() -> str:
        name = f"cati_{next(_numbers)}"
        with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
            while _done_with:
                connection.execute(f"DROP DATABASE {_done_with.pop()} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name} TEMPLATE cati_template".encode())
        made.append(name)
        return server.format(name)

    yield create
    _done_with.extend(made)


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


Fresh = Callable[[], tuple[Store, Callable[[], None]]]
"""An empty database at the clock's first moment, and what puts it away: for state machines, which want many."""


@pytest.fixture
def fresh(new_database: Callable[[], str], clock: FakeClock, tmp_path: Path) -> Fresh:
    """`fresh()`: see `Fresh`. On a server it is one database, emptied each time."""
    template, start, made = new_database(), clock.now, count()

    def make() -> tuple[Store, Callable[[], None]]:
        path = tmp_path / f"fresh-{next(made)}.db"
        url = template if "://" in template else str(shutil.copy(template, path))
        clock.now = start
        store = open_store(url, clock=clock)
        if "://" in url:
            with store.write() as connection:
                for table in reversed(tables.metadata.sorted_tables):
                    if table is not tables.meta:
                        connection.execute(table.delete())

        def finish() -> None:
            store.close()
            if "://" not in url:
                path.unlink()

        return store, finish

    return make


@pytest.fixture
def store(database: str, clock: FakeClock) -> Iterator[Store]:
    """An open, empty database under the fake clock."""
    opened = open_store(database, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def quick_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    """PINs hashed with as little work as the library allows: what they cost is not what is tested."""
    from argon2 import PasswordHasher

    monkeypatch.setattr("cati.desk.pins.hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


IN_ORDER = 2622
"""A seed that draws C1 to C7 in the order of their serials."""


def in_serial_order(study: Study, seed: int = IN_ORDER) -> Study:
    """The study with rules that hand out the tests' people by their serials, those never called first."""
    name = study.files["calling"]
    text = study.texts[name].replace("seed: 2019", f"seed: {seed}").replace("fresh_share: 60", "fresh_share: 100")
    assert text != study.texts[name]
    return replace(study, texts=study.texts | {name: text})


@pytest.fixture(scope="session")
def study() -> Study:
    """The Wave 2 study, its cases drawn by their serials."""
    return in_serial_order(load_study("wave2"))


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

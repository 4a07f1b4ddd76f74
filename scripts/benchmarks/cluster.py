"""A PostgreSQL cluster of our own, on a Unix socket, gone when it is done with."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class NoCluster(Exception):
    """There cannot be one here; says why."""


def programs() -> Path:
    """The folder of PostgreSQL's programs, the newest there are. Raises NoCluster where they are not installed."""
    on_path = shutil.which("initdb")
    places = [Path(on_path).resolve().parent] if on_path else []
    places += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name), reverse=True
    )
    for place in places:
        if (place / "initdb").exists() and (place / "pg_ctl").exists():
            return place
    raise NoCluster("PostgreSQL's programs (initdb, pg_ctl) are not installed here")


_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30


@contextmanager
def cluster(*settings: str, in_memory: bool = False) -> Iterator[str]:
    """Starts a cluster with these settings (`fsync=off`); hands out its URL with {} for the database's name.

    `in_memory`: its files lie in memory where there is room, since a database is made of hundreds of files. Raises
    NoCluster where it cannot be.
    """
    found = programs()
    place = _MEMORY if in_memory and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM else None
    home = Path(tempfile.mkdtemp(prefix="cati-pg-", dir=place))
    as_user: list[str] = []
    user = getpass.getuser()
    try:
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            if shutil.which("runuser") is None:
                raise NoCluster("running as root, and there is no runuser to start PostgreSQL as another user")
            user = "postgres"
            shutil.chown(home, user, user)
            as_user = ["runuser", "-u", user, "--"]
        data, log = home / "data", home / "log"

        def run(*command: str | Path) -> None:
            subprocess.run([*as_user, *command], cwd=home, check=True, stdout=subprocess.DEVNULL, timeout=120)

        run(found / "initdb", "-D", data, "-U", user, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = " ".join(f"-c {each}" for each in ("listen_addresses=''", *settings))
        run(found / "pg_ctl", "-D", data, "-l", log, "-w", "-o", f"-k {home} {options}", "start")
        try:
            yield f"postgresql://{user}@/{{}}?host={home}"
        finally:
            run(found / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)

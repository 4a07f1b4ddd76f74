"""Which database: what the command line said, else CATI_DATABASE, else a file in the user's data folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from cati.errors import InputError

ENVIRONMENT = "CATI_DATABASE"
FILE_NAME = "cati.db"


@dataclass(frozen=True, slots=True)
class Location:
    """Where a database is: a file of SQLite, or the URL of a PostgreSQL database."""

    path: Path | None
    url: URL | None

    def __str__(self) -> str:
        if self.path is not None:
            return str(self.path)
        assert self.url is not None
        return self.url.render_as_string(hide_password=True)


def locate(url: str | None) -> Location:
    """The database meant by `url` (a file path, `sqlite:///path`, `postgresql://…`), or by default.

    Raises InputError for a URL of another kind or one that cannot be read.
    """
    text = url or os.environ.get(ENVIRONMENT) or ""
    if not text:
        from platformdirs import user_data_path

        return Location(user_data_path("cati", appauthor=False) / FILE_NAME, None)
    scheme, separator, rest = text.partition("://")
    if not separator:
        return Location(Path(text).expanduser(), None)
    if scheme == "sqlite":
        if not rest.startswith("/") or len(rest) < 2:
            raise InputError(f"Database {text!r}: expected sqlite:///FILE, or just the path of the file.")
        return Location(Path(rest[1:]).expanduser(), None)
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        try:
            return Location(None, make_url("postgresql+psycopg://" + rest))
        except ArgumentError:
            raise InputError(
                f"Database URL {scheme}://… cannot be read: expected postgresql://USER@HOST/DATABASE."
            ) from None
    raise InputError(f"Database {scheme}://…: cati keeps its data in an SQLite file or in PostgreSQL (postgresql://…).")

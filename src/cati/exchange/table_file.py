"""A table in a file, whatever its format: opened, recognised, and read line by line."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from cati.errors import InputError

from .csv_lines import csv_lines
from .lines import Line
from .xlsx_lines import xlsx_lines

Source = str | Path | BinaryIO
"""A path, `-` for standard input, or an open binary file."""
Progress = Callable[[int], None]
"""Told how many rows are read so far."""

EVERY = 1000
"""Rows between two tellings."""

_IN_MEMORY = 16 << 20
_ZIP = b"PK\x03\x04"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"


@contextmanager
def table_lines(source: Source, *, what: str, key: str) -> Iterator[tuple[Iterator[Line], str]]:
    """The lines of a table from its header on, and what messages call the file.

    `what`: the sort of file (`sample`), which is also the sheet to look for in a workbook of several; `key`: a column
    that it must have. Raises `InputError` for what is no table, or an empty one; of a damaged workbook perhaps later.
    """
    with _seekable(source, what) as (file, name), closing(_lines(file, name, what, key)) as lines:
        header = next((line for line in lines if not line.is_blank()), None)
        if header is None:
            article = "An" if what[0] in "aeiou" else "A"
            raise InputError(
                f"{name}: the file is empty. {article} {what} file has a header row with a column called {key}."
            )
        yield _from(header, lines), name


def _from(header: Line, lines: Iterator[Line]) -> Iterator[Line]:
    yield header
    yield from lines


def _lines(file: BinaryIO, name: str, what: str, key: str) -> Generator[Line, None, None]:
    start = file.read(4)
    if start.startswith(_ZIP):
        return xlsx_lines(file, name, what)
    if start.startswith(_OLD_OFFICE):
        raise InputError(f"{name}: an old .xls workbook, or one with a password. Save it as XLSX without a password.")
    return csv_lines(file, name, key)


@contextmanager
def _seekable(source: Source, what: str) -> Iterator[tuple[BinaryIO, str]]:
    """The source as a binary file that can be read twice, and what messages call it."""
    if isinstance(source, str | Path) and str(source) != "-":
        try:
            with Path(source).open("rb") as file:
                yield file, str(source)
        except FileNotFoundError:
            raise InputError(f"{source}: there is no such file.") from None
        except IsADirectoryError:
            raise InputError(f"{source}: this is a folder; name the {what} file in it.") from None
        except PermissionError:
            raise InputError(f"{source}: no permission to read this file.") from None
        return
    stream = sys.stdin.buffer if isinstance(source, str | Path) else source
    name = "standard input" if isinstance(source, str | Path) else str(getattr(stream, "name", f"{what} file"))
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as copy:
        shutil.copyfileobj(stream, copy)
        copy.seek(0)
        yield cast(BinaryIO, copy), name

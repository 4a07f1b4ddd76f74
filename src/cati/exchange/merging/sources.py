"""The online file as rows of cells: CSV, XLSX or SPSS, or a folder with data and codebook."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cati.errors import InputError
from cati.exchange.columns import SERIAL, SPACES, Columns, RefusedError
from cati.exchange.export.needing import needed
from cati.exchange.lines import Doubtful, shown
from cati.exchange.merging.described import Described, code_text, of_spss, read_codebook
from cati.exchange.table_file import table_lines

CODEBOOK = "codebook.json"


@dataclass(slots=True)
class OnlineRowRead:
    """A row of the online file: its number there, and its cells by column; was the serial padded with blanks?"""

    number: int
    cells: dict[str, str]
    padded: bool = False


@dataclass
class OnlineFile:
    """The online file as it was read.

    `unreadable`: rows that cannot be read, with the reason; `dictionary`: what it says of its variables (None: nothing,
    as a CSV without a codebook); `encoding`: of a CSV that is not UTF-8, in words; `cut_off`: its last row has no line
    end; `mangled`: columns with texts that were saved in a wrong encoding once, with the first of them.
    """

    path: Path
    names: tuple[str, ...]
    rows: list[OnlineRowRead] = field(default_factory=list)
    unreadable: list[tuple[int, str]] = field(default_factory=list)
    dictionary: Mapping[str, Described] | None = None
    encoding: str = ""
    cut_off: bool = False
    mangled: dict[str, str] = field(default_factory=dict)
    sha256: str = ""


def read_online_source(path: Path, codebook: Path | None = None) -> OnlineFile:
    """Reads the online file. `codebook`: its dictionary, where that does not stand beside it.

    Raises InputError for what is no table, has no serial, or two columns of one name.
    """
    data, beside = _parts(path)
    codebook = codebook or beside
    file = _read_spss(data) if data.suffix.lower() in (".sav", ".zsav") else _read_table(data)
    if codebook is not None and (file.dictionary is None or codebook != beside):
        file.dictionary = read_codebook(codebook)
    file.sha256 = sha256_of(data)
    for row in file.rows:
        for name, cell in row.cells.items():
            if name not in file.mangled and not cell.isascii() and _is_mangled(cell):
                file.mangled[name] = shown(cell)
    return file


def _is_mangled(cell: str) -> bool:
    """Was the text UTF-8 once, and read as Windows-1252?"""
    if "\ufffd" in cell:
        return True
    try:
        cell.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return False
    return True


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _parts(path: Path) -> tuple[Path, Path | None]:
    """The data file, and the codebook that belongs to it if there is one."""
    if path.is_dir():
        files = [each for each in sorted(path.iterdir()) if each.suffix.lower() in (".sav", ".csv", ".xlsx")]
        files = [each for each in files if each.name not in ("codebook.csv", "report.csv")]
        best = next((each for ending in (".sav", ".csv", ".xlsx") for each in files if each.suffix == ending), None)
        if best is None:
            raise InputError(f"{path}: there is no data in this folder; a CSV, SAV or XLSX file is expected.")
        beside = path / CODEBOOK
        return best, beside if beside.is_file() else None
    if not path.exists():
        raise InputError(f"{path}: there is no such file.")
    beside = path.with_suffix(".codebook.json")
    return path, beside if beside.is_file() else None


def _read_table(path: Path) -> OnlineFile:
    with table_lines(path, what="online", key=SERIAL) as (lines, name):
        columns = Columns.of_header(next(lines), name, what="online", spelling=_spelling)
        _check_apart(columns.names, name)
        file = OnlineFile(path, tuple(each for each in columns.names if each))
        key = columns.names.index(SERIAL)
        for line in lines:
            if line.is_blank():
                continue
            try:
                cells = columns.cells(line)
                file.rows.append(OnlineRowRead(line.number, cells, line.cells[key] != cells[SERIAL]))
            except RefusedError as refused:
                file.unreadable.append((line.number, str(refused)))
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        file.encoding = _encoding(data)
        file.cut_off = not data.rstrip(b"\0").endswith((b"\n", b"\r"))
    return file


def _spelling(name: str) -> str:
    return name.lower() if name.lower() in _OWN else name


_OWN = (SERIAL, "status", "at", "link", "region", "ofsted", "test", "version")


def _check_apart(names: tuple[str, ...], file: str) -> None:
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if other != name:
            raise InputError(
                f"{file}: the columns {shown(other)} and {shown(name)} differ in capitals only. Rename one."
            )


def _encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:100]:
        return "UTF-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "not UTF-8: read as Windows-1252"
    return ""


def _read_spss(path: Path) -> OnlineFile:
    pyreadstat = needed("pyreadstat", "sav", "sav")
    needed("polars", "sav", "sav")
    try:
        columns, meta = pyreadstat.read_sav(str(path), user_missing=True, output_format="dict")
    except Exception as error:
        if isinstance(error, (InputError, MemoryError)):
            raise
        raise InputError(f"{path}: this SPSS file cannot be read ({error}). Save it again as .sav.") from error
    names = tuple(_spelling(str(name)) for name in meta.column_names)
    if SERIAL not in names:
        near = ", ".join(shown(name) for name in names[:20])
        raise InputError(
            f'{path}: there is no variable "{SERIAL}", which every online file must have. There are: {near}.'
        )
    _check_apart(names, str(path))
    file = OnlineFile(path, names, dictionary=of_spss(meta))
    values = [list(columns[name]) for name in meta.column_names]
    for number, row in enumerate(zip(*values, strict=True), start=1):
        cells = {name: _cell(value) for name, value in zip(names, row, strict=True)}
        if any(cells.values()):
            file.rows.append(OnlineRowRead(number, cells))
    return file


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    return code_text(value).strip(SPACES) if not isinstance(value, Doubtful) else str(value)

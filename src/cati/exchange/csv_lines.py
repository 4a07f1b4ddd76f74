"""CSV as offices make it: any of four encodings, any of four delimiters, decided from the file and never guessed."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Generator, Iterable, Iterator
from typing import BinaryIO

from cati.errors import InputError

from .lines import Line

_DELIMITERS = (",", ";", "\t", "|")
_LONGEST_CELL = 10_000_000
_CHUNK = 1 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def csv_lines(file: BinaryIO, name: str, key: str) -> Generator[Line, None, None]:
    """The rows of a CSV file that can be read from its start again, numbered by the line they begin on.

    `key` is a column the file must have: the delimiter is the one that sets it apart in the first line. A row with
    broken quotation marks comes as an unreadable line. Raises `InputError` for bytes that are no text.
    """
    encoding = _encoding(file, name)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        yield from _rows(text, key)
    finally:
        text.detach()


def _rows(text: Iterable[str], key: str) -> Iterator[Line]:
    lines = iter(text)
    before: list[str] = []
    for line in lines:
        before.append(line)
        if line.strip():
            break
    if not before:
        return
    # Excel's own hint, a first line such as "sep=;", stands before the header.
    hint = re.fullmatch(r"sep=(.)\s*", before[-1], re.IGNORECASE)
    skipped = len(before) if hint else 0
    delimiter = hint.group(1) if hint else _delimiter(before[-1], key)
    csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
    reader = csv.reader(_chain([] if hint else before, lines), delimiter=delimiter, strict=True)
    while True:
        first = skipped + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Line(first, [], _broken(error, first, skipped + reader.line_num))
            continue
        yield Line(first, cells)


def _chain(before: list[str], lines: Iterator[str]) -> Iterator[str]:
    yield from before
    yield from lines


def _broken(error: csv.Error, first: int, last: int) -> str:
    if "unexpected end" in str(error):
        return f"a quotation mark opened here is never closed, so lines {first} to {last} cannot be read"
    if "field larger" in str(error):
        return f"a cell has more than {_LONGEST_CELL:,} characters; lines {first} to {last} were left out"
    where = f"lines {first} to {last} were" if last > first else "this line was"
    return f"the quotation marks do not match; {where} left out"


def _delimiter(header: str, key: str) -> str:
    best, most = ",", 0
    for delimiter in _DELIMITERS:
        names = next(csv.reader([header], delimiter=delimiter), [])
        # A delimiter that does not set the key column apart only counts where none does.
        score = len(names) + 10_000 * any(name.strip().lower() == key for name in names)
        if score > most:
            best, most = delimiter, score
    return best


def _encoding(file: BinaryIO, name: str) -> str:
    """UTF-8 (with or without mark), UTF-16 (with or without mark) or Windows-1252, in that order of proof."""
    file.seek(0)
    start = file.read(4096)
    for bom, encoding in _BOMS:
        if start.startswith(bom):
            return _proved(file, name, encoding)
    even, odd = start[::2].count(0), start[1::2].count(0)
    half = max(len(start) // 2, 1)
    if odd > half * 0.3 and even < half * 0.05:
        return _proved(file, name, "utf-16-le")
    if even > half * 0.3 and odd < half * 0.05:
        return _proved(file, name, "utf-16-be")
    return "utf-8" if _undecodable(file, "utf-8") is None else _proved(file, name, "cp1252")


def _proved(file: BinaryIO, name: str, encoding: str) -> str:
    line = _undecodable(file, encoding)
    if line is not None:
        raise InputError(
            f"{name}: line {line} is not readable as text ({encoding}). Save the file as CSV UTF-8 and load it again."
        )
    return encoding


def _undecodable(file: BinaryIO, encoding: str) -> int | None:
    """The line at which the file stops being text in this encoding; None where all of it is."""
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    while True:
        chunk = file.read(_CHUNK)
        try:
            line += decoder.decode(chunk, final=not chunk).count("\n")
        except UnicodeDecodeError as error:
            return line + error.object[: error.start].count(b"\n")
        if not chunk:
            return None

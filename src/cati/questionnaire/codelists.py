"""Code lists to search as one types: local authorities, institutions."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from cati.errors import InputError

# Far beyond any name with its details, and below what the csv module refuses.
_LONGEST_LINE = 10_000


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a code list: its name, and what else is known of it (region, code)."""

    name: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CodeList:
    """A named list of entries, in order."""

    name: str
    entries: tuple[Entry, ...]

    def search(self, typed: str, limit: int = 9) -> list[Entry]:
        """Up to `limit` entries for what was typed: first those that begin with it, then those with a word that does,
        then those that contain it. Accents, case, punctuation and a left-out "and" do not matter."""
        wanted = _folded(typed)
        if not wanted:
            return []
        ranked: list[tuple[int, int]] = []
        for index, entry in enumerate(self.entries):
            name = _folded(entry.name)
            short = _without_and(name)
            if name.startswith(wanted) or short.startswith(wanted):
                ranked.append((0, index))
            elif f" {wanted}" in name or f" {wanted}" in short:
                ranked.append((1, index))
            elif wanted in name:
                ranked.append((2, index))
        return [self.entries[index] for _, index in sorted(ranked)[:limit]]

    def find(self, typed: str) -> Entry | None:
        """The entry with exactly this name (accents, case, punctuation and "and" apart), or None."""
        wanted = _without_and(_folded(typed))
        return next((entry for entry in self.entries if _without_and(_folded(entry.name)) == wanted), None)


def _without_and(folded: str) -> str:
    return " ".join(word for word in folded.split() if word != "and")


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(
        " " if unicodedata.category(char)[0] in "PSZ" else char for char in plain if not unicodedata.combining(char)
    )
    return " ".join(letters.split())


def _numbered(rows: csv.DictReader[str], source: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows with the line on which each begins."""
    while True:
        line = rows.line_num + 1
        try:
            row = next(rows, None)
        except csv.Error as error:
            raise InputError(f"{source}, line {line}: this is not readable as CSV ({error}).") from error
        if row is None:
            return
        yield line, row


def read_code_list(text: str, name: str, source: str) -> CodeList:
    """A code list from CSV text with a column `name`. Raises InputError, naming `source` and the line."""
    for at, line in enumerate(text.splitlines(), start=1):
        if len(line) > _LONGEST_LINE:
            raise InputError(
                f"{source}, line {at}: more than {_LONGEST_LINE:,} characters. Is a quotation mark not closed?"
            )
    rows = csv.DictReader(io.StringIO(text))
    if not rows.fieldnames or "name" not in rows.fieldnames:
        raise InputError(f"{source}, line 1: a code list needs a column `name`; found {rows.fieldnames or 'nothing'}.")
    entries = []
    for at, row in _numbered(rows, source):
        if not (row["name"] or "").strip():
            raise InputError(f"{source}, line {at}: the name is empty. Fill it in or remove the line.")
        details = tuple((key, value) for key, value in row.items() if key and key != "name" and value)
        entries.append(Entry(row["name"].strip(), details))
    return CodeList(name, tuple(entries))

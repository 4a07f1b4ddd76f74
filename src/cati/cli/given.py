"""Counts and schemes that the command line hands in."""

from __future__ import annotations

import csv
import io
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from cati.errors import InputError

if TYPE_CHECKING:
    from cati.outcomes import Scheme
    from cati.outcomes.rates import Count

_WHOLE = re.compile(r"[0-9]{1,18}", re.ASCII)
_WEIGHTED = re.compile(r"(?:[0-9]{1,18}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?", re.ASCII)
_TOO_MANY = 10**18


def read_scheme(name: str) -> Scheme:
    """The outcome scheme that comes with cati under this name, or the one in a file."""
    from cati.outcomes import Scheme
    from cati.studies import outcome_scheme_text

    if name.endswith((".yaml", ".yml")):
        return Scheme.from_yaml(_read(name), name)
    return Scheme.from_yaml(outcome_scheme_text(name), f"outcomes/{name}.yaml")


def read_counts(file: str, scheme: Scheme) -> dict[str, int]:
    """The counts in a CSV file (`-`: stdin) with the columns `outcome` and `n`, by outcome key.

    Raises InputError naming the line for what is not a count, for an outcome that the scheme lacks or that comes twice.
    """
    reader = csv.reader(io.StringIO(_read(file), newline=""), strict=True)
    counts: dict[str, int] = {}
    columns: tuple[int, int] | None = None
    try:
        for cells in reader:
            line = f"{file}, line {reader.line_num}"
            if not any(cell.strip() for cell in cells):
                continue
            if columns is None:
                columns = _columns(cells, line)
                continue
            key, n = (cells[at].strip() if at < len(cells) else "" for at in columns)
            _add(counts, key, n, scheme, line)
    except csv.Error as error:
        raise InputError(f"{file}, line {reader.line_num}: this is not CSV ({error}).") from error
    if columns is None:
        raise InputError(f"{file}: the file is empty; its first line is: outcome,n")
    return counts


def _columns(cells: list[str], line: str) -> tuple[int, int]:
    names = [cell.strip().lower() for cell in cells]
    missing = [name for name in ("outcome", "n") if name not in names]
    if missing:
        raise InputError(f"{line}: the column {missing[0]!r} is missing; the first line is: outcome,n")
    return names.index("outcome"), names.index("n")


def _add(counts: dict[str, int], key: str, n: str, scheme: Scheme, line: str) -> None:
    try:
        scheme.outcome(key)
    except InputError as error:
        raise InputError(f"{line}: {error}") from None
    if key in counts:
        raise InputError(f"{line}: the outcome {key!r} comes twice. Add its counts up.")
    if not _WHOLE.fullmatch(n):
        raise InputError(f"{line}: {n!r} is not a number of cases; give a whole number of 0 or more.")
    counts[key] = int(n)


def parse_counts(text: str) -> dict[str, Count]:
    """The counts in a text such as `I=5,R=2`, or of weighted cases `I=5.25,R=2.1`, by group; exact.

    Raises InputError for what is not of this form.
    """
    counts: dict[str, Count] = {}
    for part in text.split(","):
        group, equals, n = (piece.strip() for piece in part.partition("="))
        if not equals or not group:
            raise InputError(f"--counts: {part.strip()!r} is not a count; expected for example I=5,R=2.")
        if group in counts:
            raise InputError(f"--counts: the group {group} comes twice. Add its counts up.")
        count = Fraction(n) if _WEIGHTED.fullmatch(n) else None
        if count is None or count >= _TOO_MANY:
            raise InputError(
                f"--counts: {group}={n}: give a number of 0 or more, such as 5, or 5.25 of weighted cases."
            )
        counts[group] = int(count) if count.denominator == 1 else count
    return counts


def parse_e(text: str | None) -> str | dict[str, str] | None:
    """e as the command line gives it: a share, or a share a group such as `UH=0.8,UO=0.5`. Raises InputError for a
    group that comes twice."""
    if text is None or "=" not in text:
        return text
    shares: dict[str, str] = {}
    for part in text.split(","):
        group, _, share = (piece.strip() for piece in part.partition("="))
        if group in shares:
            raise InputError(f"--e: the group {group} comes twice.")
        shares[group] = share
    return shares


def _read(file: str) -> str:
    try:
        data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: this is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8.") from error


def parse_settings(texts: tuple[str, ...]) -> dict[str, str]:
    """Settings such as `unlocatable=unknown`, by name. Raises InputError for what is not of this form."""
    settings: dict[str, str] = {}
    for text in texts:
        name, equals, value = (piece.strip() for piece in text.partition("="))
        if not equals or not name:
            raise InputError(f"--set {text}: expected for example unlocatable=unknown.")
        settings[name] = value
    return settings

"""SPSS `.sav`: labels, measures, reserve codes as one user-missing range, texts of fixed widths, multicode sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cati.errors import OutsideError
from cati.exchange.codebook import Codebook, Variable, reserve
from cati.exchange.codebook.wording import shortened
from cati.exchange.export.frame import frame_of
from cati.exchange.export.needing import needed
from cati.exchange.export.spss_sets import add_sets
from cati.exchange.export.table import Table, Trouble

EXTRA = "sav"
LONGEST_TEXT = 32_767
"""Bytes; a longer text makes a file that no program can read."""
_LONGEST_LABEL = 255
_LONGEST_VALUE_LABEL = 120


def write_sav(table: Table, path: Path) -> list[Trouble]:
    """Writes the file; what of the codebook or the data it does not hold whole. Raises InputError where the package
    that writes it is missing."""
    pyreadstat = needed("pyreadstat", EXTRA, "sav")
    book = table.codebook
    troubles: list[Trouble] = []
    frame = frame_of(table, EXTRA, "sav", dict(_padded(table, troubles)))
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=shortened(book.title, 60, in_bytes=True),
        column_labels={variable.name: _label(variable, troubles) for variable in book.variables},
        row_compress=True,
        variable_value_labels={
            variable.name: _value_labels(variable, troubles) for variable in book.variables if variable.codes
        },
        missing_ranges={
            variable.name: [{"lo": lowest(variable), "hi": -1}] for variable in book.variables if variable.is_numeric
        },
        variable_measure={variable.name: variable.measure for variable in book.variables},
        variable_format={variable.name: form for variable in book.variables if (form := _format(variable)) is not None},
    )
    check_written(pyreadstat.read_sav, path, table)
    add_sets(path, book.sets)
    return troubles


def check_written(read: Callable[..., Any], path: Path, table: Table, *, last: bytes = b"") -> None:
    """Reads the survey ids back: the library says nothing where the disk took only part of the file.

    `last`: what the file ends in. Raises OutsideError where it is not whole.
    """
    ids = table.codebook.variables[0].name
    try:
        columns, _ = read(str(path), usecols=[ids], output_format="dict", disable_datetime_conversion=True)
        whole = list(columns[ids]) == table.column(ids) and _ends_in(path, last)
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "pyreadstat" and not isinstance(error, OSError):
            raise
        whole = False
    if not whole:
        raise OutsideError(f"{path.name} could not be written whole. Is the disk full? Nothing of the export was kept.")


def _padded(table: Table, troubles: list[Trouble]) -> Iterator[tuple[str, list[str]]]:
    """The texts with the first one filled up to the variable's width: the width of a column is that of its longest
    text, and two files whose widths differ cannot be added to one another."""
    for variable, column in table.each():
        if variable.kind == "text" and table.rows:
            texts = column if variable.width <= LONGEST_TEXT else list(_cut(table, variable, column, troubles))
            width = min(variable.width, LONGEST_TEXT)
            yield variable.name, [texts[0] + " " * (width - len(texts[0].encode())), *texts[1:]]


def _cut(table: Table, variable: Variable, column: list[str], troubles: list[Trouble]) -> Iterator[str]:
    ids = table.column(table.codebook.variables[0].name)
    for at, text in enumerate(column):
        if len(text.encode()) > LONGEST_TEXT:
            what = f"cut to {LONGEST_TEXT:,} bytes, the most that SPSS takes; the other formats have it whole"
            troubles.append(Trouble(variable.name, what, ids[at], "sav"))
        yield text.encode()[:LONGEST_TEXT].decode(errors="ignore")


def _format(variable: Variable) -> str | None:
    if variable.is_numeric:
        return "F8.0" if variable.kind != "number" or variable.high is not None else "F16.0"
    return "DATETIME20" if variable.kind == "moment" else None


def lowest(variable: Variable) -> int:
    """The lowest reserve code: the same in every file, whatever codes a variable uses of them."""
    return min(reserve.LOWEST, *(code.value for code in variable.reserve), 0)


def _label(variable: Variable, troubles: list[Trouble]) -> str:
    label = shortened(variable.label, _LONGEST_LABEL, in_bytes=True)
    if label != variable.label:
        what = f"its label is shortened to {_LONGEST_LABEL} bytes; the codebook has it whole"
        troubles.append(Trouble(variable.name, what, form="sav"))
    return label


def _value_labels(variable: Variable, troubles: list[Trouble]) -> dict[int | str, str]:
    labels: dict[int | str, str] = {}
    for code in variable.codes:
        label = shortened(code.label, _LONGEST_VALUE_LABEL, in_bytes=True)
        if label != code.label:
            what = f"the label of code {code.value} is shortened to {_LONGEST_VALUE_LABEL} bytes"
            troubles.append(Trouble(variable.name, what, form="sav"))
        labels[str(code.value) if variable.kind == "text" else code.value] = label
    return labels


def _ends_in(path: Path, last: bytes) -> bool:
    with path.open("rb") as file:
        file.seek(-len(last) or 0, 2)
        return file.read() == last


def longest(table: Table, book: Codebook) -> dict[str, int]:
    """The bytes of the longest text of each variable of words."""
    return {
        variable.name: max((len(text.encode()) for text in set(column)), default=0)
        for variable, column in zip(book.variables, table.columns, strict=True)
        if variable.kind == "text"
    }

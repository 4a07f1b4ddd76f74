"""Stata `.dta`, release 118 (Stata 14 and later): numbers with labels, reserve codes among them."""

from __future__ import annotations

from pathlib import Path

from cati.exchange.codebook.wording import shortened
from cati.exchange.export.frame import frame_of
from cati.exchange.export.needing import needed
from cati.exchange.export.spss import check_written
from cati.exchange.export.table import Table, Trouble

EXTRA = "stata"
_LONGEST_LABEL = 80
_LONGEST_VALUE_LABEL = 32_000
_LAST = b"</stata_dta>"
_LARGEST_LABELLED = 2_147_483_620


def write_dta(table: Table, path: Path) -> list[Trouble]:
    """Writes the file; what of the codebook it does not hold. Raises InputError where a package is missing."""
    pyreadstat = needed("pyreadstat", EXTRA, "dta")
    book = table.codebook
    troubles: list[Trouble] = []
    labels: dict[str, str] = {}
    values: dict[str, dict[int, str]] = {}
    for variable in book.variables:
        labels[variable.name] = shortened(variable.label, _LONGEST_LABEL)
        if labels[variable.name] != variable.label:
            what = f"its label is shortened to {_LONGEST_LABEL} characters; the codebook has it whole"
            troubles.append(Trouble(variable.name, what, form="dta"))
        if not variable.codes:
            continue
        if variable.kind == "text":
            troubles.append(Trouble(variable.name, "Stata has no labels for the codes of a text", form="dta"))
            continue
        values[variable.name] = {
            code.value: shortened(code.label, _LONGEST_VALUE_LABEL)
            for code in variable.codes
            if code.value <= _LARGEST_LABELLED
        }
    pyreadstat.write_dta(
        frame_of(table, EXTRA, "dta"),
        str(path),
        file_label=shortened(book.title, _LONGEST_LABEL),
        column_labels=labels,
        version=14,
        variable_value_labels=values,
    )
    check_written(pyreadstat.read_dta, path, table, last=_LAST)
    return troubles

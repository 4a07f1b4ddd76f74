"""CSV for programs (UTF-8 without a mark, CRLF, codes and not labels), and the codebook as JSON and as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from cati.exchange.codebook import Codebook, Variable
from cati.exchange.export.reviewing import guarded
from cati.exchange.export.table import Table, Trouble


def write_csv(table: Table, path: Path) -> list[Trouble]:
    """Writes the data; which texts got an apostrophe, so that no spreadsheet computes them."""
    book = table.codebook
    troubles: list[Trouble] = []
    columns = [_cells(variable, column, table, troubles) for variable, column in table.each()]
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
        out.writerow([variable.name for variable in book.variables])
        out.writerows(zip(*columns, strict=True))
    return troubles


def _cells(variable: Variable, column: Any, table: Table, troubles: list[Trouble]) -> Iterable[Any]:
    if variable.kind == "moment":
        return ["" if moment is None else moment.isoformat(sep=" ") for moment in column]
    if variable.kind != "text":
        plain: Iterable[Any] = column
        return plain
    return _guarded(variable, column, table, troubles)


def _guarded(variable: Variable, column: list[str], table: Table, troubles: list[Trouble]) -> Iterator[str]:
    reserved = {str(code.value) for code in variable.codes}
    ids = table.column("SurveyID")
    for at, text in enumerate(column):
        safe = text if not text or text in reserved else guarded(text)
        if safe is not text and safe != text:
            what = "begins like a formula: an apostrophe stands before it"
            troubles.append(Trouble(variable.name, what, ids[at], "csv"))
        yield safe


def write_codebook_json(book: Codebook, path: Path) -> None:
    """The whole codebook."""
    path.write_text(json.dumps(book.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


CODEBOOK_COLUMNS = (
    "Variable", "Kind", "Label", "Code", "Code label", "Missing", "Question", "Base", "Asked if", "Modes",
    "Differences between modes", "Set", "Source", "Derivation", "Measure", "Lowest", "Highest", "Unit", "Width",
    "Decisions", "Versions",
)  # fmt: skip


def codebook_rows(book: Codebook) -> Iterator[list[str]]:
    """The codebook as a table: a row a variable, and below it a row a code."""
    for variable in book.variables:
        yield [
            variable.name,
            variable.kind,
            variable.label,
            "",
            "",
            "",
            variable.question,
            variable.base,
            variable.ask,
            ", ".join(variable.modes),
            "; ".join(variable.differences),
            f"${variable.multi}" if variable.multi else "",
            variable.source,
            variable.derivation,
            variable.measure,
            "" if variable.low is None else str(variable.low),
            "" if variable.high is None else str(variable.high),
            variable.unit,
            str(variable.width or ""),
            ", ".join(variable.decisions),
            ", ".join(variable.only_in),
        ]
        for code in variable.codes:
            cells = [variable.name, "", "", str(code.value), code.label, "missing" if code.missing else ""]
            yield cells + [""] * (len(CODEBOOK_COLUMNS) - len(cells))


def write_codebook_csv(book: Codebook, path: Path) -> None:
    """The codebook for people, with the mark that makes Excel read UTF-8."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        out.writerow(CODEBOOK_COLUMNS)
        out.writerows([guarded(cell) if not _is_number(cell) else cell for cell in row] for row in codebook_rows(book))


def _is_number(cell: str) -> bool:
    return cell.removeprefix("-").isdigit()

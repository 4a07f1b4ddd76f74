"""Online files damaged on purpose, seeded: each says what was done to it, and whether that may change anything."""

from __future__ import annotations

import copy
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

Rows = list[list[str]]


@dataclass
class Damaged:
    """A damaged file: its bytes, the codebook beside it (None: none), what was done, and whether the merged data must
    be the same as without (`harmless`)."""

    data: bytes
    book: dict[str, Any] | None
    what: str
    harmless: bool = False


@dataclass
class Table:
    """A file before it is written: rows with a header, a codebook, and how it is written."""

    rows: Rows
    book: dict[str, Any] | None
    encoding: str = "utf-8"
    delimiter: str = ","
    cut: int = 0
    what: str = ""
    harmless: bool = False
    known: list[str] = field(default_factory=list)

    def column(self, name: str) -> int:
        return self.rows[0].index(name)

    def body(self) -> Rows:
        return self.rows[1:]

    def as_damaged(self) -> Damaged:
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self.delimiter).writerows(self.rows)
        data = out.getvalue().encode(self.encoding, "replace")
        return Damaged(data[: len(data) - self.cut] if self.cut else data, self.book, self.what, self.harmless)


def answered(table: Table, rng: Random, *, kind: str = "") -> str:
    """A column of a question in which somebody answered something."""
    kinds = {each["name"]: each["kind"] for each in (table.book or {"variables": []})["variables"]}
    names = [
        name
        for at, name in enumerate(table.rows[0])
        if name in kinds
        and (not kind or kinds[name] == kind)
        and any(row[at] and not row[at].startswith("-") for row in table.body())
    ]
    return rng.choice(names)


def some_row(table: Table, rng: Random, name: str = "") -> list[str]:
    """A row, of somebody with an answer in that column."""
    rows = table.body()
    if name:
        at = table.column(name)
        rows = [row for row in rows if row[at] and not row[at].startswith("-")]
    return rng.choice(rows)


def _variable(table: Table, name: str) -> dict[str, Any]:
    assert table.book is not None
    return next(each for each in table.book["variables"] if each["name"] == name)


def two_columns_swapped(table: Table, rng: Random) -> None:
    one, other = answered(table, rng), answered(table, rng)
    at, to = table.column(one), table.column(other)
    header = table.rows[0]
    header[at], header[to] = header[to], header[at]
    table.what = f"{one} and {other} bear each other's name"
    table.harmless = one == other


def columns_in_another_order(table: Table, rng: Random) -> None:
    order = list(range(len(table.rows[0])))
    rng.shuffle(order)
    table.rows[:] = [[row[at] for at in order] for row in table.rows]
    table.what, table.harmless = "columns in another order", True


def keys_padded(table: Table, rng: Random) -> None:
    at = table.column("serial")
    for row in table.body():
        if row[at] and rng.random() < 0.5:
            row[at] = rng.choice([" {}", "{} ", "\t{}", "{}\u00a0", "{}"]).format(
                rng.choice([row[at], row[at].lower()])
            )
    table.what, table.harmless = "keys with blanks, in small letters", True


def a_scale_reversed(table: Table, rng: Random) -> None:
    name = answered(table, rng, kind="coded")
    codes = [str(code["value"]) for code in _variable(table, name)["codes"] if not code.get("missing")]
    at = table.column(name)
    turned = dict(zip(codes, reversed(codes), strict=True))
    for row in table.body():
        row[at] = turned.get(row[at], row[at])
    table.what = f"the codes of {name} reversed"


def labels_reversed(table: Table, rng: Random) -> None:
    name = answered(table, rng, kind="coded")
    codes = [code for code in _variable(table, name)["codes"] if not code.get("missing")]
    labels = [code["label"] for code in codes]
    for code, label in zip(codes, reversed(labels), strict=True):
        code["label"] = label
    table.what = f"the labels of {name} reversed"
    table.harmless = len(set(labels)) == 1


def a_label_of_a_reserve_code(table: Table, rng: Random) -> None:
    name = answered(table, rng, kind="number")
    _variable(table, name)["codes"].append({"value": 98, "label": "Don't know", "missing": True})
    at = table.column(name)
    for row in table.body():
        row[at] = "98" if row[at] == "-8" else row[at]
    table.what = f"don't know at {name} is 98"


def another_question_in_the_codebook(table: Table, rng: Random) -> None:
    one, other = answered(table, rng, kind="coded"), answered(table, rng, kind="coded")
    first, second = _variable(table, one), _variable(table, other)
    first["label"], second["label"] = second["label"], first["label"]
    table.what = f"{one} and {other} bear each other's question"
    table.harmless = one == other


def in_windows_encoding(table: Table, rng: Random) -> None:
    _accented(table, rng)
    table.encoding, table.what = "cp1252", "saved as Windows-1252"


def in_utf_16(table: Table, rng: Random) -> None:
    _accented(table, rng)
    table.encoding, table.what = rng.choice(["utf-16", "utf-8-sig"]), "saved with a byte order mark"


def saved_in_a_wrong_encoding(table: Table, rng: Random) -> None:
    name = _accented(table, rng)
    at = table.column(name)
    for row in table.body():
        row[at] = row[at].encode("utf-8").decode("cp1252", "replace")
    table.what = f"{name} was saved in a wrong encoding once"


def _accented(table: Table, rng: Random) -> str:
    name = answered(table, rng, kind="text")
    some_row(table, rng, name)[table.column(name)] = "caf\u00e9 \u00a3"
    return name


def semicolons(table: Table, rng: Random) -> None:
    table.delimiter = rng.choice([";", "\t", "|"])
    table.what, table.harmless = "another delimiter", True


def rows_twice(table: Table, rng: Random) -> None:
    for row in rng.sample(table.body(), 3):
        table.rows.insert(rng.randint(1, len(table.rows)), list(row))
    table.what = "three rows twice"


def a_row_twice_with_other_answers(table: Table, rng: Random) -> None:
    name = answered(table, rng, kind="coded")
    row = list(some_row(table, rng, name))
    codes = [str(code["value"]) for code in _variable(table, name)["codes"] if not code.get("missing")]
    row[table.column(name)] = rng.choice(codes)
    table.rows.insert(rng.randint(1, len(table.rows)), row)
    table.what = f"a row twice, with another answer to {name}"


def cut_short(table: Table, rng: Random) -> None:
    table.cut = rng.randint(1, 4000)
    table.what = f"the last {table.cut} bytes are missing"


def rows_missing(table: Table, rng: Random) -> None:
    n = rng.randint(1, 5)
    del table.rows[-n:]
    table.what = f"the last {n} rows are missing"


def cells_moved_left(table: Table, rng: Random) -> None:
    row = some_row(table, rng)
    at = rng.randint(5, len(row) - 2)
    del row[at]
    if rng.random() < 0.5:
        row.append("")
    table.what = f"the cells from the {at}th on moved left in one row"


def an_impossible_code(table: Table, rng: Random) -> None:
    name = answered(table, rng, kind="coded")
    some_row(table, rng, name)[table.column(name)] = rng.choice(["77", "0", "-55", "1;2", "yes", "3.5"])
    table.what = f"an impossible code at {name}"


def words_for_a_number(table: Table, rng: Random) -> None:
    name = answered(table, rng, kind="number")
    some_row(table, rng, name)[table.column(name)] = rng.choice(["about ten", "1e3", "10-12", "9999", "-3.5"])
    table.what = f"no number at {name}"


def a_column_missing(table: Table, rng: Random) -> None:
    name = answered(table, rng)
    at = table.column(name)
    table.rows[:] = [row[:at] + row[at + 1 :] for row in table.rows]
    table.what = f"{name} is missing"


def a_column_more(table: Table, rng: Random) -> None:
    for at, row in enumerate(table.rows):
        row.append("NewQuestion" if at == 0 else str(rng.randint(1, 5)))
    table.what, table.harmless = "a column that the codebook does not have", True


def a_column_moved_down(table: Table, rng: Random) -> None:
    name = answered(table, rng)
    at = table.column(name)
    cells = [row[at] for row in table.body()]
    for row, cell in zip(table.body(), [cells[-1], *cells[:-1]], strict=True):
        row[at] = cell
    table.what = f"{name} moved down by one row"


def two_serials_exchanged(table: Table, rng: Random) -> None:
    at = table.column("serial")
    one, other = rng.sample([row for row in table.body() if row[at]], 2)
    one[at], other[at] = other[at], one[at]
    table.what = "two people bear each other's serial"


def a_serial_of_nobody(table: Table, rng: Random) -> None:
    at = table.column("serial")
    row = rng.choice([row for row in table.body() if row[at]])
    row[at] = rng.choice(["X9999", "", "P00", "1e5"])
    table.what = "a serial of nobody"


def a_status_of_its_own(table: Table, rng: Random) -> None:
    some_row(table, rng)[table.column("status")] = rng.choice(["done", "", "4", "partial", "opted out"])
    table.what = "another status"


def a_blank_cell(table: Table, rng: Random) -> None:
    name = answered(table, rng)
    some_row(table, rng, name)[table.column(name)] = ""
    table.what = f"an answer to {name} is missing"


def another_answer(table: Table, rng: Random) -> None:
    name = answered(table, rng, kind="coded")
    codes = [str(code["value"]) for code in _variable(table, name)["codes"] if not code.get("missing")]
    some_row(table, rng, name)[table.column(name)] = rng.choice(codes)
    table.what = f"another answer to {name}"


def fractions_of_zero(table: Table, rng: Random) -> None:
    name = answered(table, rng, kind="coded")
    at = table.column(name)
    for row in table.body():
        row[at] = f"{row[at]}.0" if row[at] and not row[at].startswith("-") else row[at]
    table.what, table.harmless = f"{name} with a fraction of zero", True


def no_codebook(table: Table, rng: Random) -> None:  # noqa: ARG001
    table.book = None
    table.what, table.harmless = "no codebook beside it", True


def names_in_capitals(table: Table, rng: Random) -> None:
    table.rows[0] = [name.upper() if rng.random() < 0.3 else name for name in table.rows[0]]
    table.what, table.harmless = "names of columns in capitals", True


def blank_rows(table: Table, rng: Random) -> None:
    for _ in range(3):
        table.rows.insert(rng.randint(1, len(table.rows)), [""] * len(table.rows[0]))
    table.what, table.harmless = "blank rows in between", True


DAMAGES: tuple[Callable[[Table, Random], None], ...] = (
    two_columns_swapped, columns_in_another_order, keys_padded, a_scale_reversed, labels_reversed,
    a_label_of_a_reserve_code, another_question_in_the_codebook, in_windows_encoding, in_utf_16,
    saved_in_a_wrong_encoding, semicolons, rows_twice, a_row_twice_with_other_answers, cut_short, rows_missing,
    cells_moved_left, an_impossible_code, words_for_a_number, a_column_missing, a_column_more, a_column_moved_down,
    two_serials_exchanged, a_serial_of_nobody, a_status_of_its_own, a_blank_cell, another_answer, fractions_of_zero,
    no_codebook, names_in_capitals, blank_rows,
)  # fmt: skip
"""Every kind of damage, in turn."""


def damaged(rows: Rows, book: dict[str, Any], seed: int) -> Damaged:
    """The file damaged in one way, which goes by the seed; sometimes in two."""
    rng = Random(seed)
    table = Table(copy.deepcopy(rows), copy.deepcopy(book))
    DAMAGES[seed % len(DAMAGES)](table, rng)
    if rng.random() < 0.2 and table.book is not None:
        before, harmless, table.harmless = table.what, table.harmless, False
        rng.choice(DAMAGES)(table, rng)
        table.what, table.harmless = f"{before}; {table.what}", harmless and table.harmless
    return table.as_damaged()

"""Triple-S: the interchange format of the UK's research agencies, an XML description and a file of data.

Default is version 2.0 with data of fixed width in Windows-1252, written the way that every reader we know of reads
right: bitstrings for multicodes, positions without gaps, no filter, no scores. Version 3.0, CSV in UTF-8, is for words
that Windows-1252 does not have. A blank field is the format's only missing value: the reserve codes that say why
nothing was asked are blank; an answer that is none of the codes (don't know at a look-up) gets the next free code, one
that is no number a code above all numbers. Readers compare codes as texts (R's sss) and take a line that begins with a
minus for a command (PSPP, of what IBM's reader writes): so codes of a single are as wide in the description as in the
data of fixed width, with noughts before, and none is negative.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import cati
from cati.exchange.codebook import Code, MultiSet, Variable
from cati.exchange.export.table import Table, Trouble

_HIGHEST_POSITION = 200
"""A multicode whose highest code is beyond this would be a bitstring of mostly nothing: it is written code by code."""
_LARGEST = 999_999
"""Of a number without a limit, in the description."""
_MOMENT = 19


@dataclass
class _Field:
    """A variable of the description: its type, how wide it is, its values, and the text of its cell in a row."""

    name: str
    label: str
    type: str
    width: int
    cell: Callable[[int], str]
    codes: tuple[tuple[str, str], ...] = ()
    low: int | None = None
    high: int | None = None
    is_serial: bool = False


def write_fixed(table: Table, description: Path, data: Path) -> list[Trouble]:
    """Writes version 2.0: the description (XML) and the data (fixed width, Windows-1252)."""
    troubles: list[Trouble] = []
    fields = list(_fields(table, "triple-s", troubles))
    with data.open("wb") as file:
        for at in range(table.rows):
            line = "".join(_fixed(field, field.cell(at)) for field in fields)
            file.write(_encoded(line, fields, at, table, troubles) + b"\r\n")
    _describe(table, fields, description, data.name, version="2.0", in_csv=False)
    return troubles


def write_csv_30(table: Table, description: Path, data: Path) -> list[Trouble]:
    """Writes version 3.0: the description (XML) and the data (CSV, UTF-8, a line of names first)."""
    troubles: list[Trouble] = []
    fields = list(_fields(table, "triple-s-csv", troubles))
    with data.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
        out.writerow([field.name for field in fields])
        out.writerows([field.cell(at) for field in fields] for at in range(table.rows))
    _describe(table, fields, description, data.name, version="3.0", in_csv=True)
    return troubles


# the fields


def _fields(table: Table, form: str, troubles: list[Trouble]) -> Iterator[_Field]:
    sets = {each.name: each for each in table.codebook.sets}
    done: set[str] = set()
    for variable, column in table.each():
        each = sets.get(variable.multi)
        if each is not None and _fits(each, table):
            if each.name not in done:
                done.add(each.name)
                yield _bitstring(each, table)
            continue
        yield _field(variable, column, table, form, troubles)


def _field(variable: Variable, column: Any, table: Table, form: str, troubles: list[Trouble]) -> _Field:
    if variable.kind in ("coded", "flag"):
        return _single(variable, column, form, troubles)
    if variable.kind == "number":
        return _quantity(variable, column, form, troubles)
    if variable.kind == "moment":
        return _Field(variable.name, variable.label, "character", _MOMENT,
                      lambda at: "" if column[at] is None else column[at].isoformat(sep=" "))  # fmt: skip
    serial = variable.name == table.codebook.variables[0].name
    return _Field(
        variable.name, variable.label, "character", variable.width, _words(variable, column, form, troubles),
        is_serial=serial,
    )  # fmt: skip


def _words(variable: Variable, column: Any, form: str, troubles: list[Trouble]) -> Callable[[int], str]:
    reserved = {str(code.value) for code in variable.reserve}
    lost = {str(code.value): code.label for code in variable.reserve if code.key is not None}
    gone = sorted(lost.keys() & set(column))
    troubles += [Trouble(variable.name, f"{lost[value]}: {value} is blank here", form=form) for value in gone]
    return lambda at: "" if column[at] in reserved else column[at]


def _fits(each: MultiSet, table: Table) -> bool:
    codes = [table.codebook.by_name[name].code or 0 for name in each.variables]
    return min(codes) > 0 and max(codes) <= _HIGHEST_POSITION


def _bitstring(each: MultiSet, table: Table) -> _Field:
    variables = [table.codebook.by_name[name] for name in each.variables]
    columns = {variable.code or 0: table.column(variable.name) for variable in variables}
    width = max(columns)
    places = [columns.get(position) for position in range(1, width + 1)]

    def cell(at: int) -> str:
        if all(column[at] < 0 for column in columns.values()):
            return ""
        return "".join("1" if column is not None and column[at] == 1 else "0" for column in places)

    codes = tuple((str(variable.code or 0), _own_label(variable)) for variable in variables)
    return _Field(each.name, each.label, "multiple", width, cell, codes)


def _own_label(variable: Variable) -> str:
    """The words of the code, without the name before and the question behind."""
    label = variable.label.removeprefix(f"{variable.name}. ")
    return label.removesuffix(f" – {variable.question}")


def _single(variable: Variable, column: Any, form: str, troubles: list[Trouble]) -> _Field:
    valid = list(variable.valid)
    free = max((code.value for code in valid), default=0) + 1
    moved: dict[int, int] = {}
    for code in variable.reserve:
        if code.key is not None:  # an answer, and none of the codes
            moved[code.value] = free
            troubles.append(Trouble(variable.name, f"{code.label}: {code.value} is {free} here", form=form))
            valid.append(Code(free, code.label))
            free += 1
    width = max((len(str(code.value)) for code in valid), default=1)
    padded = width if form == "triple-s" else 0
    codes = tuple((str(code.value).zfill(padded), code.label) for code in valid)

    def cell(at: int) -> str:
        value = column[at]
        value = moved.get(value, value)
        return "" if value < 0 else str(value).zfill(padded)

    return _Field(variable.name, variable.label, "single", width, cell, codes)


def _quantity(variable: Variable, column: Any, form: str, troubles: list[Trouble]) -> _Field:
    low = max(variable.low or 0, 0)
    high = max(variable.high or _LARGEST, max(column, default=0))
    answers = [code for code in variable.reserve if code.key is not None]
    width = len(str(high + len(answers)))
    moved = {code.value: 10**width - 1 - at for at, code in enumerate(answers)}
    for code in answers:
        what = f"{code.label}: {code.value} is {moved[code.value]} here"
        troubles.append(Trouble(variable.name, what, form=form))
    codes = tuple((str(moved[code.value]), code.label) for code in answers)

    def cell(at: int) -> str:
        value = column[at]
        value = moved.get(value, value)
        return "" if value < 0 else str(value)

    return _Field(variable.name, variable.label, "quantity", width, cell, codes, low, high)


# the data


def _fixed(field: _Field, text: str) -> str:
    return text.rjust(field.width) if field.type in ("single", "quantity") else text.ljust(field.width)


def _encoded(line: str, fields: list[_Field], at: int, table: Table, troubles: list[Trouble]) -> bytes:
    try:
        return line.encode("cp1252")
    except UnicodeEncodeError:
        pass
    written = []
    for field in fields:
        text = field.cell(at)
        plain = "".join(_in_cp1252(character) for character in text)
        if plain != text:
            what = "Windows-1252 does not have all of its characters: the nearest are written (? where there is none)"
            troubles.append(Trouble(field.name, what, table.column("SurveyID")[at], "triple-s"))
        cut = plain[: field.width]  # a character may have become several
        written.append(_fixed(field, cut))
    return "".join(written).encode("cp1252")


def _in_cp1252(character: str) -> str:
    for form in (character, unicodedata.normalize("NFC", character), unicodedata.normalize("NFKD", character)):
        plain = "".join(part for part in form if not unicodedata.combining(part)) if form != character else form
        try:
            plain.encode("cp1252")
        except UnicodeEncodeError:
            continue
        if plain:
            return plain
    return _NEAREST.get(character, "?")


_NEAREST = {"ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "ı": "i", "ŧ": "t"}


# the description


def _describe(table: Table, fields: list[_Field], path: Path, data: str, *, version: str, in_csv: bool) -> None:
    book = table.codebook
    root = Xml.Element("sss", {"version": version})
    Xml.SubElement(root, "origin").text = f"cati {cati.__version__}"
    survey = Xml.SubElement(root, "survey")
    Xml.SubElement(survey, "name").text = book.questionnaire
    Xml.SubElement(survey, "version").text = ", ".join(book.versions)
    Xml.SubElement(survey, "title").text = book.title
    attributes = {"ident": "A", "href": data}
    if in_csv:
        attributes |= {"format": "csv", "skip": "1", "encoding": "UTF-8"}
    record = Xml.SubElement(survey, "record", attributes)
    start = 1
    for ident, field in enumerate(fields, start=1):
        start += _describe_one(record, ident, field, start, in_csv)
    Xml.indent(root, space=" ")
    # character references for all that is not ASCII: no reader can take the encoding for another
    text = Xml.tostring(root, encoding="us-ascii", xml_declaration=False)
    path.write_bytes(b'<?xml version="1.0" encoding="us-ascii"?>\n' + text + b"\n")


def _describe_one(record: Xml.Element, ident: int, field: _Field, start: int, in_csv: bool) -> int:
    """Describes a variable; how many positions it takes."""
    attributes = {"ident": str(ident), "type": field.type}
    if field.is_serial:
        attributes["use"] = "serial"
    variable = Xml.SubElement(record, "variable", attributes)
    Xml.SubElement(variable, "name").text = field.name
    Xml.SubElement(variable, "label").text = field.label
    place = {"start": str(start)}
    if not in_csv:  # of one column too: there are readers that look for it
        place["finish"] = str(start + field.width - 1)
    Xml.SubElement(variable, "position", place)
    if field.type == "character":
        Xml.SubElement(variable, "size").text = str(field.width)
    else:
        values = Xml.SubElement(variable, "values")
        if field.type == "quantity":
            Xml.SubElement(values, "range", {"from": str(field.low), "to": str(field.high)})
        for code, label in field.codes:
            Xml.SubElement(values, "value", {"code": code}).text = label
    return 1 if in_csv else field.width

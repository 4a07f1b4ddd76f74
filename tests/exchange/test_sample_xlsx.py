"""Sample files as XLSX: what a spreadsheet does to numbers is undone where certain, refused otherwise."""

from __future__ import annotations

import datetime
import sys
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from cati.desk import SampleRow
from cati.errors import InputError
from cati.exchange import LoadReport, read_sample


def workbook(path: Path, rows: list[list[Any]], title: str = "Sheet1") -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    book.save(path)
    return book


def read(path: Path) -> tuple[list[SampleRow], LoadReport]:
    report = LoadReport()
    return list(read_sample(path, report)), report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sample.xlsx"


def test_texts_and_whole_numbers_are_read(path: Path) -> None:
    workbook(path, [["serial", "name", "phone", "age"], [1001, "Zoë", "0113 496 0123", 37], ["1002", "Ann", None, 4.5]])
    rows, report = read(path)
    assert [(row.serial, row.name, row.phones, row.variables) for row in rows] == [
        ("1001", "Zoë", ("+441134960123",), {"age": "37"}),
        ("1002", "Ann", (), {"age": "4.5"}),
    ]
    assert report.refused == []


def test_a_number_that_lost_its_leading_zero_is_restored_only_when_certain(path: Path) -> None:
    workbook(path, [["serial", "phone"], ["1", 1134960123], ["2", 447700900123.0], ["3", 2125551234], ["4", 447701]])
    rows, report = read(path)
    assert [row.phones for row in rows] == [("+441134960123",), ("+447700900123",)]
    assert [(one.row, one.column, one.value) for one in report.refused] == [
        (4, "phone", "2125551234"),
        (5, "phone", "447701"),
    ]


def test_leading_zeros_that_the_sheet_shows_are_kept(path: Path) -> None:
    book = workbook(path, [["serial", "phone"], [12, "0113 496 0123"]])
    book["Sheet1"]["A2"].number_format = "0000"
    book.save(path)
    assert read(path)[0][0].serial == "0012"


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("serial", datetime.datetime(2019, 1, 2), "Excel made a date of it"),
        ("serial", 1234567890123456, "Excel keeps only 15 digits"),
        ("serial", True, "Excel made it TRUE or FALSE"),
        ("phone", datetime.date(2019, 1, 2), "Excel made a date of it"),
        ("phone", "4.47701E+11", "its last digits are lost"),
        ("name", "#N/A", "an error value; correct the cell"),
    ],
)
def test_a_cell_that_excel_changed_beyond_repair_refuses_its_row(path: Path, column: str, cell: Any, why: str) -> None:
    bad = {"serial": "1", "name": "Ann", "phone": None} | {column: cell}
    workbook(path, [["serial", "name", "phone"], [bad["serial"], bad["name"], bad["phone"]], ["2", "Bea", None]])
    rows, report = read(path)
    assert [row.serial for row in rows] == ["2"]
    assert (report.refused[0].row, report.refused[0].column) == (2, column)
    assert why in report.refused[0].why


def test_a_date_is_fine_where_digits_need_not_be_exact(path: Path) -> None:
    workbook(path, [["serial", "started"], ["1", datetime.datetime(2019, 1, 2)]])
    assert read(path)[0][0].variables == {"started": "2019-01-02"}


def test_a_formula_without_its_result_is_not_taken_for_an_empty_cell(path: Path) -> None:
    workbook(path, [["serial", "phone"], ["1", '="0113"&"4960123"'], ["2", None]])
    rows, report = read(path)
    assert [row.serial for row in rows] == ["2"]
    assert report.refused[0].column == "phone"
    assert "a formula whose result is not in the file" in report.refused[0].why


def test_blank_rows_and_trailing_columns_are_nothing_but_still_count_as_rows(path: Path) -> None:
    workbook(path, [["serial", "name", None, None], [], ["1", "Ann"], [None, "Bea"]])
    rows, report = read(path)
    assert [row.serial for row in rows] == ["1"]
    assert [(one.row, one.why) for one in report.refused] == [(4, "the serial is blank")]


def test_several_filled_sheets_are_asked_about_unless_one_is_called_sample(path: Path) -> None:
    book = workbook(path, [["serial"], ["1"]])
    book.create_sheet("Empty")
    book.save(path)
    assert len(read(path)[0]) == 1
    book.create_sheet("Old").append(["serial"])
    book.save(path)
    with pytest.raises(InputError, match=r"several sheets hold data \(Sheet1, Old\)"):
        read(path)
    book["Old"].sheet_state = "hidden"
    book.save(path)
    assert len(read(path)[0]) == 1
    book["Old"].sheet_state = "visible"
    book["Sheet1"].title = "Sample"
    book.save(path)
    assert len(read(path)[0]) == 1


@pytest.mark.parametrize("content", [b"PK\x03\x04 and no more", b"PK\x03\x04"])
def test_a_damaged_workbook_is_said(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(InputError, match="the workbook is damaged or protected"):
        read(path)


def test_another_kind_of_zip_is_no_workbook(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", "an ODS sheet")
    with pytest.raises(InputError, match="not an Excel workbook"):
        read(path)


def test_an_empty_workbook_is_an_empty_file(path: Path) -> None:
    workbook(path, [])
    with pytest.raises(InputError, match="the file is empty"):
        read(path)


def test_without_openpyxl_the_extra_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook(path, [["serial"], ["1"]])
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(InputError, match=r"pip install 'cati\[xlsx\]'"):
        read(path)

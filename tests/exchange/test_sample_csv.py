"""Sample files as CSV: what loads, what is refused, and the reason that is given."""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.desk import LoadCounts, SampleRow
from cati.errors import InputError
from cati.exchange import LoadReport, load_sample_file, read_sample

Read = Callable[..., tuple[list[SampleRow], LoadReport]]


def refusals(report: LoadReport) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.why) for one in report.refused]


def test_a_row_becomes_a_person_and_unknown_columns_become_variables(read: Read) -> None:
    rows, report = read(
        "serial,name,la,region,ofsted,phone,phone2,email,link,recontact,batch,timezone,team\n"
        "1001,Ann O'Hara,Leeds,Yorkshire and the Humber,Good,0113 496 0123,07700 900 456,ann@example.org,"
        "individual,yes,main,Europe/London,North\n"
    )
    assert rows == [
        SampleRow(
            serial="1001",
            name="Ann O'Hara",
            la="Leeds",
            region="Yorkshire and the Humber",
            ofsted="Good",
            phones=("+441134960123", "+447700900456"),
            email="ann@example.org",
            link="individual",
            recontact="yes",
            batch="main",
            timezone="Europe/London",
            variables={"team": "North"},
            columns=rows[0].columns,
        )
    ]
    assert rows[0].phone_columns == 2
    assert all(rows[0].has(column) for column in ("name", "timezone", "phone2", "team"))
    assert not rows[0].has("phone3")
    assert (report.read, report.refused) == (1, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_usual_encoding_delimiter_and_line_end_is_read(
    read: Read, encoding: str, delimiter: str, line_end: str
) -> None:
    lines = [["serial", "name", "note"], ["1", "Zoë Müller", "a: b"], ["2", "Siân", ""]]
    text = "".join(delimiter.join(cells) + line_end for cells in lines)
    rows, report = read(text, encoding)
    assert [(row.serial, row.name, row.variables["note"]) for row in rows] == [
        ("1", "Zoë Müller", "a: b"),
        ("2", "Siân", ""),
    ]
    assert report.read == 2


def test_excels_own_delimiter_hint_is_heeded_and_counted_as_a_line(read: Read) -> None:
    rows, report = read("sep=;\nserial;name\n1;Ann, Bea\n;Cy\n")
    assert rows[0].name == "Ann, Bea"
    assert refusals(report) == [(4, "serial", "the serial is blank")]


def test_header_names_count_whatever_their_case_and_spaces(read: Read) -> None:
    rows, _ = read(" Serial ,PHONE1,Phone2,Team \n1,0113 496 0123,0113 496 0123,North\n")
    assert rows[0].phones == ("+441134960123",)
    assert rows[0].variables == {"Team": "North"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "the file is empty. A sample file has a header row"),
        ("\n \n\n", "the file is empty"),
        ("\ufeff", "the file is empty"),
        (
            "Serial No,name\n1,Ann\n",
            'no column "serial", which every sample file must have. Columns found: Serial No, name',
        ),
        ("Serial No,name\n1,Ann\n", 'Is it "Serial No"? Rename that column to serial.'),
        ("ID;name\n1;Ann\n", 'Is it "ID"?'),
        ("seriel;name\n1;Ann\n", 'Is it "seriel"?'),
        ("colour;name\n1;Ann\n", "Columns found: colour, name. Add a column called serial."),
        ("serial,phone,name,Phone\n", 'two columns are called "phone" (the 2nd and the 4th). Rename or delete one'),
        (
            "serial,phone,Phone100\n",
            'the column "Phone100" is one of numbers too many: they are phone, phone2 … phone99',
        ),
        ("serial,phone,phone1\n", 'two columns are called "phone"'),
        ("na\x1bme,b\n1,2\n", "Columns found: na\\x1bme, b."),
        ('serial,"name\n1,Ann\n', "line 1: a quotation mark opened here is never closed"),
        (b"serial,name\n1,\x81\x8d\n", "line 2 is not readable as text (cp1252). Save the file as CSV UTF-8"),
        (b"\xff\xfes\x00e", "line 1 is not readable as text (utf-16)"),
        (b"\xff\xfes\x00\x00\xd8a\x00", "is not readable as text (utf-16)"),
        (b"\xd0\xcf\x11\xe0 old", "an old .xls workbook, or one with a password"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_remedy(read: Read, content: str | bytes, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(content)
    assert message in str(caught.value)


def test_a_header_alone_is_a_sample_of_nobody(read: Read) -> None:
    rows, report = read("serial,name\n")
    assert (rows, report.read, report.refused) == ([], 0, [])


def test_a_serial_that_comes_twice_is_refused_with_the_row_of_the_first(read: Read) -> None:
    rows, report = read("serial,name\n7,Ann\n8,Bea\n 7 ,Cy\n")
    assert [row.name for row in rows] == ["Ann", "Bea"]
    assert refusals(report) == [(4, "serial", "this serial already stands in row 2")]


@pytest.mark.parametrize(
    ("serial", "why"),
    [
        ("", "the serial is blank"),
        ("1.00001E+11", "written as a power of ten"),
        ("1E+05", "written as a power of ten"),
        ("12\u200b34", "it has invisible characters in it"),
        ("1" * 101, "at most 100 characters"),
    ],
)
def test_a_serial_that_cannot_be_trusted_is_refused(read: Read, serial: str, why: str) -> None:
    rows, report = read(f"serial,name\n{serial},Ann\n")
    assert rows == []
    assert report.refused[0].column == "serial"
    assert why in report.refused[0].why


def test_a_serial_with_a_letter_e_is_a_serial(read: Read) -> None:
    rows, _ = read("serial\n12E3\n0012\n")
    assert [row.serial for row in rows] == ["12E3", "0012"]


def test_one_bad_cell_refuses_its_row_and_only_its_row(read: Read) -> None:
    rows, report = read(
        "serial,phone,email,link,recontact,timezone\n"
        "1,4.47701E+11,a@example.org,open,no,\n"
        "2,0113 496 0123,not an address,,,\n"
        "3,,,,maybe,\n"
        "4,,,post,,\n"
        "5,,,,,Europe/Leeds\n"
        "7,,,,,localtime\n"
        "6,0113 496 0124,a@example.org,OPEN,No,Europe/Dublin\n"
    )
    assert [(row.serial, row.link, row.recontact) for row in rows] == [("6", "open", "no")]
    assert report.read == 7
    assert [(one.row, one.column, one.value) for one in report.refused] == [
        (2, "phone", "4.47701E+11"),
        (3, "email", "not an address"),
        (4, "recontact", "maybe"),
        (5, "link", "post"),
        (6, "timezone", "Europe/Leeds"),
        (7, "timezone", "localtime"),
    ]
    assert "last digits are lost" in report.refused[0].why


def test_empty_trailing_columns_and_blank_lines_are_nothing(read: Read) -> None:
    rows, report = read("serial,name,,\n1,Ann,,\n\n,,,\n2,Bea,,\n3,Cy,,,,,\n")
    assert [row.serial for row in rows] == ["1", "2", "3"]
    assert report.read == 3


def test_a_cell_under_no_name_is_not_dropped_in_silence(read: Read) -> None:
    _, report = read("serial,name,\n1,Ann,0113 496 0123\n")
    assert refusals(report) == [(2, "", "the 3rd column has no name; give it one or empty it")]


def test_ragged_rows_are_refused(read: Read) -> None:
    rows, report = read("serial,name,la\n1,Ann\n2,Bea,Leeds,extra\n3,Cy,Leeds\n")
    assert [row.serial for row in rows] == ["3"]
    assert [(one.row, one.why) for one in report.refused] == [
        (2, "it has 2 cells where the header has 3; a separator is missing or too many"),
        (3, "it has 4 cells where the header has 3; a separator is missing or too many"),
    ]


def test_rows_are_counted_as_lines_of_the_file(read: Read) -> None:
    _, report = read('serial,note\n1,"two\nlines"\n\n,x\n')
    assert refusals(report) == [(5, "serial", "the serial is blank")]


def test_broken_quotation_marks_refuse_what_they_swallow(read: Read) -> None:
    rows, report = read('serial,name\n1,Ann\n2,"Bea" B\n3,Cy\n4,"Di\n5,Ed\n')
    assert [row.serial for row in rows] == ["1", "3"]
    assert refusals(report) == [
        (3, "", "the quotation marks do not match; this line was left out"),
        (5, "", "a quotation mark opened here is never closed, so lines 5 to 6 cannot be read"),
    ]


def test_names_are_kept_to_the_letter(read: Read) -> None:
    names = ["[bold]Ann[/x]", "Bea \x1b[31mred", "=HYPERLINK(1)", "ليلى", "C:\\Cy", "Di\u202eiD"]
    rows, _ = read("serial,name\n" + "".join(f"{n},{name}\n" for n, name in enumerate(names)))
    assert [row.name for row in rows] == names


def test_nul_characters_and_huge_cells_refuse_their_row(read: Read) -> None:
    rows, report = read("serial,name\n1,A\0n\n2," + "x" * 32_768 + "\n3," + "x" * 32_767 + "\n")
    assert [row.serial for row in rows] == ["3"]
    assert [one.why for one in report.refused] == [
        "it holds a NUL character: the file is damaged there",
        "the cell has 32,768 characters; 32,767 is the most",
    ]
    assert len(report.refused[1].value) == 201


@pytest.mark.parametrize(
    "email", ["a@b", "a b@example.org", "a@example.org; b@example.org", "@example.org", "a@ex..org"]
)
def test_what_is_no_email_address_is_refused(read: Read, email: str) -> None:
    _, report = read(f'serial,email\n1,"{email}"\n')
    assert refusals(report) == [(2, "email", "it is not an e-mail address")]


def test_the_report_adds_up_and_has_the_documented_form(tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    path.write_text("serial,phone\n1,\n2,\n3,\n4,09012345678\n", encoding="utf-8")
    taken: list[str] = []

    def load(rows: Iterable[SampleRow]) -> LoadCounts:
        taken.extend(row.serial for row in rows)
        return LoadCounts(loaded=1, updated=1, unchanged=1)

    answer = load_sample_file(path, load).to_json()
    assert taken == ["1", "2", "3"]
    assert json.loads(json.dumps(answer)) == {
        "read": 4,
        "loaded": 1,
        "updated": 2,
        "held": 0,
        "opted_out": [],
        "batches": [],
        "refused": [
            {
                "row": 5,
                "column": "phone",
                "value": "09012345678",
                "why": "a premium rate number costs the caller extra; it is never called",
            }
        ],
    }


def test_a_dry_run_needs_no_database(tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    path.write_text("serial\n1\n1\n", encoding="utf-8")
    report = load_sample_file(path)
    assert (report.read, report.loaded, len(report.refused)) == (2, 1, 1)


def test_a_stream_that_cannot_be_read_twice_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write("serial;name\n1;Zoë".encode("cp1252"))
    stdin = os.fdopen(reading, "r")
    monkeypatch.setattr("sys.stdin", stdin)
    assert [row.name for row in read_sample("-", LoadReport())] == ["Zoë"]
    stdin.close()


def test_a_missing_file_and_a_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        load_sample_file(tmp_path / "none.csv")
    with pytest.raises(InputError, match="this is a folder"):
        load_sample_file(tmp_path)


def test_a_hundred_thousand_rows_load_one_at_a_time_and_say_how_far_they_are(tmp_path: Path) -> None:
    path = tmp_path / "sample.csv"
    with path.open("w", encoding="utf-8") as file:
        file.write("serial,name,note\n")
        file.writelines(f"{number},Ann Other,some words\n" for number in range(100_000))
    seen: list[int] = []
    report = LoadReport()
    rows = read_sample(path, report, progress=seen.append)
    assert next(rows).serial == "0"
    assert report.read == 1  # the rest of the file has not been read yet, so its size costs no memory
    assert sum(1 for _ in rows) == 99_999
    assert (seen[0], seen[-1], report.read) == (1000, 100_000, 100_000)


@given(
    st.binary(max_size=300) | st.text(max_size=200).map(lambda text: ("serial,name\n" + text).encode("utf-8", "ignore"))
)
def test_whatever_the_bytes_every_row_is_loaded_or_refused_or_the_file_is(content: bytes) -> None:
    report = LoadReport()
    rows: list[SampleRow] = []
    with contextlib.suppress(InputError):
        rows.extend(read_sample(io.BytesIO(content), report))
    assert report.read == len(rows) + len(report.refused)
    assert len({row.serial for row in rows}) == len(rows)

"""Files of the online survey: what is understood, what is kept as it is, what is refused, and the reason given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cati.desk import OnlineAnswers, OnlineRow
from cati.errors import InputError
from cati.exchange import OnlineReport, read_online
from cati.studies import Study, load_study

NOW = datetime(2019, 11, 20, 9, 0, tzinfo=UTC)

Read = Callable[..., tuple[list[OnlineRow], OnlineReport]]


@pytest.fixture
def read(tmp_path: Path, study: Study) -> Read:
    """`read(content)`: the good rows of an online file with this content, and its report."""

    def run(content: str | Path, of: Study = study) -> tuple[list[OnlineRow], OnlineReport]:
        path = content if isinstance(content, Path) else tmp_path / "online.csv"
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        report = OnlineReport()
        return list(read_online(path, of, report, now=NOW)), report

    return run


def answers(read: Read, cells: Mapping[str, str]) -> tuple[OnlineAnswers, list[tuple[str, str]]]:
    """What a row with these answers comes to, and what is noted of its columns."""
    quoted = ",".join(f'"{cell}"' for cell in cells.values())
    rows, report = read(f"serial,status,at,{','.join(cells)}\nA1,partial,2019-11-19,{quoted}\n")
    assert report.refused == []
    return rows[0].answers, [(note.column, note.why) for note in report.notes]


def test_a_row_says_who_what_when_and_the_answers(read: Read) -> None:
    rows, report = read(
        "serial,status,at,B1,B3,B3_9_text,B10,H1_3,K4_name,K4_email,K4_phone\n"
        "A1,complete,2019-11-19T14:02,1,1;9,own words,dk,2,Jo,refused,0113 496 0123\n"
    )
    assert rows == [
        OnlineRow(
            row=2,
            serial="A1",
            status="complete",
            at=datetime(2019, 11, 19, 14, 2, tzinfo=UTC),
            answers=OnlineAnswers(
                items={"B1": 1, "B3": [1, 9], "B3_9_text": "own words", "B10": {"key": "dk"}, "H1_3": 2},
                contact={"K4": {"name": "Jo", "email": {"key": "refused"}, "phone": "0113 496 0123"}},
            ),
        )
    ]
    assert (report.read, report.refused, report.notes) == (1, [], [])


@pytest.mark.parametrize(
    ("cells", "items"),
    [
        ({"B1": "1"}, {"B1": 1}),
        ({"b1": "1"}, {"B1": 1}),  # ids are compared without case
        ({"B1": "1.0"}, {"B1": 1}),  # as programs write a column with blanks in it
        ({"B1": "DK"}, {"B1": 8}),  # by the key of the code
        ({"B1": ""}, {}),
        ({"B3": "1 9"}, {"B3": [1, 9]}),
        ({"B3": "9,1;"}, {"B3": [1, 9]}),  # in the order of the questionnaire
        ({"B3_1": "1", "B3_2": "0", "B3_9": "1.0"}, {"B3": [1, 9]}),
        ({"B3_1": "TRUE", "B3_2": "no"}, {"B3": [1]}),
        ({"B3_1": "0", "B3_2": "0"}, {}),  # none chosen is no answer
        ({"B3": "1;9", "B3_1": "1", "B3_9": "1"}, {"B3": [1, 9]}),
        ({"B11": "37"}, {"B11": 37}),
        ({"B11": "37.0"}, {"B11": 37}),
        ({"B11": "NA"}, {"B11": {"key": "na"}}),
        ({"F1a": "Nurse, [/x]"}, {"F1a": "Nurse, [/x]"}),
        ({"F1a": "dk"}, {"F1a": {"key": "dk"}}),
        ({"B4a": "Leeds"}, {"B4a": "Leeds"}),
        ({"E7_1_number": "3"}, {"E7_1_number": 3}),
        ({"B8_1": "2"}, {"B8_1": 2}),  # a row of a grid, and no code of a multi
    ],
)
def test_an_answer_is_understood_as_the_questionnaire_writes_it(
    read: Read, cells: dict[str, str], items: dict[str, Any]
) -> None:
    assert answers(read, cells) == (OnlineAnswers(items), [])


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ({"B1": "77"}, "there is no code 77"),
        ({"B1": "-1"}, "there is no code -1"),
        ({"B1": "yes"}, "a code is expected"),
        ({"B11": "300"}, "a number from 0 to 168"),
        ({"B11": "many"}, "no special answer many"),
        ({"B11": "37,5"}, "a whole number is expected"),
        ({"B3": "1;10"}, "cannot be given together"),
        ({"B3": "1 x"}, "a code is expected"),
        ({"B3": "1", "B3_9": "1"}, "do not say the same"),
    ],
)
def test_what_no_question_can_take_is_kept_as_it_is_and_said(read: Read, cells: dict[str, str], why: str) -> None:
    found, notes = answers(read, cells)
    assert found == OnlineAnswers(rest=cells)
    assert [(column, why in said) for column, said in notes] == [(next(iter(cells)), True)]


def test_of_the_columns_of_a_multi_the_one_is_named_that_is_wrong(read: Read) -> None:
    cells = {"B3_1": "1", "B3_2": "perhaps"}
    found, [(column, said)] = answers(read, cells)
    assert found == OnlineAnswers(rest=cells)
    assert (column, "was code 2 chosen or not?" in said) == ("B3_2", True)


def test_a_note_counts_its_rows_and_names_the_first(read: Read) -> None:
    lines = "".join(f"A{n},partial,2019-11-19,{code}\n" for n, code in enumerate((1, 77, 2, 78), start=1))
    _, report = read(f"serial,status,at,B1\n{lines}")
    (note,) = report.notes
    assert (note.column, note.n, note.row, note.value) == ("B1", 2, 3, "77")


def test_columns_that_are_no_item_are_named_once_and_kept(read: Read) -> None:
    rows, report = read("serial,status,at,browser,S1\nA1,partial,2019-11-19,Firefox,1\nA2,partial,2019-11-19,,\n")
    assert [(note.column, note.n) for note in report.notes] == [("browser", 0), ("S1", 0)]
    assert "no item of the questionnaire" in report.notes[0].why
    assert "never asked online" in report.notes[1].why
    assert [row.answers for row in rows] == [OnlineAnswers(rest={"browser": "Firefox", "S1": "1"}), OnlineAnswers()]


def test_who_somebody_is_stands_apart_from_what_they_said(read: Read) -> None:
    found, notes = answers(
        read, {"B1": "1", "name": "Jo", "email": "jo@example.org", "phone2": "0113", "K4_name": "Jo"}
    )
    assert found.items == {"B1": 1}
    assert found.rest == {}
    assert found.contact_rest == {"name": "Jo", "email": "jo@example.org", "phone2": "0113", "K4_name": "Jo"}
    assert ("K4_name", "not understood, kept as it is: still to be filled in: email, phone") in notes
    asye, _ = read("serial,status,at,SE\n1,partial,2019-11-19,jo@example.org\n", load_study("asye"))
    assert asye[0].answers == OnlineAnswers(contact={"SE": "jo@example.org"})


def test_no_note_shows_what_names_somebody(read: Read) -> None:
    _, report = read("serial,status,at,K4_email,K4\nA1,partial,2019-11-19,jo@example.org,Jo\n")
    assert "jo@example.org" not in str(report.to_json())
    assert "Jo" not in str(report.to_json())


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("Complete", "complete"),
        ("COMPLETED", "complete"),
        ("partial", "partial"),
        ("part-complete", "partial"),
        ("Part complete", "partial"),
        ("opted_out", "opted_out"),
        ("Opted-Out", "opted_out"),
        ("opt out", "opted_out"),
    ],
)
def test_a_status_is_known_in_any_case(read: Read, written: str, status: str) -> None:
    rows, _ = read(f"serial,status,at\nA1,{written},2019-11-19\n")
    assert [row.status for row in rows] == [status]


@pytest.mark.parametrize(
    ("line", "column", "why"),
    [
        ("A1,finished,2019-11-19,", "status", "it is complete, partial or opted_out"),
        ("A1,,2019-11-19,", "status", "the status is blank"),
        ("A1,incomplete,2019-11-19,", "status", "this is no status"),
        ("A1,complete,19/11/2019,", "at", "not a time as ISO 8601 writes it"),
        ("A1,complete,2019-03-31T01:30,", "at", "does not exist"),
        ("A1,complete,2019-11-20T09:11,", "at", "in the future: now is 2019-11-20T09:00"),
        ("A1,complete,1899-12-30,", "at", "before the year 2000"),
        ("A1,complete,0001-01-01T00:00+14:00,", "at", "not a time"),
        ("A1,complete,2019-11-19,shared", "link", "individual or open"),
        ("2E+05,complete,2019-11-19,", "serial", "power of ten"),
        (",complete,2019-11-19,", "serial", "only of a response of the open link"),
        (",complete,2019-11-19,individual", "serial", "only of a response of the open link"),
        (",opted_out,2019-11-19,open", "status", "in no sample"),
        ("A1,complete", "", "it has 2 cells where the header has 4"),
    ],
)
def test_a_row_is_refused_with_its_column_and_the_reason(read: Read, line: str, column: str, why: str) -> None:
    rows, report = read(f"serial,status,at,link\n{line}\nA2,complete,2019-11-19,\n")
    assert [row.serial for row in rows] == ["A2"]
    assert [(one.row, one.column) for one in report.refused] == [(2, column)]
    assert why in report.refused[0].why


@pytest.mark.parametrize(
    ("written", "at"),
    [
        ("2019-11-19T14:02", datetime(2019, 11, 19, 14, 2, tzinfo=UTC)),
        ("2019-10-01 14:02:30", datetime(2019, 10, 1, 13, 2, 30, tzinfo=UTC)),  # summer time in London
        ("2019-11-19T14:02+02:00", datetime(2019, 11, 19, 12, 2, tzinfo=UTC)),
        ("2019-10-27T01:30+01:00", datetime(2019, 10, 27, 0, 30, tzinfo=UTC)),  # the offset settles the doubt
        ("2019-11-20T09:00Z", NOW),
        ("2019-11-19", datetime(2019, 11, 19, tzinfo=UTC)),
        ("", None),
    ],
)
def test_a_time_without_an_offset_is_of_the_studys_zone(read: Read, written: str, at: datetime | None) -> None:
    rows, report = read(f"serial,status,at\nA1,complete,{written}\n")
    assert [row.at for row in rows] == [at]
    assert [note.why for note in report.notes] == ([] if at else ["blank: the time of its first loading is taken"])


@pytest.mark.parametrize(
    ("written", "at", "remark"),
    [
        ("2019-11-20T09:10", datetime(2019, 11, 20, 9, 10, tzinfo=UTC), "a little ahead of the clock"),
        ("2019-10-27T01:30", datetime(2019, 10, 27, 1, 30, tzinfo=UTC), "it comes twice"),
    ],
)
def test_a_time_that_is_a_little_ahead_or_comes_twice_refuses_no_row(
    read: Read, written: str, at: datetime, remark: str
) -> None:
    rows, report = read(f"serial,status,at\nA1,complete,{written}\nA2,complete,\nA3,complete,{written}\n")
    assert (rows[0].at, report.refused) == (at, [])
    first, blank = report.notes
    assert (first.column, first.n, first.row, first.value, remark in first.why) == ("at", 2, 2, written, True)
    assert (blank.column, blank.n, blank.row) == ("at", 1, 3)


def test_a_response_of_the_open_link_has_no_serial(read: Read) -> None:
    rows, report = read("serial,status,at,link,region,ofsted,B1\n,complete,2019-11-19,Open,London,Good,1\n")
    assert report.refused == []
    assert (rows[0].serial, rows[0].region, rows[0].ofsted) == ("", "London", "Good")
    assert rows[0].answers == OnlineAnswers({"B1": 1})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "An online file has a header row"),
        ("serial,at\n", 'no column "status", which every online file must have'),
        ("serial,State\nA1,complete\n", 'Is it "State"? Rename that column to status'),
        ("status,at\n", 'no column "serial", which every online file must have'),
        ("serial,status,B1,b1\n", 'two columns are called "B1"'),
        ("serial,status,B3_9_text,b3_9_TEXT\n", 'two columns are called "B3_9_text"'),
    ],
)
def test_a_file_that_cannot_be_used_says_why(read: Read, content: str, why: str) -> None:
    with pytest.raises(InputError) as refused:
        read(content)
    assert why in str(refused.value)


def test_a_workbook_may_hold_real_times_and_numbers(read: Read, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Online"
    for row in (
        ["serial", "status", "at", "B1", "B3_1", "B3_9", "B11", "F1a"],
        [1001, "complete", dt.datetime(2019, 11, 19, 14, 2), 1, True, False, dt.date(2019, 2, 1), "=A1"],
    ):
        sheet.append(row)
    book.create_sheet("Notes").append(["serial"])
    path = tmp_path / "online.xlsx"
    book.save(path)
    rows, report = read(path)
    assert report.refused == []
    assert (rows[0].serial, rows[0].at) == ("1001", datetime(2019, 11, 19, 14, 2, tzinfo=UTC))
    assert rows[0].answers == OnlineAnswers({"B1": 1, "B3": [1]}, {"B11": "2019-02-01", "F1a": "=A1"})
    said = {note.column: note.why for note in report.notes}
    assert "Excel made a date of it" in said["B11"]
    assert "a formula whose result is not in the file" in said["F1a"]


_CELLS = st.one_of(
    st.sampled_from(["", "0", "1", "2", "9", "1;9", "dk", "refused", "1.0", "yes"]), st.text(max_size=12)
)
_COLUMNS = (
    "B1",
    "B3",
    "B3_1",
    "B3_9",
    "B3_9_text",
    "B10",
    "F1a",
    "H1_3",
    "E7_1_number",
    "K4_name",
    "K4_email",
    "K4_phone",
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cells=st.lists(_CELLS, min_size=len(_COLUMNS), max_size=len(_COLUMNS)))
def test_no_answer_refuses_a_row_and_none_is_lost(read: Read, cells: list[str]) -> None:
    safe = [cell.replace('"', "'").replace("\0", "").encode("utf-8", "ignore").decode() for cell in cells]
    line = ",".join(f'"{each}"' for each in safe)
    rows, report = read(f"serial,status,at,{','.join(_COLUMNS)}\nA1,partial,2019-11-19,{line}\n")
    assert report.refused == []
    found = rows[0].answers
    assert OnlineAnswers.of_text(found.as_text()) == found
    kept = {**found.rest, **found.contact_rest}
    for name, cell in zip(_COLUMNS, safe, strict=True):
        item = "B3" if name in ("B3_1", "B3_9") else "K4" if name.startswith("K4") else name
        understood = item in found.items or item in found.contact
        nothing = not cell.strip(" \t\r\n\f\v\u00a0\ufeff") or (item == "B3" and item not in kept and name not in kept)
        assert understood or nothing or name in kept, (name, cell, found)

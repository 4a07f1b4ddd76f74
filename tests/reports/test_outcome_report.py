"""The outcome table in every format."""

from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook

from cati.errors import InputError
from cati.outcomes import Scheme, Table, outcome_table
from cati.reports import (
    FORMATS,
    Column,
    Document,
    Format,
    Grid,
    GridRow,
    Provenance,
    render_document,
    render_outcome_table,
    render_outcome_tables,
)

NASTY = "=North\x1b[31m [bold]East[/x] | <b>&\u202e*_"


def as_json(text: str | bytes) -> dict[str, Any]:
    data = json.loads(text)
    assert isinstance(data, dict)
    return data


def as_text(rendered: str | bytes) -> str:
    assert isinstance(rendered, str)
    return rendered


def test_json_rows_are_the_contract(table: Table, provenance: Provenance) -> None:
    data = as_json(render_outcome_table(table, "json", provenance=provenance))
    assert data["rows"][0] == {
        "key": "starting", "label": "Total starting sample", "n": 2751, "pct_start": None, "pct_usable": None
    }  # fmt: skip
    assert [(row["key"], row["n"], row["pct_start"], row["pct_usable"]) for row in data["rows"][1:]] == [
        ("unusable", 445, 16, None), ("unobtainable", 119, 4, None), ("left_no_forwarding", 155, 6, None),
        ("online_requested", 82, 3, None), ("wrong_number", 20, 1, None), ("not_available", 69, 3, None),
        ("usable", 2306, 84, None), ("soft_appointment", 43, 2, 2), ("other_live", 443, 16, 19),
        ("contacts", 1820, 66, 79), ("refusals", 93, 3, 4), ("breakdown", 34, 1, 1), ("completed", 1601, 58, 69),
        ("completed_online", 92, 3, 4),
    ]  # fmt: skip
    assert all(set(row) == {"key", "label", "n", "pct_start", "pct_usable"} for row in data["rows"])


def test_json_says_when_from_where_and_by_which_scheme(table: Table, provenance: Provenance) -> None:
    data = as_json(render_outcome_table(table, "json", provenance=provenance, footer=("Issued cases only.",)))
    assert data["at"] == "2019-07-08T09:05:00+01:00"
    assert data["database"] == "postgresql://desk:***@host/wave2"
    assert data["scheme"] == {"id": "wave2", "version": "1", "hash": table.scheme.hash}
    assert data["definitions"]["adjusted_response"] == "completed by telephone / all confirmed usable sample"
    assert data["notes"] == ["Issued cases only."]


def test_text_is_the_published_layout(table: Table, provenance: Provenance) -> None:
    text = as_text(render_outcome_table(table, "text", provenance=provenance, width=100, title="A test"))
    assert text.splitlines()[0] == "A test"
    rows = {line.strip().rsplit("  ", 1)[0].split("  ")[0]: line.split()[-3:] for line in text.splitlines() if line}
    assert rows["All confirmed usable sample"] == ["2,306", "84%", "-"]
    assert rows["Breakdown"] == ["34", "1%", "1%"]
    assert "  All confirmed unusable sample" in text
    assert "    Unobtainable" in text
    assert "Adjusted telephone response rate: 69% = completed by telephone / all confirmed usable sample" in text


@pytest.mark.parametrize("width", [60, 80, 140])
def test_text_keeps_to_its_width_and_holds_no_escape_sequence(table: Table, provenance: Provenance, width: int) -> None:
    text = as_text(render_outcome_table(table, "text", provenance=provenance, width=width))
    assert max(len(line) for line in text.splitlines()) <= width
    assert text.isprintable() or {c for c in text if not c.isprintable()} == {"\n"}
    assert all(line == line.rstrip() for line in text.splitlines())


@pytest.mark.parametrize("format", ["text", "csv", "markdown", "html"])
def test_every_format_says_when_where_and_by_which_scheme(table: Table, provenance: Provenance, format: Format) -> None:
    text = as_text(render_outcome_table(table, format, provenance=provenance))
    assert "sesame" not in text
    assert "host/wave2" in text
    assert f"wave2 version 1 ({table.scheme.hash[:12]})" in text
    assert "2019-07-08T09:05:00+01:00" in text if format == "csv" else "8 July 2019, 09:05 BST" in text


def test_csv_is_one_table_of_plain_numbers(table: Table, provenance: Provenance) -> None:
    text = as_text(render_outcome_table(table, "csv", provenance=provenance))
    assert text.count("\r\n") == text.count("\n") == 16
    rows = list(csv.DictReader(StringIO(text, newline="")))
    assert [(row["key"], row["n"], row["pct_start"], row["pct_usable"]) for row in rows[:2]] == [
        ("starting", "2751", "", ""),
        ("unusable", "445", "16", ""),
    ]
    assert {row["scheme"] for row in rows} == {table.scheme.label}


class Cells(HTMLParser):
    """The cells of every table row of a page, and every address that it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.fetched: list[str] = []
        self.tags: set[str] = set()
        self._in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self._in_cell = True
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data


def test_html_is_one_self_contained_page(table: Table, provenance: Provenance) -> None:
    page = as_text(render_outcome_table(table, "html", provenance=provenance))
    cells = Cells()
    cells.feed(page)
    assert cells.fetched == []
    assert ["Completed", "1,601", "58%", "69%"] in cells.rows
    assert page.startswith("<!DOCTYPE html>\n<html lang=")


def test_markdown_is_a_table_with_every_row(table: Table, provenance: Provenance) -> None:
    text = as_text(render_outcome_table(table, "markdown", provenance=provenance))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + 15
    assert {line.count("|") for line in rows} == {5}
    assert "| \u2003\u2003\u2003Completed | 1,601 | 58% | 69% |" in rows


def test_xlsx_holds_numbers_with_formats_and_a_heading_that_stays(table: Table, provenance: Provenance) -> None:
    rendered = render_outcome_table(table, "xlsx", provenance=provenance)
    assert isinstance(rendered, bytes)
    sheet = load_workbook(BytesIO(rendered)).worksheets[0]
    rows = {row[0].value: row for row in sheet.iter_rows(min_row=4, max_row=18)}
    completed = rows["Completed"]
    assert [cell.value for cell in completed[1:]] == [1601, 0.58, 0.69]
    assert [cell.number_format for cell in completed[1:]] == ["#,##0", "0%", "0%"]
    assert completed[0].alignment.indent == 3
    assert sheet.freeze_panes == "B4"
    assert sheet.print_title_rows == "$3:$3"
    assert any("wave2 version 1" in str(row[0].value) for row in sheet.iter_rows(min_row=19))


def test_xlsx_without_openpyxl_says_what_to_install(
    table: Table, provenance: Provenance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    with pytest.raises(InputError, match=r"pip install 'cati\[xlsx\]'"):
        render_outcome_table(table, "xlsx", provenance=provenance)


def test_an_unknown_format_is_refused_with_the_known_ones(table: Table, provenance: Provenance) -> None:
    with pytest.raises(InputError, match="text, csv, json, markdown, html, xlsx"):
        render_outcome_table(table, "docx", provenance=provenance)  # type: ignore[arg-type]


@pytest.fixture
def by_region(wave2: Scheme) -> tuple[Table, dict[str, Table]]:
    parts = {"North East": {"refusal": 2, "completed": 1}, NASTY: {"hard_appointment": 1}}
    total = {"refusal": 2, "completed": 1, "hard_appointment": 1}
    return outcome_table(wave2, total), {value: outcome_table(wave2, counts) for value, counts in parts.items()}


def test_by_a_variable_json_has_the_total_and_a_table_a_value(
    by_region: tuple[Table, dict[str, Table]], provenance: Provenance
) -> None:
    data = as_json(render_outcome_tables("region", *by_region, "json", provenance=provenance))
    assert data["rows"][0]["n"] == 4
    assert data["by"]["variable"] == "region"
    assert list(data["by"]["tables"]) == ["North East", NASTY]
    north = data["by"]["tables"]["North East"]["rows"]
    assert [row["key"] for row in north] == [row["key"] for row in data["rows"]]
    assert {row["key"]: row["n"] for row in north}["refusals"] == 2


@pytest.mark.parametrize("format", FORMATS)
def test_what_is_data_shows_literally_and_steers_nothing(
    by_region: tuple[Table, dict[str, Table]], provenance: Provenance, format: Format
) -> None:
    rendered = render_outcome_tables("region", *by_region, format, provenance=provenance)
    if isinstance(rendered, bytes):
        book = load_workbook(BytesIO(rendered))
        assert [sheet.title for sheet in book.worksheets][:2] == ["In brief", "Total"]
        assert len(book.worksheets) == 4
        title = str(book.worksheets[3].cell(1, 1).value)
        assert title.endswith("=North␛[31m [bold]East[/x] | <b>&⟨U+202E⟩*_")
        return
    if format == "json":
        assert NASTY in as_json(rendered)["by"]["tables"]
        return
    assert "\x1b" not in rendered
    assert "\u202e" not in rendered
    shown = {
        "text": "=North␛[31m [bold]East[/x] | <b>&⟨U+202E⟩*_",
        "csv": "'=North␛[31m [bold]East[/x] | <b>&⟨U+202E⟩*_",
        "markdown": r"=North␛\[31m \[bold\]East\[/x\] \| \<b\>\&⟨U+202E⟩\*\_",
        "html": "=North␛[31m [bold]East[/x] | &lt;b&gt;&amp;⟨U+202E⟩*_",
    }
    assert shown[format] in rendered


def test_by_a_variable_csv_has_a_column_for_its_value(
    by_region: tuple[Table, dict[str, Table]], provenance: Provenance
) -> None:
    text = as_text(render_outcome_tables("region", *by_region, "csv", provenance=provenance))
    rows = list(csv.DictReader(StringIO(text, newline="")))
    assert len(rows) == 3 * 16
    assert [row["region"] for row in rows[::16]][:2] == ["", "North East"]
    assert {len(row) for row in rows} == {11}
    assert [row["adjusted_response"] for row in rows[::16]] == ["0.25", "0.3333333333333333", "0.0"]


@pytest.mark.parametrize("variable", ["key", "label", "n", "adjusted_response", "at", "scheme"])
def test_a_variable_called_as_another_column_has_a_heading_of_its_own(
    by_region: tuple[Table, dict[str, Table]], provenance: Provenance, variable: str
) -> None:
    text = as_text(render_outcome_tables(variable, *by_region, "csv", provenance=provenance))
    heading = next(csv.reader(StringIO(text, newline="")))
    assert (heading[0], heading[1:4]) == (f"by_{variable}", ["key", "label", "n"])
    assert len(set(heading)) == len(heading)


def test_a_password_that_no_url_syntax_hides_is_still_not_shown(table: Table, provenance: Provenance) -> None:
    tricky = Provenance(provenance.at, "postgresql://desk:a/b@c@host/wave2?password=open", provenance.zone)
    text = as_text(render_outcome_table(table, "text", provenance=tricky))
    assert "a/b" not in text
    assert "open" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160])
def test_a_table_too_wide_is_set_in_parts_and_breaks_no_number(width: int) -> None:
    columns = (Column("name", "Name", numeric=False), *(Column(f"c{n}", f"Measurement {n}") for n in range(9)))
    rows = (GridRow(("Overall", *(1_234_567 * n for n in range(9)))), GridRow(("A name of some length", *[0] * 9), 1))
    text = as_text(render_document(Document("Wide", (Grid("", columns, rows),)), "text", width=width))
    assert max(len(line) for line in text.splitlines()) <= width
    words = text.split()
    assert all(f"{1_234_567 * n:,}" in words for n in range(9))
    assert words.count("Measurement") == 9
    assert words.count("Overall") == text.count("Name")


@pytest.mark.parametrize("width", range(60, 131))
def test_no_width_loses_a_column_or_a_number(width: int) -> None:
    labels = ("Open link n", "Telephone response rate", "%", "Not counted at all", "Completes an hour", "n", "Adjusted")
    columns = (Column("name", "Name", numeric=False), *(Column(f"c{at}", label) for at, label in enumerate(labels)))
    name = "Requested an online link (x)"
    numbers = [9_871_000 + at for at in range(len(labels))]
    rows = (GridRow((name, *numbers), 2), GridRow(("Yorkshire and the Humber, and beyond", *numbers)))
    text = as_text(render_document(Document("Uneven", (Grid("", columns, rows),)), "text", width=width))
    assert max(len(line) for line in text.splitlines()) <= width
    words = text.split()
    assert all(words.count(f"{number:,}") == 2 for number in numbers)
    assert all(word in words for label in labels for word in label.split())


def test_no_heading_of_a_csv_is_a_formula() -> None:
    columns = (Column("=HYPERLINK(1)", "Link", numeric=False), Column("n", "n"))
    text = as_text(render_document(Document("Odd", (Grid("", columns, (GridRow(("a", 1)),)),)), "csv"))
    assert text.startswith("'=HYPERLINK(1),n")

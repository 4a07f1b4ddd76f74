"""The published tables as data: whole, consistent where the publication is, and laid out as the schemes are."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cati.outcomes import Scheme, outcome_table
from cati.outcomes.table import whole_percent

PUBLISHED = Path(__file__).parents[2] / "outcomes" / "published"


def read(name: str) -> list[dict[str, str]]:
    with (PUBLISHED / f"table_{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(cell: str) -> int:
    return int(cell.replace(",", "").rstrip("%"))


@pytest.mark.parametrize(
    ("name", "table", "rows"),
    [("1_1", "1.1", 7), ("1_2", "1.2", 14), ("a_7", "A.7", 14), ("1_3", "1.3", 14), ("a_8", "A.8", 14),
     ("a_9", "A.9", 15), ("a_10", "A.10", 14), ("1_4", "1.4", 7), ("a_12", "A.12", 7)],
)  # fmt: skip
def test_every_row_names_its_table(name: str, table: str, rows: int) -> None:
    found = read(name)
    assert [row["table"] for row in found] == [table] * rows
    assert all(None not in row and None not in row.values() for row in found)


@pytest.mark.parametrize(("study", "name"), [("wave2", "a_9"), ("asye", "a_10")])
def test_an_empty_table_has_the_rows_of_the_published_one_in_its_order(
    study: str, name: str, request: pytest.FixtureRequest
) -> None:
    scheme: Scheme = request.getfixturevalue(study)
    assert [row.label for row in outcome_table(scheme, {}).rows] == [row["row"] for row in read(name)]
    assert [column.label for column in scheme.columns.values()] == list(read(name)[0])[3:]


@pytest.mark.parametrize(("first", "again"), [("1_2", "a_7"), ("1_3", "a_8")])
def test_tables_printed_twice_are_the_same(first: str, again: str) -> None:
    assert [list(row.values())[1:] for row in read(first)] == [list(row.values())[1:] for row in read(again)]


@pytest.mark.parametrize("name", ["a_7", "a_8"])
@pytest.mark.parametrize("variable", ["Region", "Ofsted"])
def test_online_and_telephone_add_to_the_total(name: str, variable: str) -> None:
    for row in read(name):
        online, _, telephone, _, total, *_ = [cell for cell in list(row.values())[3:] if cell]
        assert number(online) + number(telephone) == number(total)
    parts = [row for row in read(name) if row["variable"] == variable]
    overall = next(row for row in read(name) if row["variable"] == "Overall")
    telephone_column = list(overall)[5]
    difference = number(overall[telephone_column]) - sum(number(row[telephone_column]) for row in parts)
    assert difference == 0


def test_the_starting_sample_by_region_gives_every_printed_percentage() -> None:
    """The denominators of the telephone column of Table A.7, which nothing prints: they add to the starting sample."""
    start = {
        "North East": 247, "North West": 253, "Yorkshire and the Humber": 141, "East Midlands": 359,
        "West Midlands": 222, "East of England": 334, "South East": 439, "South West": 200, "Greater London": 556,
    }  # fmt: skip
    assert sum(start.values()) == 2751
    for row in read("a_7"):
        if row["variable"] == "Region":
            cells = list(row.values())
            assert whole_percent(number(cells[5]), start[row["value"]]) == number(cells[6])

"""The rates for each value of a variable, side by side."""

from __future__ import annotations

import csv
import json
from io import StringIO

import pytest

from cati.outcomes import RATE_DEFINITIONS, Scheme
from cati.reports import FORMATS, Format, Provenance, RatesReport, rates_report, render_rates_by


@pytest.fixture
def reports(wave2: Scheme, counts: dict[str, int]) -> tuple[RatesReport, dict[str, RatesReport]]:
    """All cases, those who completed apart from the others, and a value that is called as the total is."""
    done = {key: n for key, n in counts.items() if key == "completed"}
    rest = {key: n for key, n in counts.items() if key != "completed"}
    parts = {"[/x] done": done, "rest": rest, "Total": {}}
    return rates_report(wave2, counts), {value: rates_report(wave2, part) for value, part in parts.items()}


def test_json_has_the_rates_of_all_and_of_each_value(
    reports: tuple[RatesReport, dict[str, RatesReport]], provenance: Provenance
) -> None:
    data = json.loads(render_rates_by("grade", *reports, "json", provenance=provenance))
    assert data["telephone_response"] == 1601 / 2751
    groups = data["by"]["groups"]
    assert (data["by"]["variable"], list(groups)) == ("grade", ["[/x] done", "rest", "Total"])
    assert (groups["[/x] done"]["RR1"], groups["rest"]["telephone_response"]) == (1.0, 0.0)
    assert (groups["Total"]["RR1"], groups["Total"]["e"]) == (None, None)
    for group in ("I", "R", "NC", "NE"):
        assert sum(each["groups"][group] for each in groups.values()) == data["groups"][group]


def test_csv_is_one_table_of_a_row_a_value(
    reports: tuple[RatesReport, dict[str, RatesReport]], provenance: Provenance
) -> None:
    text = render_rates_by("grade", *reports, "csv", provenance=provenance)
    assert isinstance(text, str)
    rows = list(csv.DictReader(StringIO(text, newline="")))
    assert [(row["grade"], row["n"]) for row in rows] == [
        ("Total", "2751"),
        ("[/x] done", "1601"),
        ("rest", "1150"),
        ("Total", "0"),
    ]
    assert set(RATE_DEFINITIONS) | {"e", "telephone_response", "at", "unlocatable"} <= set(rows[0])
    assert float(rows[0]["telephone_response"]) == 1601 / 2751
    assert rows[3]["RR1"] == ""


def test_people_see_every_rate_with_its_formula_within_a_page(
    reports: tuple[RatesReport, dict[str, RatesReport]], provenance: Provenance
) -> None:
    text = render_rates_by("grade", *reports, "text", provenance=provenance, width=100)
    assert isinstance(text, str)
    assert max(map(len, text.splitlines())) <= 100
    joined = " ".join(text.split())
    for key, formula in RATE_DEFINITIONS.items():
        assert f"{key} = {formula}" in joined
    assert "[/x] done" in text
    assert "58.2%" in text
    assert "- where a rate is not defined" in text


@pytest.mark.parametrize("format", FORMATS)
def test_it_comes_in_every_format(
    reports: tuple[RatesReport, dict[str, RatesReport]], provenance: Provenance, format: Format
) -> None:
    assert len(render_rates_by("grade", *reports, format, provenance=provenance)) > 500

"""The rates as reports: values, and what every one of them says about itself."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from io import BytesIO, StringIO

import pytest
from openpyxl import load_workbook

from cati.outcomes import RATE_DEFINITIONS, Scheme, rates
from cati.reports import FORMATS, Format, Percent, Provenance, rates_report, render_group_rates, render_rates


def test_json_has_every_rate_by_its_key(wave2: Scheme, counts: dict[str, int], provenance: Provenance) -> None:
    data = json.loads(render_rates(rates_report(wave2, counts), "json", provenance=provenance))
    assert data["telephone_response"] == 1601 / 2751
    assert data["adjusted_response"] == 1601 / 2306
    assert set(RATE_DEFINITIONS) | {"e"} <= set(data)
    assert data["RR1"] == (1601 + 92) / 2457
    assert data["settings"] == {"unlocatable": "unusable", "sample_eligibility": "known"}
    assert data["groups"]["NE"] == 119 + 155 + 20
    assert data["at"] == "2019-07-08T09:05:00+01:00"
    assert data["scheme"]["id"] == "wave2"


def test_not_defined_is_null_and_said_in_words(wave2: Scheme, provenance: Provenance) -> None:
    report = rates_report(wave2, {})
    data = json.loads(render_rates(report, "json", provenance=provenance))
    assert {data[key] for key in (*RATE_DEFINITIONS, "e", "telephone_response")} == {None}
    text = render_rates(report, "text", provenance=provenance)
    assert isinstance(text, str)
    assert "not defined" in text
    assert "0.0%" not in text


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_rates_say_definition_e_settings_scheme_and_time(
    wave2: Scheme, counts: dict[str, int], provenance: Provenance, format: Format
) -> None:
    report = rates_report(wave2, counts, {"unlocatable": "unknown"}, e="0.4")
    text = render_rates(report, format, provenance=provenance, width=400)
    assert isinstance(text, str)
    text = text.replace("\\", "")
    assert "RR3" in text
    assert "I/(K+eU), e = 40.0%" in text
    assert "40.0%: given." in text
    assert "(setting unlocatable: unknown)" in text
    assert "UO, unknown, other: 294: " in text
    assert "Wrong number 20 (3.30)" in text
    assert "8 July 2019, 09:05 BST" in text
    assert "wave2 version 1" in text


def test_the_setting_changes_the_rate_it_is_about(wave2: Scheme, counts: dict[str, int]) -> None:
    assert rates_report(wave2, counts).rates["RR1"] == Fraction(1693, 2457)
    assert rates_report(wave2, counts, {"unlocatable": "noncontact"}).rates["RR5"] == Fraction(1693, 2751)


def test_csv_and_workbook_hold_the_rates_as_numbers(
    wave2: Scheme, counts: dict[str, int], provenance: Provenance
) -> None:
    report = rates_report(wave2, counts)
    text = render_rates(report, "csv", provenance=provenance)
    assert isinstance(text, str)
    rows = {row["key"]: row for row in csv.DictReader(StringIO(text, newline=""))}
    assert float(rows["telephone_response"]["value"]) == 1601 / 2751
    assert rows["RR3"]["unlocatable"] == "unusable"
    book = render_rates(report, "xlsx", provenance=provenance)
    assert isinstance(book, bytes)
    sheet = load_workbook(BytesIO(book))["AAPOR outcome rates"]
    assert (sheet["A4"].value, sheet["B4"].value, sheet["B4"].number_format) == ("RR1", 1693 / 2457, "0.0%")


def test_group_rates_as_json_are_the_rates_and_e_and_nothing_else(provenance: Provenance) -> None:
    data = json.loads(render_group_rates(rates({"I": 5, "R": 5}), "json", provenance=provenance))
    assert list(data) == [*RATE_DEFINITIONS, "e"]
    assert data["RR1"] == 0.5


@pytest.mark.parametrize("format", FORMATS)
def test_group_rates_come_in_every_format(format: Format, provenance: Provenance) -> None:
    rendered = render_group_rates(rates({"I": 1, "R": 2, "UH": 5}, e=1), format, provenance=provenance)
    assert len(rendered) > 200


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(1, 200), 0, "1%"),
        (Fraction(5, 200), 0, "3%"),
        (Fraction(1, 3), 1, "33.3%"),
        (Fraction(1, 2000), 1, "0.1%"),
        (Fraction(1), 1, "100.0%"),
        (Fraction(0), 1, "0.0%"),
        (None, 1, "-"),
    ],
    ids=str,
)
def test_a_per_cent_is_rounded_halves_up(value: Fraction | None, places: int, shown: str) -> None:
    assert str(Percent(value, places)) == shown

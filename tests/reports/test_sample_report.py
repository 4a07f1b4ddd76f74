"""How much of the sample is out, as a report."""

from __future__ import annotations

import csv
import json
from io import StringIO

from cati.desk import Issued, SampleCount, Stratum
from cati.reports import Document, Provenance, issued_grids, issued_json, render_document, render_sample_counts

COUNTS = (
    SampleCount("", loaded=3, not_agreed=1, held=2),
    SampleCount(
        "=1+1 [/x]", loaded=10, held=3, issued=7, uncalled=4, live=1, final=2, called=3, interviews=1, no_number=2
    ),
)


def test_json_has_every_count_and_the_total(provenance: Provenance) -> None:
    data = json.loads(render_sample_counts("batch", COUNTS, "by hand", "json", provenance=provenance))
    assert [row["value"] for row in data["rows"]] == ["", "=1+1 [/x]"]
    assert data["total"] == {
        "loaded": 13,
        "not_agreed": 1,
        "settled": 0,
        "held": 5,
        "issued": 7,
        "uncalled": 4,
        "live": 1,
        "final": 2,
        "called": 3,
        "interviews": 1,
        "no_number": 2,
    }
    assert data["issuing"] == "by hand"
    assert data["at"] == "2019-07-08T09:05:00+01:00"


def test_csv_has_every_column_and_no_formula(provenance: Provenance) -> None:
    text = render_sample_counts("batch", COUNTS, "by hand", "csv", provenance=provenance)
    assert isinstance(text, str)
    rows = list(csv.DictReader(StringIO(text, newline="")))
    assert [(row["batch"], row["loaded"], row["settled"]) for row in rows] == [
        ("Total", "13", "0"),
        ("(none)", "3", "0"),
        ("'=1+1 [/x]", "10", "0"),
    ]


def test_people_see_what_counts_somebody_and_what_it_means(provenance: Provenance) -> None:
    text = render_sample_counts("batch", COUNTS, "taking back", "text", provenance=provenance, width=120)
    assert isinstance(text, str)
    assert "=1+1 [/x]" in text
    assert "No number: of the held" in text
    assert "Closed unissued" not in text
    assert "Called" not in text
    assert "An issue stopped half way" in text


def test_an_issue_shows_its_strata_and_its_batches() -> None:
    issued = Issued(
        eligible=12,
        wanted=4,
        issued=3,
        taken_back=1,
        kept=2,
        no_number=1,
        seed=7,
        by=("region", "grade"),
        strata=(Stratum(("London", ""), 8, 6, 2), Stratum(("North\x1b[31m", "7"), 4, 3, 1)),
        batches=COUNTS,
    )
    data = issued_json(issued)
    assert data["strata"][0] == {"stratum": {"region": "London", "grade": ""}, "eligible": 8, "held": 6, "issued": 2}
    assert (data["held"], data["wanted"], [each["batch"] for each in data["batches"]]) == (5, 4, ["", "=1+1 [/x]"])
    text = render_document(Document("Issued 3 cases.", issued_grids(issued)), "text")
    assert isinstance(text, str)
    assert "Drawn by region, grade" in text
    assert "North␛[31m" in text

"""`cati purge` as it is run: what goes, what stays, and that every table is the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

Cati = Callable[..., Any]
LATER = ("--now", "2027-06-01T12:00")


def tables(cati: Cati, database: Path) -> list[Any]:
    return [
        cati("report", *report, "--format", "json", "--database", database, *LATER).json
        for report in (("outcomes",), ("outcomes", "--by", "region"), ("rates",), ("response",))
    ]


def test_contact_details_go_and_every_table_stays(cati: Cati, demonstration: Path) -> None:
    at = ("--database", demonstration, *LATER)
    before = tables(cati, demonstration)
    tried = cati("purge", "--older-than", "30", "--dry-run", "--json", *at)
    assert (tried.code, tried.json["dry_run"]) == (0, True)
    assert tried.json["cases"] > 2000
    assert cati("case", "show", "200017", "--json", *at).json["name"]
    done = cati("purge", "--older-than", "30", "--json", *at)
    assert (done.code, done.json["cases"], done.json["erased"]) == (0, tried.json["cases"], tried.json["erased"])
    assert tables(cati, demonstration) == before
    shown = cati("case", "show", "200017", "--json", *at).json
    assert (shown["name"], shown["email"]) == ("", "")
    assert all(number["number"].startswith("erased") for number in shown["numbers"])
    assert cati("verify", "--database", demonstration).code == 0
    again = cati("purge", "--older-than", "30", "--yes", *at)
    assert "0 cases finished" in again.out


def test_nothing_is_purged_before_its_time(cati: Cati, demonstration: Path) -> None:
    told = cati("purge", "--older-than", "365", "--dry-run", "--database", demonstration, *LATER)
    assert "0 cases finished before" in told.out
    assert cati("purge", "--older-than", "-1", "--database", demonstration).code == 2
    assert cati("purge", "--database", demonstration).code == 2

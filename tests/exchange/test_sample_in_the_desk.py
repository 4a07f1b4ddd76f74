"""A sample file all the way into the database."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cati.desk import case_card, install_study, load_sample
from cati.exchange import LoadReport, load_sample_file, synthetic_sample, write_sample_csv
from cati.storage import Store
from cati.studies import Study


def test_a_file_loads_once_and_says_nothing_new_the_second_time(store: Store, study: Study, tmp_path: Path) -> None:
    install_study(store, study)
    path = tmp_path / "sample.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        write_sample_csv(synthetic_sample(1, {"North East": 60, "Greater London": 40}), file)
        file.write("200001,again\n")
    first = load_sample_file(path, lambda rows: load_sample(store, rows, study=study))
    assert (first.read, first.loaded, first.updated, len(first.refused)) == (101, 100, 0, 1)
    second = load_sample_file(path, lambda rows: load_sample(store, rows, study=study))
    assert (second.read, second.loaded, second.updated, second.unchanged) == (101, 0, 100, 100)


FULL = {
    "serial": "1", "name": "Ann", "la": "Leeds", "region": "North", "ofsted": "Good", "phone": "0113 496 0001",
    "phone2": "0113 496 0002", "email": "a@example.org", "link": "open", "recontact": "yes", "batch": "main",
    "timezone": "Europe/London", "grade": "7", "team": "North",
}  # fmt: skip


def _load(store: Store, study: Study, path: Path, row: dict[str, str]) -> LoadReport:
    path.write_text(f"{','.join(row)}\n{','.join(row.values())}\n")
    return load_sample_file(path, lambda rows: load_sample(store, rows, study=study))


@pytest.mark.parametrize("left_out", sorted(set(FULL) - {"serial"}))
def test_a_column_that_a_later_file_lacks_keeps_what_was_loaded(
    store: Store, study: Study, tmp_path: Path, left_out: str
) -> None:
    install_study(store, study)
    _load(store, study, tmp_path / "first.csv", FULL)
    before = case_card(store, study, "1")
    fewer = {name: value for name, value in FULL.items() if name != left_out}
    if left_out == "phone":  # the second column alone would be the first
        del fewer["phone2"]
    assert _load(store, study, tmp_path / "second.csv", fewer).unchanged == 1
    assert case_card(store, study, "1") == before


def test_a_file_of_batches_changes_nothing_but_the_batch(store: Store, study: Study, tmp_path: Path) -> None:
    install_study(store, study)
    _load(store, study, tmp_path / "first.csv", FULL)
    before = case_card(store, study, "1")
    report = _load(store, study, tmp_path / "second.csv", {"serial": "1", "batch": "second", "rank": "3"})
    assert (report.updated, report.unchanged) == (1, 0)
    variables = {"grade": "7", "team": "North", "rank": "3"}
    assert case_card(store, study, "1") == replace(before, batch="second", variables=variables)


def test_a_blank_cell_of_a_column_that_is_there_empties_the_fact(store: Store, study: Study, tmp_path: Path) -> None:
    install_study(store, study)
    _load(store, study, tmp_path / "first.csv", FULL)
    _load(store, study, tmp_path / "second.csv", {"serial": "1", "email": "", "phone": "", "phone2": "", "team": ""})
    card = case_card(store, study, "1")
    assert (card.email, card.numbers, card.variables["team"], card.name) == ("", (), "", "Ann")
    assert card.reason == "No number to call"


def test_a_file_with_one_column_of_numbers_changes_the_first_alone(store: Store, study: Study, tmp_path: Path) -> None:
    install_study(store, study)
    _load(store, study, tmp_path / "first.csv", FULL)
    _load(store, study, tmp_path / "second.csv", {"serial": "1", "phone": "0113 496 0009"})
    numbers = [held.number for held in case_card(store, study, "1").numbers]
    assert numbers == ["+441134960009", "+441134960002"]

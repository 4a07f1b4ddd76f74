"""A sample file all the way into the database."""

from __future__ import annotations

from pathlib import Path

from cati.desk import install_study, load_sample
from cati.exchange import load_sample_file, synthetic_sample, write_sample_csv
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

"""Targets in study.yaml: read, checked, and none in the studies that come with cati."""

from __future__ import annotations

import pytest

from cati.errors import InputError
from cati.studies import Study, load_study
from cati.studies.study import study_from_texts


def with_targets(section: str) -> Study:
    """The Wave 2 study with a section of targets, from line 8 of its file."""
    texts = dict(load_study("wave2").texts)
    texts["study.yaml"] = texts["study.yaml"].rstrip("\n") + "\n" + section
    return study_from_texts(texts, "mine")


def test_targets_are_numbers_by_variable_and_value() -> None:
    found = with_targets('targets:\n  region: {London: 300, "North East": 140}\n  band: {1: 20}\n').targets
    assert found == {"region": {"London": 300, "North East": 140}, "band": {"1": 20}}


@pytest.mark.parametrize("name", ["wave2", "asye"])
def test_the_studies_that_come_with_cati_invent_none(name: str) -> None:
    assert load_study(name).targets == {}


def test_an_empty_section_is_none() -> None:
    assert with_targets("targets:\n").targets == {}


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("targets: 300\n", "variable of the sample"),
        ("targets: {region: 300}\n", "`region` needs values"),
        ("targets:\n  region: {}\n", "`region` needs values"),
        ("targets:\n  region: {London: many}\n", "'many' of region London"),
        ("targets:\n  region:\n    Wales: 10\n    London: 0\n", "0 of region London"),
        ("targets:\n  region: {London: true}\n", "True of region London"),
        ("targets:\n  region: {London: 1.5}\n", "'1.5' of region London"),
    ],
)
def test_a_fault_names_the_file_and_the_line(section: str, said: str) -> None:
    with pytest.raises(InputError, match=r"^mine/study\.yaml, line \d+: `targets`: ") as refused:
        with_targets(section)
    assert said in str(refused.value)


def test_a_misspelt_section_is_told() -> None:
    with pytest.raises(InputError, match="targets"):
        with_targets("target: {region: {London: 3}}\n")

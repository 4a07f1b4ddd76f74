"""Code lists: read from CSV, searched as one types."""

from __future__ import annotations

import pytest

from cati.errors import InputError
from cati.questionnaire.codelists import CodeList, Entry, read_code_list
from cati.studies import load_study


def names(found: list[Entry]) -> list[str]:
    return [entry.name for entry in found]


@pytest.fixture(scope="module")
def authorities() -> CodeList:
    return load_study("wave2").code_lists["local_authorities"]


def test_there_are_152_authorities_each_with_a_region(authorities: CodeList) -> None:
    assert len({entry.name for entry in authorities.entries}) == 152
    assert len({dict(entry.details)["region"] for entry in authorities.entries}) == 9


def test_every_authority_is_found_at_every_letter_of_its_name(authorities: CodeList) -> None:
    lost = [
        (entry.name, entry.name[:length])
        for entry in authorities.entries
        for length in range(1, len(entry.name) + 1)
        if entry not in authorities.search(entry.name[:length], limit=152)
    ]
    assert lost == []


def test_what_begins_so_comes_before_words_that_do_and_those_before_the_rest() -> None:
    listed = CodeList("x", tuple(Entry(name) for name in ("Rekent", "West Kent", "Kent", "Kentish Town")))
    assert names(listed.search("kent")) == ["Kent", "Kentish Town", "West Kent", "Rekent"]
    assert names(listed.search("kent", limit=1)) == ["Kent"]


@pytest.mark.parametrize(
    "typed", ["st helens", "ST HELENS", "St. Helens", " st   helens ", "St-Helens", "helens", "elen"]
)
def test_case_points_and_spaces_do_not_matter(typed: str) -> None:
    assert names(CodeList("x", (Entry("Leeds"), Entry("St. Helens"))).search(typed)) == ["St. Helens"]


@pytest.mark.parametrize("typed", ["", " ", "-", "&"])
def test_nothing_typed_finds_nothing(typed: str) -> None:
    assert CodeList("x", (Entry("Leeds"),)).search(typed) == []


def test_an_exact_name_is_found_accents_and_ampersands_apart() -> None:
    listed = CodeList("x", (Entry("Córdoba & Sons"), Entry("Bath and North East Somerset")))
    assert listed.find("cordoba and sons") == listed.entries[0]
    assert listed.find("Bath & North East Somerset") == listed.entries[1]
    assert listed.find("Bath") is None


def test_columns_beside_the_name_are_kept() -> None:
    listed = read_code_list("code,name,region\nE1, Leeds ,North\nE2,Kent,\n", "places", "places.csv")
    assert listed.entries == (Entry("Leeds", (("code", "E1"), ("region", "North"))), Entry("Kent", (("code", "E2"),)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "places.csv, line 1: a code list needs a column `name`"),
        ("Name\nLeeds\n", "places.csv, line 1: a code list needs a column `name`"),
        ("name\nLeeds\n \n", "places.csv, line 3: the name is empty"),
        ("code,name\n1\n", "places.csv, line 2: the name is empty"),
        ('name\n"' + "x" * 200_000 + '"\n', "places.csv, line 2: more than 10,000 characters"),
    ],
)
def test_a_code_list_that_cannot_be_used_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_code_list(text, "places", "places.csv")

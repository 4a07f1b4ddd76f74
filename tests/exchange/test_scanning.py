"""Words that may say who somebody is are found in the forms in which people say and type them."""

from __future__ import annotations

import unicodedata

import pytest

from cati.exchange.export.scanning import name_words, suspicions

NAMES = name_words(["Siobhán O’Brien-Quartermaine"])


@pytest.mark.parametrize(
    "text",
    [
        "my manager called it Quartermaine's folly",
        "ask for SIOBHAN",
        "Mrs OBrien",
        "Mrs O'Brien and Mrs O’Brien",
        unicodedata.normalize("NFD", "with Siobhán"),
    ],
)
def test_a_name_is_found_whatever_its_accents_apostrophes_and_endings(text: str) -> None:
    assert suspicions(text, NAMES) == ["name"]


@pytest.mark.parametrize(
    "text",
    [
        "ann.other@gmail.com",
        "ann.other at gmail.com",
        "ann.other @ gmail . com",
        "ann at gmail dot com",
        "a (at) b.org",
    ],
)
def test_an_address_is_found_spoken_and_typed(text: str) -> None:
    assert suspicions(text, frozenset()) == ["e-mail address"]


@pytest.mark.parametrize("text", ["I work at home. It is quieter", "better pay, fewer cases", "brie and nothing else"])
def test_what_names_nobody_is_let_be(text: str) -> None:
    assert suspicions(text, NAMES) == []

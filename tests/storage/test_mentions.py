"""What counts as a mention of somebody, and what does not."""

from __future__ import annotations

import pytest

from cati.storage.mentions import Mentioned

QUIXOTIC = Mentioned.of(["W1"], ["Mrs Zebedee O'Quixotic", "Jo Li"], ["zeb@quill.example", "+441632960177", ""])


@pytest.mark.parametrize(
    "text",
    [
        "Case W1 rang back",
        "w1: not before noon",
        "O’Quixotic is free on Tuesday",
        "zebedee's line was bad",
        "mrs zebedee o'quixotic",
        "write to Zeb@quill.example",
        "try 01632 960 177 again",
        "jo li again",
    ],
)
def test_a_mention_is_found_however_it_is_written(text: str) -> None:
    assert QUIXOTIC.in_text(text)


@pytest.mark.parametrize("text", ["W12 rang", "case XW1", "W1-2 is another", "mrs Smith", "zebedeeish", "960177", ""])
def test_what_only_looks_like_it_is_left(text: str) -> None:
    assert not QUIXOTIC.in_text(text)


def test_a_title_and_a_short_word_of_a_name_are_not_looked_for() -> None:
    somebody = Mentioned.of(["P-01"], ["Doctor Ann Fitzwarren"], [])
    assert not somebody.in_text("the doctor rang for Ann")
    assert somebody.in_text("the doctor rang for Fitzwarren")
    assert not somebody.in_text("Fitzwarren", by_a_word_of_the_name=False)
    assert somebody.in_text("Doctor  Ann Fitzwarren of P-01", by_a_word_of_the_name=False)


def test_a_serial_of_a_few_digits_is_found_where_it_is_called_one() -> None:
    somebody = Mentioned.of(["12"], [], [])
    assert somebody.in_text("case 12 rang")
    assert somebody.in_text("Serial 12.")
    assert not somebody.in_text("12 interviews, 12:30, case 123")
    assert Mentioned.of(["200017"], [], []).in_text("200017 rang")

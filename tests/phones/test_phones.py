"""Telephone numbers as people write them: stored as E.164, restored where certain, refused otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cati.phones import DRAMA_PREFIXES, PhoneError, drama_number, is_drama_number, read_phone


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("0113 496 0123", "+441134960123"),
        ("(0113) 496-0123", "+441134960123"),
        ("0113.496.0123", "+441134960123"),
        ("+44 (0)113 496 0123", "+441134960123"),
        ("0044 113 496 0123", "+441134960123"),
        ("07700\u00a0900\u200b123", "+447700900123"),
        ("07700–900–123", "+447700900123"),
        ("447700900123", "+447700900123"),
        ("447700900123.0", "+447700900123"),
        ("7700900123", "+447700900123"),
        ("2079460123", "+442079460123"),
        ("+353 1 234 5678", "+35312345678"),
        ("07911 123456", "+447911123456"),  # Guernsey: dialled like any other
        ("07624 123456", "+447624123456"),  # Isle of Man: the only part of 076 that is no pager
    ],
)
def test_a_number_is_read_whatever_its_spelling(cell: str, number: str) -> None:
    assert read_phone(cell) == number


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("4.47701E+11", "its last digits are lost"),
        ("4,47701E+11", "its last digits are lost"),
        ("2125551234", "it is not certain which number is meant"),
        ("113496012", "it is not certain which number is meant"),
        ("496 0123", "too few digits"),
        ("0113 496", "too few digits"),
        ("0113 496 01234567", "too many digits"),
        ("0412 345 6789", "no number of the United Kingdom begins with 04"),
        ("09012345678", "premium rate"),
        ("0871 234 5678", "premium rate"),
        ("07012345678", "personal number"),
        ("070 1234 5678", "personal number"),
        ("+44 70 1234 5678", "personal number"),
        ("+44 (0)70 1234 5678", "personal number"),
        ("0044 70 1234 5678", "personal number"),
        ("7012345678", "personal number"),
        ("+353 700 123456", "personal number"),
        ("+1 500 234 5678", "personal number"),
        ("+878 10 1234567890", "personal number"),
        ("+44 909 879 0005", "premium rate"),
        ("0044 909 879 0005", "premium rate"),
        ("449098790005", "premium rate"),
        ("9098790005", "premium rate"),
        ("098 1234 5678", "premium rate"),
        ("+33 899 12 34 56", "premium rate"),
        ("001 900 234 5678", "premium rate"),
        ("+353 1580 123456", "premium rate"),
        ("+979 1 2345 6789", "premium rate"),
        ("07600 123456", "pager"),
        ("076 1234 5678", "pager"),
        ("+44 76 1234 5678", "pager"),
        ("0113 496 0123 ext 4", "it has an extension"),
        ("01632 960001 (mum)", "it has letters in it"),
        ("O113 496 O123", "it has letters in it"),
        ("n/a", "it has letters in it"),
        ("0113 496 0123 / 0113 496 0124", "it looks like several numbers"),
        ("0113 496 0123, 0113 496 0124", "it looks like several numbers"),
        ("?", "it is not a telephone number"),
        ("+", "it is not a telephone number"),
        ("-", "it is not a telephone number"),
        ("٠١١٣٤٩٦٠١٢٣", "it is not a telephone number"),
        ("999", "it is not certain which number is meant"),
        ("0999", "too few digits"),
        ("+999 123456", "a country code that does not exist"),
    ],
)
def test_what_is_no_number_to_call_is_refused_with_the_reason(cell: str, why: str) -> None:
    with pytest.raises(PhoneError, match=why):
        read_phone(cell)


@pytest.mark.parametrize("range_name", sorted(set(DRAMA_PREFIXES) - {"premium rate"}))
@pytest.mark.parametrize("number", [0, 123, 999])
def test_the_numbers_reserved_for_drama_load(range_name: str, number: int) -> None:
    stored = drama_number(range_name, number)
    assert read_phone("0" + stored[3:]) == stored
    assert read_phone(stored[3:]) == stored  # a spreadsheet took the 0
    assert is_drama_number(stored[3:])


def test_the_premium_numbers_reserved_for_drama_are_premium_numbers_all_the_same() -> None:
    with pytest.raises(PhoneError, match="premium rate"):
        read_phone(drama_number("premium rate", 5))


@given(st.text(max_size=60))
def test_any_text_is_a_number_or_has_a_reason(cell: str) -> None:
    try:
        number = read_phone(cell)
    except PhoneError as error:
        assert str(error)  # noqa: PT017 - either answer is right, and each is checked
        return
    assert number.startswith("+")
    assert read_phone(number) == number

"""Telephone numbers as people write them in the United Kingdom: stored as E.164, or refused with the reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cati.phones.drama import is_drama_number

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x200E, 0x200F, 0x202A, 0x202C))
_SPACES_AND_DASHES = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2010": "-", "\u2011": "-", "\u2013": "-"}
)
_LONGEST = 40
_UNIVERSAL_PERSONAL = 878
_MANX = "7624"  # mobiles of the Isle of Man; all else that begins with 076 are pagers

_LOST_DIGITS = "written as a power of ten: its last digits are lost; take the number from the original list"
_NO_LEADING_ZERO = "no leading 0 and no +44, and it is not certain which number is meant; write it in full"


class PhoneError(ValueError):
    """A text that is no telephone number that may be called; the error says why."""


def read_phone(cell: str) -> str:
    """The number in a text as E.164 (`+441134960123`), read as in the United Kingdom. Raises `PhoneError`.

    What phonenumbers calls possible is accepted, valid or not: its list of number blocks lags behind, and some of
    Ofcom's numbers for drama are not on it. Numbers that cost the caller or lead to no person are refused.
    """
    text = cell.translate(_INVISIBLE).translate(_SPACES_AND_DASHES).strip()
    _refuse_what_is_no_number(text)
    if re.fullmatch(r"\d+\.0+", text):
        text = text.partition(".")[0]  # a spreadsheet's way of writing a whole number
    if re.fullmatch(r"[1-9]\d*", text):
        return _without_leading_zero(text)
    return _checked(text)


def _refuse_what_is_no_number(text: str) -> None:
    if re.fullmatch(r"\d+(?:[.,]\d+)?[eE][+-]?\d+", text):
        raise PhoneError(_LOST_DIGITS)
    if re.search(r"\b(?:ext|x)\.?\s*\d+$", text, re.IGNORECASE):
        raise PhoneError("it has an extension; put the extension into a column of its own")
    if re.search(r"[^\W\d_]", text):
        raise PhoneError("it has letters in it; only the number belongs here")
    if re.search(r"\d\s*[/;,&|]\s*[+(\d]", text):
        raise PhoneError("it looks like several numbers; put each into a column of its own (phone, phone2, …)")
    if re.search(r"[^0-9+()./ -]", text) or not re.search(r"\d", text):
        raise PhoneError("it is not a telephone number")
    if len(text) > _LONGEST:
        raise PhoneError("it is too long for a telephone number")


def _without_leading_zero(digits: str) -> str:
    """Digits that begin with neither 0 nor +: taken only where there is no other reading."""
    if digits.startswith("44") and len(digits) in (11, 12):
        return _checked("+" + digits)
    import phonenumbers

    number = phonenumbers.PhoneNumber(country_code=44, national_number=int(digits[:15]))
    if len(digits) in (9, 10) and (is_drama_number(digits) or phonenumbers.is_valid_number(number)):
        return _checked("0" + digits)
    raise PhoneError(_NO_LEADING_ZERO)


def _checked(text: str) -> str:
    import phonenumbers
    from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult

    try:
        number = phonenumbers.parse(text, "GB")
    except NumberParseException as error:
        raise PhoneError(_in_words(error.error_type)) from None
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.TOO_LONG:
        raise PhoneError("it has too many digits")
    if possible != ValidationResult.IS_POSSIBLE:
        raise PhoneError("it has too few digits; the area code may be missing")
    national = phonenumbers.national_significant_number(number)
    _refuse_what_is_not_called(number, national)
    if number.country_code != 44:
        if not phonenumbers.is_valid_number(number):
            raise PhoneError("there is no such number abroad")
    elif len(national) != 10 and not phonenumbers.is_valid_number(number):
        raise PhoneError("it has too few digits; the area code may be missing")
    elif national[0] in "046":
        raise PhoneError(f"no number of the United Kingdom begins with 0{national[0]}")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _refuse_what_is_not_called(number: PhoneNumber, national: str) -> None:
    import phonenumbers
    from phonenumbers import PhoneNumberType

    british = number.country_code == 44
    if british and national[0] not in "6789":
        return  # geographic, UK-wide and corporate numbers: no need for the slow look at the kind
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.PERSONAL_NUMBER or (british and national.startswith("70")):
        raise PhoneError(f"a personal number{' (070)' if british else ''} costs the caller extra; it is never called")
    if number.country_code == _UNIVERSAL_PERSONAL:
        raise PhoneError("a personal number costs the caller extra; it is never called")
    if kind == PhoneNumberType.PREMIUM_RATE or (british and national.startswith("9")):
        raise PhoneError("a premium rate number costs the caller extra; it is never called")
    if kind == PhoneNumberType.PAGER or (british and national.startswith("76") and not national.startswith(_MANX)):
        raise PhoneError("a pager cannot be spoken to")


def _in_words(error_type: int) -> str:
    from phonenumbers import NumberParseException

    return {
        NumberParseException.INVALID_COUNTRY_CODE: "it begins with a country code that does not exist",
        NumberParseException.TOO_SHORT_AFTER_IDD: "it has too few digits after 00",
        NumberParseException.TOO_SHORT_NSN: "it has too few digits",
        NumberParseException.TOO_LONG: "it has too many digits",
    }.get(error_type, "it is not a telephone number")

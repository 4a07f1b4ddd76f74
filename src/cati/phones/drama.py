"""The telephone numbers that Ofcom reserves for drama: nobody has them, so a demonstration rings nobody.

Source: Ofcom, "Telephone numbers for use in TV and radio drama programmes",
https://www.ofcom.org.uk/phones-and-broadband/phone-numbers/numbers-for-drama: a thousand numbers in each range,
from the prefix followed by 000 to the prefix followed by 999.
"""

from __future__ import annotations

DRAMA_PREFIXES = {
    "Leeds": "113 4960",
    "Sheffield": "114 4960",
    "Nottingham": "115 4960",
    "Leicester": "116 4960",
    "Bristol": "117 4960",
    "Reading": "118 4960",
    "Birmingham": "121 4960",
    "Edinburgh": "131 4960",
    "Glasgow": "141 4960",
    "Liverpool": "151 4960",
    "Manchester": "161 4960",
    "London": "20 79460",
    "Tyneside, Durham and Sunderland": "191 4980",
    "Northern Ireland": "28 96496",
    "Cardiff": "29 20180",
    "no area": "1632 960",
    "mobile": "7700 900",
    "freephone": "808 1570",
    "premium rate": "909 8790",
    "UK wide": "306 9990",
}
"""Each range: the national number without its leading 0 and without its last three digits."""

_PREFIXES = tuple(prefix.replace(" ", "") for prefix in DRAMA_PREFIXES.values())


def drama_number(range_name: str, number: int) -> str:
    """The number 000 to 999 of a range, as E.164."""
    if not 0 <= number <= 999:
        raise ValueError(f"a range has the numbers 0 to 999, not {number}")
    return f"+44{DRAMA_PREFIXES[range_name].replace(' ', '')}{number:03d}"


def is_drama_number(national: str) -> bool:
    """Whether a national number (digits, without the leading 0) is one of them."""
    return len(national) == 10 and national.startswith(_PREFIXES)

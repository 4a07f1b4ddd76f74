"""The words of a typed time: the vocabulary, the splitting, and how far a reading has come."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from .clock import MONTHS, WEEKDAYS
from .when import WhenError

HALF_A_YEAR = timedelta(days=183)

WEEKDAY = {name.lower(): number for number, name in enumerate(WEEKDAYS)}
WEEKDAY |= {name.lower()[:3]: number for number, name in enumerate(WEEKDAYS)}
WEEKDAY |= {"tues": 1, "weds": 2, "thur": 3, "thurs": 3}
MONTH = {name.lower(): number for number, name in enumerate(MONTHS, start=1)}
MONTH |= {name.lower()[:3]: number for number, name in enumerate(MONTHS, start=1)} | {"sept": 9}
TOMORROW = {"tomorrow", "tom", "tomo", "tmrw", "tomoz"}
PARTS = {"morning": (9, 12), "lunchtime": (12, 14), "afternoon": (12, 17), "evening": (17, 20)}
NOON = {"noon", "midday"}
_FILLERS = {"at", "@", ",", "on", "the", "of"}

_TOKEN = re.compile(
    r"""\d{4}-\d{1,2}-\d{1,2} | \d{1,2}/\d{1,2}(?:/(?:\d{4}|\d{2}))?(?!\d) | \d{1,2}[:.]\d{2}(?!\d)
      | \d+(?:st|nd|rd|th)\b | \d+ | [a-z]+ | [-,@]""",
    re.VERBOSE,
)


class Reader:
    """The words of one entry, and how far they have been read."""

    def __init__(self, text: str, now: datetime, zone: ZoneInfo) -> None:
        self.text = text
        self.zone = zone
        self.now = now
        self.local = now.astimezone(zone)
        self.today = self.local.date()
        self.words = self._split(text)
        self.at = 0

    def _split(self, text: str) -> list[str]:
        lowered = text.strip().lower().replace("–", "-").replace("’", "'")
        lowered = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", lowered).replace("o'clock", "oclock")
        lowered = re.sub(r"(?<=\d)([ap]m)\b", r" \1", lowered)
        words: list[str] = []
        position = 0
        while position < len(lowered):
            if lowered[position].isspace():
                position += 1
                continue
            found = _TOKEN.match(lowered, position)
            if not found or not found.group().isascii():
                raise self.error(f"{lowered[position]!r} has no place in a time.")
            words.append(found.group())
            position = found.end()
        return [word for word in words if word not in _FILLERS]

    def peek(self, ahead: int = 0) -> str:
        return self.words[self.at + ahead] if self.at + ahead < len(self.words) else ""

    def take(self) -> str:
        word = self.peek()
        self.at += 1
        return word

    def example(self, day: date | None, clock: str) -> str:
        """An entry for the clock time that will be accepted: on `day` if that is still to come, else tomorrow."""
        if day is None or not self.today < day <= self.today + HALF_A_YEAR:
            return f"tomorrow {clock}"
        return f"{day.day}/{day.month} {clock}"

    def error(self, why: str, *, understood: str = "", example: str = "tomorrow 2pm") -> WhenError:
        return WhenError(f'"{self.text.strip()}": {why}', understood=understood, example=example)

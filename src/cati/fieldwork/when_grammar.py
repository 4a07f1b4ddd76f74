"""Reads what interviewers type for a time: `tomorrow 2pm`, `tue 10`, `24/11 14:00`, `in 20 minutes`, `mon 2-4pm`.

The grammar is small and strict: what could mean two things is asked back, never guessed.

    when  = "in" amount | [day] time | time [day]
    day   = today | tomorrow | [this|next] weekday | [weekday] date         dates are day first: 24/11, 24 nov
    time  = clock | clock "-" clock | part of the day | "half past 2" | "2 o'clock"

Readings, so that the same words always mean the same:
- A weekday is the first one after today; `next` means the week after this one, and weeks begin on Monday.
- A date without a year is the next such date within half a year.
- 13 to 23, and hours written 08 or 0830, are the 24-hour clock. 9 to 12 without am or pm are in the day.
  1 to 8 are asked back, except as spoken (`half past 2`, `2 o'clock`): 1 to 7 are then in the afternoon.
- A stretch of time that has begun starts now.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .clock import WEEKDAYS, DoubtfulTimeError, day_name, exact_instant, need_aware
from .when import When, WhenError
from .when_words import HALF_A_YEAR, MONTH, NOON, PARTS, TOMORROW, WEEKDAY, Reader

_LONGEST = 60
_FURTHEST = timedelta(days=366)
_QUARTERS = {("half", "past"): 30, ("quarter", "past"): 15, ("quarter", "to"): -15}


@dataclass(frozen=True)
class _Clock:
    """A time of day as written: `hour` may still want am or pm."""

    hour: int
    minute: int
    meridiem: str | None = None
    exact: bool = False
    spoken: bool = False


def parse_when(text: str, now: datetime, tz: ZoneInfo) -> When:
    """The moment or stretch of time that `text` names, said at the instant `now` by somebody in the zone `tz`.

    Raises `WhenError`, with what was understood and an example, for what is past, ambiguous, incomplete or unknown,
    and for times that a clock change makes impossible or double.
    """
    now = need_aware(now)
    if len(text) > _LONGEST:
        raise WhenError("That is too long for a time.", example="tomorrow 2pm")
    reader = Reader(text, now, tz)
    if not reader.words:
        raise reader.error("No time given.")
    if reader.peek() == "in":
        start, end = _amount(reader), None
    else:
        start, end = _moment(reader)
    if start - now > _FURTHEST:
        raise reader.error(
            "That is more than a year away.", understood=day_name(start.astimezone(tz).date(), year=True)
        )
    return When(start, end, text.strip())


def _amount(reader: Reader) -> datetime:
    """`in 20 minutes`, `in half an hour`, `in 1 hour 30 minutes`: the instant, on the next whole minute."""
    reader.take()
    wait = timedelta()
    while reader.peek() or not wait:
        wait += _one_amount(reader)
        if reader.peek() == "and":
            reader.take()
    return _whole_minute(reader.now + wait)


def _one_amount(reader: Reader) -> timedelta:
    word, example = reader.take(), "in 20 minutes"
    if word == "half" and reader.peek() == "an" and reader.peek(1) == "hour":
        reader.at += 2
        return timedelta(minutes=30)
    number = 1 if word in {"a", "an"} else int(word) if word.isdigit() and len(word) <= 3 else 0
    unit = reader.take()
    if number and unit in {"minute", "minutes", "min", "mins", "m"}:
        return timedelta(minutes=number)
    if number and unit in {"hour", "hours", "hr", "hrs", "h"}:
        return timedelta(hours=number)
    raise reader.error('after "in" comes a number of minutes or hours.', example=example)


def _whole_minute(moment: datetime) -> datetime:
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + timedelta(minutes=1)


def _moment(reader: Reader) -> tuple[datetime, datetime | None]:
    day = _day(reader)
    span = _time(reader, day)
    if day is None:
        day = _day(reader)
    if reader.peek():
        raise reader.error(f'"{reader.peek()}" has no place here.', understood=_so_far(day, span))
    if span is None:
        if day is None:
            raise reader.error("That is no time that is known here.")
        raise reader.error("What time?", understood=day_name(day), example=reader.example(day, "2pm"))
    return _instants(reader, day, span)


def _so_far(day: date | None, span: tuple[time, time | None] | None) -> str:
    known = [day_name(day)] if day else []
    if span:
        known.append(f"{span[0]:%H:%M}")
    return ", ".join(known)


def _instants(reader: Reader, day: date | None, span: tuple[time, time | None]) -> tuple[datetime, datetime | None]:
    first, last = span
    on = day or reader.today
    start = _instant(reader, on, first)
    end = _instant(reader, on, last) if last else None
    if end is not None and start < reader.now:
        start = min(_whole_minute(reader.now), end)
    if start >= reader.now and start != end:
        return start, end
    said = f"{first:%H:%M} on {day_name(on, year=on.year != reader.today.year)}"
    again = f"{first:%H:%M}-{last:%H:%M}" if last else f"{first:%H:%M}"
    raise reader.error(
        f"{said} has passed: it is {reader.local:%H:%M} on {day_name(reader.today)}.", example=f"tomorrow {again}"
    )


def _instant(reader: Reader, day: date, clock: time) -> datetime:
    try:
        return exact_instant(datetime.combine(day, clock), reader.zone)
    except DoubtfulTimeError as doubt:
        raise reader.error(f"{doubt.why}; choose an hour later.", example=reader.example(day, "10:00")) from None
    except OverflowError:
        raise reader.error("That day is beyond the calendar.") from None


# Days


def _day(reader: Reader) -> date | None:
    word = reader.peek()
    if word in {"today", "tonight"} or (word == "this" and reader.peek(1) in PARTS):
        if word != "tonight":
            reader.take()
        return reader.today
    if word in TOMORROW:
        reader.take()
        return reader.today + timedelta(days=1)
    if word in {"next", "this"} and reader.peek(1) in WEEKDAY:
        reader.take()
        return _weekday(reader, word)
    if word in WEEKDAY:
        mark = reader.at
        reader.take()
        dated = _date(reader)
        if dated is None:
            reader.at = mark
            return _weekday(reader, "")
        if dated.weekday() != WEEKDAY[word]:
            raise reader.error(
                f"{day_name(dated)} is not a {WEEKDAYS[WEEKDAY[word]]}.", example=reader.example(dated, "2pm")
            )
        return dated
    return _date(reader)


def _weekday(reader: Reader, which: str) -> date:
    wanted = WEEKDAY[reader.take()]
    days = (wanted - reader.today.weekday()) % 7
    if which == "next":
        return reader.today - timedelta(days=reader.today.weekday()) + timedelta(days=7 + wanted)
    if days == 0:
        name = WEEKDAYS[wanted]
        raise reader.error(
            f'today is {name}: say "today", or "next {name[:3].lower()}" for the week after.',
            example=f"next {name[:3].lower()} 2pm",
        )
    return reader.today + timedelta(days=days)


def _date(reader: Reader) -> date | None:
    word = reader.peek()
    if re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", word):
        year, month, day = map(int, word.split("-"))
    elif "/" in word:
        day, month, *rest = map(int, word.split("/"))
        year = rest[0] + 2000 * (rest[0] < 100) if rest else 0
    else:
        return _named_date(reader)
    reader.take()
    return _real_date(reader, year, month, day)


def _named_date(reader: Reader) -> date | None:
    """`24 nov`, `24th november 2026`, `nov 24`."""
    ordinal = re.fullmatch(r"(\d{1,2})(st|nd|rd|th)?", reader.peek())
    if ordinal and reader.peek(1) in MONTH:
        day, month = int(ordinal.group(1)), MONTH[reader.peek(1)]
    elif reader.peek() in MONTH and (ordinal := re.fullmatch(r"(\d{1,2})(st|nd|rd|th)?", reader.peek(1))):
        day, month = int(ordinal.group(1)), MONTH[reader.peek()]
    else:
        return None
    reader.at += 2
    year = 0
    if re.fullmatch(r"20\d\d", reader.peek()):
        if not reader.peek(1):
            clock = f"{reader.peek()[:2]}:{reader.peek()[2:]}"
            raise reader.error(f"{reader.peek()} may be the year or the time.", example=f"tomorrow {clock}")
        year = int(reader.take())
    return _real_date(reader, year, month, day)


def _real_date(reader: Reader, year: int, month: int, day: int) -> date:
    try:
        if year:
            dated = date(year, month, day)
        else:
            dated = date(reader.today.year, month, day)
            if dated < reader.today:
                dated = date(reader.today.year + 1, month, day)
    except ValueError:
        tried = f"{day}/{month}/{year}" if year else f"{day}/{month}"
        raise reader.error(f"there is no {tried} (the day comes first).", example="tomorrow 2pm") from None
    if dated < reader.today or (not year and dated - reader.today > HALF_A_YEAR):
        raise reader.error(f"{day_name(dated.replace(year=year or reader.today.year), year=True)} has passed.")
    return dated


# Times of day


def _time(reader: Reader, day: date | None) -> tuple[time, time | None] | None:
    part = "evening" if reader.peek() == "tonight" else reader.peek()
    if part in PARTS:
        reader.take()
        if not (reader.peek() == "" or _begins_day(reader)):
            raise reader.error(f'"{part}" or a time, not both.', example="tomorrow 2pm")
        first, last = PARTS[part]
        return time(first), time(last)
    between = reader.peek() in {"between", "from"}
    if between:
        reader.take()
    start = _clock(reader)
    if start is None:
        return None
    if reader.peek() in {"-", "to", "and"} and (between or reader.peek() != "and"):
        reader.take()
        end = _clock(reader)
        if end is None:
            raise reader.error("Until what time?", understood=_so_far(day, None), example="tomorrow 2-4pm")
        return _stretch(reader, start, end)
    if between:
        raise reader.error("Until what time?", understood=_so_far(day, None), example="tomorrow 2-4pm")
    return _settle(reader, start, day), None


def _begins_day(reader: Reader) -> bool:
    return reader.peek() in {"today", "next", "this", *TOMORROW, *WEEKDAY, *MONTH} or reader.peek()[:1].isdigit()


def _clock(reader: Reader) -> _Clock | None:
    word = reader.peek()
    if word in NOON:
        reader.take()
        return _Clock(12, 0, exact=True)
    if word in {"half", "quarter"}:
        return _spoken(reader)
    if "/" in word or not (written := re.fullmatch(r"(\d{1,2})[:.](\d{2})|(\d{1,4})", word)):
        return None
    reader.take()
    if written.group(3):
        digits = written.group(3)
        hour, minute = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        padded = digits.startswith("0") and len(digits) > 1
    else:
        hour, minute = int(written.group(1)), int(written.group(2))
        padded = written.group(1).startswith("0")
    spoken = reader.peek() == "oclock"
    if spoken:
        reader.take()
    return _Clock(hour, minute, _meridiem(reader), exact=padded, spoken=spoken)


def _spoken(reader: Reader) -> _Clock:
    """`half past 2`, `quarter to 3 pm`, and the British `half 2`, which is half past."""
    first, second = reader.peek(), reader.peek(1)
    minutes = _QUARTERS.get((first, second))
    reader.take()
    if minutes is None and first == "half":
        minutes = 30
    else:
        reader.take()
    hour = reader.take()
    if minutes is None or not re.fullmatch(r"\d{1,2}", hour) or not 1 <= int(hour) <= 12:
        raise reader.error("that is no time of the clock.", example="tomorrow half past 2")
    total = (int(hour) * 60 + minutes) % 720
    return _Clock(total // 60 or 12, total % 60, _meridiem(reader), spoken=True)


def _meridiem(reader: Reader) -> str | None:
    return reader.take() if reader.peek() in {"am", "pm"} else None


def _stretch(reader: Reader, start: _Clock, end: _Clock) -> tuple[time, time]:
    """Two times of one day. An am or pm after the second holds for the first too where that keeps them in order."""
    last = _settle(reader, end, None)
    if start.meridiem is None and end.meridiem and not start.exact and 1 <= start.hour <= 12:
        same = _settle(reader, _Clock(start.hour, start.minute, end.meridiem), None)
        if same < last:
            return same, last
    first = _settle(reader, start, None)
    if first >= last:
        raise reader.error(f"{last:%H:%M} is not after {first:%H:%M}.", example="tomorrow 2-4pm")
    return first, last


def _settle(reader: Reader, clock: _Clock, day: date | None) -> time:
    hour, minute = clock.hour, clock.minute
    written = f"{hour}:{minute:02d}" if minute else f"{hour}"
    top = 12 if clock.meridiem or clock.spoken else 23
    if minute > 59 or hour > top or (top == 12 and hour == 0):
        raise reader.error(f"there is no {written}{clock.meridiem or ''} on the clock.", understood=_so_far(day, None))
    if clock.meridiem:
        return time(hour % 12 + 12 * (clock.meridiem == "pm"), minute)
    if clock.spoken and hour <= 7:
        return time(hour + 12, minute)
    if hour == 0 and not clock.exact:
        raise reader.error("write midnight as 00:00.", example=reader.example(day, f"00:{minute:02d}"))
    if hour <= 8 and not clock.exact:
        raise reader.error(
            f"{written} in the morning or in the afternoon? Say am or pm.",
            understood=_so_far(day, None),
            example=reader.example(day, f"{written}pm"),
        )
    return time(hour, minute)

"""Wall-clock times and instants: the two clock changes, and the names of days.

The names are written out here because those of `strftime` depend on the machine's locale.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})


def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name. ValueError where there is none, or where it is no place's: a computer's own
    (`localtime`), or one that counts leap seconds (`right/…`)."""
    # zoneinfo.available_timezones() reads the whole database, and has two of these all the same
    if name in _NO_PLACES or name.startswith(("right/", "posix/")):
        raise ValueError(f"{name} is the time of no place")
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:  # OSError: a folder of the zone database, such as "Europe"
        raise ValueError(f"there is no time zone {name}") from error


class DoubtfulTimeError(ValueError):
    """A wall-clock time that a clock change makes impossible or double: `why` says which, in words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def need_aware(moment: datetime) -> datetime:
    """`moment`, in UTC. A time without a zone is a fault in the calling code: `ValueError`."""
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC)


def exact_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a wall-clock time (naive) in `zone`; `DoubtfulTimeError` when there is none, or two."""
    first, second = _both_readings(local, zone)
    if first == second:
        return first
    clock = f"{local:%H:%M} on {day_name(local.date())}"
    if second < first:
        raise DoubtfulTimeError(f"{clock} does not exist: the clocks go forward then")
    raise DoubtfulTimeError(f"{clock} comes twice: the clocks go back then")


def opening_instant(local: datetime, zone: ZoneInfo) -> datetime:
    """The instant (UTC) of a window's edge: a double time is the first, a missing one the moment of the jump.

    So a window never opens before the time on the wall, and never stays open longer than its rule says.
    """
    first, second = _both_readings(local, zone)
    if first <= second:
        return first
    # In a gap the readings lie an hour apart around it; the jump is where the later offset begins to hold.
    earliest, latest = second, first
    while latest - earliest > timedelta(seconds=1):
        middle = earliest + (latest - earliest) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < local:
            earliest = middle
        else:
            latest = middle
    return latest.replace(microsecond=0)


def _both_readings(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    return (
        local.replace(tzinfo=zone, fold=0).astimezone(UTC),
        local.replace(tzinfo=zone, fold=1).astimezone(UTC),
    )


def day_name(day: date, *, year: bool = False) -> str:
    """`Tue 24 Nov`, or `Tue 24 Nov 2026`."""
    name = f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"
    return f"{name} {day.year}" if year else name

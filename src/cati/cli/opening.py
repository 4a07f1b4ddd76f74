"""The database and the study in it, for the commands that work on them; and the time that --now stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cati.cli.options import database_url, now_text
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.reports import Provenance
    from cati.storage import Store
    from cati.studies import Study

Clock = Callable[[], datetime]


@contextmanager
def opened(*, ticking: bool = False) -> Iterator[tuple[Store, Study]]:
    """The database of this command line, and the study installed in it.

    `ticking`: a clock set by --now goes on from there (a console); else it stands still (a report). Raises InputError
    where there is no database or no study yet.
    """
    with open_at(database_url(), ticking=ticking) as both:
        yield both


@contextmanager
def open_at(url: str | None, *, ticking: bool = False) -> Iterator[tuple[Store, Study]]:
    """As `opened`, for the database of a URL."""
    from cati.desk import open_study
    from cati.storage import open_store

    store = open_store(url)
    try:
        study = open_study(store)
        clock = clock_for(study.timezone, ticking=ticking)
        if clock is not None:
            store.close()
            store = open_store(url, clock=clock)
        yield store, study
    finally:
        store.close()


def clock_for(zone: ZoneInfo, *, ticking: bool = False) -> Clock | None:
    """The clock that --now sets; None if it was not given."""
    return clock_of(now_text(), zone, ticking=ticking)


def clock_of(text: str | None, zone: ZoneInfo, *, ticking: bool = False) -> Clock | None:
    """The clock that begins at a time as --now takes it, and stands still unless `ticking`; None for None."""
    if text is None:
        return None
    moment = parse_time(text, zone)
    if not ticking:
        return lambda: moment
    began = monotonic()
    return lambda: moment + timedelta(seconds=monotonic() - began)


_YEARS = (1900, 2200)  # far from the ends of the calendar, where a day more or less is none


def parse_time(text: str, zone: ZoneInfo) -> datetime:
    """An ISO 8601 time as an instant in UTC; without an offset it is a time on the wall in `zone`.

    Raises InputError for what is no such time, or for one that a change of the clocks makes impossible or double.
    """
    from cati.fieldwork.clock import DoubtfulTimeError, exact_instant

    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            f"{text!r} is not a time; expected one such as 2019-11-12T14:30 or 2019-11-12T14:30Z."
        ) from None
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise InputError(f"{text!r} is too far away to be a time of fieldwork.")
    try:
        return exact_instant(moment, zone) if moment.tzinfo is None else moment.astimezone(UTC)
    except DoubtfulTimeError as error:
        raise InputError(f"{text}: {error.why}. Add an offset, such as {text.strip()}+00:00.") from None


def provenance(store: Store | None = None, zone: ZoneInfo | None = None) -> Provenance:
    """What a report says of itself: made when, by the clock of --now or of the database, and from where."""
    from cati.reports import Provenance

    if store is None:
        zone = zone or ZoneInfo("Europe/London")
        clock = clock_for(zone)
        return Provenance(clock() if clock else datetime.now(UTC), zone=zone)
    return Provenance(store.time(), str(store.location), zone)

"""The desk's sentences: times as they are said, and why a case is called now. Texts cleaned for the database."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from cati.desk.records import Booked, PastCall

DECLINED = "Did not agree to be contacted again"
_TIMES = {1: "", 2: " twice"}


def storable(text: str) -> str:
    """The text without what a database cannot hold: lone surrogates and NUL become visible replacement characters."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def declined(recontact: str) -> bool:
    """Does the sample say that this person did not agree to be contacted again?"""
    return recontact.strip().casefold() == "no"


def name_key(name: str) -> str:
    """What makes two spellings of an interviewer's name the same: capitals and blanks do not count."""
    return " ".join(name.split()).casefold()


def when(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment as it is said today: `today 14:00`, `Tue 17 Nov 14:00`."""
    local = moment.astimezone(zone)
    today = local.date() == now.astimezone(zone).date()
    return f"today {local:%H:%M}" if today else f"{local:%a} {local.day} {local:%b} {local:%H:%M}"


def _day(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    local = moment.astimezone(zone)
    return "today" if local.date() == now.astimezone(zone).date() else f"on {local:%a} {local.day} {local:%b}"


def reason_for_appointment(booked: Booked, now: datetime, zone: ZoneInfo) -> str:
    """`Appointment today 14:00 (hard), made by Ann on Tue 17 Nov`."""
    until = f"–{booked.ends_at.astimezone(zone):%H:%M}" if booked.ends_at else ""
    return (
        f"Appointment {when(booked.starts_at, now, zone)}{until} ({booked.kind}), "
        f"made by {booked.owner} {_day(booked.made_at, now, zone)}"
    )


def reason_for_call_back(label: str, times: int, due: datetime, now: datetime, zone: ZoneInfo) -> str:
    """`No reply twice; due again since 11:20`."""
    count = _TIMES.get(times, f" {times} times")
    said = when(due, now, zone).removeprefix("today ")
    return f"{label}{count}; due again {'since' if due <= now else 'at'} {said}"


def interrupted(call: PastCall, now: datetime, zone: ZoneInfo) -> str:
    """The words for a call that was never coded."""
    return f"Call by {call.interviewer} {when(call.started_at, now, zone)} was interrupted"


def times_in_a_row(outcomes: list[str]) -> int:
    """How often the last of these outcomes has come running."""
    count = 0
    for outcome in reversed(outcomes):
        if outcome != outcomes[-1]:
            break
        count += 1
    return count

"""The desk's sentences: times as they are said, and why a case is called now. Texts cleaned for the database."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from cati.desk.records import Booked, PastCall
from cati.fieldwork import Group, Place

DECLINED = "Did not agree to be contacted again"
_TIMES = {1: "", 2: " twice"}
_NAMED = 2  # so many times of the week are named: more are no help to whoever reads it in a second


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


def with_place(reason: str, place: Place, group: Group) -> str:
    """The reason for a call with what its place in the order adds, where the reason does not say it itself."""
    hours = " or ".join(name.replace("_", " ") for name in group.slots)
    named = f" ({hours})" if len(group.slots) <= _NAMED else ""
    if place == "missed":
        return f"Missed: {reason}"
    if place == "last_chance":
        return f"{reason}. Last chance: {hours} does not come again before fieldwork ends"
    if place == "called" and hours:
        return f"{reason}. Tried least at this time of the week{named}"
    if place == "late" and hours:
        return f"{reason}. The time of the week at which it was tried least{named} went by without a call"
    return reason

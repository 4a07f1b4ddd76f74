"""What is known of a case, as paragraphs: for the card, the facts screen and the panel of a wide screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cati.console.interviewer.page import Para

if TYPE_CHECKING:
    from cati.desk import Booked, CaseCard, DayAppointment, Heard, PastCall, PhoneNumber

SAID = {"individual": "own link", "open": "open link"}
STATES = {"coming": "", "due": "DUE NOW  ", "missed": "MISSED  "}


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """`Tue 24 Nov 14:00`, in the zone of the study."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def span(start: datetime, end: datetime | None, zone: ZoneInfo) -> str:
    """`Tue 24 Nov 14:00-16:00`."""
    return clock(start, zone) + (f"-{end.astimezone(zone):%H:%M}" if end is not None else "")


def zone_of(name: str, zone: ZoneInfo) -> ZoneInfo:
    """The time zone of that name; "": the study's."""
    return ZoneInfo(name) if name else zone


def both(start: datetime, end: datetime | None, zone: ZoneInfo, theirs: ZoneInfo) -> str:
    """`Tue 24 Nov 14:00`, and what the respondent's clocks show then where they show another time."""
    from cati.fieldwork import When, clocks_there  # loaded with the study, after the first frame

    there = clocks_there(When(start, end, ""), zone, theirs)
    return span(start, end, zone) + (f", {there}" if there else "")


def booked(each: Booked, zone: ZoneInfo, theirs: ZoneInfo) -> str:
    """An appointment in a line."""
    words = f' "{each.words}"' if each.words else ""
    return f"{both(each.starts_at, each.ends_at, zone, theirs)} ({each.kind}, {each.status}), {each.owner}{words}"


def due(each: DayAppointment, zone: ZoneInfo) -> str:
    """An appointment of the day in a line: how it stands, and in whose hands the case is."""
    when = both(each.starts_at, each.ends_at, zone, zone_of(each.timezone, zone))
    held = f"  ({each.held_by} has the case in hand)" if each.held_by else ""
    return f"{STATES[each.state]}{when} ({each.kind})  case {each.serial}  {each.name}{held}"


def clocks(card: CaseCard, zone: ZoneInfo, now: datetime) -> str:
    """How the respondent's clocks stand to those of the study, where they show another time."""
    from cati.fieldwork import apart, zone_name  # the same

    theirs = zone_of(card.timezone, zone)
    gap = apart(zone, theirs, now)
    return f"The respondent's clocks ({zone_name(theirs)}) are {gap}" if gap else ""


def past_call(call: PastCall, zone: ZoneInfo) -> str:
    """A call of the history in a line."""
    what = call.label if call.outcome is not None else "now" if call.in_progress else "interrupted, not coded"
    return f"{clock(call.started_at, zone)}  {what}  ({call.interviewer}, {call.number})"


def number(each: PhoneNumber, zone: ZoneInfo) -> str:
    """A number, how it stands, and what came of it last."""
    calls = {0: "", 1: ", 1 call"}.get(each.calls, f", {each.calls} calls")
    last = f", the last {clock(each.last_call_at, zone)}" if each.last_call_at is not None else ""
    came_to = f": {each.last_label}" if each.last_label else ""
    return f"{each.number}  {each.state}{calls}{last}{came_to}"


def refusal(call: PastCall) -> str:
    """How somebody refused in a call, or nothing."""
    parts = (call.refusal_strength, call.refused_by, call.refusal_reason)
    return ", ".join(part for part in parts if part)


def heard_before(heard: Heard, zone: ZoneInfo, now: datetime) -> str:
    """What was heard of a case, to whoever has not dialled yet."""
    words = heard.words(zone, now)
    return f"{words}: do not dial; put the case back with x." if heard.closes else f"{words}."


def heard_while_talking(heard: Heard, zone: ZoneInfo, now: datetime) -> str:
    """The same in the middle of a call."""
    if heard.closes:
        return f"{heard.words(zone, now)}. Say so and end the call: F7 or /stop."
    if heard.is_started:
        return f"{heard.began(zone, now)}. What is answered there is not in this interview."
    return f"{heard.words(zone, now)}."


def calls_and_notes(card: CaseCard, zone: ZoneInfo) -> Iterator[Para]:
    """The history, newest first."""
    if card.calls:
        yield Para("heading", "Calls")
    for call in reversed(card.calls):
        yield Para("fact", past_call(call, zone))
        refused = refusal(call)
        yield from (Para("fact", f"  {line}") for line in ([f"refused: {refused}"] if refused else []))
        yield from (Para("fact", f"  “{text}”") for text in call.notes)
    shown = {call.id for call in card.calls}
    notes = [note for note in card.notes if note.call_id not in shown]
    if notes:
        yield Para("heading", "Notes")
    for note in reversed(notes):
        yield Para("fact", f"{clock(note.at, zone)} {note.who}: “{note.text}”")


def appointments(card: CaseCard, zone: ZoneInfo) -> Iterator[Para]:
    """Appointments, the newest first."""
    if card.appointments:
        yield Para("heading", "Appointments")
    for each in reversed(card.appointments):
        yield Para("fact", booked(each, zone, zone_of(card.timezone, zone)))


def sample(card: CaseCard) -> Iterator[Para]:
    """The facts of the sample."""
    known = {
        "Authority": card.la,
        "Region": card.region,
        "Ofsted": card.ofsted,
        "E-mail": card.email,
        "Link": SAID.get(card.link, card.link),
        "Re-contact": card.recontact,
        "Batch": card.batch,
        "Time zone": card.timezone,
        **card.variables,
    }
    yield Para("heading", "Sample")
    yield from (Para("fact", f"{name}: {value}") for name, value in known.items() if value)


def of_card(card: CaseCard, zone: ZoneInfo, now: datetime) -> tuple[Para, ...]:
    """Everything that is known of a case."""
    paras = [Para("heading", f"Case {card.serial}"), Para("fact", card.name), Para("fact", f"Why now: {card.reason}")]
    paras.append(Para("fact", f"Stands as: {card.outcome_label}   calls: {card.attempts}"))
    if clocks(card, zone, now):
        paras.append(Para("warning", f"{clocks(card, zone, now)}."))
    if card.heard is not None:
        paras.append(Para("fact", f"{card.heard.words(zone)}."))
    paras.append(Para("heading", "Numbers"))
    paras += [Para("fact", number(each, zone)) for each in card.numbers]
    return (*paras, *appointments(card, zone), *calls_and_notes(card, zone), *sample(card))

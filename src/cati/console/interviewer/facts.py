"""What is known of a case, as paragraphs: for the card, the facts screen and the panel of a wide screen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cati.console.interviewer.page import Para

if TYPE_CHECKING:
    from cati.desk import Booked, CaseCard, DayAppointment, PastCall, PhoneNumber

SAID = {"individual": "own link", "open": "open link"}


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """`Tue 24 Nov 14:00`, in the zone of the study."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def span(start: datetime, end: datetime | None, zone: ZoneInfo) -> str:
    """`Tue 24 Nov 14:00-16:00`."""
    return clock(start, zone) + (f"-{end.astimezone(zone):%H:%M}" if end is not None else "")


def booked(each: Booked, zone: ZoneInfo) -> str:
    """An appointment in a line."""
    words = f' "{each.words}"' if each.words else ""
    return f"{span(each.starts_at, each.ends_at, zone)} ({each.kind}, {each.status}), {each.owner}{words}"


def due(each: DayAppointment, zone: ZoneInfo) -> str:
    """An appointment of the day in a line."""
    return f"{span(each.starts_at, each.ends_at, zone)} ({each.kind})  case {each.serial}  {each.name}"


def past_call(call: PastCall, zone: ZoneInfo) -> str:
    """A call of the history in a line."""
    what = call.label if call.outcome is not None else "now" if call.in_progress else "interrupted, not coded"
    return f"{clock(call.started_at, zone)}  {what}  ({call.interviewer}, {call.number})"


def number(each: PhoneNumber) -> str:
    """A number and how it stands."""
    calls = {0: "", 1: ", 1 call"}.get(each.calls, f", {each.calls} calls")
    return f"{each.number}  {each.state}{calls}"


def refusal(call: PastCall) -> str:
    """How somebody refused in a call, or nothing."""
    parts = (call.refusal_strength, call.refused_by, call.refusal_reason)
    return ", ".join(part for part in parts if part)


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
        yield Para("fact", booked(each, zone))


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
        **card.variables,
    }
    yield Para("heading", "Sample")
    yield from (Para("fact", f"{name}: {value}") for name, value in known.items() if value)


def of_card(card: CaseCard, zone: ZoneInfo) -> tuple[Para, ...]:
    """Everything that is known of a case."""
    paras = [Para("heading", f"Case {card.serial}"), Para("fact", card.name), Para("fact", f"Why now: {card.reason}")]
    paras.append(Para("fact", f"Stands as: {card.outcome_label}   calls: {card.attempts}"))
    if card.online_status:
        paras.append(Para("fact", f"Online: {card.online_status}"))
    paras.append(Para("heading", "Numbers"))
    paras += [Para("fact", number(each)) for each in card.numbers]
    return (*paras, *appointments(card, zone), *calls_and_notes(card, zone), *sample(card))

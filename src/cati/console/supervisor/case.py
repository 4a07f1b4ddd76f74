"""A case, whole: all that ever happened to it, in one place, and why it is or is not called now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cati.console.interviewer import facts
from cati.console.interviewer.page import Para, Part
from cati.console.supervisor import words
from cati.console.supervisor.effects import Failure
from cati.console.supervisor.looks import LookCase
from cati.console.supervisor.state import Overlay, waiting

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from cati.console.supervisor.controller import Controller
    from cati.desk import Change, WholeCase


class Case(Overlay):
    """The case that is looked at."""

    name = "case"

    def __init__(self, console: Controller, serial: str) -> None:
        super().__init__(console)
        self.serial = serial

    def look(self) -> LookCase:
        return LookCase(self.serial)

    def cannot(self, failure: Failure) -> None:
        self.back()
        self.console.state.deny(failure.why)

    def body(self, across: int, space: int) -> tuple[Part, ...]:
        del across, space
        if self.seen is None:
            return waiting()
        return tuple(case_parts(self.seen, self.console.study.timezone, self.console.now))

    def enter(self, typed: str, now: datetime) -> None:
        del now
        if typed:
            self.refuse("Nothing is typed here. F7 puts something right; Enter alone goes back.")
        else:
            self.back()

    def do(self, name: str, now: datetime) -> None:
        from cati.console.supervisor.repairing import Repairs

        repairs = Repairs(self.console, self.serial)
        del now
        if name == "undo":
            repairs.undo()
        elif name in ("give", "take", "move"):
            getattr(repairs, name)()
        else:
            repairs.choose()

    def prompt(self) -> str:
        return "Enter goes back"


def open_case(console: Controller, serial: str) -> None:
    """To a case, and from it back to where she is."""
    console.go_to(Case(console, serial))


def case_parts(whole: WholeCase, zone: ZoneInfo, now: datetime) -> Iterator[Para]:
    """All that is known of a case, the most pressing first."""
    card, calling = whole.card, whole.calling
    yield Para("heading", f"Case {card.serial}  {card.name}   {card.la}")
    yield Para("plain", f"Stands as {card.outcome_label}{f': {card.outcome_why}' if card.outcome_why else ''}")
    may = "May be called now" if calling.may_be_called else "Not called now"
    later = "" if calling.may_be_called or calling.callable_at is None else _later(calling.callable_at, now, zone)
    yield Para("warning" if not calling.may_be_called else "plain", f"{may}: {calling.why}{later}")
    if card.held_by:
        yield Para("warning", f"In the hands of {card.held_by}")
    if not card.issued:
        yield Para("warning", "Held back: not issued to the telephone")
    if facts.clocks(card, zone, now):
        yield Para("warning", f"{facts.clocks(card, zone, now)}.")
    yield from _listed("Numbers", (facts.number(each, zone) for each in card.numbers), nothing="none")
    yield from facts.appointments(card, zone)
    yield from facts.calls_and_notes(card, zone)
    yield from _listed("Interviews", (_interview(each, zone) for each in whole.interviews))
    if whole.late:
        yield Para("warning", f"{whole.late} answers came in after the case had gone to another: see cati verify")
    yield from _listed("From elsewhere", (_event(each, zone) for each in reversed(whole.events)))
    yield from _listed("Changes", (line for each in reversed(whole.changes) for line in _change(each, zone)))
    yield from _listed(
        "Stood as", (f"{facts.clock(each.at, zone)}  {each.label}: {each.why}" for each in reversed(whole.stood))
    )
    yield from _listed("E-mails promised", (_email(each, zone) for each in reversed(whole.emails)))
    yield from facts.sample(card)


def _later(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    return f" Then from {words.moment(at, now, zone)}."


def _listed(heading: str, lines: Iterator[str], nothing: str = "") -> Iterator[Para]:
    told = list(lines) or ([nothing] if nothing else [])
    if told:
        yield Para("heading", heading)
    yield from (Para("fact", line) for line in told)


def _interview(each: Any, zone: ZoneInfo) -> str:
    if each.ended_at is not None:
        stands = f"ended {facts.clock(each.ended_at, zone)}"
    else:
        stands = f"goes on at {each.waits_at}" if each.waits_at else "has no question left"
    return (
        f"{facts.clock(each.started_at, zone)}  {each.mode}, {each.answers} answered, {stands} (version {each.version})"
    )


def _event(each: Any, zone: ZoneInfo) -> str:
    said = each.label or each.status or "noted"
    who = f", {each.who}" if each.who else ""
    return f"{facts.clock(each.at, zone)}  {each.kind}: {said}{who}"


def _change(each: Change, zone: ZoneInfo) -> Iterator[str]:
    from_to = f": {each.old or '–'} → {each.new or '–'}" if each.old or each.new else ""
    undone = " (taken back since)" if each.undone_by is not None else ""
    yield f"{facts.clock(each.at, zone)}  {each.who}: {each.what.removeprefix('case: ')}{from_to}{undone}"
    if each.why:
        yield f"  because: {each.why}"


def _email(each: Any, zone: ZoneInfo) -> str:
    stands = "withdrawn" if each.cancelled else "sent" if each.sent_at is not None else "NOT SENT YET"
    return f"{facts.clock(each.at, zone)}  {each.kind.replace('_', ' ')} to {each.address} ({each.who}): {stands}"

"""`cati case …`: one case of the sample."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, json_option, now_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cati.desk import CaseCard


@command("show", examples=("cati case show 200017", "cati case show 200017 --json --now 2019-11-12T14:30"))
@click.argument("serial", metavar="SERIAL")
@json_option
@database_option
@now_option
def show(serial: str, as_json: bool) -> None:
    """What is known of a case: who and where, numbers, calls, notes, appointments, outcome, and why it is or is not
    called."""
    from cati.cli.explain import lines
    from cati.desk import case_card, explain

    with opened() as (store, study):
        card = case_card(store, study, serial)
        calling = explain(store, study, serial)
    if as_json:
        output.emit_json(as_data(card, study.timezone) | {"calling": as_data(calling, study.timezone)})
    else:
        output.emit("\n".join([*card_lines(card, study.timezone), "", *list(lines(calling, study.timezone))[1:]]))


def as_data(value: Any, zone: ZoneInfo) -> Any:
    """Records of the desk as plain data; instants as ISO 8601 in the study's zone."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat()
    if is_dataclass(value):
        return {field.name: as_data(getattr(value, field.name), zone) for field in fields(value)}
    if isinstance(value, dict):
        return {key: as_data(each, zone) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(each, zone) for each in value]
    return value


def card_lines(card: CaseCard, zone: ZoneInfo) -> Iterator[str]:
    """The card as lines of text, its data shown literally."""
    from cati.reports.document import visible

    def time(moment: datetime | None) -> str:
        return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else "-"

    yield f"Case {visible(card.serial)}: {visible(card.name) or '(no name)'}"
    for name in ("la", "region", "ofsted", "email", "link", "recontact", "batch"):
        yield from _fact(name, getattr(card, name))
    for name, value in card.variables.items():
        yield from _fact(name, value)
    yield from _fact("online", f"{card.heard.words(zone)}." if card.heard is not None else "")
    yield ""
    why = f": {visible(card.outcome_why)}" if card.outcome_why else ""
    yield f"Outcome      {card.outcome_label} ({card.outcome}){why}"
    yield f"Why          {visible(card.reason)}"
    yield f"Attempts     {card.attempts}, the last {time(card.last_call_at)}; next call {time(card.next_call_at)}"
    yield f"Answered     {card.answered} questions"
    yield f"Issued       {'yes' if card.issued else 'no'}"
    if card.held_by:
        yield f"Held by      {visible(card.held_by)}"
    for number in card.numbers:
        first = ", to dial first" if number.id == card.next_number else ""
        last = f", the last {time(number.last_call_at)}" if number.last_call_at else ""
        came = f": {number.last_label}" if number.last_label else ""
        facts = f"{number.state}, {number.calls} calls{last}{came}, from {number.source}{first}"
        yield f"Number       {visible(number.number)}  {facts}"
    for booked in card.appointments:
        yield (
            f"Appointment  {time(booked.starts_at)} {booked.kind}, {booked.status}, made by {visible(booked.owner)}"
            f"{f': {visible(booked.words)}' if booked.words else ''}"
        )
    for number_of, call in enumerate(card.calls, 1):
        whom = f"{visible(call.interviewer)}, {visible(call.number)}"
        yield f"Call {number_of:<8}{time(call.started_at)} {whom}: {call.label}"
    for note in card.notes:
        yield f"Note         {time(note.at)} {visible(note.who)}: {visible(note.text)}"


def _fact(name: str, value: str) -> Iterator[str]:
    from cati.reports.document import visible

    if value:
        yield f"{visible(name):<12} {visible(value)}"

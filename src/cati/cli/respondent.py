"""`cati respondent …`: the three rights that are read out before every interview, and the log of who used them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cati.cli import output
from cati.cli.acting import acting, permitted, user_option
from cati.cli.group import command
from cati.cli.opening import opened, provenance
from cati.cli.options import database_option, json_option, now_option, report_options
from cati.cli.sure import reason_given, sure, yes_option
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.desk import Amended, Withdrawn

_SERIAL = click.argument("serial", metavar="SERIAL")
_KINDS = ("copy", "amend", "withdraw", "opt_out")
_RECEIVED = click.option(
    "--received", metavar="DATE", help="When the request came in (2026-11-24); the month to answer runs from then."
)


def _reason(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option("--reason", metavar="TEXT", help=what)


@command(
    "copy",
    examples=(
        "cati respondent copy 200017",
        "cati respondent copy 200017 --json",
        "cati respondent copy 200017 --received 2026-11-03",
    ),
)
@_SERIAL
@_RECEIVED
@json_option
@user_option
@database_option
@now_option
def copy(serial: str, received: str | None, as_json: bool) -> None:
    """Everything that is held on a person: facts of the sample, numbers, calls, notes, answers with their questions,
    contact details, what came from the online survey, e-mails promised, appointments, changes.

    With --received, the request is logged as answered now.
    """
    from cati import desk
    from cati.cli.personal_copy_text import copy_lines

    with opened() as (store, study):
        permitted(store, "respondent copy")
        found = desk.respondent_copy(store, study, serial)
        if received is not None:
            due = desk.answered(store, study, serial, "copy", acting(store), _day(received))
            output.say(f"logged as answered; it was due by {due.isoformat()}")
    if as_json:
        output.emit_json(found)
    else:
        output.emit("\n".join(copy_lines(found)))


@command(
    "amend",
    examples=(
        'cati respondent amend 200017 B11 40 --reason "rang on Tuesday: 40 hours, not 400"',
        'cati respondent amend 200017 B3 "1 9" --reason "by e-mail"',
        'cati respondent amend 200017 K4_email ann@example.org --reason "new address"',
    ),
)
@_SERIAL
@click.argument("item", metavar="ITEM")
@click.argument("value", metavar="VALUE")
@_reason("Why: it is kept with the change. Asked for on a terminal.")
@_RECEIVED
@json_option
@user_option
@database_option
@now_option
def amend(serial: str, item: str, value: str, reason: str | None, received: str | None, as_json: bool) -> None:
    """Correct an answer, as it would be typed: a code, codes with spaces between (in quotes), a number, words, a
    special answer such as dk. The questionnaire judges it as it judges an interviewer's, and finds the new route: what
    falls off it is kept and silent, and questions that now lack an answer are named. The old answer stays in the
    history; --json has both.
    """
    from cati import desk

    reason = reason_given(reason, "Why? It is kept with the change")
    with opened() as (store, study):
        done = desk.amend_answer(
            store, study, serial, item, value, acting(store), reason=reason, received=_day(received)
        )
        label = "" if not done.end else study.scheme.outcome(done.end).label
    if as_json:
        from dataclasses import asdict

        output.emit_json(asdict(done) | {"due_on": done.due_on.isoformat()})
    else:
        output.emit("\n".join(_amended(done, label)))


def _amended(done: Amended, label: str) -> Iterator[str]:
    from cati.reports.document import visible

    old, new = visible(_said(done.old)), visible(_said(done.new))
    yield f"Case {visible(done.serial)}, {done.item} ({done.mode}): {old} → {new}"
    if done.lacking:
        yield f"Now without an answer: {', '.join(done.lacking)}"
    if done.silent:
        yield f"Kept, but silent: {', '.join(done.silent)}"
    if done.revived:
        yield f"Counts again: {', '.join(done.revived)}"
    if done.end is not None:
        ends = f"end as {label}" if label else "do not reach an end"
        yield f"The answers now {ends}; what the call came to is not changed by that (cati case recode)"
    yield f"Logged; the request had to be answered by {done.due_on.isoformat()}"


def _said(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_said(each)}" if name != "key" else str(each) for name, each in value.items())
    return " ".join(str(each) for each in value) if isinstance(value, list) else str(value)


@command(
    "withdraw",
    examples=(
        "cati respondent withdraw 200017",
        'cati respondent withdraw 200017 --reason "letter" --received 2026-11-03 --yes',
    ),
)
@_SERIAL
@_reason("How and when it was said: it is what is left of the request. Asked for on a terminal.")
@_RECEIVED
@yes_option
@json_option
@user_option
@database_option
@now_option
def withdraw(serial: str, reason: str | None, received: str | None, yes: bool, as_json: bool) -> None:
    """Erase somebody who withdraws from the research: contact details and answers everywhere, also online answers,
    notes, promised e-mails and the values in the change log. It cannot be taken back.

    The case stays to be counted, with its outcome (one still to be called: as having asked not to be contacted).
    Nobody calls it again, and the numbers and addresses go onto the opt-out list, as keyed hashes. On SQLite the
    database's file is rewritten, so that none of it is left in its bytes. Backups and files made before still hold it.
    """
    from cati import desk

    reason = reason_given(reason, "How and when was it said? It is what is left of the request")
    with opened() as (store, study):
        who = acting(store)
        card = desk.case_card(store, study, serial)
        name = f"{card.name or '(no name)'}, {card.outcome_label}, {card.answered} answers, {len(card.calls)} calls"
        if not sure(f"Erase case {serial} ({name}) for good?", yes):
            return
        done = desk.withdraw_respondent(store, study, serial, who, reason=reason, received=_day(received))
    for line in _remarks(done):
        output.say(line)
    if as_json:
        output.emit_json(_withdrawn_json(done))
    else:
        output.emit("\n".join(_withdrawn(done)))


def _withdrawn(done: Withdrawn) -> Iterator[str]:
    from cati.reports.document import visible

    what = ", ".join(f"{name} {n:,}" for name, n in done.erased.items()) or "nothing was left to erase"
    yield f"Case {visible(done.serial)} erased: {what}."
    yield f"It is counted as: {done.outcome_label}. Nobody calls it again."
    if done.listed.added:
        yield f"On the opt-out list: {done.listed.added} new."
    if done.listed.shared:
        yield f"{done.listed.shared} of its numbers others hold too: only this person is on the list by them."
    if done.listed.barred:
        yield f"Not called any more either: {', '.join(visible(serial) for serial in done.listed.barred)}."
    yield f"Logged; the request had to be answered by {done.due_on.isoformat()}."


def _remarks(done: Withdrawn) -> Iterator[str]:
    yield "a backup or an export made before still holds it: delete those, or withdraw again wherever one is restored"
    if done.survey_ids:
        yield f"in files delivered before, the interview is {', '.join(done.survey_ids)}: have it deleted there"
    if done.left_over:
        yield done.left_over


def _withdrawn_json(done: Withdrawn) -> dict[str, Any]:
    return {
        "serial": done.serial,
        "erased": dict(done.erased),
        "outcome": done.outcome,
        "opted_out": {"added": done.listed.added, "shared": done.listed.shared, "barred": list(done.listed.barred)},
        "due_on": done.due_on.isoformat(),
        "survey_ids": list(done.survey_ids),
        "again": done.again,
        "left_over": done.left_over,
    }


@command(
    "request",
    examples=("cati respondent request 200017 copy --received 2026-11-03",),
)
@_SERIAL
@click.argument("kind", type=click.Choice(_KINDS), metavar="KIND")
@_RECEIVED
@_reason("What was asked, by whom and how.")
@user_option
@database_option
@now_option
def request(serial: str, kind: str, received: str | None, reason: str | None) -> None:
    """Log that somebody asked for a copy, a correction (amend), erasure (withdraw) or not to be contacted (opt_out),
    before it is done. It is due one month after it came in; the command that does it closes it."""
    from cati import desk

    wanted = next(each for each in desk.REQUEST_KINDS if each == kind)
    with opened() as (store, study):
        made = desk.log_request(
            store, study, serial, wanted, acting(store), received=_day(received), reason=reason or ""
        )
        logged = next(each for each in desk.data_requests(store, study) if each.id == made)
    output.emit(
        f"Request {logged.id}: {kind} of case {serial}, received {logged.received_on}, due by {logged.due_on} "
        f"(advised: by {logged.advised_on})"
    )


@command(
    "requests",
    examples=("cati respondent requests", "cati respondent requests --open", "cati respondent requests --json"),
)
@click.option("--open", "open_only", is_flag=True, help="Only those still to be answered.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@report_options
@database_option
@now_option
def requests(open_only: bool, as_json: bool, form: str | None, target: Any, force: bool) -> None:
    """The log of requests: those still open first, the one due soonest at the top."""
    from cati import desk
    from cati.reports.requests_document import render_requests

    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json or --format {form}, not both.")
    chosen = output.chosen_format("json" if as_json else form, target)
    with opened() as (store, study):
        found = [each for each in desk.data_requests(store, study) if each.is_open or not open_only]
        content = render_requests(found, chosen, provenance=provenance(store, study.timezone), width=output.width())
    output.deliver(content, chosen, target, force=force)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"--received {text}: this is no day; write it such as 2026-11-24.") from None

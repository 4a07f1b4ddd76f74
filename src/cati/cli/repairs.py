"""`cati case release`, `recode`, `reopen` …: what a supervisor repairs. Each is logged, and can be taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import opened, parse_time
from cati.cli.options import database_option, json_option, now_option
from cati.cli.repairing import carry_out, repair_options
from cati.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cati.desk import Booking, Change, Result
    from cati.studies import Study

_SERIAL = click.argument("serial", metavar="SERIAL")
_KIND = click.option("--kind", type=click.Choice(["hard", "soft"]), help="Which sort of appointment.")
_UNTIL = click.option("--until", metavar="TIME", help="The end, where it is a stretch of time.")


@command("release", examples=('cati case release 200017 --reason "her console has died"',))
@_SERIAL
@repair_options
def release(serial: str, **how: Any) -> None:
    """Take a case out of somebody's hands, so that it is handed out again. A call that is being made counts as
    interrupted; every answer is kept.
    """
    from cati import desk

    carry_out(serial, lambda store, study, who, why: desk.release_case(store, study, who, serial, why), **how)


@command("reassign", examples=('cati case reassign 200017 Bob --reason "Ann is ill"',))
@_SERIAL
@click.argument("to", metavar="NAME")
@repair_options
def reassign(serial: str, to: str, **how: Any) -> None:
    """Give the appointment of a case to another interviewer. A case without one comes to whoever is free."""
    from cati import desk

    carry_out(serial, lambda store, study, who, why: desk.reassign_case(store, study, who, serial, to, why), **how)


@command(
    "recode",
    examples=(
        'cati case recode 200017 engaged --reason "a slip of the finger" --dry-run',
        'cati case recode 200017 refusal --call 2 --strength hard --reason "listened to"',
        'cati case recode 200017 hard_appointment --at 2026-11-24T18:30 --reason "was coded as a call back"',
    ),
)
@_SERIAL
@click.argument("outcome", metavar="OUTCOME")
@click.option(
    "--call", "which", type=click.IntRange(min=1), metavar="N", help="Which call, as `case show` numbers them."
)
@click.option("--strength", type=click.Choice(["soft", "hard"]), help="Of a refusal.")
@click.option("--refused-by", default="", metavar="TEXT", help="Whose refusal it was.")
@click.option("--refused-because", default="", metavar="TEXT", help="The reason that was given for it.")
@click.option("--at", "start", metavar="TIME", help="Of an appointment.")
@_UNTIL
@_KIND
@click.option("--number", metavar="NUMBER", help="The new number that was given.")
@click.option("--email", metavar="ADDRESS", help="Where the link to the online survey is to go.")
@repair_options
def recode(
    serial: str,
    outcome: str,
    which: int | None,
    strength: Any,
    refused_by: str,
    refused_because: str,
    start: str | None,
    until: str | None,
    kind: str | None,
    number: str | None,
    email: str | None,
    **how: Any,
) -> None:
    """Code a call otherwise: the last one that is coded, or --call N. OUTCOME is a key of the study's scheme.

    The old result stays on record and no longer counts; what the case has come to is derived anew from all its calls.
    An appointment, a number or a promised e-mail that came with the old result goes where the new outcome has none. A
    call that was interrupted can be coded so, too. No call becomes a complete interview without the answers to its end.
    """
    from cati import desk

    def result(study: Study) -> Result:
        said = strength is not None or refused_by or refused_because
        return desk.Result(
            outcome,
            refusal=desk.Refusal(strength, refused_by, refused_because) if said else None,
            appointment=_booking(study, start, until, kind or _kind_of(study, outcome)),
            referral_number=number,
            email=desk.EmailRequest(email, "online_link") if email else None,
        )

    carry_out(
        serial,
        lambda store, study, who, why: desk.recode_call(store, study, who, serial, result(study), why, which),
        **how,
    )


@command(
    "reopen",
    examples=(
        'cati case reopen 200017 --reason "a soft refusal, to be tried once more"',
        'cati case reopen 200017 --as call_back_consumer_hours --reason "she wrote: evenings only"',
    ),
)
@_SERIAL
@click.option("--as", "outcome", metavar="OUTCOME", help="What it goes on as; else what its other calls came to.")
@repair_options
def reopen(serial: str, outcome: str | None, **how: Any) -> None:
    """Reopen a case that a refusal or breakdown closed: every one so far is set aside, and the case is called again."""
    from cati import desk

    carry_out(serial, lambda store, study, who, why: desk.reopen_case(store, study, who, serial, why, outcome), **how)


@command("opt-out", examples=('cati case opt-out 200017 --reason "e-mail of 24 November"',))
@_SERIAL
@click.option("--outcome", metavar="OUTCOME", help="Which one, where the office can close a case with several.")
@repair_options
def opt_out(serial: str, outcome: str | None, **how: Any) -> None:
    """Close a case because somebody wrote or rang, and asked not to be contacted; they are put on the opt-out list.

    `cati case undo` takes both back.
    """
    from cati import desk

    carry_out(serial, lambda store, study, who, why: desk.opt_out_case(store, study, who, serial, why, outcome), **how)


@command("add", examples=('cati case number add 200017 "0113 496 0123" --reason "given by the authority"',))
@_SERIAL
@click.argument("number", metavar="NUMBER")
@repair_options
def number_add(serial: str, number: str, **how: Any) -> None:
    """Add a number to a case. Where every number had failed, the case is called again."""
    from cati import desk

    carry_out(serial, lambda store, study, who, why: desk.add_number(store, study, who, serial, number, why), **how)


@command(
    "correct",
    examples=('cati case number correct 200017 "0113 496 0123" "0113 496 0132" --reason "two digits changed places"',),
)
@_SERIAL
@click.argument("wrong", metavar="WRONG")
@click.argument("right", metavar="RIGHT")
@repair_options
def number_correct(serial: str, wrong: str, right: str, **how: Any) -> None:
    """Put the right number in the place of a wrong one. Calls made to the wrong one stay its own, and loading the
    sample again does not bring it back.
    """
    from cati import desk

    carry_out(
        serial, lambda store, study, who, why: desk.correct_number(store, study, who, serial, wrong, right, why), **how
    )


@command("mark", examples=('cati case number mark 200017 "0113 496 0123" wrong --reason "a shop, says its website"',))
@_SERIAL
@click.argument("number", metavar="NUMBER")
@click.argument("state", metavar="STATE")
@repair_options
def number_mark(serial: str, number: str, state: str, **how: Any) -> None:
    """Say by hand what state a number is in, whatever its calls came to: live, a failed state of the study's scheme
    (dead, wrong), or as-called again.
    """
    from cati import desk

    carry_out(
        serial, lambda store, study, who, why: desk.mark_number(store, study, who, serial, number, state, why), **how
    )


@command(
    "move",
    examples=(
        'cati case appointment move 200017 2026-11-25T10:30 --reason "she wrote"',
        "cati case appointment move 200017 2026-11-25T14:00 --until 2026-11-25T16:00 --reason …",
    ),
)
@_SERIAL
@click.argument("time", metavar="TIME")
@_UNTIL
@_KIND
@repair_options
def appointment_move(serial: str, time: str, until: str | None, kind: str | None, **how: Any) -> None:
    """Put another time in the place of the appointment that stands; whose it is stays. What speaks against the time is
    said.
    """
    from cati import desk

    def moved(store: Any, study: Study, who: Any, why: str) -> desk.Repaired:
        standing = desk.case_card(store, study, serial).appointment
        booking = _booking(study, time, until, kind or (standing.kind if standing is not None else "hard"))
        assert booking is not None
        return desk.move_appointment(store, study, who, serial, booking, why)

    carry_out(serial, moved, **how)


@command("cancel", examples=('cati case appointment cancel 200017 --reason "made for somebody else"',))
@_SERIAL
@repair_options
def appointment_cancel(serial: str, **how: Any) -> None:
    """Cancel the appointment that stands. The case is called again in its turn."""
    from cati import desk

    carry_out(serial, lambda store, study, who, why: desk.cancel_appointment(store, study, who, serial, why), **how)


@command("undo", examples=('cati case undo 200017 --reason "the wrong case"',))
@_SERIAL
@repair_options
def undo(serial: str, **how: Any) -> None:
    """Take back the last repair of a case; again, the one before it. What interviewers have coded since stays."""
    from cati import desk

    carry_out(serial, lambda store, study, who, why: desk.undo_repair(store, study, who, serial, why), **how)


@command("log", examples=("cati case log 200017", "cati case log 200017 --json"))
@_SERIAL
@json_option
@database_option
@now_option
def log(serial: str, as_json: bool) -> None:
    """The change log of a case: what was changed, from what to what, by whom, when and why."""
    from cati import desk
    from cati.cli.case import as_data

    with opened() as (store, study):
        changes = desk.case_log(store, serial)
    if as_json:
        output.emit_json([as_data(change, study.timezone) for change in changes])
    elif changes:
        output.emit("\n".join(_log_lines(changes, study.timezone)))
    else:
        output.say(f"nothing of case {serial} was ever changed by hand")


def _log_lines(changes: tuple[Change, ...], zone: ZoneInfo) -> Iterator[str]:
    from cati.reports.document import visible

    for each in changes:
        # an empty value is one too: a cell of the sample that was emptied
        change = " → ".join(visible(text) or "(empty)" for text in (each.old, each.new) if text is not None)
        yield f"{each.at.astimezone(zone):%Y-%m-%d %H:%M}  {visible(each.who)}  {visible(each.what)}" + (
            f": {change}" if change else ""
        )
        if each.why:
            yield f"                  because: {visible(each.why)}"
        if each.undone_by is not None:
            yield "                  taken back since"


def _booking(study: Study, start: str | None, until: str | None, kind: str) -> Booking | None:
    from cati.desk import Booking

    if start is None:
        if until is not None:
            raise InputError("--until needs the time at which the appointment begins.")
        return None
    at = parse_time(start, study.timezone)
    end = parse_time(until, study.timezone) if until is not None else None
    if end is not None and end <= at:
        raise InputError(f"The appointment cannot end at {until} before it begins at {start}.")
    return Booking("soft" if kind == "soft" else "hard", at, end)


def _kind_of(study: Study, outcome: str) -> str:
    """The sort of appointment that an outcome takes, where it takes one only."""
    takes = study.scheme.outcome(outcome).appointment
    return takes if takes in ("hard", "soft") else "hard"

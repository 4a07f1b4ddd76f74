"""`cati report callbacks`: the call-back queue."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import opened, provenance
from cati.cli.options import database_option, json_option, now_option, report_options

KINDS: dict[str, tuple[str, ...]] = {
    "appointments": ("hard", "soft"),
    "hard": ("hard",),
    "soft": ("soft",),
    "call-backs": ("call_back",),
    "all": ("hard", "soft", "call_back"),
}
STATES = ("missed", "overdue", "due", "coming")


@command(
    "callbacks",
    examples=(
        "cati report callbacks",
        "cati report callbacks --state missed --kind hard",
        "cati report callbacks --kind all --owner Ann --output callbacks.xlsx",
        "cati report callbacks --json",
    ),
)
@click.option("--state", type=click.Choice(STATES), help="Only those in this state.")
@click.option("--kind", type=click.Choice(list(KINDS)), default="appointments", show_default=True, help="Which ones.")
@click.option("--owner", metavar="NAME", default="", help="Only appointments of this interviewer.")
@click.option("--find", "text", metavar="TEXT", default="", help="Only where serial, name or authority has this text.")
@json_option
@report_options
@database_option
@now_option
def callbacks(
    state: str | None,
    kind: str,
    owner: str,
    text: str,
    as_json: bool,
    form: str | None,
    target: Path | None,
    force: bool,
) -> None:
    """Appointments and call backs by state: missed, overdue, due, and to come. A soft appointment is due some time
    before it is for; a call back is due when the calling rules let it be made again.
    """
    from cati.desk import Wanted, call_backs
    from cati.reports import CallBackList, render_call_backs

    chosen = output.chosen_format("json" if as_json and form is None else form, target)
    with opened() as (store, study):
        made = provenance(store, study.timezone)
        kinds: Any = KINDS[kind]
        found = []
        tell = output.progress("call backs read")
        for each in call_backs(store, study, Wanted(kinds, state or "", owner, text)):  # type: ignore[arg-type]
            found.append(each)
            tell(len(found))
        only = ", ".join(part for part in (kind if kind != "appointments" else "", state or "", owner, text) if part)
        listed = CallBackList(found, study.scheme, study.timezone, only)
        content = render_call_backs(listed, chosen, provenance=made, width=output.width())
    output.deliver(content, chosen, target, force=force)

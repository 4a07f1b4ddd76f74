"""`cati supervise`: the supervisor's screen."""

from __future__ import annotations

import sys

import click

from cati.cli.acting import acting, user_option
from cati.cli.group import command
from cati.cli.opening import opened
from cati.cli.options import database_option, database_url, now_option
from cati.errors import InputError


@command("supervise", examples=("cati supervise", "cati supervise --user Ruth"))
@user_option
@database_option
@now_option
@click.pass_context
def supervise(ctx: click.Context) -> None:
    """The supervisor's screen: the shift as it happens, the queue of call backs, any case and what happened to it,
    repairs, progress, quality. F1 says what every key does. Only supervisors and administrators may open it; while
    nobody has a PIN, without --user, it opens as the administrator.
    """
    from cati import desk
    from cati.console import run_supervisor

    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise InputError("The supervisor's screen needs a terminal. Without one: cati report, cati case show.")
    with opened(ticking=True) as (store, study):
        who = acting(store)
        desk.permit(store, who, "supervise")
        clock = store.clock
    ctx.exit(run_supervisor(database=database_url(), study=study, who=who, clock=clock))

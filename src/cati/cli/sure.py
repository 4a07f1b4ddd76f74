"""Asked before what cannot be taken back."""

from __future__ import annotations

import sys

import click

from cati.cli import output
from cati.errors import InputError

yes_option = click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal to ask on.")


def somebody_there() -> bool:
    """Is there a terminal to ask on?"""
    return sys.stdin.isatty() and sys.stderr.isatty()


def sure(question: str, yes: bool) -> bool:
    """Is it to be done? Raises InputError where nobody can be asked and --yes was not given."""
    from cati.reports.document import visible

    if yes:
        return True
    if not somebody_there():
        raise InputError("This cannot be taken back, and there is no terminal to ask on. Add --yes to have it done.")
    if click.confirm(visible(question), err=True):
        return True
    output.say("nothing was changed")
    return False

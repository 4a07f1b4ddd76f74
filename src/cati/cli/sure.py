"""Asked before what cannot be taken back."""

from __future__ import annotations

import sys

import click

from cati.cli import output

yes_option = click.option("--yes", is_flag=True, help="Do not ask. Without a terminal nobody is asked.")

NO_REASON = "(no reason given)"


def somebody_there() -> bool:
    """Is there a terminal to ask on?"""
    return sys.stdin.isatty() and sys.stderr.isatty()


def sure(question: str, yes: bool) -> bool:
    """Is it to be done? Where there is no terminal, a program has written the command out in full: it means it."""
    from cati.reports.document import visible

    if yes or not somebody_there():
        return True
    if click.confirm(visible(question), err=True):
        return True
    output.say("nothing was changed")
    return False


def reason_given(reason: str | None, question: str) -> str:
    """The reason that goes on the record: as given, else asked for, else that none was given."""
    if reason is not None:
        return reason
    if not somebody_there():
        return NO_REASON
    answer: str = click.prompt(question, err=True)
    return answer

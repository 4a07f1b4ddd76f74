"""The newest calls of an interviewer, to choose one: to say that it was listened to, or to open its case."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from cati.console.supervisor import words
from cati.console.supervisor.asking import Chosen
from cati.console.supervisor.effects import Ask
from cati.console.supervisor.looks import LookCalls

if TYPE_CHECKING:
    from cati.console.supervisor.state import State
    from cati.desk import CallToHear


def choose_call(state: State, who: int, name: str, question: str, then: Callable[[CallToHear], None]) -> None:
    """Asks for one of the calls of an interviewer (`who`: her id)."""
    console = state.console

    def seen(calls: tuple[CallToHear, ...]) -> None:
        if not calls:
            state.deny(f"{name} has made no call.")
            return
        console.go_to(Chosen(console, question, [(each, _call(state, each)) for each in calls], then))

    console.run(Ask(LookCalls(who)), seen)


def open_call_of(state: State, who: int, name: str) -> None:
    """Her newest calls, and from there the case of each."""
    from cati.console.supervisor.case import open_case

    question = f"The newest calls of {name}: open which case?"
    choose_call(state, who, name, question, lambda made: open_case(state.console, made.serial))


def _call(state: State, each: CallToHear) -> str:
    zone, now = state.console.study.timezone, state.console.now
    came = each.label or ("goes on" if each.ended_at is None else "not coded")
    heard = f"  (heard before: {each.heard} %)" if each.heard is not None else ""
    return f"{words.moment(each.started_at, now, zone)}  case {each.serial}  {came}{heard}"

"""A case's outcome, derived from the calls made and from what was loaded.

The calls never change; the outcome is what they add up to, by the precedence in the scheme. Rules and their sources:
a refusal is not undone by later non-contacts, facts established earlier carry forward, and what a person said outranks
what a machine did (AAPOR, Standard Definitions); a case is unusable only when every number held has failed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from cati.errors import InputError
from cati.outcomes.scheme import Outcome, PrecedenceClass, Scheme

EventKind = Literal["call", "online", "office", "reopening"]

UNTRIED = "untried"
LIVE = "live"

_SOURCE = {"online": "from the online survey", "office": "recorded by the office", "reopening": "on reopening the case"}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that says what a case came to.

    `kind`: a coded call; an online event; an office event (an e-mail, a letter, a supervisor's entry); or a supervisor
    reopening the case, which sets aside every refusal and breakdown before it and may carry the outcome that the case
    goes on with. `id` is handed back as the deciding event. `outcome` is a key of the scheme (None only on reopening).
    `number_id`: the number dialled. Calls whose result was withdrawn are not events: leave them out.
    """

    id: int | str
    at: datetime
    outcome: str | None
    number_id: int | None = None
    kind: EventKind = "call"


@dataclass(frozen=True, slots=True)
class NumberState:
    """A number that the case holds.

    `set_by_hand`: a failed state of the scheme (`dead`, `wrong`), or `live`, that a supervisor gave it; it outranks the
    calls. None, the usual case: the calls say.
    """

    id: int
    set_by_hand: str | None = None


@dataclass(frozen=True, slots=True)
class Derived:
    """A case's outcome, the event that decided it (None: no event did), and a sentence saying why."""

    outcome: str
    deciding: int | str | None
    why: str


def derive(scheme: Scheme, events: Sequence[Event], numbers: Sequence[NumberState]) -> Derived:
    """A case's outcome from its events, by the scheme's precedence.

    `events` may come in any order: they count by time, those of one instant in the order given. `numbers` are the
    numbers held now. Raises InputError for an event whose outcome the scheme lacks or could not have been found so.
    """
    timeline = sorted(events, key=lambda event: event.at)
    for event in timeline:
        _check(scheme, event)
    standing, set_aside = _standing(scheme, timeline)
    for rank in scheme.precedence[:-1]:
        if rank.needs_every_number_failed:
            found = _failed_everywhere(scheme, rank, standing, numbers)
        else:
            found = _latest(rank, standing)
        if found is not None:
            key, deciding = found
            return Derived(key, deciding.id if deciding else None, _why(scheme, key, deciding, timeline, set_aside))
    return Derived(scheme.default.key, None, _why(scheme, scheme.default.key, None, timeline, set_aside))


def number_states(scheme: Scheme, events: Sequence[Event], numbers: Sequence[NumberState]) -> dict[int, str]:
    """The state of each number held: `untried`, `live`, or a failed state of the scheme; the latest call on it says."""
    latest = _latest_on_each_number(sorted(events, key=lambda event: event.at))
    states: dict[int, str] = {}
    for number in numbers:
        event = latest.get(number.id)
        if number.set_by_hand is not None:
            states[number.id] = _known_state(scheme, number.set_by_hand)
        elif event is None:
            states[number.id] = UNTRIED
        else:
            states[number.id] = _outcome_of(scheme, event).number_state or LIVE
    return states


def _check(scheme: Scheme, event: Event) -> None:
    if event.outcome is None:
        if event.kind != "reopening":
            raise InputError(f"event {event.id} ({event.kind}) has no outcome; only a reopening may go without")
        return
    outcome = scheme.outcome(event.outcome)
    if event.kind == "reopening":
        if outcome.is_final:
            raise InputError(
                f"event {event.id} reopens the case as {outcome.key!r}, which is final; reopen it as a call back, "
                "or record the new outcome instead"
            )
    elif event.kind not in outcome.found_by:
        raise InputError(
            f"event {event.id}: {outcome.key!r} cannot be found by {event.kind}, only by "
            f"{' or '.join(outcome.found_by) or 'the absence of events'} (found_by in scheme {scheme.id})"
        )


def _known_state(scheme: Scheme, state: str) -> str:
    if state != LIVE and state not in scheme.number_states:
        raise InputError(f"{state!r} is not a number state; use {LIVE} or one of {', '.join(scheme.number_states)}")
    return state


def _outcome_of(scheme: Scheme, event: Event) -> Outcome:
    return scheme.outcome(event.outcome or "")


def _standing(scheme: Scheme, timeline: list[Event]) -> tuple[list[Event], Event | None]:
    """The events that count, and the latest reopenable one that a reopening set aside."""
    reopenable = {key for rank in scheme.precedence if rank.reopenable for key in rank.outcomes}
    last_reopening = max((i for i, event in enumerate(timeline) if event.kind == "reopening"), default=-1)
    standing: list[Event] = []
    set_aside: Event | None = None
    for i, event in enumerate(timeline):
        if i < last_reopening and event.outcome in reopenable:
            set_aside = event
        elif event.outcome is not None:
            standing.append(event)
    return standing, set_aside


def _latest(rank: PrecedenceClass, standing: list[Event]) -> tuple[str, Event] | None:
    for event in reversed(standing):
        if event.outcome is not None and event.outcome in rank.outcomes:
            return event.outcome, event
    return None


def _latest_on_each_number(timeline: list[Event]) -> dict[int, Event]:
    return {event.number_id: event for event in timeline if event.kind == "call" and event.number_id is not None}


def _failed_everywhere(
    scheme: Scheme, rank: PrecedenceClass, standing: list[Event], numbers: Sequence[NumberState]
) -> tuple[str, Event | None] | None:
    """The outcome of a case whose every number has failed: of what was found on each, the one listed first.

    A number that was only left behind (a new one was given) says something where no other does. A case that holds no
    number any more counts what was found on those it held.
    """
    found: list[tuple[str, Event | None]] = []
    left_behind: list[tuple[str, Event | None]] = []
    if numbers:
        states = number_states(scheme, standing, numbers)
        if any(state not in scheme.number_states for state in states.values()):
            return None
        latest = _latest_on_each_number(standing)
        for number in numbers:
            event = latest.get(number.id)
            if number.set_by_hand is not None:
                found.append((scheme.number_states[number.set_by_hand].outcome, None))
            elif event is not None and event.outcome in rank.outcomes:
                found.append((event.outcome, event))
            else:
                left_behind.append((scheme.number_states[states[number.id]].outcome, event))
    else:
        found = [(event.outcome, event) for event in standing if event.outcome in rank.outcomes]
    found = found or left_behind
    if not found:
        return None
    first = min((key for key, _ in found), key=rank.outcomes.index)
    deciding = [event for key, event in found if key == first and event is not None]
    return first, max(deciding, key=lambda event: event.at, default=None)


def _why(scheme: Scheme, key: str, deciding: Event | None, timeline: list[Event], set_aside: Event | None) -> str:
    outcome = scheme.outcomes[key]
    rank = next(rank for rank in scheme.precedence if rank.key == outcome.precedence)
    where = ""
    if deciding is not None and deciding.kind == "call":
        calls = [event.id for event in timeline if event.kind == "call"]
        where = f", call {calls.index(deciding.id) + 1} of {len(calls)}"
    elif deciding is not None:
        where = f", {_SOURCE[deciding.kind]}"
    sentence = f"{outcome.label}{where}. {rank.why}"
    if set_aside is not None and set_aside.outcome is not None:
        sentence += (
            f" An earlier “{scheme.outcomes[set_aside.outcome].label}” was set aside when the case was reopened."
        )
    return sentence

"""Who to invent so that the published outcome tables hold: for each case, what its calls will come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from published.outcome_tables import published_rows

if TYPE_CHECKING:
    from cati.outcomes import Outcome, Scheme
    from cati.studies import Study

SOON = timedelta(minutes=20)  # a first call leads to a second one within this time
FIRST_CALL_SHARE = 0.03  # cases with a call before the one that decides
TWO_NUMBERS_SHARE = 0.03


@dataclass
class Person:
    """An invented case: what its calls will come to, one after the other, and what comes in from elsewhere after."""

    calls: list[str]
    elsewhere: str | None = None
    numbers: int = 1
    made: int = 0


def invent_people(study: Study, random: Random) -> dict[str, Person]:
    """As many people as each row of the published table that has no rows inside it, in an order that tells nothing."""
    scheme = study.scheme
    inside = {row.parent for row in scheme.rows}
    keys = {row.label: row.key for row in scheme.rows if row.key not in inside}
    people = [
        invent(study, keys[row["row"]], number, random)
        for row in published_rows(study.id)
        if row["row"] in keys
        for number in range(int(row["n"].replace(",", "")))
    ]
    random.shuffle(people)
    return {f"{study.id}-{number:05d}": person for number, person in enumerate(people, start=1)}


def invent(study: Study, row: str, number: int, random: Random) -> Person:
    """Somebody who will be counted in `row`; the outcomes of a row take turns."""
    scheme = study.scheme
    ways = [outcome for outcome in scheme.outcomes.values() if outcome.row == row and outcome.found_by]
    outcome = ways[number % len(ways)]
    first = [random.choice(first_calls(study))] if random.random() < FIRST_CALL_SHARE else []
    if "call" not in outcome.found_by:
        asked = [other.key for other in scheme.outcomes.values() if "email" in other.asks_for]
        return Person(asked if outcome.found_by == ("online",) else first or [first_calls(study)[0]], outcome.key)
    if outcome.number_state and outcome.is_final:
        return Person([*first, *failures(scheme, outcome, random)], numbers=0)
    if not first and random.random() < TWO_NUMBERS_SHARE:
        return Person([random.choice(failing(scheme)), outcome.key], numbers=2)
    return Person([*first, outcome.key])


def first_calls(study: Study) -> list[str]:
    """What a call may come to so that the next one is due soon."""
    from cati.fieldwork import next_call

    start = datetime.combine(study.fieldwork_start, datetime.min.time(), UTC).replace(hour=10)
    found = []
    for outcome in study.scheme.outcomes.values():
        if outcome.kind == "appointment":
            found.append(outcome.key)
        elif outcome.kind == "call_back" and outcome.answers and not outcome.asks_for:
            due = next_call(study.rules, outcome.key, start, 1)
            if due is not None and due <= start + SOON:
                found.append(outcome.key)
    return found


def failing(scheme: Scheme) -> list[str]:
    """The outcomes that say a number has failed, the most telling first."""
    return [key for rank in scheme.precedence if rank.needs_every_number_failed for key in rank.outcomes]


def failures(scheme: Scheme, outcome: Outcome, random: Random) -> list[str]:
    """Calls to every number of a case that ends as `outcome`: one number, or two of which the other tells less."""
    if random.random() >= TWO_NUMBERS_SHARE:
        return [outcome.key]
    order = failing(scheme)
    less = order[order.index(outcome.key) :]
    return random.sample([outcome.key, random.choice(less)], 2)


def numbers_of(scheme: Scheme, person: Person) -> int:
    """How many numbers a person holds: as many as calls will find failed, or the number given."""
    return person.numbers or max(1, sum(scheme.outcomes[key].number_state is not None for key in person.calls))


def group_of(scheme: Scheme, person: Person) -> str:
    """The group of `published.people` that somebody is of; of those who do not respond, who refuses or breaks off."""
    last = scheme.outcomes[person.elsewhere or person.calls[-1]]
    if last.ends_questionnaire:
        return "interviewed"
    if last.group == "I":
        return "online_after"
    if last.breaks_off:
        return "breaking_off"
    return "refusing" if last.group == "R" else "issued"


def drama_numbers(place: int, person: Person, scheme: Scheme) -> tuple[str, ...]:
    """Numbers of the ranges that Ofcom keeps for drama."""
    areas = ("01632", "0113 496", "020 7946")
    return tuple(f"{areas[i]} 0{place % 1000:03d}" for i in range(numbers_of(scheme, person)))

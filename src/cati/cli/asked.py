"""What the reports of cases are asked for: which moment, which cases behind a number, which group of a breakdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from cati.cli import output
from cati.cli.opening import parse_time, provenance
from cati.errors import InputError
from cati.nearest import did_you_mean

if TYPE_CHECKING:
    from cati.reports import Provenance
    from cati.storage import Store

NONE = "(none)"
"""The group of the cases that have no value."""

WEEK = "week"
"""--by week: each week as it stood at its end."""

at_option = click.option(
    "--at", metavar="TIME", help="As it stood at that time; a day alone is its first moment. Default: as it stands."
)
cases_option = click.option("--cases", "row", metavar="ROW", help="The cases behind a number, and what decided each.")
group_option = click.option("--group", metavar="VALUE", help="With --by and --cases: of this value of the variable.")


def by_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """--by, with what it does."""
    return click.option(
        "--by",
        metavar="VARIABLE",
        help=f"{what}: region, ofsted, la, batch, link, any sample variable; issue_week and outcome_week; week.",
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment that a report is of: `at` (None: now), which is `when`, and what the report says of itself."""

    at: datetime | None
    when: datetime
    made: Provenance


def moment_of(store: Store, zone: ZoneInfo, text: str | None, *, option: str = "--at") -> Moment:
    """The moment that an option names. One that is still to come is now, which is said on stderr."""
    made = provenance(store, zone)
    if text is None:
        return Moment(None, made.at, made)
    when = parse_time(text, zone)
    if when >= made.at:
        if when > made.at:
            output.say(f"{option} {text} is still to come; the table is as of now, {made.time_text}.")
        return Moment(None, made.at, made)
    return Moment(when, when, replace(made, as_of=when))


def check_together(*, by: str | None, row: str | None, group: str | None) -> None:
    """Raises InputError for a group without the variable, or a breakdown of cases without the group."""
    if group is not None and (by is None or row is None):
        raise InputError("--group says which value of --by the cases of --cases are of; give all three.")
    if row is not None and by is not None and group is None:
        raise InputError(f"--cases {row} --by {by}: of which value? Add --group VALUE, or leave --by out.")


def named(groups: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """The groups by the names that people see: no value is (none), together with a value that is spelt so."""
    found: dict[str, Counter[str]] = {}
    for value, counts in groups.items():
        found.setdefault(value or NONE, Counter()).update(counts)
    return {value: dict(counts) for value, counts in found.items()}


def together(groups: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The counts of all groups added up."""
    found: Counter[str] = Counter()
    for counts in groups.values():
        found.update(counts)
    return dict(found)


def value_named(name: str, known: Iterable[str]) -> str:
    """The value that a group's name stands for. Raises InputError for the name of no group, with the nearest."""
    values = list(known)
    if name in values or (name == NONE and "" in values):
        return name if name in values else ""
    names = [value or NONE for value in values]
    raise InputError(f"No case is of the group {name!r}. {did_you_mean(name, names)}")

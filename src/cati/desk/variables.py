"""The facts and sample variables by which sample is counted and drawn: region, batch, or any column of the sample."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Column, Connection, select

from cati.errors import InputError
from cati.nearest import did_you_mean
from cati.storage.tables import cases

FACTS = ("region", "la", "ofsted", "batch", "link", "timezone", "recontact", "online_status")


def column_of(variable: str) -> Column[str]:
    """The column to read for a variable: its own, or the one that holds all sample variables (see `value_in`)."""
    return cases.c[variable] if variable in FACTS else cases.c.variables


def value_in(variable: str, cell: str) -> str:
    """The value of a variable in what was read from its column; "" where a case has none."""
    return cell if variable in FACTS else str(json.loads(cell).get(variable, ""))


def check_variable(connection: Connection, variable: str) -> None:
    """Raises InputError for the name of no fact and of no sample variable of any case, with the nearest that there is.

    Where no case is loaded yet, any name could be one.
    """
    if variable in FACTS:
        return
    key = json.dumps(variable)
    likely = select(cases.c.variables).where(cases.c.variables.contains(f"{key}: ", autoescape=True))
    if any(variable in json.loads(text) for text in connection.execute(likely).scalars()):
        return
    if connection.execute(select(cases.c.id).limit(1)).first() is not None:
        known = [*FACTS, *sorted(set(_sample_variables(connection)))]
        raise InputError(
            f"{variable!r} is no variable of this sample. {did_you_mean(variable, known, '')} "
            f"It has: {', '.join(known)}.".replace("  ", " ")
        )


def _sample_variables(connection: Connection) -> Iterator[str]:
    for text in connection.execute(select(cases.c.variables).distinct()).scalars():
        yield from json.loads(text)

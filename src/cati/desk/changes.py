"""The change log of a case: what was changed by hand or by a file, by whom, when and why. Append-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cati.desk.casefile import find_case
from cati.storage import Store
from cati.storage.tables import change


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the log. `undone_by`: the line that took it back; `undoes`: the line that it takes back itself;
    `can_be_undone`: a repair that stands."""

    id: int
    at: datetime
    who: str
    what: str
    old: str | None
    new: str | None
    why: str
    undoes: int | None
    undone_by: int | None
    can_be_undone: bool


def case_log(store: Store, serial: str) -> tuple[Change, ...]:
    """The change log of a case, the oldest first. Raises InputError for an unknown serial."""
    with store.read() as connection:
        case_id = find_case(connection, serial)
        rows = connection.execute(select(change).where(change.c.case_id == case_id).order_by(change.c.id)).all()
    undone = {row.undoes: row.id for row in rows if row.undoes is not None}
    return tuple(
        Change(
            id=row.id,
            at=row.at,
            who=row.who,
            what=row.what,
            old=row.old,
            new=row.new,
            why=row.why,
            undoes=row.undoes,
            undone_by=undone.get(row.id),
            can_be_undone=row.restores is not None and row.id not in undone,
        )
        for row in rows
    )

"""The heartbeat of whoever holds a case: it keeps the case, and hears what has come in about it since."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cati.desk.delivery import renew
from cati.desk.heard import Heard, heard_of
from cati.desk.records import Hold
from cati.storage import Store

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class Beat:
    """`held`: is the case still ours? `heard`: what was heard of it, newly or before; None if nothing was."""

    held: bool
    heard: Heard | None = None


def heartbeat(store: Store, study: Study, hold: Hold) -> Beat:
    """As `renew`, and what the online survey or the office has said of the case. Raises OutsideError."""
    if not renew(store, hold):
        return Beat(held=False)
    with store.read() as connection:
        return Beat(held=True, heard=heard_of(connection, study, hold.case_id))

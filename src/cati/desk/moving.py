"""Moving cases to the telephone and back, in transactions short enough for answers to be saved in between.

Others are at work meanwhile, and perhaps another is issuing: so each case is locked and looked at again before it
moves. One that nothing has happened to gets the place of a fresh case, thousands at a time; any other is worked out
anew from its history, a few at a time.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, exists, insert, literal, not_, or_, select, text, update

from cati.desk.fresh import FreshPlaces, Untouched
from cati.desk.standing import calling_rules, restand
from cati.desk.words import declined
from cati.storage import Store, queue
from cati.storage.tables import call, case_event, cases, change, issue_span, number

if TYPE_CHECKING:
    from cati.studies import Study

# Of cases that nothing has happened to, so many in one write transaction; of others, so many. While it lasts, no
# interviewer's answer can be saved.
FRESH_AT_ONCE = 500
AT_ONCE = 50
# Seconds between two of them: whoever waits for a turn looks every millisecond, and would else never find it free.
BREATH = 0.005


@dataclass(frozen=True, slots=True)
class Move:
    """A move of cases: to the telephone (`issue`), or back. `at`: its one instant; `who` and `why`: for the log.

    `may`: asked in each transaction, before anything moves; where it says no, nothing does.
    """

    issue: bool
    at: datetime
    who: str
    why: str = ""
    may: Callable[[Connection], bool] = lambda _: True

    @property
    def said(self) -> dict[str, Any]:
        """What every line of the log says of it."""
        what = "sample: issued" if self.issue else "sample: held"
        return {"at": self.at, "who": self.who, "what": what, "why": self.why}


def move(store: Store, study: Study, ids: Sequence[int], how: Move) -> Iterator[list[int]]:
    """Moves those of these cases that can be moved, and hands out the ids of those that were, as they are committed.

    Issued is whoever is held and agreed to be contacted, without a final outcome. Held again is whoever was never
    called, is in nobody's hands and has no final outcome.
    """
    for start in range(0, len(ids), FRESH_AT_ONCE):
        time.sleep(BREATH)
        with store.write() as connection:
            ready = _ready(connection, study, ids[start : start + FRESH_AT_ONCE], how)
            fresh = [case for case in ready if case.untouched is not None]
            _end_spans(connection, fresh, how)
            _place(connection, study, fresh, how)
            _log(connection, fresh, how)
        queue.forget_directory(store)
        yield [case.id for case in fresh]
        others = [case.id for case in ready if case.untouched is None]
        for at in range(0, len(others), AT_ONCE):
            time.sleep(BREATH)
            with store.write() as connection:
                some = _ready(connection, study, others[at : at + AT_ONCE], how)
                issued_at = how.at if how.issue else None
                _end_spans(connection, some, how)
                for case in some:
                    connection.execute(update(cases).where(cases.c.id == case.id).values(issued_at=issued_at))
                    restand(connection, study, case.id, store.now(connection))
                _log(connection, some, how)
            queue.forget_directory(store)
            yield [case.id for case in some]


def log_action(store: Store, batches: Iterable[str], how: Move) -> None:
    """A line a batch for the action as a whole; `batches`: that of each case that moved."""
    moved = sorted(Counter(batches).items())
    lines = [{"new": f"{n} cases of batch {batch or '(none)'}", **how.said} for batch, n in moved]
    if lines:
        with store.write() as connection:
            connection.execute(insert(change), lines)
            if not store.is_sqlite:
                # until PostgreSQL has counted them anew, it claims by sorting them all
                connection.execute(text('ANALYZE "case", number, outcome_history'))


@dataclass(frozen=True, slots=True)
class _Ready:
    """A case that can be moved; `untouched`: what its place depends on, if nothing has happened to it."""

    id: int
    untouched: Untouched | None


def _ready(connection: Connection, study: Study, ids: Sequence[int], how: Move) -> list[_Ready]:
    """Those of these cases that can be moved, locked until the end of the transaction."""
    if not how.may(connection):
        return []
    # in one order everywhere, so that no two wait for each other
    connection.execute(select(cases.c.id).where(cases.c.id.in_(ids)).order_by(cases.c.id).with_for_update())
    # looked at once they are locked: nobody can dial a case then, nor record anything of it
    called = exists().where(call.c.case_id == cases.c.id)
    held_number = exists().where(number.c.case_id == cases.c.id, number.c.withdrawn_at.is_(None))
    found = connection.execute(
        select(
            cases.c.id,
            cases.c.recontact,
            cases.c.barred,
            cases.c.timezone,
            cases.c.outcome,
            cases.c.deciding_event,
            or_(
                called,
                exists().where(case_event.c.case_id == cases.c.id),
                held_number.where(number.c.set_by_hand.is_not(None)),
            ).label("touched"),
            held_number.label("has_number"),
        )
        .where(
            cases.c.id.in_(ids),
            cases.c.issued_at.is_(None)
            if how.issue
            else and_(cases.c.issued_at.is_not(None), cases.c.owner.is_(None), not_(called)),
        )
        .order_by(cases.c.id)
    )
    ready = []
    for case in found:
        agreed = not declined(case.recontact) and not case.barred
        if study.scheme.outcome(case.outcome).is_final or (how.issue and not agreed):
            continue
        fresh = (
            not case.touched
            and not case.barred
            and (case.outcome, case.deciding_event) == (study.scheme.default.key, None)
        )
        untouched = Untouched(agreed, how.issue, bool(case.has_number), case.timezone) if fresh else None
        ready.append(_Ready(case.id, untouched))
    return ready


def _place(connection: Connection, study: Study, fresh: Sequence[_Ready], how: Move) -> None:
    """Gives untouched cases their place, those of one place together."""
    together: dict[Untouched, list[int]] = {}
    for case in fresh:
        assert case.untouched is not None
        together.setdefault(case.untouched, []).append(case.id)
    places = FreshPlaces(study, calling_rules(connection, study), how.at)
    for untouched, ids in together.items():
        values = places.of(untouched) | {"issued_at": how.at if how.issue else None}
        connection.execute(update(cases).where(cases.c.id.in_(ids)).values(**values))


def _end_spans(connection: Connection, moving: Sequence[_Ready], how: Move) -> None:
    """Keeps since when cases were out that are about to be held again: of any moment can be told who was."""
    if how.issue or not moving:
        return
    held_at = literal(how.at, issue_span.c.held_at.type).label("held_at")
    out = select(cases.c.id, cases.c.issued_at, held_at).where(
        cases.c.id.in_([case.id for case in moving]), cases.c.issued_at.is_not(None)
    )
    connection.execute(insert(issue_span).from_select(["case_id", "issued_at", "held_at"], out))


def _log(connection: Connection, moved: Sequence[_Ready], how: Move) -> None:
    """A line a case: of each can be told when it was out, and who had it so."""
    said = [literal(value, change.c[name].type).label(name) for name, value in how.said.items()]
    of_each = select(cases.c.id, *said).where(cases.c.id.in_([case.id for case in moved]))
    connection.execute(insert(change).from_select(["case_id", *how.said], of_each))

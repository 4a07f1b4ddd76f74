"""The sample: loaded and updated by serial."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select, text, update

from cati.desk.by_hand import change_way, issuing_way, settled_way
from cati.desk.fresh import FreshPlaces, Untouched
from cati.desk.moving import AT_ONCE, BREATH
from cati.desk.opting_out import OptOutList, bar, read_list
from cati.desk.records import BatchLoad, LoadCounts, SampleRow
from cati.desk.standing import calling_rules, restand
from cati.desk.words import declined, storable
from cati.errors import InputError
from cati.fieldwork import draw
from cati.storage import Store, queue
from cati.storage.tables import cases, change, number, outcome_history

if TYPE_CHECKING:
    from cati.studies import Study

BATCH = 2000
_FACTS = ("name", "la", "region", "ofsted", "email", "link", "recontact", "batch", "timezone")


def load_sample(
    store: Store,
    rows: Iterable[SampleRow],
    *,
    study: Study,
    issue: bool | None = None,
    who: str = "cati sample load",
) -> LoadCounts:
    """Loads a sample, or updates it, by serial, in transactions short enough for interviewing to go on.

    A new case that agreed to be contacted again is issued to the telephone at once, or held where sample is issued by
    hand. `issue` says otherwise for this load; False has all sample issued by hand from now on. Of a case already there
    only the facts and numbers change that the file has columns for, each change logged; its calls, appointments,
    answers and whoever holds it stay as they are. Whoever is on the opt-out list is loaded and not called; a case that
    was erased is left alone. A new number reopens a case whose numbers had all failed. Consent
    withdrawn (recontact no) ends the calling at once; given, the case is as a new one; a blank cell never stands for
    consent given after all. Raises InputError for a serial that comes twice in one batch of rows.
    """
    tally = _Tally()
    source = iter(rows)
    by_hand = False
    while batch := list(islice(source, BATCH)):
        if issue is False and not by_hand:
            with store.write() as connection:
                change_way(store, connection, "by hand", who, store.now(connection))
            by_hand = True
        with store.read() as connection:
            there = _there(connection, batch)
        new = [row for row in batch if row.serial not in there]
        if new:
            with store.write() as connection:
                # another load may have brought some of them meanwhile
                brought = _there(connection, new)
                new = [row for row in new if row.serial not in brought]
                known_list = read_list(connection)
                issues = _issues(store, connection, issue)
                held = _insert(connection, study, new, store.now(connection), issues, known_list)
            there |= brought
            tally.add("loaded", (storable(row.batch) for row in new))
            tally.add("held", held)
            tally.opted_out += [row.serial for row in new if _barred(row, known_list)]
        known = [row for row in batch if row.serial in there]
        changed = [row for row in known if _differs(row, *there[row.serial])]
        tally.add("known", (_batch_of(row, there[row.serial][0]) for row in known))
        for start in range(0, len(changed), AT_ONCE):
            if start:
                time.sleep(BREATH)
            tally.add("updated", _update_all(store, study, changed[start : start + AT_ONCE], issue, who))
    queue.forget_directory(store)
    counts = tally.counts()
    if counts.loaded and not store.is_sqlite:
        # until PostgreSQL has counted the new rows, it claims by sorting them all
        with store.write() as connection:
            connection.execute(text('ANALYZE "case", number, outcome_history'))
    return counts


def would_load(rows: Iterable[SampleRow], *, store: Store | None = None, issue: bool | None = None) -> LoadCounts:
    """What `load_sample` would come to, in the database as it is; None: in an empty one. Nothing is changed.

    Raises InputError as `load_sample` does.
    """
    tally = _Tally()
    source = iter(rows)
    there: dict[str, tuple[Any, list[Any]]] = {}
    issues, listed = issue is not False, OptOutList(None, frozenset())
    while batch := list(islice(source, BATCH)):
        if store is not None:
            with store.read() as connection:
                there, listed = _there(connection, batch), read_list(connection)
                issues = issuing_way(connection) == "on loading" if issue is None else issue
        new = [row for row in batch if row.serial not in there]
        barred = dict.fromkeys(row.serial for row in new if _barred(row, listed))
        tally.add("loaded", (storable(row.batch) for row in new))
        tally.opted_out += barred
        if not issues:
            agreed = (row for row in new if row.serial not in barred and not declined(row.recontact))
            tally.add("held", (storable(row.batch) for row in agreed))
        known = [(row, *there[row.serial]) for row in batch if row.serial in there]
        tally.add("known", (_batch_of(row, case) for row, case, _ in known))
        tally.add("updated", (_batch_of(row, case) for row, case, held in known if _differs(row, case, held)))
    return tally.counts()


class _Tally:
    """What became of the rows, by batch."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self.opted_out: list[str] = []

    def add(self, what: str, batches: Iterable[str]) -> None:
        for batch in batches:
            self._counts.setdefault(batch, Counter())[what] += 1

    def counts(self) -> LoadCounts:
        batches = tuple(
            BatchLoad(batch, each["loaded"], each["updated"], each["known"] - each["updated"], each["held"])
            for batch, each in sorted(self._counts.items())
        )
        return LoadCounts(
            loaded=sum(each.loaded for each in batches),
            updated=sum(each.updated for each in batches),
            unchanged=sum(each.unchanged for each in batches),
            held=sum(each.held for each in batches),
            batches=batches,
            opted_out=tuple(self.opted_out),
        )


def _issues(store: Store, connection: Connection, issue: bool | None) -> bool:
    """Is a new case issued at once? Settled until the end of the transaction."""
    return settled_way(store, connection) == "on loading" if issue is None else issue


def _batch_of(row: SampleRow, case: Any) -> str:
    """The batch that a case there already is of, once the row is loaded."""
    return storable(row.batch) if row.has("batch") else str(case.batch)


def _there(connection: Connection, batch: Sequence[SampleRow]) -> dict[str, tuple[Any, list[Any]]]:
    """The cases of these rows that are there already, by serial, each with its numbers."""
    by_serial = {row.serial: row for row in batch}
    if len(by_serial) < len(batch):
        twice = next(row.serial for row in batch if by_serial[row.serial] is not row)
        raise InputError(f"Serial {twice!r} comes twice in the sample; serials are unique.")
    found = connection.execute(select(cases).where(cases.c.serial.in_(list(by_serial))))
    there: dict[str, tuple[Any, list[Any]]] = {case.serial: (case, []) for case in found}
    by_id = {case.id: numbers for case, numbers in there.values()}
    for row in connection.execute(select(number).where(number.c.case_id.in_(by_id)).order_by(*_ORDER)):
        by_id[row.case_id].append(row)
    return there


_ORDER = (number.c.position, number.c.id)


def _facts(row: SampleRow) -> dict[str, str]:
    """The facts of a new case."""
    facts = {name: storable(getattr(row, name)) for name in _FACTS}
    return facts | {"variables": _as_text(row.variables)}


def _as_text(variables: Mapping[str, str]) -> str:
    return json.dumps(dict(sorted(variables.items())))


def _news(row: SampleRow, case: Any) -> dict[str, str]:
    """What the row says otherwise than the case: facts of the columns that the file has, variables key by key."""
    said = {name: storable(getattr(row, name)) for name in _FACTS if row.has(name)}
    if declined(case.recontact) and not said.get("recontact"):
        said.pop("recontact", None)
    said["variables"] = _as_text(json.loads(case.variables) | dict(row.variables))
    return {name: value for name, value in said.items() if value != case._mapping[name]}


def _phones(row: SampleRow) -> list[str]:
    """The row's numbers in order, each once."""
    return list(dict.fromkeys(phone.strip() for phone in map(storable, row.phones) if phone.strip()))


def _sampled(held: Sequence[Any]) -> list[str]:
    """The numbers of a case that are the sample's, in order."""
    return [row.number for row in held if row.source == "sample" and row.withdrawn_at is None]


def _wanted(row: SampleRow, held: Sequence[Any]) -> list[str]:
    """The sample's numbers as the row has them, without those corrected at the desk since; those beyond as many as the
    file has columns for stay."""
    beyond = [] if row.phone_columns is None else _sampled(held)[row.phone_columns :]
    corrected = {there.number for there in held if there.replaced_by is not None}
    return [phone for phone in dict.fromkeys([*_phones(row), *beyond]) if phone not in corrected]


def _differs(row: SampleRow, case: Any, held: Sequence[Any]) -> bool:
    return case.erased_at is None and (bool(_news(row, case)) or _renumbering(held, _wanted(row, held)))


def _renumbering(held: Sequence[Any], phones: Sequence[str]) -> bool:
    """Would these numbers change anything? A number somebody gave on the telephone is held whoever names it."""
    given = {row.number for row in held if row.source != "sample" and row.withdrawn_at is None}
    return _sampled(held) != [phone for phone in phones if phone not in given]


def _barred(row: SampleRow, known: OptOutList) -> str:
    return known.barred(storable(row.name), _phones(row), storable(row.email))


def _insert(
    connection: Connection, study: Study, rows: list[SampleRow], now: datetime, issue: bool, known: OptOutList
) -> list[str]:
    """Adds these cases; the batch of each that is held, though it agreed to be contacted."""
    if not rows:
        return []
    default = study.scheme.default
    rules = calling_rules(connection, study)
    places = FreshPlaces(study, rules, now)
    held: list[str] = []
    values: list[dict[str, Any]] = []
    for row in rows:
        barred = _barred(row, known)
        agreed = not declined(row.recontact) and not barred
        if agreed and not issue:
            held.append(storable(row.batch))
        place = places.of(Untouched(agreed, issue and agreed, bool(_phones(row)), storable(row.timezone)))
        values.append(
            _facts(row)
            | {
                "serial": storable(row.serial),
                "barred": barred,
                "loaded_at": now,
                "issued_at": now if issue and agreed else None,
                "outcome": default.key,
                "outcome_at": now,
                "draw": draw(rules.seed, storable(row.serial)),
            }
            | place
            | ({"next_reason": barred} if barred else {})
        )
    connection.execute(insert(cases), values)
    serials = [row["serial"] for row in values]
    found = connection.execute(select(cases.c.serial, cases.c.id).where(cases.c.serial.in_(serials)))
    ids = {row.serial: row.id for row in found}
    numbers = [
        {
            "case_id": ids[storable(row.serial)],
            "position": position,
            "number": phone,
            "source": "sample",
            "added_at": now,
        }
        for row in rows
        for position, phone in enumerate(_phones(row), 1)
    ]
    if numbers:
        connection.execute(insert(number), numbers)
    connection.execute(
        insert(outcome_history),
        [{"case_id": case_id, "at": now, "outcome": default.key, "why": "loaded"} for case_id in ids.values()],
    )
    return held


def _update_all(store: Store, study: Study, rows: Sequence[SampleRow], issue: bool | None, who: str) -> list[str]:
    """Brings these cases up to date in one transaction; the batch of each that changed."""
    with store.write() as connection:
        now = store.now(connection)
        issues = _issues(store, connection, issue)
        # in one order everywhere, so that no two wait for each other
        locked = select(cases.c.id).where(cases.c.serial.in_([row.serial for row in rows])).order_by(cases.c.id)
        connection.execute(locked.with_for_update())
        there = _there(connection, rows)
        known = read_list(connection)
        return [
            _batch_of(row, there[row.serial][0])
            for row in rows
            if _update(connection, study, *there[row.serial], row, now, issues, who, known)
        ]


def _update(
    connection: Connection,
    study: Study,
    case: Any,
    held: list[Any],
    row: SampleRow,
    now: datetime,
    issue: bool,
    who: str,
    known: OptOutList,
) -> bool:
    if case.erased_at is not None:
        return False
    news = _news(row, case)
    changes: list[tuple[str, str, str]] = [(name, case._mapping[name], value) for name, value in news.items()]
    if news:
        agrees = declined(case.recontact) and "recontact" in news and not declined(news["recontact"])
        issued = {"issued_at": now} if issue and agrees and case.issued_at is None else {}
        connection.execute(update(cases).where(cases.c.id == case.id).values(**news, **issued))
    renumbered = _renumber(connection, case.id, held, row, now)
    if renumbered is not None:
        changes.append(("numbers", *renumbered))
    barred = "" if case.barred else _newly_barred(connection, case.id, known)
    if barred:
        bar(connection, study, case.id, barred, now)
    elif renumbered is not None or news.keys() & {"recontact", "timezone"}:
        restand(connection, study, case.id, now)
    if changes:
        connection.execute(
            insert(change),
            [
                {"case_id": case.id, "at": now, "who": who, "what": f"sample: {what}", "old": was, "new": became}
                for what, was, became in changes
            ],
        )
    return bool(changes)


def _newly_barred(connection: Connection, case_id: int, known: OptOutList) -> str:
    """Why a case that was just updated is not called any more: the list knows what is new of it."""
    case = connection.execute(select(cases).where(cases.c.id == case_id)).one()
    held = select(number.c.number).where(number.c.case_id == case_id, number.c.withdrawn_at.is_(None))
    return known.barred(case.name, connection.execute(held).scalars().all(), case.email)


def _renumber(
    connection: Connection, case_id: int, held: Sequence[Any], row: SampleRow, now: datetime
) -> tuple[str, str] | None:
    """Brings the sample's numbers of a case up to date; the old and the new list if anything changed.

    A number that the sample no longer has is withdrawn, not deleted: calls were made to it. Referrals stay. A number
    that was withdrawn, whoever had given it, is held again once the sample has it.
    """
    if not _renumbering(held, _wanted(row, held)):
        return None
    # on PostgreSQL a call may be adding a number to the case at this moment
    connection.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update())
    held = connection.execute(select(number).where(number.c.case_id == case_id).order_by(*_ORDER)).all()
    before, phones = _sampled(held), _wanted(row, held)
    known = {there.number: there for there in held}
    for gone in set(before) - set(phones):
        connection.execute(update(number).where(number.c.id == known[gone].id).values(withdrawn_at=now))
    for position, phone in enumerate(phones, 1):
        there = known.get(phone)
        if there is None:
            connection.execute(
                insert(number).values(case_id=case_id, position=position, number=phone, source="sample", added_at=now)
            )
        elif there.withdrawn_at is not None or there.source == "sample":
            connection.execute(
                update(number)
                .where(number.c.id == there.id)
                .values(withdrawn_at=None, position=position, source="sample", added_by_result=None)
            )
    now_held = connection.execute(select(number).where(number.c.case_id == case_id).order_by(*_ORDER)).all()
    became = _sampled(now_held)
    return None if became == before else ("; ".join(before), "; ".join(became))

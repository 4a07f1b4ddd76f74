"""The opt-out list: numbers and addresses not to be contacted, whatever sample they come back in.

Kept as keyed hashes: without the key, which stays in the database, neither a number nor an address can be found out by
trying all there are. A number that people of other names hold too is a switchboard: only the person is listed, by name
and number together, and not their colleagues.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select, update

from cati.desk.actors import allow
from cati.desk.casefile import find_case
from cati.desk.data_requests import answer_request
from cati.desk.standing import restand
from cati.desk.words import name_key
from cati.errors import InputError
from cati.phones import PhoneError, read_phone
from cati.storage import Store, queue
from cati.storage.erasing import RIGHTS
from cati.storage.mentions import ERASED
from cati.storage.tables import appointment, cases, change, meta, number, opt_out

if TYPE_CHECKING:
    from cati.desk.actors import Actor
    from cati.studies import Study

Kind = Literal["phone", "email", "person"]
BARRED = "On the opt-out list"
_KEY = "opt-out key"
_WORDS: dict[Kind, str] = {"phone": "telephone number", "email": "e-mail address", "person": "name and number"}


@dataclass(frozen=True, slots=True)
class OptOutList:
    """The list as it was read. Without a key it is empty."""

    key: bytes | None
    digests: frozenset[tuple[str, str]]

    def barred(self, name: str, phones: Iterable[str], email: str) -> str:
        """Why somebody with these details is not called, in words; "" for whoever is not on the list."""
        if self.key is None or not self.digests:
            return ""
        for kind, text in _marks(name, phones, email):
            if (kind, _digest(self.key, kind, text)) in self.digests:
                return f"{BARRED} (by {_WORDS[kind]})"
        return ""


@dataclass(frozen=True, slots=True)
class Listed:
    """What came to be on the list. `shared`: numbers that others hold too, so that only the person is listed;
    `barred`: serials of other cases that are not called any more because of it; `ids`: the lines that are new;
    `cancelled`: appointments of those cases, by id, that no longer stand."""

    added: int = 0
    shared: int = 0
    barred: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    cancelled: tuple[int, ...] = ()


def read_list(connection: Connection) -> OptOutList:
    """The opt-out list of this database."""
    key = connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar()
    if key is None:
        return OptOutList(None, frozenset())
    rows = connection.execute(select(opt_out.c.kind, opt_out.c.digest))
    return OptOutList(bytes.fromhex(key), frozenset((row.kind, row.digest) for row in rows))


def bar(connection: Connection, study: Study, case_id: int, why: str, now: datetime) -> tuple[int, ...]:
    """Has nobody call a case any more, inside a write transaction: no appointment stands (the ids of those that are
    cancelled), and its outcome stays."""
    connection.execute(update(cases).where(cases.c.id == case_id).values(barred=why))
    booked = appointment.c.case_id == case_id, appointment.c.status == "booked"
    cancelled = update(appointment).where(*booked).values(status="cancelled").returning(appointment.c.id)
    ids = tuple(connection.execute(cancelled).scalars())
    restand(connection, study, case_id, now)
    return ids


def list_case(store: Store, connection: Connection, study: Study, case_id: int, who: str, now: datetime) -> Listed:
    """Puts the numbers and the address of a case on the list, inside a write transaction, and bars others by them."""
    case = connection.execute(select(cases).where(cases.c.id == case_id)).one()
    held = number.c.case_id == case_id, ~number.c.number.startswith(ERASED)
    phones = list(connection.execute(select(number.c.number).where(*held)).scalars())
    holders = select(number.c.number, cases.c.name).join(cases, cases.c.id == number.c.case_id)
    others = connection.execute(holders.where(number.c.number.in_(phones), cases.c.id != case_id)).all()
    shared = {row.number for row in others if name_key(row.name) != name_key(case.name)}
    marks = list(_marks("", [phone for phone in phones if phone not in shared], case.email))
    marks += [mark for mark in _marks(case.name, sorted(shared), "") if mark[0] == "person"]
    before = read_list(connection)
    ids = _add(store, connection, marks, who, now)
    barred, cancelled = _bar_others(connection, study, phones, case.email, now, but=case_id, before=before)
    return Listed(len(ids), len(shared), barred, ids, cancelled)


def unlist(connection: Connection, study: Study, listed: Listed, now: datetime) -> None:
    """Takes back what `list_case` did, inside a write transaction: its lines, that others were barred by them, and that
    their appointments were cancelled; a case that the list still knows stays barred."""
    connection.execute(delete(opt_out).where(opt_out.c.id.in_(listed.ids)))
    left = read_list(connection)
    barred = select(cases).where(cases.c.serial.in_(listed.barred)).order_by(cases.c.id).with_for_update()
    for case in connection.execute(barred).all():
        held = select(number.c.number).where(number.c.case_id == case.id, number.c.withdrawn_at.is_(None))
        if not left.barred(case.name, connection.execute(held).scalars(), case.email):
            again = appointment.c.case_id == case.id, appointment.c.id.in_(listed.cancelled)
            connection.execute(update(appointment).where(*again).values(status="booked"))
        _free(connection, study, case, list(connection.execute(held).scalars()), left, now)


def _free(
    connection: Connection, study: Study, case: Any, held: Iterable[str], left: OptOutList, now: datetime
) -> bool:
    """Has a case (a row) called again that the list barred and does not know any more; False if it stays barred."""
    if not case.barred.startswith(BARRED) or left.barred(case.name, held, case.email):
        return False
    connection.execute(update(cases).where(cases.c.id == case.id).values(barred=""))
    restand(connection, study, case.id, now)
    return True


def opt_out_details(store: Store, study: Study, who: Actor, phones: Iterable[str], email: str, reason: str) -> Listed:
    """Puts numbers and an address on the list, whoever has them. Raises InputError for what is no number."""
    wanted = [_read(phone) for phone in phones]
    if not wanted and not email.strip():
        raise InputError("Who is not to be contacted? Give --phone or --email.")
    with store.write() as connection:
        allow(connection, who, "opt-out list")
        now = store.now(connection)
        marks = [mark for mark in _marks("", wanted, email) if mark[0] != "person"]
        added = len(_add(store, connection, marks, who.name, now))
        barred, _ = _bar_others(connection, study, wanted, email, now)
        _log(connection, who, "put on the opt-out list", f"{added} added, {len(barred)} cases barred", reason, now)
    queue.forget_directory(store)
    return Listed(added, 0, barred)


def take_off_list(store: Store, study: Study, who: Actor, phones: Iterable[str], email: str, reason: str) -> Listed:
    """Takes numbers and an address off the list; `barred`: the serials of cases that may be called again."""
    wanted = [_read(phone) for phone in phones]
    with store.write() as connection:
        allow(connection, who, "opt-out list")
        now = store.now(connection)
        known = read_list(connection)
        removed = 0
        for kind, text in _marks("", wanted, email):
            if known.key is not None:
                which = opt_out.c.kind == kind, opt_out.c.digest == _digest(known.key, kind, text)
                removed += connection.execute(delete(opt_out).where(*which)).rowcount
        if not removed:
            raise InputError("None of these is on the opt-out list. Look it up as it was given then.")
        free = []
        left = read_list(connection)
        for case, held in _holders(connection, wanted, email):
            if _free(connection, study, case, held, left, now):
                free.append(case.serial)
        _log(connection, who, "taken off the opt-out list", f"{removed} removed, {len(free)} cases free", reason, now)
    queue.forget_directory(store)
    return Listed(removed, 0, tuple(free))


def opt_out_counts(store: Store) -> dict[str, int]:
    """How many of each kind are on the list."""
    with store.read() as connection:
        rows = connection.execute(select(opt_out.c.kind, func.count()).group_by(opt_out.c.kind))
        return {str(kind): int(n) for kind, n in rows}


def bar_case(store: Store, study: Study, serial: str, who: Actor, reason: str = "") -> Listed:
    """Puts whoever a case is on the list: they are not called under another serial either."""
    with store.write() as connection:
        allow(connection, who, "opt-out list")
        case_id = find_case(connection, serial)
        now = store.now(connection)
        listed = list_case(store, connection, study, case_id, who.name, now)
        case = connection.execute(select(cases).where(cases.c.id == case_id).with_for_update()).one()
        if not case.barred:
            bar(connection, study, case_id, BARRED, now)
        _log(connection, who, "put on the opt-out list", f"{listed.added} added", reason, now, case_id)
        answer_request(connection, study, case_id, "opt_out", who, now, None, reason, "on the opt-out list")
    queue.forget_directory(store)
    return listed


def _log(
    connection: Connection, who: Actor, what: str, new: str, reason: str, now: datetime, case_id: int | None = None
) -> None:
    line = {"case_id": case_id, "at": now, "who": who.name, "what": RIGHTS + what, "new": new, "why": reason}
    connection.execute(insert(change).values(**line))


def _marks(name: str, phones: Iterable[str], email: str) -> Iterator[tuple[Kind, str]]:
    """What somebody is recognised by, each in its one form."""
    for phone in phones:
        yield "phone", _in_one_form(phone)
        if name_key(name):
            yield "person", f"{name_key(name)} {_in_one_form(phone)}"
    if email.strip():
        yield "email", email.strip().casefold()


def _in_one_form(phone: str) -> str:
    try:
        return read_phone(phone)
    except PhoneError:  # held before numbers were checked so strictly
        return phone.strip()


def _read(phone: str) -> str:
    try:
        return read_phone(phone)
    except PhoneError as error:
        raise InputError(f"{phone}: {error}.") from None


def _digest(key: bytes, kind: str, text: str) -> str:
    return hmac.new(key, f"{kind}\x00{text}".encode("utf-8", "replace"), "sha256").hexdigest()


def _add(
    store: Store, connection: Connection, marks: Iterable[tuple[Kind, str]], who: str, now: datetime
) -> tuple[int, ...]:
    """Puts marks on the list; the ids of the lines that are new."""
    made = store.upsert(meta).values(key=_KEY, value=secrets.token_hex(32))
    connection.execute(made.on_conflict_do_nothing())
    key = bytes.fromhex(connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar_one())
    ids = []
    for kind, text in dict.fromkeys(marks):
        statement = store.upsert(opt_out).values(kind=kind, digest=_digest(key, kind, text), at=now, who=who)
        new = statement.on_conflict_do_nothing().returning(opt_out.c.id)
        ids += list(connection.execute(new).scalars())
    return tuple(ids)


def _holders(connection: Connection, phones: Iterable[str], email: str) -> Iterator[tuple[Any, list[str]]]:
    """The cases that hold one of these numbers or this address, locked, each with its numbers."""
    holds = select(number.c.case_id).where(number.c.number.in_(list(phones)), number.c.withdrawn_at.is_(None))
    same: list[ColumnElement[bool]] = [cases.c.id.in_(holds)]
    if email.strip():
        same.append(func.lower(cases.c.email) == email.strip().lower())
    for case in connection.execute(select(cases).where(or_(*same)).order_by(cases.c.id).with_for_update()).all():
        held = select(number.c.number).where(number.c.case_id == case.id, number.c.withdrawn_at.is_(None))
        yield case, list(connection.execute(held).scalars())


def _bar_others(
    connection: Connection,
    study: Study,
    phones: Iterable[str],
    email: str,
    now: datetime,
    *,
    but: int | None = None,
    before: OptOutList | None = None,
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Bars the cases that the list now recognises; their serials, and the ids of appointments that are cancelled.

    Those that it recognised `before` are left as they are: taking this back would not free them again.
    """
    known = read_list(connection)
    barred: list[str] = []
    cancelled: list[int] = []
    for case, held in _holders(connection, phones, email):
        why = known.barred(case.name, held, case.email)
        known_before = before is not None and before.barred(case.name, held, case.email)
        if case.id != but and not case.barred and why and not known_before:
            cancelled += bar(connection, study, case.id, why, now)
            barred.append(str(case.serial))
    return tuple(barred), tuple(cancelled)

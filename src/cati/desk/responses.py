"""Who responded, online or by telephone, and what became of those who did not: of all sample loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Select, exists, func, or_, select

from cati.desk.grouping import Grouping
from cati.desk.online_status import COMPLETE, PARTIAL
from cati.desk.stood import issued_then, stood
from cati.desk.words import declined
from cati.errors import InputError
from cati.outcomes.response import kind_of, way_of
from cati.storage import Store
from cati.storage.tables import case_event, cases, open_response

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class ResponseCount:
    """How many cases responded, of one value of a variable ("": none), or of all.

    `loaded` = `not_agreed` + `sample`, the cases that agreed to be contacted or were never asked, and any that
    responded all the same. Of `sample`: `online_base` were approached online (they have an e-mail address, or responded
    online; everybody where the sample holds no address), `telephone_base` were issued to the telephone; `online` and
    `telephone` responded so, `total` in either way. Of `loaded`, besides `total` and `not_agreed`: `gave_refusal`,
    `started` (broke off, or left the online questionnaire part-complete) and `not_engaged`.
    """

    value: str = ""
    loaded: int = 0
    not_agreed: int = 0
    sample: int = 0
    online_base: int = 0
    telephone_base: int = 0
    online: int = 0
    telephone: int = 0
    total: int = 0
    gave_refusal: int = 0
    started: int = 0
    not_engaged: int = 0

    @property
    def non_responders(self) -> int:
        """Those loaded who did not respond."""
        return self.loaded - self.total


# An address that was erased is still one that they were written to at.
_ADDRESSED = or_(cases.c.email != "", cases.c.had_email == 1)
COUNTED = tuple(field.name for field in fields(ResponseCount) if field.name != "value")
"""What a response table counts, by name."""


@dataclass(frozen=True, slots=True)
class CaseResponse:
    """A case that a response table counts, and what it has come to."""

    serial: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ResponseTables:
    """Everything that a response table counts, as it stood at one moment.

    `by`: the counts of each value of each variable asked for; `open_link_by`: the completes of the open link likewise
    (nothing is known of variables other than region and rating).
    """

    overall: ResponseCount
    by: Mapping[str, tuple[ResponseCount, ...]]
    open_link: int
    open_link_by: Mapping[str, Mapping[str, int]]


def response_tables(
    store: Store, study: Study, variables: Sequence[str] = (), *, at: datetime | None = None
) -> ResponseTables:
    """The responses of all and for each value of these variables, read in one transaction, so that they add up
    whatever is recorded meanwhile. Raises InputError where no case has a variable of that name."""
    with store.read() as connection:
        return ResponseTables(
            _counts(store, connection, study, None, at)[0],
            {name: _counts(store, connection, study, name, at) for name in variables},
            _open_link(connection, None, at)[""],
            {name: _open_link(connection, name, at) for name in variables},
        )


def response_counts(
    store: Store, study: Study, by: str | None = None, *, at: datetime | None = None
) -> tuple[ResponseCount, ...]:
    """The responses for each value of a fact or sample variable, in order of the values; without `by`, of all in one.

    `at`: as they stood at that moment. Raises InputError where no case has a variable of that name.
    """
    with store.read() as connection:
        return _counts(store, connection, study, by, at)


def _counts(
    store: Store, connection: Connection, study: Study, by: str | None, at: datetime | None
) -> tuple[ResponseCount, ...]:
    groups: dict[str, dict[str, int]] = {} if by else {"": {}}
    addressed = _holds_addresses(connection)
    query, grouping = _facts(store, connection, by, at)
    each = query.subquery()
    for row in connection.execute(select(each, func.count().label("n")).group_by(*each.c)):
        counts = groups.setdefault(grouping.value(row.cell) if grouping else "", {})
        for name in _counted_as(study, row, addressed):
            counts[name] = counts.get(name, 0) + row.n
    return tuple(ResponseCount(value, **counts) for value, counts in sorted(groups.items()))


def response_cases(
    store: Store,
    study: Study,
    name: str,
    by: str | None = None,
    group: str | None = None,
    *,
    at: datetime | None = None,
) -> tuple[CaseResponse, ...]:
    """The cases behind a number of `response_counts`, in order of their serials. `name`: one of `COUNTED`, or
    `non_responders`. Raises InputError for another."""
    if name not in (*COUNTED, "non_responders"):
        raise InputError(f"{name!r} is nothing that is counted here; use one of {', '.join(COUNTED)}.")
    with store.read() as connection:
        addressed = _holds_addresses(connection)
        query, grouping = _facts(store, connection, by, at)
        rows = connection.execute(query.add_columns(cases.c.serial).order_by(cases.c.serial)).all()
    found = []
    for row in rows:
        counted = set(_counted_as(study, row, addressed))
        counted |= set() if "total" in counted else {"non_responders"}
        if name in counted and (grouping is None or grouping.value(row.cell) == (group or "")):
            found.append(CaseResponse(row.serial, row.outcome))
    return tuple(found)


def open_link_counts(store: Store, by: str | None = None, *, at: datetime | None = None) -> dict[str, int]:
    """The completes of the open link, for each value of `region` or `ofsted`; of all (under "") without `by`.

    Of other variables nothing is known: they have no groups.
    """
    with store.read() as connection:
        return _open_link(connection, by, at)


def _open_link(connection: Connection, by: str | None, at: datetime | None) -> dict[str, int]:
    if by not in (None, "region", "ofsted"):
        return {}
    condition = open_response.c.status == COMPLETE
    if at is not None:
        condition = condition & (open_response.c.recorded_at <= at)
    if by is None:
        return {"": connection.execute(select(func.count()).where(condition)).scalar_one()}
    column = open_response.c[by]
    rows = connection.execute(select(column, func.count()).where(condition).group_by(column).order_by(column))
    return {str(value): int(n) for value, n in rows}


def _facts(
    store: Store, connection: Connection, by: str | None, at: datetime | None
) -> tuple[Select[Any], Grouping | None]:
    """What of a case decides where it is counted."""
    stand = stood(at, issued=False, facts=True)
    grouping = Grouping(store, connection, by, stand.since) if by else None
    event = case_event.c
    partial = exists().where(event.case_id == cases.c.id, event.kind == "online", event.status == PARTIAL)
    if at is not None:
        partial = partial.where(event.recorded_at <= at)
    return (
        stand.select(
            *([grouping.cell.label("cell")] if grouping else []),
            cases.c.recontact,
            _ADDRESSED.label("has_email"),
            issued_then(at).label("issued"),
            stand.outcome.label("outcome"),
            partial.label("partial"),
        ),
        grouping,
    )


def _holds_addresses(connection: Connection) -> bool:
    return connection.execute(select(cases.c.id).where(_ADDRESSED).limit(1)).first() is not None


def _counted_as(study: Study, row: Any, addressed: bool) -> Iterator[str]:
    """The counts that a case is one of."""
    way = way_of(study.scheme, row.outcome)
    kind = kind_of(study.scheme, row.outcome, not_agreed=declined(row.recontact), started_online=bool(row.partial))
    yield "loaded"
    yield "total" if way else kind
    if kind == "not_agreed":
        return
    yield "sample"
    if not addressed or row.has_email or way == "by_web":
        yield "online_base"
    if row.issued or way == "by_telephone":
        yield "telephone_base"
    if way is not None:
        yield "online" if way == "by_web" else "telephone"

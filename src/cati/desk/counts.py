"""How much of the sample is out, held, called and done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, select

from cati.desk.variables import check_variable, column_of, value_in
from cati.desk.words import declined
from cati.storage import Store
from cati.storage.tables import call, cases, number

if TYPE_CHECKING:
    from cati.studies import Study


@dataclass(frozen=True, slots=True)
class SampleCount:
    """How many cases of one value of a variable ("": none), or of all, stand where.

    `loaded` = `not_agreed` (to be contacted again) + `settled` (closed before they were issued, such as by an online
    complete or the opt-out list) + `held` (could be issued) + `issued`. `issued` = `uncalled` + `live` (called, no
    final outcome) + `final`. Of those: `called` (at least one call was made), `interviews` (held whole); and of the
    held and the issued without a final outcome, `no_number`: those who have no number at all.
    """

    value: str = ""
    loaded: int = 0
    not_agreed: int = 0
    settled: int = 0
    held: int = 0
    no_number: int = 0
    issued: int = 0
    uncalled: int = 0
    live: int = 0
    final: int = 0
    called: int = 0
    interviews: int = 0


_NAMES = tuple(field.name for field in fields(SampleCount) if field.name != "value")


def sample_counts(store: Store, study: Study, by: str = "batch") -> tuple[SampleCount, ...]:
    """The sample's counts for each value of a fact or sample variable, in order of the values.

    Raises InputError where no case has a variable of that name.
    """
    column = column_of(by)
    each = select(
        column.label("cell"),
        cases.c.recontact,
        (cases.c.barred != "").label("barred"),
        cases.c.outcome,
        cases.c.issued_at.is_not(None).label("issued"),
        exists().where(call.c.case_id == cases.c.id).label("called"),
        exists().where(number.c.case_id == cases.c.id, number.c.withdrawn_at.is_(None)).label("has_number"),
    ).subquery()
    with store.read() as connection:
        check_variable(connection, by)
        rows = connection.execute(select(each, func.count().label("n")).group_by(*each.c)).all()
    groups: dict[str, Counter[str]] = {}
    for row in rows:
        counts = groups.setdefault(value_in(by, row.cell), Counter())
        for name in _where(study, row):
            counts[name] += row.n
    return tuple(
        SampleCount(value, **{name: counts[name] for name in _NAMES}) for value, counts in sorted(groups.items())
    )


def _where(study: Study, row: Any) -> Iterator[str]:
    """The counts that the cases of a row are in."""
    outcome = study.scheme.outcome(row.outcome)
    yield "loaded"
    if not row.issued and (declined(row.recontact) or outcome.is_final or row.barred):
        yield "not_agreed" if declined(row.recontact) else "settled"
        return
    yield "issued" if row.issued else "held"
    if not row.has_number and not outcome.is_final:
        yield "no_number"
    if row.issued:
        yield "final" if outcome.is_final else "live" if row.called else "uncalled"
        if row.called:
            yield "called"
        if outcome.ends_questionnaire:
            yield "interviews"


def in_all(counts: Iterable[SampleCount]) -> SampleCount:
    """The counts of all values together."""
    found = list(counts)
    return SampleCount(**{name: sum(getattr(each, name) for each in found) for name in _NAMES})

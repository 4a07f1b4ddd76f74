"""What a merge needs to know of the cases: who is who, what was loaded of the online survey, who withdrew."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from cati.desk.erasure import WITHDREW
from cati.desk.online_answers import OnlineAnswers
from cati.desk.online_status import COMPLETE, NEWEST
from cati.storage import Store
from cati.storage.tables import case_event, cases, meta, number, open_response, survey_link

if TYPE_CHECKING:
    from cati.studies import Study

_KEY = "merge key"

Loaded = tuple[str, OnlineAnswers]
"""What the online survey said once: how somebody stood, and what they answered."""


@dataclass(frozen=True, slots=True)
class MergedCase:
    """A case as a merge sees it. `loaded`: what the online survey said of it, newest first: status and answers;
    `withdrew`: it withdrew from the research; `erased`: who it is was erased; `numbers`: those held, `sample`: the
    sample variables by name."""

    id: int
    serial: str
    name: str
    email: str
    region: str
    ofsted: str
    outcome: str
    withdrew: bool
    erased: bool
    sample: dict[str, str]
    numbers: tuple[str, ...]
    loaded: tuple[Loaded, ...]


def merged_cases(store: Store) -> dict[str, MergedCase]:
    """Every case of the sample, by serial."""
    with store.read() as connection:
        loaded: dict[int, list[tuple[str, OnlineAnswers]]] = {}
        events = select(case_event).where(case_event.c.kind == "online").order_by(case_event.c.case_id, *NEWEST)
        for row in connection.execute(events):
            loaded.setdefault(row.case_id, []).append((row.status, OnlineAnswers.of_text(row.answers)))
        numbers: dict[int, list[str]] = {}
        for row in connection.execute(select(number.c.case_id, number.c.number).where(number.c.withdrawn_at.is_(None))):
            numbers.setdefault(row.case_id, []).append(row.number)
        found = {}
        for row in connection.execute(select(cases)):
            facts = {name: getattr(row, name) for name in ("serial", "name", "la", "region", "ofsted", "email", "link")}
            found[row.serial] = MergedCase(
                id=row.id,
                serial=row.serial,
                name=row.name,
                email=row.email,
                region=row.region,
                ofsted=row.ofsted,
                outcome=row.outcome,
                withdrew=row.barred == WITHDREW,
                erased=row.erased_at is not None,
                sample={**json.loads(row.variables), **facts},
                numbers=tuple(numbers.get(row.id, ())),
                loaded=tuple(loaded.get(row.id, ())),
            )
    return found


def open_loaded(store: Store) -> list[Loaded]:
    """The responses of the open link that were loaded."""
    with store.read() as connection:
        rows = connection.execute(select(open_response.c.status, open_response.c.answers).order_by(open_response.c.id))
        return [(row.status, OnlineAnswers.of_text(row.answers)) for row in rows]


def known_links(store: Store) -> dict[str, str]:
    """The serial of each survey id of the research files."""
    with store.read() as connection:
        rows = connection.execute(
            select(survey_link.c.survey_id, cases.c.serial)
            .join(cases, cases.c.id == survey_link.c.case_id)
            .where(survey_link.c.purpose == "")
        )
        return {row.survey_id: row.serial for row in rows}


def completes_known(store: Store, study: Study) -> dict[str, int]:
    """How many interviews the tables count: by telephone, online by serial, over the open link."""
    by_telephone = [key for key, outcome in study.scheme.outcomes.items() if outcome.ends_questionnaire]
    with store.read() as connection:
        online = (
            select(func.count(func.distinct(case_event.c.case_id)))
            .join(cases, cases.c.id == case_event.c.case_id)
            .where(case_event.c.kind == "online", case_event.c.status == COMPLETE, cases.c.barred != WITHDREW)
        )
        counted: dict[str, Any] = {
            "telephone": select(func.count()).where(cases.c.outcome.in_(by_telephone), cases.c.barred != WITHDREW),
            "online": online,
            "open_link": select(func.count()).select_from(open_response).where(open_response.c.status == COMPLETE),
        }
        return {name: int(connection.execute(query).scalar_one()) for name, query in counted.items()}


def merge_key(store: Store, *, make: bool) -> bytes:
    """The key by which rows without a case get the same survey id each time; kept in the database, made once.

    `make` False: where there is none yet, one that is forgotten again (a trial).
    """
    with store.read() as connection:
        found = connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar()
    if found is None and make:
        with store.write() as connection:
            made = store.upsert(meta).values(key=_KEY, value=secrets.token_hex(32))
            connection.execute(made.on_conflict_do_nothing())
            found = connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar_one()
    return bytes.fromhex(found or "00")

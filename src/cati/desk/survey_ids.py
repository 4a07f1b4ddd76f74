"""The random id under which a case stands in research files: drawn once, kept, and known nowhere else."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, insert, select

from cati.storage import Store
from cati.storage.tables import survey_link

_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that is taken for another
_LENGTH = 10
_AT_ONCE = 500


def draw_survey_id() -> str:
    """A survey id: random, so that it says nothing of the serial, the authority or the order of the interviews."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def survey_ids(
    store: Store,
    case_ids: Collection[int],
    *,
    purpose: str = "",
    draw: Callable[[], str] = draw_survey_id,
) -> dict[int, str]:
    """The survey id of each case, by case id. Those that have none yet get one, which they keep.

    `purpose`: files that must not be joined to one another have ids of their own.
    """
    found: dict[int, str] = {}
    wanted = sorted(case_ids)
    with store.read() as connection:
        for chunk in _chunks(wanted):
            found |= _known(connection, chunk, purpose)
    for chunk in _chunks([case for case in wanted if case not in found]):
        with store.write() as connection:  # a short one each, so that interviewing goes on
            found |= _drawn(store, connection, chunk, purpose, draw)
    return found


def _chunks(ids: Sequence[int]) -> Iterator[list[int]]:
    source = iter(ids)
    while chunk := list(islice(source, _AT_ONCE)):
        yield chunk


def _known(connection: Connection, case_ids: Sequence[int], purpose: str) -> dict[int, str]:
    rows = connection.execute(
        select(survey_link.c.case_id, survey_link.c.survey_id).where(
            survey_link.c.case_id.in_(case_ids), survey_link.c.purpose == purpose
        )
    )
    return {row.case_id: row.survey_id for row in rows}


def _drawn(
    store: Store, connection: Connection, case_ids: Sequence[int], purpose: str, draw: Callable[[], str]
) -> dict[int, str]:
    found = _known(connection, case_ids, purpose)  # another export may have been quicker
    now = store.now(connection)
    missing = [case for case in case_ids if case not in found]
    while missing:
        ids = {case: draw() for case in missing}
        taken = set(
            connection.execute(
                select(survey_link.c.survey_id).where(survey_link.c.survey_id.in_(list(ids.values())))
            ).scalars()
        )
        new: dict[int, str] = {}
        for case, survey_id in ids.items():
            if survey_id not in taken:
                taken.add(survey_id)
                new[case] = survey_id
        if new:
            connection.execute(
                insert(survey_link),
                [
                    {"case_id": case, "purpose": purpose, "survey_id": survey_id, "made_at": now}
                    for case, survey_id in new.items()
                ],
            )
        found |= new
        missing = [case for case in missing if case not in new]
    return found

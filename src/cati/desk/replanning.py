"""Other rules or other dates: the next call of every case worked out anew, while interviewing goes on."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, insert, select

from cati.desk.moving import AT_ONCE, BREATH
from cati.desk.standing import restand
from cati.storage import Store, queue
from cati.storage.tables import cases, meta
from cati.storage.tables import study as studies

if TYPE_CHECKING:
    from cati.studies import Study

_KEY = "planned by"
# Raised when the same history and rules come to another place in the queue than before.
_METHOD = 2


def plan_again(store: Store, study: Study, progress: Callable[[int, int], None] = lambda *_: None) -> int:
    """Works the next calls out anew where the calling rules, the outcomes or the dates have changed since; how many.

    In short transactions: broken off, it is taken up again by the next call. `progress` is told how many cases are
    done, and how many there are at the most.
    """
    with store.read() as connection:
        wanted = _planned_by(connection, study)
        if connection.execute(select(meta.c.value).where(meta.c.key == _KEY)).scalar() == wanted:
            return 0
        # held cases too: their draw goes by the seed of the rules, and each says why it is not called
        total = connection.execute(select(func.count()).select_from(cases)).scalar_one()
    done, last = 0, 0
    while True:
        with store.write() as connection:
            now = store.now(connection)
            some = select(cases.c.id).where(cases.c.id > last).order_by(cases.c.id).limit(AT_ONCE)
            ids = connection.execute(some).scalars().all()
            for case_id in ids:
                restand(connection, study, case_id, now)
            if not ids:
                _remember(connection, wanted)
        queue.forget_directory(store)
        if not ids:
            return done
        done, last = done + len(ids), ids[-1]
        progress(done, total)
        time.sleep(BREATH)


def _planned_by(connection: Connection, study: Study) -> str:
    """What the places in the queue depend on besides the cases: SHA-256 of rules, outcomes, dates and method."""
    dates = connection.execute(
        select(studies.c.timezone, studies.c.fieldwork_start, studies.c.fieldwork_end, studies.c.bank_holidays)
    ).one()
    texts = [study.texts[study.files[kind]] for kind in ("calling", "outcomes")]
    return hashlib.sha256(json.dumps([_METHOD, texts, *dates]).encode()).hexdigest()


def _remember(connection: Connection, planned_by: str) -> None:
    connection.execute(delete(meta).where(meta.c.key == _KEY))
    connection.execute(insert(meta).values(key=_KEY, value=planned_by))

"""How long a case is held, and whether it still is."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from cati.desk.records import Hold
from cati.storage import Store, queue

# Each answer and each heartbeat renews it; a station that died gives its case back after this time.
LEASE = timedelta(seconds=90)


def is_held(owner: int | None, lease_until: datetime | None, now: datetime) -> bool:
    """Does somebody hold the case now? Not when the lease has run out, nor when a wrong clock made it far too long."""
    return owner is not None and queue.is_alive(lease_until, now, LEASE)


def holds(store: Store, connection: Connection, hold: Hold) -> bool:
    """Renews the lease inside a write transaction; False if the case is no longer held so."""
    return queue.renew(
        store, connection, case_id=hold.case_id, owner=hold.interviewer_id, fence=hold.fence, lease=LEASE
    )

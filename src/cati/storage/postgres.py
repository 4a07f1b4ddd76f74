"""PostgreSQL as cati uses it: psycopg 3, a dead station noticed in seconds, no transaction left open."""

from __future__ import annotations

from sqlalchemy import URL, Engine, create_engine

from cati.errors import OutsideError
from cati.storage.tables import settle_postgresql

# A pulled cable is noticed after 10 + 3 × 5 seconds instead of two hours.
_KEEPALIVE = {
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
    "connect_timeout": 10,
}
_SETTINGS = "-c idle_in_transaction_session_timeout=60s -c lock_timeout=20s -c timezone=UTC -c synchronous_commit=on"


def make_engine(url: URL) -> Engine:
    """An engine on a PostgreSQL database."""
    settle_postgresql()
    try:
        return create_engine(
            url,
            connect_args={**_KEEPALIVE, "options": _SETTINGS, "application_name": "cati"},
            isolation_level="READ COMMITTED",
            pool_pre_ping=False,
        )
    except ModuleNotFoundError as error:
        raise OutsideError(
            f"PostgreSQL needs the package {error.name}, which is not installed: pip install 'cati[postgresql]'."
        ) from error

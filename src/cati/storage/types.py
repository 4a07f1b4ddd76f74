"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Dialect, Integer, Text, TypeDecorator

# A STRICT table of SQLite knows INTEGER and TEXT only; psycopg would cast a plain Integer to 32 bits.
Whole = BigInteger().with_variant(Integer(), "sqlite")

_FORMAT = "%Y-%m-%dT%H:%M:%S.%fZ"


def instant_text(when: datetime) -> str:
    """An aware instant as text of fixed width in UTC, so that the order of texts is the order of time."""
    if when.tzinfo is None:
        raise ValueError(f"{when!r} has no time zone; instants are kept in UTC")
    return when.astimezone(UTC).strftime(_FORMAT)


class Instant(TypeDecorator[datetime]):
    """A moment: an aware datetime in UTC in Python, sortable text on SQLite, timestamptz on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect):  # type: ignore[no-untyped-def]
        """The column's own type on this kind of database."""
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import TIMESTAMP  # two megabytes that a console on SQLite never needs

            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> object:
        """What is handed to the driver."""
        if value is None:
            return None
        if dialect.name == "postgresql":
            if value.tzinfo is None:
                raise ValueError(f"{value!r} has no time zone; instants are kept in UTC")
            return value
        return instant_text(value)

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """What comes back from the driver, in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        if isinstance(value, str):
            return datetime.fromisoformat(value)
        raise TypeError(f"{value!r} is not an instant ({dialect.name})")

"""A statement of the hot path, compiled once: what it costs at each key is the driver's own work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import ClauseElement


class Prepared:
    """A Core statement compiled for one kind of database, run with the values of its named parameters."""

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        assert isinstance(statement, ClauseElement)
        compiled = statement.compile(dialect=dialect)
        self.sql = str(compiled)
        names = compiled.positiontup if compiled.positional else tuple(compiled.binds)  # type: ignore[attr-defined]
        processors: dict[str, Any] = compiled._bind_processors  # type: ignore[attr-defined]
        constants = compiled.params
        # a name may stand in the statement many times; its value is made ready once
        self._names = tuple(names)
        self._parameters = [(name, processors.get(name), constants.get(name)) for name in dict.fromkeys(names)]
        self._positional = bool(compiled.positional)  # type: ignore[attr-defined]

    def __call__(self, connection: Connection, **values: object) -> CursorResult[Any]:
        """Runs it. Every parameter of the statement has a value here, or a constant of its own."""
        return connection.exec_driver_sql(*self.as_sent(values))

    def as_sent(self, values: Mapping[str, object]) -> tuple[str, Any]:
        """The statement and its parameters as the driver is handed them."""
        bound = {
            name: (processor(value) if processor is not None else value)
            for name, processor, constant in self._parameters
            for value in (values.get(name, constant),)
        }
        return self.sql, tuple([bound[name] for name in self._names]) if self._positional else bound

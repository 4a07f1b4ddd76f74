"""An action tried: done for real, looked at, and rolled back before anybody could see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection

from cati.storage import Store

Done = TypeVar("Done")
Seen = TypeVar("Seen")


def tried(store: Store, action: Callable[[Store], Done], look: Callable[[Connection], Seen]) -> tuple[Done, Seen]:
    """What an action of one write transaction gives, and what `look` sees at the end of it. Nothing is kept.

    Raises what the action raises.
    """
    trial = _Trial(store, look)
    done = action(trial)
    return done, trial.seen


class _NotMeant(Exception):
    """Ends a transaction that was only tried."""


class _Trial(Store):
    """An open store whose write transactions are looked at and rolled back."""

    def __init__(self, store: Store, look: Callable[[Connection], Any]) -> None:
        vars(self).update(vars(store))
        self._store = store
        self._look = look
        self.seen: Any = None

    @contextmanager
    def write(self) -> Iterator[Connection]:
        try:
            with self._store.write() as connection:
                yield connection
                self.seen = self._look(connection)
                raise _NotMeant
        except _NotMeant:
            pass

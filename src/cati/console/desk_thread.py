"""The thread that the database lives on: a screen asks, and goes on drawing until it is answered."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, Protocol


class Closes(Protocol):
    """Whatever holds the database open."""

    def close(self) -> None:
        """Closes it."""


class Session:
    """The thread of the database. What is asked of it is done in order; `post` brings each answer back."""

    def __init__(self, work: Closes, post: Callable[[Callable[[], None]], None]) -> None:
        self.work = work
        self._post = post
        self._jobs: SimpleQueue[tuple[Callable[[], Any], Callable[[Any], None]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="cati-desk", daemon=True)
        self.on_fault: Callable[[BaseException], None] = _raise

    def start(self) -> None:
        """Starts the thread."""
        self._thread.start()

    def do(self, job: Callable[[], Any], then: Callable[[Any], None]) -> None:
        """Does a job on the thread of the database; `then` gets what it gave, on the thread of the screen."""
        self._jobs.put((job, then))

    def stop(self, seconds: float = 10.0) -> None:
        """Finishes what is asked for, closes the database, ends the thread."""
        self._jobs.put(None)
        if self._thread.is_alive():
            self._thread.join(seconds)

    def _run(self) -> None:
        while True:
            asked = self._jobs.get()
            if asked is None:
                break
            job, then = asked
            try:
                done = job()
            except BaseException as fault:  # noqa: BLE001  told on the screen's thread, which ends the console
                self._post(partial(self.on_fault, fault))
                break
            self._post(partial(then, done))
        self.work.close()


def _raise(fault: BaseException) -> None:
    raise fault

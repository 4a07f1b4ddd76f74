"""Many interviews, read and routed by as many processes as there are processors: routes are what takes the time."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING

from cati.desk.held_interviews import HeldVersion, held_interviews
from cati.errors import OutsideError
from cati.exchange.export.gathered import Part
from cati.exchange.export.gathering import Gathering
from cati.exchange.export.reviewing import Reviewed
from cati.storage import open_store

if TYPE_CHECKING:
    from cati.storage import Store
    from cati.studies import Study

WORTH_IT = 25_000
"""Interviews from which on a second process is quicker, its start included."""
PIECE = 2_500
"""Interviews that a process takes at once."""


@dataclass(frozen=True, slots=True)
class Task:
    """What every process needs to know: the database, the study, and what is exported."""

    database: str
    study: Study
    versions: dict[int, HeldVersion]
    statuses: frozenset[int]
    reviewed: Reviewed
    only_version: str | None


def processes(interviews: int) -> int:
    """How many processes are worth while for so many interviews."""
    if interviews < WORTH_IT:
        return 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(allowed, 8, -(-interviews // PIECE))


def database_of(store: Store) -> str:
    """What another process opens the same database by."""
    location = store.location
    return str(location.path) if location.url is None else location.url.render_as_string(hide_password=False)


def gather_apart(
    task: Task,
    into: Gathering,
    interviews: Sequence[tuple[int, int]],
    survey_ids: dict[int, str],
    workers: int,
    progress: Callable[[int], None],
) -> None:
    """Takes interviews (id, case id) into an export, in several processes.

    Raises OutsideError where one of them is killed; whatever one raises is raised here.
    """
    pieces = [interviews[begin : begin + PIECE] for begin in range(0, len(interviews), PIECE)]
    bare = replace(task, study=replace(task.study))  # without what was built of it, which cannot be sent
    done = 0
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(bare,)) as pool:
        waiting = {
            pool.submit(_take, [interview for interview, _ in piece], {case: survey_ids[case] for _, case in piece}): at
            for at, piece in enumerate(pieces)
        }
        parts: dict[int, Part] = {}
        try:
            for finished in as_completed(waiting):
                parts[waiting[finished]] = finished.result()
                done += len(pieces[waiting[finished]])
                progress(done)
        except BrokenProcessPool as error:
            raise OutsideError("A process of the export was killed; was there too little memory? Try again.") from error
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    for at in sorted(parts):
        into.add(parts[at])


_MADE_BEFORE_COLLECTING = 200_000
_mine: tuple[Store, Gathering, dict[int, str]]


def _begin(task: Task) -> None:
    global _mine
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever interrupts the export is told by its own process
    gc.set_threshold(_MADE_BEFORE_COLLECTING)  # rows and answers go by themselves: looking for cycles finds nothing
    ids: dict[int, str] = {}
    gathering = Gathering(task.study, task.versions, ids, task.statuses, task.reviewed, task.only_version)
    _mine = open_store(task.database), gathering, ids


def _take(interview_ids: list[int], survey_ids: dict[int, str]) -> Part:
    store, gathering, ids = _mine
    ids.clear()
    ids.update(survey_ids)
    gathering.take(held_interviews(store, interview_ids))
    return gathering.part()

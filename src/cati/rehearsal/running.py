"""Rehearsals run: one, or many in several processes. The same jobs give the same findings in any number of them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from cati.rehearsal.findings import Findings, findings
from cati.rehearsal.population_file import read_population
from cati.rehearsal.room import Agenda
from cati.rehearsal.simulation import Progress, Simulation, unwatched
from cati.rehearsal.staffing import make_roster
from cati.rehearsal.talking import Script
from cati.storage.scratch import scratch_store
from cati.studies.study import study_from_texts

if TYPE_CHECKING:
    from cati.rehearsal.population import Population
    from cati.studies import Study

_TOLD_EVERY = 0.5


@dataclass(frozen=True, slots=True)
class Job:
    """A rehearsal to be run, as plain data that another process can take.

    `texts`: the study's files, by name; `population`: the text of its file; `study_source`, `population_source`: what
    messages call them; `order`: one of `orders.ORDERS`; `share`: of the population's interviewers; `weeks`: how many of
    the fieldwork, None for all.
    """

    texts: tuple[tuple[str, str], ...]
    study_source: str
    population: str
    population_source: str
    order: str
    seed: int
    cases: int
    share: float = 1.0
    weeks: int | None = None


def run_all(jobs: Sequence[Job], *, processes: int = 1, progress: Progress = unwatched) -> list[Findings]:
    """The findings of each job, in order. `progress` is told how many days of fieldwork are over in all."""
    if processes <= 1 or len(jobs) <= 1:
        found, over = [], 0
        for job in jobs:
            found.append(run_one(job, lambda days, before=over: progress(before + days)))  # type: ignore[misc]
            over += days_of(job)
        return found
    context = multiprocessing.get_context("spawn")
    days, given_up = context.Value("q", 0), context.Event()
    with ProcessPoolExecutor(min(processes, len(jobs)), context, _begin, (days, given_up)) as pool:
        running = [pool.submit(_run_counted, job) for job in jobs]
        try:
            left = set(running)
            while left:
                done, left = wait(left, _TOLD_EVERY, FIRST_COMPLETED)
                for each in done:
                    each.result()  # the first failure ends it all
                progress(int(days.value))
        except BaseException:
            given_up.set()
            pool.shutdown(cancel_futures=True)
            raise
        return [each.result() for each in running]


def usual_processes() -> int:
    """As many processes as there are processors for this program."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run_one(job: Job, progress: Progress = unwatched) -> Findings:
    """Runs a rehearsal in a database of its own, which is gone afterwards."""
    study, population = study_of(job), _population(job.population, job.population_source)
    start = datetime.combine(study.fieldwork_start, time(), study.timezone).astimezone(UTC)
    agenda = Agenda(start)
    with scratch_store(lambda: agenda.now) as store:
        simulation = Simulation(
            store,
            study,
            population,
            agenda,
            seed=job.seed,
            cases=job.cases,
            share=job.share,
            order=None if job.order == "cati" else job.order,
            script=_script(job.texts, job.study_source),
        )
        simulation.run(progress)
        return findings(simulation, job.seed)


def days_of(job: Job) -> int:
    """How many days of fieldwork a job has."""
    study = study_of(job)
    return (study.fieldwork_end - study.fieldwork_start).days + 1


def hours_of(job: Job) -> float:
    """The interviewer hours of a job."""
    study, population = study_of(job), _population(job.population, job.population_source)
    return make_roster(population.shifts, study.rules, days_of(job), job.share).hours


def full_hours(job: Job) -> float:
    """The interviewer hours of a job with all of the population's interviewers."""
    return hours_of(replace(job, share=1.0))


def study_of(job: Job) -> Study:
    """The study of a job, its fieldwork cut to the weeks of the job."""
    study = _study(job.texts, job.study_source)
    start, end = study.fieldwork_start, study.fieldwork_end
    if job.weeks is not None:
        end = min(end, start + timedelta(days=7 * job.weeks - 1))
    return study.as_installed(
        title=study.title, timezone=study.timezone, fieldwork=(start, end), holidays=study.rules.holidays
    )


@cache
def _study(texts: tuple[tuple[str, str], ...], source: str) -> Study:
    return study_from_texts(dict(texts), source)


@cache
def _script(texts: tuple[tuple[str, str], ...], source: str) -> Script:
    return Script(_study(texts, source))


@cache
def _population(text: str, source: str) -> Population:
    return read_population(text, source)


class _GivenUp(Exception):
    """The program that the rehearsal is for has stopped."""


class _Worker:
    """A process of the pool: where the days that are over are counted, and whether anybody still waits for them."""

    days: Any = None
    given_up: Any = None
    at_work = False


def _begin(days: Any, given_up: Any) -> None:
    _Worker.days, _Worker.given_up = days, given_up
    signal.signal(signal.SIGINT, _interrupted)


def _interrupted(_number: int, _frame: object) -> None:
    """Ctrl+C is told by the program that started this one; here a rehearsal that is going on just stops."""
    if _Worker.at_work:
        _Worker.at_work = False
        raise _GivenUp


def _run_counted(job: Job) -> Findings:
    before = 0

    def count(over: int) -> None:
        nonlocal before
        if _Worker.given_up.is_set():
            raise _GivenUp
        with _Worker.days.get_lock():
            _Worker.days.value += over - before
        before = over

    _Worker.at_work = True
    try:
        return run_one(job, count)
    finally:
        _Worker.at_work = False

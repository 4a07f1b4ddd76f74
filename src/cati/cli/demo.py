"""`cati demo`: everything an interviewer needs to try the console, in one command."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import clock_for, open_at
from cati.cli.options import database_option, database_url, now_option
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.cli.opening import Clock
    from cati.studies import Study

STUDY = "wave2"
MARK = " (demonstration)"
_BEFORE, _AFTER = timedelta(days=8), timedelta(days=42)


@command("demo", examples=("cati demo", "cati demo --fresh --seed 7", "cati demo --database try.db --no-console"))
@click.option("--fresh", is_flag=True, help="Throw the demonstration's database away and make a new one.")
@click.option("--yes", is_flag=True, help="Do not ask before throwing it away.")
@click.option("--seed", type=click.IntRange(min=0), default=2019, show_default=True, help="Which synthetic sample.")
@click.option("--no-console", is_flag=True, help="Make the database alone.")
@click.option("--user", metavar="NAME", help="Who interviews; else the screen asks.")
@click.option("--plain", is_flag=True, help="One line at a time, for screen readers.")
@database_option
@now_option
def demo(fresh: bool, yes: bool, seed: int, no_console: bool, user: str | None, plain: bool) -> int:
    """The Wave 2 study with a synthetic sample of 2,751 people, none of whom exists, some calls already made, fieldwork
    dates around today, and the interviewer's screen on it. The next time it goes on where you stopped.

    It has a database of its own (--database names another); CATI_DATABASE is left alone.
    """
    from cati.storage import remove

    path = demo_path(database_url())
    study = demo_study()
    clock = clock_for(study.timezone, ticking=True)
    if fresh and path.exists():
        _is_demo(path)
        if not yes and not _sure(path):
            output.say(f"kept {path}")
            return 0
        remove(path)
    if path.exists():
        _keep_current(path, study, clock)
        output.say(f"the demonstration goes on: {path} (a new one: cati demo --fresh)")
    else:
        output.say("making the demonstration's database …")
        make(path, study, seed, clock)
        output.say(f"made {path}; its tables: cati report outcomes --database {path}")
    if no_console:
        return 0
    from cati.cli.console import run_on

    return run_on(str(path), user=user, plain=plain)


def demo_path(given: str | None) -> Path:
    """The file of the demonstration's database. Raises InputError where --database names no file."""
    from cati.storage.location import locate

    if given is None:
        from platformdirs import user_data_path

        return user_data_path("cati", appauthor=False) / "demo.db"
    path = locate(given).path
    if path is None:
        raise InputError("The demonstration has a file of its own: --database FILE.")
    return path


def demo_study() -> Study:
    """The study of the demonstration, named as such, so that nobody takes its figures for real ones."""
    from dataclasses import replace

    from cati.studies import load_study
    from cati.studies.study import demonstration

    study = demonstration(load_study(STUDY))
    named = study.title + MARK
    texts = study.texts | {"study.yaml": study.texts["study.yaml"].replace(study.title, named)}
    return replace(study, title=named, texts=texts)


def make(path: Path, study: Study, seed: int, clock: Clock | None) -> None:
    """Makes the database aside and puts it in its place whole, so that an interruption leaves nothing half made."""
    from cati.cli.demo_calls import make_calls
    from cati.desk import appoint_administrator, install_study, load_sample, open_study
    from cati.exchange import synthetic_sample
    from cati.storage import backup, init_database, open_store
    from cati.storage.sqlite import check_left_over

    check_left_over(path)  # sooner than the copy would find it
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = TemporaryDirectory(prefix=".cati-demo-", dir=path.parent)
    except OSError as error:
        raise InputError(f"Cannot write in {path.parent}: {error.strerror}. Name another file: --database.") from error
    with aside as folder:
        url = str(Path(folder) / "demo.db")
        init_database(url)
        store = open_store(url, clock=clock)
        try:
            now = store.time().replace(second=0, microsecond=0)
            install_study(store, study, fieldwork=_around(now.astimezone(study.timezone).date()))
            appoint_administrator(store)
            study = open_study(store)
            loaded_at = now - timedelta(days=7)
            store.clock = lambda: loaded_at
            load_sample(store, synthetic_sample(seed), study=study, who="cati demo")
            make_calls(store, study, now, seed)
            backup(store, path)
        finally:
            store.close()
    init_database(str(path))  # a copy comes in a rollback journal, where readers and writers wait for one another


def _around(today: date) -> tuple[date, date]:
    return today - _BEFORE, today + _AFTER


def _sure(path: Path) -> bool:
    if not sys.stdin.isatty():
        raise InputError(f"{path} would be thrown away, and there is nobody to ask. Add --yes if it may be.")
    return click.confirm(f"Throw away {path} with every call and answer in it?", err=True)


def _is_demo(path: Path) -> None:
    """Raises InputError unless the database is a demonstration's: nobody's real data is to be mixed with it."""
    with open_at(str(path)) as (_, study):
        if not study.title.endswith(MARK):
            raise InputError(f"{path} holds a study, not a demonstration. Name another file: --database.")


def _keep_current(path: Path, study: Study, clock: Clock | None) -> None:
    """Moves the fieldwork of an old demonstration to dates around today."""
    from cati.desk import install_study, installed_study
    from cati.storage import open_store

    _is_demo(path)
    store = open_store(str(path), clock=clock)
    try:
        there = installed_study(store)
        today = store.time().astimezone(study.timezone).date()
        if not there.fieldwork_start <= today <= there.fieldwork_end:
            install_study(store, study, fieldwork=_around(today))
    finally:
        store.close()

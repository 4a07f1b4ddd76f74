"""`cati init`: the database, and the study in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from cati.cli import output
from cati.cli.acting import PIN, is_named, new_pin, permitted, user_option
from cati.cli.group import command
from cati.cli.opening import clock_for
from cati.cli.options import database_option, database_url, now_option, study_argument
from cati.cli.output import say
from cati.errors import InputError

if TYPE_CHECKING:
    from cati.desk import User
    from cati.storage import Store
    from cati.studies import Study


@command(
    "init",
    examples=(
        "cati init wave2",
        'cati init wave2 --administrator "Ruth Field"',
        "cati --database shift.db init wave2 --from 2026-11-16 --until 2027-01-08",
    ),
)
@study_argument
@click.option(
    "--from", "start", type=click.DateTime(["%Y-%m-%d"]), help="First day of fieldwork, if not the study's own."
)
@click.option(
    "--until", "end", type=click.DateTime(["%Y-%m-%d"]), help="Last day of fieldwork, if not the study's own."
)
@click.option(
    "--administrator", metavar="NAME", default="administrator", show_default=True, help="Who administers the desk."
)
@user_option
@database_option
@now_option
def init(study: str, start: datetime | None, end: datetime | None, administrator: str) -> None:
    """Make the database, or bring it up to date, and install a study in it. Where nothing is to be done, nothing is.

    STUDY is wave2, asye or the path of a study folder. One database holds one study. The first time the administrator
    is made, with the PIN in CATI_PIN, or typed on a terminal; without one the desk is open, and everybody may do
    everything. Another version of the study in a locked desk is the administrator's to install.
    """
    from cati.desk import install_study
    from cati.questionnaire.problems import QuestionnaireError
    from cati.storage import init_database, open_store
    from cati.studies import load_study
    from cati.studies.agreement import disagreements

    found = load_study(study)
    _ = found.questionnaire, found.scheme, found.rules  # what is broken is told before anything is made
    apart = disagreements(found)
    if any(problem.severity == "error" for problem in apart):
        raise QuestionnaireError(apart)
    clock = clock_for(found.timezone)
    made = init_database(database_url())
    store = open_store(database_url(), clock=clock)
    try:
        fieldwork = _dates(start, end, _dates_so_far(store, found))
        _check_allowed(store, found, fieldwork)
        tell = output.progress("next calls worked out anew")
        installed = install_study(store, found, fieldwork=fieldwork, progress=lambda done, _: tell(done))
        place = str(store.location)
        today = store.time().astimezone(found.timezone).date()
        appointed = _appoint(store, administrator)
    finally:
        store.close()
    if (made, installed, appointed) == ("current", "current", None):
        output.emit(f"Nothing to do: {place} holds {found.id} already.")
    else:
        output.emit(_done(made, installed, place, found.id))
    if fieldwork[1] < today:
        say(f"note: fieldwork ended on {fieldwork[1]}. For other dates: cati init {study} --from … --until …")
    if appointed is not None:
        say(
            f"{appointed.name} is the administrator, with a PIN: the desk is locked. Add people: cati user add NAME"
            if appointed.has_pin
            else f"note: nobody has a PIN, so the desk is open, and everybody may do everything (as {appointed.name}). "
            f"Lock it with: cati user pin {appointed.name!r}"
        )


def _check_allowed(store: Store, study: Study, fieldwork: tuple[date, date]) -> None:
    """Another version of the study, or other dates, are the administrator's to install: asked once there is a study,
    where the desk is locked or somebody is named."""
    from cati import desk

    try:
        there = desk.installed_study(store)
    except InputError:  # a new database
        return
    if not (desk.is_locked(store) or is_named()):
        return
    same = (there.id, dict(there.texts), (there.fieldwork_start, there.fieldwork_end))
    if same != (study.id, dict(study.texts), fieldwork):
        permitted(store, "study install")


def _appoint(store: Store, name: str) -> User | None:
    """The first administrator, made now; None if there is one."""
    from cati import desk

    if any(user.role == "administrator" and user.disabled_at is None for user in desk.list_users(store)):
        return None
    return desk.appoint_administrator(store, name, new_pin(name, optional=True, env=PIN))


def _done(made: str, installed: str, place: str, study: str) -> str:
    what = {"installed": "installed", "updated": "updated", "current": "there already"}[installed]
    if made == "current":
        return f"{place}: study {study} {what}."
    done = "Made the database" if made == "made" else "Brought the database up to date:"
    return f"{done} {place}; study {study} {what}."


def _dates_so_far(store: Store, study: Study) -> tuple[date, date]:
    """The dates of the study if it is installed already, else its own."""
    from cati.desk import installed_study

    try:
        there = installed_study(store)
    except InputError:  # a new database
        return study.fieldwork_start, study.fieldwork_end
    if there.id != study.id:
        return study.fieldwork_start, study.fieldwork_end
    return there.fieldwork_start, there.fieldwork_end


def _dates(start: datetime | None, end: datetime | None, otherwise: tuple[date, date]) -> tuple[date, date]:
    first, last = start.date() if start else otherwise[0], end.date() if end else otherwise[1]
    if last < first:
        raise InputError(
            f"Fieldwork cannot end on {last} before it starts on {first}. Give --from and --until in order."
        )
    from cati.fieldwork.rules import too_long_for_fieldwork

    if (too_long := too_long_for_fieldwork(first, last)) is not None:
        raise InputError(too_long)
    return first, last

"""The study that a database holds, with the full text of its files: an interview always knows what it was held with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from cati.desk.records import InstalledStudy
from cati.desk.replanning import plan_again
from cati.errors import InputError
from cati.storage import Store
from cati.storage.tables import NEWEST_VERSION, change, questionnaire_version, study_file
from cati.storage.tables import study as studies
from cati.studies.bank_holidays import bank_holidays
from cati.studies.study import study_from_texts

if TYPE_CHECKING:
    from cati.studies import Study

Installed = Literal["installed", "updated", "current"]


def texts_hash(texts: dict[str, str]) -> str:
    """What tells one version of a study's files from another: SHA-256 of paths and texts."""
    return hashlib.sha256(json.dumps(sorted(texts.items())).encode()).hexdigest()


def install_study(
    store: Store,
    study: Study,
    *,
    fieldwork: tuple[date, date] | None = None,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> Installed:
    """Installs a study, or its new version; says which, or that nothing was new.

    `fieldwork`: first and last day, where they are not the study's own. Where rules, outcomes or dates are others than
    the next calls were worked out by, these are worked out anew; `progress` is told how many are done, of how many.
    Raises InputError if the database holds another study: one database, one study.
    """
    start, end = fieldwork or (study.fieldwork_start, study.fieldwork_end)
    facts = {
        "key": study.id,
        "title": study.title,
        "timezone": study.timezone.key,
        "fieldwork_start": start.isoformat(),
        "fieldwork_end": end.isoformat(),
        "bank_holidays": json.dumps([day.isoformat() for day in sorted(bank_holidays(start, end))]),
    }
    with store.write() as connection:
        done = _write_down(connection, study, facts, store.now(connection))
    planned = plan_again(store, study, progress)
    return "updated" if done == "current" and planned else done


def _write_down(connection: Connection, study: Study, facts: dict[str, str], now: datetime) -> Installed:
    """The study and the texts of its files."""
    texts = dict(study.texts)
    digest = texts_hash(texts)
    row = connection.execute(select(studies)).first()
    if row is not None and row.key != study.id:
        raise InputError(
            f"This database holds the study {row.key}; {study.id} needs a database of its own: --database OTHER"
        )
    newest = connection.execute(select(questionnaire_version).order_by(*NEWEST_VERSION).limit(1)).first()
    same = row is not None and all(row._mapping[name] == value for name, value in facts.items())
    if same and newest is not None and newest.hash == digest:
        return "current"
    if row is None:
        connection.execute(insert(studies).values(id=1, installed_at=now, **facts))
    else:
        old = {name: row._mapping[name] for name in facts}
        connection.execute(update(studies).values(**facts))
        connection.execute(
            insert(change).values(
                at=now, who="cati init", what="study", old=json.dumps(old), new=json.dumps(facts | {"hash": digest})
            )
        )
    # not in the same instant as another: the newest is in force
    at = now if newest is None else max(now, newest.installed_at + timedelta(microseconds=1))
    again = update(questionnaire_version).where(questionnaire_version.c.hash == digest).values(installed_at=at)
    if not connection.execute(again).rowcount:
        version = connection.execute(
            insert(questionnaire_version).values(
                questionnaire=study.questionnaire.id,
                version=study.questionnaire.version,
                hash=digest,
                installed_at=at,
            )
        ).inserted_primary_key
        assert version is not None
        connection.execute(
            insert(study_file),
            [{"version_id": version[0], "path": path, "text": texts[path]} for path in sorted(texts)],
        )
    return "installed" if row is None else "updated"


def open_study(store: Store) -> Study:
    """The study of this database as it is installed: its files as of then, on the dates given then.

    Raises InputError where none is installed yet.
    """
    return as_installed(installed_study(store))


def as_installed(installed: InstalledStudy) -> Study:
    """The study that an installation describes."""
    return study_from_texts(dict(installed.texts), installed.id).as_installed(
        title=installed.title,
        timezone=installed.timezone,
        fieldwork=(installed.fieldwork_start, installed.fieldwork_end),
        holidays=installed.bank_holidays,
    )


def installed_study(store: Store) -> InstalledStudy:
    """The study of this database. Raises InputError where none is installed yet."""
    with store.read() as connection:
        row = connection.execute(select(studies)).first()
        version = connection.execute(select(questionnaire_version).order_by(*NEWEST_VERSION).limit(1)).first()
        if row is None or version is None:
            raise InputError(f"No study is installed in {store.location}. Install one with: cati init STUDY")
        files = connection.execute(select(study_file).where(study_file.c.version_id == version.id)).all()
    return InstalledStudy(
        id=row.key,
        title=row.title,
        timezone=ZoneInfo(row.timezone),
        fieldwork_start=date.fromisoformat(row.fieldwork_start),
        fieldwork_end=date.fromisoformat(row.fieldwork_end),
        bank_holidays=tuple(date.fromisoformat(day) for day in json.loads(row.bank_holidays)),
        questionnaire=version.questionnaire,
        questionnaire_version=version.version,
        questionnaire_hash=version.hash,
        installed_at=version.installed_at,
        texts={file.path: file.text for file in files},
    )

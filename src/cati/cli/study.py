"""`cati study …`: a study of one's own, begun from one that works."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.opening import clock_for
from cati.cli.options import now_option
from cati.cli.output import say
from cati.errors import InputError, OutsideError

_FIELDWORK = re.compile(r"^fieldwork: \{.*?\}", re.MULTILINE)
_HEADER = re.compile(r"\A(# yaml-language-server: \$schema=)\S+")
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")
_SCHEMA = "questionnaire.schema.json"
_LENGTH = timedelta(days=41)


@command("new", examples=("cati study new my-study", "cati study new surveys/parks --now 2027-03-01"))
@click.argument("folder", metavar="FOLDER", type=click.Path(path_type=Path))
@now_option
def new(folder: Path) -> None:
    """A new study folder, to be written over: a small residents' survey that runs as it is.

    In it: questionnaire, calling rules, outcome scheme, a code list, a sample of invented people, six weeks of
    fieldwork from today, and the guide to all of it.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        raise InputError(f"{folder} is there already, and not empty. Name a folder that is not there yet.")
    names = make(folder, _today())
    output.emit("\n".join(str(folder / name) for name in names))
    say(f"what everything means: {folder / 'authoring.md'}. Next: cati init {folder}")


def make(folder: Path, today: date) -> list[str]:
    """Makes the folder whole or not at all; gives the names of its files.

    Raises InputError for a place that cannot be written to, OutsideError where the disk fails.
    """
    from cati.studies import starter_files

    files = {name: _own(name, text, today) for name, text in starter_files().items()} | {_SCHEMA: _schema()}
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise InputError(f"Cannot write in {folder.parent}: {error.strerror}. Name another place.") from error
    try:
        for name, text in files.items():
            (aside / name).write_text(text, encoding="utf-8")
        aside.chmod(0o755)
        os.replace(aside, folder)
    except OSError as error:
        raise OutsideError(f"{folder} could not be written: {error.strerror}.") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return sorted(files)


def _own(name: str, text: str, today: date) -> str:
    """A file of the starter: fieldwork from today on, the schema beside it, no links to what is not there."""
    if name == "calling.yaml":
        return _FIELDWORK.sub(f"fieldwork: {{start: {today}, end: {today + _LENGTH}}}", text, count=1)
    if name.endswith(".md"):
        return _LINK.sub(r"\1", text)
    return _HEADER.sub(rf"\g<1>{_SCHEMA}", text)


def _schema() -> str:
    import json

    from cati.exchange.json_schema import questionnaire_schema

    return json.dumps(questionnaire_schema(), ensure_ascii=False, indent=2) + "\n"


def _today() -> date:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("Europe/London")
    clock = clock_for(zone)
    return (clock() if clock else datetime.now(UTC)).astimezone(zone).date()

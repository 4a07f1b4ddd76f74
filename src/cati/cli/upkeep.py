"""`cati backup` and `cati verify`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from cati.cli import output
from cati.cli.group import command
from cati.cli.options import database_option, database_url, json_option


@command("backup", examples=("cati backup /media/backups/cati-monday.db",))
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@database_option
def backup(file: Path) -> None:
    """Copy the database to FILE while interviewing goes on. The copy is checked before it takes that name.

    An older backup of this database is replaced, unless it has been worked in or a program has it open; nothing else
    is. Nobody but you can read the copy.
    """
    from cati.storage import backup as copy
    from cati.storage import open_store

    store = open_store(database_url())
    try:
        copy(store, file)
        output.emit(f"Copied {store.location} to {file} and checked the copy.")
    finally:
        store.close()


@command("verify", examples=("cati verify", "cati --database shift.db verify --json"))
@json_option
@database_option
@click.pass_context
def verify(ctx: click.Context, as_json: bool) -> None:
    """Is the database whole? Its file, and what must be true of cases, calls and answers. Exit code 1 if not."""
    from cati.reports.document import visible
    from cati.storage import open_store
    from cati.storage import verify as look
    from cati.storage.faults import DamagedError
    from cati.storage.location import locate
    from cati.storage.schema import NoDatabaseError

    place = str(locate(database_url()))
    try:
        with closing(open_store(database_url())) as store:
            found = look(store)
    except (DamagedError, NoDatabaseError) as error:
        found = [str(error)]
    if as_json:
        output.emit_json({"database": place, "problems": found})
    else:
        output.emit("\n".join(visible(problem) for problem in found) if found else f"{place}: no problems")
    ctx.exit(1 if found else 0)

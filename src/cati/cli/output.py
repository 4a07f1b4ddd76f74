"""What goes out: data to stdout, alone, or to a file; messages and progress to stderr."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from cati.errors import InputError, OutsideError

ENDINGS = {
    "text": (".txt", ".text"),
    "csv": (".csv",),
    "json": (".json",),
    "markdown": (".md", ".markdown"),
    "html": (".html", ".htm"),
    "xlsx": (".xlsx",),
}
_QUIET_SECONDS = 1.0
_BAR = 24


def emit(text: str) -> None:
    """Data to stdout, ended by one line end."""
    click.echo(text, nl=not text.endswith("\n"))


def emit_json(data: Any) -> None:
    """Data to stdout as JSON."""
    emit(json.dumps(data, ensure_ascii=False, indent=2))


def say(message: str) -> None:
    """One message to the person, on stderr. Data in it cannot steer the terminal."""
    from cati.reports.document import visible

    for number, line in enumerate(message.splitlines() or [""]):
        print(f"{'cati: ' if number == 0 else '      '}{visible(line)}", file=sys.stderr, flush=True)


def width() -> int:
    """How many characters a line of text may have: the terminal's, else 100."""
    if not sys.stdout.isatty():
        return 100
    import shutil

    return max(shutil.get_terminal_size().columns, 40)


def chosen_format(form: str | None, output: Path | None, formats: tuple[str, ...] = tuple(ENDINGS)) -> Any:
    """The format asked for, else the one that the file's name ends in, else text.

    Raises InputError for a name whose ending says nothing, and for a workbook on a terminal.
    """
    if form is None and output is not None:
        fits = [each for each in formats if output.suffix.lower() in ENDINGS[each]]
        if not fits:
            raise InputError(f"{output}: in which format? Give --format, one of {', '.join(formats)}.")
        form = fits[0]
    if form == "xlsx" and output is None and sys.stdout.isatty():
        raise InputError("A workbook cannot be shown on a terminal. Add --output FILE.xlsx.")
    return form or "text"


def deliver(content: str | bytes, form: str, output: Path | None, *, force: bool = False) -> None:
    """A report to stdout, or whole to a file.

    A file that is there is replaced if its name ends as a report of this format does; anything else only with `force`.
    Raises InputError for a place that cannot be written to, OutsideError where the disk fails.
    """
    if output is None:
        if isinstance(content, bytes):
            click.echo(content, nl=False)
        else:
            emit(content)
        return
    target = Path(os.path.realpath(output))  # a link goes on pointing at its file
    if target.is_dir():
        raise InputError(f"{output} is a folder; name a file in it.")
    if target.exists() and not force and not (target.is_file() and target.suffix.lower() in ENDINGS[form]):
        raise InputError(
            f"{output} is there already and its name does not end in {ENDINGS[form][0]}, so it may be something else. "
            "Name another file, or add --force to replace it."
        )
    write_whole(target, content)


def write_whole(target: Path, content: str | bytes) -> None:
    """Writes a file so that its name never stands for half of it."""
    data = content if isinstance(content, bytes) else content.encode("utf-8", "backslashreplace")
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    except OSError as error:
        raise InputError(f"Cannot write in {target.parent}: {error.strerror}. Name another place.") from error
    part = Path(name)
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask())
        part.replace(target)
    except OSError as error:
        raise OutsideError(f"{target} could not be written: {error.strerror}.") from error
    finally:
        part.unlink(missing_ok=True)


def _umask() -> int:
    # the only way to ask for the mask is to set it
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def progress(what: str, total: int | None = None) -> Callable[[int], None]:
    """Says on stderr how far something is, each second from the first on; on a terminal, on one line, with a bar where
    `total` is known. The line goes once the total is told."""
    began = said = time.monotonic()
    terminal = sys.stderr.isatty()

    def tell(count: int) -> None:
        nonlocal said
        now = time.monotonic()
        if terminal and count == total and said > began:
            print("\r" + " " * len(_progress_line(what, count, total)), end="\r", file=sys.stderr, flush=True)
        elif now - began >= _QUIET_SECONDS and now - said >= _QUIET_SECONDS:
            said = now
            line = _progress_line(what, count, total if terminal else None)
            print(line, end="\r" if terminal else "\n", file=sys.stderr, flush=True)

    return tell


def _progress_line(what: str, count: int, total: int | None) -> str:
    if not total:
        return f"{what}: {count:,}"
    done = _BAR * min(count, total) // total
    return f"{what}: {'█' * done}{'░' * (_BAR - done)} {100 * count // total:3}% {count:,} of {total:,}"

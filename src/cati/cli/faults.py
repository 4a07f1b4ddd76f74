"""Everything that goes wrong ends here: what is said on stderr, and the exit code.

0 done; 1 a check found something; 2 bad input or usage; 3 something outside failed, or cati itself; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from cati.cli.group import root
from cati.cli.output import say
from cati.errors import CatiError

FOUND = 1
USAGE = 2
OUTSIDE = 3
INTERRUPTED = 130


def run(arguments: Sequence[str]) -> int:
    """Run the program; gives its exit code."""
    _prepare_streams()
    try:
        code = root.main(list(arguments), prog_name="cati", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()
        return 0  # whoever read has seen enough
    except (KeyboardInterrupt, click.Abort):
        say("interrupted")
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        print(error.format_message(), file=sys.stderr)
        return USAGE
    except click.ClickException as error:
        say(_usage(error))
        return USAGE
    except CatiError as error:
        say(str(error))
        return error.exit_code
    except OSError as error:
        say(_outside(error))
        return OUTSIDE
    except Exception as error:  # noqa: BLE001  the last resort: nobody at a screen is shown a traceback
        say(_fault(error))
        return OUTSIDE
    return code if isinstance(code, int) else 0


def _prepare_streams() -> None:
    """Whatever the machine's encoding, data goes out as UTF-8, and what a terminal cannot show as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            terminal = stream.isatty()
            reconfigure(encoding=None if terminal else "utf-8", errors="backslashreplace")


def _close_stdout() -> None:
    # Python flushes stdout once more when it ends, and would complain of the same broken pipe again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _usage(error: click.ClickException) -> str:
    message = error.format_message()
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "cati"
    return f"{message}{'' if message.endswith(('.', '?', '?)')) else '.'} What it takes: {path} --help"


def _outside(error: OSError) -> str:
    place = f"{error.filename}: " if error.filename else ""
    return f"{place}{error.strerror or type(error).__name__}. Mend that and run the command again."


def _fault(error: Exception) -> str:
    """A fault of ours: the type on the screen, which holds nobody's data, and the traceback in a file."""
    name = type(error).__name__
    try:
        path = _log(error)
    except OSError:
        return f"a fault in cati ({name}), and its details could not be written anywhere. What was saved is safe."
    return f"a fault in cati ({name}). What was saved is safe. Send this file to whoever looks after cati: {path}"


def _log(error: Exception) -> Path:
    """Writes the traceback, without the values of variables, to a file that only this user can read."""
    from platformdirs import user_log_path

    folder = user_log_path("cati", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    moment = datetime.now(UTC)
    path = folder / f"fault-{moment:%Y%m%dT%H%M%S}-{os.getpid()}.log"
    command = " ".join(part for part in sys.argv[1:3] if not part.startswith("-"))
    text = "".join(traceback.format_exception(error))
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(f"{moment.isoformat()} cati {command}\nPython {sys.version} on {sys.platform}\n\n{text}")
    return path

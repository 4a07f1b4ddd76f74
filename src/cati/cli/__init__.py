"""The commands. Nothing heavy loads before the command that needs it; see `registry`."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `cati` with these arguments (by default those of the process); gives the exit code, and raises nothing."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given in (["--help"], ["--version"]):  # asked for most, and answered without loading the command line's library
        from cati.cli.registry import help_page, version_line

        print(help_page() if given == ["--help"] else version_line())
        return 0
    from cati.cli.faults import run

    return run(given)

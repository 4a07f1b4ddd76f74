"""Every command: its name, where its code is, and what it does in one line. The list of `cati --help` is made from it.

Nothing but the standard library is imported here, so that help costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cati


@dataclass(frozen=True, slots=True)
class Entry:
    """A command, or a group of them. `target` is `module:attribute` of a command, "" of a group."""

    name: str
    summary: str
    target: str = ""
    entries: tuple[Entry, ...] = ()


ROOT = Entry(
    "cati",
    "A telephone interviewing console for the terminal.",
    entries=(
        Entry("demo", "A study with a synthetic sample, and the interviewer's screen on it", "cati.cli.demo:demo"),
        Entry(
            "study",
            "A study of one's own",
            entries=(Entry("new", "A new study folder that runs, to be written over", "cati.cli.study:new"),),
        ),
        Entry("init", "Make or migrate the database and install a study", "cati.cli.init:init"),
        Entry(
            "sample",
            "The people to be called",
            entries=(
                Entry("load", "Load or update the sample from a CSV or XLSX file", "cati.cli.sample:load"),
                Entry("issue", "Release sample to the telephone: a batch, a share, all", "cati.cli.issuing:issue"),
                Entry("hold", "Hold back again what nobody has called yet", "cati.cli.issuing:hold"),
                Entry("counts", "How much is held, issued, called and done, by batch", "cati.cli.issuing:counts"),
            ),
        ),
        Entry(
            "online",
            "What the online survey says",
            entries=(Entry("load", "Load completes, part-completes and opt-outs by serial", "cati.cli.online:load"),),
        ),
        Entry("console", "The interviewer's screen", "cati.cli.console:console"),
        Entry(
            "case",
            "One case of the sample",
            entries=(Entry("show", "What is known of a case, and why it is or is not called", "cati.cli.case:show"),),
        ),
        Entry(
            "fieldwork",
            "Whom to call next: why a case comes, and calling rules on trial",
            entries=(
                Entry("explain", "Why a case may be called now, or which rule forbids it", "cati.cli.explain:explain"),
                Entry(
                    "rehearse", "Rules on trial: a whole simulated fieldwork", "cati.cli.rehearse_fieldwork:rehearse"
                ),
            ),
        ),
        Entry(
            "report",
            "Tables and rates from the database",
            entries=(
                Entry("outcomes", "The telephone outcome table", "cati.cli.report:outcomes"),
                Entry("rates", "Response rates, with their definitions", "cati.cli.report:rates"),
            ),
        ),
        Entry(
            "outcomes",
            "Tables and rates of given counts, without a database",
            entries=(
                Entry("table", "The telephone outcome table of given counts", "cati.cli.outcomes:table"),
                Entry("rates", "The AAPOR rates of given counts", "cati.cli.outcomes:rates"),
            ),
        ),
        Entry(
            "questionnaire",
            "What is asked: check it, walk it, rehearse it, print it, export it",
            entries=(
                Entry("check", "What is wrong with a study, and how to mend it", "cati.cli.checking:check"),
                Entry("walk", "The routes of respondents, JSON Lines in and out", "cati.cli.questionnaire:walk"),
                Entry("rehearse", "Random respondents: what they reach, and how long", "cati.cli.rehearsing:rehearse"),
                Entry("show", "The paper questionnaire, to sign off", "cati.cli.questionnaire:show"),
                Entry("export", "The questionnaire for other programs", "cati.cli.questionnaire:export"),
            ),
        ),
        Entry("backup", "Copy the database while interviewing goes on", "cati.cli.upkeep:backup"),
        Entry("verify", "Is the database whole?", "cati.cli.upkeep:verify"),
    ),
)

_WIDTH = 24


def commands(entry: Entry = ROOT, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Entry]]:
    """Every command that can be run, with its path: `(("sample", "load"), Entry)`."""
    for each in entry.entries:
        if each.entries:
            yield from commands(each, (*path, each.name))
        else:
            yield (*path, each.name), each


def version_line() -> str:
    """What `cati --version` prints."""
    return f"cati {cati.__version__}"


def help_page() -> str:
    """What `cati --help` prints."""
    lines = [f"  {' '.join(path):<{_WIDTH}}{entry.summary}" for path, entry in commands()]
    return "\n".join(
        [
            "Usage: cati [--database URL] COMMAND …",
            "",
            f"  {ROOT.summary}",
            "",
            "Commands:",
            *lines,
            "",
            "Options:",
            f"  {'--database URL':<{_WIDTH}}A file of SQLite or postgresql://…; else CATI_DATABASE, else",
            f"  {'':<{_WIDTH}}a file in your data folder. Before or after the command.",
            f"  {'--now TIME':<{_WIDTH}}Stands in for the clock, where time matters (ISO 8601)",
            f"  {'--version':<{_WIDTH}}Show the version",
            f"  {'--help':<{_WIDTH}}Show this, or what a command takes: cati COMMAND --help",
            "",
            "Examples:",
            "  cati demo",
            "  cati init wave2 && cati sample load sample.csv && cati console",
        ]
    )

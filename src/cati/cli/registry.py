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
        Entry("supervise", "The supervisor's screen", "cati.cli.supervise:supervise"),
        Entry(
            "case",
            "One case of the sample",
            entries=(
                Entry("show", "What is known of a case, and why it is or is not called", "cati.cli.case:show"),
                Entry("log", "What was changed by hand, by whom and why", "cati.cli.repairs:log"),
                Entry("release", "Take a case out of somebody's hands", "cati.cli.repairs:release"),
                Entry("reassign", "Give its appointment to somebody else", "cati.cli.repairs:reassign"),
                Entry("recode", "Code a call otherwise", "cati.cli.repairs:recode"),
                Entry("reopen", "Call a refusal again", "cati.cli.repairs:reopen"),
                Entry("opt-out", "Close a case that asked not to be contacted", "cati.cli.repairs:opt_out"),
                Entry(
                    "number",
                    "The numbers of a case",
                    entries=(
                        Entry("add", "Add a number", "cati.cli.repairs:number_add"),
                        Entry(
                            "correct", "Put the right number in a wrong one's place", "cati.cli.repairs:number_correct"
                        ),
                        Entry("mark", "Say by hand what state a number is in", "cati.cli.repairs:number_mark"),
                    ),
                ),
                Entry(
                    "appointment",
                    "The appointment of a case",
                    entries=(
                        Entry("move", "Another time for it", "cati.cli.repairs:appointment_move"),
                        Entry("cancel", "Cancel it", "cati.cli.repairs:appointment_cancel"),
                    ),
                ),
                Entry("undo", "Take back the last repair", "cati.cli.repairs:undo"),
            ),
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
                Entry("rates", "Response rates, with their definitions", "cati.cli.rates_report:rates"),
                Entry("response", "Response online, by telephone and in all", "cati.cli.response_report:response"),
                Entry("progress", "Progress, targets, a forecast", "cati.cli.report_fieldwork:progress"),
                Entry("calls", "Calls by hour, day and attempt", "cati.cli.report_fieldwork:calls"),
                Entry("interviewers", "Interviewers, like with like", "cati.cli.report_fieldwork:interviewers"),
                Entry("lengths", "Interview lengths, and speeders", "cati.cli.report_fieldwork:lengths"),
                Entry("quality", "What looks wrong in the data", "cati.cli.quality_report:quality"),
                Entry("callbacks", "Call backs missed, due, to come", "cati.cli.report_callbacks:callbacks"),
                Entry("appointments", "Appointments kept and missed", "cati.cli.report_fieldwork:appointments"),
            ),
        ),
        Entry(
            "outcomes",
            "Tables and rates of given counts, without a database",
            entries=(
                Entry("table", "The telephone outcome table of given counts", "cati.cli.outcomes:table"),
                Entry("rates", "The AAPOR rates of given counts", "cati.cli.outcomes:rates"),
                Entry("margin", "The margin of error of a share", "cati.cli.outcomes:margin"),
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
        Entry(
            "outbox",
            "The e-mails that calls have promised",
            entries=(
                Entry("list", "What was promised, and what became of it", "cati.cli.outbox:list_"),
                Entry("export", "The waiting ones of a kind, for mailing", "cati.cli.outbox:export"),
                Entry("sent", "Mark e-mails as sent", "cati.cli.outbox:sent"),
                Entry("unsent", "Take back that one was sent", "cati.cli.outbox:unsent"),
            ),
        ),
        Entry(
            "message",
            "Messages to interviewers",
            entries=(
                Entry("send", "To an interviewer's screen, or to all", "cati.cli.messages:send"),
                Entry("list", "What was sent, and whether it was read", "cati.cli.messages:list_"),
            ),
        ),
        Entry(
            "shift",
            "What one shift leaves to the next",
            entries=(
                Entry("note", "Leave a note to the next shift", "cati.cli.messages:note"),
                Entry("notes", "What shifts have left", "cati.cli.messages:notes"),
            ),
        ),
        Entry(
            "user",
            "Who works at this desk, and what they may do",
            entries=(
                Entry("add", "Add an interviewer, a supervisor, an administrator", "cati.cli.user:add"),
                Entry("list", "Everybody, with their roles", "cati.cli.user:list_"),
                Entry("disable", "From now on somebody cannot sign in", "cati.cli.user:disable"),
                Entry("enable", "Somebody disabled may sign in again", "cati.cli.user:enable"),
                Entry("pin", "Set a PIN or password; the first one locks the desk", "cati.cli.user:pin"),
                Entry("role", "Give somebody another role", "cati.cli.user:role"),
            ),
        ),
        Entry(
            "respondent",
            "Rights over data: a copy, a correction, withdrawal",
            entries=(
                Entry("copy", "Everything that is held on a person", "cati.cli.respondent:copy"),
                Entry("amend", "Correct an answer", "cati.cli.respondent:amend"),
                Entry("withdraw", "Erase somebody who withdraws", "cati.cli.respondent:withdraw"),
                Entry("request", "Log what somebody asked about their data", "cati.cli.respondent:request"),
                Entry("requests", "What was asked, and by when it is due", "cati.cli.respondent:requests"),
            ),
        ),
        Entry(
            "opt-out",
            "Who is not to be contacted, whatever sample they come in",
            entries=(
                Entry("add", "Put a number, an address or a case on the list", "cati.cli.opt_out:add"),
                Entry("remove", "Take a number or an address off it", "cati.cli.opt_out:remove"),
                Entry("list", "How much is on it", "cati.cli.opt_out:list_"),
            ),
        ),
        Entry("purge", "Erase contact details kept long enough", "cati.cli.purge:purge"),
        Entry("export", "Completed interviews in files: data, codebook, manifest", "cati.cli.export:export"),
        Entry("merge", "Merge online and telephone interviews", "cati.cli.merging:merge"),
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

"""The acts that not everybody may do, each with the least role that may.

A new act is one line here, one call of `actors.allow` in its desk function, and one line in tests/desk/test_roles.py,
which fails until there is one. Interviewing itself, reports and `case show` are for everybody, and no acts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["interviewer", "supervisor", "administrator"]

ROLES: tuple[Role, ...] = get_args(Role)
"""Each may do what those before it may."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a role is needed for. `words`: what it is, as in "only a supervisor may …"."""

    name: str
    least: Role
    words: str

    def allows(self, role: str) -> bool:
        """May somebody of this role do it? A role that is not known may nothing."""
        return role in ROLES and ROLES.index(role) >= ROLES.index(self.least)


ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act("user add", "administrator", "add people"),
        Act("user disable", "administrator", "disable people"),
        Act("user enable", "administrator", "let disabled people sign in again"),
        Act("user pin", "administrator", "set the PIN of others"),
        Act("user role", "administrator", "change roles"),
        Act("study install", "administrator", "install a study or another version of it"),
        Act("sample load", "supervisor", "load sample"),
        Act("sample issue", "supervisor", "issue sample"),
        Act("sample hold", "supervisor", "hold sample back"),
        Act("online load", "supervisor", "load what the online survey says"),
        Act("release", "supervisor", "release a case that somebody holds"),
        Act("reassign", "supervisor", "give an appointment to somebody else"),
        Act("recode", "supervisor", "recode a call"),
        Act("reopen", "supervisor", "reopen a case"),
        Act("opt out", "supervisor", "close a case as opted out"),
        Act("number add", "supervisor", "add a number to a case"),
        Act("number correct", "supervisor", "correct a number of a case"),
        Act("number mark", "supervisor", "say by hand what state a number is in"),
        Act("appointment move", "supervisor", "move an appointment"),
        Act("appointment cancel", "supervisor", "cancel an appointment"),
        Act("undo", "supervisor", "take a repair back"),
        Act("outbox export", "supervisor", "hand over promised e-mails for mailing"),
        Act("outbox sent", "supervisor", "mark promised e-mails as sent"),
        Act("outbox unsent", "supervisor", "take back that an e-mail was sent"),
        Act("supervise", "supervisor", "open the supervisor's screen"),
        Act("listening", "supervisor", "record that an interview was listened to"),
        Act("back check", "supervisor", "record a back-check"),
        Act("respondent copy", "supervisor", "see everything that is held on somebody"),
        Act("respondent request", "supervisor", "log what somebody asked about their data"),
        Act("respondent amend", "supervisor", "correct somebody's answers"),
        Act("respondent withdraw", "supervisor", "erase somebody's data"),
        Act("opt-out list", "supervisor", "change the opt-out list"),
        Act("export", "supervisor", "export interviews"),
        Act("purge", "administrator", "erase data at the end of its retention"),
        Act("message", "supervisor", "send messages to interviewers"),
        Act("shift note", "supervisor", "leave a note for the next shift"),
    )
}


def act_named(name: str) -> Act:
    """The act of that name. Raises KeyError where the registry has none: a fault of ours."""
    return ACTS[name]

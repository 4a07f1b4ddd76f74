"""The registry of keys: what each does, where, and the slash command that does the same.

The help screens, the key line, the table in the README and the test for clashes all come from here. Only keys that
terminals and tmux send unchanged are used, and each has a command for terminals that keep it for themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

When = Literal["always", "empty", "typed"]

STATES: dict[str, str] = {
    "sign_in": "Type your name and press Enter. A name that is new is asked for once more before it is added.",
    "ready": "Between two cases: how your day stands. Enter brings the next case.",
    "card": "All that is known of the case. Choose a number by its digit, dial it, and press Enter once it is dialled.",
    "take_up": "A case of yours may be open at another console. Enter takes it up here; Backspace leaves it there.",
    "put_back": "Enter puts the case back for somebody else; Backspace keeps it.",
    "question": "Read out the question, type the code of the answer, press Enter. Codes of a multicode stand apart by "
    "spaces. Special answers are typed as shown, /dk or /na; a text that begins with a slash is typed with two.",
    "lookup": "Type part of the name. Enter takes the one match, or the one that Down has marked. A name that is not "
    "on the list is kept as typed after a second Enter.",
    "write_in": "Type the respondent's own words for this code, or /dk, and press Enter. The code itself is saved.",
    "contact": "One box after another: type what is given and press Enter, or /refused where that is offered.",
    "email": "Read the address back. Enter takes it as it is shown, or type the right one.",
    "text": "A text to read out. Enter goes back to the question.",
    "texts": "The texts of this questionnaire. Type the number of one and press Enter.",
    "list": "The questions on the route so far. Up and Down mark one, or type its name; Enter goes there.",
    "facts": "The case's facts, calls, notes and appointments. Enter goes back.",
    "note": "Type a note on the case and press Enter. It is saved at once.",
    "help": "Enter goes back to where you were.",
    "break_off": "Why the interview stops here. Type the number and press Enter.",
    "appointment_kind": "A hard appointment is a time that the respondent named; a soft one is about then.",
    "appointment": "Type the day and time as they are said: tomorrow 2pm, tue 10:30, 24 nov 14:00, in 20 minutes. It "
    "is read back to you, with what speaks against it; Enter again takes it.",
    "refusal": "How firm the refusal was, whose it was, and the reason given.",
    "last_note": "A note for whoever calls next. Enter alone leaves none.",
    "confirm": "What this call came to. Enter logs it; Backspace goes back to change it.",
    "leave": "Type quit and press Enter to leave; Backspace stays.",
}
"""Every state of the controller, and what an interviewer does there."""

ALL = frozenset(STATES)
ASKING = frozenset({"question", "lookup", "write_in", "contact"})
ENDING = frozenset({"break_off", "appointment_kind", "appointment", "refusal", "last_note", "confirm"})
OVERLAYS = frozenset({"help", "text", "texts", "list", "facts", "note"})
STEPS_BACK = ENDING | OVERLAYS | {"email", "put_back", "take_up", "leave"}
ON_CASE = ASKING | ENDING | {"card", "email"}


@dataclass(frozen=True, slots=True)
class Action:
    """Something a key does. `when`: always, or only while the entry line is empty, or not empty."""

    name: str
    keys: tuple[str, ...]
    command: str
    label: str
    does: str
    states: frozenset[str]
    when: When = "always"


def _action(
    name: str, keys: str, command: str, label: str, does: str, states: Iterable[str], when: When = "always"
) -> Action:
    return Action(name, tuple(keys.split()), command, label, does, frozenset(states), when)


ACTIONS: tuple[Action, ...] = (
    _action("help", "f1", "/help", "Help", "Help for where you are", ALL - {"help"}),
    _action("help", "?", "", "", "The same, on an empty entry line", ALL - {"help"}, "empty"),
    _action("back", "f2", "/back", "Back", "Back one question or one step", ASKING | STEPS_BACK),
    _action("back", "up", "", "", "The same", (ASKING - {"lookup"}) | ENDING | {"email"}),
    _action("back", "up", "", "", "The same, with nothing typed", {"lookup"}, "empty"),
    _action("back", "backspace", "", "", "Back one step, on an empty entry line", STEPS_BACK, "empty"),
    _action("forward", "down", "/next", "", "Forward one question that is answered", ASKING - {"lookup"}),
    _action("forward", "down", "/next", "", "Forward one question, with nothing typed", {"lookup"}, "empty"),
    _action("mark_next", "down", "", "", "Mark the next entry of the list", {"lookup"}, "typed"),
    _action("mark_before", "up", "", "", "Mark the entry before", {"lookup"}, "typed"),
    _action("mark_next", "down", "", "", "Mark the next question", {"list"}),
    _action("mark_before", "up", "", "", "Mark the question before", {"list"}),
    _action("first", "", "/first", "", "To the first question of the route", ASKING),
    _action("last", "", "/last", "", "To the first question without an answer", ASKING),
    _action("list", "f3", "/list", "List", "The questions answered so far, to go to one", ASKING),
    _action(
        "take_up", "f3", "/resume", "Resume", "Take up the case that you were on when a console stopped", {"ready"}
    ),
    _action("note", "f4", "/note", "Note", "A note on the case", ASKING | {"card"}),
    _action("facts", "f5", "/facts", "Facts", "Facts, calls, notes and appointments of the case", ON_CASE),
    _action("appointment", "f6", "/appointment", "Appt", "The respondent wants to be called at another time", ASKING),
    _action("break_off", "f7", "/stop", "Stop", "The interview stops here: later, or not at all", ASKING),
    _action("undo", "f8", "/undo", "Undo", "Take back the outcome just logged, for a short time", {"ready"}),
    _action("texts", "f9", "/texts", "Texts", "Reassurances and other texts to read out", ASKING),
    _action("put_back", "x", "/x", "Put back", "Put the case back", {"card"}, "empty"),
    _action("put_back", "f2", "/back", "", "The same", {"card"}),
    _action("leave", "f10 ctrl+q", "/quit", "Quit", "Sign out", ALL - {"leave"}),
    _action("page_down", "pagedown", "", "", "Down a page where not everything fits", ALL),
    _action("page_up", "pageup", "", "", "Up a page", ALL),
)
"""What keys do besides typing. The first action that fits is the one."""

EDITING: tuple[tuple[str, str], ...] = (
    ("Enter", "Takes what stands on the entry line"),
    ("Backspace", "Rubs out one character"),
    ("Ctrl+U", "Empties the entry line"),
    ("←→ Home End Del", "Move and rub out inside a text"),
)
"""Keys of the entry line, which never change what they do."""

EDITING_KEYS = frozenset({"enter", "backspace", "ctrl+u", "left", "right", "home", "end", "delete"})

_SHOWN = {
    "up": "Up", "down": "Down", "backspace": "Backspace", "pagedown": "PgDn", "pageup": "PgUp", "ctrl+q": "Ctrl+Q",
}  # fmt: skip


def shown(key: str) -> str:
    """A key as it is printed: F1, Ctrl+Q, Up."""
    return _SHOWN.get(key, key.upper() if key.startswith("f") and len(key) > 1 else key)


@cache
def of_state(state: str) -> tuple[Action, ...]:
    """The actions of a state, in the order of the registry."""
    return tuple(action for action in ACTIONS if state in action.states)


@cache
def by_key(state: str, key: str, typed: bool) -> Action | None:
    """The action of a key in a state; `typed`: something stands on the entry line."""
    hidden = "empty" if typed else "typed"
    return next((each for each in of_state(state) if key in each.keys and each.when != hidden), None)


@cache
def by_command(state: str, word: str) -> Action | None:
    """The action of a slash command (`/note`) in a state."""
    return next((each for each in of_state(state) if each.command == word), None)


@cache
def key_line(state: str) -> tuple[tuple[str, str], ...]:
    """The keys that the bottom line names: (F1, Help) and so on."""
    return tuple((shown(each.keys[0]), each.label) for each in of_state(state) if each.keys and each.label)


@cache
def help_lines(state: str) -> tuple[tuple[str, str], ...]:
    """For the help of a state: the keys and the command of each action, and what it does."""
    actions: dict[str, list[Action]] = {}
    for each in of_state(state):
        actions.setdefault(each.name, []).append(each)
    lines = []
    for same in actions.values():
        names = [shown(key) for each in same for key in each.keys] + [each.command for each in same if each.command]
        lines.append((" ".join(dict.fromkeys(names)), same[0].does))
    return tuple(lines)


def key_table() -> str:
    """Every key and command as a Markdown table, for the README."""
    lines = ["| Key | Command | What it does | Where |", "|---|---|---|---|"]
    for action in ACTIONS:
        keys = ", ".join(shown(key) for key in action.keys)
        where = "everywhere" if len(action.states) >= len(ALL) - 1 else ", ".join(sorted(action.states))
        lines.append(f"| {keys} | {action.command} | {action.does} | {where.replace('_', ' ')} |")
    lines += [f"| {key} |  | {does} | entry line |" for key, does in EDITING]
    return "\n".join(lines) + "\n"

"""The keys of the interviewer's screen, as a registry: see `console.key_registry`."""

from __future__ import annotations

from cati.console.key_registry import EDITING as EDITING
from cati.console.key_registry import EDITING_KEYS as EDITING_KEYS
from cati.console.key_registry import Action, Registry
from cati.console.key_registry import action as _action

STATES: dict[str, str] = {
    "sign_in": "Type your name and press Enter. A name that is new is asked for once more before it is added.",
    "pin": "Type your PIN or password and press Enter; it is not shown. Backspace on an empty line goes back to the "
    "name.",
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
STEPS_BACK = ENDING | OVERLAYS | {"email", "put_back", "take_up", "leave", "pin"}
ON_CASE = ASKING | ENDING | {"card", "email"}

ACTIONS: tuple[Action, ...] = (
    _action("help", "f1", "/help", "Help", "Help for where you are", ALL - {"help"}),
    _action("help", "?", "", "", "The same, on an empty entry line", ALL - {"help", "pin"}, "empty"),
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
    _action("read", "f4", "/read", "Read", "You have read the messages to you", {"ready"}),
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

REGISTRY = Registry(STATES, ACTIONS)
of_state = REGISTRY.of_state
by_key = REGISTRY.by_key
by_command = REGISTRY.by_command
key_line = REGISTRY.key_line
help_lines = REGISTRY.help_lines
key_table = REGISTRY.key_table

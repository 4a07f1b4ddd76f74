"""The keys of the supervisor's screen, as a registry: see `console.key_registry`."""

from __future__ import annotations

from cati.console.key_registry import Registry
from cati.console.key_registry import action as _action

TABS: dict[str, str] = {
    "shift": "Shift",
    "queue": "Queue",
    "cases": "Cases",
    "progress": "Progress",
    "interviewers": "Interviewers",
    "quality": "Quality",
    "messages": "Messages",
}
"""The tabs, in their order: the name of the state, and what is written on it."""

STATES: dict[str, str] = {
    "shift": "Who is on which case, since when and at which question. A line that begins with a mark needs looking "
    "after: ‼ stuck (nothing saved for 5 minutes), ○ idle (no case for 5 minutes), ✗ no sign of life. Enter opens the "
    "case.",
    "queue": "Appointments and call backs: ‼ missed, ! overdue, ▸ due, and those to come. Type part of a serial, a "
    "name or an authority and press Enter to search; Enter alone opens the case, Backspace shows all again.",
    "cases": "Type a serial, or part of a name, an authority or a number, and press Enter. Enter alone opens the case; "
    "Backspace shows all again.",
    "progress": "The outcome table as of now, and what has changed since this morning; where completes come from, and "
    "when they were made today. "
    "Enter opens the marked number down to its cases.",
    "interviewers": "What the calls of each came to, and with what cases. Like compared with like: ratio is "
    "completes over those that so many calls of these kinds bring on average. cont., ref., coop.: contact, refusal and "
    "cooperation rate; min: the median length of an interview; kept: appointments kept, of those that are over; no "
    "ans.: questions asked and left without an answer; first, again …: as what the cases came. Enter shows the newest "
    "calls of the marked one.",
    "quality": "Who was listened to, and how much is still to be: at least 5 % of everybody's interviews, each for "
    "75 % of its length or more. Below, interviews that went too fast. Enter shows the newest calls of the marked one.",
    "messages": "What interviewers are told, what one shift leaves to the next, and e-mails that were promised.",
    "behind": "The cases that the number counts, and what decided each. Enter opens the case; Backspace goes back.",
    "case": "All that ever happened to a case, and why it is or is not called now. F7 puts something right; each "
    "repair is shown before it is done, asks for a reason, is logged, and can be undone with F8.",
    "ask": "Type what is asked for and press Enter; Backspace on an empty line goes back.",
    "choose": "Type the number and press Enter; Backspace on an empty line goes back.",
    "preview": "What the repair would do. Enter does it; Backspace goes back to the case, and nothing is done.",
    "read": "Enter goes back.",
    "help": "Enter goes back to where you were.",
    "leave": "Enter leaves the screen; Backspace stays.",
}
"""Every state of the controller, and what a supervisor does there."""

ALL = frozenset(STATES)
TAB = frozenset(TABS)
TABLES = TAB - {"progress", "messages"} | {"behind"}
MARKED = TABLES | {"progress"}
OVER = ALL - TAB
PLACES = TAB | {"behind", "case"}

ACTIONS = (
    _action("help", "f1", "/help", "Help", "Help for where you are", ALL - {"help"}),
    _action("help", "?", "", "", "The same, on an empty entry line", ALL - {"help"}, "empty"),
    _action("back", "f2", "/back", "Back", "Back one step", OVER),
    _action("back", "backspace", "", "", "Back one step, on an empty entry line", OVER, "empty"),
    _action("next_tab", "tab", "/next", "", "The next tab", TAB),
    _action("next_tab", "right", "", "", "The next tab, on an empty entry line", TAB, "empty"),
    _action("tab_before", "shift+tab", "/previous", "", "The tab before", TAB),
    _action("tab_before", "left", "", "", "The tab before, on an empty entry line", TAB, "empty"),
    *(_action(name, "", f"/{name}", "", f"To the tab {label}", PLACES) for name, label in TABS.items()),
    _action("mark_next", "down", "", "", "Mark the next line", MARKED),
    _action("mark_before", "up", "", "", "Mark the line before", MARKED),
    _action("first", "home", "/first", "", "To the first line, on an empty entry line", MARKED, "empty"),
    _action("last", "end", "/last", "", "To the last line, on an empty entry line", MARKED, "empty"),
    _action("all", "backspace", "/all", "", "Show all again, on an empty entry line", {"queue", "cases"}, "empty"),
    _action("filter", "f3", "/filter", "Filter", "Show only some of the lines", {"queue", "cases"}),
    _action("by", "f3", "/by", "By", "By region, by Ofsted rating, by batch", {"progress"}),
    _action("period", "f3", "/period", "Period", "Today, this week, or all of fieldwork", {"interviewers", "quality"}),
    _action("sort", "f4", "/sort", "Sort", "Another order", {"shift", "queue", "cases", "interviewers"}),
    _action("give", "f5", "/give", "Give", "Give the appointment to somebody else", {"queue", "case"}),
    _action("listen", "f5", "/listen", "Listen", "Record that you listened to a call", {"quality"}),
    _action("hand_over", "f5", "/note", "Note", "Leave a note for the next shift", {"messages"}),
    _action("move", "f6", "/move", "Move", "Move the appointment to another time", {"queue", "case"}),
    _action("check", "f6", "/check", "Check", "Record a back-check", {"quality"}),
    _action("sent", "f6", "/sent", "Sent", "Mark a promised e-mail as sent", {"messages"}),
    _action("repair", "f7", "/repair", "Repair", "Put something right", {"shift", "queue", "cases", "case"}),
    _action("heard", "f7", "/heard", "Heard", "The listenings on record", {"quality"}),
    _action("undo", "f8", "/undo", "Undo", "Take back the last repair (of the case, or of yours)", PLACES),
    _action("take", "f9", "/take", "Take", "Take the appointment yourself", {"queue", "case"}),
    _action("message", "f9", "/message", "Message", "Send a message to an interviewer", {"shift", "messages"}),
    _action("leave", "f10 ctrl+q", "/quit", "Quit", "Leave the screen", ALL - {"leave"}),
    _action("page_down", "pagedown", "", "", "Down a page", ALL),
    _action("page_up", "pageup", "", "", "Up a page", ALL),
)  # fmt: skip
"""What keys do besides typing. The first action that fits is the one."""

REGISTRY = Registry(STATES, ACTIONS)

"""A registry of keys: what each does, where, and the slash command that does the same.

The help screens, the key line, the tables in the README and the tests for clashes all come from one. Only keys that
terminals and tmux send unchanged are used, and each has a command for terminals that keep it for themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

When = Literal["always", "empty", "typed"]


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


def action(
    name: str, keys: str, command: str, label: str, does: str, states: Iterable[str], when: When = "always"
) -> Action:
    """An action, its keys as one text with blanks between them."""
    return Action(name, tuple(keys.split()), command, label, does, frozenset(states), when)


EDITING: tuple[tuple[str, str], ...] = (
    ("Enter", "Takes what stands on the entry line"),
    ("Backspace", "Rubs out one character"),
    ("Ctrl+U", "Empties the entry line"),
    ("←→ Home End Del", "Move and rub out inside a text"),
)
"""Keys of the entry line, which never change what they do while something is typed there."""

EDITING_KEYS = frozenset({"enter", "backspace", "ctrl+u", "left", "right", "home", "end", "delete"})

_SHOWN = {
    "up": "Up", "down": "Down", "backspace": "Backspace", "pagedown": "PgDn", "pageup": "PgUp", "ctrl+q": "Ctrl+Q",
    "left": "←", "right": "→", "home": "Home", "end": "End", "tab": "Tab", "shift+tab": "Shift+Tab",
}  # fmt: skip


def shown(key: str) -> str:
    """A key as it is printed: F1, Ctrl+Q, Up."""
    return _SHOWN.get(key, key.upper() if key.startswith("f") and len(key) > 1 else key)


class Registry:
    """The states of a screen, each with what is done there, and what keys do in them besides typing.

    Of actions that take the same key, the first that fits is the one.
    """

    def __init__(self, states: Mapping[str, str], actions: tuple[Action, ...]) -> None:
        self.states = states
        self.actions = actions
        self.of_state = cache(self._of_state)
        self.by_key = cache(self._by_key)
        self.key_line = cache(self._key_line)

    def _of_state(self, state: str) -> tuple[Action, ...]:
        """The actions of a state, in the order of the registry."""
        return tuple(each for each in self.actions if state in each.states)

    def _by_key(self, state: str, key: str, typed: bool) -> Action | None:
        """The action of a key in a state; `typed`: something stands on the entry line."""
        hidden = "empty" if typed else "typed"
        return next((each for each in self.of_state(state) if key in each.keys and each.when != hidden), None)

    def by_command(self, state: str, word: str) -> Action | None:
        """The action of a slash command (`/note`) in a state."""
        return next((each for each in self.of_state(state) if each.command == word), None)

    def _key_line(self, state: str) -> tuple[tuple[str, str], ...]:
        """The keys that the bottom line names: (F1, Help) and so on."""
        return tuple((shown(each.keys[0]), each.label) for each in self.of_state(state) if each.keys and each.label)

    def help_lines(self, state: str) -> tuple[tuple[str, str], ...]:
        """For the help of a state: the keys and the command of each action, and what it does."""
        actions: dict[str, list[Action]] = {}
        for each in self.of_state(state):
            actions.setdefault(each.name, []).append(each)
        lines = []
        for same in actions.values():
            names = [shown(key) for each in same for key in each.keys] + [each.command for each in same if each.command]
            lines.append((" ".join(dict.fromkeys(names)), same[0].does))
        return tuple(lines)

    def key_table(self) -> str:
        """Every key and command as a Markdown table, for the README."""
        lines = ["| Key | Command | What it does | Where |", "|---|---|---|---|"]
        for each in self.actions:
            keys = ", ".join(shown(key) for key in each.keys)
            where = "everywhere" if len(each.states) >= len(self.states) - 1 else ", ".join(sorted(each.states))
            lines.append(f"| {keys} | {each.command} | {each.does} | {where.replace('_', ' ')} |")
        lines += [f"| {key} |  | {does} | entry line |" for key, does in EDITING]
        return "\n".join(lines) + "\n"

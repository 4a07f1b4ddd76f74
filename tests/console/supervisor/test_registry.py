"""The registry of the supervisor's keys: no clash, help everywhere, nothing that terminals keep for themselves."""

from __future__ import annotations

import itertools

import pytest

from cati.console.key_registry import EDITING_KEYS
from cati.console.supervisor import asking, behind, case, keys, previewing, state, tabs

MODULES = (asking, behind, case, previewing, state, tabs)


def states() -> set[str]:
    """The name of every state there is."""
    found: set[str] = set()
    classes: list[type[state.State]] = [state.State]
    while classes:
        each = classes.pop()
        classes += each.__subclasses__()
        if "name" in vars(each):
            found.add(each.name)
    return found


def test_every_state_has_help_and_every_help_a_state() -> None:
    assert MODULES
    assert states() == set(keys.STATES)
    for name, does in keys.STATES.items():
        assert does.endswith(".")
        assert name == "help" or any(action.name == "help" for action in keys.REGISTRY.of_state(name))


@pytest.mark.parametrize("name", sorted(keys.STATES))
def test_no_key_and_no_command_does_two_things_in_a_state(name: str) -> None:
    for one, other in itertools.combinations(keys.REGISTRY.of_state(name), 2):
        if one.name == other.name:
            continue
        together = one.when == other.when or "always" in (one.when, other.when)
        assert not (set(one.keys) & set(other.keys) and together), (one, other)
        assert not one.command or one.command != other.command, (one, other)


def test_no_action_takes_a_key_of_the_entry_line_while_something_is_typed() -> None:
    for action in keys.ACTIONS:
        taken = EDITING_KEYS & set(action.keys)
        assert not taken or action.when == "empty", action
        assert all(len(key) > 1 or action.when == "empty" for key in action.keys), action
        assert not any(key.startswith(("alt+", "escape")) for key in action.keys)


def test_every_function_key_has_a_command_and_the_key_line_fits_80_columns() -> None:
    for action in keys.ACTIONS:
        if any(key.startswith("f") and len(key) > 1 for key in action.keys):
            assert action.command, action
    for name in keys.STATES:
        assert sum(len(key) + len(label) + 2 for key, label in keys.REGISTRY.key_line(name)) <= 80, name


def test_the_table_names_every_action() -> None:
    table = keys.REGISTRY.key_table()
    for action in keys.ACTIONS:
        assert action.does in table
        assert action.command in table

"""The registry of keys, and what is generated from it."""

from __future__ import annotations

import itertools

import pytest

from cati.console.interviewer import (
    asking,
    breaking,
    card,
    contact,
    email,
    ending,
    ending_booking,
    keys,
    lookup,
    overlays,
    route,
    shift,
    state,
    writing_in,
)

from .conftest import Sit

MODULES = (asking, breaking, card, contact, email, ending, ending_booking, lookup, overlays, route, shift, writing_in)


def states() -> set[str]:
    """The name of every state there is."""
    found: set[str] = set()
    classes = [state.State]
    while classes:
        each = classes.pop()
        classes += each.__subclasses__()
        if each.__module__ in {module.__name__ for module in MODULES} and hasattr(each, "name"):
            found.add(each.name)
    return found


def test_every_state_has_help_and_every_help_a_state() -> None:
    assert states() == set(keys.STATES)
    for name in keys.STATES:
        assert keys.STATES[name].endswith(".")
        assert name == "help" or any(action.name == "help" for action in keys.of_state(name))


@pytest.mark.parametrize("name", sorted(keys.STATES))
def test_no_key_and_no_command_does_two_things_in_a_state(name: str) -> None:
    for one, other in itertools.combinations(keys.of_state(name), 2):
        if one.name == other.name:
            continue
        together = one.when == other.when or "always" in (one.when, other.when)
        assert not (set(one.keys) & set(other.keys) and together), (one, other)
        assert not one.command or one.command != other.command, (one, other)


def test_no_action_takes_a_key_of_the_entry_line_while_something_is_typed() -> None:
    for action in keys.ACTIONS:
        taken = keys.EDITING_KEYS & set(action.keys)
        assert not taken or action.when == "empty", action
        assert all(len(key) > 1 or action.when == "empty" for key in action.keys), action


def test_nothing_depends_on_escape_or_alt_or_keys_that_terminals_confuse() -> None:
    for action in keys.ACTIONS:
        for key in action.keys:
            assert "escape" not in key
            assert not key.startswith(("alt+", "ctrl+shift+"))
            assert key not in ("ctrl+h", "ctrl+i", "ctrl+m", "ctrl+j")


def test_every_function_key_has_a_command_for_terminals_that_keep_it() -> None:
    for action in keys.ACTIONS:
        if any(key.startswith("f") and len(key) > 1 for key in action.keys):
            assert action.command, action


def test_the_key_line_fits_80_columns() -> None:
    for name in keys.STATES:
        assert sum(len(key) + len(label) + 2 for key, label in keys.key_line(name)) <= 80, name


def test_the_table_names_every_action() -> None:
    table = keys.key_table()
    for action in keys.ACTIONS:
        assert action.does in table
        assert action.command in table


def test_help_is_there_wherever_she_is_and_goes_back(sit: Sit) -> None:
    seat = sit("", dialled=False)
    places = ["Ann", "", "", "", "1", "1", "1", "1", "6", "9", "words", "<f7>", "4", "2", "1", "busy", "", ""]
    for typed in places:
        before = seat.state
        seat.type("?" if before in ("question", "ready") else "<f1>") if before != "sign_in" else seat.type("<f1>")
        if seat.state == "help" and seat.controller.state.entry.text == "":
            assert "Help" in seat.screen
            seat.type("")
        assert seat.state == before
        seat.type(typed)


def test_a_question_mark_in_a_text_is_a_question_mark(sit: Sit) -> None:
    seat = sit().type("<f4>")
    seat.driver.press(*"why?")
    assert seat.controller.state.entry.text == "why?"


def test_a_doubled_slash_is_a_slash(sit: Sit) -> None:
    seat = sit().type("<f4>", "//quit is a word here")
    assert "/quit is a word here" in str(seat.desk.done[-1])
    assert "//quit" not in str(seat.desk.done[-1])


def test_an_unknown_command_is_refused_and_nothing_is_lost(sit: Sit) -> None:
    seat = sit().type("/nothing")
    assert "There is no /nothing here" in seat.message
    assert seat.item == "S1"

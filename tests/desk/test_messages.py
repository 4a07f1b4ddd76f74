"""Messages to interviewers, and notes from one shift to the next."""

from __future__ import annotations

from typing import Any

import pytest

from cati import desk
from cati.desk import Actor
from cati.errors import InputError
from cati.storage import Store
from cati.studies import Study

from .repair_tools import ann, supervisor


@pytest.fixture
def ruth(shop: Store, study: Study) -> Actor:
    return supervisor(shop, study)


def test_a_message_waits_on_the_ready_screen_until_it_is_read(
    shop: Store, study: Study, ruth: Actor, clock: Any
) -> None:
    who, bob = ann(shop), desk.sign_in(shop, "Bob")
    assert desk.send_message(shop, ruth, "ann", "C1 rang back:\n she is [/b] free now") == ("Ann",)
    (message,) = desk.day(shop, study, who).messages
    assert (message.sender, message.text, message.read_at) == ("Ruth", "C1 rang back: she is [/b] free now", None)
    assert desk.day(shop, study, bob).messages == ()
    desk.mark_read(shop, bob, [message.id])  # not his
    assert len(desk.day(shop, study, who).messages) == 1
    at = clock.forward(minutes=3)
    desk.mark_read(shop, who, [message.id])
    clock.forward(minutes=3)
    desk.mark_read(shop, who, [message.id])
    assert desk.day(shop, study, who).messages == ()
    assert [each.read_at for each in desk.list_messages(shop)] == [at]
    assert desk.list_messages(shop, unread=True) == ()


def test_a_message_to_all_goes_to_whoever_may_sign_in(shop: Store, study: Study, ruth: Actor) -> None:
    who = ann(shop)
    desk.sign_in(shop, "Bob")
    desk.disable_user(shop, desk.sign_in_as(shop, None), "Bob")
    assert desk.send_message(shop, ruth, None, "Tea at four") == ("Ann", "administrator")
    assert [each.text for each in desk.day(shop, study, who).messages] == ["Tea at four"]
    with pytest.raises(InputError, match="would never read it"):
        desk.send_message(shop, ruth, "Bob", "Tea")
    with pytest.raises(InputError, match="Did you mean Ann"):
        desk.send_message(shop, ruth, "Anne", "Tea")
    for text in ("", " \n ", "x" * 1001):
        with pytest.raises(InputError, match=r"empty|1,001 characters"):
            desk.send_message(shop, ruth, "Ann", text)
    assert len(desk.list_messages(shop)) == 2


def test_what_a_shift_leaves_is_read_by_the_next_the_newest_first(shop: Store, ruth: Actor, clock: Any) -> None:
    desk.leave_note(shop, ruth, "Leeds has a new switchboard")
    clock.forward(hours=8)
    began = clock.now
    desk.leave_note(shop, ruth, "C4 wants Bob")
    assert [(each.who, each.text) for each in desk.shift_notes(shop)] == [
        ("Ruth", "C4 wants Bob"),
        ("Ruth", "Leeds has a new switchboard"),
    ]
    assert [each.text for each in desk.shift_notes(shop, since=began)] == ["C4 wants Bob"]
    with pytest.raises(InputError, match="empty"):
        desk.leave_note(shop, ruth, "")

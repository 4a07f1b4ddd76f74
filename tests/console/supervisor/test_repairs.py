"""Repairs from the screen: asked, previewed, confirmed, undone; and what happens when the case changes meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from cati import desk
from cati.desk import Result

from .conftest import Room, Screen, Sit

WHY = "as she asked"


def choose(screen: Screen, serial: str, number: int) -> Screen:
    """The repair of that number in the menu of a case."""
    return screen.type("/cases", serial, "<f7>", str(number))


def test_a_repair_asks_for_a_reason_shows_what_it_would_do_and_is_undone_with_a_key(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1000", "refusal")
    screen = choose(supervise(), "1000", 7)
    assert screen.state == "ask"
    screen.type("")
    assert "Reason" in screen.message
    screen.type(WHY)
    assert screen.state == "preview"
    assert "Stands as: Refusal → " in screen.text
    assert "Refusals: 1 → 0  (-1)" in screen.text
    assert desk.case_card(room.store, room.study, "1000").outcome == "refusal"
    screen.type("")
    assert screen.state == "case"
    assert screen.message == "Done: case 1000 reopened. F8 takes it back."
    assert desk.case_card(room.store, room.study, "1000").outcome != "refusal"
    screen.type("<f8>", "by mistake", "")
    assert desk.case_card(room.store, room.study, "1000").outcome == "refusal"
    assert "undone" in screen.message
    assert [each.why for each in desk.case_log(room.store, "1000")][-2:] == [WHY, "by mistake"]


def test_backspace_leaves_a_preview_and_nothing_is_done(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1000", "refusal")
    before = desk.whole_case(room.store, room.study, "1000")
    screen = choose(supervise(), "1000", 7).type(WHY, "<backspace>")
    assert screen.state == "cases"
    assert desk.whole_case(room.store, room.study, "1000") == before


def test_an_appointment_is_moved_given_taken_and_cancelled(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    room.sit("Kim")
    screen = supervise().type("/queue", "<f6>", "tomorrow 14:00", "")
    assert screen.state == "ask"
    screen.type(WHY, "")
    booked = desk.case_card(room.store, room.study, "1000").appointment
    assert booked is not None
    assert (booked.starts_at.day, booked.starts_at.hour) == (21, 14)
    screen.type("<f5>", "3", WHY, "")
    booked = desk.case_card(room.store, room.study, "1000").appointment
    assert booked is not None
    assert booked.owner == "Kim"
    screen.type("<f9>", WHY, "")
    booked = desk.case_card(room.store, room.study, "1000").appointment
    assert booked is not None
    assert booked.owner == "administrator"
    screen.type("<f7>", "5", WHY, "")
    assert desk.case_card(room.store, room.study, "1000").appointment is None


def test_a_time_that_is_none_is_refused_and_one_outside_hours_is_doubted(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    screen = supervise().type("/queue", "<f6>", "whenever")
    assert screen.controller.state.stop is not None
    screen.type("<ctrl+u>", "tomorrow 3am")
    assert "Enter again takes it" in screen.message
    screen.type("<ctrl+u>", "<backspace>")
    assert screen.state == "queue"


def test_a_case_is_taken_out_of_somebody_s_hands(supervise: Sit, room: Room) -> None:
    delivery, _ = room.dial("Jo", "1000")
    screen = choose(supervise(), "1000", 1).type(WHY)
    assert "Jo has been in a call since" in screen.text
    screen.type("")
    assert not desk.renew(room.store, delivery.hold)
    assert desk.case_card(room.store, room.study, "1000").held_by is None


def test_a_call_is_recoded(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1000", "no_reply")
    screen = choose(supervise(rows=60), "1000", 6)
    assert "No reply" in screen.text
    screen.type("1")
    labels = [line.split("  ", 2)[-1].strip() for line in screen.text.splitlines()]
    refusal = room.study.scheme.outcomes["refusal"].label
    number = next(line.split()[0] for line in screen.text.splitlines() if line.strip().endswith(f"  {refusal}"))
    assert labels
    screen.type(number, "2", WHY)
    assert f"Stands as: No reply or answer phone → {refusal}" in screen.text
    screen.type("")
    found = desk.case_card(room.store, room.study, "1000")
    assert (found.outcome, found.calls[-1].refusal_strength) == ("refusal", "hard")


def test_a_call_recoded_to_another_kind_of_appointment_asks_for_its_time(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    screen = choose(supervise(rows=60), "1000", 6).type("1")
    soft = room.study.scheme.outcomes["soft_appointment"].label
    number = next(line.split()[0] for line in screen.text.splitlines() if line.strip().endswith(f"  {soft}"))
    screen.type(number)
    assert "for when?" in screen.text
    screen.type("tomorrow 14:00", "", WHY, "")
    booked = desk.case_card(room.store, room.study, "1000").appointment
    assert booked is not None
    assert (booked.kind, booked.starts_at.day) == ("soft", 21)


def test_numbers_are_added_corrected_and_marked(supervise: Sit, room: Room) -> None:
    def numbers() -> dict[str, str]:
        return {each.number: each.state for each in desk.case_card(room.store, room.study, "1001").numbers}

    screen = choose(supervise(), "1001", 9).type("0113")
    assert screen.controller.state.stop is not None
    screen.type("<ctrl+u>", "0113 496 0055", WHY, "")
    assert "+441134960055" in numbers()
    screen.type("<f7>", "10", "1", "0113 496 0056", WHY, "")
    assert "+441134960101" not in numbers()
    assert "+441134960056" in numbers()
    screen.type("<f7>", "11", "1", "2", WHY, "")
    assert "live" not in numbers().values()
    assert len(set(numbers().values())) == 2


def test_a_case_is_closed_as_opted_out(supervise: Sit, room: Room) -> None:
    choose(supervise(), "1003", 8).type(WHY, "")
    assert desk.case_card(room.store, room.study, "1003").outcome == "opted_out"


def test_what_is_not_possible_is_told_and_changes_nothing(supervise: Sit, room: Room) -> None:
    before = desk.whole_case(room.store, room.study, "1000")
    screen = choose(supervise(), "1000", 1).type(WHY)
    assert "nobody's hands" in screen.message
    screen.type("<ctrl+u>", "<backspace>", "<backspace>")
    assert screen.state == "cases"
    for number, why in ((4, "no appointment"), (6, "never called")):
        choose(screen, "1000", number)
        assert why in screen.message, number
        screen.type("<ctrl+u>")
    screen.type("<f8>")
    assert "You have repaired nothing" in screen.message
    assert desk.whole_case(room.store, room.study, "1000") == before


def test_of_two_supervisors_the_second_is_told_and_sees_the_repair_anew(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    first, second = supervise(), supervise()
    for screen, when in ((first, "tomorrow 14:00"), (second, "tomorrow 15:00")):
        screen.type("/queue", "<f6>", when, "", WHY)
    first.type("")
    second.type("")
    assert second.state == "preview"
    assert "has changed since you looked at it: administrator: appointment moved" in second.message
    booked = desk.case_card(room.store, room.study, "1000").appointment
    assert booked is not None
    assert booked.starts_at.hour == 14
    assert "14:00 → hard, 2019-11-21 15:00" in second.text
    second.type("")
    booked = desk.case_card(room.store, room.study, "1000").appointment
    assert booked is not None
    assert booked.starts_at.hour == 15


def test_a_case_that_changes_under_the_preview_is_told_before_enter(supervise: Sit, room: Room) -> None:
    room.book("Jo", "1000", 60)
    screen = supervise().type("/queue", "<f6>", "tomorrow 14:00", "", WHY)
    assert "changed meanwhile" not in screen.text
    delivery, made = room.dial("Kim", "1000")
    screen.wait()
    assert "The case has changed meanwhile" in screen.text
    screen.type("")
    assert "in the hands of Kim" in screen.message
    desk.close_call(room.store, room.study, delivery.hold, made, Result("refusal"))
    assert desk.case_card(room.store, room.study, "1000").outcome == "refusal"


def test_a_disk_that_fails_while_a_repair_is_done_loses_nothing_and_enter_tries_again(
    supervise: Sit, room: Room
) -> None:
    room.call("Jo", "1000", "refusal")
    screen = choose(supervise(), "1000", 7).type(WHY)
    screen.work.down = "The disk is full."
    screen.type("")
    assert "NOT DONE: The disk is full." in screen.message
    screen.work.down = ""
    screen.type("")
    assert screen.message.startswith("Done: case 1000 reopened")


def test_an_interviewer_may_not_supervise(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1000", "refusal")
    screen = choose(supervise("Jo"), "1000", 7).type(WHY)
    assert "Only a supervisor (or an administrator) may reopen a case; Jo is an interviewer." in screen.message


@pytest.mark.parametrize("serial", ["1000"])
def test_a_case_shows_its_changes_and_why_it_is_called(supervise: Sit, room: Room, serial: str) -> None:
    room.book("Jo", serial, 60)
    screen = supervise(rows=70).type("/queue", "<f6>", "tomorrow 14:00", "", WHY, "")
    text = screen.text
    assert "Not called now" in text
    assert "administrator: appointment moved" in text
    assert f"because: {WHY}" in text
    assert "hard, replaced" in text
    assert "telephone, 0 answered, goes on at S1" in text


def test_an_enter_typed_before_the_preview_is_shown_confirms_nothing(supervise: Sit, room: Room) -> None:
    room.call("Jo", "1000", "refusal")
    screen = choose(supervise(), "1000", 7)
    usual = screen.driver._perform
    out: list[Any] = []
    screen.driver._perform = out.append
    screen.type(WHY, "", "")  # as when Enter bounces while the database is slow
    screen.driver._perform = usual
    usual(out.pop())
    assert screen.state == "preview"
    assert "Not taken, because typed before this was shown: 2 keys." in screen.message
    assert desk.case_card(room.store, room.study, "1000").outcome == "refusal"
    screen.type("")
    assert screen.message.startswith("Done: case 1000 reopened")


@pytest.mark.parametrize("typed", ["", "   ", "\t "])
def test_no_repair_is_done_without_a_reason(supervise: Sit, room: Room, typed: str) -> None:
    room.call("Jo", "1000", "refusal")
    screen = choose(supervise(), "1000", 7).type(typed, typed)
    assert screen.state == "ask"
    assert desk.case_card(room.store, room.study, "1000").outcome == "refusal"


def test_an_impossible_number_is_named_with_what_is_wrong(supervise: Sit) -> None:
    screen = choose(supervise(), "1001", 9).type("hello")
    assert "hello cannot be called: it has letters in it" in screen.message

"""A whole interview by keys alone, on the real desk and a real database."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import update

from cati.console.interviewer.effects import CloseCall, Failure, LogEmail, SaveAnswer
from cati.storage.tables import answer

from .conftest import Clock, Sit, answer_all


def test_an_unknown_name_is_asked_for_once_more_before_it_is_added(sit: Sit) -> None:
    seat = sit("", dialled=False)
    assert seat.state == "sign_in"
    seat.type("Ann")
    assert "Nobody called Ann" in seat.message
    seat.type("")
    assert seat.state == "ready"
    assert "Callable now: 4" in seat.screen


def test_the_card_says_who_which_number_and_why_now(sit: Sit) -> None:
    seat = sit(dialled=False).type("")
    assert seat.state == "card"
    assert "Why now" in seat.screen
    assert "Case 1000  Ann Other" in seat.screen
    assert "+441134960001" in seat.screen
    seat.type("<2>")
    assert "▶ 2  +441134960002" in seat.screen
    seat.type("")
    assert seat.item == "S1"
    assert "dialled +441134960002" in seat.screen


def test_a_case_put_back_is_asked_about_and_nobody_is_called(sit: Sit) -> None:
    seat = sit(dialled=False).type("", "<x>")
    assert seat.state == "put_back"
    seat.type("<backspace>")
    assert seat.state == "card"
    seat.type("<x>", "")
    assert seat.state == "ready"
    assert "put back" in seat.message
    assert "Your calls today: 0" in seat.screen


@pytest.mark.parametrize("seed", range(8))
def test_a_whole_interview_is_completed_and_every_answer_is_on_the_disk(sit: Sit, seed: int) -> None:
    seat = sit()
    answer_all(seat, random.Random(seed))
    assert seat.state == "last_note"
    answers = seat.answers
    saved = seat.saved()
    assert set(answers) <= set(saved)
    seat.type("a note", "")
    assert seat.state == "ready"
    assert "Logged: Interview completed, case 1000" in seat.message
    assert "completes: 1" in seat.screen


def test_type_ahead_of_a_whole_interview_lands_question_by_question(sit: Sit) -> None:
    seat = sit("Jo", dialled=False)
    ahead = "\n\n1\n1\n1\n1\n6\n1,9\nmore [pay]\n9\n"
    seat.driver.press(*("enter" if char == "\n" else char for char in ahead))
    assert {key: seat.saved()[key] for key in ("S1", "S2", "S4", "B1", "B2", "B3", "B3_9_text", "B3a")} == {
        "S1": 1, "S2": 1, "S4": 1, "B1": 1, "B2": 6, "B3": [1, 9], "B3_9_text": "more [pay]", "B3a": 9,
    }  # fmt: skip
    assert seat.controller.state.stop is None


def test_a_refused_answer_stops_the_line_until_it_is_mended(sit: Sit) -> None:
    seat = sit().type("99", "1", "1", "2")
    assert seat.item == "S1"
    assert seat.saved() == {}
    assert "There is no code 99" in seat.message
    assert "6 keys ignored" in seat.message
    assert seat.controller.state.entry.text == "99"
    seat.type("<ctrl+u>", "1")
    assert seat.item == "S2"


def test_backspace_mends_a_refused_answer_where_it_stands(sit: Sit) -> None:
    seat = sit().type("1x", "<backspace>", "")
    assert seat.item == "S2"


def test_an_exclusive_code_with_others_is_refused_with_the_reason(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "1", "6", "1 10")
    assert seat.item == "B3"
    assert "cannot be given together" in seat.message


def test_backing_up_and_changing_an_answer_leads_along_the_new_route(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "1", "6", "1")
    asked_before = seat.item
    seat.type("<up>", "<up>", "<up>")
    assert seat.item == "B1"
    assert "●" in seat.screen
    seat.type("3")
    assert seat.item == "F1a"
    assert "B2" not in seat.answers
    seat.type("<f2>", "1")
    assert seat.item == "B2"
    seat.type("", "")
    assert seat.item == asked_before
    assert seat.answers["B2"] == 6


def test_enter_alone_keeps_an_answer_and_down_goes_forward(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "1", "6", "/first")
    assert seat.item == "S1"
    seat.type("<down>", "")
    assert seat.item == "B3"  # the screener of this call leads to where the interview stands
    seat.type("<up>", "<up>", "<down>")
    assert seat.item == "B2"
    seat.type("/last")
    assert seat.item == "B3"
    seat.type("")
    assert seat.item == "B3"
    assert "codes" in seat.message


def test_the_list_of_the_route_goes_to_a_question(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "1", "6", "<f3>")
    assert seat.state == "list"
    seat.type("<up>", "<up>", "")
    assert seat.item == "B1"
    seat.type("/list", "s4")
    assert seat.item == "S4"
    seat.type("/list", "nowhere")
    assert "not on the route" in seat.message


def test_reassurances_and_the_reassurance_email_come_back_to_the_same_question(sit: Sit) -> None:
    seat = sit().type("12")
    assert "Your details were given to us by Leeds" in seat.screen
    seat.type("")
    assert seat.item == "S1"
    seat.type("13")
    assert "ann@example.org" in seat.screen
    seat.type("ann.other@example.org")
    assert seat.item == "S1"
    logged = [effect for effect in seat.desk.done if isinstance(effect, LogEmail)]
    assert [(each.address, each.kind) for each in logged] == [("ann.other@example.org", "reassurance")]
    seat.type("1")
    assert seat.item == "S2"


def test_special_answers_are_typed_with_a_slash_and_bare_at_numbers(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "9", "1")
    while seat.item != "F1c":
        seat.type("1")
    seat.type("dk")
    assert seat.saved()["F1c"] == {"key": "dk"}
    assert seat.item == "F1d"
    seat.type("<up>", "/na")
    assert seat.saved()["F1c"] == {"key": "na"}


def test_a_lookup_takes_the_one_match_the_marked_one_or_after_a_second_enter_what_was_typed(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "1", "5")
    while seat.state != "lookup":
        seat.type("1")
    seat.driver.press(*"north")
    assert "Northumberland" in seat.screen
    seat.type("")
    assert "match" in seat.message
    seat.type("<down>", "<down>", "")
    assert seat.saved()["B4a"].startswith("North")
    seat.type("<up>")
    if seat.state != "lookup":
        seat.type("/list", "B4a")
    seat.type("Nowhere Council")
    assert "not on the list" in seat.message
    seat.type("")
    assert seat.saved()["B4a"] == "Nowhere Council"
    seat.type("/list", "B4a", "Leeds")
    assert seat.saved()["B4a"] == "Leeds"


def test_type_ahead_behind_a_doubtful_name_never_confirms_it(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "1", "5")
    while seat.state != "lookup":
        seat.type("1")
    seat.type("Nowhere Council", "3", "")
    assert seat.state == "lookup"
    assert "B4a" not in seat.saved()
    seat.type("<backspace>", "")
    assert seat.saved()["B4a"] == "Nowhere Council"


def test_an_answer_that_is_not_saved_stays_on_the_screen_and_nothing_moves(sit: Sit) -> None:
    seat = sit().type("1")
    seat.desk.failing[SaveAnswer] = Failure("outside", "The disk is full.")
    seat.type("1")
    assert seat.item == "S2"
    assert "NOT SAVED: The disk is full." in seat.message
    assert seat.controller.state.entry.text == "1"
    assert seat.controller.interview.next == "S2"
    seat.desk.failing.clear()
    seat.type("")
    assert seat.item == "S4"
    assert seat.saved()["S2"] == 1


def test_keys_typed_ahead_of_a_failed_save_do_not_try_it_again(sit: Sit) -> None:
    seat = sit()
    seat.desk.failing[SaveAnswer] = Failure("outside", "The disk is full.")
    seat.type("1", "1")
    seat.desk.failing.clear()
    seat.type("2", "")
    assert seat.item == "S1"
    seat.type("<backspace>", "")
    assert seat.item == "S2"


def test_a_case_that_was_lost_is_told_and_the_shift_goes_on(sit: Sit, clock: Clock) -> None:
    seat = sit().type("1")
    clock.forward(minutes=10)
    other = sit("Kim", dialled=False)
    other.type("")
    assert other.controller.card.serial == "1000"
    seat.driver.press(*"1", "enter", *"1", "enter")
    assert seat.state == "ready"
    assert "no longer yours" in seat.message
    assert seat.saved() == {"S1": 1}


def test_the_heartbeat_tells_a_lost_case(sit: Sit, clock: Clock) -> None:
    seat = sit()
    assert seat.desk.renew() is None
    clock.forward(minutes=10)
    sit("Kim", dialled=False).type("")
    told = seat.desk.renew()
    assert isinstance(told, Failure)
    seat.driver.lost(told.why)
    assert seat.state == "ready"
    assert "no longer yours" in seat.message


def test_a_note_is_saved_at_once(sit: Sit) -> None:
    seat = sit().type("<f4>", "Ask for [extension] 12")
    assert seat.item == "S1"
    assert seat.message == "The note is saved."
    assert "Ask for [extension] 12" in str(seat.desk.done[-1])


def test_leaving_in_a_call_is_asked_about(sit: Sit) -> None:
    seat = sit().type("<f10>")
    assert "has no outcome yet" in seat.screen
    seat.type("")
    assert seat.state == "leave"
    seat.type("<backspace>")
    assert seat.item == "S1"
    seat.type("/quit", "quit")
    assert seat.driver.left


def test_leaving_from_the_card_puts_the_case_back(sit: Sit) -> None:
    seat = sit(dialled=False).type("", "<ctrl+q>", "")
    assert seat.driver.left
    assert "Callable now: 4" in sit("Kim", dialled=False).screen


def test_another_day_another_interviewer_goes_on_at_the_same_question(sit: Sit, clock: Clock) -> None:
    seat = sit().type("1", "1", "1", "1", "6", "<f7>", "3", "", "")
    assert seat.state == "ready"
    clock.forward(days=1)
    other = sit("Kim", dialled=False)
    for _ in range(4):
        other.type("")
        if other.controller.card.serial == "1000":
            break
        other.type("", "9", "", "")
    other.type("")
    assert other.item == "S1"
    assert "My name is Kim" in other.screen
    other.type("1", "1")
    assert other.item == "B3"
    assert other.answers["S4"] == 1


def test_words_still_missing_are_asked_for_before_the_end(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "1", "6", "9")
    assert seat.state == "write_in"
    seat.type("/last")
    answer_all(seat, random.Random(3))
    assert seat.saved()["B3_9_text"] == "words of their own"
    assert seat.state == "last_note"


def test_every_close_is_one_effect_with_all_that_was_taken_down(sit: Sit) -> None:
    seat = sit().type("4", "tomorrow 2pm", "", "likes tea", "")
    closes = [effect for effect in seat.desk.done if isinstance(effect, CloseCall)]
    assert len(closes) == 1
    result = closes[0].result
    assert result.appointment is not None
    assert (result.outcome, result.appointment.kind, result.note) == ("soft_appointment", "soft", "likes tea")


def test_a_case_that_is_alive_elsewhere_is_taken_up_only_after_a_question(sit: Sit, clock: Clock) -> None:
    first = sit().type("1", "1")
    clock.forward(seconds=12)
    second = sit(dialled=False)
    assert "Case 1000 is still yours: F3 takes it up." in second.screen
    second.type("<f3>")
    assert second.state == "take_up"
    assert "12 s ago" in second.screen
    second.type("<backspace>")
    first.type("1")
    assert first.saved()["S4"] == 1
    second.type("<f3>", "")
    assert (second.state, second.controller.card.serial) == ("card", "1000")
    first.type("1")
    assert first.state == "ready"
    assert "no longer yours" in first.message


def test_a_case_that_shows_no_sign_of_life_is_taken_up_at_once(sit: Sit, clock: Clock) -> None:
    sit().type("1", "1")
    clock.forward(minutes=5)
    seat = sit(dialled=False).type("<f3>")
    assert (seat.state, seat.controller.card.serial) == ("card", "1000")
    seat.type("<x>", "")
    assert "still yours" not in seat.screen


def test_an_interview_begun_under_another_version_says_what_no_longer_fits(sit: Sit, clock: Clock) -> None:
    sit().type("1", "1", "1", "1", "6")
    clock.forward(minutes=5)
    seat = sit(dialled=False)
    with seat.desk.store.write() as connection:
        for old, new in (("B1", "b1"), ("B2", "B2old")):  # as a version that spelt them so would have saved them
            connection.execute(update(answer).where(answer.c.item == old).values(item=new))
    seat.type("<f3>", "", "1", "1")
    assert seat.answers["B1"] == 1
    assert seat.item == "B2"
    seat = sit(dialled=False).type("<f3>", "", "")
    assert "B2old" in seat.message


def test_soft_checks_are_off_unless_the_study_wants_them(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "2", "1")
    assert seat.item != "B2"
    assert seat.message == ""


def test_a_contradiction_is_asked_about_and_stops_nothing(sit: Sit) -> None:
    seat = sit()
    object.__setattr__(seat.desk.study, "soft_checks", True)
    seat.type("1", "1", "1", "2", "1")
    after = seat.item
    assert after != "B2"
    assert "no longer work in child and family social work" in seat.message
    assert "F2 or /back goes back; going on keeps both answers." in seat.message
    seat.type("<f2>", "9")
    assert seat.item != "B2"
    assert seat.message == ""
    seat.type("<f2>", "1")
    seat.driver.press("1", "enter")
    assert seat.item != after  # typed ahead, it is the answer to the next question
    assert seat.saved()["B2"] == 1


def test_notes_of_the_same_words_are_all_shown_and_a_new_one_at_once(sit: Sit) -> None:
    seat = sit(dialled=False).type("", "<f4>", "call after 4", "<f5>")
    assert seat.screen.count("“call after 4”") == 1
    seat.type("", "", "<f4>", "call after 4", "<f5>")
    assert " ".join(seat.screen.split()).count("“call after 4”") == 2

"""What is asked when a call ends, the confirmation, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from cati.console.interviewer.effects import CloseCall, Failure, Foresee
from cati.desk import UNDO_TIME, EmailRequest, Refusal, Result
from cati.fieldwork import describe
from cati.storage.tables import call_result, cases

from .conftest import Clock, Seat, Sit


def coded(seat: Seat) -> Result:
    return next(effect.result for effect in reversed(seat.desk.done) if isinstance(effect, CloseCall))


def test_an_appointment_is_read_back_before_it_is_taken(sit: Sit) -> None:
    seat = sit().type("3")
    assert seat.state == "appointment"
    seat.type("tue 2pm")
    assert "Tue 26 Nov, 14:00 (in 6 days). Enter again takes it." in seat.message
    seat.type("")
    assert seat.state == "last_note"
    seat.type("", "")
    assert seat.state == "ready"
    assert "Logged: Hard appointment, case 1000. F8 to undo (60 s)." in seat.message
    when = coded(seat).appointment
    assert when is not None
    assert when.at.isoformat() == "2019-11-26T14:00:00+00:00"


def test_a_time_that_is_not_understood_says_why_and_gives_an_example(sit: Sit) -> None:
    seat = sit().type("3", "soonish")
    assert seat.state == "appointment"
    assert "For example" in seat.message


@pytest.mark.parametrize(("typed", "warning"), [("tomorrow 11pm", "calling hours"), ("15 jan 2pm", "Fieldwork ends")])
def test_a_time_outside_calling_hours_or_fieldwork_is_warned_about(sit: Sit, typed: str, warning: str) -> None:
    seat = sit().type("3", typed)
    assert warning in seat.screen
    assert "See above what speaks against it. Enter again takes it all the same." in " ".join(seat.message.split())
    seat.type("")
    assert seat.state == "last_note"


def test_a_time_that_has_passed_is_refused(sit: Sit) -> None:
    seat = sit().type("3", "today 9am", "")
    assert seat.state == "appointment"
    assert seat.controller.state.stop is not None


def test_type_ahead_goes_through_the_appointment_to_the_next_case(sit: Sit) -> None:
    seat = sit()
    keys = "3\ntomorrow 2pm\n\nring twice\n\n\n"
    seat.driver.press(*("enter" if char == "\n" else char for char in keys))
    assert seat.state == "card"
    assert seat.controller.card.serial == "1001"
    assert coded(seat).note == "ring twice"


def test_a_refusal_takes_strength_person_and_reason(sit: Sit) -> None:
    seat = sit().type("6", "1", "2", "too busy", "", "")
    taken = coded(seat)
    assert (taken.outcome, taken.refusal) == ("refusal", Refusal("soft", "somebody else", "too busy"))


def test_a_refusal_that_goes_online_has_its_address_checked(sit: Sit) -> None:
    seat = sit().type("1", "4", "1")
    assert seat.state == "email"
    assert "ann@example.org" in seat.screen
    seat.type("", "", "")
    assert (coded(seat).outcome, coded(seat).email) == (
        "online_requested",
        EmailRequest("ann@example.org", "online_link"),
    )


def test_a_referral_number_is_asked_for_and_goes_with_the_outcome(sit: Sit) -> None:
    seat = sit().type("14", "1")
    assert seat.state == "write_in"
    seat.type("no number")
    assert "it has letters in it" in seat.message
    seat.type("<ctrl+u>", "0909 879 0005")
    assert "premium rate" in seat.message
    seat.type("<ctrl+u>", "0113 496 0999", "", "")
    assert seat.state == "ready"
    assert (coded(seat).outcome, coded(seat).referral_number) == ("referral_number", "0113 496 0999")


def test_going_back_from_the_confirmation_takes_the_code_back(sit: Sit) -> None:
    seat = sit().type("9", "")
    assert seat.state == "confirm"
    assert "called again from" in seat.screen
    seat.type("<backspace>", "<backspace>")
    assert seat.item == "S1"
    assert "S1" not in seat.saved()
    seat.type("5", "", "")
    assert coded(seat).outcome == "engaged"


def test_the_confirmation_takes_nothing_but_enter(sit: Sit) -> None:
    seat = sit().type("9", "", "3")
    assert seat.state == "confirm"
    assert seat.controller.state.stop is not None


def test_undo_brings_the_case_back_at_the_confirmation(sit: Sit, clock: Clock) -> None:
    seat = sit().type("4", "tomorrow 2pm", "", "", "")
    assert seat.state == "ready"
    clock.forward(seconds=20)
    seat.type("<f8>")
    assert seat.state == "confirm"
    assert "Soft appointment" in seat.screen
    seat.type("<backspace>", "<backspace>", "<backspace>")
    assert seat.item == "S1"
    seat.type("5", "", "")
    assert coded(seat).outcome == "engaged"
    assert "Logged: Engaged" in seat.message


def test_undo_after_its_time_is_refused_with_the_reason(sit: Sit, clock: Clock) -> None:
    seat = sit().type("9", "", "")
    clock.forward(minutes=2)
    seat.type("<f8>")
    assert seat.state == "ready"
    assert "More than 60 seconds" in seat.message


def test_a_break_off_before_the_interview_leads_to_the_screeners_codes(sit: Sit) -> None:
    seat = sit().type("1", "1", "<f7>")
    assert seat.item == "S2"
    assert "has not begun" in seat.message


@pytest.mark.parametrize(
    ("code", "more", "outcome", "kind"),
    [
        ("1", ["tomorrow 2pm", ""], "suspended", "hard"),
        ("2", ["tomorrow afternoon", ""], "suspended", "soft"),
        ("3", [], "suspended", None),
        ("4", ["2", "1", "had enough"], "breakdown", None),
    ],
)
def test_a_break_off_is_coded_with_what_belongs_to_it(
    sit: Sit, code: str, more: list[str], outcome: str, kind: str | None
) -> None:
    seat = sit().type("1", "1", "1", "1", "<f7>", code, *more, "", "")
    assert seat.state == "ready"
    booked, refusal = coded(seat).appointment, coded(seat).refusal
    assert (coded(seat).outcome, booked.kind if booked else None) == (outcome, kind)
    assert (refusal.reason if refusal else "") == ("had enough" if code == "4" else "")


def test_an_appointment_key_gives_the_screeners_own_code(sit: Sit) -> None:
    seat = sit().type("<f6>", "1")
    assert seat.state == "appointment"
    assert seat.saved()["S1"] == 3


def test_an_appointment_key_within_the_interview_breaks_it_off(sit: Sit) -> None:
    seat = sit().type("1", "1", "1", "1", "<f6>", "2", "tomorrow 2pm", "", "", "")
    booked = coded(seat).appointment
    assert (coded(seat).outcome, booked.kind if booked else None) == ("suspended", "soft")


def test_a_result_that_was_not_logged_can_be_tried_again(sit: Sit) -> None:
    seat = sit().type("9", "")
    seat.desk.failing[CloseCall] = Failure("outside", "The disk is full.")
    seat.type("")
    assert seat.state == "confirm"
    assert "NOT SAVED" in seat.message
    seat.desk.failing.clear()
    seat.type("")
    assert seat.state == "ready"


def test_a_case_of_two_calls_stands_as_the_scheme_says(sit: Sit) -> None:
    seat = sit().type("6", "2", "1", "", "", "")
    assert "Logged: Refusal, case 1000" in seat.message
    assert "not called again" in seat.screen or "F8" in seat.message


def test_the_confirmation_says_when_the_desk_will_bring_the_case_back(sit: Sit, clock: Clock) -> None:
    seat = sit()
    for times in range(1, 4):
        assert seat.controller.card.serial == "1000"
        seat.type("9", "")
        said = seat.screen
        seat.type("")
        logged = seat.controller.logged
        assert logged is not None
        due = logged.closed.next_call_at
        assert due is not None
        assert f"called again from {describe(due, clock(), ZoneInfo('Europe/London'))}" in " ".join(said.split()), times
        with seat.desk.store.write() as connection:
            connection.execute(update(cases).where(cases.c.serial != "1000").values(next_class=None))
        clock.now = due
        seat.type("", "")


def test_a_soft_appointment_is_nobodys_own_and_a_hard_one_comes_to_its_maker_first(sit: Sit) -> None:
    seat = sit().type("4", "tomorrow 2pm", "", "")
    assert "soft appointment, to whoever is free" in " ".join(seat.screen.split())
    seat.type("<backspace>", "<backspace>", "<backspace>", "3", "tomorrow 2pm", "", "")
    assert "hard appointment, to you first" in " ".join(seat.screen.split())


def test_a_failed_number_says_whether_the_case_has_another(sit: Sit) -> None:
    seat = sit().type("15", "")
    assert "Another number of the case is called next." in " ".join(seat.screen.split())
    seat.type("", "", "")
    while seat.controller.card.serial != "1000":
        seat.type("15", "", "", "", "")
    seat.type("15", "")
    assert "Another number" not in seat.screen
    assert "The case is closed: it is not called again." in " ".join(seat.screen.split())


def test_nothing_of_what_is_foreseen_is_kept(sit: Sit) -> None:
    seat = sit().type("6", "2", "1", "never", "")
    assert seat.state == "confirm"
    assert "is closed: it is not called again" in seat.screen
    with seat.desk.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(call_result)).scalar_one() == 0
        assert connection.execute(select(cases.c.outcome).where(cases.c.serial == "1000")).scalar_one() != "refusal"
    seat.type("<backspace>", "<backspace>", "<backspace>", "<backspace>", "<backspace>", "5", "", "")
    assert coded(seat).outcome == "engaged"


def test_what_cannot_be_foreseen_can_still_be_logged(sit: Sit) -> None:
    seat = sit().type("9")
    seat.desk.failing[Foresee] = Failure("outside", "The disk is slow.")
    seat.type("")
    assert "Not known yet what this does to the case: The disk is slow." in seat.screen
    seat.type("")
    assert "Logged: No reply" in seat.message


def test_the_time_of_undoing_is_said_as_the_desk_keeps_it(sit: Sit) -> None:
    seat = sit().type("9", "", "")
    assert f"F8 to undo ({UNDO_TIME.seconds} s)" in seat.message


def test_only_the_break_offs_that_the_scheme_has_are_offered(sit: Sit) -> None:
    seat = sit()
    scheme = seat.desk.study.scheme
    outcomes = {
        key: replace(each, breaks_off=each.breaks_off and each.is_final) for key, each in scheme.outcomes.items()
    }
    vars(seat.desk.study)["scheme"] = replace(scheme, outcomes=outcomes)
    seat.type("1", "1", "1", "1", "<f7>", "1")
    assert "type 4" in seat.message
    seat.type("<ctrl+u>", "<f2>", "<f6>", "2")
    assert "no outcome for an interview that goes on" in seat.message

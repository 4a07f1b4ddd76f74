"""What a supervisor repairs: each with a reason, foreseen, logged, and never of a case in somebody's hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cati.desk import (
    Actor,
    Booking,
    EmailRequest,
    Interviewer,
    LostHold,
    Refusal,
    Repaired,
    Result,
    SampleRow,
    add_number,
    cancel_appointment,
    case_card,
    case_log,
    correct_number,
    foresee_repair,
    list_outbox,
    load_sample,
    mark_number,
    move_appointment,
    opt_out_case,
    opt_out_counts,
    opt_out_details,
    reassign_case,
    recode_call,
    release_case,
    renew,
    reopen_case,
    save_answer,
    sign_in,
    start_call,
    take_case,
    undo_repair,
    withdraw_respondent,
)
from cati.errors import InputError
from cati.storage import Store, verify
from cati.studies import Study

from .repair_tools import WHY, ann, call, state, supervisor


@pytest.fixture
def ruth(shop: Store, study: Study) -> Actor:
    return supervisor(shop, study)


@pytest.fixture
def who(shop: Store) -> Interviewer:
    return ann(shop)


def outcome(store: Store, study: Study, serial: str) -> str:
    return case_card(store, study, serial).outcome


# --- what every repair does


def test_a_repair_without_a_reason_is_refused(shop: Store, study: Study, ruth: Actor, who: Interviewer) -> None:
    call(shop, study, who, "C1", "no_reply")
    with pytest.raises(InputError, match="Give a reason"):
        recode_call(shop, study, ruth, "C1", Result("engaged"), "  \n ")
    assert outcome(shop, study, "C1") == "no_reply"


def test_a_repair_says_what_becomes_of_the_outcome_table(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    call(shop, study, who, "C1", "refusal")
    before = state(shop, study)
    foreseen = foresee_repair(shop, lambda trial: recode_call(trial, study, ruth, "C1", Result("engaged"), WHY))
    assert state(shop, study) == before, "a preview keeps nothing"
    assert case_log(shop, "C1") == ()
    done = recode_call(shop, study, ruth, "C1", Result("engaged"), WHY)
    assert replace(foreseen, id=0) == replace(done, id=0)
    assert (done.outcome_before, done.outcome_after) == ("refusal", "engaged")
    assert {row.key: (row.before, row.after) for row in done.rows} == {
        "contacts": (1, 0),
        "refusals": (1, 0),
        "other_live": (4, 5),
    }
    after = state(shop, study)["table"]
    assert {row.key: after[row.key] for row in done.rows} == {row.key: row.after for row in done.rows}
    assert done.next_call_before is None
    assert done.next_call_after is not None


def test_the_change_log_says_what_was_who_did_what_when_and_why(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    call(shop, study, who, "C1", "no_reply")
    at = clock.forward(minutes=5)
    recode_call(shop, study, ruth, "C1", Result("refusal"), "a  slip\nof the finger")
    (line,) = case_log(shop, "C1")
    assert (line.at, line.who, line.what) == (at, "Ruth", "case: call of 2019-11-19 10:00 recoded")
    assert (line.old, line.new, line.why) == ("No reply or answer phone", "Refusal", "a slip of the finger")
    assert line.can_be_undone
    clock.forward(minutes=1)
    undo_repair(shop, study, ruth, "C1", "it was right")
    first, second = case_log(shop, "C1")
    assert (first.undone_by, first.can_be_undone) == (second.id, False)
    assert (second.undoes, second.old, second.new, second.why) == (line.id, line.new, line.old, "it was right")
    assert not second.can_be_undone


REPAIRS: dict[str, Callable[[Store, Study, Actor], Repaired]] = {
    "recode": lambda store, study, who: recode_call(store, study, who, "C1", Result("engaged"), WHY),
    "reassign": lambda store, study, who: reassign_case(store, study, who, "C1", "Ruth", WHY),
    "reopen": lambda store, study, who: reopen_case(store, study, who, "C1", WHY),
    "opt out": lambda store, study, who: opt_out_case(store, study, who, "C1", WHY),
    "number add": lambda store, study, who: add_number(store, study, who, "C1", "01632 960099", WHY),
    "number correct": lambda store, study, who: correct_number(
        store, study, who, "C1", "01632 960001", "01632 960098", WHY
    ),
    "number mark": lambda store, study, who: mark_number(store, study, who, "C1", "01632 960001", "wrong", WHY),
    "appointment move": lambda store, study, who: move_appointment(
        store, study, who, "C1", Booking("hard", store.time() + timedelta(days=2)), WHY
    ),
    "appointment cancel": lambda store, study, who: cancel_appointment(store, study, who, "C1", WHY),
    "undo": lambda store, study, who: undo_repair(store, study, who, "C1", WHY),
}


def test_no_case_is_repaired_while_somebody_talks(shop: Store, study: Study, ruth: Actor, who: Interviewer) -> None:
    hold = take_case(shop, study, who, "C1").hold
    made = start_call(shop, study, hold, case_card(shop, study, "C1").numbers[0].id)
    before = state(shop, study)
    for repair in REPAIRS.values():
        with pytest.raises(InputError, match=r"in the hands of Ann, in a call since 10:00.*cati case release C1"):
            repair(shop, study, ruth)
    assert state(shop, study) == before
    save_answer(shop, hold, made, "S1", 1, made.seq)  # she talks on


# --- release


def test_a_case_is_released_and_its_console_hears_of_it(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    delivery = take_case(shop, study, who, "C1")
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    save_answer(shop, delivery.hold, made, "S1", 1, made.seq)
    done = release_case(shop, study, ruth, "C1", WHY)
    assert done.old == "Ann"
    assert "in a call since 10:00" in done.notes[0]
    assert not renew(shop, delivery.hold)
    with pytest.raises(LostHold):
        save_answer(shop, delivery.hold, made, "S2", 1, made.seq + 1)
    card = case_card(shop, study, "C1")
    assert (card.held_by, card.answered, card.calls[-1].label) == (None, 1, "interrupted")
    assert verify(shop) == []


def test_recodings_are_taken_back_one_after_another_past_those_taken_back_before(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    call(shop, study, who, "C1", "not_available")
    at_first = state(shop, study)
    recode_call(shop, study, ruth, "C1", Result("engaged"), WHY)
    once = state(shop, study)
    recode_call(shop, study, ruth, "C1", Result("no_reply"), WHY)
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == once
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == at_first


def test_a_release_is_taken_back_until_the_case_is_handed_out_again(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    delivery = take_case(shop, study, who, "C1")
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    before = state(shop, study)
    release_case(shop, study, ruth, "C1", WHY)
    undo_repair(shop, study, ruth, "C1", "the wrong case")
    assert state(shop, study) == before
    save_answer(shop, delivery.hold, made, "S1", 1, made.seq)
    release_case(shop, study, ruth, "C1", WHY)
    call(shop, study, sign_in(shop, "Bob"), "C1", "no_reply")
    with pytest.raises(InputError, match="handed out again"):
        undo_repair(shop, study, ruth, "C1", WHY)


def test_what_nobody_holds_is_not_released(shop: Store, study: Study, ruth: Actor) -> None:
    with pytest.raises(InputError, match="in nobody's hands"):
        release_case(shop, study, ruth, "C1", WHY)


# --- recode


def test_the_old_result_of_a_recoded_call_stays_and_its_note_too(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    call(shop, study, who, "C1", Result("refusal", "hung up", refusal=Refusal("soft", "herself", "no time")))
    recode_call(shop, study, ruth, "C1", Result("refusal", refusal=Refusal("hard", "herself", "no time")), WHY)
    made = case_card(shop, study, "C1").calls[0]
    assert (made.outcome, made.refusal_strength, made.notes) == ("refusal", "hard", ("hung up",))
    undo_repair(shop, study, ruth, "C1", WHY)
    made = case_card(shop, study, "C1").calls[0]
    assert (made.refusal_strength, made.refused_by, made.notes) == ("soft", "herself", ("hung up",))


def test_the_history_decides_whatever_call_is_recoded(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    call(shop, study, who, "C1", "no_reply")
    clock.forward(days=1)
    call(shop, study, who, "C1", "engaged")
    done = recode_call(shop, study, ruth, "C1", Result("refusal"), WHY, 1)
    assert (done.outcome_after, done.next_call_after) == ("refusal", None)
    with pytest.raises(InputError, match=r"has no call 3: its calls are 1 to 2"):
        recode_call(shop, study, ruth, "C1", Result("refusal"), WHY, 3)
    with pytest.raises(InputError, match="coded as Refusal already"):
        recode_call(shop, study, ruth, "C1", Result("refusal"), WHY, 1)
    with pytest.raises(InputError, match="never called"):
        recode_call(shop, study, ruth, "C2", Result("refusal"), WHY)


def test_an_interrupted_call_is_coded_and_again_not(shop: Store, study: Study, ruth: Actor, who: Interviewer) -> None:
    delivery = take_case(shop, study, who, "C1")
    start_call(shop, study, delivery.hold, delivery.card.next_number)
    release_case(shop, study, ruth, "C1", WHY)
    before = state(shop, study)
    with pytest.raises(InputError, match=r"--call 1"):
        recode_call(shop, study, ruth, "C1", Result("refusal"), WHY)
    recode_call(shop, study, ruth, "C1", Result("refusal"), WHY, 1)
    assert outcome(shop, study, "C1") == "refusal"
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == before
    assert verify(shop) == []


def test_what_came_with_the_old_result_is_taken_back_and_comes_again(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    promised = Result("online_requested", email=EmailRequest("a@example.org", "online_link"))
    call(shop, study, who, "C1", promised)
    call(shop, study, who, "C2", Result("referral_number", referral_number="01632 960077"))
    call(shop, study, who, "C3", Result("hard_appointment", appointment=Booking("hard", clock.now + timedelta(days=1))))
    before = state(shop, study)
    for serial in ("C1", "C2", "C3"):
        recode_call(shop, study, ruth, serial, Result("no_reply"), WHY)
    assert [number.number for number in case_card(shop, study, "C2").numbers] == ["01632 960002"]
    assert case_card(shop, study, "C3").appointment is None
    for serial in ("C1", "C2", "C3"):
        undo_repair(shop, study, ruth, serial, WHY)
    assert state(shop, study) == before
    booked = case_card(shop, study, "C3").appointment
    assert booked is not None
    assert booked.starts_at == clock.now + timedelta(days=1)
    assert verify(shop) == []


def test_an_appointment_goes_on_where_the_new_outcome_takes_one(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    soft = Booking("soft", clock.now + timedelta(days=1))
    call(shop, study, who, "C1", Result("soft_appointment", appointment=soft))
    with pytest.raises(InputError, match="when"):
        recode_call(shop, study, ruth, "C1", Result("hard_appointment"), WHY)
    hard = Booking("hard", clock.now + timedelta(days=2))
    recode_call(shop, study, ruth, "C1", Result("hard_appointment", appointment=hard), WHY)
    card = case_card(shop, study, "C1")
    assert [(made.kind, made.status, made.owner) for made in card.appointments] == [
        ("soft", "cancelled", "Ann"),
        ("hard", "booked", "Ann"),
    ]
    recode_call(shop, study, ruth, "C1", Result("suspended"), WHY)  # may have one, of any kind
    kept = case_card(shop, study, "C1").appointment
    assert kept is not None
    assert kept.starts_at == hard.at


def test_a_recoded_call_settles_appointments_as_if_it_had_been_coded_so(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    first, second = (Booking("hard", clock.now + timedelta(days=days)) for days in (3, 2))
    call(shop, study, who, "C1", Result("hard_appointment", appointment=first))
    clock.forward(hours=1)
    call(shop, study, who, "C1", Result("hard_appointment", appointment=second))
    clock.now = second.at
    call(shop, study, who, "C1", "no_reply")
    statuses = [booked.status for booked in case_card(shop, study, "C1").appointments]
    assert statuses == ["replaced", "kept"]
    recode_call(shop, study, ruth, "C1", Result("no_reply"), WHY, 2)
    statuses = [booked.status for booked in case_card(shop, study, "C1").appointments]
    assert statuses == ["booked", "kept"], "the first one was never replaced, and its time has not come"
    undo_repair(shop, study, ruth, "C1", WHY)
    statuses = [booked.status for booked in case_card(shop, study, "C1").appointments]
    assert statuses == ["replaced", "kept"]


def test_no_call_is_recoded_as_an_interview_that_was_not_held_to_its_end(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    call(shop, study, who, "C1", "suspended")
    with pytest.raises(InputError, match="stop at S1"):
        recode_call(shop, study, ruth, "C1", Result("completed"), WHY)
    with pytest.raises(InputError, match="Did you mean refusal"):
        recode_call(shop, study, ruth, "C1", Result("refusd"), WHY)
    with pytest.raises(InputError, match="cannot come to"):
        recode_call(shop, study, ruth, "C1", Result("completed_online"), WHY)


def test_her_completes_of_the_day_stay_hers_when_a_supervisor_recodes(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    from cati.desk import day

    call(shop, study, who, "C1", "completed")
    assert day(shop, study, who).completes_today == 1
    recode_call(shop, study, ruth, "C1", Result("breakdown"), "made up")
    assert day(shop, study, who).completes_today == 0
    undo_repair(shop, study, ruth, "C1", WHY)
    assert day(shop, study, who).completes_today == 1


# --- reopen and opt out


def test_a_refusal_is_reopened_and_called_again(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    call(shop, study, who, "C1", "no_reply")
    clock.forward(days=1)
    call(shop, study, who, "C1", "refusal")
    before = state(shop, study)
    clock.forward(minutes=1)
    done = reopen_case(shop, study, ruth, "C1", "a soft one: try once more")
    assert (done.outcome_before, done.outcome_after) == ("refusal", "no_reply")
    assert done.next_call_after is not None
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == before
    clock.forward(minutes=1)
    reopen_case(shop, study, ruth, "C1", WHY, "call_back_consumer_hours")
    assert outcome(shop, study, "C1") == "call_back_consumer_hours"
    clock.forward(days=1)
    call(shop, study, who, "C1", "refusal")
    assert outcome(shop, study, "C1") == "refusal", "refused again"
    assert verify(shop) == []


def test_a_reopening_is_taken_back_after_the_case_was_called_again(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    call(shop, study, who, "C1", "refusal")
    clock.forward(minutes=1)
    reopen_case(shop, study, ruth, "C1", WHY)
    clock.forward(days=1)
    call(shop, study, who, "C1", "no_reply")
    assert outcome(shop, study, "C1") == "no_reply"
    undo_repair(shop, study, ruth, "C1", "should never have been called again")
    card = case_card(shop, study, "C1")
    assert (card.outcome, card.next_call_at, card.attempts) == ("refusal", None, 2)


def test_only_what_a_refusal_closed_is_reopened(shop: Store, study: Study, ruth: Actor, who: Interviewer) -> None:
    with pytest.raises(InputError, match="nothing to reopen"):
        reopen_case(shop, study, ruth, "C1", WHY)
    call(shop, study, who, "C1", "refusal")
    with pytest.raises(InputError, match="is final"):
        reopen_case(shop, study, ruth, "C1", WHY, "completed")


def test_whoever_asks_the_office_is_not_called_again(shop: Store, study: Study, ruth: Actor) -> None:
    before = state(shop, study)
    done = opt_out_case(shop, study, ruth, "C1", "e-mail of this morning")
    assert (done.outcome_after, done.next_call_after) == ("opted_out", None)
    assert case_card(shop, study, "C1").heard is not None
    with pytest.raises(InputError, match="already"):
        opt_out_case(shop, study, ruth, "C1", WHY)
    undo_repair(shop, study, ruth, "C1", "it was somebody else")
    assert state(shop, study) == before
    assert case_card(shop, study, "C1").heard is None
    assert verify(shop) == []


def test_whoever_asks_the_office_is_on_the_opt_out_list_until_it_is_taken_back(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    twin = SampleRow("C9", name="Person 1", phones=("01632 960001",))
    load_sample(shop, [twin], study=study)
    booking = Booking("hard", shop.time() + timedelta(days=1))
    call(shop, study, who, "C9", Result("hard_appointment", appointment=booking))
    before = state(shop, study)
    seen = foresee_repair(shop, lambda trial: opt_out_case(trial, study, ruth, "C1", WHY))
    assert state(shop, study) == before
    done = opt_out_case(shop, study, ruth, "C1", WHY)
    assert done.notes == seen.notes
    assert any("C9" in note for note in done.notes)
    assert opt_out_counts(shop) == {"phone": 1}
    with pytest.raises(InputError, match="On the opt-out list"):
        take_case(shop, study, who, "C9")
    with pytest.raises(InputError, match="is not called: on the opt-out list"):
        call(shop, study, who, "C2", Result("referral_number", referral_number="01632 960001"))
    release_case(shop, study, ruth, "C2", WHY)
    undo_repair(shop, study, ruth, "C1", "it was somebody else")
    assert opt_out_counts(shop) == {}
    after = state(shop, study)
    assert [row for row in after["cases"] if row["serial"] != "C2"] == [
        row for row in before["cases"] if row["serial"] != "C2"
    ]
    assert after["appointments"] == before["appointments"]
    assert verify(shop) == []


def test_what_was_listed_before_stays_listed_when_an_opting_out_is_taken_back(
    shop: Store, study: Study, ruth: Actor
) -> None:
    opt_out_details(shop, study, ruth, ["01632 960001"], "", WHY)
    opt_out_case(shop, study, ruth, "C1", WHY)
    undo_repair(shop, study, ruth, "C1", WHY)
    assert opt_out_counts(shop) == {"phone": 1}


def test_an_interview_held_outranks_an_opting_out_and_the_repair_says_so(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    call(shop, study, who, "C1", "completed")
    done = opt_out_case(shop, study, ruth, "C1", WHY)
    assert (done.outcome_after, done.rows) == ("completed", ())
    assert "all the same" in done.notes[0]


# --- numbers


def test_a_number_added_reopens_a_case_whose_numbers_all_failed(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    call(shop, study, who, "C1", "unobtainable")
    before = state(shop, study)
    assert outcome(shop, study, "C1") == "unobtainable"
    done = add_number(shop, study, ruth, "C1", "01632 960 099", WHY)
    assert (done.new, done.outcome_after) == ("+441632960099", "not_called")
    added = case_card(shop, study, "C1").numbers[-1]
    assert (added.number, added.source, added.id) == (
        "+441632960099",
        "office",
        case_card(shop, study, "C1").next_number,
    )
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == before
    add_number(shop, study, ruth, "C1", "01632 960 099", WHY)
    assert outcome(shop, study, "C1") == "not_called", "the same number again"


def test_a_corrected_number_stays_corrected_when_the_sample_is_loaded_again(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, sample_row: Any
) -> None:
    call(shop, study, who, "C1", "wrong_number")
    before = state(shop, study)
    correct_number(shop, study, ruth, "C1", "01632 960001", "01632 960091", "a digit was turned round")
    load_sample(shop, [sample_row(1)], study=study)
    card = case_card(shop, study, "C1")
    assert [(held.number, held.source, held.state) for held in card.numbers] == [("+441632960091", "office", "untried")]
    assert (card.outcome, card.calls[0].number) == ("not_called", "01632 960001")
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == before
    assert [held.number for held in case_card(shop, study, "C1").numbers] == ["01632 960001"]


def test_a_number_that_may_not_be_called_or_is_there_is_refused(shop: Store, study: Study, ruth: Actor) -> None:
    add_number(shop, study, ruth, "C1", "01632 960099", WHY)
    for typed, why in (
        ("090 9879 0000", "premium"),
        ("01632 960099", "holds"),
        ("12", "leading 0"),
        ("ring me", "letters"),
    ):
        with pytest.raises(InputError, match=why):
            add_number(shop, study, ruth, "C1", typed, WHY)
    opt_out_details(shop, study, ruth, ["01632 960077"], "", WHY)
    with pytest.raises(InputError, match="on the opt-out list"):
        add_number(shop, study, ruth, "C1", "01632 960077", WHY)
    with pytest.raises(InputError, match=r"does not hold.*01632 960001"):
        correct_number(shop, study, ruth, "C1", "01632 960055", "01632 960056", WHY)


def test_a_number_is_marked_by_hand_and_by_its_calls_again(shop: Store, study: Study, ruth: Actor) -> None:
    before = state(shop, study)
    done = mark_number(shop, study, ruth, "C1", "01632 960001", "wrong", WHY)
    assert done.outcome_after == "wrong_number"
    with pytest.raises(InputError, match="Did you mean dead"):
        mark_number(shop, study, ruth, "C1", "01632 960001", "deaf", WHY)
    mark_number(shop, study, ruth, "C1", "01632 960001", "as-called", WHY)
    assert state(shop, study) == before
    undo_repair(shop, study, ruth, "C1", WHY)
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == before
    with pytest.raises(InputError, match="No repair of case C1 is left"):
        undo_repair(shop, study, ruth, "C1", WHY)


def test_of_a_case_that_was_erased_no_number_is_kept_again(shop: Store, study: Study, ruth: Actor) -> None:
    add_number(shop, study, ruth, "C1", "01632 960099", WHY)
    withdraw_respondent(shop, study, "C1", ruth, reason=WHY)
    with pytest.raises(InputError, match="was erased"):
        add_number(shop, study, ruth, "C1", "01632 960098", WHY)
    with pytest.raises(InputError, match="No repair of case C1 is left"):
        undo_repair(shop, study, ruth, "C1", WHY)
    assert verify(shop) == []


# --- appointments


def test_an_appointment_is_given_to_somebody_else(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    sign_in(shop, "Bob")
    call(shop, study, who, "C1", Result("hard_appointment", appointment=Booking("hard", clock.now + timedelta(days=1))))
    before = state(shop, study)
    done = reassign_case(shop, study, ruth, "C1", "bob", "Ann is ill")
    assert (done.old, done.new) == ("Ann", "Bob")
    booked = case_card(shop, study, "C1").appointment
    assert booked is not None
    assert booked.owner == "Bob"
    with pytest.raises(InputError, match="already"):
        reassign_case(shop, study, ruth, "C1", "Bob", WHY)
    with pytest.raises(InputError, match="nobody called 'Eve'"):
        reassign_case(shop, study, ruth, "C1", "Eve", WHY)
    with pytest.raises(InputError, match="belongs to nobody"):
        reassign_case(shop, study, ruth, "C2", "Bob", WHY)
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == before


def test_an_appointment_is_moved_and_cancelled(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    call(shop, study, who, "C1", Result("hard_appointment", appointment=Booking("hard", clock.now + timedelta(days=1))))
    before = state(shop, study)
    with pytest.raises(InputError, match="past"):
        move_appointment(shop, study, ruth, "C1", Booking("hard", clock.now), WHY)
    later = Booking("hard", clock.now + timedelta(days=3), words="after the school run")
    done = move_appointment(shop, study, ruth, "C1", later, WHY)
    assert (done.old, done.new) == ("hard, 2019-11-20 10:00", "hard, 2019-11-22 10:00")
    at_night = move_appointment(shop, study, ruth, "C1", Booking("hard", clock.now + timedelta(days=3, hours=14)), WHY)
    assert at_night.notes, "what speaks against the time is said"
    undo_repair(shop, study, ruth, "C1", WHY)
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == before
    done = cancel_appointment(shop, study, ruth, "C1", WHY)
    assert case_card(shop, study, "C1").appointment is None
    assert done.next_call_after is not None, "it is called in its turn"
    with pytest.raises(InputError, match="no appointment that stands"):
        move_appointment(shop, study, ruth, "C1", later, WHY)
    undo_repair(shop, study, ruth, "C1", WHY)
    assert state(shop, study) == before
    assert verify(shop) == []


# --- what belongs to an outcome


def test_a_refusal_recoded_as_another_keeps_how_firm_it_was_who_refused_and_why(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    said = Refusal("soft", "respondent", "no time this month")
    call(shop, study, who, "C1", Result("refusal", refusal=said))
    recode_call(shop, study, ruth, "C1", Result("refusal_company_policy"), WHY)
    (made,) = case_card(shop, study, "C1").calls
    assert (made.refusal_strength, made.refused_by, made.refusal_reason) == (said.strength, said.who, said.reason)
    recode_call(shop, study, ruth, "C1", Result("refusal", refusal=Refusal("hard")), WHY)
    (made,) = case_card(shop, study, "C1").calls
    assert (made.refusal_strength, made.refused_by, made.refusal_reason) == ("hard", said.who, said.reason)


def test_a_corrected_address_takes_the_place_of_the_wrong_one_in_the_outbox(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    def waiting() -> list[str]:
        return [each.address for each in list_outbox(shop, study) if each.state == "waiting"]

    call(shop, study, who, "C1", "no_reply")
    for address in ("wrong@example.org", "right@example.org"):
        result = Result("online_requested", email=EmailRequest(address, "online_link"))
        recode_call(shop, study, ruth, "C1", result, WHY)
    assert waiting() == ["right@example.org"]
    undo_repair(shop, study, ruth, "C1", WHY)
    assert waiting() == ["wrong@example.org"]


def test_details_that_do_not_belong_to_the_outcome_are_refused(
    shop: Store, study: Study, ruth: Actor, who: Interviewer
) -> None:
    call(shop, study, who, "C1", "no_reply")
    for result, why in (
        (Result("engaged", refusal=Refusal("hard")), "has no refusal"),
        (Result("engaged", referral_number="01632 960099"), "has no number"),
        (Result("engaged", email=EmailRequest("a@example.org", "online_link")), "has no email"),
        (Result("online_requested", email=EmailRequest("nonsense", "online_link")), "is no e-mail address"),
    ):
        with pytest.raises(InputError, match=why):
            recode_call(shop, study, ruth, "C1", result, WHY)
    assert outcome(shop, study, "C1") == "no_reply"


def test_no_repair_makes_an_appointment_of_another_kind_than_its_outcome(
    shop: Store, study: Study, ruth: Actor, who: Interviewer, clock: Any
) -> None:
    soft = Booking("soft", clock.now + timedelta(days=1))
    call(shop, study, who, "C1", Result("soft_appointment", appointment=soft))
    with pytest.raises(InputError, match="takes no hard appointment"):
        move_appointment(shop, study, ruth, "C1", Booking("hard", clock.now + timedelta(days=2)), WHY)
    call(shop, study, who, "C2", "refusal")
    with pytest.raises(InputError, match="cannot be reopened as"):
        reopen_case(shop, study, ruth, "C2", WHY, "hard_appointment")

"""What a supervisor sees: the shift, the call-back queue, the case finder, a whole case, the quota of listening."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from cati import desk
from cati.desk import (
    Actor,
    Booking,
    Delivery,
    Interviewer,
    Leaf,
    OpenCall,
    Overtaken,
    Page,
    Result,
    SampleRow,
    Seat,
    Wanted,
)
from cati.desk.callback_queue import STATES
from cati.errors import InputError
from cati.storage import Pulse, Store, open_store
from cati.storage.tables import cases
from cati.studies import Study

WHY = "as the respondent asked"
on_sqlite = pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
"""Rules whose queries other tests here run on both databases."""


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return desk.sign_in(shop, "Ann")


@pytest.fixture
def bob(shop: Store) -> Interviewer:
    return desk.sign_in(shop, "Bob")


@pytest.fixture
def ruth(shop: Store) -> Actor:
    desk.appoint_administrator(shop)
    desk.add_user(shop, desk.sign_in_as(shop, None), "Ruth", "supervisor")
    return desk.sign_in_as(shop, "Ruth")


@pytest.fixture
def dial(shop: Store, study: Study) -> Callable[[Interviewer, str], tuple[Delivery, OpenCall]]:
    """Takes a case and dials it."""

    def dialled(who: Interviewer, serial: str) -> tuple[Delivery, OpenCall]:
        delivery = desk.take_case(shop, study, who, serial)
        return delivery, desk.start_call(shop, study, delivery.hold, delivery.card.next_number)

    return dialled


@pytest.fixture
def called(shop: Store, study: Study, dial: Any) -> Callable[..., int]:
    """Calls a case, and logs what came of it; gives the id of the call."""

    def call(who: Interviewer, serial: str, result: Result) -> int:
        delivery, made = dial(who, serial)
        desk.close_call(shop, study, delivery.hold, made, result)
        return int(made.call_id)

    return call


def at(shop: Store, minutes: int, kind: Any = "hard") -> Result:
    """An appointment in so many minutes."""
    return Result(f"{kind}_appointment", appointment=Booking(kind, shop.time() + timedelta(minutes=minutes)))


def whole(shop: Store, study: Study, wanted: Wanted | None = None) -> list[Any]:
    return list(desk.call_back_page(shop, study, wanted or Wanted(), Leaf(100)).rows)


def seats(shop: Store, study: Study) -> dict[str, Seat]:
    found = desk.shift_now(shop, study)
    return {seat.name: seat for seat in desk.in_detail(shop, study, found)}


# --- the queue


def test_an_appointment_is_to_come_then_due_then_overdue_then_missed(
    shop: Store, study: Study, clock: Any, ann: Interviewer, called: Any
) -> None:
    called(ann, "C1", at(shop, 60))
    states = []
    for minutes in (0, 60, 10, 60):
        clock.forward(minutes=minutes)
        states += [each.state for each in whole(shop, study)]
    assert states == ["coming", "due", "overdue", "missed"]


def test_the_queue_tells_whose_an_appointment_is_what_time_it_is_for_and_who_has_it_in_hand(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, called: Any
) -> None:
    wanted = shop.time() + timedelta(minutes=30)
    called(ann, "C1", at(shop, 30, "soft"))
    desk.take_case(shop, study, bob, "C1")
    (found,) = whole(shop, study)
    assert (found.serial, found.kind, found.owner, found.held_by) == ("C1", "soft", "Ann", "Bob")
    assert found.at == wanted
    assert found.due_at <= wanted
    assert found.attempts == 1


def test_the_queue_is_filtered_by_kind_state_owner_and_text(
    shop: Store, study: Study, ann: Interviewer, bob: Interviewer, called: Any
) -> None:
    called(ann, "C1", at(shop, 30))
    called(bob, "C2", at(shop, 40, "soft"))
    called(bob, "C3", Result("no_reply"))

    def serials(**wanted: Any) -> list[str]:
        return [each.serial for each in whole(shop, study, Wanted(**wanted))]

    assert serials() == ["C1", "C2"]
    assert serials(kinds=("hard",)) == ["C1"]
    assert serials(kinds=("call_back",)) == ["C3"]
    assert serials(kinds=("hard", "soft", "call_back")) == ["C1", "C2", "C3"]
    assert serials(owner="  BOB ") == ["C2"]
    assert serials(state="missed") == []
    assert serials(state="coming") == ["C1", "C2"]
    assert serials(text="person 2") == ["C2"]
    assert serials(text="%") == []
    with pytest.raises(InputError, match="nobody called 'Eve'"):
        serials(owner="Eve")


def test_the_counts_of_the_queue_are_those_of_its_pages(
    shop: Store, study: Study, clock: Any, ann: Interviewer, called: Any
) -> None:
    for serial, minutes in (("C1", 10), ("C2", 100), ("C3", 200)):
        called(ann, serial, at(shop, minutes))
    called(ann, "C4", Result("engaged"))
    clock.forward(minutes=60)
    everything = Wanted(kinds=("hard", "soft", "call_back"))
    counts = desk.call_back_counts(shop, study, everything)
    assert counts == {"missed": 1, "overdue": 0, "due": 1, "coming": 2}
    for state in STATES:
        assert counts[state] == len(whole(shop, study, Wanted(everything.kinds, state)))


@on_sqlite
def test_a_case_that_is_done_waits_in_no_queue(
    shop: Store, study: Study, ann: Interviewer, ruth: Actor, called: Any
) -> None:
    called(ann, "C1", at(shop, 30))
    desk.opt_out_case(shop, study, ruth, "C1", WHY)
    assert whole(shop, study) == []


# --- pages


ROWS = st.lists(
    st.tuples(st.sampled_from([0, 1, 2]), st.integers(0, 4), st.sampled_from(["Ann", "Bob", "Čapek", "", "ann"])),
    max_size=14,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, size=st.integers(1, 6), sort=st.sampled_from(["time", "latest", "serial", "name"]))
def test_leafing_down_and_up_shows_every_row_exactly_once_and_in_order(
    store: Store, study: Study, rows: list[tuple[int, int, str]], size: int, sort: Any
) -> None:
    _fill(store, rows)
    wanted = Wanted(kinds=("hard", "soft", "call_back"))

    def read(leaf: Leaf) -> Page[Any]:
        return desk.call_back_page(store, study, wanted, leaf, sort)

    everything = read(Leaf(100))
    keys = {
        "time": [(each.due_at, int(each.serial)) for each in everything.rows],
        "latest": [(each.due_at, int(each.serial)) for each in everything.rows],
        "serial": [each.serial for each in everything.rows],
        "name": [],
    }[sort]
    assert keys == sorted(keys, reverse=sort == "latest")
    assert sorted(int(each.serial) for each in everything.rows) == list(range(100, 100 + len(rows)))
    assert (everything.before, everything.behind) == (False, False)
    assert _leafed(read, size, down=True) == list(everything.rows)
    assert _leafed(read, size, down=False) == list(everything.rows)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, size=st.integers(1, 6), sort=st.sampled_from(["serial", "name"]))
def test_the_finder_leafs_in_the_same_way(store: Store, rows: list[tuple[int, int, str]], size: int, sort: Any) -> None:
    _fill(store, rows)

    def read(leaf: Leaf) -> Page[Any]:
        return desk.find_cases(store, "", leaf, sort)

    everything = read(Leaf(100)).rows
    assert sorted(each.serial for each in everything) == [str(100 + n) for n in range(len(rows))]
    assert _leafed(read, size, down=True) == list(everything)
    assert _leafed(read, size, down=False) == list(everything)


def _fill(store: Store, rows: list[tuple[int, int, str]]) -> None:
    now = store.time()
    with store.write() as connection:
        connection.execute(delete(cases))
        made = [
            {
                "id": number + 1,
                "serial": f"{100 + number}",
                "name": name,
                "loaded_at": now,
                "issued_at": now,
                "outcome": "no_reply",
                "outcome_at": now,
                "attempts": 1,
                "next_class": rank,
                "next_call_at": now + timedelta(hours=hours),
            }
            for number, (rank, hours, name) in enumerate(rows)
        ]
        if made:
            connection.execute(insert(cases), made)


def _leafed(read: Callable[[Leaf], Page[Any]], size: int, *, down: bool) -> list[Any]:
    found: list[Any] = []
    leaf: Leaf | None = Leaf(size, back=not down)
    while leaf is not None:
        page = read(leaf)
        assert len(page.rows) <= size
        found = [*found, *page.rows] if down else [*page.rows, *found]
        if down:
            leaf = Leaf(size, page.keys[-1]) if page.behind else None
        else:
            leaf = Leaf(size, page.keys[0], back=True) if page.before else None
    return found


# --- the finder


def test_a_case_is_found_by_serial_name_authority_and_number(shop: Store, study: Study) -> None:
    desk.load_sample(shop, [SampleRow("N1", la="Kent", phones=("+441632960077",))], study=study)
    for typed, found in {
        "C3": ["C3"],
        "person 2": ["C2"],
        "LEEDS": ["C1", "C2", "C3", "C4", "C5"],
        "kent": ["N1"],
        "01632 960077": ["N1"],
        "+44 1632 96 00 77": ["N1"],
        "960077": ["N1"],
        "nobody": [],
        "_": [],
        "'; DROP TABLE": [],
    }.items():
        assert [each.serial for each in desk.find_cases(shop, typed, Leaf(10)).rows] == found, typed


def test_names_in_other_scripts_are_found_whatever_their_capitals(shop: Store, study: Study) -> None:
    desk.load_sample(shop, [SampleRow("X1", name="Željka Ünal"), SampleRow("X2", name="شيرين")], study=study)
    for typed in ("željka", "ŽELJKA", "ünal", "شيرين"):
        assert len(desk.find_cases(shop, typed, Leaf(10)).rows) == 1, typed


@on_sqlite
def test_the_finder_tells_how_each_case_stands(shop: Store, study: Study, ann: Interviewer, called: Any) -> None:
    called(ann, "C1", Result("refusal"))
    desk.take_case(shop, study, ann, "C2")
    one, other = desk.find_cases(shop, "", Leaf(2)).rows
    assert (one.outcome, one.waits, one.attempts) == ("refusal", False, 1)
    assert (other.held_by, other.waits) == ("Ann", True)
    assert [each.serial for each in desk.find_cases(shop, "", Leaf(9), outcome="refusal").rows] == ["C1"]


# --- the shift


def test_a_seat_goes_from_between_cases_to_a_card_to_talking_and_to_left(
    shop: Store, study: Study, ann: Interviewer, dial: Any
) -> None:
    assert seats(shop, study)["Ann"].doing == "between"
    delivery = desk.take_case(shop, study, ann, "C1")
    assert (seats(shop, study)["Ann"].doing, seats(shop, study)["Ann"].serial) == ("card", "C1")
    desk.release(shop, delivery.hold)
    delivery, made = dial(ann, "C2")
    talking = seats(shop, study)["Ann"]
    assert (talking.doing, talking.serial, talking.person) == ("talking", "C2", "Person 2")
    assert (talking.calls, talking.completes) == (1, 0)
    desk.close_call(shop, study, delivery.hold, made, Result("no_reply"))
    desk.sign_out(shop, ann)
    assert seats(shop, study)["Ann"].doing == "left"


@on_sqlite
def test_a_seat_shows_the_question_that_waits_as_each_answer_is_saved(
    shop: Store, study: Study, ann: Interviewer, dial: Any
) -> None:
    delivery, made = dial(ann, "C1")
    shown = []
    for seq, item in enumerate(("S1", "S2", "S4", "B1"), start=made.seq):
        shown.append(seats(shop, study)["Ann"].question)
        desk.save_answer(shop, delivery.hold, made, item, 1, seq)
    assert shown == ["S1", "S2", "S4", "B1"]
    last = seats(shop, study)["Ann"]
    assert (last.question, last.answers) == ("B2", 4)


@on_sqlite
def test_who_saves_nothing_for_long_stands_out_as_stuck_and_who_takes_no_case_as_idle(
    shop: Store, study: Study, clock: Any, ann: Interviewer, bob: Interviewer, dial: Any, called: Any
) -> None:
    called(bob, "C2", Result("no_reply"))
    delivery, made = dial(ann, "C1")
    concerns = []
    for _ in range(6):
        concerns.append((seats(shop, study)["Ann"].concern, seats(shop, study)["Bob"].concern))
        clock.forward(seconds=75)
        desk.renew(shop, delivery.hold)
        desk.present(shop, bob)
    assert concerns[0] == ("", "")
    assert concerns[-1] == ("stuck", "idle")
    desk.save_answer(shop, delivery.hold, made, "S1", 1, made.seq)
    assert seats(shop, study)["Ann"].concern == ""


@on_sqlite
def test_a_console_that_died_with_a_case_in_hand_stands_out_as_lost(
    shop: Store, study: Study, clock: Any, ann: Interviewer, dial: Any
) -> None:
    dial(ann, "C1")
    began = shop.time()
    clock.forward(minutes=10)
    seat = seats(shop, study)["Ann"]
    assert (seat.doing, seat.concern, seat.serial, seat.since) == ("lost", "lost", "C1", began)


@on_sqlite
def test_whoever_signs_in_again_after_that_is_between_cases_with_one_still_in_her_name(
    shop: Store, study: Study, clock: Any, ann: Interviewer, dial: Any
) -> None:
    dial(ann, "C1")
    clock.forward(minutes=10)
    desk.sign_in(shop, "Ann")
    seat = seats(shop, study)["Ann"]
    assert (seat.doing, seat.serial, seat.call) == ("between", "C1", None)


@on_sqlite
def test_a_seat_shows_the_appointment_that_comes_next(shop: Store, study: Study, ann: Interviewer, called: Any) -> None:
    called(ann, "C1", at(shop, 300))
    called(ann, "C2", at(shop, 60))
    coming = seats(shop, study)["Ann"].next
    assert coming is not None
    assert (coming.serial, coming.kind) == ("C2", "hard")


def test_calls_and_completes_are_counted_by_the_hour_of_the_study(
    shop: Store, study: Study, clock: Any, ann: Interviewer, called: Any
) -> None:
    called(ann, "C1", Result("no_reply"))
    clock.forward(hours=1)
    called(ann, "C2", Result("completed"))
    called(ann, "C3", Result("refusal"))
    assert desk.hours_today(shop, study) == {10: (1, 0), 11: (2, 1)}
    clock.forward(days=1)
    assert desk.hours_today(shop, study) == {}


# --- a whole case


def test_a_whole_case_has_calls_interviews_changes_and_why_it_is_or_is_not_called(
    shop: Store, study: Study, ann: Interviewer, ruth: Actor, dial: Any
) -> None:
    delivery, made = dial(ann, "C1")
    for seq, item in enumerate(("S1", "S2", "S4", "B1"), start=made.seq):
        desk.save_answer(shop, delivery.hold, made, item, 1, seq)
    desk.close_call(shop, study, delivery.hold, made, at(shop, 60))
    desk.move_appointment(
        shop, study, ruth, "C1", Booking("hard", shop.time() + timedelta(days=1), words="tomorrow"), WHY
    )
    found = desk.whole_case(shop, study, "C1")
    (held,) = found.interviews
    assert (held.mode, held.answers, held.waits_at) == ("telephone", 2, "S1")  # S1 and S2 are asked anew
    assert [(each.who, each.why) for each in found.changes if each.can_be_undone] == [("Ruth", WHY)]
    assert [each.label for each in found.stood] == ["Not called yet", "Hard appointment"]
    assert not found.calling.may_be_called
    assert [booked.status for booked in found.card.appointments] == ["replaced", "booked"]
    with pytest.raises(InputError, match="no case 'C9'"):
        desk.whole_case(shop, study, "C9")


# --- a repair that was looked at first


def moved(study: Study, who: Actor, hours: int) -> Callable[[Store], Any]:
    return lambda store: desk.move_appointment(
        store, study, who, "C1", Booking("hard", store.time() + timedelta(hours=hours)), WHY
    )


def test_of_two_supervisors_who_repair_the_same_case_the_second_is_told(
    shop: Store, study: Study, ann: Interviewer, ruth: Actor, called: Any
) -> None:
    called(ann, "C1", at(shop, 60))
    first = desk.preview(shop, "C1", moved(study, ruth, 24))
    second = desk.preview(shop, "C1", moved(study, ruth, 48))
    before = desk.case_card(shop, study, "C1").appointment
    done = desk.do_as_previewed(shop, "C1", first.seen, moved(study, ruth, 24))
    assert done.new == first.repaired.new
    with pytest.raises(Overtaken, match=r"Ruth: appointment moved \(as the respondent asked\)"):
        desk.do_as_previewed(shop, "C1", second.seen, moved(study, ruth, 48))
    stands = desk.case_card(shop, study, "C1").appointment
    assert stands is not None
    assert stands != before
    assert stands.starts_at == shop.time() + timedelta(hours=24)


@on_sqlite
def test_a_case_that_an_interviewer_takes_meanwhile_is_not_repaired_unseen(
    shop: Store, study: Study, ann: Interviewer, ruth: Actor, called: Any
) -> None:
    called(ann, "C1", at(shop, 60))
    seen = desk.preview(shop, "C1", moved(study, ruth, 24)).seen
    desk.take_case(shop, study, ann, "C1")
    assert desk.as_seen(shop, "C1") != seen
    with pytest.raises(Overtaken, match="Ann has it in hand now"):
        desk.do_as_previewed(shop, "C1", seen, moved(study, ruth, 24))


@on_sqlite
def test_a_sign_of_life_of_whoever_has_the_case_changes_nothing(
    shop: Store, study: Study, clock: Any, ann: Interviewer, ruth: Actor, dial: Any
) -> None:
    delivery, made = dial(ann, "C1")

    def released(store: Store) -> Any:
        return desk.release_case(store, study, ruth, "C1", WHY)

    seen = desk.preview(shop, "C1", released).seen
    clock.forward(seconds=30)
    desk.renew(shop, delivery.hold)
    desk.save_answer(shop, delivery.hold, made, "S1", 1, made.seq)
    assert desk.do_as_previewed(shop, "C1", seen, released).what == "released"


def test_a_preview_keeps_nothing(shop: Store, study: Study, ann: Interviewer, ruth: Actor, called: Any) -> None:
    called(ann, "C1", Result("refusal"))
    before = desk.whole_case(shop, study, "C1")
    would = desk.preview(shop, "C1", lambda store: desk.reopen_case(store, study, ruth, "C1", WHY)).repaired
    assert {row.key: row.after - row.before for row in would.rows}["refusals"] == -1
    assert desk.whole_case(shop, study, "C1") == before


# --- quality


def test_an_interview_counts_as_listened_to_once_most_of_it_was_heard(
    shop: Store, study: Study, ann: Interviewer, ruth: Actor, called: Any
) -> None:
    call = called(ann, "C1", Result("completed"))
    other = called(ann, "C2", Result("refusal"))

    def quota() -> tuple[int, int, int, bool]:
        (found,) = desk.quality_now(shop, study)
        return found.interviews, found.listened, found.partly, found.is_met

    assert quota() == (1, 0, 0, False)
    desk.record_listening(shop, ruth, call, 300, 40, "good")
    assert quota() == (1, 0, 1, False)
    desk.record_listening(shop, ruth, other, 60, 100, "remarks", "too fast")
    assert quota() == (1, 0, 2, False)
    desk.record_listening(shop, ruth, call, 900, 75, "good")
    assert quota() == (1, 1, 1, True)
    heard = desk.listenings(shop, Leaf(10)).rows
    assert [(each.listener, each.interviewer, each.share, each.note) for each in heard] == [
        ("Ruth", "Ann", 75, ""),
        ("Ruth", "Ann", 100, "too fast"),
        ("Ruth", "Ann", 40, ""),
    ]
    assert [each.heard for each in desk.calls_to_hear(shop, study, ann.id)] == [100, 75]


@on_sqlite
def test_five_per_cent_are_rounded_up(shop: Store, study: Study, ann: Interviewer, called: Any) -> None:
    for serial in ("C1", "C2", "C3"):
        called(ann, serial, Result("completed"))
    (found,) = desk.quality_now(shop, study)
    assert (found.interviews, found.needed) == (3, 1)


@on_sqlite
def test_a_listening_that_cannot_be_is_refused(shop: Store, ann: Interviewer, ruth: Actor, called: Any) -> None:
    call = called(ann, "C1", Result("completed"))
    for seconds, share, result, why in (
        (0, 80, "good", "no time that anybody listened"),
        (60, 0, "good", "no share of an interview"),
        (60, 101, "good", "no share of an interview"),
        (60, 80, "fine", "'fine' is no result; one of: good, remarks, serious"),
    ):
        with pytest.raises(InputError, match=why):
            desk.record_listening(shop, ruth, call, seconds, share, result)
    with pytest.raises(InputError, match="no call 99"):
        desk.record_listening(shop, ruth, 99, 60, 80, "good")


@on_sqlite
def test_nobody_listens_to_or_checks_their_own_interview(shop: Store, study: Study, ruth: Actor, called: Any) -> None:
    call = called(Interviewer(ruth.id, ruth.name), "C1", Result("completed"))
    with pytest.raises(InputError, match="your own"):
        desk.record_listening(shop, ruth, call, 60, 80, "good")
    with pytest.raises(InputError, match="You held the interview"):
        desk.record_back_check(shop, study, ruth, "C1", "confirmed")


@on_sqlite
def test_a_back_check_is_of_a_completed_interview_and_counts_for_whoever_held_it(
    shop: Store, study: Study, ann: Interviewer, ruth: Actor, called: Any
) -> None:
    called(ann, "C1", Result("completed"))
    desk.record_back_check(shop, study, ruth, "C1", "differs", "B4 was Leeds")
    (found,) = desk.quality_now(shop, study)
    assert found.back_checks == {"differs": 1}
    with pytest.raises(InputError, match="no interview completed by telephone"):
        desk.record_back_check(shop, study, ruth, "C2", "confirmed")
    with pytest.raises(InputError, match="no case 'C9'"):
        desk.record_back_check(shop, study, ruth, "C9", "confirmed")


# --- has anything changed?


def test_the_pulse_stays_while_nothing_is_written_and_moves_with_every_commit(
    shop: Store, clock: Any, ann: Interviewer
) -> None:
    pulse = Pulse(shop)
    try:
        first = pulse()
        assert pulse() == first
        with shop.read() as connection:
            connection.execute(cases.select()).all()
        assert pulse() == first
        clock.forward(seconds=20)
        desk.present(shop, ann)
        second = pulse()
        assert second != first
        other = open_store(str(shop.location) if shop.is_sqlite else shop.location.url.render_as_string(False))  # type: ignore[union-attr]
        desk.sign_out(other, ann)
        other.close()
        assert pulse() != second
        third = pulse()
        assert pulse() == third
    finally:
        pulse.close()


def test_what_is_rolled_back_may_move_the_pulse_and_is_never_seen(shop: Store, study: Study, ruth: Actor) -> None:
    pulse = Pulse(shop)
    try:
        pulse()
        desk.preview(shop, "C1", lambda store: desk.opt_out_case(store, study, ruth, "C1", WHY))
        assert desk.case_card(shop, study, "C1").outcome == "not_called"
        assert pulse() == pulse()
    finally:
        pulse.close()

"""What speaks against an appointment while it is being made, and how the day stands between two cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

import pytest
from sqlalchemy import func, select

from cati.desk import (
    Booking,
    Delivery,
    Hold,
    Interviewer,
    Refusal,
    Result,
    SampleRow,
    check_booking,
    close_call,
    day,
    install_study,
    load_sample,
    next_case,
    open_study,
    present,
    sign_in,
    sign_out,
    start_call,
    take_case,
)
from cati.storage import Store, tables
from cati.studies import Study

TOMORROW = datetime(2019, 11, 20, 14, 0, tzinfo=UTC)
"""The clock of the tests stands at ten in the morning of Tuesday 19 November."""


def room(store: Store, study: Study, people: int = 7, **more: Any) -> Study:
    """Installs a study with so many people to call; gives it as installed."""
    install_study(store, study)
    installed = open_study(store)
    rows = [SampleRow(f"C{n}", f"Person {n}", phones=(f"01632 9600{n:02d}",), **more) for n in range(1, people + 1)]
    load_sample(store, rows, study=installed)
    return installed


def book(
    store: Store, study: Study, who: Interviewer, serial: str, at: datetime, kind: Literal["hard", "soft"] = "hard"
) -> None:
    """An interviewer calls a case and books it for a time."""
    hold = take_case(store, study, who, serial).hold
    call = start_call(store, study, hold, None)
    close_call(store, study, hold, call, Result(f"{kind}_appointment", appointment=Booking(kind, at)))


@pytest.fixture
def booking(store: Store, study: Study) -> Study:
    return room(store, study)


@pytest.fixture
def ann(store: Store) -> Interviewer:
    return sign_in(store, "Ann")


@pytest.fixture
def bob(store: Store) -> Interviewer:
    return sign_in(store, "Bob")


@pytest.fixture
def hold(store: Store, booking: Study, ann: Interviewer) -> Hold:
    """The case in Ann's hands: C7."""
    return take_case(store, booking, ann, "C7").hold


Check = Callable[..., list[str]]


@pytest.fixture
def check(store: Store, booking: Study, hold: Hold) -> Check:
    """What speaks against booking C7."""

    def against(at: datetime, until: datetime | None = None, kind: Literal["hard", "soft"] = "hard") -> list[str]:
        return check_booking(store, booking, hold, at, until, kind)

    return against


def test_nothing_speaks_against_a_time_of_its_own_in_calling_hours(check: Check) -> None:
    assert check(TOMORROW) == []


def test_hours_and_fieldwork_are_told_as_before(check: Check) -> None:
    assert "Outside calling hours, which are 09:00 to 20:30" in check(TOMORROW + timedelta(hours=8))[0]
    assert "Fieldwork ends on Tue 7 Jan" in check(datetime(2020, 1, 8, 14, tzinfo=UTC))[0]
    assert "Calling stops before 21:00" in check(TOMORROW + timedelta(hours=6), TOMORROW + timedelta(hours=7))[0]


@pytest.mark.parametrize(("minutes", "clashes"), [(-15, False), (-14, True), (0, True), (14, True), (15, False)])
def test_her_own_appointment_within_an_interview_s_length_clashes(
    store: Store, booking: Study, ann: Interviewer, bob: Interviewer, check: Check, minutes: int, clashes: bool
) -> None:
    del bob  # two are there, so that no quarter of an hour is too full
    book(store, booking, ann, "C1", TOMORROW, "soft")
    said = check(TOMORROW + timedelta(minutes=minutes))
    assert ("You have an appointment at 14:00 with case C1 (Person 1)." in said) is clashes
    assert bool(said) is clashes


def test_what_somebody_else_has_booked_is_no_clash(
    store: Store, booking: Study, bob: Interviewer, check: Check
) -> None:
    book(store, booking, bob, "C1", TOMORROW)
    assert check(TOMORROW) == []


def test_the_appointment_that_the_case_itself_has_is_no_clash(
    store: Store, booking: Study, ann: Interviewer, hold: Hold
) -> None:
    call = start_call(store, booking, hold, None)
    result = Result("hard_appointment", appointment=Booking("hard", TOMORROW))
    close_call(store, booking, hold, call, result)
    again = take_case(store, booking, ann, "C7").hold
    assert check_booking(store, booking, again, TOMORROW, None, "hard") == []


def test_a_soft_appointment_may_go_to_somebody_else(
    store: Store, booking: Study, ann: Interviewer, bob: Interviewer, check: Check
) -> None:
    del bob
    book(store, booking, ann, "C1", TOMORROW)
    assert check(TOMORROW, kind="soft")[0].endswith("(Person 1): somebody else may have to take this one.")


def test_many_clashes_are_counted_and_not_listed(store: Store, booking: Study, ann: Interviewer, check: Check) -> None:
    for at, serial in enumerate(("C1", "C2", "C3", "C4")):
        book(store, booking, ann, serial, TOMORROW + timedelta(minutes=at))
    said = check(TOMORROW)
    assert [line for line in said if line.startswith("You have")] == [
        "You have an appointment at 14:00 with case C1 (Person 1).",
        "You have an appointment at 14:01 with case C2 (Person 2).",
        "You have 2 more appointments about then.",
    ]


def test_more_appointments_than_interviewers_in_a_quarter_of_an_hour_are_warned_about(
    store: Store, booking: Study, bob: Interviewer, check: Check
) -> None:
    for serial, minutes in (("C1", 0), ("C2", 14)):
        book(store, booking, bob, serial, TOMORROW + timedelta(minutes=minutes))
    assert check(TOMORROW + timedelta(minutes=5)) == [
        "14:00–14:15 has 3 appointments for 2 interviewers: offer another time.",
        "13:45 or 14:15 are free.",
    ]
    assert check(TOMORROW + timedelta(minutes=15)) == []


def test_hard_and_soft_appointments_count_alike_and_what_is_settled_counts_no_more(
    store: Store, booking: Study, bob: Interviewer, check: Check
) -> None:
    book(store, booking, bob, "C1", TOMORROW)
    book(store, booking, bob, "C2", TOMORROW, "soft")
    assert "3 appointments" in check(TOMORROW)[0]
    book(store, booking, bob, "C2", TOMORROW + timedelta(days=1))
    assert check(TOMORROW) == []


def test_there_is_always_reckoned_with_one_interviewer(
    store: Store, booking: Study, ann: Interviewer, bob: Interviewer, check: Check
) -> None:
    book(store, booking, bob, "C1", TOMORROW)
    for who in (ann, bob):
        sign_out(store, who)
    assert check(TOMORROW)[0].startswith("14:00–14:15 has 2 appointments for 1 interviewer:")


def test_staffing_of_the_rules_goes_before_who_is_signed_in(store: Store, study: Study) -> None:
    name = study.files["calling"]
    rules = study.texts[name] + "\nstaffing: {business_hours: 2, consumer_hours: 1}\n"
    installed = room(store, replace(study, texts=study.texts | {name: rules}))
    ann, bob = sign_in(store, "Ann"), sign_in(store, "Bob")
    for minutes, serial in enumerate(("C1", "C2", "C3")):
        sign_in(store, f"Another {minutes}")
        book(store, installed, bob, serial, TOMORROW if minutes < 2 else TOMORROW + timedelta(hours=4))
    hold = take_case(store, installed, ann, "C7").hold

    def said(at: datetime) -> str:
        return " ".join(check_booking(store, installed, hold, at, None, "hard"))

    assert "has 3 appointments for 2 interviewers" in said(TOMORROW)
    assert "18:00–18:15 has 2 appointments for 1 interviewer: offer another time. 17:45 or 18:15 are free." in said(
        TOMORROW + timedelta(hours=4)
    )


def test_the_times_offered_instead_are_free_of_her_own_appointments_and_of_crowds(
    store: Store, booking: Study, ann: Interviewer, check: Check
) -> None:
    for serial, minutes in (("C1", 0), ("C2", 15), ("C3", -15), ("C4", -30)):
        book(store, booking, ann, serial, TOMORROW + timedelta(minutes=minutes))
    assert check(TOMORROW)[-1] == "13:15 or 14:30 are free."


def test_the_times_offered_instead_are_of_that_day_in_calling_hours_and_to_come(
    store: Store, booking: Study, ann: Interviewer, check: Check, clock: Any
) -> None:
    today = clock.now.replace(hour=10, minute=15)
    book(store, booking, ann, "C1", today)
    clock.forward(minutes=5)
    present(store, ann)
    assert check(today)[-1] == "10:30 is free."
    last = clock.now.replace(hour=20, minute=15)
    book(store, booking, ann, "C2", last)
    assert check(last)[-1] == "20:00 is free."
    sunday = datetime(2019, 11, 24, 18, 0, tzinfo=UTC)
    book(store, booking, ann, "C3", sunday)
    assert check(sunday)[-1] == "16:45 is free."
    christmas = datetime(2019, 12, 25, 12, 0, tzinfo=UTC)
    book(store, booking, ann, "C4", christmas)
    assert check(christmas)[-1] == "No other time of that day is free: offer another day."


def test_hours_are_those_of_the_respondent_and_told_on_both_clocks(store: Store, study: Study) -> None:
    installed = room(store, study, timezone="America/New_York")
    ann = sign_in(store, "Ann")
    hold = take_case(store, installed, ann, "C7").hold
    nine_here = TOMORROW.replace(hour=9)
    assert check_booking(store, installed, hold, nine_here, None, "hard") == [
        "That is 04:00 in New York: outside calling hours, which are 09:00 to 20:30 on a Wednesday: "
        "book it only if the respondent asked for it."
    ]
    assert check_booking(store, installed, hold, TOMORROW, None, "hard") == []
    book(store, installed, ann, "C1", TOMORROW)
    assert check_booking(store, installed, hold, TOMORROW, None, "hard")[-1] == "14:15 is free (09:15 in New York)."
    later = TOMORROW + timedelta(hours=2)
    book(store, installed, ann, "C2", later)
    said = check_booking(store, installed, hold, later, None, "hard")[-1]
    assert said == "15:45 or 16:15 are free (10:45 or 11:15 in New York)."


def test_a_booking_is_checked_without_a_trace(store: Store, hold: Hold, check: Check) -> None:
    def rows() -> Sequence[Any]:
        with store.read() as connection:
            counts = [
                connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (tables.appointment, tables.call, tables.call_result)
            ]
            case = connection.execute(select(tables.cases).where(tables.cases.c.id == hold.case_id)).one()
            return [*counts, case]

    before = rows()
    check(TOMORROW)
    assert rows() == before


# --- how the day stands


def out_of_reach(store: Store, study: Study, ann: Interviewer, last: int = 7) -> list[Delivery]:
    """All that is callable now is in somebody's hands."""
    found = [next_case(store, study, ann) for _ in range(last)]
    assert next_case(store, study, ann) is None
    return [each for each in found if each is not None]


def test_an_appointment_is_coming_then_due_then_missed(
    store: Store, booking: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    at = clock.now + timedelta(minutes=30)
    book(store, booking, ann, "C1", at)

    def state() -> list[tuple[str, bool, str, str]]:
        return [(each.serial, each.mine, each.state, each.held_by) for each in day(store, booking, ann).appointments]

    assert state() == [("C1", True, "coming", "")]
    clock.now = at
    assert state() == [("C1", True, "due", "")]
    sign_out(store, ann)
    delivery = next_case(store, booking, bob)
    assert delivery is not None
    assert state() == [("C1", True, "due", "Bob")]
    clock.forward(minutes=30)
    assert state() == [("C1", True, "missed", "")]


def test_where_none_is_callable_the_day_says_what_comes_next_and_why(
    store: Store, booking: Study, ann: Interviewer, bob: Interviewer, clock: Any
) -> None:
    at = clock.now + timedelta(hours=1)
    book(store, booking, bob, "C1", at)
    out_of_reach(store, booking, ann, 6)
    today = day(store, booking, ann)
    assert (today.callable_now, today.next_due) == (0, at)
    assert today.waits == "The next comes at Tue 19 Nov 11:00: Bob's hard appointment."
    clock.now = at
    present(store, bob)
    out_of_reach(store, booking, ann, 6)  # the leases have run out
    today = day(store, booking, ann)
    assert today.next_due == at + timedelta(minutes=5)
    assert today.waits == "The next comes at Tue 19 Nov 11:05: Bob's hard appointment, unless Bob calls it first."


def test_outside_calling_hours_the_day_says_when_they_open(
    store: Store, booking: Study, ann: Interviewer, clock: Any
) -> None:
    clock.now = datetime(2019, 11, 19, 21, 0, tzinfo=UTC)
    assert day(store, booking, ann).waits == "Calling hours are over; they open at Wed 20 Nov 09:00."
    book(store, booking, ann, "C1", clock.now + timedelta(hours=1))
    assert day(store, booking, ann).waits == (
        "Calling hours are over; they open at Wed 20 Nov 09:00. "
        "The next comes at Tue 19 Nov 22:00: your hard appointment."
    )
    clock.now = datetime(2019, 11, 20, 8, 0, tzinfo=UTC)
    assert day(store, booking, ann).waits.startswith("Calling hours have not begun; they open at Wed 20 Nov 09:00.")


def test_where_only_people_elsewhere_are_left_the_day_says_when_their_hours_open(store: Store, study: Study) -> None:
    installed = room(store, study, timezone="America/New_York")
    waits = day(store, installed, sign_in(store, "Ann")).waits
    assert waits == "The next comes at Tue 19 Nov 14:00: it is outside calling hours in New York."


def test_before_fieldwork_and_where_nothing_waits_the_day_says_so(store: Store, study: Study, clock: Any) -> None:
    install_study(store, study, fieldwork=(date(2019, 11, 25), date(2019, 12, 20)))
    installed = open_study(store)
    ann = sign_in(store, "Ann")
    assert day(store, installed, ann).waits == "No case waits to be called."
    load_sample(store, [SampleRow("C1", phones=("01632 960001",))], study=installed)
    assert day(store, installed, ann).waits == "The next comes at Mon 25 Nov 09:00: fieldwork is to begin."
    clock.now = datetime(2019, 12, 20, 21, 0, tzinfo=UTC)
    said = "Calling hours are over, and do not open again before fieldwork ends."
    assert day(store, installed, ann).waits == said
    clock.now = datetime(2019, 12, 21, 10, 0, tzinfo=UTC)
    assert day(store, installed, ann).waits == "Fieldwork has ended."


def test_a_case_kept_from_her_is_told_only_where_nothing_else_comes(store: Store, study: Study, clock: Any) -> None:
    name = study.files["calling"]
    rules = study.texts[name] + "\nrefusal_conversion: {outcomes: [refusal], after: 1440}\n"
    installed = room(store, replace(study, texts=study.texts | {name: rules}), people=2)
    ann, bob = sign_in(store, "Ann"), sign_in(store, "Bob")
    hold = take_case(store, installed, ann, "C1").hold
    call = start_call(store, installed, hold, None)
    close_call(store, installed, hold, call, Result("refusal", refusal=Refusal("soft", "respondent")))
    clock.forward(days=1)
    second = next_case(store, installed, ann)
    assert second is not None
    assert second.card.serial == "C2"
    assert day(store, installed, ann).waits == "The cases left are for other interviewers: you were refused there."
    call = start_call(store, installed, second.hold, None)
    close_call(store, installed, second.hold, call, Result("call_back_business_hours"))
    assert day(store, installed, ann).waits == (
        "The next comes at Wed 20 Nov 11:00: the cases left wait for their next call."
    )
    assert day(store, installed, bob).callable_now == 1


def test_the_day_tells_how_long_an_interview_took(store: Store, booking: Study, ann: Interviewer, clock: Any) -> None:
    assert day(store, booking, ann).minutes is None
    for minutes in (10, 20):
        delivery = next_case(store, booking, ann)
        assert delivery is not None
        call = start_call(store, booking, delivery.hold, delivery.card.next_number)
        clock.forward(minutes=1)
        present(store, ann)
        clock.forward(minutes=minutes - 1)
        close_call(store, booking, delivery.hold, call, Result("completed"))
    today = day(store, booking, ann)
    assert (today.completes_today, today.minutes) == (2, 15.0)


def test_a_thousand_callable_cases_stand_for_as_many_or_more(store: Store, booking: Study, ann: Interviewer) -> None:
    today = day(store, booking, ann)
    assert (today.callable_now, today.counted) == (7, "7")
    assert replace(today, callable_now=1000).counted == "1,000 or more"

"""What the online survey says takes effect at once: on the case, on whoever holds it, on the interview that follows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from cati.desk import (
    Delivery,
    HeardFirst,
    Interviewer,
    OnlineAnswers,
    OnlineRow,
    Result,
    SampleRow,
    case_card,
    close_call,
    heartbeat,
    install_study,
    load_online,
    load_sample,
    next_case,
    outcome_counts,
    record_event,
    release,
    save_answer,
    sign_in,
    start_call,
)
from cati.desk.online import outcome_of
from cati.errors import InputError
from cati.storage import Store, open_store, tables, verify
from cati.studies import Study, load_study

BEGUN = OnlineAnswers({"B1": 1, "B2": 6, "B3": [1, 9], "B3_9_text": "own words"})


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


def row(serial: str, status: Any, at: datetime | None = None, **more: Any) -> OnlineRow:
    return OnlineRow(2, serial, status, at, **more)


def take(shop: Store, study: Study, who: Interviewer) -> Delivery:
    delivery = next_case(shop, study, who)
    assert delivery is not None
    return delivery


def dial(shop: Store, study: Study, delivery: Delivery, **more: Any) -> Any:
    return start_call(shop, study, delivery.hold, delivery.card.next_number, per_call={"S1", "S2"}, **more)


def load(shop: Store, study: Study, *rows: OnlineRow, **more: Any) -> Any:
    return load_online(shop, study, list(rows), **more)


# --- the case


def test_completes_and_opt_outs_close_their_cases_and_a_part_complete_is_noted(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    counts = load(
        shop, study, row("C1", "complete", clock.now), row("C2", "opted_out"), row("C3", "partial", answers=BEGUN)
    )
    assert (counts.loaded, counts.unchanged, counts.open_link, counts.closed) == (3, 0, 0, 2)
    cards = {serial: case_card(shop, study, serial) for serial in ("C1", "C2", "C3")}
    assert [(card.outcome, card.online_status) for card in cards.values()] == [
        ("completed_online", "complete"),
        ("opted_out", "opted_out"),
        ("not_called", "partial"),
    ]
    assert {take(shop, study, ann).card.serial for _ in range(2)} == {"C3", "C4"}
    assert next_case(shop, study, ann) is None
    assert verify(shop) == []


def test_requested_online_then_completed_is_completed_online(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    delivery = take(shop, study, ann)
    close_call(shop, study, delivery.hold, dial(shop, study, delivery), Result("online_requested"))
    clock.forward(days=1)
    counts = load(shop, study, row(delivery.card.serial, "complete", clock.now))
    assert case_card(shop, study, delivery.card.serial).outcome == "completed_online"
    assert counts.closed == 0  # it was final already


def test_the_same_file_again_changes_nothing_and_writes_nothing(
    shop: Store, study: Study, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        row("C1", "partial", clock.now - timedelta(days=1), answers=BEGUN),
        row("C1", "complete", clock.now),
        row("C2", "opted_out"),
        row("C3", "partial"),
        row("C3", "partial"),  # the same once more
    ]
    first = load(shop, study, *rows)
    assert (first.loaded, first.unchanged) == (4, 1)
    clock.forward(hours=1)
    before = [case_card(shop, study, f"C{n}") for n in (1, 2, 3)]
    monkeypatch.setattr(Store, "write", lambda _: pytest.fail("a write transaction"))
    again = load(shop, study, *rows)
    assert (again.loaded, again.unchanged, again.closed) == (0, 5, 0)
    assert [case_card(shop, study, f"C{n}") for n in (1, 2, 3)] == before


def test_what_was_ahead_of_the_clock_is_recorded_as_now_and_not_again(shop: Store, study: Study, clock: Any) -> None:
    loaded = clock.now
    ahead = loaded + timedelta(minutes=9)
    rows = [row("C1", "complete", ahead), row("", "complete", ahead)]
    assert load(shop, study, *rows).loaded == 2
    assert case_card(shop, study, "C1").outcome == "completed_online"
    with shop.read() as connection:
        for table in (tables.case_event, tables.open_response):
            assert connection.execute(select(table.c.at)).scalars().all() == [loaded]
    clock.forward(hours=1)
    counts = load(shop, study, *rows)
    assert (counts.loaded, counts.unchanged) == (0, 2)
    clock.forward(hours=1)
    assert load(shop, study, row("C1", "complete", clock.now)).loaded == 1  # what is much later is another


def test_the_same_status_with_other_answers_is_another_event(shop: Store, study: Study, clock: Any) -> None:
    at = clock.now
    load(shop, study, row("C1", "partial", at, answers=OnlineAnswers({"B1": 1})))
    assert load(shop, study, row("C1", "partial", at, answers=BEGUN)).loaded == 1
    with shop.read() as connection:
        kept = connection.execute(select(tables.case_event.c.answers).order_by(tables.case_event.c.id)).scalars().all()
    assert [OnlineAnswers.of_text(text).items for text in kept] == [{"B1": 1}, BEGUN.items]


def test_of_two_events_of_one_day_the_complete_is_the_newer_whichever_was_loaded_first(
    shop: Store, study: Study, clock: Any
) -> None:
    for serial, statuses in (("C1", ("partial", "complete")), ("C2", ("complete", "partial"))):
        for status in statuses:
            load(shop, study, row(serial, status, clock.now))
        assert case_card(shop, study, serial).online_status == "complete"


def test_an_unknown_serial_is_handed_back_and_the_others_are_loaded(shop: Store, study: Study) -> None:
    counts = load(shop, study, row("C9", "complete"), row("C1", "complete"))
    assert [one.serial for one in counts.unknown] == ["C9"]
    assert counts.loaded == 1


def test_a_complete_of_somebody_interviewed_by_telephone_is_noted_and_decides_nothing(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    delivery = take(shop, study, ann)
    close_call(shop, study, delivery.hold, dial(shop, study, delivery), Result("completed"))
    counts = load(shop, study, row(delivery.card.serial, "complete", clock.now))
    assert (counts.loaded, counts.closed) == (1, 0)
    assert [one.serial for one in counts.interviewed] == [delivery.card.serial]
    card = case_card(shop, study, delivery.card.serial)
    assert (card.outcome, card.online_status) == ("completed", "complete")


def test_a_trial_says_what_would_happen_and_keeps_nothing(shop: Store, study: Study, clock: Any) -> None:
    rows = [
        row("C1", "complete", clock.now),
        row("C1", "complete", clock.now),
        row("C9", "partial"),
        row("", "complete", region="London"),
    ]
    trial = load(shop, study, *rows, keep=False)
    with shop.read() as connection:
        assert connection.execute(select(tables.case_event)).all() == []
        assert connection.execute(select(tables.open_response)).all() == []
    assert case_card(shop, study, "C1").outcome == "not_called"
    assert load(shop, study, *rows) == trial
    assert (trial.loaded, trial.unchanged, trial.open_link, trial.closed) == (2, 1, 1, 1)


def test_a_load_goes_in_short_transactions_and_leaves_held_cases_held(
    store: Store, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_study(store, study)
    people = [SampleRow(f"{n:03}", phones=(f"+44113496{n:04}",)) for n in range(120)]
    load_sample(store, people, study=study)
    held = take(store, study, sign_in(store, "Ann"))
    writes: list[int] = []
    whole = Store.write

    @contextmanager
    def counted(self: Store) -> Iterator[Any]:
        writes.append(1)
        with whole(self) as connection:
            yield connection

    monkeypatch.setattr(Store, "write", counted)
    assert load_online(store, study, (row(one.serial, "partial") for one in people)).loaded == 120
    assert len(writes) == 3
    assert heartbeat(store, study, held.hold).held


def test_a_complete_whose_answers_end_otherwise_is_recorded_as_that(store: Store) -> None:
    asye = load_study("asye")
    install_study(store, asye)
    load_sample(store, [SampleRow("A", phones=("1",)), SampleRow("B", phones=("2",))], study=asye)
    counts = load_online(
        store,
        asye,
        [
            row("A", "complete", answers=OnlineAnswers({"B1": 5})),
            row("B", "complete", answers=OnlineAnswers({"B5": 2})),
        ],
    )
    assert outcome_counts(store) == {"not_eligible": 1, "completed_online": 1}  # B's answers lead nowhere yet
    assert [(one.serial, label) for one, label in counts.otherwise] == [("A", "Not eligible for the research")]


def test_a_scheme_without_an_outcome_for_a_complete_says_what_to_add(study: Study) -> None:
    scheme = replace(
        study.scheme, outcomes={key: each for key, each in study.scheme.outcomes.items() if key != "completed_online"}
    )
    with pytest.raises(InputError, match=r"no outcome for `complete`.*AAPOR disposition of group I"):
        outcome_of(scheme, "complete")
    assert outcome_of(study.scheme, "partial") is None


# --- the open link


def test_identical_responses_of_the_open_link_are_counted_each_and_not_again(shop: Store, study: Study) -> None:
    same = row("", "complete", region="London", ofsted="Good", answers=OnlineAnswers({"B1": 1}))
    rows = [same, replace(same, row=3), replace(same, region="North East"), replace(same, status="partial")]
    first = load(shop, study, *rows)
    assert (first.loaded, first.open_link, first.closed) == (4, 4, 0)
    assert load(shop, study, *rows[:2]).unchanged == 2
    assert load(shop, study, *rows, replace(same, row=9)).open_link == 1
    with shop.read() as connection:
        kept = connection.execute(select(tables.open_response).order_by(tables.open_response.c.id)).all()
    assert [(one.status, one.region, one.copy) for one in kept] == [
        ("complete", "London", 1),
        ("complete", "London", 2),
        ("complete", "North East", 1),
        ("partial", "London", 1),
        ("complete", "London", 3),
    ]
    assert json.loads(kept[0].answers) == {"items": {"B1": 1}}


# --- any order, any files


def _base(store: Store, study: Study) -> None:
    install_study(store, study)
    load_sample(store, [SampleRow(f"C{n}", phones=(f"01632 9600{n:02d}",)) for n in range(1, 4)], study=study)


_EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["C1", "C2", "C3"]),
        st.sampled_from(["complete", "partial", "opted_out"]),
        st.integers(0, 3),
        st.sampled_from([{}, {"B1": 1}, {"B1": 3}]),
    ),
    max_size=8,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=_EVENTS, data=st.data())
def test_events_in_any_order_and_any_files_come_to_the_same(
    sqlite_database: str, tmp_path: Path, study: Study, clock: Any, events: list[Any], data: st.DataObject
) -> None:
    start = clock.now
    rows = [
        row(serial, status, start - timedelta(days=days), answers=OnlineAnswers(items))
        for serial, status, days, items in events
    ]
    shuffled = data.draw(st.permutations(rows))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    files = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    base = tmp_path / "base.db"
    if not base.exists():
        shutil.copy(sqlite_database, base)
        made = open_store(str(base), clock=clock)
        _base(made, study)
        made.close()
    stands = []
    for name, loads in (("one.db", [rows]), ("other.db", [*files, rows])):
        path = shutil.copy(base, tmp_path / name)
        store = open_store(str(path), clock=clock)
        for each in loads:
            load_online(store, study, each)
        cards = [case_card(store, study, f"C{n}") for n in range(1, 4)]
        stands.append([(card.outcome, card.online_status, card.outcome_why, card.reason) for card in cards])
        assert verify(store) == []
        store.close()
    assert stands[0] == stands[1]


# --- whoever holds the case


def test_a_case_closed_since_it_was_handed_out_is_not_dialled(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    delivery = take(shop, study, ann)
    clock.forward(minutes=5)
    load(shop, study, row(delivery.card.serial, "complete", clock.now))
    with pytest.raises(HeardFirst, match="Completed the survey online at 10:05: do not dial; put the case back with x"):
        dial(shop, study, delivery)
    release(shop, delivery.hold)
    assert [past.label for past in case_card(shop, study, delivery.card.serial).calls] == []
    other = take(shop, study, ann)
    record_event(shop, study, other.card.serial, "office", outcome="opted_out", at=clock.now - timedelta(days=1))
    with pytest.raises(HeardFirst, match="Asked not to be contacted: so the office recorded on Mon 18 Nov 10:05"):
        dial(shop, study, other)


def test_a_call_that_came_in_and_one_that_is_being_made_are_not_refused(
    shop: Store, study: Study, ann: Interviewer
) -> None:
    delivery = take(shop, study, ann)
    made = dial(shop, study, delivery)
    load(shop, study, row(delivery.card.serial, "complete"))
    assert dial(shop, study, delivery) == made  # the retry of a call whose success was not heard of
    other = take(shop, study, ann)
    load(shop, study, row(other.card.serial, "opted_out"))
    call = start_call(shop, study, other.hold, None)
    closed = close_call(shop, study, other.hold, call, Result("completed"))
    assert closed.case_outcome == "completed"


def test_who_does_not_know_of_a_start_online_is_told_before_dialling(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    delivery = take(shop, study, ann)
    assert delivery.card.heard is None
    load(shop, study, row(delivery.card.serial, "partial", clock.now, answers=BEGUN))
    with pytest.raises(HeardFirst, match="Started online at 10:00: 3 answers are there") as told:
        dial(shop, study, delivery, told=0)
    assert dial(shop, study, delivery, told=told.value.heard.event).answers["B1"] == 1


def test_the_heartbeat_hears_what_came_in(shop: Store, study: Study, ann: Interviewer, clock: Any) -> None:
    delivery = take(shop, study, ann)
    assert heartbeat(shop, study, delivery.hold).heard is None
    load(shop, study, row(delivery.card.serial, "partial", clock.now))
    partial = heartbeat(shop, study, delivery.hold).heard
    assert partial is not None
    assert (partial.status, partial.closes, partial.answers) == ("partial", False, 0)
    load(shop, study, row(delivery.card.serial, "complete", clock.now - timedelta(days=1)))
    beat = heartbeat(shop, study, delivery.hold)
    assert beat.heard is not None
    assert beat.heard.closes
    assert beat.heard.words(study.timezone, clock.now) == "Completed the survey online on Mon 18 Nov 10:00"
    clock.forward(minutes=10)
    take(shop, study, sign_in(shop, "Bob"))
    release(shop, delivery.hold)


# --- started online, finished by telephone


def test_the_telephone_goes_on_where_the_respondent_stopped(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    begun = OnlineAnswers(
        items={**BEGUN.items, "S1": 1, "S4": 1, "B3a": 9, "B11": 300},
        rest={"browser": "Firefox"},
        contact={"K4": {"name": "Jo", "email": {"key": "refused"}, "phone": "0113"}},
    )
    delivery = take(shop, study, ann)
    load(shop, study, row(delivery.card.serial, "partial", clock.now, answers=begun))
    heard = case_card(shop, study, delivery.card.serial).heard
    assert heard is not None
    assert heard.words(study.timezone, clock.now) == (
        "Started online at 10:00: 5 answers are there, the interview goes on at the first question without one"
    )
    call = dial(shop, study, delivery)
    assert call.answers == {
        **BEGUN.items,
        "B3a": 9,
        "K4": begun.contact["K4"],
    }  # no screener, nothing that does not fit
    assert call.seq == 7
    with shop.read() as connection:
        contact = connection.execute(select(tables.contact_detail.c.item)).scalars().all()
        said = connection.execute(select(tables.answer.c.item)).scalars().all()
        log = connection.execute(select(tables.change.c.what, tables.change.c.new)).all()
    assert contact == ["K4"]
    assert "K4" not in said
    assert [tuple(one) for one in log] == [("answers of the online survey taken over", f"event:{heard.event}")]
    assert verify(shop) == []


def test_answers_of_the_telephone_stay_and_each_event_is_taken_over_once(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    delivery = take(shop, study, ann)
    serial = delivery.card.serial
    call = dial(shop, study, delivery)
    save_answer(shop, delivery.hold, call, "B1", 3, call.seq)
    save_answer(shop, delivery.hold, call, "B3", [2], call.seq + 1)
    load(shop, study, row(serial, "partial", clock.now, answers=BEGUN))
    again = dial(shop, study, delivery)
    assert again.call_id == call.call_id
    assert again.answers == {"B1": 3, "B3": [2], "B2": 6}  # the words of a code stay with their question
    save_answer(shop, delivery.hold, again, "B2", None, again.seq)  # taken back
    assert dial(shop, study, delivery).answers == {"B1": 3, "B3": [2]}
    load(shop, study, row(serial, "partial", clock.now + timedelta(0), answers=OnlineAnswers({"B2": 7, "B10": 4})))
    assert dial(shop, study, delivery).answers == {"B1": 3, "B3": [2], "B2": 7, "B10": 4}
    assert verify(shop) == []


def test_a_part_complete_without_answers_hides_none_that_came_before(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    delivery = take(shop, study, ann)
    load(
        shop,
        study,
        row(delivery.card.serial, "partial", clock.now - timedelta(days=1), answers=BEGUN),
        row(delivery.card.serial, "partial", clock.now),
    )
    assert dial(shop, study, delivery).answers == BEGUN.items


def test_nothing_is_taken_over_from_somebody_who_opted_out_and_was_reopened(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    delivery = take(shop, study, ann)
    load(
        shop,
        study,
        row(delivery.card.serial, "partial", clock.now - timedelta(days=1), answers=BEGUN),
        row(delivery.card.serial, "opted_out", clock.now),
    )
    assert start_call(shop, study, delivery.hold, None).answers == {}


def test_a_trial_close_and_the_outcome_agree_when_the_complete_comes_in_the_call(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    delivery = take(shop, study, ann)
    call = dial(shop, study, delivery)
    load(shop, study, row(delivery.card.serial, "complete", clock.now))
    closed = close_call(shop, study, delivery.hold, call, Result("suspended"))
    assert closed.case_outcome == "completed_online"
    assert next((one for one in case_card(shop, study, delivery.card.serial).appointments), None) is None


@pytest.mark.parametrize(
    "answers", [OnlineAnswers(), BEGUN, OnlineAnswers({}, {"a": "b"}, {"K4": {}}, {"K4_name": "Jo"})]
)
def test_answers_are_kept_as_they_were(answers: OnlineAnswers) -> None:
    assert OnlineAnswers.of_text(answers.as_text()) == answers

"""The tables' numbers: now and as they stood, broken down, down to the cases that they count."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from cati.desk import (
    Booking,
    EmailRequest,
    Interviewer,
    OnlineRow,
    Refusal,
    Release,
    Result,
    SampleRow,
    cases_behind,
    close_call,
    hold_sample,
    install_study,
    issue_sample,
    load_online,
    load_sample,
    open_link_counts,
    outcome_counts,
    outcome_counts_across,
    outcome_counts_by_week,
    record_event,
    response_cases,
    response_counts,
    sign_in,
    start_call,
    take_case,
)
from cati.errors import InputError
from cati.outcomes import outcome_table
from cati.storage import Store, open_store, tables, verify
from cati.studies import Study

ROOM = timedelta(hours=1)


class FakeClock:
    """A clock of its own for each example."""

    def __init__(self) -> None:
        self.now = datetime(2019, 11, 19, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def coded(store: Store, study: Study, who: Interviewer, serial: str, key: str, clock: Any) -> None:
    """A call to this case that came to this."""
    delivery = take_case(store, study, who, serial)
    call = start_call(store, study, delivery.hold, delivery.card.next_number)
    clock.forward(minutes=1)
    asks = study.scheme.outcomes[key].asks_for
    result = Result(
        key,
        appointment=Booking("hard", clock.now + ROOM) if "appointment" in asks else None,
        refusal=Refusal("hard", "respondent", "") if "refusal" in asks else None,
        email=EmailRequest("person@example.org", "online_link") if "email" in asks else None,
    )
    close_call(store, study, delivery.hold, call, result)


@pytest.fixture
def ann(shop: Store) -> Interviewer:
    return sign_in(shop, "Ann")


def people(*serials: str, **facts: Any) -> list[SampleRow]:
    return [SampleRow(serial, phones=(f"0113 496 0{at:03d}",), **facts) for at, serial in enumerate(serials)]


def test_the_table_stands_still_at_a_moment_whatever_happens_later(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    seen: list[tuple[datetime, dict[str, int]]] = []
    for serial, key in (("C1", "no_reply"), ("C2", "refusal"), ("C3", "unobtainable"), ("C4", "hard_appointment")):
        coded(shop, study, ann, serial, key, clock)
        seen.append((clock.now, outcome_counts(shop)))
        clock.forward(minutes=5)
    load_online(shop, study, [OnlineRow(2, "C1", "complete")])
    for moment, counts in seen:
        assert outcome_counts(shop, at=moment) == counts
    assert outcome_counts(shop, at=clock.now) == outcome_counts(shop)
    assert outcome_counts(shop)["completed_online"] == 1
    assert outcome_counts(shop, at=seen[0][0] - timedelta(days=1)) == {}


def test_a_case_counts_from_the_moment_it_is_issued_and_while_it_is(store: Store, study: Study, clock: Any) -> None:
    install_study(store, study)
    load_sample(store, people("A", "B", "C", "D"), study=study, issue=False)
    moments = [clock.now]
    steps: Sequence[Callable[[], Any]] = (
        lambda: issue_sample(store, study, Release(number=2, seed=1)),
        lambda: hold_sample(store, study),
        lambda: issue_sample(store, study, Release()),
        lambda: hold_sample(store, study),
        lambda: issue_sample(store, study, Release(number=1, seed=1)),
    )
    for step in steps:
        clock.forward(minutes=10)
        step()
        moments.append(clock.now)
    assert [sum(outcome_counts(store, at=moment).values()) for moment in moments] == [0, 2, 0, 4, 0, 1]
    assert sum(outcome_counts(store, at=moments[-1], issued=False).values()) == 4
    in_between = [sum(outcome_counts(store, at=moment + timedelta(minutes=5)).values()) for moment in moments]
    assert in_between == [0, 2, 0, 4, 0, 1]
    with store.read() as connection:
        spans = connection.execute(select(tables.issue_span.c.issued_at, tables.issue_span.c.held_at)).all()
    assert len(spans) == 6
    assert all(span.issued_at < span.held_at for span in spans)


def test_sample_issued_on_loading_and_taken_back_was_in_the_starting_sample_until_then(
    store: Store, study: Study, clock: Any
) -> None:
    install_study(store, study)
    load_sample(store, people("A", "B", "C"), study=study)
    loaded = clock.now
    clock.forward(hours=1)
    issue_sample(store, study, Release(number=1, seed=3))
    assert sum(outcome_counts(store, at=loaded).values()) == 3
    assert sum(outcome_counts(store, at=clock.now).values()) == sum(outcome_counts(store).values()) == 1


OWN: tuple[dict[str, str], ...] = ({"sector": "north"}, {"sector": "south"}, {}, {"größe": "1"}, {'a "b" \\c': "x"})


@pytest.mark.parametrize("by", ["region", "batch", "sector", "größe", 'a "b" \\c', "issue_week", "outcome_week"])
def test_every_breakdown_adds_up_to_the_table(store: Store, study: Study, clock: Any, by: str) -> None:
    install_study(store, study)
    rows = [SampleRow(f"S{at}", region=f"R{at % 2}", variables=variables) for at, variables in enumerate(OWN)]
    load_sample(store, rows, study=study)
    moment = clock.now
    clock.forward(days=9)
    record_event(store, study, "S0", "office", outcome="opted_out")
    for at in (None, moment):
        groups = outcome_counts(store, by, at=at)
        total = outcome_counts(store, at=at)
        assert {key: sum(group.get(key, 0) for group in groups.values()) for key in total} == total
    assert outcome_counts(store, "sector") == {
        "": {"not_called": 3}, "north": {"opted_out": 1}, "south": {"not_called": 1}
    }  # fmt: skip
    assert set(outcome_counts(store, "größe")) == {"", "1"}
    assert set(outcome_counts(store, 'a "b" \\c')) == {"", "x"}
    across = outcome_counts_across(store, ("region", "sector"))
    assert across["R0", "north"] == {"opted_out": 1}
    assert sum(n for counts in across.values() for n in counts.values()) == 5


def test_a_variable_that_no_case_has_is_refused_with_the_nearest(shop: Store, study: Study) -> None:
    with pytest.raises(InputError, match="Did you mean region"):
        outcome_counts(shop, "regoin")
    with pytest.raises(InputError, match="regoin"):
        cases_behind(shop, study, ("no_reply",), by="regoin", group="x")


def test_each_week_shows_how_the_table_stood_at_its_end(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    coded(shop, study, ann, "C1", "refusal", clock)  # Tuesday 19 November
    clock.now = datetime(2019, 11, 24, 23, 59, tzinfo=UTC)
    record_event(shop, study, "C2", "office", outcome="opted_out")  # a minute before the week is over
    clock.now = datetime(2019, 11, 25, 0, 0, tzinfo=UTC)
    record_event(shop, study, "C3", "office", outcome="opted_out")  # the next one
    clock.now = datetime(2019, 12, 4, 10, 0, tzinfo=UTC)
    coded(shop, study, ann, "C4", "no_reply", clock)
    weeks = outcome_counts_by_week(shop)
    assert [week.monday for week in weeks] == ["2019-11-18", "2019-11-25", "2019-12-02"]
    assert [week.counts.get("opted_out", 0) for week in weeks] == [1, 2, 2]
    assert weeks[-1].counts == outcome_counts(shop)
    assert outcome_counts_by_week(shop, at=datetime(2019, 11, 26, tzinfo=UTC))[-1].monday == "2019-11-25"
    assert {"2019-11-18", "2019-11-25", "2019-12-02"} == set(outcome_counts(shop, "outcome_week"))


def test_weeks_begin_at_midnight_where_the_study_is(store: Store, study: Study, clock: Any) -> None:
    install_study(store, study)
    clock.now = datetime(2020, 3, 29, 22, 30, tzinfo=UTC)  # British summer time began: it is 23:30 on Sunday
    load_sample(store, people("A"), study=study)
    clock.now = datetime(2020, 3, 29, 23, 30, tzinfo=UTC)  # and half past midnight on Monday
    load_sample(store, people("B"), study=study)
    assert {monday: sum(counts.values()) for monday, counts in outcome_counts(store, "issue_week").items()} == {
        "2020-03-23": 1, "2020-03-30": 1
    }  # fmt: skip


def test_a_number_opens_down_to_its_cases_and_what_decided_each(
    shop: Store, study: Study, ann: Interviewer, clock: Any
) -> None:
    coded(shop, study, ann, "C1", "refusal", clock)
    refused = clock.now
    clock.forward(days=1)
    record_event(shop, study, "C2", "office", outcome="opted_out", at=clock.now)
    refusals = study.scheme.counted_in("refusals")
    found = cases_behind(shop, study, refusals)
    assert [(case.serial, case.outcome, case.decided_by) for case in found] == [
        ("C1", "refusal", "call by Ann"), ("C2", "opted_out", "office")
    ]  # fmt: skip
    assert (found[0].decided_at, found[0].deciding is not None) == (refused, True)
    assert "call 1 of 1" in found[0].why
    assert [case.serial for case in cases_behind(shop, study, refusals, at=refused)] == ["C1"]
    assert [case.serial for case in cases_behind(shop, study, refusals, by="region", group="London")] == ["C2"]
    assert cases_behind(shop, study, refusals, by="region", group="Leeds") == ()


STEPS = ("no_reply", "refusal", "breakdown", "unobtainable", "hard_appointment", "not_available", "online", "letter",
         "reopen", "hold", "issue")  # fmt: skip


@pytest.mark.parametrize("new_database", ["sqlite"], indirect=True)
@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(1, 4), st.integers(1, 4000)), max_size=12))
def test_whatever_happens_the_tables_of_every_moment_add_up_and_stay(
    new_database: Callable[[], str], study: Study, steps: list[tuple[str, int, int]]
) -> None:
    clock = FakeClock()
    store = open_store(new_database(), clock=clock)
    try:
        install_study(store, study)
        load_sample(store, people("C1", "C2", "C3", "C4", region="North"), study=study)
        ann = sign_in(store, "Ann")
        seen = [(clock.now, outcome_counts(store))]
        for step, number, minutes in steps:
            clock.forward(minutes=minutes)
            happen(store, study, ann, step, f"C{number}", clock)
            seen.append((clock.now, outcome_counts(store)))
            clock.forward(seconds=1)
        for moment, counts in seen:
            assert outcome_counts(store, at=moment) == counts
            by_region = outcome_counts(store, "region", at=moment)
            whole(study, counts, by_region)
        for week in outcome_counts_by_week(store):
            whole(study, week.counts, {})
        everybody = cases_behind(store, study, tuple(study.scheme.outcomes))
        assert len(everybody) == sum(outcome_counts(store).values())
        assert list(verify(store)) == []
    finally:
        store.close()


def happen(store: Store, study: Study, ann: Interviewer, step: str, serial: str, clock: Any) -> None:
    """One of the things that can happen to a case, if it can now."""
    if step == "online":
        load_online(store, study, [OnlineRow(2, serial, "complete")])
    elif step == "letter":
        record_event(store, study, serial, "office", outcome="opted_out")
    elif step == "reopen":
        record_event(store, study, serial, "reopening")
    elif step == "hold":
        hold_sample(store, study)
    elif step == "issue":
        with contextlib.suppress(InputError):  # nobody can be issued any more
            issue_sample(store, study, Release())
    else:
        with contextlib.suppress(InputError):  # it is not to be called now
            coded(store, study, ann, serial, step, clock)


def whole(study: Study, counts: dict[str, int], groups: dict[str, dict[str, int]]) -> None:
    """Every row is the sum of its children, in the table and in each group; usable and unusable are all there is."""
    for each in (counts, *groups.values()):
        totals = outcome_table(study.scheme, each).totals
        for row in study.scheme.rows:
            children = [totals[child.key] for child in study.scheme.rows if child.parent == row.key]
            assert not children or sum(children) == totals[row.key]
        assert totals["usable"] + totals["unusable"] == totals["starting"] == sum(each.values())
    if groups:
        assert sum(sum(group.values()) for group in groups.values()) == sum(counts.values())


def test_responses_count_all_sample_and_each_way_to_respond(store: Store, study: Study, clock: Any) -> None:
    install_study(store, study)
    load_sample(
        store,
        [
            SampleRow("T", region="North", email="t@example.org", phones=("0113 496 0001",)),
            SampleRow("R", region="North", email="r@example.org", phones=("0113 496 0002",)),
            SampleRow("B", region="South", phones=("0113 496 0003",)),
        ],
        study=study,
    )
    load_sample(
        store,
        [
            SampleRow("O", region="South", email="o@example.org"),
            SampleRow("P", region="South", email="p@example.org"),
            SampleRow("N", region="South", recontact="no"),
            SampleRow("Q", region="South"),
        ],
        study=study,
        issue=False,
    )
    ann = sign_in(store, "Ann")
    coded(store, study, ann, "R", "refusal", clock)
    coded(store, study, ann, "B", "breakdown", clock)
    before = clock.now
    clock.forward(minutes=1)
    coded(store, study, ann, "T", "completed", clock)
    said = [OnlineRow(2, "O", "complete"), OnlineRow(3, "P", "partial"), OnlineRow(4, "", "complete", region="South")]
    load_online(store, study, said)
    assert open_link_counts(store) == {"": 1}
    assert open_link_counts(store, "region") == {"South": 1}
    assert open_link_counts(store, "la") == {}
    assert open_link_counts(store, at=before) == {"": 0}
    found = response_counts(store, study)[0]
    assert (found.loaded, found.not_agreed, found.sample) == (7, 1, 6)
    assert (found.online, found.online_base, found.telephone, found.telephone_base, found.total) == (1, 4, 1, 3, 2)
    assert (found.gave_refusal, found.started, found.not_engaged, found.non_responders) == (1, 2, 1, 5)
    by_region = response_counts(store, study, "region")
    for name in (
        "loaded",
        "online",
        "online_base",
        "telephone",
        "telephone_base",
        "total",
        "started",
        "non_responders",
    ):
        assert sum(getattr(count, name) for count in by_region) == getattr(found, name)
        assert len(response_cases(store, study, name)) == getattr(found, name)
    assert [case.serial for case in response_cases(store, study, "started", "region", "South")] == ["B", "P"]
    earlier = response_counts(store, study, at=before)[0]
    assert (earlier.total, earlier.started, earlier.telephone_base) == (0, 1, 3)
    with pytest.raises(InputError, match="is nothing that is counted here"):
        response_cases(store, study, "everything")


def test_what_is_read_together_is_of_one_moment(shop: Store, study: Study, clock: Any) -> None:
    def refused(connection: Any) -> int:
        found = connection.execute(select(func.count()).where(tables.cases.c.outcome == "opted_out"))
        return int(found.scalar_one())

    with shop.read() as connection:
        assert refused(connection) == 0
        record_event(shop, study, "C1", "office", outcome="opted_out", at=clock.now)
        assert refused(connection) == 0
    with shop.read() as connection:
        assert refused(connection) == 1

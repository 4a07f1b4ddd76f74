"""The sample is issued a part at a time, and held back again, while others are at work."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import select

from cati.desk import (
    Issued,
    Release,
    Result,
    SampleRow,
    case_card,
    close_call,
    hold_sample,
    how_issued,
    in_all,
    install_study,
    issue_sample,
    issuing,
    load_sample,
    moving,
    next_case,
    outcome_counts,
    record_event,
    release,
    sample_counts,
    sign_in,
    standing,
    start_call,
)
from cati.errors import InputError
from cati.storage import Store, open_store, tables, verify
from cati.studies import Study

TENTH = Release(share=Fraction(1, 10))
REGIONS = ("London", "North East", "South West")


def people(count: int, first: int = 0, **facts: Any) -> list[SampleRow]:
    """So many people in three regions, every fifth of the soft launch."""
    return [
        replace(
            SampleRow(
                f"S{n:04}",
                region=REGIONS[n % 4 % 3],
                phones=(f"+441134960{n:03}",),
                batch="main" if n % 5 else "soft launch",
            ),
            **facts,
        )
        for n in range(first, first + count)
    ]


@pytest.fixture
def sampled(store: Store, study: Study) -> Store:
    """A database with a hundred people, issued on loading as it is the default."""
    install_study(store, study)
    load_sample(store, people(100), study=study)
    return store


@pytest.fixture
def held(store: Store, study: Study) -> Store:
    """The same, loaded to be held."""
    install_study(store, study)
    load_sample(store, people(100), study=study, issue=False)
    return store


def issued_serials(store: Store) -> set[str]:
    with store.read() as connection:
        return set(
            connection.execute(select(tables.cases.c.serial).where(tables.cases.c.issued_at.is_not(None))).scalars()
        )


def starting(store: Store) -> int:
    """The starting sample of the telephone's table."""
    return sum(outcome_counts(store).values())


def called(store: Store, study: Study, outcome: str = "no_reply") -> str:
    """Has somebody called the next case, to that outcome; its serial."""
    delivery = next_case(store, study, sign_in(store, "Ann"))
    assert delivery is not None
    made = start_call(store, study, delivery.hold, delivery.card.next_number)
    close_call(store, study, delivery.hold, made, Result(outcome))
    return delivery.card.serial


def test_a_soft_launch_of_a_tenth_leaves_a_tenth_issued(sampled: Store, study: Study) -> None:
    done = issue_sample(sampled, study, TENTH)
    assert (done.eligible, done.wanted, done.issued, done.taken_back, done.kept) == (100, 10, 10, 100, 0)
    assert starting(sampled) == 10
    assert done.total == in_all(sample_counts(sampled, study))
    assert (done.total.held, done.total.issued, done.total.uncalled) == (90, 10, 10)
    assert issue_sample(sampled, study, Release()).issued == 90
    assert starting(sampled) == 100
    assert verify(sampled) == []


def test_whoever_was_called_stays_issued_and_so_does_whoever_is_on_a_screen(sampled: Store, study: Study) -> None:
    record_event(sampled, study, "S0099", "online", outcome="completed_online", status="complete")
    was_called = called(sampled, study)
    on_screen = next_case(sampled, study, sign_in(sampled, "Bob"))
    assert on_screen is not None
    done = issue_sample(sampled, study, Release(batches=("soft launch",)))
    assert (done.taken_back, done.kept) == (97, 3)
    out = issued_serials(sampled)
    assert {was_called, on_screen.card.serial, "S0099"} <= out
    assert {row.serial for row in people(100) if row.batch == "soft launch"} <= out
    assert len(out) == done.issued + done.kept
    assert verify(sampled) == []


def test_the_first_issue_alone_takes_back(sampled: Store, study: Study) -> None:
    issue_sample(sampled, study, TENTH)
    again = issue_sample(sampled, study, TENTH)
    assert (again.issued, again.taken_back, starting(sampled)) == (10, 0, 20)


def test_all_of_a_sample_that_is_out_is_nothing_to_do(sampled: Store, study: Study) -> None:
    done = issue_sample(sampled, study, Release())
    assert (done.wanted, done.issued, done.taken_back, starting(sampled)) == (0, 0, 0, 100)
    assert load_sample(sampled, people(1, first=200), study=study).held == 0  # as before, on loading


def test_a_batch_whose_cases_were_all_called_changes_nothing(sampled: Store, study: Study) -> None:
    load_sample(sampled, [SampleRow("X", phones=("+441134960999",), batch="one")], study=study)
    load_sample(sampled, [replace(row, recontact="no") for row in people(100)], study=study)
    assert called(sampled, study) == "X"
    load_sample(sampled, [replace(row, recontact="yes") for row in people(100)], study=study)
    done = issue_sample(sampled, study, Release(batches=("one",)))
    assert (done.wanted, done.issued, done.taken_back, starting(sampled)) == (0, 0, 0, 101)


def test_what_is_loaded_later_is_held_unless_it_is_said_otherwise(held: Store, study: Study) -> None:
    assert load_sample(held, people(10, first=100), study=study).held == 10
    assert load_sample(held, people(10, first=110), study=study, issue=True).held == 0
    assert load_sample(held, people(10, first=120, recontact="no"), study=study).held == 0  # never to be issued
    total = in_all(sample_counts(held, study))
    assert (total.loaded, total.held, total.issued, total.not_agreed) == (130, 110, 10, 10)
    assert issue_sample(held, study, Release()).taken_back == 0


def test_nobody_who_did_not_agree_or_is_done_already_is_issued(held: Store, study: Study) -> None:
    load_sample(held, people(10, recontact="no"), study=study)
    record_event(held, study, "S0050", "online", outcome="completed_online", status="complete")
    assert issue_sample(held, study, Release()).issued == 89
    total = in_all(sample_counts(held, study))
    assert (total.not_agreed, total.settled, total.held, total.issued) == (10, 1, 0, 89)
    assert outcome_counts(held) == {"not_called": 89}
    assert verify(held) == []


def test_a_share_is_of_all_that_agreed_and_of_a_batch_where_one_is_named(held: Store, study: Study) -> None:
    load_sample(held, people(20, recontact="no"), study=study)
    assert issue_sample(held, study, TENTH).issued == 8
    load_sample(held, people(40, first=100, batch="second"), study=study)
    half = Release(batches=("second",), share=Fraction(1, 2))
    assert [issue_sample(held, study, half).issued for _ in range(3)] == [20, 20, 0]
    more = issue_sample(held, study, Release(number=500))
    assert (more.wanted, more.issued, more.total.held) == (500, 72, 0)


def test_a_draw_is_proportional_in_every_stratum(held: Store, study: Study) -> None:
    done = issue_sample(held, study, Release(share=Fraction(1, 5), by=("region", "batch")))
    assert done.issued == 20
    assert [(part.values, part.eligible, part.issued) for part in done.strata] == [
        (("London", "main"), 40, 8),
        (("London", "soft launch"), 10, 2),
        (("North East", "main"), 20, 4),
        (("North East", "soft launch"), 5, 1),
        (("South West", "main"), 20, 4),
        (("South West", "soft launch"), 5, 1),
    ]
    by_region = {count.value: count.issued for count in sample_counts(held, study, "region")}
    assert by_region == {"London": 10, "North East": 5, "South West": 5}


def test_the_same_seed_draws_the_same_people_however_they_were_loaded(
    new_database: Callable[[], str], study: Study, clock: Any
) -> None:
    drawn = []
    for rows, seed in ((people(100), 5), (list(reversed(people(100))), 5), (people(100), 6)):
        store = open_store(new_database(), clock=clock)
        install_study(store, study)
        load_sample(store, rows, study=study, issue=False)
        issue_sample(store, study, Release(share=Fraction(1, 10), seed=seed, by=("region",)))
        drawn.append(issued_serials(store))
        store.close()
    assert drawn[0] == drawn[1] != drawn[2]


def test_a_sample_variable_stratifies_too(store: Store, study: Study) -> None:
    install_study(store, study)
    rows = [replace(row, variables={"grade": str(at % 2)}) for at, row in enumerate(people(20))]
    load_sample(store, [*rows, SampleRow("X", phones=("1",))], study=study, issue=False)
    done = issue_sample(store, study, Release(number=4, by=("grade",)))
    assert [(part.values, part.eligible, part.issued) for part in done.strata] == [
        (("",), 1, 0),
        (("0",), 10, 2),
        (("1",), 10, 2),
    ]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (Release(batches=("soft lunch",)), r"no batch 'soft lunch'.*Did you mean soft launch\?.*main \(80 cases\)"),
        (Release(number=3, by=("regoin",)), r"'regoin' is no variable.*Did you mean region\?"),
    ],
)
def test_a_batch_or_variable_that_there_is_not_is_refused_before_anything_moves(
    sampled: Store, study: Study, asked: Release, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        issue_sample(sampled, study, asked)
    assert starting(sampled) == 100


def test_a_batch_of_nobody_who_can_be_issued_is_refused(held: Store, study: Study) -> None:
    load_sample(held, people(3, first=300, batch="never", recontact="no"), study=study)
    with pytest.raises(InputError, match=r"Nobody of batch never.*3 did not agree"):
        issue_sample(held, study, Release(batches=("never",)))
    with pytest.raises(InputError, match="no batch 'later'"):
        hold_sample(held, study, ("later",))


def test_an_empty_database_has_nothing_to_issue(store: Store, study: Study) -> None:
    install_study(store, study)
    for asked in (Release(), TENTH, Release(batches=("main",))):
        with pytest.raises(InputError, match="No sample is loaded yet"):
            issue_sample(store, study, asked)


def test_cases_without_a_batch_are_asked_for_as_they_are_shown(held: Store, study: Study) -> None:
    load_sample(held, people(4, first=300, batch=""), study=study)
    assert issue_sample(held, study, Release(batches=("(none)",))).issued == 4
    assert hold_sample(held, study, ("",)).taken_back == 4


def test_a_dry_run_shows_what_would_be_and_changes_nothing(sampled: Store, study: Study) -> None:
    called(sampled, study)
    before = sample_counts(sampled, study)
    asked = Release(share=Fraction(1, 10), by=("region",))
    shown = issue_sample(sampled, study, asked, dry_run=True)
    assert sample_counts(sampled, study) == before
    assert shown.dry_run
    assert replace(shown, dry_run=False) == issue_sample(sampled, study, asked)


def test_holding_takes_back_whoever_nobody_has_called(sampled: Store, study: Study) -> None:
    record_event(sampled, study, "S0098", "online", outcome="completed_online", status="complete")
    called(sampled, study)
    on_screen = next_case(sampled, study, sign_in(sampled, "Bob"))
    assert on_screen is not None
    done = hold_sample(sampled, study)
    assert (done.taken_back, done.called, done.in_hand, done.final) == (97, 1, 1, 1)
    assert (done.total.held, done.total.issued) == (97, 3)
    release(sampled, on_screen.hold)
    assert hold_sample(sampled, study).taken_back == 1
    assert next_case(sampled, study, sign_in(sampled, "Ann")) is None
    assert load_sample(sampled, people(1, first=200), study=study).held == 1
    assert issue_sample(sampled, study, Release()).issued == 99
    assert verify(sampled) == []


def test_of_a_batch_held_back_the_others_stay_out_for_good(sampled: Store, study: Study) -> None:
    assert hold_sample(sampled, study, ("main",)).taken_back == 80
    done = issue_sample(sampled, study, Release(batches=("main",), number=10))
    assert (done.taken_back, done.issued, starting(sampled)) == (0, 10, 30)


ODD = {
    "no number": SampleRow("A1", region="London"),
    "not agreed": SampleRow("A2", phones=("1",), recontact="no"),
    "a zone": SampleRow("A3", phones=("1", "2"), timezone="Europe/Lisbon"),
    "part-complete": SampleRow("A4", phones=("1",)),
    "plain": SampleRow("A5", phones=("1",)),
    "reopened": SampleRow("A6", phones=("1",)),
}


def test_a_case_moved_with_thousands_stands_as_one_worked_out_from_its_history(store: Store, study: Study) -> None:
    install_study(store, study)
    load_sample(store, ODD.values(), study=study)
    record_event(store, study, "A4", "online", status="partial")
    record_event(store, study, "A6", "reopening", outcome="call_back_business_hours")
    hold_sample(store, study)
    assert_as_worked_out(store, study)
    assert {count.held for count in sample_counts(store, study)} == {5}
    issue_sample(store, study, Release())
    assert_as_worked_out(store, study)
    assert in_all(sample_counts(store, study)).issued == 5


def assert_as_worked_out(store: Store, study: Study) -> None:
    """Every case stands as `restand` would have it."""
    place = [column for column in tables.cases.c if column.name.startswith(("next_", "outcome", "attempts", "draw"))]
    place = [column for column in place if column.name != "outcome_why"]
    with store.write() as connection:
        ids = connection.execute(select(tables.cases.c.id)).scalars().all()
        before = connection.execute(select(*place).order_by(tables.cases.c.id)).all()
        for case_id in ids:
            standing.restand(connection, study, case_id, store.now(connection))
        assert connection.execute(select(*place).order_by(tables.cases.c.id)).all() == before


def test_who_was_issued_when_and_by_whom_can_be_told_of_each(sampled: Store, study: Study) -> None:
    issue_sample(sampled, study, TENTH, who="Ann Office")
    out = issued_serials(sampled)
    with sampled.read() as connection:
        rows = connection.execute(
            select(tables.change, tables.cases.c.serial).outerjoin(tables.cases).order_by(tables.change.c.id)
        ).all()
    of_cases = [(row.what, row.serial) for row in rows if row.serial is not None]
    assert {serial for what, serial in of_cases if what == "sample: issued"} == out
    assert Counter(what for what, _ in of_cases) == {"sample: held": 100, "sample: issued": 10}
    asked = f"10%, seed {study.rules.seed}"
    ours = Counter(row.batch for row in people(100) if row.serial in out)
    assert [(row.who, row.what, row.new, row.why) for row in rows if row.serial is None] == [
        ("Ann Office", "sample: issuing", "taking back", ""),
        ("Ann Office", "sample: held", "80 cases of batch main", f"before issuing {asked}"),
        ("Ann Office", "sample: held", "20 cases of batch soft launch", f"before issuing {asked}"),
        ("Ann Office", "sample: issuing", "by hand", ""),
        *(("Ann Office", "sample: issued", f"{ours[batch]} cases of batch {batch}", asked) for batch in sorted(ours)),
    ]


def test_an_issue_is_many_short_transactions_between_which_interviewers_work(
    sampled: Store, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "FRESH_AT_ONCE", 10)
    monkeypatch.setattr(issuing, "FRESH_AT_ONCE", 10)
    met: list[str] = []

    def meanwhile(what: str, _count: int, _total: int) -> None:
        if what == "cases taken back" and len(met) < 5:
            met.append(called(sampled, study))

    done = issue_sample(sampled, study, TENTH, progress=meanwhile)
    assert len(set(met)) == 5
    assert (done.kept, done.taken_back, done.issued) == (5, 95, 10)
    assert set(met) <= issued_serials(sampled)
    assert starting(sampled) == 15
    assert verify(sampled) == []


def test_an_issue_that_stopped_half_way_is_gone_on_with(
    sampled: Store, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "FRESH_AT_ONCE", 10)

    def stop(_what: str, count: int, _total: int) -> None:
        if count >= 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        issue_sample(sampled, study, TENTH, progress=stop)
    assert (starting(sampled), how_issued(sampled)) == (70, "taking back")
    assert load_sample(sampled, people(10, first=100), study=study).held == 10
    done = issue_sample(sampled, study, TENTH)
    assert (done.taken_back, done.wanted, done.issued, starting(sampled)) == (70, 11, 11, 11)
    assert how_issued(sampled) == "by hand"
    assert verify(sampled) == []


@pytest.mark.parametrize("asked", [TENTH, Release(share=Fraction(1, 10), by=("region",)), Release(number=12, seed=3)])
def test_two_who_issue_at_once_issue_nobody_twice(
    database: str, study: Study, clock: Any, monkeypatch: pytest.MonkeyPatch, asked: Release
) -> None:
    monkeypatch.setattr(moving, "FRESH_AT_ONCE", 7)
    monkeypatch.setattr(issuing, "FRESH_AT_ONCE", 7)
    stores = [open_store(database, clock=clock) for _ in range(2)]
    install_study(stores[0], study)
    load_sample(stores[0], people(100), study=study)
    done: list[Issued] = []
    start = threading.Barrier(2)

    def issue(store: Store) -> None:
        start.wait(30)
        done.append(issue_sample(store, study, asked))

    threads = [threading.Thread(target=issue, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(each.issued for each in done) == 2 * (asked.number or 10) == starting(stores[0])
    assert sum(each.taken_back for each in done) == 100
    with stores[0].read() as connection:
        lines = connection.execute(
            select(tables.change.c.case_id).where(
                tables.change.c.what == "sample: issued", tables.change.c.case_id.is_not(None)
            )
        ).scalars()
        assert Counter(Counter(lines).values()) == {1: 2 * (asked.number or 10)}
    assert verify(stores[0]) == []
    for store in stores:
        store.close()


def test_counts_add_up_whatever_happened(sampled: Store, study: Study) -> None:
    load_sample(sampled, [*people(10, recontact="no"), SampleRow("X")], study=study)
    hold_sample(sampled, study, ("main",))
    record_event(sampled, study, "S0051", "online", outcome="completed_online", status="complete")
    for outcome in ("no_reply", "completed", "refusal"):
        called(sampled, study, outcome)
    for by in ("batch", "region", "recontact"):
        counts = sample_counts(sampled, study, by)
        for count in counts:
            assert count.loaded == count.not_agreed + count.settled + count.held + count.issued
            assert count.issued == count.uncalled + count.live + count.final
        total = in_all(counts)
        assert (total.loaded, total.settled, total.live, total.final, total.interviews) == (101, 1, 1, 2, 1)
        assert (total.called, total.no_number, total.issued) == (3, 1, starting(sampled))


def test_a_held_case_is_offered_to_nobody_and_says_why(held: Store, study: Study) -> None:
    assert next_case(held, study, sign_in(held, "Ann")) is None
    card = case_card(held, study, "S0001")
    assert (card.issued, card.reason, card.batch) == (False, "Not issued to the telephone", "main")
    issue_sample(held, study, Release(number=1))
    delivery = next_case(held, study, sign_in(held, "Ann"))
    assert delivery is not None
    assert {delivery.card.serial} == issued_serials(held)

"""The claim under its databases: rows that somebody has locked, two at a time, and the indexes that it goes by."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event, insert, select, text

from cati.desk import (
    Delivery,
    Interviewer,
    SampleRow,
    close_call,
    install_study,
    load_sample,
    next_case,
    record_event,
    sign_in,
    start_call,
    take_case,
)
from cati.desk.delivery import asking
from cati.desk.records import Booking, Result
from cati.desk.standing import restand
from cati.fieldwork import Group, draw
from cati.fieldwork.turns import called
from cati.storage import Store, open_store, queue, tables, verify
from cati.studies import Study

Rows = Callable[[int], SampleRow]


@pytest.fixture
def stores(postgresql_database: str, clock: Any, study: Study) -> Iterator[tuple[Store, Store]]:
    """The database, opened by the office and by an interviewer."""
    opened = open_store(postgresql_database, clock=clock), open_store(postgresql_database, clock=clock)
    install_study(opened[0], study)
    yield opened
    for store in opened:
        store.close()


def in_a_thread(act: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    """Runs something beside; what it returned or raised is the one item of the list."""
    came: list[Any] = []

    def run() -> None:
        try:
            came.append(act())
        except Exception as error:  # noqa: BLE001  the test that joins tells it
            came.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, came


def is_waiting(store: Store) -> bool:
    """Does somebody wait for a lock on this database?"""
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with store.read() as connection:
        return bool(connection.execute(text(waits)).scalar())


def until_it_waits(store: Store, thread: threading.Thread) -> None:
    for _ in range(1000):
        if is_waiting(store) or not thread.is_alive():
            return
        time.sleep(0.01)


# a row that somebody else has for a moment


def test_a_case_whose_row_is_locked_for_a_moment_is_waited_for(
    stores: tuple[Store, Store], study: Study, sample_row: Rows, clock: Any
) -> None:
    office, desk = stores
    load_sample(office, [sample_row(1)], study=study)
    ann = sign_in(desk, "Ann")
    with office.write() as connection:  # as the load of a sample, or a supervisor's correction
        case_id = connection.execute(select(tables.cases.c.id)).scalar_one()
        restand(connection, study, case_id, clock.now)
        claiming, came = in_a_thread(lambda: next_case(desk, study, ann))
        until_it_waits(office, claiming)
        assert claiming.is_alive()
    claiming.join(30)
    assert isinstance(came[0], Delivery), came
    assert came[0].card.serial == "C1"


def test_a_case_that_another_takes_meanwhile_is_not_waited_for_twice(
    stores: tuple[Store, Store], study: Study, sample_row: Rows
) -> None:
    office, desk = stores
    load_sample(office, [sample_row(1)], study=study)
    ann, bob = sign_in(desk, "Ann"), sign_in(office, "Bob")
    with office.write() as connection:
        connection.execute(
            tables.cases.update().values(owner=bob.id, lease_until=office.now(connection) + timedelta(seconds=90))
        )
        claiming, came = in_a_thread(lambda: next_case(desk, study, ann))
        until_it_waits(office, claiming)
    claiming.join(30)
    assert came == [None]


def test_of_several_the_next_is_taken_while_one_is_locked(
    stores: tuple[Store, Store], study: Study, sample_row: Rows
) -> None:
    office, desk = stores
    load_sample(office, [sample_row(1), sample_row(2)], study=study)
    ann = sign_in(desk, "Ann")
    with office.write() as connection:
        connection.execute(select(tables.cases).where(tables.cases.c.serial == "C1").with_for_update())
        delivery = next_case(desk, study, ann)
    assert delivery is not None
    assert delivery.card.serial == "C2"


def test_whoever_waits_for_a_row_holds_none_itself(
    stores: tuple[Store, Store], postgresql_database: str, study: Study, sample_row: Rows, clock: Any
) -> None:
    """Else two could wait for each other: here the loader has the second case and wants the first."""
    office, desk = stores
    load_sample(office, [sample_row(1), sample_row(2)], study=study)
    ann = sign_in(desk, "Ann")
    first, second = (select(tables.cases.c.id).where(tables.cases.c.serial == serial) for serial in ("C1", "C2"))
    loader = open_store(postgresql_database, clock=clock)
    with loader.write() as loading:
        loading.execute(text("SET LOCAL lock_timeout = '5s'"))
        loading.execute(second.with_for_update())
        with office.write() as connection:
            closed = tables.cases.update().where(tables.cases.c.serial == "C1")
            connection.execute(closed.values(next_class=None, next_call_at=None, next_group=""))
            claiming, came = in_a_thread(lambda: next_case(desk, study, ann))
            until_it_waits(office, claiming)
        time.sleep(0.1)
        until_it_waits(office, claiming)  # for the second case, now that the first is closed
        assert claiming.is_alive()
        assert loading.execute(first.with_for_update()).first() is not None
    claiming.join(30)
    loader.close()
    assert isinstance(came[0], Delivery), came
    assert came[0].card.serial == "C2"


# two at a time


def test_two_never_hold_one_case_and_nobody_gets_none_while_one_is_left(
    stores: tuple[Store, Store], study: Study
) -> None:
    office, desk = stores
    load_sample(office, [SampleRow(f"S{n:03d}", phones=(f"01632 960{n:03d}",)) for n in range(60)], study=study)
    together = threading.Barrier(2)
    taken: dict[str, list[str]] = {"Ann": [], "Bob": []}

    def work(store: Store, who: Interviewer) -> int:
        together.wait(30)
        for at in count():
            delivery = next_case(store, study, who)
            if delivery is None:
                return at
            taken[who.name].append(delivery.card.serial)
        raise AssertionError

    workers = [
        in_a_thread(lambda store=store, who=who: work(store, who))  # type: ignore[misc]
        for store, who in ((office, sign_in(office, "Ann")), (desk, sign_in(desk, "Bob")))
    ]
    for thread, _ in workers:
        thread.join(60)
    assert sum(came[0] for _, came in workers) == 60
    assert len(set(taken["Ann"]) | set(taken["Bob"])) == 60
    assert verify(office) == []


@pytest.mark.parametrize("kind", ["hard", "soft"])
def test_one_appointment_goes_to_one_of_two(
    stores: tuple[Store, Store], study: Study, sample_row: Rows, clock: Any, kind: Any
) -> None:
    office, desk = stores
    load_sample(office, [sample_row(n) for n in range(1, 4)], study=study)
    ann, bob = sign_in(office, "Ann"), sign_in(desk, "Bob")
    for serial in ("C1", "C2", "C3"):
        delivery = take_case(office, study, ann, serial)
        made = start_call(office, study, delivery.hold, delivery.card.next_number)
        booked = Booking(kind, clock.now + timedelta(hours=1))
        close_call(office, study, delivery.hold, made, Result(f"{kind}_appointment", appointment=booked))
    clock.forward(hours=1, minutes=5)
    claims = [in_a_thread(lambda s=s, who=who: next_case(s, study, who)) for s, who in ((office, ann), (desk, bob))]  # type: ignore[misc]
    for thread, _ in claims:
        thread.join(30)
    serials = [came[0].card.serial for _, came in claims]
    assert len(set(serials)) == 2
    assert next_case(desk, study, bob) is not None
    assert next_case(office, study, ann) is None


# the indexes


LONDON = "Europe/London"
MANY = 20_000


def crowd(store: Store, study: Study, many: int) -> None:
    """Cases in every group of a large shop after some weeks: each kind of question has many to look at."""
    slots = [*study.rules.slots]
    pairs = [(one, other) for one in slots for other in slots if one < other]
    groups = [
        str(Group(level, zone, window, names))
        for level in (0, 1, *range(called(1), called(12)))
        for zone in (LONDON, "Europe/Athens")
        for window in (("any", "business_hours") if level == 0 else ("any",))
        for names in ([()] if level < 2 else [(), *((name,) for name in slots), *pairs])
    ]
    assert len(groups) > 200
    with store.write() as connection:
        now = store.now(connection)
        people = [
            {"name": f"I{n}", "name_key": f"i{n}", "created_at": now, "present_until": now + timedelta(hours=1)}
            for n in range(40)
        ]
        connection.execute(insert(tables.interviewer), people)
        rows = []
        for n in range(many):
            row = {
                "serial": f"S{n}",
                "loaded_at": now,
                "issued_at": now,
                "outcome": "not_called",
                "outcome_at": now,
                "draw": draw(1, f"S{n}"),
                "next_class": 2,
                "next_call_at": now + timedelta(minutes=n % 500 - 250),
                "next_until": None,
                "next_group": groups[n % len(groups)] if n % 3 else f"01|{LONDON}|any|*",
                "next_rule": "delay",
                "next_owner": None,
                "owner": None,
                "lease_until": None,
            }
            if n % 20 == 0:  # appointments: some due, most to come, many missed
                at = now + timedelta(minutes=n % 997 - 400)
                row |= {"next_class": n // 20 % 2, "next_call_at": at, "next_until": at + timedelta(minutes=30)}
                row |= {"next_group": f"00|{LONDON}|any|*", "next_owner": 1 + n % 40 if n // 20 % 2 == 0 else None}
            if n % 500 == 7:
                row |= {"owner": 1 + n % 40, "lease_until": now + timedelta(seconds=90 if n % 1000 == 7 else -1)}
            if n % 50 == 3:
                row |= {"next_class": None, "next_group": "", "next_call_at": None, "next_rule": "final"}
            rows.append(row)
        connection.execute(insert(tables.cases), rows)


def statements_of(store: Store, act: Callable[[], Any]) -> list[tuple[str, Any]]:
    """What is sent to the database while something is done, and with which values."""
    sent: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        sent.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
    return sent


def claims_of(store: Store, study: Study, who: Interviewer) -> list[tuple[str, Any]]:
    """The statements of a claim that finds nothing at first: every question of the order is asked."""
    with store.write() as connection:
        asked = asking(store, connection, study, who, store.now(connection))
        parts = list(queue._parts(asked))
    assert sum(len(names) for _, names in asked.turns) > 100
    assert len(parts) > 1

    def ask() -> None:
        with store.write() as connection:
            for part in parts:
                take = store.prepared(("claim", part.shape), lambda s, part=part: queue._claim(s, part))  # type: ignore[misc]
                take(connection, **part.values)

    return [(sql, values) for sql, values in statements_of(store, ask) if "UPDATE" in sql]


def groups_of(store: Store, study: Study, who: Interviewer) -> tuple[str, Any]:
    """The statement that looks the groups up."""

    def ask() -> None:
        queue.forget_directory(store)
        with store.write() as connection:
            asking(store, connection, study, who, store.now(connection))

    return next((sql, values) for sql, values in statements_of(store, ask) if "RECURSIVE" in sql)


def test_no_claim_reads_the_whole_table_on_sqlite(sqlite_database: str, study: Study, clock: Any) -> None:
    store = open_store(sqlite_database, clock=clock)
    install_study(store, study)
    crowd(store, study, 2_000)
    ann = sign_in(store, "Ann")
    asked = [*claims_of(store, study, ann), groups_of(store, study, ann)]
    for sql, values in asked:
        with store.read() as connection:
            plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
        used = [line for line in plan if " case " in f"{line} "]
        assert used
        for line in used:
            assert line.startswith("SEARCH"), line
    store.close()


def test_no_claim_reads_the_whole_table_on_postgresql(postgresql_database: str, study: Study, clock: Any) -> None:
    store = open_store(postgresql_database, clock=clock)
    install_study(store, study)
    crowd(store, study, MANY)
    ann = sign_in(store, "Ann")
    with store.write() as connection:
        connection.execute(text('ANALYZE "case", interviewer'))
        assert connection.execute(text("SHOW enable_seqscan")).scalar() == "on"
    for sql, values in [*claims_of(store, study, ann), groups_of(store, study, ann)]:
        for plan in (_plan(store, sql, values), _plan_for_any_values(store, sql, values)):
            assert any("Index" in line for line in plan)
            assert [line for line in plan if re.search(r'Seq Scan on "?case\b', line)] == [], "\n".join(plan)
    store.close()


def _plan(store: Store, sql: str, values: Any) -> list[str]:
    with store.write() as connection:
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {sql}", values)]


def _plan_for_any_values(store: Store, sql: str, values: Any) -> list[str]:
    """The plan of the statement once the server has prepared it, which it does for one that comes often."""
    from psycopg import sql as psycopg_sql

    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", sql)))
    numbered = re.sub(r"%\((\w+)\)s", lambda found: f"${names.index(found[1]) + 1}", sql).replace("%%", "%")
    given = psycopg_sql.SQL(", ").join(psycopg_sql.Literal(values[name]) for name in names)
    with store.write() as connection:
        driver: Any = connection.connection.driver_connection
        execute = psycopg_sql.SQL("EXPLAIN EXECUTE claimed{}").format(
            psycopg_sql.SQL("({})").format(given) if names else psycopg_sql.SQL("")
        )
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        driver.execute(f"PREPARE claimed AS {numbered}")
        plan = [row[0] for row in driver.execute(execute)]
        driver.execute("DEALLOCATE claimed")
    return plan


def test_however_many_groups_there_are_the_claim_is_made(store: Store, study: Study) -> None:
    """SQLite takes no more than 127 values in one expression, and a large shop has more groups."""
    install_study(store, study)
    crowd(store, study, 1_000)
    ann = sign_in(store, "Ann")
    with store.write() as connection:
        asked = asking(store, connection, study, ann, store.now(connection))
        assert queue.count_waiting(store, connection, asked, 10_000) > 300
        while queue.claim(store, connection, asked) is not None:
            pass
        assert queue.count_waiting(store, connection, asked, 10_000) == 0


def test_what_is_recorded_at_the_desk_counts_at_once(store: Store, study: Study, sample_row: Rows) -> None:
    """In the same second, at the same console: a case that comes to a group that there was not before."""
    install_study(store, study)
    load_sample(store, [sample_row(1), sample_row(2)], study=study)
    ann = sign_in(store, "Ann")
    refused = take_case(store, study, ann, "C2")
    made = start_call(store, study, refused.hold, refused.card.next_number)
    close_call(store, study, refused.hold, made, Result("refusal"))
    assert next_case(store, study, ann) is not None  # the groups are looked up
    record_event(store, study, "C2", "reopening", outcome="referral_number")
    delivery = next_case(store, study, ann)
    assert delivery is not None
    assert delivery.card.serial == "C2"

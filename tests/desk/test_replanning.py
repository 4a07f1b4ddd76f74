"""Other rules, other dates, an older database: the next call of every case is worked out anew, and nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, select, text

from cati.desk import (
    Booking,
    Result,
    SampleRow,
    case_card,
    close_call,
    explain,
    install_study,
    issue_sample,
    load_sample,
    next_case,
    open_study,
    replanning,
    resume_held,
    sign_in,
    start_call,
    take_case,
)
from cati.desk.releasing import Release
from cati.desk.standing import as_columns, calling_rules, look
from cati.desk.study import texts_hash
from cati.fieldwork import draw, plan
from cati.storage import Store, init_database, open_store, tables, verify
from cati.storage.migrations import upgrade
from cati.studies import Study, load_study

Shop = tuple[Store, Study]


def ruled(study: Study, *changes: tuple[str, str]) -> Study:
    """The study under other calling rules."""
    name = study.files["calling"]
    changed = study.texts[name]
    for old, new in changes:
        assert old in changed
        changed = changed.replace(old, new)
    return replace(study, texts=study.texts | {name: changed})


def planned(store: Store) -> list[tuple[Any, ...]]:
    """What is planned for each case, as it is kept."""
    with store.read() as connection:
        rows = connection.execute(select(tables.cases).order_by(tables.cases.c.serial)).mappings().all()
    return [tuple(row[name] for name in row if name.startswith("next_") or name in ("serial", "draw")) for row in rows]


def assert_planned(store: Store, study: Study) -> None:
    """What is kept is what the history comes to under these rules, and nothing is wrong."""
    with store.read() as connection:
        rules = calling_rules(connection, study)
        for case in connection.execute(select(tables.cases)).all():
            coming = as_columns(plan(rules, look(connection, study, case).situation))
            assert {name: case._mapping[name] for name in coming} == coming, case.serial
            assert case.draw == draw(rules.seed, case.serial), case.serial
    assert verify(store) == []


@pytest.fixture
def called(shop: Store, study: Study, clock: Any) -> Store:
    """C1 with no reply, C2 with an appointment for tomorrow evening, C3 in hand, C4 fresh, C5 without a number."""
    ann = sign_in(shop, "Ann")
    booked = Booking("hard", clock.now + timedelta(days=1, hours=9))
    for serial, result in (("C1", Result("no_reply")), ("C2", Result("hard_appointment", appointment=booked))):
        delivery = take_case(shop, study, ann, serial)
        made = start_call(shop, study, delivery.hold, delivery.card.next_number)
        close_call(shop, study, delivery.hold, made, result)
    in_hand = take_case(shop, study, ann, "C3")
    start_call(shop, study, in_hand.hold, in_hand.card.next_number)
    return shop


# other rules


def test_other_rules_place_every_case_anew(called: Store, study: Study) -> None:
    assert_planned(called, study)
    sooner = ruled(study, ("no_reply: {after: [180,", "no_reply: {after: [30,"), ("seed: 2622", "seed: 5"))
    assert install_study(called, sooner) == "updated"
    assert_planned(called, sooner)
    found = explain(called, sooner, "C1")
    assert found.planned_at is not None
    assert (found.rule, f"{found.planned_at:%a %H:%M}") == ("delay", "Tue 12:00")  # in another part of the day
    assert explain(called, sooner, "C2").rule == "appointment"
    assert explain(called, sooner, "C3").rule == "held"


def test_so_do_other_dates(called: Store, study: Study) -> None:
    longer = (date(2019, 11, 11), date(2020, 1, 31))
    assert install_study(called, study, fieldwork=longer) == "updated"
    assert_planned(called, study)
    assert install_study(called, study, fieldwork=(date(2019, 11, 11), date(2019, 11, 19))) == "updated"
    assert_planned(called, study)
    assert explain(called, study, "C2").callable_at is None  # the appointment is for after the last day
    assert install_study(called, study, fieldwork=longer) == "updated"
    assert explain(called, study, "C2").callable_at is not None


def test_the_same_rules_again_change_nothing(called: Store, study: Study) -> None:
    before = planned(called)
    assert install_study(called, study) == "current"
    assert replanning.plan_again(called, study) == 0
    assert planned(called) == before


def test_rules_changed_and_changed_back_come_to_the_same(called: Store, study: Study) -> None:
    before = planned(called)
    few = ruled(study, ("attempts: {case: 15, number: 10}", "attempts: {case: 1}"))
    install_study(called, few)
    assert explain(called, few, "C1").rule == "attempts"
    assert planned(called) != before
    install_study(called, study)
    assert planned(called) == before


def test_held_sample_is_drawn_by_the_new_seed_once_it_is_issued(
    shop: Store, study: Study, sample_row: Callable[[int], SampleRow]
) -> None:
    load_sample(shop, [sample_row(6), sample_row(7)], study=study, issue=False)
    other = ruled(study, ("seed: 2622", "seed: 5"))
    install_study(shop, other)
    issue_sample(shop, other, Release())
    assert_planned(shop, other)


# in short transactions, broken off, taken up


def test_it_works_in_short_transactions_and_tells_how_far_it_is(
    called: Store, study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replanning, "AT_ONCE", 2)
    told: list[tuple[int, int]] = []
    other = ruled(study, ("fresh_share: 100", "fresh_share: 40"))

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 1:  # somebody works meanwhile
            called.remembered.clear()
            assert next_case(called, other, sign_in(called, "Bob")) is not None

    install_study(called, other, progress=progress)
    assert told == [(2, 5), (4, 5), (5, 5)]
    assert_planned(called, other)


def test_broken_off_it_is_taken_up_again(called: Store, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replanning, "AT_ONCE", 2)
    few = ruled(study, ("attempts: {case: 15, number: 10}", "attempts: {case: 1}"))

    class PowerCut(Exception):
        pass

    def cut(done: int, _total: int) -> None:
        if done == 4:
            raise PowerCut

    with pytest.raises(PowerCut):
        install_study(called, few, progress=cut)
    assert verify(called) == []
    told: list[int] = []
    # the files are installed already, and still there is something to do
    assert install_study(called, few, progress=lambda done, _: told.append(done)) == "updated"
    assert told == [2, 4, 5]
    assert_planned(called, few)
    assert install_study(called, few) == "current"


# a database of an older program


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without a table."""
    if request.param == "sqlite":
        yield str(tmp_path / "old.db")
        return
    server: str = request.getfixturevalue("postgresql_server")
    import psycopg

    name = f"cati_old_{next(_numbers)}"
    with psycopg.connect(server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield server.format(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


_numbers = count(1)
NOON = datetime(2019, 11, 18, 12, tzinfo=UTC)


def at(hours: float) -> str:
    """So many hours from Monday noon, as it is kept."""
    return (NOON + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def older(url: str, study: Study) -> None:
    """A database of revision 0001 in the middle of fieldwork, as the program of then left it."""
    place = url.replace("postgresql://", "postgresql+psycopg://") if "://" in url else f"sqlite:///{url}"
    engine = create_engine(place)
    with engine.connect() as connection:
        upgrade(connection, "0001")
    with engine.begin() as connection:
        _office(connection, study)
        _cases(connection)
        _calls(connection)
        if connection.dialect.name == "postgresql":
            for name in (*KEPT, "case", "questionnaire_version"):
                if name not in ("answer", "contact_detail"):
                    next_id = f"setval(pg_get_serial_sequence('\"{name}\"', 'id'), 100)"
                    connection.execute(text(f"SELECT {next_id}"))
    engine.dispose()


def _put(connection: Connection, table: str, **row: Any) -> None:
    names, values = ", ".join(row), ", ".join(f":{name}" for name in row)
    stamps = {name for name in row if name.endswith("_at") or name in ("at", "lease_until")}
    if connection.dialect.name == "postgresql":
        values = ", ".join(f"CAST(:{n} AS timestamptz)" if n in stamps else f":{n}" for n in row)
    connection.execute(text(f'INSERT INTO "{table}" ({names}) VALUES ({values})'), row)


def _office(connection: Connection, study: Study) -> None:
    _put(
        connection,
        "study",
        id=1,
        key=study.id,
        title=study.title,
        timezone="Europe/London",
        fieldwork_start="2019-11-11",
        fieldwork_end="2020-01-07",
        bank_holidays=json.dumps(["2019-12-25", "2019-12-26", "2020-01-01"]),
        installed_at=at(-200),
    )
    # the files as they were: of calling rules without any of the new keys
    texts = study.texts | {study.files["calling"]: "timezone: Europe/London\n"}
    _put(
        connection,
        "questionnaire_version",
        id=1,
        questionnaire="wave2",
        version="0",
        hash=texts_hash(texts),
        installed_at=at(-200),
    )
    for path, content in texts.items():
        _put(connection, "study_file", version_id=1, path=path, text=content)
    for id_, name in ((1, "Ann"), (2, "Bob")):
        _put(connection, "interviewer", id=id_, name=name, name_key=name.casefold(), created_at=at(-100))


def _cases(connection: Connection) -> None:
    facts: dict[str, dict[str, Any]] = {
        "C1": {"outcome": "no_reply", "attempts": 2, "last_call_at": at(-2), "next_class": 2, "next_call_at": at(2)},
        "C2": {"outcome": "hard_appointment", "attempts": 1, "last_call_at": at(-3), "next_class": 0}
        | {"next_call_at": at(24), "next_owner": 2},
        "C3": {"outcome": "suspended", "attempts": 1, "last_call_at": at(-4), "next_class": 2, "next_call_at": at(-3)},
        "C4": {"outcome": "completed", "attempts": 1, "last_call_at": at(-5)},
        "C5": {"outcome": "not_called", "recontact": "no", "issued_at": None},
        "C6": {"outcome": "not_called", "next_class": 2, "next_call_at": at(-50)},
        "C7": {"outcome": "not_called", "next_class": 2, "next_call_at": at(-50), "owner": 2}
        | {"lease_until": at(0.01), "fence": 1},
        "C8": {"outcome": "refusal", "attempts": 1, "last_call_at": at(-6)},
    }
    for id_, (serial, fact) in enumerate(facts.items(), 1):
        deciding = f"call:{id_}" if fact.get("attempts") else None
        row = {"loaded_at": at(-60), "issued_at": at(-50), "outcome_at": at(-1), "deciding_event": deciding} | fact
        _put(connection, "case", id=id_, serial=serial, name=f"Person {id_}", **row)
        _put(
            connection,
            "number",
            id=id_,
            case_id=id_,
            position=1,
            number=f"01632 96000{id_}",
            source="sample",
            added_at=at(-60),
            state="live" if fact.get("attempts") else "untried",
        )
        history = {"case_id": id_, "at": at(-1), "outcome": fact["outcome"], "deciding_event": deciding}
        _put(connection, "outcome_history", **history)


def _calls(connection: Connection) -> None:
    results: list[tuple[int, int, str, float, int]] = [
        (1, 1, "no_reply", -2, 1),
        (2, 2, "hard_appointment", -3, 2),
        (3, 3, "suspended", -4, 1),
        (4, 4, "completed", -5, 2),
        (8, 8, "refusal", -6, 1),
        (9, 1, "no_reply", -26, 2),
    ]
    for id_, case_id, _, _, _ in results[:5]:
        _put(connection, "interview", id=id_, case_id=case_id, version_id=1, mode="telephone", started_at=at(-30))
    _put(connection, "interview", id=7, case_id=7, version_id=1, mode="telephone", started_at=at(-0.1))
    for id_, case_id, outcome, hours, who in results:
        of = {"case_id": case_id, "interviewer_id": who, "fence": 1}
        _put(
            connection,
            "call",
            id=id_,
            number_id=case_id,
            interview_id=case_id,
            version_id=1,
            started_at=at(hours - 0.1),
            ended_at=at(hours),
            **of,
        )
        soft = {"refusal_strength": "soft"} if outcome == "refusal" else {}
        _put(connection, "call_result", id=id_, call_id=id_, at=at(hours), outcome=outcome, **of, **soft)
    # one that is going on, and was never coded
    going_on = {"case_id": 7, "number_id": 7, "interview_id": 7, "interviewer_id": 2, "version_id": 1, "fence": 1}
    _put(connection, "call", id=7, started_at=at(-0.1), **going_on)
    for interview, seq, item, value in ((3, 1, "B1", 2), (3, 2, "B2", 1), (4, 1, "B1", 1), (7, 1, "S1", 1)):
        said: dict[str, Any] = {
            "interview_id": interview,
            "call_id": interview,
            "item": item,
            "value": json.dumps(value),
        }
        _put(connection, "answer", seq=seq, at=at(-4), **said)
    details = {"interview_id": 4, "call_id": 4, "item": "K4_email", "value": json.dumps("pat@example.org")}
    _put(connection, "contact_detail", seq=2, at=at(-5), **details)
    booked = {"case_id": 2, "made_by_result": 2, "owner": 2, "kind": "hard", "words": "tue 12"}
    _put(connection, "appointment", id=1, starts_at=at(24), **booked)
    _put(connection, "note", id=1, case_id=2, call_id=2, result_id=2, interviewer_id=2, at=at(-3), text="Ask for Pat")


KEPT = ("call", "call_result", "answer", "contact_detail", "appointment", "note", "number", "interview", "interviewer")


def everything(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """The rows of all tables of records."""
    return {
        name: sorted(
            (dict(row) for row in connection.execute(text(f'SELECT * FROM "{name}"')).mappings()),
            key=lambda row: (row.get("id") or row["interview_id"], row.get("seq", 0)),
        )
        for name in (*KEPT, "case", "outcome_history")
    }


def test_an_older_database_is_brought_up_to_date_and_loses_nothing(empty_database: str, clock: Any) -> None:
    study = load_study("wave2")
    older(empty_database, study)
    place = empty_database.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(place if "://" in place else f"sqlite:///{place}")
    with engine.connect() as connection:
        before = everything(connection)
    engine.dispose()
    assert init_database(empty_database) == "migrated"
    clock.now = NOON + timedelta(minutes=1)
    store = open_store(empty_database, clock=clock)
    assert install_study(store, study) == "updated"
    with store.read() as connection:
        after = everything(connection)
    for name in KEPT:
        assert [{key: row[key] for key in old} for old, row in zip(before[name], after[name], strict=True)] == (
            before[name]
        ), name
    theirs = ("next_", "owner", "lease", "came_as", "draw", "outcome_why")
    for old, row in zip(before["case"], after["case"], strict=True):
        assert {key: row[key] for key in old if not key.startswith(theirs)} == {
            key: value for key, value in old.items() if not key.startswith(theirs)
        }
    assert after["outcome_history"] == before["outcome_history"]
    assert_planned(store, study)
    assert {serial: explain(store, study, serial).rule for serial in ("C1", "C2", "C3", "C4", "C5", "C6", "C8")} == {
        "C1": "delay",
        "C2": "appointment",
        "C3": "promised",
        "C4": "final",
        "C5": "declined",
        "C6": "fresh",
        "C8": "final",
    }
    store.close()
    assert init_database(empty_database) == "current"


def test_on_an_older_database_interviewing_goes_on(empty_database: str, clock: Any) -> None:
    study = load_study("wave2")
    older(empty_database, study)
    init_database(empty_database)
    clock.now = NOON
    store = open_store(empty_database, clock=clock)
    install_study(store, study)
    # Bob's console was stopped in the middle of a call: it is his, and its answers are there
    delivery = resume_held(store, study, sign_in(store, "Bob"))
    assert delivery is not None
    assert delivery.card.serial == "C7"
    again = start_call(store, study, delivery.hold, delivery.card.next_number)
    assert again.answers == {"S1": 1}
    close_call(store, study, delivery.hold, again, Result("no_reply"))
    ann = sign_in(store, "Ann")
    promised = next_case(store, study, ann)
    assert promised is not None
    assert promised.card.serial == "C3"
    suspended = start_call(store, study, promised.hold, promised.card.next_number)
    assert suspended.answers == {"B1": 2, "B2": 1}
    clock.now = NOON + timedelta(hours=24)
    booked = next_case(store, study, sign_in(store, "Bob"))
    assert booked is not None
    assert booked.card.serial == "C2"
    assert booked.card.notes[0].text == "Ask for Pat"
    assert case_card(store, study, "C2").appointment is not None
    assert verify(store) == []
    store.close()


# consoles that were started before


def test_a_console_started_before_goes_by_the_rules_that_are_installed_since(
    called: Store, study: Study, clock: Any
) -> None:
    """Else its cases would wait for hours that the others do not know, and nobody would call them."""
    renamed = ruled(study, ("weekday_afternoon", "after_lunch"), ("no_reply: {after: [180,", "no_reply: {after: [90,"))
    install_study(called, renamed)
    clock.forward(minutes=10)
    bob = sign_in(called, "Bob")
    delivery = take_case(called, study, bob, "C4")  # the study as the console read it when it started
    made = start_call(called, study, delivery.hold, delivery.card.next_number)
    closed = close_call(called, study, delivery.hold, made, Result("no_reply"))
    assert_planned(called, renamed)
    assert closed.next_call_at is not None
    clock.now = closed.next_call_at
    for console in (study, renamed):
        found = explain(called, console, "C4")
        assert (found.rule, found.slots) == ("called", ("after_lunch", "weekday_evening", "weekend"))
    served = next_case(called, renamed, bob)
    assert served is not None


def test_an_earlier_version_installed_again_is_in_force_again(called: Store, study: Study) -> None:
    other = ruled(study, ("seed: 2622", "seed: 5"))
    for version, seed in ((other, 5), (study, 2622), (other, 5)):
        assert install_study(called, version) == "updated"
        assert install_study(called, version) == "current"
        assert open_study(called).rules.seed == seed
        assert_planned(called, open_study(called))
    with called.read() as connection:
        assert len(connection.execute(select(tables.questionnaire_version)).all()) == 2

"""Withdrawal and retention: what was said and who said it is gone, from the tables and from the bytes of the file."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, func, insert, select, update

from cati.desk import (
    OnlineAnswers,
    OnlineRow,
    Result,
    SampleRow,
    add_note,
    bar_case,
    case_card,
    close_call,
    data_requests,
    explain,
    load_online,
    load_sample,
    log_request,
    next_case,
    opt_out_counts,
    opt_out_details,
    outcome_counts,
    purge,
    respondent_copy,
    response_counts,
    save_answer,
    sign_in,
    start_call,
    take_case,
    take_off_list,
    withdraw_respondent,
)
from cati.desk.errors import LostHold
from cati.errors import InputError
from cati.storage import Store, open_store, tables, verify
from cati.storage.tables import metadata
from cati.studies import Study

from .respondent_tools import EMAIL, NAME, PHONE, SECRETS, SERIAL, interviewed, people, sampled

WHY = "rang on Tuesday"


@pytest.fixture
def held(shop: Store, study: Study, clock: Any) -> Store:
    """The desk of the tests, with a respondent of whom every table says something."""
    interviewed(shop, study, clock)
    return shop


def texts(store: Store) -> dict[str, list[str]]:
    """Every text in every table, by table and column."""
    found: dict[str, list[str]] = {}
    with store.read() as connection:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Text):
                    cells = connection.execute(select(column).where(column.is_not(None))).scalars()
                    found[f"{table.name}.{column.name}"] = [str(cell) for cell in cells]
    return found


def secrets_in(store: Store, *, but: tuple[str, ...] = ()) -> dict[str, list[str]]:
    """Where a word of the respondent's still stands."""
    return {
        secret: places
        for secret in SECRETS
        if secret not in but
        and (places := [place for place, cells in texts(store).items() if any(secret in cell for cell in cells)])
    }


def test_the_tests_respondent_has_left_something_everywhere(held: Store) -> None:
    assert set(secrets_in(held)) == set(SECRETS)


def test_a_table_that_says_something_of_a_case_is_known_to_erasure_and_copy() -> None:
    of_case = {
        table.name
        for table in metadata.sorted_tables
        if {key.column.table.name for key in table.foreign_keys} & {"case", "call", "interview", "call_result"}
    }
    written = {"erasing": "storage/erasing.py", "personal_copy": "desk/personal_copy.py"}
    root = Path(tables.__file__).parents[1]
    for name, file in written.items():
        text = (root / file).read_text(encoding="utf-8")
        # of these two nothing is personal: when a case was out, and what its outcome was when
        spared = {"erasing": {"issue_span", "outcome_history", "survey_link"}, "personal_copy": {"data_request"}}[name]
        missing = {table for table in of_case - spared if f"    {table},\n" not in text}
        assert missing == set(), f"{file} does not know of {missing}"


def test_whoever_withdraws_is_gone_from_every_table_and_still_counted(held: Store, study: Study) -> None:
    _, ruth = people(held)
    before = outcome_counts(held)
    regions = outcome_counts(held, "region")
    done = withdraw_respondent(held, study, SERIAL, ruth, reason=WHY)
    assert secrets_in(held) == {}
    assert (outcome_counts(held), outcome_counts(held, "region")) == (before, regions)
    assert (done.outcome, done.survey_ids, done.again, done.left_over) == ("completed", ("X9K2",), False, "")
    assert done.erased["answers"] >= 6
    assert done.erased["contact details"] == 1
    assert done.erased["numbers"] == 3
    card = case_card(held, study, SERIAL)
    assert (card.name, card.email, card.answered, card.notes) == ("", "", 0, ())
    assert len(card.calls) == 4
    assert verify(held) == []
    assert case_card(held, study, "C1").name == "Person 1"
    assert "Tea is ready" in texts(held)["message.text"]
    assert WHY in texts(held)["change.why"]


def test_nobody_calls_whoever_withdrew_and_no_file_brings_them_back(held: Store, study: Study, clock: Any) -> None:
    _, ruth = people(held)
    withdraw_respondent(held, study, SERIAL, ruth, reason=WHY)
    again = load_sample(held, [sampled()], study=study)
    assert (again.loaded, again.updated, again.unchanged) == (0, 0, 1)
    late = OnlineRow(2, SERIAL, "complete", clock.now, answers=OnlineAnswers({"B2_7_text": "seahorse"}))
    counts = load_online(held, study, [late])
    assert (counts.loaded, counts.unchanged, counts.erased) == (0, 1, (late,))
    assert secrets_in(held) == {}
    other = SampleRow(serial="Z1", name="Z. Quillfeather", phones=("01632 960178",))
    by_email = SampleRow(serial="Z2", name="Zeb", email="ZEB@Quill.example", phones=("01632 960500",))
    loaded = load_sample(held, [other, by_email, SampleRow(serial="Z3", phones=("01632 960501",))], study=study)
    assert (loaded.loaded, loaded.opted_out) == (3, ("Z1", "Z2"))
    assert explain(held, study, "Z1").why == "On the opt-out list (by telephone number)."
    assert explain(held, study, "Z2").why == "On the opt-out list (by e-mail address)."
    with pytest.raises(InputError, match="not to be called"):
        take_case(held, study, sign_in(held, "Ann"), "Z1")
    ann = sign_in(held, "Ann")
    came = set()
    while (delivery := next_case(held, study, ann)) is not None:
        came.add(delivery.card.serial)
    assert came & {SERIAL, "Z1", "Z2"} == set()
    assert "Z3" in came


def test_a_case_still_to_be_called_ends_as_having_asked_not_to_be(shop: Store, study: Study) -> None:
    _, ruth = people(shop)
    done = withdraw_respondent(shop, study, "C1", ruth, reason=WHY)
    assert done.outcome == "opted_out"
    assert sum(outcome_counts(shop).values()) == 5
    assert explain(shop, study, "C1").may_be_called is False
    assert verify(shop) == []


def test_a_switchboard_is_not_put_on_the_list_for_one_of_those_behind_it(shop: Store, study: Study) -> None:
    _, ruth = people(shop)
    behind = [SampleRow(serial=f"W{n}", name=f"Worker {n}", phones=("01632 960600",)) for n in range(3)]
    load_sample(shop, behind, study=study)
    done = withdraw_respondent(shop, study, "W0", ruth, reason=WHY)
    assert (done.listed.shared, done.listed.barred) == (1, ())
    assert explain(shop, study, "W1").may_be_called
    same_person = SampleRow(serial="W9", name=" worker  0", phones=("01632 960600",))
    assert load_sample(shop, [same_person], study=study).opted_out == ("W9",)
    assert opt_out_counts(shop) == {"person": 1}


def test_the_list_holds_no_number_and_cannot_be_tried_out_without_its_key(shop: Store, study: Study) -> None:
    _, ruth = people(shop)
    opt_out_details(shop, study, ruth, ["01632 960001"], "a@b.example", WHY)
    found = texts(shop)
    kept = found["opt_out.digest"]
    assert len(kept) == 2
    assert all(len(digest) == 64 for digest in kept)
    assert not any(
        "960001" in text or "a@b" in text for place, cells in found.items() if "opt_out" in place for text in cells
    )
    from hashlib import sha256

    assert sha256(b"phone\x00+441632960001").hexdigest() not in kept


def test_details_put_on_the_list_bar_who_has_them_and_taken_off_free_them(shop: Store, study: Study) -> None:
    _, ruth = people(shop)
    load_sample(shop, [SampleRow(serial="E1", name="E", phones=("01632 960700",), email="e@e.example")], study=study)
    listed = opt_out_details(shop, study, ruth, [], "E@e.example", WHY)
    assert (listed.added, listed.barred) == (1, ("E1",))
    assert not explain(shop, study, "E1").may_be_called
    assert opt_out_details(shop, study, ruth, [], "e@E.example", WHY).added == 0
    assert take_off_list(shop, study, ruth, [], "e@e.example", WHY).barred == ("E1",)
    assert explain(shop, study, "E1").may_be_called
    with pytest.raises(InputError, match="None of these"):
        take_off_list(shop, study, ruth, ["01632 960799"], "", WHY)
    with pytest.raises(InputError, match="letters"):
        opt_out_details(shop, study, ruth, ["O1632"], "", WHY)


def test_an_opt_out_online_is_heeded_in_the_next_batch_too(shop: Store, study: Study, clock: Any) -> None:
    load_online(shop, study, [OnlineRow(2, "C1", "opted_out", clock.now)])
    again = load_sample(shop, [SampleRow(serial="N1", name="Person 1", phones=("01632 960001",))], study=study)
    assert again.opted_out == ("N1",)


def test_a_new_number_that_is_on_the_list_bars_the_case(shop: Store, study: Study) -> None:
    _, ruth = people(shop)
    opt_out_details(shop, study, ruth, ["01632 960800"], "", WHY)
    load_sample(shop, [SampleRow(serial="C1", name="Person 1", phones=("01632 960800",))], study=study)
    assert explain(shop, study, "C1").why == "On the opt-out list (by telephone number)."


def test_a_case_barred_by_hand_is_not_called_and_its_request_is_answered(shop: Store, study: Study) -> None:
    _, ruth = people(shop)
    log_request(shop, study, "C2", "opt_out", ruth)
    bar_case(shop, study, "C2", ruth)
    assert not explain(shop, study, "C2").may_be_called
    assert case_card(shop, study, "C2").outcome == "not_called"
    assert [(each.kind, each.is_open) for each in data_requests(shop, study)] == [("opt_out", False)]


def test_a_case_in_somebodys_hands_is_not_erased_under_them(shop: Store, study: Study, clock: Any) -> None:
    _, ruth = people(shop)
    delivery = take_case(shop, study, sign_in(shop, "Ann"), "C1")
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    with pytest.raises(InputError, match="Ann has case C1 in hand"):
        withdraw_respondent(shop, study, "C1", ruth, reason=WHY)
    clock.forward(minutes=5)
    withdraw_respondent(shop, study, "C1", ruth, reason=WHY)
    with pytest.raises(LostHold):
        save_answer(shop, delivery.hold, made, "B1", 1, made.seq)
    with pytest.raises(InputError, match="erased"):
        add_note(shop, delivery.hold, "she said her name is Rumpelstiltskin", made)
    with pytest.raises(LostHold):
        close_call(shop, study, delivery.hold, made, Result("no_reply", note="Rumpelstiltskin"))
    assert not any("Rumpelstiltskin" in cell for cells in texts(shop).values() for cell in cells)
    with shop.read() as connection:
        assert connection.execute(select(func.count()).select_from(tables.late_answer)).scalar() == 0
    assert verify(shop) == []


def test_a_reason_is_needed_and_interviewers_may_not(shop: Store, study: Study) -> None:
    from cati.desk import sign_in_as

    administrator, ruth = people(shop)
    sign_in(shop, "Ann")
    ann = sign_in_as(shop, "Ann")
    with pytest.raises(InputError, match="Give a reason"):
        withdraw_respondent(shop, study, "C1", ruth, reason=" ")
    with pytest.raises(InputError, match="Only a supervisor"):
        withdraw_respondent(shop, study, "C1", ann, reason=WHY)
    with pytest.raises(InputError, match="Only an administrator"):
        purge(shop, study, 30, ruth)
    with pytest.raises(InputError, match="There is no case 'Q1'"):
        withdraw_respondent(shop, study, "Q1", administrator, reason=WHY)


def test_a_second_withdrawal_does_no_harm(held: Store, study: Study) -> None:
    _, ruth = people(held)
    withdraw_respondent(held, study, SERIAL, ruth, reason=WHY)
    before = opt_out_counts(held)
    done = withdraw_respondent(held, study, SERIAL, ruth, reason="to empty the log of the database")
    assert (done.again, done.erased.total(), opt_out_counts(held)) == (True, 0, before)


def test_a_reason_given_earlier_names_nobody_after_a_withdrawal(shop: Store, study: Study) -> None:
    _, ruth = people(shop)
    load_sample(shop, [SampleRow("W1", name="Zebedee Quixotic", phones=("01632 960177",))], study=study)
    bar_case(shop, study, "W1", ruth, "Mrs Zebedee Quixotic wrote")
    opt_out_details(shop, study, ruth, ["01632 960177"], "", "Quixotic rang too")
    opt_out_details(shop, study, ruth, ["01632 960178"], "", "somebody else rang")
    withdraw_respondent(shop, study, "W1", ruth, reason=WHY)
    assert not any("Quixotic" in cell for cells in texts(shop).values() for cell in cells)
    assert {WHY, "somebody else rang"} <= set(texts(shop)["change.why"])


def test_messages_are_erased_that_mention_a_serial_a_word_of_the_name_or_what_was_given(
    held: Store, study: Study
) -> None:
    _, ruth = people(held)
    said = [
        f"Case {SERIAL} rang back",
        "Quillfeather is free on Tuesday",
        "sent to x@saxophone.example",
        "zeb@quill.example bounced",
        "the kettle is mended",
    ]
    with held.write() as connection:
        by = connection.execute(select(tables.interviewer.c.id)).scalars().first()
        for each in said:
            connection.execute(insert(tables.shift_note).values(interviewer_id=by, at=held.now(connection), text=each))
    mentioned = {each["text"] for each in respondent_copy(held, study, SERIAL)["mentioned"]}
    assert set(said[:-1]) <= mentioned
    assert said[-1] not in mentioned
    withdraw_respondent(held, study, SERIAL, ruth, reason=WHY)
    left = texts(held)["shift_note.text"]
    assert set(left) == {"erased", said[-1]}


def test_a_purge_leaves_what_was_written_since_about_another_of_that_name(
    held: Store, study: Study, clock: Any
) -> None:
    administrator, _ = people(held)
    clock.forward(days=20)
    said = ["Quillfeather of Leeds rings at four", f"{SERIAL} is finished"]
    with held.write() as connection:
        by = connection.execute(select(tables.interviewer.c.id)).scalars().first()
        for each in said:
            connection.execute(insert(tables.shift_note).values(interviewer_id=by, at=held.now(connection), text=each))
    purge(held, study, 15, administrator)
    left = texts(held)["shift_note.text"]
    assert said[0] in left
    assert said[1] not in left


@pytest.mark.parametrize("act", ["purge", "withdraw"])
def test_an_erasure_changes_no_response_table(shop: Store, study: Study, clock: Any, act: str) -> None:
    administrator, ruth = people(shop)
    with_address = [SampleRow(f"E{n}", email=f"e{n}@e.example", phones=(f"01632 96070{n}",)) for n in (1, 2)]
    load_sample(shop, with_address, study=study)
    clock.forward(days=200)
    before = response_counts(shop, study, "region")
    assert sum(each.online_base for each in before) == 2
    if act == "purge":
        assert purge(shop, study, 60, administrator).cases == 7
    else:
        # whose withdrawal ends the case changes its outcome, and no base
        for serial in ("C1", "E1", "E2"):
            withdraw_respondent(shop, study, serial, ruth, reason=WHY)
    after = response_counts(shop, study, "region")
    for name in ("loaded", "sample", "online_base", "telephone_base", "total"):
        assert [getattr(each, name) for each in after] == [getattr(each, name) for each in before], name
    withdraw_respondent(shop, study, "E1", ruth, reason="again")
    assert sum(each.online_base for each in response_counts(shop, study)) == 2


def test_a_purged_case_that_withdraws_puts_nothing_on_the_list(shop: Store, study: Study, clock: Any) -> None:
    administrator, ruth = people(shop)
    clock.forward(days=200)
    purge(shop, study, 60, administrator)
    done = withdraw_respondent(shop, study, "C1", ruth, reason=WHY)
    assert (done.listed.added, opt_out_counts(shop)) == (0, {})


# --- the log of requests


def test_a_withdrawal_leaves_no_request_of_theirs_open(shop: Store, study: Study) -> None:
    _, ruth = people(shop)
    for kind in ("copy", "opt_out", "withdraw", "withdraw"):
        log_request(shop, study, "C1", kind, ruth)
    log_request(shop, study, "C2", "copy", ruth)
    withdraw_respondent(shop, study, "C1", ruth, reason=WHY)
    listed = data_requests(shop, study)
    assert [each.serial for each in listed if each.is_open] == ["C2"]
    assert {(each.decision, each.done_by) for each in listed if each.serial == "C1"} == {("data erased", "Ruth")}


def test_requests_are_logged_with_their_last_day_and_closed_by_the_act(shop: Store, study: Study, clock: Any) -> None:
    _, ruth = people(shop)
    today = clock.now.date()
    first = log_request(shop, study, "C2", "copy", ruth, received=today - timedelta(days=60), reason="letter")
    log_request(shop, study, "C1", "withdraw", ruth, received=today - timedelta(days=3))
    listed = data_requests(shop, study)
    assert [(each.serial, each.kind, each.is_open, each.overdue) for each in listed] == [
        ("C2", "copy", True, True),
        ("C1", "withdraw", True, False),
    ]
    assert listed[0].id == first
    done = withdraw_respondent(shop, study, "C1", ruth, reason=WHY)
    after = {each.serial: each for each in data_requests(shop, study)}
    assert done.due_on == after["C1"].due_on == listed[1].due_on
    assert (after["C1"].decision, after["C1"].done_by, after["C1"].is_open) == ("data erased", "Ruth", False)
    assert [each.serial for each in data_requests(shop, study)] == ["C2", "C1"]
    with pytest.raises(InputError, match="still to come"):
        log_request(shop, study, "C2", "copy", ruth, received=today + timedelta(days=1))


# --- retention


def test_a_purge_takes_contact_details_and_notes_and_leaves_every_table(held: Store, study: Study, clock: Any) -> None:
    administrator, _ = people(held)
    before = outcome_counts(held), outcome_counts(held, "region"), outcome_counts(held, "team")
    assert purge(held, study, 30, administrator).cases == 0
    clock.forward(days=20)
    tried = purge(held, study, 15, administrator, dry_run=True)
    assert (tried.cases, tried.live) == (1, 0)
    assert NAME in texts(held)["case.name"]
    done = purge(held, study, 15, administrator)
    assert (done.cases, done.erased, done.left_over) == (tried.cases, tried.erased, "")
    # what she answered stays, and so do the reason for refusing and the sample's variables, which tables are made by
    assert set(secrets_in(held)) <= {"seahorse", "porcupine", "rhubarb", "telescope"}
    assert secrets_in(held)["telescope"] == ["late_answer.value"]
    assert (outcome_counts(held), outcome_counts(held, "region"), outcome_counts(held, "team")) == before
    assert case_card(held, study, SERIAL).answered >= 4
    assert case_card(held, study, "C1").name == "Person 1"
    assert verify(held) == []
    with held.read() as connection:
        row = connection.execute(select(tables.change).where(tables.change.c.what == "data rights: purged")).all()[-1]
    assert json.loads(row.new)["cases"] == 1
    assert purge(held, study, 15, administrator).cases == 0


def test_once_fieldwork_is_long_over_live_cases_are_finished_too(shop: Store, study: Study, clock: Any) -> None:
    administrator, _ = people(shop)
    clock.forward(days=200)
    before = outcome_counts(shop)
    done = purge(shop, study, 60, administrator)
    assert (done.cases, done.live) == (5, 5)
    assert outcome_counts(shop) == before
    assert not explain(shop, study, "C1").may_be_called
    assert verify(shop) == []


# --- the bytes


def in_files(path: Path) -> dict[str, list[str]]:
    """The files of an SQLite database in which a word of the respondent's can be read, in UTF-8 or UTF-16."""
    found: dict[str, list[str]] = {}
    for file in sorted(path.parent.glob(path.name + "*")):
        data = file.read_bytes()
        words = [word for word in SECRETS if word.encode() in data or word.encode("utf-16-le") in data]
        if words:
            found[file.name] = words
    return found


def _crowd(n: int, start: int) -> list[SampleRow]:
    return [
        SampleRow(
            serial=f"S{start + i:05d}",
            name=f"Person {i} " * 9,
            email=f"p{i}@x.example",
            phones=(f"0113 49{60000 + i}",),
        )
        for i in range(n)
    ]


@pytest.mark.parametrize("journal", ["wal", "truncate"])
def test_not_a_byte_of_it_is_left_in_the_file(sqlite_database: str, study: Study, clock: Any, journal: str) -> None:
    from cati.desk import install_study

    path = Path(sqlite_database)
    if journal == "truncate":
        from cati.storage import sqlite

        raw = sqlite.connect(path)
        raw.execute("PRAGMA journal_mode=TRUNCATE")
        raw.close()
    store = open_store(sqlite_database, clock=clock)
    assert store.journal == journal
    install_study(store, study)
    load_sample(store, _crowd(150, 0), study=study)
    interviewed(store, study, clock)
    # pages that split and rows that move leave copies behind, which no later deletion of a row overwrites
    load_sample(store, _crowd(150, 500), study=study)
    with store.write() as connection:
        grown = tables.cases.c.name.concat(" grown and grown again" * 4)
        connection.execute(update(tables.cases).where(tables.cases.c.serial != SERIAL).values(name=grown))
        connection.execute(
            insert(tables.message).values(to_id=1, from_id=1, at=store.now(connection), text="long " * 2000)
        )
    assert in_files(path)
    administrator, ruth = people(store)
    done = withdraw_respondent(store, study, SERIAL, ruth, reason=WHY)
    assert done.left_over == ""
    assert in_files(path) == {}  # with the program still running
    assert case_card(store, study, "S00001").name.startswith("Person 1")
    assert verify(store) == []
    store.close()
    assert in_files(path) == {}
    assert administrator.name


def test_a_reader_that_keeps_the_log_in_use_is_told_of(
    sqlite_database: str, study: Study, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cati.desk import install_study

    store = open_store(sqlite_database, clock=clock)
    install_study(store, study)
    interviewed(store, study, clock)
    _, ruth = people(store)
    monkeypatch.setattr("cati.storage.erasing._PATIENCE", 0.05)
    reader = open_store(sqlite_database, clock=clock)
    with reader.read() as connection:
        connection.execute(select(tables.cases.c.id)).all()
        done = withdraw_respondent(store, study, SERIAL, ruth, reason=WHY)
        assert "another program is reading" in done.left_over
    reader.close()
    again = withdraw_respondent(store, study, SERIAL, ruth, reason=WHY)
    assert again.left_over == ""
    assert in_files(Path(sqlite_database)) == {}
    store.close()


def test_a_copy_of_somebody_erased_says_that_there_is_nothing(held: Store, study: Study) -> None:
    _, ruth = people(held)
    withdraw_respondent(held, study, SERIAL, ruth, reason=WHY)
    text = json.dumps(respondent_copy(held, study, SERIAL))
    assert not any(secret in text for secret in (*SECRETS, PHONE, EMAIL))

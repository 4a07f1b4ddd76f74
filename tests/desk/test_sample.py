"""Loading, updating and issuing the sample never loses what fieldwork has found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from cati.desk import (
    BatchLoad,
    Release,
    Result,
    SampleRow,
    case_card,
    close_call,
    install_study,
    installed_study,
    issue_sample,
    load_sample,
    next_case,
    outcome_counts,
    save_answer,
    sign_in,
    start_call,
    would_load,
)
from cati.errors import InputError
from cati.storage import Store, tables, verify
from cati.studies import Study


def test_an_update_changes_the_samples_facts_and_nothing_else(
    shop: Store, study: Study, sample_row: Callable[[int], SampleRow], clock: Any
) -> None:
    ann = sign_in(shop, "Ann")
    delivery = next_case(shop, study, ann)
    assert delivery is not None
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    save_answer(shop, delivery.hold, made, "B1", 1, 1)
    close_call(shop, study, delivery.hold, made, Result("no_reply", note="gone to lunch"))
    before = case_card(shop, study, "C1")
    clock.forward(hours=1)
    counts = load_sample(shop, [replace(sample_row(1), name="New Name", batch="2"), sample_row(2)], study=study)
    assert (counts.loaded, counts.updated, counts.unchanged) == (0, 1, 1)
    assert case_card(shop, study, "C1") == replace(before, name="New Name", batch="2")
    with shop.read() as connection:
        logged = {(row.what, row.old, row.new) for row in connection.execute(select(tables.change))}
    assert logged == {("sample: name", "Person 1", "New Name"), ("sample: batch", "", "2")}


def test_a_new_number_reopens_a_case_whose_numbers_had_failed(
    shop: Store, study: Study, sample_row: Callable[[int], SampleRow]
) -> None:
    ann = sign_in(shop, "Ann")
    delivery = next_case(shop, study, ann)
    assert delivery is not None
    made = start_call(shop, study, delivery.hold, delivery.card.next_number)
    assert close_call(shop, study, delivery.hold, made, Result("unobtainable")).case_outcome == "unobtainable"
    row = sample_row(1)
    load_sample(shop, [replace(row, phones=(*row.phones, "01632 960055"))], study=study)
    card = case_card(shop, study, "C1")
    assert card.outcome == "not_called"
    assert [(number.number, number.state) for number in card.numbers] == [
        ("01632 960001", "dead"),
        ("01632 960055", "untried"),
    ]
    load_sample(shop, [replace(row, phones=("01632 960055",))], study=study)
    assert [number.number for number in case_card(shop, study, "C1").numbers] == ["01632 960055"]
    load_sample(shop, [row], study=study)
    assert case_card(shop, study, "C1").outcome == "unobtainable"
    assert verify(shop) == []


def test_whoever_will_not_be_contacted_again_is_never_issued(store: Store, study: Study) -> None:
    install_study(store, study)
    rows = [
        SampleRow("A", phones=("1",), recontact="no"),
        SampleRow("B", phones=("2",), batch="soft launch"),
        SampleRow("D", phones=("3",), recontact="yes", variables={"grade": "7"}),
    ]
    load_sample(store, rows, study=study, issue=False)
    ann = sign_in(store, "Ann")
    assert next_case(store, study, ann) is None
    assert case_card(store, study, "B").reason == "Not issued to the telephone"
    assert outcome_counts(store) == {}
    assert issue_sample(store, study, Release(batches=("soft launch",))).issued == 1
    assert issue_sample(store, study, Release()).issued == 1
    assert outcome_counts(store) == {"not_called": 2}
    assert outcome_counts(store, issued=False) == {"not_called": 3}
    assert outcome_counts(store, "grade") == {"": {"not_called": 1}, "7": {"not_called": 1}}
    first = next_case(store, study, ann)
    assert first is not None
    assert first.card.serial in {"B", "D"}
    assert case_card(store, study, "D").sample["grade"] == "7"
    assert verify(store) == []


def test_a_serial_twice_loads_nothing(store: Store, study: Study) -> None:
    install_study(store, study)
    with pytest.raises(InputError, match="'A' comes twice"):
        load_sample(store, [SampleRow("A"), SampleRow("B"), SampleRow("A", name="other")], study=study)
    assert outcome_counts(store, issued=False) == {}


def test_text_of_the_sample_is_kept_literally(store: Store, study: Study) -> None:
    install_study(store, study)
    name = "O'Brien [/x] \x1b[31m ‮ \x00 مريم"
    load_sample(store, [SampleRow("A", name=name, phones=(" 1 ", "1", ""))], study=study)
    card = case_card(store, study, "A")
    assert card.name == name.replace("\x00", "\ufffd")
    assert [number.number for number in card.numbers] == ["1"]


def test_many_rows_load_in_batches(store: Store, study: Study) -> None:
    install_study(store, study)
    rows = [SampleRow(f"{n:05}", region="London", phones=(f"{n}",)) for n in range(4500)]
    assert load_sample(store, iter(rows), study=study).loaded == 4500
    assert load_sample(store, iter(rows), study=study).unchanged == 4500
    assert outcome_counts(store, "region") == {"London": {"not_called": 4500}}


def test_a_load_is_counted_by_batch(store: Store, study: Study) -> None:
    install_study(store, study)
    rows = [SampleRow(str(n), phones=("1",), batch="b" if n < 2 else "a") for n in range(5)]
    assert load_sample(store, rows, study=study).batches == (BatchLoad("a", 3, 0, 0, 0), BatchLoad("b", 2, 0, 0, 0))
    again = [replace(rows[0], name="Ann"), rows[1], replace(rows[2], batch="b"), *rows[3:], SampleRow("9", batch="a")]
    counts = load_sample(store, again, study=study, issue=False)
    assert counts.batches == (BatchLoad("a", 1, 0, 2, 1), BatchLoad("b", 0, 2, 1, 0))
    assert (counts.loaded, counts.updated, counts.unchanged, counts.held) == (1, 2, 3, 1)
    assert would_load(again).batches == (BatchLoad("a", 3, 0, 0, 0), BatchLoad("b", 3, 0, 0, 0))


def test_a_trial_counts_against_the_database_and_changes_nothing(store: Store, study: Study) -> None:
    install_study(store, study)
    load_sample(store, [SampleRow("1", name="Ann"), SampleRow("2", name="Bob", phones=("1",))], study=study)
    rows = [
        SampleRow("1", name="Ann"),
        SampleRow("2", name="Bob", phones=("2",), batch="b"),
        SampleRow("50", recontact="no", batch="b"),
        SampleRow("51", batch="b"),
    ]
    for issue in (None, False):
        tried = would_load(rows, store=store, issue=issue)
        assert tried.batches == (
            BatchLoad("", 0, 0, 1, 0),
            BatchLoad("b", 2, 1, 0, 0 if issue is None else 1),
        )
        assert would_load(rows, store=store, issue=issue) == tried
    assert load_sample(store, rows, study=study, issue=False) == tried
    later = [SampleRow("60"), SampleRow("61", recontact="no")]
    tried = would_load(later, store=store)
    assert tried.held == 1
    assert load_sample(store, later, study=study) == tried


def test_another_time_zone_plans_the_next_call_anew(store: Store, study: Study, clock: Any) -> None:
    install_study(store, study)
    load_sample(store, [SampleRow("A", phones=("1",))], study=study)
    ann = sign_in(store, "Ann")
    clock.forward(hours=-1, minutes=10)  # ten past nine in the morning here, ten past four in New York
    load_sample(store, [SampleRow("A", phones=("1",), timezone="America/New_York")], study=study)
    assert next_case(store, study, ann) is None
    load_sample(store, [SampleRow("A", phones=("1",), timezone="Europe/London")], study=study)
    assert next_case(store, study, ann) is not None


def test_a_table_by_a_variable_that_nobody_has_is_refused(shop: Store) -> None:
    with pytest.raises(InputError, match=r"'regoin' is no variable of this sample. Did you mean region\?"):
        outcome_counts(shop, "regoin")


def test_a_study_is_installed_once_with_all_its_files(store: Store, study: Study) -> None:
    with pytest.raises(InputError, match="cati init STUDY"):
        installed_study(store)
    assert install_study(store, study) == "installed"
    assert install_study(store, study) == "current"
    found = installed_study(store)
    assert found.texts == study.texts
    assert (found.id, found.questionnaire, found.timezone.key) == ("wave2", study.questionnaire.id, "Europe/London")


def test_a_new_version_of_a_study_leaves_the_old_one_with_its_interviews(shop: Store, study: Study) -> None:
    ann = sign_in(shop, "Ann")
    delivery = next_case(shop, study, ann)
    assert delivery is not None
    start_call(shop, study, delivery.hold, delivery.card.next_number)
    name = study.files["calling"]
    newer = replace(study, texts={**study.texts, name: study.texts[name] + "# a remark\n"})
    assert install_study(shop, newer) == "updated"
    assert installed_study(shop).texts[name].endswith("# a remark\n")
    with shop.read() as connection:
        held_with = connection.execute(
            select(tables.study_file.c.text)
            .join(tables.interview, tables.interview.c.version_id == tables.study_file.c.version_id)
            .where(tables.study_file.c.path == name)
        ).scalar_one()
    assert held_with == study.texts[name]


def test_another_study_needs_another_database(shop: Store, study: Study) -> None:
    with pytest.raises(InputError, match="database of its own"):
        install_study(shop, replace(study, id="other"))


def test_calls_are_planned_by_the_fieldwork_dates_installed(
    store: Store, study: Study, sample_row: Callable[[int], SampleRow], clock: Any
) -> None:
    install_study(store, study, fieldwork=(date(2019, 11, 18), date(2019, 11, 19)))
    load_sample(store, [sample_row(1)], study=study)
    clock.forward(hours=9)
    ann = sign_in(store, "Ann")
    delivery = next_case(store, study, ann)
    assert delivery is not None
    made = start_call(store, study, delivery.hold, delivery.card.next_number)
    assert close_call(store, study, delivery.hold, made, Result("no_reply")).next_call_at is None
    assert "before fieldwork ends" in case_card(store, study, "C1").reason
    install_study(store, study, fieldwork=(date(2019, 11, 18), date(2019, 11, 30)))
    assert case_card(store, study, "C1").next_call_at is not None

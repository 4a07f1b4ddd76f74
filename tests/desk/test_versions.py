"""A call remembers the version of the questionnaire that it was held with."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cati.desk import (
    Booking,
    Result,
    case_card,
    close_call,
    install_study,
    next_case,
    save_answer,
    sign_in,
    start_call,
    take_case,
)
from cati.errors import InputError
from cati.storage import Store, tables, verify
from cati.studies import Study


def newer(study: Study) -> Study:
    name = study.files["questionnaire"]
    return replace(study, texts={**study.texts, name: study.texts[name] + "\n# spoken to an authority\n"})


def hold_a_call(store: Store, study: Study) -> None:
    delivery = next_case(store, study, sign_in(store, "Ann"))
    assert delivery is not None
    call = start_call(store, study, delivery.hold, delivery.card.next_number)
    save_answer(store, delivery.hold, call, "B1", 1, call.seq)
    close_call(store, study, delivery.hold, call, Result("no_reply"))


def versions(store: Store) -> list[tuple[int, int]]:
    """Of each call: the version it was held with, and the one its interview was begun with."""
    with store.read() as connection:
        joined = select(tables.call.c.version_id, tables.interview.c.version_id).join(
            tables.interview, tables.interview.c.id == tables.call.c.interview_id
        )
        return [(row[0], row[1]) for row in connection.execute(joined.order_by(tables.call.c.id))]


def test_a_console_that_is_still_open_on_the_old_version_says_so(shop: Store, study: Study) -> None:
    assert install_study(shop, newer(study)) == "updated"
    hold_a_call(shop, study)
    assert versions(shop) == [(1, 1)]


def test_an_interview_gone_on_with_under_a_newer_version_knows_which_call_had_which(
    shop: Store, study: Study, clock: Any
) -> None:
    for _ in range(4):
        hold_a_call(shop, study)
    install_study(shop, newer(study))
    clock.forward(days=1)
    hold_a_call(shop, newer(study))
    assert versions(shop) == [(1, 1)] * 4 + [(2, 1)]
    assert verify(shop) == []


def test_a_version_that_was_never_installed_holds_no_interview(shop: Store, study: Study) -> None:
    delivery = next_case(shop, study, sign_in(shop, "Ann"))
    assert delivery is not None
    with pytest.raises(InputError, match=r"never installed in this database.*Start again.*cati init STUDY"):
        start_call(shop, newer(study), delivery.hold, delivery.card.next_number)
    assert case_card(shop, study, "C1").calls == ()


def test_a_console_open_since_before_the_rules_changed_settles_appointments_by_those_in_force(
    shop: Store, study: Study, clock: Any
) -> None:
    ann = sign_in(shop, "Ann")
    delivery = next_case(shop, study, ann)
    assert delivery is not None
    call = start_call(shop, study, delivery.hold, delivery.card.next_number)
    booking = Booking("soft", clock.now + timedelta(hours=3))
    close_call(shop, study, delivery.hold, call, Result("soft_appointment", appointment=booking))
    name = study.files["calling"]
    early = study.texts[name].replace("soft_early: 10", "soft_early: 90")
    assert early != study.texts[name]
    install_study(shop, replace(study, texts=study.texts | {name: early}))
    clock.forward(hours=1, minutes=45)
    delivery = take_case(shop, study, ann, delivery.hold.serial)
    call = start_call(shop, study, delivery.hold, delivery.card.next_number)
    close_call(shop, study, delivery.hold, call, Result("no_reply"))
    assert case_card(shop, study, delivery.hold.serial).appointment is None

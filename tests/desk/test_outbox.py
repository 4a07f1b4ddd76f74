"""The e-mails that calls have promised: each is sent once, and none is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select

from cati import desk
from cati.desk import Actor, EmailRequest, Promise, Result
from cati.errors import InputError, OutsideError
from cati.storage import Store
from cati.storage.tables import change
from cati.studies import Study

from .repair_tools import WHY, ann, call, supervisor


@pytest.fixture
def ruth(shop: Store, study: Study) -> Actor:
    return supervisor(shop, study)


@pytest.fixture
def promised(shop: Store, study: Study) -> None:
    """A link promised to C1 and C2, a reassurance to C3 in a call that was not coded then."""
    who = ann(shop)
    for serial in ("C1", "C2"):
        address = f"{serial.lower()}@example.org"
        call(shop, study, who, serial, Result("online_requested", email=EmailRequest(address, "online_link")))
    delivery = desk.take_case(shop, study, who, "C3")
    made = desk.start_call(shop, study, delivery.hold, delivery.card.next_number)
    desk.log_email_request(shop, delivery.hold, made, "c3@example.org", "reassurance")
    desk.close_call(shop, study, delivery.hold, made, Result("no_reply"))


def states(store: Store, study: Study) -> dict[str, str]:
    return {each.serial: each.state for each in desk.list_outbox(store, study)}


def nothing(promises: Sequence[Promise]) -> None:
    del promises


@pytest.mark.usefixtures("promised")
def test_what_a_call_promised_is_listed_with_the_address_as_it_was_read_back(shop: Store, study: Study) -> None:
    assert [(each.serial, each.kind, each.address, each.promised_by) for each in desk.list_outbox(shop, study)] == [
        ("C1", "online_link", "c1@example.org", "Ann"),
        ("C2", "online_link", "c2@example.org", "Ann"),
        ("C3", "reassurance", "c3@example.org", "Ann"),
    ]
    assert set(states(shop, study).values()) == {"waiting"}


@pytest.mark.usefixtures("promised")
def test_each_is_handed_over_once_and_only_as_a_whole(shop: Store, study: Study, ruth: Actor) -> None:
    def fail(promises: Sequence[Promise]) -> None:
        raise OutsideError(f"the disk is full, with {len(promises)} to write")

    with pytest.raises(OutsideError, match="with 2 to write"):
        desk.export_outbox(shop, study, ruth, "online_link", fail)
    assert set(states(shop, study).values()) == {"waiting"}, "what was not handed over waits"
    handed: list[Promise] = []
    desk.export_outbox(shop, study, ruth, "online_link", handed.extend)
    assert [each.serial for each in handed] == ["C1", "C2"]
    assert states(shop, study) == {"C1": "exported", "C2": "exported", "C3": "waiting"}
    assert desk.export_outbox(shop, study, ruth, "online_link", handed.extend) == ()
    assert len(handed) == 2
    assert len(desk.export_outbox(shop, study, ruth, "online_link", nothing, again=True)) == 2


@pytest.mark.usefixtures("promised")
def test_what_is_sent_says_by_whom_and_is_not_sent_twice(shop: Store, study: Study, ruth: Actor, clock: Any) -> None:
    desk.export_outbox(shop, study, ruth, "online_link", nothing)
    at = clock.forward(minutes=5)
    assert desk.mark_sent(shop, study, ruth, kind="reassurance") == 0
    assert desk.mark_sent(shop, study, ruth) == 2
    first, *_ = desk.list_outbox(shop, study)
    assert (first.state, first.sent_at, first.sent_by) == ("sent", at, "Ruth")
    with pytest.raises(InputError, match=r"E-mail 1 was sent on 2019-11-19 10:05 by Ruth: not once more"):
        desk.mark_sent(shop, study, ruth, [3, 1])
    assert states(shop, study)["C3"] == "waiting", "all or none"
    assert desk.export_outbox(shop, study, ruth, "online_link", nothing, again=True) == ()
    assert desk.mark_sent(shop, study, ruth) == 0
    with pytest.raises(InputError, match="no e-mail 99"):
        desk.mark_sent(shop, study, ruth, [99])


@pytest.mark.usefixtures("promised")
def test_that_it_was_sent_is_taken_back_with_a_reason(shop: Store, study: Study, ruth: Actor) -> None:
    desk.mark_sent(shop, study, ruth, [1])
    with pytest.raises(InputError, match="Give a reason"):
        desk.take_back_sent(shop, study, ruth, 1, " ")
    with pytest.raises(InputError, match="was not marked as sent"):
        desk.take_back_sent(shop, study, ruth, 2, "it came back")
    assert desk.take_back_sent(shop, study, ruth, 1, "it came back").state == "waiting"
    assert desk.mark_sent(shop, study, ruth, [1]) == 1
    with shop.read() as connection:
        log = connection.execute(select(change.c.what, change.c.why).where(change.c.case_id == 1).order_by(change.c.id))
        lines = [tuple(line) for line in log]
    assert lines == [
        ("e-mail 1 (online_link): sent", ""),
        ("e-mail 1 (online_link): not sent after all", "it came back"),
        ("e-mail 1 (online_link): sent", ""),
    ]
    assert not [line for line in lines if "@" in str(line)], "the log outlives the address"


def test_a_withdrawn_calls_promise_shows_as_cancelled(shop: Store, study: Study, ruth: Actor) -> None:
    who = ann(shop)
    delivery = desk.take_case(shop, study, who, "C1")
    made = desk.start_call(shop, study, delivery.hold, delivery.card.next_number)
    email = EmailRequest("c1@example.org", "online_link")
    closed = desk.close_call(shop, study, delivery.hold, made, Result("online_requested", email=email))
    desk.undo_close(shop, study, who, closed)
    assert states(shop, study) == {"C1": "cancelled"}
    assert desk.export_outbox(shop, study, ruth, "online_link", nothing) == ()
    with pytest.raises(InputError, match="taken back with its call"):
        desk.mark_sent(shop, study, ruth, [1])


@pytest.mark.usefixtures("promised")
def test_a_recoded_calls_promise_is_cancelled_and_comes_back_with_it(shop: Store, study: Study, ruth: Actor) -> None:
    desk.recode_call(shop, study, ruth, "C1", Result("engaged"), WHY)
    assert states(shop, study)["C1"] == "cancelled"
    desk.undo_repair(shop, study, ruth, "C1", WHY)
    assert states(shop, study)["C1"] == "waiting"
    desk.mark_sent(shop, study, ruth, [1])
    desk.recode_call(shop, study, ruth, "C1", Result("engaged"), WHY)
    assert states(shop, study)["C1"] == "sent", "what was sent was sent"


@pytest.mark.usefixtures("promised")
def test_whoever_asked_not_to_be_contacted_since_is_not_written_to(shop: Store, study: Study, ruth: Actor) -> None:
    desk.opt_out_case(shop, study, ruth, "C1", "rang the office")
    desk.opt_out_details(shop, study, ruth, [], "C3@example.org", WHY)
    assert states(shop, study) == {"C1": "stopped", "C2": "waiting", "C3": "stopped"}
    assert [each.serial for each in desk.export_outbox(shop, study, ruth, "online_link", nothing)] == ["C2"]
    with pytest.raises(InputError, match="not to be sent any more"):
        desk.mark_sent(shop, study, ruth, [1])

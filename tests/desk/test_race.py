"""Two at one case at the same time, on PostgreSQL, where writers do not wait for one another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from cati.desk import (
    Result,
    SampleRow,
    case_card,
    close_call,
    install_study,
    load_sample,
    next_case,
    sign_in,
    situation,
    standing,
    start_call,
)
from cati.storage import Store, open_store, verify
from cati.studies import Study


@pytest.fixture
def stores(postgresql_database: str, clock: Any) -> Iterator[tuple[Store, Store]]:
    """The database, opened by the office and by an interviewer."""
    opened = open_store(postgresql_database, clock=clock), open_store(postgresql_database, clock=clock)
    yield opened
    for store in opened:
        store.close()


@pytest.mark.parametrize(
    "result", [Result("completed"), Result("referral_number", referral_number="01632 960099")], ids=["final", "number"]
)
def test_a_call_coded_while_its_case_is_loaded_again_is_not_overwritten(
    stores: tuple[Store, Store],
    study: Study,
    sample_row: Callable[[int], SampleRow],
    monkeypatch: pytest.MonkeyPatch,
    result: Result,
) -> None:
    office, desk = stores
    install_study(office, study)
    load_sample(office, [sample_row(1)], study=study)
    delivery = next_case(desk, study, sign_in(desk, "Ann"))
    assert delivery is not None
    call = start_call(desk, study, delivery.hold, delivery.card.next_number)
    closing = threading.Thread(target=lambda: close_call(desk, study, delivery.hold, call, result))
    read = situation.coded_calls

    def as_she_codes_it(*args: Any) -> Any:
        calls = read(*args)
        if threading.current_thread() is not closing and closing.ident is None:
            closing.start()
            closing.join(1.0)  # as far as the other side lets her get
        return calls

    monkeypatch.setattr(standing, "coded_calls", as_she_codes_it)
    row = sample_row(1)
    load_sample(office, [replace(row, phones=(*row.phones, "+441632960099"))], study=study)
    closing.join(30)
    card = case_card(office, study, "C1")
    assert (card.outcome, card.attempts) == (result.outcome, 1)
    assert [held.number for held in card.numbers] == ["01632 960001", "+441632960099"]
    assert verify(office) == []

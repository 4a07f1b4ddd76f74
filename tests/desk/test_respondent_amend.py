"""An answer corrected: judged as the console judges, logged, routed again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from cati.desk import (
    OnlineAnswers,
    OnlineRow,
    amend_answer,
    case_card,
    data_requests,
    load_online,
    respondent_copy,
    sign_in,
    sign_in_as,
    take_case,
)
from cati.errors import InputError
from cati.storage import Store, tables, verify
from cati.studies import Study

from .respondent_tools import SERIAL, interviewed, people

WHY = "rang on Tuesday"


@pytest.fixture
def held(shop: Store, study: Study, clock: Any) -> Store:
    interviewed(shop, study, clock)
    return shop


def newest(store: Store, study: Study) -> dict[str, Any]:
    interview = next(
        each for each in respondent_copy(store, study, SERIAL)["interviews"] if each["mode"] == "telephone"
    )
    return {each["item"]: each["value"] for each in interview["answers"]}


def test_a_correction_is_kept_beside_the_old_answer_and_logged(held: Store, study: Study) -> None:
    _, ruth = people(held)
    done = amend_answer(held, study, SERIAL, "b2", "2", ruth, reason=WHY)
    assert (done.item, done.old, done.new, done.mode) == ("B2", 7, 2, "telephone")
    assert done.silent == ("B2_7_text",)
    assert newest(held, study)["B2"] == 2
    with held.read() as connection:
        given = connection.execute(select(tables.answer.c.value).where(tables.answer.c.item == "B2")).scalars().all()
        line = connection.execute(select(tables.change).order_by(tables.change.c.id.desc())).first()
    assert given == ["7", "2"]
    assert line is not None
    assert (line.what, line.old, line.new, line.who, line.why) == ("answer to B2 amended", "7", "2", "Ruth", WHY)
    assert [(each.kind, each.decision) for each in data_requests(held, study)] == [("amend", "B2 amended")]
    assert case_card(held, study, SERIAL).outcome == "completed"
    assert verify(held) == []


def test_what_falls_off_the_route_is_silent_and_what_is_missing_is_named(held: Store, study: Study) -> None:
    _, ruth = people(held)
    done = amend_answer(held, study, SERIAL, "B1", "4", ruth, reason=WHY)
    assert {"B2", "B2_7_text"} <= set(done.silent)
    assert done.lacking
    back = amend_answer(held, study, SERIAL, "B1", "1", ruth, reason="it was right before")
    assert {"B2", "B2_7_text"} <= set(back.revived)


def test_contact_details_that_are_not_asked_for_are_not_taken(held: Store, study: Study) -> None:
    _, ruth = people(held)
    with pytest.raises(InputError, match="K4 is not asked of this respondent"):
        amend_answer(held, study, SERIAL, "K4_email", "new@quill.example", ruth, reason=WHY)
    with held.read() as connection:
        assert connection.execute(select(tables.answer).where(tables.answer.c.item == "K4")).first() is None


def test_what_the_console_would_not_take_is_refused(held: Store, study: Study) -> None:
    _, ruth = people(held)
    before = newest(held, study)
    for item, value, why in (
        ("B2", "66", "there is no code 66"),
        ("B2", "yes", "a code is expected"),
        ("B2_7_text", " ", "no answer is given"),
        ("B2", "7", "that is the answer already"),
        ("F1", "1", "is not asked of this respondent"),
        ("S1", "2", "cati case recode"),
        ("B3_9_text", "words", "which was not chosen"),
        ("QQ", "1", "There is no question"),
    ):
        with pytest.raises(InputError, match=why):
            amend_answer(held, study, SERIAL, item, value, ruth, reason=WHY)
        assert newest(held, study) == before


def test_who_may_and_when(held: Store, study: Study) -> None:
    _, ruth = people(held)
    with pytest.raises(InputError, match="Give a reason"):
        amend_answer(held, study, SERIAL, "B2", "2", ruth, reason="")
    ann = sign_in_as(held, "Ann")
    with pytest.raises(InputError, match="Only a supervisor"):
        amend_answer(held, study, SERIAL, "B2", "2", ann, reason=WHY)
    with pytest.raises(InputError, match="nobody was interviewed"):
        amend_answer(held, study, "C1", "B2", "2", ruth, reason=WHY)
    take_case(held, study, sign_in(held, "Ann"), "C2")
    with pytest.raises(InputError, match="Ann has case C2 in hand"):
        amend_answer(held, study, "C2", "B2", "2", ruth, reason=WHY)


def test_an_online_answer_is_corrected_beside_it_and_the_file_again_changes_nothing(
    shop: Store, study: Study, clock: Any
) -> None:
    _, ruth = people(shop)
    answers = OnlineAnswers({"B1": 1, "B2": 7, "B2_7_text": "mine"}, {"browser": "x"})
    row = OnlineRow(2, "C1", "complete", clock.now, answers=answers)
    load_online(shop, study, [row])
    clock.forward(hours=1)
    done = amend_answer(shop, study, "C1", "B2", "2", ruth, reason=WHY)
    assert (done.mode, done.old, done.new) == ("online", 7, 2)
    assert load_online(shop, study, [row]).unchanged == 1
    with shop.read() as connection:
        kept = connection.execute(select(tables.case_event.c.answers).order_by(tables.case_event.c.id)).scalars().all()
    assert [json.loads(text)["items"]["B2"] for text in kept] == [7, 2]
    assert case_card(shop, study, "C1").outcome == "completed_online"

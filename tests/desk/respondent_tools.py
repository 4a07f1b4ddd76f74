"""What the tests of data rights share: somebody interviewed by telephone, of whom every table says something."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select

from cati.desk import (
    Actor,
    Booking,
    EmailRequest,
    LostHold,
    OnlineAnswers,
    OnlineRow,
    Refusal,
    Result,
    SampleRow,
    add_note,
    add_user,
    appoint_administrator,
    close_call,
    load_online,
    load_sample,
    log_email_request,
    save_answer,
    sign_in,
    sign_in_as,
    start_call,
    take_case,
)
from cati.storage import Store, tables
from cati.studies import Study

SERIAL, NAME, EMAIL, PHONE, SECOND = (
    "P7-0007",
    "Zebedee Quillfeather",
    "zeb@quill.example",
    "+441632960177",
    "+441632960178",
)
SECRETS = (
    NAME,
    EMAIL,
    PHONE,
    SECOND,
    "+441632960199",
    "seahorse",
    "marmalade",
    "telescope",
    "umbrella",
    "cinnamon",
    "porcupine",
    "lighthouse",
    "harmonica",
    "saxophone",
    "quicksilver",
    "Zeb at home",
    "rhubarb",
)
"""Words that nobody but this respondent brought into the database."""

ANSWERS: dict[str, Any] = {"S1": 1, "S2": 1, "S4": 1, "B1": 1, "B2": 7, "B2_7_text": "seahorse"}


def people(store: Store) -> tuple[Actor, Actor]:
    """The administrator and a supervisor, in an open desk."""
    appoint_administrator(store)
    administrator = sign_in_as(store, None)
    add_user(store, administrator, "Ruth", "supervisor")
    return administrator, sign_in_as(store, "Ruth")


def sampled() -> SampleRow:
    """The respondent, as the sample has her."""
    return SampleRow(
        serial=SERIAL,
        name=NAME,
        la="Leeds",
        region="North East",
        phones=(PHONE, SECOND),
        email=EMAIL,
        variables={"team": "porcupine"},
    )


def interviewed(store: Store, study: Study, clock: Any) -> None:
    """Loads the respondent and lets everything happen to her that leaves something behind."""
    load_sample(store, [sampled()], study=study)
    load_sample(store, [_with(sampled(), email="zebedee@harmonica.example")], study=study)
    load_sample(store, [sampled()], study=study)
    ann, bob = sign_in(store, "Ann"), sign_in(store, "Bob")
    _call(
        store,
        study,
        ann,
        Result("soft_appointment", appointment=Booking("soft", clock.now + timedelta(days=1), words="umbrella")),
    )
    clock.forward(hours=2)
    _call(store, study, ann, Result("referral_number", referral_number="01632 960199", note="marmalade"))
    clock.forward(hours=2)
    online = OnlineAnswers({"B1": 1}, {"browser": "cinnamon"}, {}, {"email": "x@saxophone.example"})
    load_online(store, study, [OnlineRow(2, SERIAL, "partial", clock.now, answers=online)])
    lost = take_case(store, study, bob, SERIAL)
    late = start_call(store, study, lost.hold, lost.card.numbers[0].id, per_call={"S1", "S2"})
    clock.forward(hours=2)
    delivery = take_case(store, study, ann, SERIAL)
    for action in (
        lambda: save_answer(store, lost.hold, late, "B2_7_text", "telescope", late.seq),
        lambda: close_call(store, study, lost.hold, late, Result("no_reply", note="quicksilver")),
    ):
        try:
            action()
        except LostHold:
            continue
        raise AssertionError("the hold was lost")
    made = start_call(store, study, delivery.hold, delivery.card.numbers[0].id, per_call={"S1", "S2"})
    add_note(store, delivery.hold, "lighthouse", made)
    log_email_request(store, delivery.hold, made, EMAIL, "reassurance")
    seq = made.seq
    for item, value in {**ANSWERS, "K4": {"name": "Zeb at home", "email": EMAIL, "phone": {"key": "refused"}}}.items():
        save_answer(store, delivery.hold, made, item, value, seq)
        seq += 1
    refused = Refusal("soft", "rhubarb", "rhubarb tart")
    close_call(
        store,
        study,
        delivery.hold,
        made,
        Result("completed", refusal=refused, email=EmailRequest(EMAIL, "reassurance")),
    )
    _listened(store, made.call_id)
    clock.forward(hours=1)


def _with(row: SampleRow, **facts: Any) -> SampleRow:
    from dataclasses import replace

    return replace(row, **facts)


def _call(store: Store, study: Study, who: Any, result: Result) -> None:
    delivery = take_case(store, study, who, SERIAL)
    made = start_call(store, study, delivery.hold, delivery.card.numbers[0].id, per_call={"S1", "S2"})
    close_call(store, study, delivery.hold, made, result)


def _listened(store: Store, call_id: int) -> None:
    """A supervisor listens in, calls back, and writes to the others about it."""
    with store.write() as connection:
        now = store.now(connection)
        case_id = connection.execute(select(tables.cases.c.id).where(tables.cases.c.serial == SERIAL)).scalar_one()
        by = connection.execute(select(tables.interviewer.c.id)).scalars().first()
        connection.execute(
            insert(tables.monitoring).values(
                call_id=call_id, listener=by, at=now, seconds=60, share=80, result="good", note="porcupine"
            )
        )
        connection.execute(
            insert(tables.back_check).values(case_id=case_id, checker=by, at=now, result="held", note="telescope")
        )
        connection.execute(insert(tables.message).values(to_id=by, from_id=by, at=now, text=f"About {NAME}: umbrella"))
        connection.execute(insert(tables.message).values(to_id=by, from_id=by, at=now, text="Tea is ready"))
        connection.execute(
            insert(tables.shift_note).values(interviewer_id=by, at=now, text="ring 01632 960 177: cinnamon")
        )
        connection.execute(insert(tables.survey_link).values(case_id=case_id, survey_id="X9K2", made_at=now))

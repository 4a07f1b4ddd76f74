"""A call: dialled, and answered question by question."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, func, insert, select

from cati.desk.errors import HeardFirst, LostHold
from cati.desk.heard import heard_of
from cati.desk.holding import holds
from cati.desk.online_answers import take_over
from cati.desk.records import Hold, OpenCall
from cati.desk.standing import stand_interrupted
from cati.desk.study import texts_hash
from cati.desk.words import DECLINED, declined
from cati.errors import InputError
from cati.storage import Store
from cati.storage.answers import Json, latest_answers, write_answer, write_late
from cati.storage.tables import NEWEST_VERSION, call, cases, interview, number, questionnaire_version

if TYPE_CHECKING:
    from cati.studies import Study


def start_call(
    store: Store,
    study: Study,
    hold: Hold,
    number_id: int | None,
    *,
    per_call: Collection[str] = frozenset(),
    told: int | None = None,
) -> OpenCall:
    """Writes down that a number is being dialled, before anybody talks; None: a call that came in.

    The call remembers the version of the study that it is held with; an interview, the one it was begun with.
    `per_call`: the ids of items that belong to a call (the screener), whose answers in earlier calls are left out of
    `OpenCall.answers`. The same call again under the same hold, uncoded, is the same call: a retry does no harm.
    What was answered online before, of questions asked by telephone too, are the first answers of the interview.
    Raises LostHold if the case is no longer ours, InputError for a number that the case does not hold, for somebody
    who has withdrawn consent to be called, and for a study whose texts are not a version installed in this database:
    nobody could say later what was read out. Raises HeardFirst (an InputError) if the case was closed meanwhile, online
    or by the office; and, where `told` says of which event the interviewer knows (0: of none), if another one says that
    the survey was begun online.
    """
    with store.write() as connection:
        ours = holds(store, connection, hold)
        if ours:
            now = store.now(connection)
            _check_may_be_dialled(connection, hold, number_id)
            call_id = _uncoded(connection, hold, number_id)
            if call_id is None and number_id is not None:
                _check_heard(connection, study, hold, told, now)
            version_id = _version(connection, study)
            interview_id = _interview(connection, hold, version_id, now)
            if call_id is None:
                made = connection.execute(
                    insert(call).values(
                        case_id=hold.case_id,
                        number_id=number_id,
                        interview_id=interview_id,
                        interviewer_id=hold.interviewer_id,
                        version_id=version_id,
                        fence=hold.fence,
                        started_at=now,
                        because=hold.because,
                    )
                ).inserted_primary_key
                assert made is not None
                call_id = int(made[0])
                stand_interrupted(connection, study, hold.case_id, now)
            take_over(store, connection, study, hold.case_id, interview_id, call_id, now)
            return open_call(connection, call_id, interview_id, per_call)
    raise LostHold(hold.serial)


def open_call(connection: Connection, call_id: int, interview_id: int, per_call: Collection[str]) -> OpenCall:
    """A call as it stands, with the answers to go on from."""
    answers, seq = latest_answers(connection, interview_id, call_id, per_call)
    return OpenCall(call_id, interview_id, seq, answers)


def _check_may_be_dialled(connection: Connection, hold: Hold, number_id: int | None) -> None:
    if number_id is None:
        return
    case = connection.execute(select(cases.c.recontact, cases.c.barred).where(cases.c.id == hold.case_id)).one()
    if case.barred:
        raise InputError(f"{case.barred}: case {hold.serial} is not called any more. Do not dial; give the case back.")
    if declined(case.recontact):
        raise InputError(
            f"{DECLINED}: so says the sample of case {hold.serial} since it came to you. Do not dial; give the case "
            "back."
        )
    held = connection.execute(
        select(number.c.id).where(
            number.c.id == number_id, number.c.case_id == hold.case_id, number.c.withdrawn_at.is_(None)
        )
    ).first()
    if held is None:
        raise InputError(f"Case {hold.serial} does not hold that number. Choose one of its card.")


def _check_heard(connection: Connection, study: Study, hold: Hold, told: int | None, now: datetime) -> None:
    heard = heard_of(connection, study, hold.case_id)
    if heard is None:
        return
    said = heard.words(study.timezone, now)
    if heard.closes:
        raise HeardFirst(heard, f"{said}: do not dial; put the case back with x.")
    if told is not None and heard.is_started and heard.event != told:
        raise HeardFirst(heard, f"{said}. Nobody is dialled yet.")


def _version(connection: Connection, study: Study) -> int:
    """The version of the installed study that is in hand; or InputError."""
    by_hash = select(questionnaire_version.c.id).where(questionnaire_version.c.hash == texts_hash(dict(study.texts)))
    found = connection.execute(by_hash).scalar()
    if found is None:
        row = connection.execute(select(questionnaire_version).order_by(*NEWEST_VERSION).limit(1)).first()
        installed = "holds no study yet" if row is None else f"has {row.questionnaire} version {row.version}"
        raise InputError(
            f"The files of the study {study.id} in hand were never installed in this database, which {installed}: no "
            "interview may be held with them. Start again to interview with the installed study, or install these "
            "files with: cati init STUDY"
        )
    return int(found)


def _interview(connection: Connection, hold: Hold, version_id: int, now: datetime) -> int:
    found = connection.execute(
        select(func.max(interview.c.id)).where(interview.c.case_id == hold.case_id, interview.c.mode == "telephone")
    ).scalar()
    if found is not None:
        return int(found)
    made = connection.execute(
        insert(interview).values(case_id=hold.case_id, version_id=version_id, mode="telephone", started_at=now)
    ).inserted_primary_key
    assert made is not None
    return int(made[0])


def _uncoded(connection: Connection, hold: Hold, number_id: int | None) -> int | None:
    """The call already written down under this hold to the same number, not coded yet."""
    same_number = call.c.number_id.is_(None) if number_id is None else call.c.number_id == number_id
    found = connection.execute(
        select(func.max(call.c.id)).where(
            call.c.case_id == hold.case_id, call.c.fence == hold.fence, same_number, call.c.ended_at.is_(None)
        )
    ).scalar()
    return None if found is None else int(found)


def save_answer(store: Store, hold: Hold, call: OpenCall, item: str, value: Json, seq: int) -> None:
    """Saves one answer (None: taken back); on the disk when this returns, and the lease renewed.

    `seq` counts the answers of the interview, from `OpenCall.seq` on; the same number again overwrites, so that a save
    whose success was not heard of may be repeated. Raises LostHold if the case is no longer ours (the answer is kept
    apart), OutsideError if it could not be saved: try again.
    """
    with store.write() as connection:
        ours = holds(store, connection, hold)
        if ours:
            write_answer(
                store,
                connection,
                interview_id=call.interview_id,
                call_id=call.call_id,
                seq=seq,
                item=item,
                value=value,
            )
        else:
            keep_late(store, connection, hold, call, "answer", seq, item, value)
    if not ours:
        raise LostHold(hold.serial)


def keep_late(
    store: Store, connection: Connection, hold: Hold, call: OpenCall, kind: str, seq: int, item: str, value: Json
) -> None:
    """Keeps what came after the case had gone to somebody else, for a supervisor; of an erased case, nothing."""
    erased = select(cases.c.erased_at).where(cases.c.id == hold.case_id).with_for_update(read=True)
    if connection.execute(erased).scalar() is not None:
        return
    write_late(
        store,
        connection,
        call_id=call.call_id,
        interviewer_id=hold.interviewer_id,
        fence=hold.fence,
        kind=kind,
        seq=seq,
        item=item,
        value=value,
    )

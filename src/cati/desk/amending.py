"""An answer corrected because the respondent asked for it: judged as on the console, logged, and routed again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, insert, select

from cati.desk.actors import allow
from cati.desk.casefile import find_case
from cati.desk.data_requests import answer_request
from cati.desk.events import write_event
from cati.desk.holding import is_held
from cati.desk.online_answers import OnlineAnswers
from cati.desk.online_status import NEWEST, PARTIAL
from cati.desk.standing import restand
from cati.desk.words import storable
from cati.errors import InputError
from cati.interview.gaps import PastGaps, walk_past_gaps
from cati.interview.interview import Interview
from cati.interview.typed import read_typed
from cati.nearest import did_you_mean
from cati.questionnaire.answers import AnswerRefused, Contact, to_json
from cati.storage import Store
from cati.storage.answers import latest_answers, write_answer
from cati.storage.tables import call, case_event, cases, change, interview, interviewer

if TYPE_CHECKING:
    from cati.desk.actors import Actor
    from cati.questionnaire import model
    from cati.questionnaire.program import Program
    from cati.studies import Study

_FACTS = ("serial", "name", "la", "region", "ofsted", "email", "link")


@dataclass(frozen=True, slots=True)
class Amended:
    """What a correction did.

    `old`, `new`: the answer as it is kept; `lacking`: questions and write-ins that now lack an answer; `silent`: what
    was answered and no longer counts; `revived`: what counts again; `end`: the outcome that the answers now end with,
    where that is another than before ("": they do not end); None: no other.
    """

    serial: str
    item: str
    mode: model.Mode
    old: Any
    new: Any
    lacking: tuple[str, ...]
    silent: tuple[str, ...]
    revived: tuple[str, ...]
    end: str | None
    due_on: date


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the answers of a case are: its telephone interview (with the newest call of it, and the number of the next
    answer), or an event of the online survey."""

    answers: Mapping[str, Any]
    mode: model.Mode
    interview_id: int = 0
    call_id: int = 0
    seq: int = 0
    event: Any = None


def amend_answer(
    store: Store,
    study: Study,
    serial: str,
    item: str,
    typed: str,
    who: Actor,
    *,
    reason: str,
    received: date | None = None,
) -> Amended:
    """Corrects an answer of an interview held by telephone or online, as it is typed: `3`, `1 9`, `dk`, words.

    The questionnaire judges it as it would judge an interviewer's; earlier answers stay in the interview's history.
    Raises InputError for no reason, an unknown serial or item, an answer that the question cannot take or does not
    offer, a question that is not asked of this respondent, and a case in somebody's hands.
    """
    reason = " ".join(storable(reason).split())
    if not reason:
        raise InputError("Give a reason: whoever looks at the answer later must be able to see why it was changed.")
    with store.write() as connection:
        allow(connection, who, "respondent amend")
        case_id = find_case(connection, serial)
        case = connection.execute(select(cases).where(cases.c.id == case_id).with_for_update()).one()
        now = store.now(connection)
        _check_free(connection, case, now)
        source = _source(connection, study, case)
        program = study.program(source.mode)
        name = _spelled(program, item)
        if case.erased_at is not None and _is_personal(program, name):
            raise InputError(f"The contact details of case {case.serial} were erased; none are taken in again.")
        held, _ = Interview.resume(program, _sample(case), source.answers)
        before = walk_past_gaps(held)
        old, new = _give(held, program, name, item, storable(typed))
        after = walk_past_gaps(held)
        _keep(store, connection, study, case, source, name, new, who, now)
        line = {"case_id": case_id, "at": now, "who": who.name, "what": f"answer to {name} amended", "why": reason}
        connection.execute(insert(change).values(**line, old=json.dumps(old), new=json.dumps(new)))
        due = answer_request(connection, study, case_id, "amend", who, now, received, reason, f"{name} amended")
    return _what_follows(serial, name, source.mode, old, new, before, after, held, due)


def _what_follows(
    serial: str,
    name: str,
    mode: model.Mode,
    old: Any,
    new: Any,
    before: PastGaps,
    after: PastGaps,
    held: Interview,
    due: date,
) -> Amended:
    order = {step.id: step.slot for step in held.program.steps}
    order |= {write_in.id: write_in.slot for write_in in held.program.write_ins.values()}
    lacking = [each for each in after.lacking if each not in before.lacking]
    lacking += [each for each in held.missing() if each not in lacking]
    return Amended(
        serial=serial,
        item=name,
        mode=mode,
        old=old,
        new=new,
        lacking=tuple(lacking),
        silent=tuple(sorted(before.live - after.live - {name}, key=order.__getitem__)),
        revived=tuple(sorted(after.live - before.live - {name}, key=order.__getitem__)),
        end=None if before.end == after.end else after.end or "",
        due_on=due,
    )


def _check_free(connection: Connection, case: Any, now: datetime) -> None:
    if is_held(case.owner, case.lease_until, now):
        name = connection.execute(select(interviewer.c.name).where(interviewer.c.id == case.owner)).scalar()
        raise InputError(f"{name} has case {case.serial} in hand, perhaps in the interview. Try again afterwards.")


def _source(connection: Connection, study: Study, case: Any) -> _Source:
    """The answers that are delivered: those of a telephone interview, else of what came last from the online survey."""
    program = study.program("telephone")
    last = (
        select(call.c.interview_id, func.max(call.c.id).label("call_id"))
        .join(interview, interview.c.id == call.c.interview_id)
        .where(call.c.case_id == case.id, interview.c.mode == "telephone")
        .group_by(call.c.interview_id)
        .order_by(call.c.interview_id.desc())
    )
    for row in connection.execute(last):
        answers, seq = latest_answers(connection, row.interview_id, row.call_id, program.per_call)
        if set(answers) - program.per_call:
            return _Source(answers, "telephone", row.interview_id, row.call_id, seq)
    events = connection.execute(
        select(case_event).where(case_event.c.case_id == case.id, case_event.c.kind == "online").order_by(*NEWEST)
    ).all()
    for event in events:
        kept = OnlineAnswers.of_text(event.answers)
        if kept.items or kept.contact:
            return _Source({**kept.items, **kept.contact}, "online", event=event)
    raise InputError(f"Case {case.serial} has no answers to correct: nobody was interviewed.")


def _sample(case: Any) -> dict[str, str]:
    return {**json.loads(case.variables), **{name: case._mapping[name] for name in _FACTS}}


def _spelled(program: Program, item: str) -> str:
    """The questionnaire's spelling of an item, or of the contact block that a box such as K4_email is of."""
    found = program.spelling(item)
    of, _, box = item.rpartition("_")
    step = program.step(of) if of else None
    if found is None and step is not None and step.kind == "contact":
        found = step.id if box.lower() in {each.field for each in step.item.fields} else None
    if found is None:
        known = [step.id for step in program.steps if step.kind not in ("message", "end")]
        raise InputError(f"There is no question {item!r} in the questionnaire. {did_you_mean(item, known)}")
    if found in program.per_call:
        raise InputError(f"{found} says what a call came to, and is no answer of the interview: cati case recode")
    return found


def _is_personal(program: Program, name: str) -> bool:
    step = program.step(name)
    return step is not None and (step.kind == "contact" or step.item.personal)


def _give(held: Interview, program: Program, name: str, item: str, typed: str) -> tuple[Any, Any]:
    """The answer before and after, as they are kept. Raises InputError where the console would not take it."""
    before = held.answer_to(name)
    old = None if before is None else to_json(before)
    try:
        value = read_typed(program, name, typed)
        if item.lower() != name.lower():  # a box of contact details
            boxes = to_json(before) if isinstance(before, Contact) else {}
            value = {**boxes, item.rpartition("_")[2].lower(): value}
        write_in = program.write_ins.get(name.lower())
        if write_in is None and name not in held.route:
            raise InputError(f"{name} is not asked of this respondent, as the other answers stand.")
        if write_in is not None and held.live[write_in.slot] is None and name not in held.missing():
            raise InputError(f"{name} holds the words of code {write_in.code}, which was not chosen.")
        after = held.give(name, value)
    except AnswerRefused as refused:
        raise InputError(f"{refused.item}: {typed!r} is not taken: {refused.why}.") from None
    if after is None:
        raise InputError(f"{name}: no answer is given. Nothing was changed.")
    new = to_json(after)
    if new == old:
        raise InputError(f"{name}: that is the answer already. Nothing was changed.")
    return old, new


def _keep(
    store: Store,
    connection: Connection,
    study: Study,
    case: Any,
    source: _Source,
    name: str,
    new: Any,
    who: Actor,
    now: datetime,
) -> None:
    if source.event is None:
        write_answer(
            store,
            connection,
            interview_id=source.interview_id,
            call_id=source.call_id,
            seq=source.seq,
            item=name,
            value=new,
        )
        return
    # a new event beside the old one: the same file, loaded again, is then known and changes nothing
    kept = OnlineAnswers.of_text(source.event.answers)
    personal = _is_personal(study.program("online"), name)
    items = {**kept.items} if personal else {**kept.items, name: new}
    contact = {**kept.contact, name: new} if personal else {**kept.contact}
    write_event(
        connection,
        case.id,
        "online",
        at=max(now, source.event.at),
        now=now,
        outcome=None if source.event.status == PARTIAL else source.event.outcome,
        status=source.event.status,
        who=who.name,
        answers=OnlineAnswers(items, kept.rest, contact, kept.contact_rest).as_text(),
    )
    restand(connection, study, case.id, now)

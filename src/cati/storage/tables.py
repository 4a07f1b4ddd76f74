"""The tables. What they mean is in the design's "Records"; how they got here is in the migrations.

Append-only: call_result, answer, contact_detail, case_event, outcome_history, change, note, late_answer. Nothing
there is ever changed but an answer sent twice (the retry of a save whose success was not heard of). So are shift_note,
monitoring, back_check and issue_span.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)
from sqlalchemy.schema import SchemaItem

from cati.storage.types import Instant, Whole

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


_POSTGRESQL: list[tuple[Table | Index, str, object]] = []


def settle_postgresql() -> None:
    """Adds what only PostgreSQL is told of tables and indexes: before any of them is made there.

    An option of PostgreSQL's written beside a table imports its dialect, two megabytes that a console on SQLite would
    hold for nothing.
    """
    for part, option, value in _POSTGRESQL:
        part.dialect_options["postgresql"][option] = value


def _partial(name: str, *columns: Column[Any], where: ColumnElement[bool]) -> None:
    """An index of the rows that a condition holds for."""
    _POSTGRESQL.append((Index(name, *columns, sqlite_where=where), "where", where))


def _table(name: str, *parts: SchemaItem, **options: Any) -> Table:
    table: Table = Table(name, metadata, *parts, sqlite_strict=True, **options)
    return table


def _id() -> Column[int]:
    return Column("id", Whole, primary_key=True)


def _to(table: str, *, nullable: bool = False, name: str | None = None) -> Column[int]:
    return Column(name or f"{table}_id", Whole, ForeignKey(f"{table}.id"), nullable=nullable)


def _at(name: str = "at", *, nullable: bool = False) -> Column[object]:
    return Column(name, Instant, nullable=nullable)


def _text(name: str, *, nullable: bool = False, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=nullable, server_default=default)


def _one_of(column: str, *values: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


meta = _table("meta", Column("key", Text, primary_key=True), _text("value"))

# One row: a database holds one study.
study = _table(
    "study",
    _id(),
    _text("key"),
    _text("title"),
    _text("timezone"),
    _text("fieldwork_start"),
    _text("fieldwork_end"),
    _text("bank_holidays"),
    _at("installed_at"),
    CheckConstraint("id = 1", name="one_study"),
)

# Every version of the study's files that interviews may have been held with.
questionnaire_version = _table(
    "questionnaire_version",
    _id(),
    _text("questionnaire"),
    _text("version"),
    Column("hash", Text, nullable=False, unique=True),
    _at("installed_at"),
)
# A version that is installed again, after others, is the newest again.
NEWEST_VERSION = (questionnaire_version.c.installed_at.desc(), questionnaire_version.c.id.desc())
study_file = _table(
    "study_file",
    _to("questionnaire_version", name="version_id"),
    _text("path"),
    _text("text"),
    PrimaryKeyConstraint("version_id", "path"),
)

interviewer = _table(
    "interviewer",
    _id(),
    _text("name"),
    Column("name_key", Text, nullable=False, unique=True),  # the name without regard to capitals and spaces
    _at("created_at"),
    _at("disabled_at", nullable=True),
    _at("present_until", nullable=True),  # signed in, and heard of: renewed by every heartbeat
    _text("role", default="interviewer"),  # interviewer, supervisor, administrator
)

# What somebody proves with who they are. In no other table, so that nothing that reads people reads it.
credential = _table(
    "credential",
    Column("interviewer_id", Whole, ForeignKey("interviewer.id"), primary_key=True),
    _text("secret"),  # a hash, as argon2 writes it
    _at("set_at"),
    Column("failed", Whole, nullable=False, server_default="0"),  # sign-ins that failed since one succeeded
    _at("failed_at", nullable=True),
)

cases = _table(
    "case",
    _id(),
    Column("serial", Text, nullable=False, unique=True),
    # the sample's facts
    _text("name", default=""),
    _text("la", default=""),
    _text("region", default=""),
    _text("ofsted", default=""),
    _text("email", default=""),
    _text("link", default=""),
    _text("recontact", default=""),
    _text("batch", default=""),
    _text("timezone", default=""),
    _text("variables", default="{}"),
    _at("loaded_at"),
    _at("issued_at", nullable=True),
    _text("online_status", default=""),
    _text("barred", default=""),  # why nobody calls it whatever its outcome: on the opt-out list, erased
    _at("erased_at", nullable=True),  # contact details gone for good; no file brings them back
    Column("had_email", Whole, nullable=False, server_default="0"),  # 1: an address was among what was erased
    # what its calls came to
    _text("outcome"),
    _text("outcome_why", default=""),
    _at("outcome_at"),
    _text("deciding_event", nullable=True),
    Column("attempts", Whole, nullable=False, server_default="0"),
    _at("last_call_at", nullable=True),
    # when it is called next, and why. No class: it is not to be called, and next_rule says which rule forbids it
    Column("next_class", Whole, nullable=True),
    _at("next_call_at", nullable=True),
    _at("next_until", nullable=True),  # of an appointment: from then on it is missed
    _text("next_group", default=""),  # how often called and in which hours: see fieldwork.turns
    _text("next_rule", default=""),
    _text("next_reason", default=""),
    Column("next_owner", Whole, ForeignKey("interviewer.id"), nullable=True),
    Column("next_barred", Whole, nullable=True),  # the interviewer who is not to get it: she was refused
    Column("draw", Whole, nullable=False, server_default="0"),  # seeded; decides between equals
    # who has it now
    Column("owner", Whole, ForeignKey("interviewer.id"), nullable=True),
    _at("lease_until", nullable=True),
    Column("fence", Whole, nullable=False, server_default="0"),
    Column("came_as", Whole, nullable=True),  # its place in the order when it was handed out last
    CheckConstraint("next_class IN (0, 1, 2)", name="next_class"),
    CheckConstraint("next_class IS NULL OR next_call_at IS NOT NULL", name="next_call_at"),
    CheckConstraint("owner IS NULL OR lease_until IS NOT NULL", name="lease"),
)
_POSTGRESQL.append((cases, "with", {"fillfactor": 85}))
# Each question of the claim is one range of one of these. Cases that somebody holds are in none of the first three:
# those whose lease has run out are found by the lease.
_free = cases.c.owner.is_(None)
_appointed = and_(cases.c.next_until.is_not(None), _free)
_partial("ix_case_appointment", cases.c.next_class, cases.c.next_call_at, where=_appointed)
_partial("ix_case_missed", cases.c.next_group, cases.c.next_until, where=_appointed)
_partial(
    "ix_case_turn",
    cases.c.next_group,
    cases.c.next_call_at,
    cases.c.draw,
    where=and_(cases.c.next_class == literal_column("2"), _free),
)
_held = cases.c.owner.is_not(None)
_partial("ix_case_owner", cases.c.owner, where=_held)
_partial("ix_case_lease", cases.c.lease_until, where=_held)
# What a supervisor leafs through: call backs by kind and time, appointments by whose they are, people by name; and the
# live outcome table, which is counted from its index alone.
_partial(
    "ix_case_call_back",
    cases.c.next_class,
    cases.c.next_call_at,
    cases.c.id,
    where=and_(cases.c.next_class.is_not(None), cases.c.attempts > literal_column("0")),
)
_partial("ix_case_next_owner", cases.c.next_owner, cases.c.next_call_at, where=cases.c.next_owner.is_not(None))
Index("ix_case_name", cases.c.name, cases.c.id)
_partial("ix_case_standing", cases.c.outcome, cases.c.region, cases.c.ofsted, where=cases.c.issued_at.is_not(None))
_partial("ix_case_issued_at", cases.c.issued_at, where=cases.c.issued_at.is_not(None))

# A time during which a case was issued to the telephone, and that is over: it was held again. The present one is in
# the case. Append-only: so it can be told of any moment whether a case was in the starting sample.
issue_span = _table("issue_span", _id(), _to("case"), _at("issued_at"), _at("held_at"))
Index("ix_issue_span_case_id", issue_span.c.case_id)

number = _table(
    "number",
    _id(),
    _to("case"),
    Column("position", Whole, nullable=False),
    _text("number"),
    _text("source"),
    _text("state", default="untried"),  # what its calls say (the scheme's number states), kept for lists
    _text("set_by_hand", nullable=True),
    _at("added_at"),
    Column("added_by_result", Whole, nullable=True),
    _at("withdrawn_at", nullable=True),  # no longer held: gone from the sample, or taken back
    Column("replaced_by", Whole, nullable=True),  # it was wrong: the number that it was corrected to
    UniqueConstraint("case_id", "number"),
    _one_of("source", "sample", "referral", "office"),
)

interview = _table(
    "interview",
    _id(),
    _to("case"),
    _to("questionnaire_version", name="version_id"),
    _text("mode"),
    _at("started_at"),
    _at("ended_at", nullable=True),
    _one_of("mode", "telephone", "online"),
)
Index("ix_interview_case_id", interview.c.case_id)

call = _table(
    "call",
    _id(),
    _to("case"),
    _to("number", nullable=True),
    _to("interview"),
    _to("interviewer"),
    _to("questionnaire_version", name="version_id"),  # it was held with; its interview has the first
    Column("fence", Whole, nullable=False),
    _at("started_at"),
    _at("ended_at", nullable=True),
    _text("because", default=""),
)
Index("ix_call_case_id", call.c.case_id)
Index("ix_call_interviewer_id_started_at", call.c.interviewer_id, call.c.started_at)

# What a call came to. The newest row of a call counts; outcome NULL withdraws what was coded before.
call_result = _table(
    "call_result",
    _id(),
    _to("call"),
    _to("case"),
    _to("interviewer"),
    _at(),
    _text("outcome", nullable=True),
    _text("why", default=""),
    Column("fence", Whole, nullable=False),
    _text("digest", default=""),  # of all that was taken down, to tell a close sent twice from a corrected one
    Column("complete", Whole, nullable=False, server_default="0"),
    _text("refusal_strength", nullable=True),
    _text("refused_by", nullable=True),
    _text("refusal_reason", nullable=True),
    _one_of("refusal_strength", "soft", "hard"),
)
Index("ix_call_result_call_id", call_result.c.call_id)
Index("ix_call_result_case_id", call_result.c.case_id)
Index("ix_call_result_interviewer_id_at", call_result.c.interviewer_id, call_result.c.at)

appointment = _table(
    "appointment",
    _id(),
    _to("case"),
    _to("call_result", name="made_by_result"),
    _to("interviewer", name="owner"),
    _text("kind"),
    _at("starts_at"),
    _at("ends_at", nullable=True),
    _text("words", default=""),
    _text("status", default="booked"),
    Column("settled_by_result", Whole, ForeignKey("call_result.id"), nullable=True),
    _one_of("kind", "hard", "soft"),
    _one_of("status", "booked", "kept", "missed", "replaced", "cancelled"),
)
Index("ix_appointment_case_id", appointment.c.case_id)
_booked = appointment.c.status == "booked"
_partial("ix_appointment_booked", appointment.c.starts_at, where=_booked)

answer = _table(
    "answer",
    Column("interview_id", Whole, ForeignKey("interview.id"), nullable=False),
    Column("seq", Whole, nullable=False),
    _to("call"),
    _text("item"),
    _text("value", nullable=True),
    _at(),
    PrimaryKeyConstraint("interview_id", "seq"),
    sqlite_with_rowid=False,
)
# Who somebody is stands apart from what they said; both share the interview's numbering.
contact_detail = _table(
    "contact_detail",
    Column("interview_id", Whole, ForeignKey("interview.id"), nullable=False),
    Column("seq", Whole, nullable=False),
    _to("call"),
    _text("item"),
    _text("value"),
    _at(),
    PrimaryKeyConstraint("interview_id", "seq"),
    sqlite_with_rowid=False,
)
# What somebody saved after the case had gone to another: kept for a supervisor, merged by nobody.
late_answer = _table(
    "late_answer",
    _id(),
    _to("call"),
    _to("interviewer"),
    Column("fence", Whole, nullable=False),
    _text("kind"),
    Column("seq", Whole, nullable=False),
    _text("item"),
    _text("value", nullable=True),
    _at(),
    UniqueConstraint("call_id", "kind", "seq"),
    _one_of("kind", "answer", "result"),
)

note = _table(
    "note",
    _id(),
    _to("case"),
    _to("call", nullable=True),
    _to("call_result", nullable=True, name="result_id"),
    _to("interviewer"),
    _at(),
    _text("text"),
)
Index("ix_note_case_id", note.c.case_id)

email_request = _table(
    "email_request",
    _id(),
    _to("case"),
    _to("call", nullable=True),
    _to("call_result", nullable=True, name="result_id"),
    _to("interviewer"),
    _at(),
    _text("address"),
    _text("kind"),
    _at("sent_at", nullable=True),
    _at("cancelled_at", nullable=True),
    _at("exported_at", nullable=True),  # handed over for mailing
    _text("sent_by", nullable=True),
    _one_of("kind", "reassurance", "online_link"),
)
Index("ix_email_request_case_id", email_request.c.case_id)

# What is known of a case from elsewhere than its calls: the online survey, a letter, a supervisor's reopening.
# outcome NULL: noted, but it decides nothing (a part-complete, say).
case_event = _table(
    "case_event",
    _id(),
    _to("case"),
    _text("kind"),
    _at(),
    _at("recorded_at"),
    _text("who", default=""),
    _text("status", default=""),
    _text("outcome", nullable=True),
    _text("answers", default="{}"),  # of an online questionnaire, as JSON: item to value
    Column("withdraws", Whole, nullable=True),  # the event that this one takes back; itself it says nothing
    _one_of("kind", "online", "office", "reopening"),
)
Index("ix_case_event_case_id", case_event.c.case_id)

# Who completed the online survey over its open link: in no sample, counted with the responses, never called.
open_response = _table(
    "open_response",
    _id(),
    _at(),
    _at("recorded_at"),
    _text("status"),
    _text("region", default=""),
    _text("ofsted", default=""),
    _text("answers", default="{}"),
    _text("digest"),  # of all that the row says; loaded again, it is the same response
    Column("copy", Whole, nullable=False, server_default="1"),  # the how-manieth of that digest in its file
    UniqueConstraint("digest", "copy"),
)

outcome_history = _table(
    "outcome_history",
    _id(),
    _to("case"),
    _at(),
    _text("outcome"),
    _text("deciding_event", nullable=True),
    _text("why", default=""),
)
Index("ix_outcome_history_case_id", outcome_history.c.case_id)
Index("ix_outcome_history_at", outcome_history.c.at)

change = _table(
    "change",
    _id(),
    _to("case", nullable=True),
    _at(),
    _text("who"),
    _text("what"),
    _text("old", nullable=True),
    _text("new", nullable=True),
    _text("why", default=""),
    _text("restores", nullable=True),  # of a repair: what taking it back puts back, as JSON
    Column("undoes", Whole, nullable=True),  # the repair that this one takes back
)
Index("ix_change_case_id", change.c.case_id)

# From one person to another at the same desk.
message = _table(
    "message",
    _id(),
    _to("interviewer", name="to_id"),
    _to("interviewer", name="from_id"),
    _at(),
    _text("text"),
    _at("read_at", nullable=True),
)
_partial("ix_message_unread", message.c.to_id, where=message.c.read_at.is_(None))

# What one shift leaves to the next.
shift_note = _table("shift_note", _id(), _to("interviewer"), _at(), _text("text"))
Index("ix_shift_note_at", shift_note.c.at)

# A call that a supervisor listened to: how long, how much of the interview in per cent, what came of it.
monitoring = _table(
    "monitoring",
    _id(),
    _to("call"),
    _to("interviewer", name="listener"),
    _at(),
    Column("seconds", Whole, nullable=False),
    Column("share", Whole, nullable=False),
    _text("result"),
    _text("note", default=""),
)
Index("ix_monitoring_call_id", monitoring.c.call_id)

# Somebody interviewed was called back to hear whether the interview was held as it is on record.
back_check = _table(
    "back_check",
    _id(),
    _to("case"),
    _to("interviewer", name="checker"),
    _at(),
    _text("result"),
    _text("note", default=""),
)
Index("ix_back_check_case_id", back_check.c.case_id)

# Somebody used a right over their data: when it came in, by when it is to be answered, and what was done. Dates are
# days on the calendar.
data_request = _table(
    "data_request",
    _id(),
    _to("case", nullable=True),
    _text("kind"),
    _text("received_on"),
    _text("due_on"),
    _at("recorded_at"),
    _text("who"),
    _text("reason", default=""),
    _at("done_at", nullable=True),
    _text("done_by", nullable=True),
    _text("decision", default=""),
    _one_of("kind", "copy", "amend", "withdraw", "opt_out"),
)
Index("ix_data_request_case_id", data_request.c.case_id)

# Numbers, e-mail addresses and people (a number together with a name) not to be contacted, as keyed hashes: they
# recognise who comes again, and name nobody.
opt_out = _table(
    "opt_out",
    _id(),
    _text("kind"),
    _text("digest"),
    _at(),
    _text("who"),
    UniqueConstraint("kind", "digest"),
    _one_of("kind", "phone", "email", "person"),
)

# Which case a research file means: its ids are drawn at random, and stand nowhere else together with a serial.
survey_link = _table(
    "survey_link",
    _id(),
    _to("case"),
    _text("purpose", default=""),  # files of different purposes have different ids
    Column("survey_id", Text, nullable=False, unique=True),
    _at("made_at"),
    UniqueConstraint("case_id", "purpose"),
)

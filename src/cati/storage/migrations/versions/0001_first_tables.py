"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cati.storage.types import Instant, Whole

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _interviewer()
    _meta()
    _questionnaire_version()
    _study()
    _cases()
    _study_file()
    _case_event()
    _change()
    _interview()
    _number()
    _outcome_history()
    _call()
    _answer()
    _call_result()
    _contact_detail()
    _late_answer()
    _appointment()
    _email_request()
    _note()
    op.execute("INSERT INTO meta (key, value) VALUES ('application', 'cati')")


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


_TABLES = (
    "interviewer",
    "meta",
    "questionnaire_version",
    "study",
    "case",
    "study_file",
    "case_event",
    "change",
    "interview",
    "number",
    "outcome_history",
    "call",
    "answer",
    "call_result",
    "contact_detail",
    "late_answer",
    "appointment",
    "email_request",
    "note",
)


def _interviewer() -> None:
    op.create_table(
        "interviewer",
        sa.Column("id", Whole, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interviewer")),
        sa.UniqueConstraint("name_key", name=op.f("uq_interviewer_name_key")),
        sqlite_strict=True,
    )


def _meta() -> None:
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
        sqlite_strict=True,
    )


def _questionnaire_version() -> None:
    op.create_table(
        "questionnaire_version",
        sa.Column("id", Whole, nullable=False),
        sa.Column("questionnaire", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("installed_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questionnaire_version")),
        sa.UniqueConstraint("hash", name=op.f("uq_questionnaire_version_hash")),
        sqlite_strict=True,
    )


def _study() -> None:
    op.create_table(
        "study",
        sa.Column("id", Whole, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("fieldwork_start", sa.Text(), nullable=False),
        sa.Column("fieldwork_end", sa.Text(), nullable=False),
        sa.Column("bank_holidays", sa.Text(), nullable=False),
        sa.Column("installed_at", Instant(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_study_one_study")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study")),
        sqlite_strict=True,
    )


def _cases() -> None:
    op.create_table(
        "case",
        sa.Column("id", Whole, nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default="", nullable=False),
        sa.Column("la", sa.Text(), server_default="", nullable=False),
        sa.Column("region", sa.Text(), server_default="", nullable=False),
        sa.Column("ofsted", sa.Text(), server_default="", nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("link", sa.Text(), server_default="", nullable=False),
        sa.Column("recontact", sa.Text(), server_default="", nullable=False),
        sa.Column("batch", sa.Text(), server_default="", nullable=False),
        sa.Column("timezone", sa.Text(), server_default="", nullable=False),
        sa.Column("variables", sa.Text(), server_default="{}", nullable=False),
        sa.Column("loaded_at", Instant(), nullable=False),
        sa.Column("issued_at", Instant(), nullable=True),
        sa.Column("online_status", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("outcome_why", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome_at", Instant(), nullable=False),
        sa.Column("deciding_event", sa.Text(), nullable=True),
        sa.Column("attempts", Whole, server_default="0", nullable=False),
        sa.Column("last_call_at", Instant(), nullable=True),
        sa.Column("next_class", Whole, nullable=True),
        sa.Column("next_call_at", Instant(), nullable=True),
        sa.Column("next_reason", sa.Text(), server_default="", nullable=False),
        sa.Column("next_owner", Whole, nullable=True),
        sa.Column("owner", Whole, nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("fence", Whole, server_default="0", nullable=False),
        sa.CheckConstraint("next_class IN (0, 1, 2)", name=op.f("ck_case_next_class")),
        sa.CheckConstraint("next_class IS NULL OR next_call_at IS NOT NULL", name=op.f("ck_case_next_call_at")),
        sa.CheckConstraint("owner IS NULL OR lease_until IS NOT NULL", name=op.f("ck_case_lease")),
        sa.ForeignKeyConstraint(["next_owner"], ["interviewer.id"], name=op.f("fk_case_next_owner")),
        sa.ForeignKeyConstraint(["owner"], ["interviewer.id"], name=op.f("fk_case_owner")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case")),
        sa.UniqueConstraint("serial", name=op.f("uq_case_serial")),
        postgresql_with={"fillfactor": 85},
        sqlite_strict=True,
    )
    op.create_index(
        "ix_case_due",
        "case",
        ["next_class", "next_call_at", "serial"],
        unique=False,
        sqlite_where=sa.text("next_class IS NOT NULL"),
        postgresql_where=sa.text("next_class IS NOT NULL"),
    )
    op.create_index(
        "ix_case_owner",
        "case",
        ["owner"],
        unique=False,
        sqlite_where=sa.text("owner IS NOT NULL"),
        postgresql_where=sa.text("owner IS NOT NULL"),
    )
    op.create_index(
        "ix_case_turn",
        "case",
        ["next_class", "attempts", "last_call_at", "serial"],
        unique=False,
        sqlite_where=sa.text("next_class IS NOT NULL"),
        postgresql_where=sa.text("next_class IS NOT NULL"),
    )
    op.create_index(
        "ix_case_turn_due",
        "case",
        ["next_class", "attempts", "next_call_at"],
        unique=False,
        sqlite_where=sa.text("next_class IS NOT NULL"),
        postgresql_where=sa.text("next_class IS NOT NULL"),
    )


def _study_file() -> None:
    op.create_table(
        "study_file",
        sa.Column("version_id", Whole, nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["questionnaire_version.id"], name=op.f("fk_study_file_version_id")),
        sa.PrimaryKeyConstraint("version_id", "path", name=op.f("pk_study_file")),
        sqlite_strict=True,
    )


def _case_event() -> None:
    op.create_table(
        "case_event",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("recorded_at", Instant(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('online', 'office', 'reopening')", name=op.f("ck_case_event_kind")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_case_event_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sqlite_strict=True,
    )
    op.create_index("ix_case_event_case_id", "case_event", ["case_id"], unique=False)


def _change() -> None:
    op.create_table(
        "change",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("old", sa.Text(), nullable=True),
        sa.Column("new", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_change_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sqlite_strict=True,
    )
    op.create_index("ix_change_case_id", "change", ["case_id"], unique=False)


def _interview() -> None:
    op.create_table(
        "interview",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("version_id", Whole, nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint("mode IN ('telephone', 'online')", name=op.f("ck_interview_mode")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_interview_case_id")),
        sa.ForeignKeyConstraint(["version_id"], ["questionnaire_version.id"], name=op.f("fk_interview_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interview")),
        sqlite_strict=True,
    )
    op.create_index("ix_interview_case_id", "interview", ["case_id"], unique=False)


def _number() -> None:
    op.create_table(
        "number",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("position", Whole, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="untried", nullable=False),
        sa.Column("set_by_hand", sa.Text(), nullable=True),
        sa.Column("added_at", Instant(), nullable=False),
        sa.Column("added_by_result", Whole, nullable=True),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.CheckConstraint("source IN ('sample', 'referral', 'office')", name=op.f("ck_number_source")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_number_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number")),
        sa.UniqueConstraint("case_id", "number", name=op.f("uq_number_case_id_number")),
        sqlite_strict=True,
    )


def _outcome_history() -> None:
    op.create_table(
        "outcome_history",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("deciding_event", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_outcome_history_case_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_history")),
        sqlite_strict=True,
    )
    op.create_index("ix_outcome_history_case_id", "outcome_history", ["case_id"], unique=False)


def _call() -> None:
    op.create_table(
        "call",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("number_id", Whole, nullable=True),
        sa.Column("interview_id", Whole, nullable=False),
        sa.Column("interviewer_id", Whole, nullable=False),
        sa.Column("version_id", Whole, nullable=False),
        sa.Column("fence", Whole, nullable=False),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_call_case_id")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_call_interview_id")),
        sa.ForeignKeyConstraint(["interviewer_id"], ["interviewer.id"], name=op.f("fk_call_interviewer_id")),
        sa.ForeignKeyConstraint(["number_id"], ["number.id"], name=op.f("fk_call_number_id")),
        sa.ForeignKeyConstraint(["version_id"], ["questionnaire_version.id"], name=op.f("fk_call_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sqlite_strict=True,
    )
    op.create_index("ix_call_case_id", "call", ["case_id"], unique=False)
    op.create_index("ix_call_interviewer_id_started_at", "call", ["interviewer_id", "started_at"], unique=False)


def _answer() -> None:
    op.create_table(
        "answer",
        sa.Column("interview_id", Whole, nullable=False),
        sa.Column("seq", Whole, nullable=False),
        sa.Column("call_id", Whole, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_answer_call_id")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_answer_interview_id")),
        sa.PrimaryKeyConstraint("interview_id", "seq", name=op.f("pk_answer")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _call_result() -> None:
    op.create_table(
        "call_result",
        sa.Column("id", Whole, nullable=False),
        sa.Column("call_id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("interviewer_id", Whole, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("fence", Whole, nullable=False),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("complete", Whole, server_default="0", nullable=False),
        sa.Column("refusal_strength", sa.Text(), nullable=True),
        sa.Column("refused_by", sa.Text(), nullable=True),
        sa.Column("refusal_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("refusal_strength IN ('soft', 'hard')", name=op.f("ck_call_result_refusal_strength")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_result_call_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_call_result_case_id")),
        sa.ForeignKeyConstraint(["interviewer_id"], ["interviewer.id"], name=op.f("fk_call_result_interviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_result")),
        sqlite_strict=True,
    )
    op.create_index("ix_call_result_call_id", "call_result", ["call_id"], unique=False)
    op.create_index("ix_call_result_case_id", "call_result", ["case_id"], unique=False)
    op.create_index("ix_call_result_interviewer_id_at", "call_result", ["interviewer_id", "at"], unique=False)


def _contact_detail() -> None:
    op.create_table(
        "contact_detail",
        sa.Column("interview_id", Whole, nullable=False),
        sa.Column("seq", Whole, nullable=False),
        sa.Column("call_id", Whole, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_contact_detail_call_id")),
        sa.ForeignKeyConstraint(["interview_id"], ["interview.id"], name=op.f("fk_contact_detail_interview_id")),
        sa.PrimaryKeyConstraint("interview_id", "seq", name=op.f("pk_contact_detail")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _late_answer() -> None:
    op.create_table(
        "late_answer",
        sa.Column("id", Whole, nullable=False),
        sa.Column("call_id", Whole, nullable=False),
        sa.Column("interviewer_id", Whole, nullable=False),
        sa.Column("fence", Whole, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("seq", Whole, nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("at", Instant(), nullable=False),
        sa.CheckConstraint("kind IN ('answer', 'result')", name=op.f("ck_late_answer_kind")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_late_answer_call_id")),
        sa.ForeignKeyConstraint(["interviewer_id"], ["interviewer.id"], name=op.f("fk_late_answer_interviewer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_late_answer")),
        sa.UniqueConstraint("call_id", "kind", "seq", name=op.f("uq_late_answer_call_id_kind_seq")),
        sqlite_strict=True,
    )


def _appointment() -> None:
    op.create_table(
        "appointment",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("made_by_result", Whole, nullable=False),
        sa.Column("owner", Whole, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_at", Instant(), nullable=False),
        sa.Column("ends_at", Instant(), nullable=True),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("status", sa.Text(), server_default="booked", nullable=False),
        sa.Column("settled_by_result", Whole, nullable=True),
        sa.CheckConstraint("kind IN ('hard', 'soft')", name=op.f("ck_appointment_kind")),
        sa.CheckConstraint(
            "status IN ('booked', 'kept', 'missed', 'replaced', 'cancelled')", name=op.f("ck_appointment_status")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_appointment_case_id")),
        sa.ForeignKeyConstraint(["made_by_result"], ["call_result.id"], name=op.f("fk_appointment_made_by_result")),
        sa.ForeignKeyConstraint(["owner"], ["interviewer.id"], name=op.f("fk_appointment_owner")),
        sa.ForeignKeyConstraint(
            ["settled_by_result"], ["call_result.id"], name=op.f("fk_appointment_settled_by_result")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_appointment_booked",
        "appointment",
        ["starts_at"],
        unique=False,
        sqlite_where=sa.text("status = 'booked'"),
        postgresql_where=sa.text("status = 'booked'"),
    )
    op.create_index("ix_appointment_case_id", "appointment", ["case_id"], unique=False)


def _email_request() -> None:
    op.create_table(
        "email_request",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("call_id", Whole, nullable=True),
        sa.Column("result_id", Whole, nullable=True),
        sa.Column("interviewer_id", Whole, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("cancelled_at", Instant(), nullable=True),
        sa.CheckConstraint("kind IN ('reassurance', 'online_link')", name=op.f("ck_email_request_kind")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_email_request_call_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_email_request_case_id")),
        sa.ForeignKeyConstraint(["interviewer_id"], ["interviewer.id"], name=op.f("fk_email_request_interviewer_id")),
        sa.ForeignKeyConstraint(["result_id"], ["call_result.id"], name=op.f("fk_email_request_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_email_request")),
        sqlite_strict=True,
    )
    op.create_index("ix_email_request_case_id", "email_request", ["case_id"], unique=False)


def _note() -> None:
    op.create_table(
        "note",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("call_id", Whole, nullable=True),
        sa.Column("result_id", Whole, nullable=True),
        sa.Column("interviewer_id", Whole, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_note_call_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_note_case_id")),
        sa.ForeignKeyConstraint(["interviewer_id"], ["interviewer.id"], name=op.f("fk_note_interviewer_id")),
        sa.ForeignKeyConstraint(["result_id"], ["call_result.id"], name=op.f("fk_note_result_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sqlite_strict=True,
    )
    op.create_index("ix_note_case_id", "note", ["case_id"], unique=False)

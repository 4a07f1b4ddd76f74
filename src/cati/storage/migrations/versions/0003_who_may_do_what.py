"""Who may do what: roles and PINs, repairs that can be taken back, the outbox, messages, quality.

Columns are added as they are, never by a copy of the table. Whoever there is becomes an interviewer; `cati init` makes
the administrator.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cati.storage.types import Instant, Whole

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("interviewer", sa.Column("role", sa.Text, nullable=False, server_default="interviewer"))
    op.add_column("email_request", sa.Column("exported_at", Instant, nullable=True))
    op.add_column("email_request", sa.Column("sent_by", sa.Text, nullable=True))
    op.add_column("number", sa.Column("replaced_by", Whole, nullable=True))
    op.add_column("case_event", sa.Column("withdraws", Whole, nullable=True))
    op.add_column("change", sa.Column("restores", sa.Text, nullable=True))
    op.add_column("change", sa.Column("undoes", Whole, nullable=True))
    _credential()
    _messages()
    _quality()
    _leafed_through()
    _issue_spans()


def _credential() -> None:
    op.create_table(
        "credential",
        sa.Column("interviewer_id", Whole, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("set_at", Instant, nullable=False),
        sa.Column("failed", Whole, nullable=False, server_default="0"),
        sa.Column("failed_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("interviewer_id", name=op.f("pk_credential")),
        _to("interviewer_id", "interviewer", "credential"),
        sqlite_strict=True,
    )


def _messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", Whole, nullable=False),
        sa.Column("to_id", Whole, nullable=False),
        sa.Column("from_id", Whole, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("read_at", Instant, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        _to("to_id", "interviewer", "message"),
        _to("from_id", "interviewer", "message"),
        sqlite_strict=True,
    )
    unread = sa.text("read_at IS NULL")
    op.create_index("ix_message_unread", "message", ["to_id"], sqlite_where=unread, postgresql_where=unread)
    op.create_table(
        "shift_note",
        sa.Column("id", Whole, nullable=False),
        sa.Column("interviewer_id", Whole, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift_note")),
        _to("interviewer_id", "interviewer", "shift_note"),
        sqlite_strict=True,
    )
    op.create_index("ix_shift_note_at", "shift_note", ["at"])


def _quality() -> None:
    op.create_table(
        "monitoring",
        sa.Column("id", Whole, nullable=False),
        sa.Column("call_id", Whole, nullable=False),
        sa.Column("listener", Whole, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("seconds", Whole, nullable=False),
        sa.Column("share", Whole, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitoring")),
        _to("call_id", "call", "monitoring"),
        _to("listener", "interviewer", "monitoring"),
        sqlite_strict=True,
    )
    op.create_index("ix_monitoring_call_id", "monitoring", ["call_id"])
    op.create_table(
        "back_check",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("checker", Whole, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_back_check")),
        _to("case_id", "case", "back_check"),
        _to("checker", "interviewer", "back_check"),
        sqlite_strict=True,
    )
    op.create_index("ix_back_check_case_id", "back_check", ["case_id"])


def _leafed_through() -> None:
    for name, columns, where in _LEAFED:
        condition = sa.text(where) if where else None
        op.create_index(name, "case", columns, sqlite_where=condition, postgresql_where=condition)
    op.create_index("ix_outcome_history_at", "outcome_history", ["at"])


_LEAFED = (
    ("ix_case_call_back", ["next_class", "next_call_at", "id"], "next_class IS NOT NULL AND attempts > 0"),
    ("ix_case_next_owner", ["next_owner", "next_call_at"], "next_owner IS NOT NULL"),
    ("ix_case_name", ["name", "id"], ""),
    ("ix_case_standing", ["outcome", "region", "ofsted"], "issued_at IS NOT NULL"),
    ("ix_case_issued_at", ["issued_at"], "issued_at IS NOT NULL"),
)


def _issue_spans() -> None:
    """When cases were out before they were held again, told from the log of who issued and held them: a case held that
    nobody had issued was issued on loading."""
    op.create_table(
        "issue_span",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("issued_at", Instant, nullable=False),
        sa.Column("held_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_span")),
        _to("case_id", "case", "issue_span"),
        sqlite_strict=True,
    )
    op.create_index("ix_issue_span_case_id", "issue_span", ["case_id"])
    op.execute(
        """INSERT INTO issue_span (case_id, issued_at, held_at)
           SELECT h.case_id,
                  coalesce((SELECT max(i.at) FROM change i WHERE i.case_id = h.case_id AND i.id < h.id
                            AND i.what = 'sample: issued'), c.loaded_at),
                  h.at
           FROM change h JOIN "case" c ON c.id = h.case_id WHERE h.what = 'sample: held' ORDER BY h.id"""
    )


def downgrade() -> None:
    op.drop_index("ix_outcome_history_at", table_name="outcome_history")
    for name, _, _ in _LEAFED:
        op.drop_index(name, table_name="case")
    for name in ("issue_span", "back_check", "monitoring", "shift_note", "message", "credential"):
        op.drop_table(name)
    for table, column in (
        ("change", "undoes"),
        ("change", "restores"),
        ("case_event", "withdraws"),
        ("number", "replaced_by"),
        ("email_request", "sent_by"),
        ("email_request", "exported_at"),
        ("interviewer", "role"),
    ):
        op.drop_column(table, column)


def _to(column: str, table: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{of}_{column}"))

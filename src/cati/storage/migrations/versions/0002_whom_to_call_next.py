"""Whom to call next: the place in the queue, who is signed in, what came from the online survey.

Columns are added as they are, never by a copy of the table. The places in the queue are worked out by `cati init`,
which knows the study's rules.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cati.storage.types import Instant, Whole

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_APPOINTED = "next_until IS NOT NULL AND owner IS NULL"


def upgrade() -> None:
    op.add_column("case", sa.Column("next_until", Instant, nullable=True))
    for name in ("next_group", "next_rule"):
        op.add_column("case", sa.Column(name, sa.Text, nullable=False, server_default=""))
    for name in ("next_barred", "came_as"):
        op.add_column("case", sa.Column(name, Whole, nullable=True))
    op.add_column("case", sa.Column("draw", Whole, nullable=False, server_default="0"))
    op.add_column("interviewer", sa.Column("present_until", Instant, nullable=True))
    op.add_column("case_event", sa.Column("answers", sa.Text, nullable=False, server_default="{}"))
    for name in _OLD:
        op.drop_index(name, table_name="case")
    _index("ix_case_appointment", ["next_class", "next_call_at"], _APPOINTED)
    _index("ix_case_missed", ["next_group", "next_until"], _APPOINTED)
    _index("ix_case_turn", ["next_group", "next_call_at", "draw"], "next_class = 2 AND owner IS NULL")
    _index("ix_case_lease", ["lease_until"], "owner IS NOT NULL")
    op.create_table(
        "open_response",
        sa.Column("id", Whole, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False, server_default=""),
        sa.Column("ofsted", sa.Text, nullable=False, server_default=""),
        sa.Column("answers", sa.Text, nullable=False, server_default="{}"),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("copy", Whole, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_response")),
        sa.UniqueConstraint("digest", "copy", name=op.f("uq_open_response_digest_copy")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("open_response")
    for name in ("ix_case_appointment", "ix_case_missed", "ix_case_turn", "ix_case_lease"):
        op.drop_index(name, table_name="case")
    for name, columns in _OLD.items():
        _index(name, columns, "next_class IS NOT NULL")
    op.drop_column("case_event", "answers")
    op.drop_column("interviewer", "present_until")
    for name in ("draw", "came_as", "next_barred", "next_rule", "next_group", "next_until"):
        op.drop_column("case", name)


_OLD = {
    "ix_case_due": ["next_class", "next_call_at", "serial"],
    "ix_case_turn": ["next_class", "attempts", "last_call_at", "serial"],
    "ix_case_turn_due": ["next_class", "attempts", "next_call_at"],
}


def _index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "case", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))

"""Rights over data: requests and their deadlines, the opt-out list, cases that are barred or erased, survey ids.

Columns are added as they are, never by a copy of the table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cati.storage.types import Instant, Whole

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case", sa.Column("barred", sa.Text, nullable=False, server_default=""))
    op.add_column("case", sa.Column("erased_at", Instant, nullable=True))
    op.create_table(
        "data_request",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("received_on", sa.Text, nullable=False),
        sa.Column("due_on", sa.Text, nullable=False),
        sa.Column("recorded_at", Instant, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False, server_default=""),
        sa.Column("done_at", Instant, nullable=True),
        sa.Column("done_by", sa.Text, nullable=True),
        sa.Column("decision", sa.Text, nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_request")),
        _to_case("data_request"),
        sa.CheckConstraint("kind IN ('copy', 'amend', 'withdraw', 'opt_out')", name=op.f("ck_data_request_kind")),
        sqlite_strict=True,
    )
    op.create_index("ix_data_request_case_id", "data_request", ["case_id"])
    op.create_table(
        "opt_out",
        sa.Column("id", Whole, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opt_out")),
        sa.UniqueConstraint("kind", "digest", name=op.f("uq_opt_out_kind_digest")),
        sa.CheckConstraint("kind IN ('phone', 'email', 'person')", name=op.f("ck_opt_out_kind")),
        sqlite_strict=True,
    )
    op.create_table(
        "survey_link",
        sa.Column("id", Whole, nullable=False),
        sa.Column("case_id", Whole, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False, server_default=""),
        sa.Column("survey_id", sa.Text, nullable=False),
        sa.Column("made_at", Instant, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_link")),
        _to_case("survey_link"),
        sa.UniqueConstraint("survey_id", name=op.f("uq_survey_link_survey_id")),
        sa.UniqueConstraint("case_id", "purpose", name=op.f("uq_survey_link_case_id_purpose")),
        sqlite_strict=True,
    )


def downgrade() -> None:
    for name in ("survey_link", "opt_out", "data_request"):
        op.drop_table(name)
    for column in ("erased_at", "barred"):
        op.drop_column("case", column)


def _to_case(of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f(f"fk_{of}_case_id"))

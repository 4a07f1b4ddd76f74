"""Of cases that are erased: had they an e-mail address? Response tables count whoever had one.

Of those erased before it is not known: they count as having had one, as they did, where the sample holds any address.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from cati.storage.types import Whole

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("case", sa.Column("had_email", Whole, nullable=False, server_default="0"))
    op.execute(
        """UPDATE "case" SET had_email = 1 WHERE erased_at IS NOT NULL
             AND EXISTS (SELECT 1 FROM "case" other WHERE other.email <> '')"""
    )


def downgrade() -> None:
    op.drop_column("case", "had_email")

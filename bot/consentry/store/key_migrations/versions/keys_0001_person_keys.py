"""The keys of people, in a database of their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "keys_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_key",
        sa.Column("handle", sa.LargeBinary(32), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )

"""The ledger, and the keys of people."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("index", _BIG, primary_key=True, autoincrement=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "ledger_node",
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("index", _BIG, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_head",
        sa.Column("size", _BIG, primary_key=True, autoincrement=False),
        sa.Column("signed", sa.Text, nullable=False),
    )
    op.create_table(
        "person_key",
        sa.Column("handle", sa.LargeBinary(32), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary, nullable=False),
    )

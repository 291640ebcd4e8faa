"""Calls, what is kept of them, the words of terms and links; keys move to their own database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_HANDLE = sa.LargeBinary(32)


def upgrade() -> None:
    _move_keys()
    _add_content()
    op.create_table(
        "terms",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
    )
    op.create_table(
        "ledger_person",
        sa.Column("handle", _HANDLE, primary_key=True),
        sa.Column("index", _BIG, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "personal_link",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("claim", sa.LargeBinary, nullable=True),
        sa.Column("expires", _BIG, nullable=False),
    )


def _move_keys() -> None:
    """Hand the keys over; the table goes once they are durable where they belong."""
    old = sa.table("person_key", sa.column("handle"), sa.column("wrapped"))
    rows = op.get_bind().execute(sa.select(old.c.handle, old.c.wrapped)).all()
    if rows:
        take = context.config.attributes["take_keys"]
        take([(bytes(handle), bytes(wrapped)) for handle, wrapped in rows])
    op.drop_table("person_key")


def _add_content() -> None:
    op.create_table(
        "call",
        sa.Column("handle", _HANDLE, primary_key=True),
        sa.Column("began", _BIG, nullable=False),
        sa.Column("ended", _BIG, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "vault_item",
        sa.Column("id", _BIG, primary_key=True, autoincrement=True),
        sa.Column("call", _HANDLE, nullable=False),
        sa.Column("plugin", sa.Text, nullable=False),
        sa.Column("name", _HANDLE, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("expires", _BIG, nullable=True),
        sa.UniqueConstraint("call", "plugin", "name", name="vault_item_name"),
    )
    op.create_index("vault_item_expires", "vault_item", ["expires"])
    op.create_table(
        "vault_person",
        sa.Column(
            "item",
            _BIG,
            sa.ForeignKey("vault_item.id", name="vault_person_item", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("handle", _HANDLE, primary_key=True),
    )
    op.create_index("vault_person_handle", "vault_person", ["handle"])

"""People who enrolled: their ways to check in, and their face templates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("created", _BIG, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "person_way",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, _person("person_way_person"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("lookup", sa.LargeBinary(32), nullable=False),
        sa.Column("created", _BIG, nullable=False),
        sa.Column("expires", _BIG, nullable=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("lookup", name="person_way_lookup"),
    )
    op.create_index("person_way_of", "person_way", ["person"])
    op.create_table(
        "person_face",
        sa.Column("person", sa.Text, _person("person_face_person"), primary_key=True),
        sa.Column("generation", sa.Text, nullable=False),
        sa.Column("created", _BIG, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "pin_try",
        sa.Column("lookup", sa.LargeBinary(32), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("until", _BIG, nullable=False),
    )


def _person(name: str) -> sa.ForeignKey:
    return sa.ForeignKey("person.id", name=name, ondelete="CASCADE")

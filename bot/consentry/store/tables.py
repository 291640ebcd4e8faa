"""The tables of the store's two databases. A change here takes a migration beside it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

content = MetaData()
"""What the store's database holds."""

keys = MetaData()
"""What the database of keys holds: nothing that was made from anybody, and no copy elsewhere."""

Big = BigInteger().with_variant(Integer, "sqlite")
"""SQLite's integers have 64 bits, and only a column called so is the key of its rows."""

Handle = LargeBinary(32)
"""Tells nobody who lacks the master key what it stands for."""

ledger_entry = Table(
    "ledger_entry",
    content,
    Column("index", Big, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
"""What the log holds, in order."""

ledger_node = Table(
    "ledger_node",
    content,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", Big, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
"""Hashes of full subtrees, as :mod:`consentry.ledger.merkle` numbers them."""

ledger_head = Table(
    "ledger_head",
    content,
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("signed", Text, nullable=False),
)
"""Signed tree heads, one for each group of entries that was written at once."""

ledger_person = Table(
    "ledger_person",
    content,
    Column("handle", Handle, primary_key=True),
    Column("index", Big, primary_key=True, autoincrement=False),
)
"""Which entries are whose. ``handle`` follows from their key: once that is destroyed, these rows,
and those in every backup, tell nothing."""

terms = Table(
    "terms",
    content,
    Column("digest", Text, primary_key=True),
    Column("language", Text, nullable=False),
    Column("words", Text, nullable=False),
)
"""The words, as JSON, behind each SHA-256 that the ledger holds."""

call = Table(
    "call",
    content,
    Column("handle", Handle, primary_key=True),
    Column("began", Big, nullable=False),
    Column("ended", Big, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
)
"""Calls; times in Unix milliseconds. One that has not ended is on, or was cut off."""

vault_item = Table(
    "vault_item",
    content,
    Column("id", Big, primary_key=True, autoincrement=True),
    Column("call", Handle, nullable=False),
    Column("plugin", Text, nullable=False),
    Column("name", Handle, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("expires", Big, nullable=True),
    UniqueConstraint("call", "plugin", "name", name="vault_item_name"),
    Index("vault_item_expires", "expires"),
)
"""What plugins keep, sealed; ``expires`` in Unix milliseconds."""

vault_person = Table(
    "vault_person",
    content,
    Column(
        "item",
        Big,
        ForeignKey("vault_item.id", name="vault_person_item", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("handle", Handle, primary_key=True),
    Index("vault_person_handle", "handle"),
)
"""Whom each item is about: without the key of any one of them it can't be opened."""

personal_link = Table(
    "personal_link",
    content,
    Column("id", Text, primary_key=True),
    Column("claim", LargeBinary, nullable=True),
    Column("expires", Big, nullable=False),
)
"""Which browser opened a personal link first; ``expires`` in Unix milliseconds."""

person = Table(
    "person",
    content,
    Column("id", Text, primary_key=True),
    Column("created", Big, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""People who enrolled, or are invited to; names are sealed under their own keys. Times in Unix
milliseconds, here and below."""

person_way = Table(
    "person_way",
    content,
    Column("id", Text, primary_key=True),
    Column(
        "person",
        Text,
        ForeignKey("person.id", name="person_way_person", ondelete="CASCADE"),
        nullable=False,
    ),
    Column("kind", Text, nullable=False),
    Column("lookup", LargeBinary(32), nullable=False),
    Column("created", Big, nullable=False),
    Column("expires", Big, nullable=True),
    Column("sealed", LargeBinary, nullable=False),
    UniqueConstraint("lookup", name="person_way_lookup"),
    Index("person_way_of", "person"),
)
"""How each of them shows who they are. ``lookup`` is a keyed hash of what they show."""

person_face = Table(
    "person_face",
    content,
    Column(
        "person",
        Text,
        ForeignKey("person.id", name="person_face_person", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("generation", Text, nullable=False),
    Column("created", Big, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
)
"""Face templates: under a secret that stays with the person, and a key of this ``generation``."""

pin_try = Table(
    "pin_try",
    content,
    Column("lookup", LargeBinary(32), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("until", Big, nullable=False),
)
"""Tries at a PIN, by a keyed hash of the number that was typed, whether it is anybody's or not."""

person_key = Table(
    "person_key",
    keys,
    Column("handle", Handle, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""One key for each person in each call, for each who enrolled, and for each face template; under
the master key. Whoever lacks that can't even tell whose a row is; and once the row is gone, nobody
can."""

"""The tables of the store. A change here takes a migration beside it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, MetaData, Table, Text

metadata = MetaData()

Big = BigInteger().with_variant(Integer, "sqlite")
"""SQLite's integers have 64 bits, and only a column called so is the key of its rows."""

ledger_entry = Table(
    "ledger_entry",
    metadata,
    Column("index", Big, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),
)
"""What the log holds, in order."""

ledger_node = Table(
    "ledger_node",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("index", Big, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
"""Hashes of full subtrees, as :mod:`consentry.ledger.merkle` numbers them."""

ledger_head = Table(
    "ledger_head",
    metadata,
    Column("size", Big, primary_key=True, autoincrement=False),
    Column("signed", Text, nullable=False),
)
"""Signed tree heads, one for each group of entries that was written at once."""

person_key = Table(
    "person_key",
    metadata,
    Column("handle", LargeBinary(32), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)
"""One key for each person in each call, under the master key. Whoever lacks that can't even tell
whose a row is; and once the row is gone, nobody can."""

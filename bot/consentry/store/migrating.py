"""What each of the store's databases holds, and how an older one is brought up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData

from consentry.store import tables


@dataclass(frozen=True, slots=True)
class Schema:
    """The tables of a database, and the folder of the migrations that make them."""

    holds: str
    """In a message: "content"."""
    tables: MetaData
    folder: Path

    def script(self) -> tuple[AlembicConfig, ScriptDirectory]:
        config = AlembicConfig()
        config.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        return config, ScriptDirectory.from_config(config)


CONTENT = Schema("content", tables.content, Path(__file__).with_name("content_migrations"))
KEYS = Schema("keys", tables.keys, Path(__file__).with_name("key_migrations"))


class ForeignDatabase(Exception):
    """The database is of another version, or holds something else; the text says what to do."""


def migrate(connection: Connection, schema: Schema, handed: Mapping[str, Any]) -> None:
    """Make the tables what ``schema`` says; ``handed`` is what the migrations take besides.

    ForeignDatabase where that can't be done without losing something.
    """
    config, script = schema.script()
    present = MigrationContext.configure(connection).get_current_revision()
    if present == script.get_current_head():
        return
    for other in (CONTENT, KEYS):
        if other is not schema and present in _revisions(other):
            raise ForeignDatabase(
                f"holds the store's {other.holds}; give its {schema.holds} a database of their own"
            )
    config.attributes |= {"connection": connection, "metadata": schema.tables, **handed}
    try:
        command.upgrade(config, "head")
    except CommandError:  # a revision that this version does not know
        raise ForeignDatabase(
            "was written by a newer Consentry; install that, or restore a backup"
        ) from None


def _revisions(schema: Schema) -> set[str]:
    _, script = schema.script()
    return {revision.revision for revision in script.walk_revisions()}

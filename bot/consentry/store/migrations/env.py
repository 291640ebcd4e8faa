"""How Alembic runs a migration: on the connection that the store has open already."""

from __future__ import annotations

from alembic import context

from consentry.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
)
context.run_migrations()

"""Runs migrations on the connection that the store passes in. There is no alembic.ini and no command line."""

from alembic import context

from coach.store.tables import metadata

connection = context.config.attributes["connection"]
# Batch mode lets SQLite, which cannot alter most things in place, take the same migrations as PostgreSQL.
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()

"""Run by Alembic: migrates over the connection that `saycut.store.database` opened."""

from alembic import context

from saycut.store.schema import metadata

# SQLite rolls back changes of tables like any other, which Alembic does not expect of it.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

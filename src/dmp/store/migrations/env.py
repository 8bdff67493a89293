"""What Alembic runs: always on a connection that `store.migrate` hands over."""

from alembic import context

from dmp.store import schema

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=schema.metadata,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

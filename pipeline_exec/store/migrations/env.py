"""What Alembic runs: the migrations, on the connection it is given."""

from alembic import context

from pipeline_exec.store.migrations import VERSION_TABLE
from pipeline_exec.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    # SQLite cannot alter a column in place.
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()

"""Executions know the archive their file came in.

Revision 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("executions", sa.Column("archive_id", sa.Text()))
    op.create_index(
        "ix_executions_archive_id",
        "executions",
        ["archive_id"],
        sqlite_where=sa.text("archive_id IS NOT NULL"),
        postgresql_where=sa.text("archive_id IS NOT NULL"),
    )

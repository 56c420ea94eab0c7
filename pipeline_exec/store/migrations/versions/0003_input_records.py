"""Attempts know how their input was read and how its columns were mapped.

Revision 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("execution_logs", sa.Column("dialect", sa.JSON()))
    op.add_column("execution_logs", sa.Column("mapping", sa.JSON()))

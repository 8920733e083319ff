"""file seconds: how long a recording lasts

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("files", sa.Column("seconds", sa.Float(), nullable=True))


def downgrade() -> None:
    op.drop_column("files", "seconds")

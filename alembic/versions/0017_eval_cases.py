"""evals: golden cases that organisations keep of their results

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel

from alembic import op
from coexai_app.models.base import Json

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "eval_cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("output_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("agent", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("capability", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("content", Json(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_eval_cases_organization_id_organizations"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["output_id"], ["outputs.id"], name=op.f("fk_eval_cases_output_id_outputs"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_eval_cases_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eval_cases")),
    )
    op.create_index(op.f("ix_eval_cases_output_id"), "eval_cases", ["output_id"], unique=False)
    op.create_index(op.f("ix_eval_cases_user_id"), "eval_cases", ["user_id"], unique=False)
    op.create_index("ix_eval_cases_organization_id_id", "eval_cases", ["organization_id", "id"], unique=False)


def downgrade() -> None:
    op.drop_table("eval_cases")

"""profile: pictures, time zone and language of people, mails that they switched off, what an organisation says about itself

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel

from alembic import op
from coexai_app.models.base import Json

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# Not in batch mode: on SQLite that makes the table anew, and dropping the old one takes along every row that points at it.
_ADDED = (
    ("users", "timezone", 64),
    ("users", "output_language", 16),
    ("users", "avatar", 255),
    ("organizations", "logo", 255),
    ("jobs", "language", 16),
)


def upgrade() -> None:
    for table, column, length in _ADDED:
        op.add_column(table, sa.Column(column, sqlmodel.sql.sqltypes.AutoString(length=length), server_default="", nullable=False))
    op.add_column("jobs", sa.Column("profile_version", sa.Integer(), server_default="0", nullable=False))
    op.create_table(
        "muted_mails",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_muted_mails_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_muted_mails")),
        sa.UniqueConstraint("user_id", "kind", name=op.f("uq_muted_mails_user_id_kind")),
    )
    op.create_table(
        "business_profiles",
        *_profile_columns("business_profiles"),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.UniqueConstraint("organization_id", name=op.f("uq_business_profiles_organization_id")),
    )
    op.create_index(op.f("ix_business_profiles_user_id"), "business_profiles", ["user_id"], unique=False)
    op.create_table(
        "business_profile_versions",
        *_profile_columns("business_profile_versions"),
        sa.UniqueConstraint("organization_id", "version", name=op.f("uq_business_profile_versions_organization_id_version")),
    )
    op.create_index(op.f("ix_business_profile_versions_user_id"), "business_profile_versions", ["user_id"], unique=False)


def downgrade() -> None:
    op.drop_table("business_profile_versions")
    op.drop_table("business_profiles")
    op.drop_table("muted_mails")
    op.drop_column("jobs", "profile_version")
    for table, column, _ in reversed(_ADDED):
        op.drop_column(table, column)


def _profile_columns(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f(f"fk_{table}_organization_id_organizations"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]

"""calendar: what is planned to be published, and the secret addresses that show it

Revision ID: 0016
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_CHANNELS = (
    "x",
    "linkedin",
    "linkedin_article",
    "threads",
    "bluesky",
    "mastodon",
    "facebook",
    "instagram",
    "google_business",
    "newsletter",
    "blog",
    "other",
)
_STATES = ("idea", "draft", "in_review", "approved", "scheduled", "published", "cancelled")


def upgrade() -> None:
    op.create_table(
        "calendar_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("clock", sa.Time(), nullable=False),
        sa.Column("timezone", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column(
            "channel",
            sa.Enum(*_CHANNELS, name="calendarchannel", native_enum=False, create_constraint=True, length=24),
            nullable=False,
        ),
        sa.Column("state", sa.Enum(*_STATES, name="calendarstate", native_enum=False, create_constraint=True, length=16), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("output_id", sa.Uuid(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("planned_key", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=True),
        sa.Column("test", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_calendar_entries_author_id_users"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_calendar_entries_organization_id_organizations"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["output_id"], ["outputs.id"], name=op.f("fk_calendar_entries_output_id_outputs"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_entries")),
        sa.UniqueConstraint("organization_id", "planned_key", name=op.f("uq_calendar_entries_organization_id_planned_key")),
    )
    op.create_index(op.f("ix_calendar_entries_author_id"), "calendar_entries", ["author_id"], unique=False)
    op.create_index(op.f("ix_calendar_entries_output_id"), "calendar_entries", ["output_id"], unique=False)
    op.create_index("ix_calendar_entries_organization_id_day", "calendar_entries", ["organization_id", "day", "clock", "id"], unique=False)
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("last4", sqlmodel.sql.sqltypes.AutoString(length=4), nullable=False),
        sa.Column("read_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["membership_id"], ["memberships.id"], name=op.f("fk_calendar_feeds_membership_id_memberships"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_calendar_feeds_organization_id_organizations"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("membership_id", name=op.f("uq_calendar_feeds_membership_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feeds_token_hash")),
    )
    op.create_index(op.f("ix_calendar_feeds_organization_id"), "calendar_feeds", ["organization_id"], unique=False)


def downgrade() -> None:
    op.drop_table("calendar_feeds")
    op.drop_table("calendar_entries")

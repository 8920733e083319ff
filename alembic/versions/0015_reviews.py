"""reviews: versions of results, comments, the way to a yes, links for clients

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel

from alembic import op
from coexai_app.models.base import Json

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_CHECK = "ck_outputs_outputstatus"


def _statuses(*words: str) -> None:
    """Which words the status may be. No row points at a result while this runs: the tables that do are made later and dropped before."""
    with op.batch_alter_table("outputs") as batch:
        batch.drop_constraint(op.f(_CHECK), type_="check")
        batch.create_check_constraint(op.f(_CHECK), f"status IN {words}")


def upgrade() -> None:
    op.add_column("outputs", sa.Column("content_version", sa.Integer(), server_default="1", nullable=False))
    op.execute("UPDATE outputs SET content_version = version")
    _statuses("draft", "in_review", "approved", "rejected")
    op.create_table(
        "output_versions",
        *_shared("output_versions"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("change", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(length=300), nullable=False),
        *_to("output_versions", "user_id", "users"),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("max_points", sa.Integer(), nullable=False),
        sa.Column("content", Json(), nullable=False),
        sa.UniqueConstraint("output_id", "version", name=op.f("uq_output_versions_output_id_version")),
    )
    op.create_table(
        "client_links",
        *_shared("client_links"),
        *_to("client_links", "user_id", "users"),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("passcode_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("expires_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("seen_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.UniqueConstraint("token_hash", name=op.f("uq_client_links_token_hash")),
    )
    op.create_table(
        "review_events",
        *_shared("review_events"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "requested",
                "withdrawn",
                "approved",
                "rejected",
                "reopened",
                "changed",
                name="reviewstep",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        *_to("review_events", "user_id", "users"),
        *_to("review_events", "client_link_id", "client_links"),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(length=1000), nullable=False),
    )
    op.create_table(
        "comments",
        *_shared("comments"),
        *_to("comments", "thread_id", "comments", ondelete="CASCADE"),
        *_to("comments", "user_id", "users"),
        *_to("comments", "client_link_id", "client_links"),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("quote", sqlmodel.sql.sqltypes.AutoString(length=500), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(length=2000), nullable=False),
        sa.Column("edited_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("deleted_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("resolved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        *_to("comments", "resolved_by", "users"),
    )
    indexed = {
        "output_versions": ("organization_id", "user_id"),
        "client_links": ("organization_id", "user_id"),
        "review_events": ("organization_id", "user_id", "client_link_id"),
        "comments": ("organization_id", "thread_id", "user_id", "client_link_id", "resolved_by"),
    }
    for table, columns in indexed.items():
        for column in columns:
            op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)
        if table != "output_versions":
            op.create_index(f"ix_{table}_output_id_id", table, ["output_id", "id"], unique=False)


def downgrade() -> None:
    for table in ("comments", "review_events", "client_links", "output_versions"):
        op.drop_table(table)
    op.execute("UPDATE outputs SET status = 'draft' WHERE status IN ('in_review', 'rejected')")
    _statuses("draft", "approved")
    op.drop_column("outputs", "content_version")


def _shared(table: str) -> list[sa.schema.SchemaItem]:
    """What every table here begins with: its own id, the organisation and the result that it belongs to."""
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("output_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f(f"fk_{table}_organization_id_organizations"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["output_id"], ["outputs.id"], name=op.f(f"fk_{table}_output_id_outputs"), ondelete="CASCADE"),
    ]


def _to(table: str, column: str, target: str, *, ondelete: str = "SET NULL") -> list[sa.schema.SchemaItem]:
    """A column that may point at a row of another table."""
    key = sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), ondelete=ondelete)
    return [sa.Column(column, sa.Uuid(), nullable=True), key]

"""engine: turns, wake-ups, the usage ledger, workers, and one small index per waiting state

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel

from alembic import op
from coexai_app.models.base import new_id

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_jobs_pending": ("pending", ["organization_id", "turn", "id"]),
    "ix_jobs_queued": ("queued", ["organization_id", "queued_at"]),
    "ix_jobs_processing": ("processing", ["organization_id", "lease_until"]),
    "ix_jobs_dead_letter": ("dead_letter", ["organization_id", "id"]),
}


def upgrade() -> None:
    moment = sqlmodel.sql.sqltypes.UTCDateTime
    # Plain ADD COLUMN with a default: SQLite would otherwise copy the table, and dropping the old one would empty those that refer to it.
    op.add_column("jobs", sa.Column("turn", moment(), nullable=False, server_default="1970-01-01 00:00:00.000000"))
    op.add_column("jobs", sa.Column("sent_at", moment(), nullable=True))
    op.add_column("job_steps", sa.Column("started_at", moment(), nullable=True))
    op.execute("UPDATE jobs SET turn = run_after, sent_at = queued_at")
    op.drop_index("ix_jobs_status_run_after", "jobs")
    for name, (status, columns) in _INDEXES.items():
        only = sa.text(f"status = '{status}'")
        op.create_index(name, "jobs", columns, sqlite_where=only, postgresql_where=only)

    op.create_table(
        "workers",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(length=80), nullable=False),
        sa.Column("queue", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("started_at", moment(), nullable=False),
        sa.Column("seen_at", moment(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )
    charges = op.create_table(
        "charges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", moment(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("agent", sqlmodel.sql.sqltypes.AutoString(length=32), nullable=False),
        sa.Column("capability", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(length=7), nullable=False),
        sa.Column("runs", sa.Integer(), nullable=False),
        sa.Column("input_tokens", sa.Integer(), nullable=False),
        sa.Column("output_tokens", sa.Integer(), nullable=False),
        sa.Column("cost_micros", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_charges_organization_id_organizations"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_charges_job_id_jobs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charges")),
        sa.UniqueConstraint("job_id", name=op.f("uq_charges_job_id")),
    )
    op.create_index("ix_charges_organization_id_period", "charges", ["organization_id", "period"])
    _charge_what_is_done(charges)


def _charge_what_is_done(charges: sa.Table) -> None:
    jobs = sa.table(
        "jobs",
        sa.column("id", sa.Uuid()),
        sa.column("organization_id", sa.Uuid()),
        sa.column("agent"),
        sa.column("capability"),
        sa.column("period"),
        sa.column("status"),
        sa.column("finished_at", sqlmodel.sql.sqltypes.UTCDateTime()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(jobs).where(jobs.c.status == "completed")).mappings().all():
        values = {name: row[name] for name in ("organization_id", "agent", "capability", "period")}
        counts = {"runs": 1, "input_tokens": 0, "output_tokens": 0, "cost_micros": 0}
        connection.execute(charges.insert().values(id=new_id(), job_id=row["id"], created_at=row["finished_at"], **values, **counts))


def downgrade() -> None:
    op.drop_table("charges")
    op.drop_table("workers")
    for name in _INDEXES:
        op.drop_index(name, "jobs")
    op.create_index("ix_jobs_status_run_after", "jobs", ["status", "run_after"])
    op.drop_column("job_steps", "started_at")
    op.drop_column("jobs", "sent_at")
    op.drop_column("jobs", "turn")

"""audit log: chained rows, signed heads, triggers that refuse to change or delete them

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
import sqlmodel

from alembic import op
from coexai_app.models.base import Json

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BATCH = 500
KEEP_OLD = "CREATE TABLE audit_logs_before AS SELECT id, created_at, organization_id, user_id, action, target, ip, data FROM audit_logs"
GIVE_BACK = """
    INSERT INTO audit_logs (id, created_at, organization_id, user_id, action, target, ip, data)
    SELECT id, created_at, organization_id, user_id, action, target, ip, data FROM audit_logs_before
"""

# A batch operation of a later revision that makes `audit_logs` anew on SQLite must make these again.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER audit_logs_no_update BEFORE UPDATE ON audit_logs
       BEGIN SELECT RAISE(ABORT, 'rows of the audit log are never changed'); END""",
    """CREATE TRIGGER audit_logs_no_delete BEFORE DELETE ON audit_logs
       WHEN EXISTS (SELECT 1 FROM audit_chains WHERE id = OLD.chain_id AND checkpoint_seq < OLD.seq)
       BEGIN SELECT RAISE(ABORT, 'rows of the audit log are never deleted'); END""",
    """CREATE TRIGGER audit_chains_no_return BEFORE UPDATE ON audit_chains
       WHEN NEW.id <> OLD.id OR NEW.seq < OLD.seq OR NEW.checkpoint_seq < OLD.checkpoint_seq OR NEW.checkpoint_seq > NEW.seq
       BEGIN SELECT RAISE(ABORT, 'the head of an audit chain only moves forward'); END""",
    """CREATE TRIGGER audit_chains_no_delete BEFORE DELETE ON audit_chains
       WHEN OLD.organization_id IS NULL OR EXISTS (SELECT 1 FROM organizations WHERE id = OLD.organization_id)
       BEGIN SELECT RAISE(ABORT, 'an audit chain goes only after its organisation'); END""",
)
POSTGRES_TRIGGERS = (
    """CREATE FUNCTION audit_logs_guard() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'DELETE' THEN
           IF NOT EXISTS (SELECT 1 FROM audit_chains WHERE id = OLD.chain_id AND checkpoint_seq < OLD.seq) THEN
             RETURN OLD;
           END IF;
           RAISE EXCEPTION 'rows of the audit log are never deleted';
         END IF;
         RAISE EXCEPTION 'rows of the audit log are never changed';
       END $$""",
    """CREATE FUNCTION audit_chains_guard() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF TG_OP = 'DELETE' THEN
           IF OLD.organization_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM organizations WHERE id = OLD.organization_id) THEN
             RETURN OLD;
           END IF;
           RAISE EXCEPTION 'an audit chain goes only after its organisation';
         END IF;
         IF TG_OP = 'TRUNCATE' OR NEW.id <> OLD.id OR NEW.seq < OLD.seq OR NEW.checkpoint_seq < OLD.checkpoint_seq
            OR NEW.checkpoint_seq > NEW.seq THEN
           RAISE EXCEPTION 'the head of an audit chain only moves forward';
         END IF;
         RETURN NEW;
       END $$""",
    "CREATE TRIGGER audit_logs_rows BEFORE UPDATE OR DELETE ON audit_logs FOR EACH ROW EXECUTE FUNCTION audit_logs_guard()",
    "CREATE TRIGGER audit_logs_all BEFORE TRUNCATE ON audit_logs FOR EACH STATEMENT EXECUTE FUNCTION audit_logs_guard()",
    "CREATE TRIGGER audit_chains_rows BEFORE UPDATE OR DELETE ON audit_chains FOR EACH ROW EXECUTE FUNCTION audit_chains_guard()",
    "CREATE TRIGGER audit_chains_all BEFORE TRUNCATE ON audit_chains FOR EACH STATEMENT EXECUTE FUNCTION audit_chains_guard()",
)


def upgrade() -> None:
    op.create_table(
        "audit_chains",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("signature", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("checkpoint_seq", sa.BigInteger(), nullable=False),
        sa.Column("checkpoint_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("checkpoint_signature", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chains")),
    )
    op.execute(KEEP_OLD)
    op.drop_table("audit_logs")
    op.create_table(
        "audit_logs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("chain_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum("done", "failed", "refused", name="auditoutcome", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("user_name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_of_name", sqlmodel.sql.sqltypes.AutoString(length=120), nullable=False),
        sa.Column("target", sqlmodel.sql.sqltypes.AutoString(length=128), nullable=False),
        sa.Column("target_name", sqlmodel.sql.sqltypes.AutoString(length=200), nullable=False),
        sa.Column("ip", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("user_agent", sqlmodel.sql.sqltypes.AutoString(length=256), nullable=False),
        sa.Column("request_id", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("before", Json(), nullable=False),
        sa.Column("after", Json(), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("previous_hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_logs")),
        sa.UniqueConstraint("chain_id", "seq", name=op.f("uq_audit_logs_chain_id_seq")),
    )
    with op.batch_alter_table("audit_logs", schema=None) as batch_op:
        batch_op.create_index("ix_audit_logs_action_target_created_at", ["action", "target", "created_at"], unique=False)
        batch_op.create_index("ix_audit_logs_chain_id_action_seq", ["chain_id", "action", "seq"], unique=False)
        batch_op.create_index("ix_audit_logs_chain_id_user_id_seq", ["chain_id", "user_id", "seq"], unique=False)
    _chain_existing_rows()
    op.drop_table("audit_logs_before")
    for statement in POSTGRES_TRIGGERS if op.get_bind().dialect.name == "postgresql" else SQLITE_TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    op.execute(KEEP_OLD)
    op.drop_table("audit_logs")
    op.drop_table("audit_chains")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_logs_guard()")
        op.execute("DROP FUNCTION audit_chains_guard()")
    op.create_table(
        "audit_logs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("organization_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("target", sqlmodel.sql.sqltypes.AutoString(length=128), nullable=False),
        sa.Column("ip", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("data", Json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_logs")),
    )
    op.execute(GIVE_BACK)
    op.drop_table("audit_logs_before")
    with op.batch_alter_table("audit_logs", schema=None) as batch_op:
        batch_op.create_index("ix_audit_logs_action_target_created_at", ["action", "target", "created_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_logs_organization_id"), ["organization_id"], unique=False)


def _chain_existing_rows() -> None:
    """Rows that were written before are chained in the order of their times; their people get the names that they have now."""
    from coexai_app.models.enums import AuditOutcome
    from coexai_app.services import audit, audit_chain

    connection = op.get_bind()
    rows, heads = _tables()
    head: dict[str, Any] = {}
    waiting: list[dict[str, Any]] = []
    for old in _existing(connection):
        chain_id = audit_chain.chain_of(old["organization_id"])
        if head.get("id") != chain_id:
            _close(connection, heads, head)
            head = audit_chain.start(chain_id)
        row = {
            **{name: old[name] for name in ("id", "created_at", "organization_id", "user_id", "action", "target", "ip", "data")},
            "user_name": old["name"] or "",
            "chain_id": chain_id,
            "seq": head["seq"] + 1,
            "outcome": AuditOutcome.DONE.value,
            **dict.fromkeys(("session_id", "api_key_id", "on_behalf_of")),
            **dict.fromkeys(("on_behalf_of_name", "target_name", "user_agent", "request_id"), ""),
            "before": {},
            "after": {},
            "previous_hash": head["hash"],
        }
        row["words"] = audit.words(row)
        row["hash"] = audit_chain.digest(row)
        head = {**head, "seq": row["seq"], "hash": row["hash"]}
        waiting.append(row)
        if len(waiting) == BATCH:
            connection.execute(sa.insert(rows), waiting)
            waiting.clear()
    if waiting:
        connection.execute(sa.insert(rows), waiting)
    _close(connection, heads, head)


def _existing(connection: sa.Connection) -> Iterator[Mapping[str, Any]]:
    old = sa.table(
        "audit_logs_before",
        sa.column("id", sa.Uuid()),
        sa.column("created_at", sqlmodel.sql.sqltypes.UTCDateTime()),
        sa.column("organization_id", sa.Uuid()),
        sa.column("user_id", sa.Uuid()),
        sa.column("action", sa.String()),
        sa.column("target", sa.String()),
        sa.column("ip", sa.String()),
        sa.column("data", Json()),
    )
    users = sa.table("users", sa.column("id", sa.Uuid()), sa.column("name", sa.String()))
    ordered = (
        sa.select(old, users.c.name)
        .join(users, users.c.id == old.c.user_id, isouter=True)
        .order_by(old.c.organization_id, old.c.created_at, old.c.id)
    )
    yield from connection.execute(ordered.execution_options(yield_per=BATCH)).mappings()


def _close(connection: sa.Connection, heads: sa.TableClause, head: Mapping[str, Any]) -> None:
    from coexai_app.services import audit_chain

    if head:
        signed = audit_chain.signature("head", head["id"], head["seq"], head["hash"])
        connection.execute(sa.insert(heads), {**head, "signature": signed})


def _tables() -> tuple[sa.TableClause, sa.TableClause]:
    """The tables as this revision made them, whatever the models say by now."""
    ids, texts = sa.Uuid(), sa.String()
    kinds = {
        "audit_logs": {
            **dict.fromkeys(("id", "chain_id", "organization_id", "user_id", "session_id", "api_key_id", "on_behalf_of"), ids),
            **dict.fromkeys(("action", "outcome", "user_name", "on_behalf_of_name", "target", "target_name", "ip", "user_agent"), texts),
            **dict.fromkeys(("request_id", "words", "previous_hash", "hash"), texts),
            **dict.fromkeys(("before", "after", "data"), Json()),
            "created_at": sqlmodel.sql.sqltypes.UTCDateTime(),
            "seq": sa.BigInteger(),
        },
        "audit_chains": {
            **dict.fromkeys(("id", "organization_id"), ids),
            **dict.fromkeys(("hash", "signature", "checkpoint_hash", "checkpoint_signature"), texts),
            **dict.fromkeys(("seq", "checkpoint_seq"), sa.BigInteger()),
            "created_at": sqlmodel.sql.sqltypes.UTCDateTime(),
        },
    }
    rows, heads = (sa.table(name, *(sa.column(n, kind) for n, kind in columns.items())) for name, columns in kinds.items())
    return rows, heads

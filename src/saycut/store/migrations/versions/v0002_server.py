"""Users, tokens, credits, turns with their events, exports and uploads."""

import time
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_LOCAL = "local"


def upgrade() -> None:
    _users()
    _sign_in()
    _projects()
    _chat()
    _credits()
    _exports()
    _servers()


def downgrade() -> None:
    for name in (
        "usage",
        "servers",
        "secrets",
        "exports",
        "holds",
        "credit_entries",
        "balances",
        "events",
        "turns",
        "uploads",
        "binds",
        "tokens",
        "clients",
        "attempts",
    ):
        op.drop_table(name)
    with op.batch_alter_table("assets") as table:
        table.drop_column("size_bytes")
    op.drop_index("ix_projects_user_id", "projects")
    with op.batch_alter_table("projects") as table:
        for column in ("user_id", "language", "updated_ms", "revision"):
            table.drop_column(column)
    op.drop_table("users")


def _owner(**options: Any) -> sa.Column[Any]:
    reference = sa.ForeignKey("users.id", ondelete="CASCADE")
    return sa.Column("user_id", sa.Text, reference, nullable=False, **options)


def _project(**options: Any) -> sa.Column[Any]:
    reference = sa.ForeignKey("projects.id", ondelete="CASCADE")
    return sa.Column("project_id", sa.Text, reference, nullable=False, **options)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _users() -> None:
    users = op.create_table(
        "users",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("email", sa.Text, unique=True),
        sa.Column("password_hash", sa.Text),
        sa.Column("plan", sa.Text, nullable=False, server_default="free"),
        _moment("created_ms"),
        sa.Column("merged_into", sa.Text, sa.ForeignKey("users.id", ondelete="SET NULL")),
    )
    now_ms = time.time_ns() // 1_000_000
    op.bulk_insert(users, [{"id": _LOCAL, "kind": "local", "created_ms": now_ms}])


def _sign_in() -> None:
    op.create_table(
        "clients",
        sa.Column("client_hash", sa.Text, primary_key=True),
        _owner(index=True),
        _moment("created_ms"),
    )
    op.create_table(
        "tokens",
        sa.Column("id", sa.Text, primary_key=True),
        _owner(index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False, server_default=""),
        sa.Column("scopes", sa.Text, nullable=False, server_default=""),
        sa.Column("project_id", sa.Text, sa.ForeignKey("projects.id", ondelete="CASCADE")),
        _moment("created_ms"),
        _moment("expires_ms", nullable=True),
        _moment("revoked_ms", nullable=True),
        _moment("used_ms", nullable=True),
    )
    op.create_table(
        "binds",
        sa.Column("bind_hash", sa.Text, primary_key=True),
        _owner(index=True),
        sa.Column("project_id", sa.Text, sa.ForeignKey("projects.id", ondelete="CASCADE")),
        _moment("created_ms"),
        _moment("expires_ms"),
        _moment("used_ms", nullable=True),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        _moment("at_ms"),
    )
    op.create_index("ix_attempts_subject", "attempts", ["kind", "subject", "at_ms"])


def _projects() -> None:
    # No reference to `users`: SQLite adds no such column to a table that has rows.
    op.add_column("projects", sa.Column("user_id", sa.Text, nullable=False, server_default=_LOCAL))
    op.create_index("ix_projects_user_id", "projects", ["user_id"])
    op.add_column("projects", sa.Column("language", sa.Text, nullable=False, server_default=""))
    op.add_column(
        "projects", sa.Column("updated_ms", sa.BigInteger, nullable=False, server_default="0")
    )
    op.execute("UPDATE projects SET updated_ms = created_ms")
    op.add_column("projects", sa.Column("revision", sa.Integer, nullable=False, server_default="1"))
    op.add_column(
        "assets", sa.Column("size_bytes", sa.BigInteger, nullable=False, server_default="0")
    )
    op.create_table(
        "uploads",
        sa.Column("id", sa.Text, primary_key=True),
        _owner(index=True),
        _project(index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("length_bytes", sa.BigInteger, nullable=False),
        sa.Column("offset_bytes", sa.BigInteger, nullable=False, server_default="0"),
        _moment("created_ms"),
        _moment("expires_ms"),
        sa.Column("asset_id", sa.Text),
        sa.Column("error_code", sa.Integer),
        sa.Column("error", sa.Text),
    )


def _chat() -> None:
    op.create_table(
        "turns",
        sa.Column("id", sa.Text, primary_key=True),
        _project(),
        _owner(index=True),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("server_id", sa.Text, nullable=False),
        _moment("started_ms"),
        _moment("ended_ms", nullable=True),
        sa.UniqueConstraint("project_id", "key", name="uq_turns_key"),
    )
    running = sa.text("state = 'running'")
    op.create_index(
        "ux_turns_running",
        "turns",
        ["project_id"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    op.create_table(
        "events",
        _project(primary_key=True),
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("turn_id", sa.Text, sa.ForeignKey("turns.id", ondelete="CASCADE"), index=True),
        sa.Column("payload", sa.JSON, nullable=False),
        _moment("created_ms"),
    )


def _credits() -> None:
    op.create_table(
        "balances",
        _owner(primary_key=True),
        sa.Column("available", sa.BigInteger, nullable=False),
        sa.Column("frozen", sa.BigInteger, nullable=False),
        sa.CheckConstraint("available >= 0", name="ck_balances_available"),
        sa.CheckConstraint("frozen >= 0", name="ck_balances_frozen"),
    )
    op.create_table(
        "credit_entries",
        sa.Column("id", sa.Integer, primary_key=True),
        _owner(index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("note", sa.Text, nullable=False, server_default=""),
        _moment("created_ms"),
    )
    op.create_table(
        "holds",
        sa.Column("id", sa.Text, primary_key=True),
        _owner(index=True),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        _moment("created_ms"),
        _moment("ended_ms", nullable=True),
    )


def _exports() -> None:
    op.create_table(
        "exports",
        sa.Column("uid", sa.Text, primary_key=True),
        _owner(),
        sa.Column("id", sa.Text, nullable=False),
        _project(index=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("draft", sa.JSON, nullable=False),
        sa.Column("options", sa.JSON, nullable=False),
        sa.Column("webhook", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("is_cancelled", sa.Boolean, nullable=False, server_default=sa.text("false")),
        sa.Column("progress", sa.Integer, nullable=False, server_default="0"),
        sa.Column("error_code", sa.Integer),
        sa.Column("error", sa.Text),
        sa.Column("digest", sa.Text),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("width", sa.Integer),
        sa.Column("height", sa.Integer),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("report", sa.JSON),
        _moment("created_ms"),
        _moment("started_ms", nullable=True),
        _moment("finished_ms", nullable=True),
        _moment("expires_ms", nullable=True),
        sa.UniqueConstraint("user_id", "id", name="uq_exports_id"),
    )
    op.create_index("ix_exports_digest", "exports", ["digest"])
    op.create_index("ix_exports_state", "exports", ["state"])


def _servers() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        _moment("created_ms"),
    )
    op.create_table(
        "servers",
        sa.Column("id", sa.Text, primary_key=True),
        _moment("started_ms"),
        _moment("seen_ms"),
    )
    op.create_table(
        "usage",
        sa.Column("day", sa.Text, primary_key=True),
        sa.Column("skill", sa.Text, primary_key=True),
        sa.Column("version", sa.Text, primary_key=True),
        sa.Column("platform", sa.Text, primary_key=True),
        sa.Column("action", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
    )

"""The tables. How rows follow from each other is told by the modules that write them.

Times are whole milliseconds since 1970 in UTC. Only column types that SQLite and Postgres
share are used. What belongs to a user goes with the user, what belongs to a project with the
project.
"""

from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

__all__ = [
    "HEAD",
    "LOCAL_USER",
    "assets",
    "attempts",
    "balances",
    "binds",
    "clients",
    "credit_entries",
    "events",
    "exports",
    "holds",
    "metadata",
    "projects",
    "secrets",
    "servers",
    "tokens",
    "turns",
    "uploads",
    "usage",
    "users",
    "versions",
]

# The newest migration; opening a database that is there already costs one small query.
HEAD: Final = "0002"

LOCAL_USER: Final = "local"
"""The one user of a machine without accounts: owns what the command line makes."""

metadata = MetaData()


def _owner(**options: Any) -> Column[Any]:
    reference = ForeignKey("users.id", ondelete="CASCADE")
    return Column("user_id", Text, reference, nullable=False, **options)


def _project(**options: Any) -> Column[Any]:
    reference = ForeignKey("projects.id", ondelete="CASCADE")
    return Column("project_id", Text, reference, nullable=False, **options)


users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    # local, anonymous or account
    Column("kind", Text, nullable=False),
    # In lower case; accounts alone have one.
    Column("email", Text, unique=True),
    Column("password_hash", Text),
    Column("plan", Text, nullable=False, server_default="free"),
    Column("created_ms", BigInteger, nullable=False),
    # The account that took over the projects and credits of an anonymous user.
    Column("merged_into", Text, ForeignKey("users.id", ondelete="SET NULL")),
)

# What an anonymous client is known by: the same client id is the same user.
clients = Table(
    "clients",
    metadata,
    Column("client_hash", Text, primary_key=True),
    _owner(index=True),
    Column("created_ms", BigInteger, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", Text, primary_key=True),
    _owner(index=True),
    # anonymous, api, web (a browser that signed in) or claim
    Column("kind", Text, nullable=False),
    # SHA-256 of the token: what is stolen from here opens nothing.
    Column("token_hash", Text, nullable=False, unique=True),
    Column("name", Text, nullable=False, server_default=""),
    # Words with spaces between: read write upload render *
    Column("scopes", Text, nullable=False, server_default=""),
    # A claim opens one project.
    Column("project_id", Text, ForeignKey("projects.id", ondelete="CASCADE")),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger),
    Column("revoked_ms", BigInteger),
    Column("used_ms", BigInteger),
)

# Single-use links by which an account takes over what an anonymous user made. With a project
# it takes over that one alone.
binds = Table(
    "binds",
    metadata,
    Column("bind_hash", Text, primary_key=True),
    _owner(index=True),
    Column("project_id", Text, ForeignKey("projects.id", ondelete="CASCADE")),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
)

# What is limited per subject and time: tokens per address, wrong passwords per account.
attempts = Table(
    "attempts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Index("ix_attempts_subject", "kind", "subject", "at_ms"),
)

projects = Table(
    "projects",
    metadata,
    Column("id", Text, primary_key=True),
    # No reference: SQLite could not add one to projects that were there before users were.
    Column("user_id", Text, nullable=False, server_default=LOCAL_USER, index=True),
    Column("name", Text, nullable=False, index=True),
    Column("language", Text, nullable=False, server_default=""),
    Column("created_ms", BigInteger, nullable=False),
    Column("updated_ms", BigInteger, nullable=False, server_default="0"),
    # The version in force. Undo and redo move it; they never touch `versions`.
    Column("current", Integer, nullable=False),
    # Counts every change, undo and new assets too: it only grows.
    Column("revision", Integer, nullable=False, server_default="1"),
)

versions = Table(
    "versions",
    metadata,
    _project(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("parent", Integer),
    Column("draft", JSON, nullable=False),
    Column("request", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

assets = Table(
    "assets",
    metadata,
    _project(primary_key=True),
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False, server_default="0"),
    Column("descriptor", JSON, nullable=False),
    # Answers which projects still need a blob before it is deleted.
    Index("ix_assets_digest", "digest"),
)

# Files under way that can be resumed (tus); the bytes lie in the data folder of the server.
uploads = Table(
    "uploads",
    metadata,
    Column("id", Text, primary_key=True),
    _owner(index=True),
    _project(index=True),
    Column("name", Text, nullable=False),
    Column("length_bytes", BigInteger, nullable=False),
    Column("offset_bytes", BigInteger, nullable=False, server_default="0"),
    Column("created_ms", BigInteger, nullable=False),
    Column("expires_ms", BigInteger, nullable=False),
    # The asset it became, once it is complete.
    Column("asset_id", Text),
    Column("error_code", Integer),
    Column("error", Text),
)

# One exchange of a chat. At most one of a project runs at a time.
turns = Table(
    "turns",
    metadata,
    Column("id", Text, primary_key=True),
    _project(),
    _owner(index=True),
    # The client's Idempotency-Key or invocationId, else a name of our own.
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("request", Text, nullable=False),
    # running, done, failed, aborted, lost (its server ended before it did)
    Column("state", Text, nullable=False),
    Column("server_id", Text, nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
    UniqueConstraint("project_id", "key", name="uq_turns_key"),
    Index(
        "ux_turns_running",
        "project_id",
        unique=True,
        sqlite_where=text("state = 'running'"),
        postgresql_where=text("state = 'running'"),
    ),
)

# What was sent, or will be, numbered through a project: the `id:` of a server-sent event.
events = Table(
    "events",
    metadata,
    _project(primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("turn_id", Text, ForeignKey("turns.id", ondelete="CASCADE"), index=True),
    Column("payload", JSON, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

balances = Table(
    "balances",
    metadata,
    Column(
        "user_id",
        Text,
        ForeignKey("users.id", ondelete="CASCADE"),
        primary_key=True,
        nullable=False,
    ),
    Column("available", BigInteger, nullable=False),
    Column("frozen", BigInteger, nullable=False),
    CheckConstraint("available >= 0", name="ck_balances_available"),
    CheckConstraint("frozen >= 0", name="ck_balances_frozen"),
)

# Every movement of credits, never changed: the balance is their sum.
credit_entries = Table(
    "credit_entries",
    metadata,
    Column("id", Integer, primary_key=True),
    _owner(index=True),
    # grant, hold, capture, release, move
    Column("kind", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    # What it was for: the same key is never booked twice.
    Column("key", Text, nullable=False, unique=True),
    Column("note", Text, nullable=False, server_default=""),
    Column("created_ms", BigInteger, nullable=False),
)

holds = Table(
    "holds",
    metadata,
    # The work it is for, such as a turn.
    Column("id", Text, primary_key=True),
    _owner(index=True),
    Column("amount", BigInteger, nullable=False),
    # held, captured or released
    Column("state", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
    Column("ended_ms", BigInteger),
)

exports = Table(
    "exports",
    metadata,
    # Ours, and the name of its workflow; `id` is the client's.
    Column("uid", Text, primary_key=True),
    _owner(),
    Column("id", Text, nullable=False),
    _project(index=True),
    Column("fingerprint", Text, nullable=False),
    Column("draft", JSON, nullable=False),
    # format, width and height in pixels, or null for those of the canvas
    Column("options", JSON, nullable=False),
    Column("webhook", Text),
    # pending, processing, completed, failed, cancelled
    Column("state", Text, nullable=False),
    Column("is_cancelled", Boolean, nullable=False, server_default=text("false")),
    Column("progress", Integer, nullable=False, server_default="0"),
    Column("error_code", Integer),
    Column("error", Text),
    # The finished file: a blob, with what was found by looking at it.
    Column("digest", Text),
    Column("size_bytes", BigInteger),
    Column("width", Integer),
    Column("height", Integer),
    Column("duration_ms", BigInteger),
    Column("report", JSON),
    Column("created_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),
    Column("finished_ms", BigInteger),
    # When the file is given up.
    Column("expires_ms", BigInteger),
    UniqueConstraint("user_id", "id", name="uq_exports_id"),
    Index("ix_exports_digest", "digest"),
    Index("ix_exports_state", "state"),
)

# Keys made at the first start, the same for all servers of a database.
secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("created_ms", BigInteger, nullable=False),
)

# Servers that work, or worked, on this database.
servers = Table(
    "servers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("started_ms", BigInteger, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
)

# How often which client did what, a row a day.
usage = Table(
    "usage",
    metadata,
    Column("day", Text, primary_key=True),
    Column("skill", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("action", Text, primary_key=True),
    Column("count", Integer, nullable=False),
)

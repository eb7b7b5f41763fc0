"""The tables. What is not here, such as how a version follows from another, is in `projects`.

Times are whole milliseconds since 1970 in UTC. Only column types that SQLite and Postgres
share are used.
"""

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

__all__ = ["HEAD", "assets", "metadata", "projects", "versions"]

# The newest migration; opening a database that is there already costs one small query.
HEAD: Final = "0001"

metadata = MetaData()

projects = Table(
    "projects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, index=True),
    Column("created_ms", BigInteger, nullable=False),
    # The version in force. Undo and redo move it; they never touch `versions`.
    Column("current", Integer, nullable=False),
)

versions = Table(
    "versions",
    metadata,
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
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
    Column("project_id", ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("descriptor", JSON, nullable=False),
    # Answers which projects still need a blob before it is deleted.
    Index("ix_assets_digest", "digest"),
)

"""Fixtures for all tests."""

from tests.databases import database_url, postgres, store
from tests.object_store import bucket_server, bucket_url

__all__ = ["bucket_server", "bucket_url", "database_url", "postgres", "store"]

"""An object store as we use it: the calls we make, and its errors in our words."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    NotSupportedError,
    PermissionDeniedError,
    UnauthenticatedError,
)
from obstore.store import AzureStore, GCSStore, S3Store, from_url

from saycut.store.errors import BadBlobsAddress, BlobStoreRefused, BlobStoreUnreachable

__all__ = ["ObjectStore"]

_READ_BYTES: Final = 4 * 1024 * 1024
# Parts on the way at once; with parts of 8 MiB an upload holds 32 MiB.
_PARTS_COUNT: Final = 4

# A part of 8 MiB has a minute, which even a slow line of 2 Mbit/s takes; a whole file may
# take as long as it needs while bytes come.
_CONNECT_TIMEOUT: Final = timedelta(seconds=5)
_READ_TIMEOUT: Final = timedelta(seconds=60)
_FILE_TIMEOUT: Final = timedelta(hours=6)
# About half a minute of refused connections, then whoever waits for it is told.
_RETRIES_MAX: Final = 4
_RETRY_TIMEOUT: Final = timedelta(minutes=3)

# How the library tells what a store answered: "... non-2xx status code: 403 Forbidden: <xml>".
_STATUS: Final = re.compile(r"status code: (4\d\d [A-Z][A-Za-z ]*)")
_CODE: Final = re.compile(r"<Code>(\w+)</Code>")


class ObjectStore:
    """One bucket, below a prefix, for any number of threads."""

    def __init__(self, address: str) -> None:
        """Find the store at `s3://bucket/prefix`, `gs://bucket/prefix` or `az://container/prefix`.

        Who we are is read from the environment, by the usual names:

        - `s3`: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION, and
          AWS_ENDPOINT_URL for stores that are not Amazon's; else the role of the machine.
        - `gs`: GOOGLE_APPLICATION_CREDENTIALS (a file) or GOOGLE_SERVICE_ACCOUNT_KEY; else the
          account of the machine.
        - `az`: AZURE_STORAGE_ACCOUNT_NAME with AZURE_STORAGE_ACCOUNT_KEY or
          AZURE_STORAGE_SAS_TOKEN; else the identity of the machine.

        An upload that was cut off may leave hidden parts in the bucket, which only the store
        can clear: set its rule for incomplete uploads.

        Raises:
            BadBlobsAddress: the library cannot make sense of the address or the environment.
            BlobStoreUnreachable: nothing answers.
            BlobStoreRefused: the bucket is missing, or we may not list it.
        """
        self._address = address
        self._store = _opened(address)
        with self._named():
            next(iter(self._store.list(chunk_size=1)), None)

    def size_bytes(self, key: str) -> int | None:
        """Give the size of an object; None when there is none."""
        with self._named():
            try:
                return self._store.head(key)["size"]
            except FileNotFoundError:
                return None

    def pieces(self, key: str) -> Iterator[bytes] | None:
        """Give an object piece by piece; None when there is none."""
        with self._named():
            try:
                found = self._store.get(key)
            except FileNotFoundError:
                return None
        return self._streamed(found.stream(min_chunk_size=_READ_BYTES))

    def create(self, key: str, path: Path) -> bool:
        """Send a file in one request unless the object exists; tells whether it was sent.

        A store that cannot create only once says no to every file.
        """
        with self._named():
            try:
                self._store.put(key, path, mode="create")
            except (AlreadyExistsError, NotSupportedError):
                return False
        return True

    def replace(self, key: str, path: Path, *, part_bytes: int) -> None:
        """Send a file, in parts when it is larger; it appears whole when the last has come."""
        with self._named():
            self._store.put(key, path, chunk_size=part_bytes, max_concurrency=_PARTS_COUNT)

    def delete(self, key: str) -> None:
        """Remove an object, if there is one."""
        with self._named():
            try:
                self._store.delete(key)
            except FileNotFoundError:
                return

    def _streamed(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        with self._named():
            yield from pieces

    @contextmanager
    def _named(self) -> Iterator[None]:
        try:
            yield
        except (PermissionDeniedError, UnauthenticatedError, FileNotFoundError) as error:
            # No object asked for: the bucket is missing.
            raise BlobStoreRefused(self._address, _reason(error)) from error
        except BaseError as error:
            if _STATUS.search(str(error)):
                raise BlobStoreRefused(self._address, _reason(error)) from error
            raise BlobStoreUnreachable(self._address, _reason(error)) from error


def _opened(address: str) -> S3Store | GCSStore | AzureStore:
    try:
        store = from_url(
            address,
            client_options={
                # The services' own addresses are https; http is only what a person wrote.
                "allow_http": True,
                "connect_timeout": _CONNECT_TIMEOUT,
                "read_timeout": _READ_TIMEOUT,
                "timeout": _FILE_TIMEOUT,
            },
            retry_config={"max_retries": _RETRIES_MAX, "retry_timeout": _RETRY_TIMEOUT},
        )
    except (BaseError, ValueError) as error:
        raise BadBlobsAddress(address, _reason(error)) from error
    assert isinstance(store, S3Store | GCSStore | AzureStore), address
    return store


def _reason(error: Exception) -> str:
    """Give the few words of a long message that a person can use."""
    text = str(error)
    if status := _STATUS.search(text):
        code = _CODE.search(text)
        return f"{status[1]} ({code[1]})" if code else status[1]
    # "Generic S3 error: Error performing GET http://... in 3 ms, after 4 retries, ... - HTTP
    # error: error sending request", and below it pages of source.
    return text.partition("\n")[0].rpartition(" - ")[2].strip()

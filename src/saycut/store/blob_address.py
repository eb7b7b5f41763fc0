"""What the address of media means: which kind of `Blobs` it opens, and with what."""

from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from saycut.store.blob_copies import COPIES_BYTES, LocalCopies
from saycut.store.blob_folder import FolderBlobs
from saycut.store.blobs import Blobs
from saycut.store.errors import BadBlobsAddress

__all__ = ["open_blobs"]

_BLOBS_NAME: Final = "blobs"
_COPIES_NAME: Final = "blob-copies"
_STORE_SCHEMES: Final = ("s3", "gs", "az")


def open_blobs(
    address: str | None, data_folder: Path, *, server_id: str, copies_bytes: int = COPIES_BYTES
) -> Blobs:
    """Open the media of a data folder.

    Args:
        address: None keeps them in the data folder; `/folder` or `file:///folder` in another one,
            which servers may share; `s3://bucket/prefix`, `gs://bucket/prefix`,
            `az://container/prefix` in an object store (see `object_store` for credentials).
        server_id: tells servers apart that share a folder.
        copies_bytes: the limit on local copies of what an object store keeps.

    Raises:
        BadBlobsAddress: the address cannot be understood, or its folder not be used.
        BlobStoreUnreachable, BlobStoreRefused: what the object store said.
        OSError: the data folder cannot be written.
    """
    if address is None:
        return FolderBlobs(data_folder / _BLOBS_NAME)
    if "://" not in address:
        return _in_folder(address, Path(address).expanduser().absolute(), server_id)
    kind, place = _understood(address)
    if kind == "file":
        return _in_folder(address, Path(place), server_id)
    # Loaded only here: commands that work in a folder start without the library.
    from saycut.store.blob_remote import RemoteBlobs
    from saycut.store.object_store import ObjectStore

    copies = LocalCopies(data_folder / _COPIES_NAME, copies_bytes)
    return RemoteBlobs(ObjectStore(place), copies)


def _understood(address: str) -> tuple[str, str]:
    """Give the scheme, and the folder or the address of the bucket."""
    try:
        url = urlsplit(address)
    except ValueError as error:
        raise BadBlobsAddress("(unreadable)", str(error)) from error
    # What may be a secret is not repeated in an error.
    shown = f"{url.scheme}://{url.netloc.rpartition('@')[2]}{url.path}"
    if "@" in url.netloc or url.query or url.fragment:
        raise BadBlobsAddress(shown, "credentials and options come from the environment")
    if url.scheme == "file":
        folder = unquote(url.path)
        if url.netloc not in ("", "localhost") or folder.strip("/") == "":
            raise BadBlobsAddress(shown, "it names no folder of this machine")
        return url.scheme, folder
    if url.scheme not in _STORE_SCHEMES:
        raise BadBlobsAddress(shown, "no such kind of place is known")
    if not url.netloc:
        raise BadBlobsAddress(shown, "it names no bucket")
    return url.scheme, shown


def _in_folder(address: str, folder: Path, server_id: str) -> Blobs:
    try:
        return FolderBlobs(folder, server_id=server_id)
    except OSError as error:
        raise BadBlobsAddress(address, error.strerror or str(error)) from error

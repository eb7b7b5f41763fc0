"""Uploads that can be resumed: what is known of each, while its bytes lie in the data folder.

    under way --> taken in     it became an asset
    under way --> refused      it is whole, and no file that can be used
    any       --> gone         it expired or was given up

The offset in a row is what was promised last; what counts is the file on the disk.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from saycut.errors import SaycutError
from saycut.store.schema import uploads

__all__ = ["UnknownUpload", "Upload", "Uploads"]


class UnknownUpload(SaycutError):
    """There is no such upload, or it is another user's."""

    code: ClassVar[int] = 404

    def __init__(self, upload_id: str) -> None:
        super().__init__(f"no upload {upload_id!r}: begin a new one with POST /api/uploads/")
        self.upload_id = upload_id


@dataclass(frozen=True, slots=True)
class Upload:
    """One file under way, or what became of it; `name` is a label."""

    id: str
    user_id: str
    project_id: str
    name: str
    length_bytes: int
    created_ms: int
    expires_ms: int
    offset_bytes: int = 0
    asset_id: str | None = None
    error_code: int | None = None
    error: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it was taken in or refused."""
        return self.asset_id is not None or self.error is not None


class Uploads:
    """Reads and writes of uploads within a transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, upload: Upload) -> None:
        """Note a new upload; its id is new."""
        row = {
            "id": upload.id,
            "user_id": upload.user_id,
            "project_id": upload.project_id,
            "name": upload.name,
            "length_bytes": upload.length_bytes,
            "created_ms": upload.created_ms,
            "expires_ms": upload.expires_ms,
        }
        self._connection.execute(insert(uploads).values(**row))

    def get(self, upload_id: str, owner_id: str) -> Upload:
        """Raises UnknownUpload: there is none of that id that is the user's."""
        fits = (uploads.c.id == upload_id) & (uploads.c.user_id == owner_id)
        row = self._connection.execute(select(uploads).where(fits)).one_or_none()
        if row is None:
            raise UnknownUpload(upload_id)
        return _upload(row)

    def advance(self, upload_id: str, offset_bytes: int, expires_ms: int) -> None:
        """Note how much has arrived; an upload that goes on lives longer."""
        self._set(upload_id, offset_bytes=offset_bytes, expires_ms=expires_ms)

    def taken_in(self, upload_id: str, asset_id: str) -> None:
        """Note the asset that it became."""
        self._set(upload_id, asset_id=asset_id, error_code=None, error=None)

    def refused(self, upload_id: str, code: int, message: str) -> None:
        """Note why it became none."""
        self._set(upload_id, error_code=code, error=message)

    def remove(self, upload_id: str) -> None:
        self._connection.execute(delete(uploads).where(uploads.c.id == upload_id))

    def pending_bytes(self, owner_id: str) -> int:
        """Give how much the uploads of a user that are not over will take."""
        under_way = uploads.c.asset_id.is_(None) & uploads.c.error.is_(None)
        total = select(func.coalesce(func.sum(uploads.c.length_bytes), 0))
        fits = (uploads.c.user_id == owner_id) & under_way
        return int(self._connection.scalar(total.where(fits)) or 0)

    def expired(self, at_ms: int) -> frozenset[str]:
        """Give the ids of those whose time is over."""
        rows = select(uploads.c.id).where(uploads.c.expires_ms <= at_ms)
        return frozenset(self._connection.scalars(rows))

    def known(self) -> tuple[Upload, ...]:
        """Give all of them."""
        return tuple(_upload(row) for row in self._connection.execute(select(uploads)))

    def _set(self, upload_id: str, **values: Any) -> None:
        changed = update(uploads).where(uploads.c.id == upload_id).values(**values)
        self._connection.execute(changed)


def _upload(row: Row[Any]) -> Upload:
    return Upload(
        id=row.id,
        user_id=row.user_id,
        project_id=row.project_id,
        name=row.name,
        length_bytes=row.length_bytes,
        created_ms=row.created_ms,
        expires_ms=row.expires_ms,
        offset_bytes=row.offset_bytes,
        asset_id=row.asset_id,
        error_code=row.error_code,
        error=row.error,
    )

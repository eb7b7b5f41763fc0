"""The fields of a form of a page, read with a bound on how much of it there may be."""

from collections.abc import Sequence
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from saycut.server.errors import BadInput

__all__ = ["Fields", "FieldsDep"]

_BYTES_MAX: Final = 64 * 1024
_COUNT_MAX: Final = 50
_TYPE: Final = "application/x-www-form-urlencoded"


class Fields:
    """What was filled in; a field that is not there is empty."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._pairs = pairs

    def __getitem__(self, name: str) -> str:
        return next((value for key, value in self._pairs if key == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """Give every value of a field that may be there more than once."""
        return tuple(value for key, value in self._pairs if key == name)


async def fields_of(request: Request) -> Fields:
    """Read a form.

    Raises:
        BadInput: it is none, or larger than any of ours.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        raise BadInput("this page takes forms as browsers send them; programs use /openapi.json")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _BYTES_MAX:
            raise BadInput("this form is larger than any of ours: load the page and fill it in")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_COUNT_MAX)
    except ValueError as error:
        raise BadInput("this form cannot be read: load the page and fill it in") from error
    return Fields(pairs)


FieldsDep = Annotated[Fields, Depends(fields_of)]

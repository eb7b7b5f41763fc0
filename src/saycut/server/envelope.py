"""The frame around every answer: `{"code": 0, "message": "success", "data": {...}}`."""

from typing import Any, Generic, TypeVar

from fastapi.responses import JSONResponse
from pydantic import AliasChoices, AliasGenerator, BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from saycut.engine.plain import whole_json

__all__ = ["Body", "Data", "Envelope", "Nothing", "failure"]

T = TypeVar("T")


class Body(BaseModel):
    """The base of what clients send: snake_case and camelCase both count, unknown fields do not.

    Its texts are whole and its numbers finite, as every database takes them.
    """

    model_config = ConfigDict(
        extra="ignore",
        alias_generator=AliasGenerator(
            validation_alias=lambda name: AliasChoices(name, to_camel(name))
        ),
    )

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, sent: Any) -> Any:
        return whole_json(sent)


class Data(BaseModel):
    """The base of what is answered."""


class Nothing(Data):
    """There is nothing to tell but that it was done."""


class Envelope(BaseModel, Generic[T]):
    """`code` 0 is success; the other codes stand in `docs/protocol.md`."""

    code: int = 0
    message: str = "success"
    data: T


class Failure(BaseModel):
    """What a call answers that could not be done; `message` says why and what to do."""

    code: int
    message: str
    data: None = None


def failure(
    status: int, code: int, message: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Give the answer of a call that failed."""
    body = {"code": code, "message": message, "data": None, **more}
    return JSONResponse(body, status, headers)

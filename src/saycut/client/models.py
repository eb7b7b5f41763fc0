"""What calls give, as values; read tolerantly, for servers differ in what they leave out."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from saycut.client.errors import RejectedFile

__all__ = [
    "Balance",
    "Canvas",
    "ExportStatus",
    "FileInfo",
    "Film",
    "Output",
    "ProjectInfo",
    "Session",
    "State",
    "Step",
    "Uploaded",
]


def _none_to(default: Callable[[], Any]) -> BeforeValidator:
    return BeforeValidator(lambda value: default() if value is None else value)


def _draft(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    return value if isinstance(value, dict) else {}


def _names(*names: str) -> AliasChoices:
    return AliasChoices(*names)


Words = Annotated[str, _none_to(str), BeforeValidator(lambda v: v if v is None else str(v))]
Count = Annotated[int, _none_to(int)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class Session(_Model):
    """A project and the place to talk about it."""

    session_id: str = Field(validation_alias=_names("session_id", "sessionId"))
    task_id: Words = Field("", validation_alias=_names("task_id", "taskId"))
    user_id: Words = Field("", validation_alias=_names("user_id", "userId"))
    bind_id: Words = Field("", validation_alias=_names("bind_id", "bindId"))


class FileInfo(_Model):
    """A file that the server holds. `duration_ms` is None where it is not told, as for stills."""

    file_id: Words = Field("", validation_alias=_names("file_id", "id"))
    name: Words = Field("", validation_alias=_names("name", "filename", "file_name"))
    kind: Words = Field("", validation_alias=_names("kind", "file_type", "type"))
    url: Words = Field("", validation_alias=_names("url", "cdn_url"))
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    has_audio: bool | None = None
    size_bytes: int | None = None
    hash: Words = ""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What was taken in, in the order sent, and what was not."""

    files: tuple[FileInfo, ...]
    rejected: tuple[RejectedFile, ...] = ()


class Balance(_Model):
    """Credits: to spend, held by running work, together."""

    available: Count = 0
    frozen: Count = 0
    total: Count = 0


class Canvas(_Model):
    """The output picture."""

    width: Count = 0
    height: Count = 0
    fps: Annotated[float, _none_to(float)] = 0.0
    ratio: Words = ""


class State(_Model):
    """How a session stands. `draft` is the document of the wire, whole or in its short form."""

    draft: Annotated[dict[str, Any], BeforeValidator(_draft)] = Field(default_factory=dict)
    files: Annotated[tuple[FileInfo, ...], _none_to(tuple)] = Field(
        (), validation_alias=_names("video_infos", "files")
    )
    canvas: Annotated[Canvas, _none_to(Canvas)] = Field(
        default_factory=Canvas, validation_alias=_names("canvas_config", "canvas")
    )
    version: Count = 0
    running: Annotated[bool, _none_to(bool)] = False
    bind_id: Words = ""
    name: Words = ""
    timeline: Words = ""


class Step(_Model):
    """The version in force after an undo or a redo."""

    version: Count = 0
    timeline: Words = ""


class ProjectInfo(_Model):
    """A project in a list. `created_ms` counts since 1970."""

    id: str
    name: Words = ""
    version: Count = 0
    created_ms: Count = 0


class Output(_Model):
    """A finished film on the server; `report` is what looking at it found."""

    url: Words = ""
    format: Words = ""
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    size_bytes: int | None = None
    report: Annotated[dict[str, Any], _none_to(dict)] = Field(default_factory=dict)


class ExportStatus(_Model):
    """How an export stands: pending, processing, completed or failed; `progress` is 0..100."""

    id: str
    status: str
    progress: Annotated[int, _none_to(int), BeforeValidator(lambda p: round(float(p or 0)))] = 0
    output: Output | None = None
    error: str = ""

    @property
    def is_over(self) -> bool:
        return self.status in ("completed", "failed", "cancelled")

    @classmethod
    def of(cls, raw: Mapping[str, Any], export_id: str) -> "ExportStatus":
        """Read an answer, whose fields stand at its top level, under `data`, or both."""
        data = raw.get("data") if isinstance(raw.get("data"), dict) else {}
        both = {**(data or {}), **{k: v for k, v in raw.items() if v is not None}}
        return cls(
            id=str(both.get("id") or both.get("taskId") or export_id),
            status=str(both.get("status") or "pending").lower(),
            progress=both.get("progress") or 0,
            output=_output(both),
            error=_reason(both.get("error")),
        )


@dataclass(frozen=True, slots=True)
class Film:
    """A film that was brought here."""

    path: Path
    export_id: str
    output: Output


def _output(raw: Mapping[str, Any]) -> Output | None:
    given = raw.get("output")
    output = dict(given) if isinstance(given, dict) else {}
    if not output.get("url") and (url := raw.get("outputUrl")):
        output["url"] = url
    if not output.get("url"):
        return None
    if output.get("duration_ms") is None and output.get("duration") is not None:
        output["duration_ms"] = round(float(output["duration"]) * 1000)
    if output.get("size_bytes") is None:
        output["size_bytes"] = output.get("size")
    return Output.model_validate(output)


def _reason(error: Any) -> str:
    if isinstance(error, dict):
        error = error.get("message") or error.get("code")
    return str(error or "")

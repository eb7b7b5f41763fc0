"""The parts of a form as they arrive, told by the callbacks of the multipart parser.

Nothing here touches a disk or waits: what arrived lies in `Part.unwritten` until whoever feeds
the form takes it from there.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Final
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from saycut.engine.plain import one_line
from saycut.errors import SaycutError
from saycut.server.errors import BadInput

__all__ = [
    "BadForm",
    "FileTooLarge",
    "Form",
    "FormBounds",
    "FormTooLarge",
    "Part",
    "file_name_of",
    "label_of",
]

# Names that clients use for files; the first is the one that messages tell of.
FILE_FIELDS: Final = ("files", "file")

# What is longer is cut, so that lists stay readable. File systems stop at 255 bytes.
LABEL_LETTERS_MAX: Final = 120
_SUFFIX_LETTERS_MAX: Final = 12

# Borders, headers and the other fields of a form; nobody needs more around their files.
_AROUND_BYTES_MAX: Final = 4 * 1024 * 1024

_HOW: Final = (
    "send multipart/form-data with a part named 'files' for each file, as in: "
    "curl -H 'Authorization: Bearer TOKEN' -F 'files=@beach.jpg' -F 'files=@song.mp3' URL"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormBounds:
    """What a form may hold. `total_bytes` is of all its files together, those too large too."""

    file_bytes: int
    total_bytes: int
    part_count: int = 100
    field_bytes: int = 64 * 1024


class BadForm(BadInput):
    """The body is no form that could be read."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"cannot read the upload: {reason}; {_HOW}")
        self.reason = reason


class FileTooLarge(SaycutError):
    """A file goes beyond the limit."""

    code: ClassVar[int] = 4002

    def __init__(self, name: str, bytes_max: int) -> None:
        super().__init__(
            f"cannot take {name!r}: it is larger than the limit of {bytes_max / 1e6:g} MB a file; "
            "compress it or cut it into shorter parts"
        )
        self.name = name
        self.bytes_max = bytes_max


class FormTooLarge(SaycutError):
    """All files of a request together go beyond the limit."""

    code: ClassVar[int] = 4002

    def __init__(self, bounds: FormBounds) -> None:
        super().__init__(
            f"cannot take so much at once: a file may have {bounds.file_bytes / 1e6:g} MB, and all "
            f"of one request {bounds.total_bytes / 1e6:g} MB; compress or cut what is too large, "
            "and send fewer files at a time"
        )
        self.bounds = bounds


@dataclass(slots=True)
class Part:
    """A file of a form; `error` says why it is none that is kept."""

    name: str
    size_bytes: int = 0
    unwritten: list[bytes] = field(default_factory=list)
    is_whole: bool = False
    error: SaycutError | None = None


class Form:
    """What arrived of a form."""

    def __init__(self, content_type: str, bounds: FormBounds) -> None:
        """Raises BadForm: the header does not announce a form."""
        self.parts: list[Part] = []
        self.unwritten_bytes = 0
        self._bounds = bounds
        self._received_bytes = 0
        self._file_bytes = 0
        self._part_count = 0
        self._part: Part | None = None
        self._field_bytes = 0
        self._headers: dict[str, bytes] = {}
        self._header_name = b""
        self._header_value = b""
        self._is_ended = False
        try:
            self._parser = MultipartParser(
                _boundary_of(content_type),
                {
                    "on_part_begin": self._on_part_begin,
                    "on_header_field": self._on_header_field,
                    "on_header_value": self._on_header_value,
                    "on_header_end": self._on_header_end,
                    "on_headers_finished": self._on_headers_finished,
                    "on_part_data": self._on_part_data,
                    "on_part_end": self._on_part_end,
                    "on_end": self._on_end,
                },
            )
        except FormParserError as error:
            raise BadForm("its boundary is too long") from error

    def feed(self, data: bytes) -> None:
        """Read on.

        Raises:
            BadForm: it is malformed, or has too many parts, too long headers or fields.
            FileTooLarge, FormTooLarge: its files go so far beyond what a form may hold that the
                rest is not worth reading.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise BadForm(f"it is malformed ({error})") from error
        self._received_bytes += len(data)
        if self._received_bytes - self._file_bytes > _AROUND_BYTES_MAX:
            raise BadForm("there is too much in it beside its files")

    def end(self) -> None:
        """Raises BadForm: the body ended before the form did, or held no file."""
        if not self._is_ended:
            raise BadForm("it ends before its closing boundary")
        if not self.parts:
            raise BadForm("there is no file in it")

    def _on_part_begin(self) -> None:
        self._part_count += 1
        if self._part_count > self._bounds.part_count:
            raise BadForm(f"it has more than {self._bounds.part_count} parts")
        self._headers = {}
        self._field_bytes = 0

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        name = self._header_name.decode("latin-1").lower()
        self._headers.setdefault(name, self._header_value)
        self._header_name = self._header_value = b""

    def _on_headers_finished(self) -> None:
        self._part = _file_of(self._headers)
        if self._part is not None:
            self.parts.append(self._part)

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._part is None:
            self._field_bytes += end - start
            if self._field_bytes > self._bounds.field_bytes:
                raise BadForm(f"a field of it has more than {self._bounds.field_bytes} bytes")
            return
        self._file_bytes += end - start
        self._take(self._part, data, start, end)
        if self._file_bytes > self._bounds.total_bytes:
            raise self._part.error or FormTooLarge(self._bounds)

    def _take(self, part: Part, data: bytes, start: int, end: int) -> None:
        part.size_bytes += end - start
        if part.error is not None:
            return
        if part.size_bytes > self._bounds.file_bytes:
            part.error = FileTooLarge(part.name, self._bounds.file_bytes)
            return
        part.unwritten.append(data[start:end])
        self.unwritten_bytes += end - start

    def _on_part_end(self) -> None:
        if self._part is not None:
            self._part.is_whole = True

    def _on_end(self) -> None:
        self._is_ended = True


def label_of(name: str) -> str:
    """Give the name of a file as a label: one line, no folders, not too long."""
    plain = unicodedata.normalize("NFC", one_line(re.split(r"[/\\]", one_line(name))[-1]))
    if not plain.strip("."):
        return "file"
    if len(plain) <= LABEL_LETTERS_MAX:
        return plain
    stem, dot, suffix = plain.rpartition(".")
    if not dot or len(suffix) > _SUFFIX_LETTERS_MAX:
        return plain[:LABEL_LETTERS_MAX]
    return stem[: LABEL_LETTERS_MAX - len(suffix) - 1] + dot + suffix


_EXTENDED: Final = re.compile(
    rb";\s*filename\*\s*=\s*(utf-8|iso-8859-1)'[^']*'([^;\s]*)", re.IGNORECASE
)
_PLAIN: Final = re.compile(
    rb';\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"\s][^;"]*))', re.IGNORECASE
)


def file_name_of(disposition: bytes) -> str | None:
    """Give the name of the file that a `Content-Disposition` tells; None when it tells none.

    The extended form (RFC 5987) has the better spelling where both are there. The standard of
    forms forbids it (RFC 7578, 4.2), and clients send it all the same.
    """
    if match := _EXTENDED.search(disposition):
        return unquote_to_bytes(match[2]).decode(match[1].decode(), errors="replace")
    if (match := _PLAIN.search(disposition)) is None:
        return None
    if match[1] is None:
        return match[2].decode(errors="replace")
    # Only what must be escaped is: older browsers send C:\folders\name unescaped.
    name = re.sub(rb'\\(["\\])', rb"\1", match[1]).decode(errors="replace")
    # Browsers write these three, and nothing else, by their codes (WHATWG HTML, form data).
    return re.sub("%(22|0D|0A)", lambda code: chr(int(code[1], 16)), name)


def _boundary_of(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data":
        raise BadForm(f"its Content-Type is {content_type[:60]!r}")
    if not (boundary := options.get(b"boundary")):
        raise BadForm("its Content-Type has no boundary (leave that header to your HTTP library)")
    return boundary


def _file_of(headers: Mapping[str, bytes]) -> Part | None:
    """Give the file that a part begins; None for a field of another kind."""
    disposition = headers.get("content-disposition", b"")
    # The names of fields are ASCII here; a name beyond it is just another field.
    field_name = parse_options_header(disposition)[1].get(b"name", b"").decode("latin-1")
    file_name = file_name_of(disposition)
    if field_name not in FILE_FIELDS:
        if file_name is not None:
            raise BadForm(f"the file {label_of(file_name)!r} is in a part named {field_name!r}")
        return None
    if file_name is None:
        raise BadForm(f"the part {field_name!r} is text without a file name (curl needs the @)")
    if headers.get("content-transfer-encoding", b"binary").lower() not in _AS_IT_IS:
        raise BadForm(f"the file {label_of(file_name)!r} is encoded; send its bytes as they are")
    return Part(label_of(file_name))


_AS_IT_IS: Final = (b"binary", b"8bit", b"7bit")

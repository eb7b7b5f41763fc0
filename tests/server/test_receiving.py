"""Forms that arrive in pieces, become files, and leave none behind."""

import hashlib
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import anyio
import pytest
from starlette.requests import ClientDisconnect

from saycut.errors import SaycutError
from saycut.server.intake.forms import (
    BadForm,
    FileTooLarge,
    FormBounds,
    FormTooLarge,
    file_name_of,
    label_of,
)
from saycut.server.intake.receiving import Delivery, Received, Refused, UploadStopped, received
from saycut.store import BlobNotKept

BOUNDS = FormBounds(file_bytes=1000, total_bytes=4000)
TYPE = "multipart/form-data; boundary=edge"


def a_part(name: str, content: bytes, field: str = "files", more: str = "") -> bytes:
    head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\n{more}\r\n'
    return b"--edge\r\n" + head.encode() + content + b"\r\n"


def a_form(*parts: bytes) -> bytes:
    return b"".join(parts) + b"--edge--\r\n"


@dataclass(frozen=True)
class Desk:
    """Takes forms in, and tells what became of them."""

    folder: Path

    def take(
        self,
        pieces: Iterable[bytes],
        *,
        content_type: str = TYPE,
        announced_bytes: int | None = None,
        bounds: FormBounds = BOUNDS,
    ) -> tuple[Delivery, dict[str, bytes]]:
        """Give the delivery and the content of each file, read before they are removed."""

        async def body() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        return anyio.run(self._take, body(), content_type, announced_bytes, bounds)

    async def _take(
        self,
        body: AsyncIterator[bytes],
        content_type: str,
        announced_bytes: int | None,
        bounds: FormBounds,
    ) -> tuple[Delivery, dict[str, bytes]]:
        async with received(
            body,
            content_type,
            announced_bytes=announced_bytes,
            bounds=bounds,
            new_path=self.new_path,
            idle_s=0.2,
        ) as delivery:
            whole = [sent for sent in delivery if isinstance(sent, Received)]
            return delivery, {sent.name: sent.path.read_bytes() for sent in whole}

    def new_path(self) -> Path:
        return self.folder / f"f{len(list(self.folder.iterdir()))}"

    @property
    def left(self) -> list[Path]:
        return list(self.folder.iterdir())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_files_arrive_however_the_body_is_cut(desk: Desk) -> None:
    files = {"a.jpg": b"\r\n--edg" * 9, "b.png": b"", "c.mp3": b"--edge--\r\n--ed\r\n\r\n-"}
    whole = a_form(*(a_part(name, content) for name, content in files.items()))
    cuts = [[whole[:i], whole[i:]] for i in range(1, len(whole))]
    cuts.append([whole[i : i + 1] for i in range(len(whole))])

    for pieces in cuts:
        _, contents = desk.take(pieces)
        assert contents == files
    assert desk.left == []


def test_a_file_is_counted_and_hashed_while_it_arrives(desk: Desk) -> None:
    content = bytes(range(256)) * 3

    (sent,), _ = desk.take([a_form(a_part("a.jpg", content))])

    assert isinstance(sent, Received)
    assert sent.size_bytes == len(content)
    assert sent.digest == hashlib.sha256(content).hexdigest()


def test_a_file_of_exactly_the_limit_is_taken_and_one_byte_more_is_not(desk: Desk) -> None:
    form = a_form(a_part("a.jpg", b"x" * 1001), a_part("b.jpg", b"x" * 1000))

    (large, fitting), contents = desk.take([form[:700], form[700:]])

    assert isinstance(large, Refused)
    assert isinstance(large.error, FileTooLarge)
    assert isinstance(fitting, Received)
    assert contents.keys() == {"b.jpg"}
    assert desk.left == []


def test_what_is_far_beyond_the_limit_is_not_read_to_its_end(desk: Desk) -> None:
    given = 0

    def endless() -> Iterable[bytes]:
        nonlocal given
        yield a_part("a.jpg", b"")[:-2]
        while True:
            given += 1
            yield b"x" * 1000

    with pytest.raises(FileTooLarge, match=r"limit of 0\.001 MB"):
        desk.take(endless())
    assert given < 10
    assert desk.left == []


def test_many_files_that_are_too_much_together_are_refused(desk: Desk) -> None:
    form = a_form(*(a_part(f"{i}.jpg", b"x" * 1000) for i in range(5)))

    with pytest.raises(FormTooLarge):
        desk.take([form[i : i + 500] for i in range(0, len(form), 500)])
    assert desk.left == []


def test_an_announcement_far_beyond_the_limit_is_refused_before_anything_is_read(
    desk: Desk,
) -> None:
    def untouched() -> Iterable[bytes]:
        raise AssertionError("it was read")
        yield b""

    with pytest.raises(FormTooLarge):
        desk.take(untouched(), announced_bytes=10**12)


HEAD = b'--edge\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n'
MALFORMED = {
    "nothing": (TYPE, b""),
    "no parts": (TYPE, b"--edge--\r\n"),
    "no end": (TYPE, HEAD + b"content"),
    "half an end": (TYPE, HEAD + b"content\r\n--edg"),
    "another boundary": (TYPE, a_form(a_part("a.jpg", b"x")).replace(b"edge", b"side")),
    "no boundary": ("multipart/form-data", a_form(a_part("a.jpg", b"x"))),
    "long boundary": (f"{TYPE}{'x' * 300}", a_form(a_part("a.jpg", b"x"))),
    "another type": ("application/octet-stream", b"content"),
    "no type": ("", b"content"),
    "no name of the file": (TYPE, a_form(a_part("", b"x").replace(b'; filename=""', b""))),
    "another field": (TYPE, a_form(a_part("a.jpg", b"x", "video"))),
    "no field": (TYPE, a_form(b"--edge\r\n\r\nx\r\n")),
    "coded content": (
        TYPE,
        a_form(a_part("a.jpg", b"eA==", more="Content-Transfer-Encoding: base64\r\n")),
    ),
    "long header": (TYPE, a_form(a_part("a" * 9000, b"x"))),
    "many headers": (TYPE, a_form(a_part("a.jpg", b"x", more="X-Y: z\r\n" * 99))),
    "header without a name": (TYPE, a_form(a_part("a.jpg", b"x", more=": z\r\n"))),
    "many parts": (TYPE, a_form(*[a_part("a.jpg", b"")] * 101)),
    "long field": (TYPE, a_form(a_part("a", b"x" * 70_000).replace(b'; filename="a"', b""))),
    "endless epilogue": (TYPE, a_form(a_part("a.jpg", b"x")) + b"x" * 5_000_000),
    "endless preamble": (TYPE, b"\r\n" * 3_000_000),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_forms_are_refused_with_what_a_right_one_looks_like(
    desk: Desk, kind: str
) -> None:
    content_type, body = MALFORMED[kind]
    pieces = [body[i : i + 50_000] for i in range(0, len(body), 50_000)]

    with pytest.raises(BadForm, match=r"curl .* -F 'files=@beach.jpg'") as refused:
        desk.take(pieces, content_type=content_type, bounds=replace(BOUNDS, file_bytes=10**6))
    assert refused.value.code == 400
    assert desk.left == []


def test_other_fields_are_passed_over(desk: Desk) -> None:
    field = b'--edge\r\nContent-Disposition: form-data; name="source_type"\r\n\r\nfile\r\n'

    _, contents = desk.take([a_form(field, a_part("a.jpg", b"x", "file"), field)])

    assert contents == {"a.jpg": b"x"}


def _gone() -> Iterable[bytes]:
    yield HEAD + b"x" * 500
    raise ClientDisconnect


def test_a_client_that_goes_away_leaves_nothing(desk: Desk) -> None:
    with pytest.raises(UploadStopped, match="the connection ended"):
        desk.take(_gone())
    assert desk.left == []


def test_a_client_that_falls_silent_leaves_nothing(desk: Desk) -> None:
    async def silent() -> AsyncIterator[bytes]:
        yield HEAD + b"x" * 500
        await anyio.sleep_forever()

    with pytest.raises(UploadStopped, match=r"nothing came for 0\.2 s"):
        anyio.run(desk._take, silent(), TYPE, None, BOUNDS)
    assert desk.left == []


def test_a_server_that_ends_leaves_nothing(desk: Desk) -> None:
    async def stopped() -> None:
        async def body() -> AsyncIterator[bytes]:
            yield HEAD + b"x" * 2_000_000
            assert desk.left, "it is written while it arrives"
            scope.cancel()
            await anyio.sleep_forever()

        bounds = FormBounds(file_bytes=10**7, total_bytes=10**7)
        with anyio.CancelScope() as scope:
            await desk._take(body(), TYPE, None, bounds)

    anyio.run(stopped)
    assert desk.left == []


def test_a_disk_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    class Nowhere(Desk):
        def new_path(self) -> Path:
            return self.folder / "missing" / "file"

    with pytest.raises(BlobNotKept, match=r"cannot keep 'a.jpg'.*make room") as refused:
        Nowhere(tmp_path).take([a_form(a_part("a.jpg", b"x"))])
    assert isinstance(refused.value, SaycutError)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("夏天🌊.png", "夏天🌊.png"),
        ("صورة الشاطئ.jpg", "صورة الشاطئ.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\beach.jpg", "beach.jpg"),
        ("two\r\nlines\t.jpg", "two  lines .jpg"),
        ("nul\0.jpg", "nul.jpg"),
        ("..", "file"),
        ("folder/", "file"),
        ("", "file"),
        ("\udcff.jpg", "\ufffd.jpg"),
        ("x" * 300 + ".jpg", "x" * 116 + ".jpg"),
        ("cafe\u0301.jpg", "café.jpg"),
    ],
)
def test_names_become_labels(name: str, label: str) -> None:
    assert label_of(name) == label


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('form-data; name="files"; filename="夏天.jpg"', "夏天.jpg"),
        ('form-data; name="files"; filename=plain.jpg', "plain.jpg"),
        ('form-data; name="files"; filename="a \\"b\\".jpg"', 'a "b".jpg'),
        ('form-data; name="files"; filename="a;b.jpg"', "a;b.jpg"),
        ('form-data; name="files"; filename="a %22b%22 100%25.jpg"', 'a "b" 100%25.jpg'),
        ("form-data; name=files; filename*=UTF-8''%E5%A4%8F.jpg", "夏.jpg"),
        ("form-data; name=files; filename=x; filename*=utf-8'zh'%E5%A4%8F.jpg", "夏.jpg"),
        ('form-data; name="files"; filename=""', ""),
        ('form-data; name="files"', None),
    ],
)
def test_names_are_read_in_all_their_spellings(disposition: str, name: str | None) -> None:
    assert file_name_of(disposition.encode()) == name

import struct
import wave
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.cli.command import Cli


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path)


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """Three photos of different colours and textures; their names say nothing."""
    folder = tmp_path_factory.mktemp("photos")
    noise = np.random.default_rng(7)
    paths = []
    for number, colour in enumerate([(40, 90, 200), (60, 170, 80), (190, 120, 40)], 1):
        coarse = noise.integers(0, 90, (9, 16, 3), dtype=np.uint8)
        picture = cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC)
        picture = cv2.add(picture, np.array(colour, np.float64))
        paths.append(folder / f"p{number}.jpg")
        cv2.imwrite(str(paths[-1]), picture)
    return paths


@pytest.fixture(scope="session")
def song(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds of a tone with a click every half second: 120 beats a minute."""
    rate_hz = 48_000
    moments = np.arange(8 * rate_hz) / rate_hz
    tone = 0.2 * np.sin(2 * np.pi * 220 * moments)
    clicks = 0.6 * np.exp(-60 * (moments % 0.5)) * np.sin(2 * np.pi * 1000 * moments)
    samples = ((tone + clicks) * 32767).astype("<i2")
    path = tmp_path_factory.mktemp("song") / "song.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.tobytes())
    return path


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _a_huge_png(path: Path) -> None:
    """20,000 x 20,000 black pixels of one bit each, in 50 KB."""
    row = bytes(1 + 20_000 // 8)
    squeezer = zlib.compressobj(9)
    body = b"".join(squeezer.compress(row) for _ in range(20_000)) + squeezer.flush()
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 1, 0, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", body)
    path.write_bytes(png + _chunk(b"IEND", b""))


def _a_photo_cut_short(path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    _, coded = cv2.imencode(".jpg", noise)
    path.write_bytes(coded.tobytes()[:200])


BAD_FILES: dict[str, Callable[[Path], object]] = {
    "missing.jpg": lambda _: None,
    "folder.mp4": lambda path: path.mkdir(),
    "empty.mp4": lambda path: path.write_bytes(b""),
    "text.mp4": lambda path: path.write_text("ffconcat version 1.0\nfile /etc/hostname\n"),
    "notes.docx": lambda path: path.write_bytes(b"PK\x03\x04" + bytes(1000)),
    "short.jpg": _a_photo_cut_short,
    "huge.png": _a_huge_png,
}


@pytest.fixture(params=BAD_FILES)
def bad_file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    BAD_FILES[path.name](path)
    return path

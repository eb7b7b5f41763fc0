from pathlib import Path

import cv2
import numpy as np
import pytest

import saycut.media
from saycut.media import EmptyFile, MissingFile, UnsupportedMedia, sniff
from saycut.media.sniff import sniff_bytes
from tests.media.clips import a_clip, a_gif, a_sound, a_tone

PICTURE = np.full((8, 8, 3), 90, np.uint8)


def test_all_that_the_package_names_is_there() -> None:
    assert all(hasattr(saycut.media, name) for name in saycut.media.__all__)


@pytest.mark.parametrize("suffix", ["mp4", "mov", "avi", "mkv"])
def test_clips_are_told_by_their_content(tmp_path: Path, suffix: str) -> None:
    path = a_clip(tmp_path / f"clip.{suffix}", frame_count=2)

    found = sniff(path.rename(tmp_path / "renamed.txt"))

    assert found.name == suffix


def test_webm_is_not_taken_for_mkv(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "clip.webm", frame_count=2, codec="libvpx-vp9")

    assert sniff(path).name == "webm"


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "avif"])
def test_stills_are_told_by_their_content(suffix: str) -> None:
    _, data = cv2.imencode(f".{suffix}", PICTURE)

    assert sniff_bytes(data.tobytes()[:4096], "a").name == suffix


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("mp3", "libmp3lame"),
        ("wav", "pcm_s16le"),
        ("m4a", "aac"),
        ("aac", "aac"),
        ("opus", "libopus"),
        ("flac", "flac"),
    ],
)
def test_sounds_are_told_by_their_content(tmp_path: Path, suffix: str, codec: str) -> None:
    path = a_sound(tmp_path / f"sound.{suffix}", a_tone(duration_s=0.2), codec=codec)

    found = sniff(path.rename(tmp_path / "renamed.mp4"))

    assert found.name == suffix


def test_an_mp3_is_told_behind_a_tag_of_any_size(tmp_path: Path) -> None:
    path = a_sound(tmp_path / "sound.mp3", a_tone(duration_s=0.2), codec="libmp3lame")
    size = 20_000
    tag = b"ID3\4\0\0" + bytes([0, size >> 14 & 0x7F, size >> 7 & 0x7F, size & 0x7F])
    path.write_bytes(tag + bytes(size) + path.read_bytes())

    assert sniff(path).name == "mp3"


def test_an_animated_webp_is_told_from_a_still_one(tmp_path: Path) -> None:
    assert sniff(a_gif(tmp_path / "moving.webp")).is_animation


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"just some words\n", "a text file"),
        (b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n", "playlist"),
        (b"ffconcat version 1.0\nfile other.mp4\n", "list of files"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"II*\0" + bytes(20), "TIFF"),
        (bytes(range(256)), "no type that is known"),
    ],
)
def test_other_files_are_refused_by_what_they_are(tmp_path: Path, data: bytes, found: str) -> None:
    path = tmp_path / "x.mp4"
    path.write_bytes(data)

    with pytest.raises(UnsupportedMedia, match=found) as caught:
        sniff(path, "holiday.mp4")

    assert caught.value.code == 4201
    assert "'holiday.mp4'" in str(caught.value)
    assert "Supported are mp4, mov" in str(caught.value)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.jpg"
    path.touch()

    with pytest.raises(EmptyFile):
        sniff(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFile, match="no such file"):
        sniff(tmp_path / "gone.jpg")
    with pytest.raises(MissingFile, match="folder"):
        sniff(tmp_path)

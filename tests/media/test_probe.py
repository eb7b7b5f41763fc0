import hashlib
import struct
import zlib
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from saycut.media import (
    BrokenMedia,
    MediaError,
    TooManyPixels,
    UnsupportedMedia,
    inspect,
    look_at,
    probe,
)
from saycut.timeline import AssetKind
from tests.media.clips import (
    a_clip,
    a_gif,
    a_jpeg,
    a_sound,
    a_tone,
    with_exif_orientation,
)


def test_a_photo_is_an_image_of_its_upright_size(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    jpeg = with_exif_orientation(a_jpeg(np.zeros((217, 333, 3), np.uint8)), 6)
    path.write_bytes(jpeg)

    asset = probe(path, "Beach.jpg")

    digest = hashlib.sha256(jpeg).hexdigest()
    assert (asset.id, asset.digest) == (f"a{digest[:12]}", digest)
    assert (asset.name, asset.kind, asset.size_bytes) == ("Beach.jpg", AssetKind.IMAGE, len(jpeg))
    assert (asset.width, asset.height, asset.duration_ms) == (217, 333, 0)
    assert not asset.has_alpha


def test_alpha_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(cv2.imencode(".png", np.zeros((9, 9, 4), np.uint8))[1].tobytes())

    assert probe(path, "a.png").has_alpha


def test_a_clip_has_length_rate_and_sound(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=50, sound=a_tone(), rotation=90)

    asset = probe(path, "a.mp4")

    assert (asset.kind, asset.has_audio) == (AssetKind.VIDEO, True)
    assert (asset.width, asset.height) == (48, 64)
    assert (asset.duration_ms, asset.frame_rate) == (2000, Fraction(25))


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("mov", "libx264"), ("mkv", "libx264"), ("avi", "mpeg4"), ("webm", "libvpx-vp9")],
)
def test_clips_of_all_containers(tmp_path: Path, suffix: str, codec: str) -> None:
    path = a_clip(tmp_path / f"a.{suffix}", frame_count=25, codec=codec)

    asset = probe(path, "a")

    assert (asset.width, asset.height, asset.has_audio) == (64, 48, False)
    assert (asset.duration_ms, asset.frame_rate) == (1000, Fraction(25))


def test_of_variable_frame_rate_the_average_is_given(tmp_path: Path) -> None:
    times_ms = [0, 100, 200, 300, 400, 900, 1000, 1900]
    path = a_clip(tmp_path / "a.mp4", frame_count=8, times_ms=times_ms)

    asset = probe(path, "a.mp4")

    assert asset.frame_rate is not None
    assert abs(asset.frame_rate - Fraction(8000, asset.duration_ms)) < Fraction(1, 100)
    assert asset.duration_ms >= 1900


def test_pixels_that_are_not_square_count_by_their_width(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=2, sample_aspect=Fraction(4, 3))

    asset = probe(path, "a.mp4")

    assert (asset.width, asset.height) == (85, 48)


def test_length_is_measured_where_the_container_is_silent(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mkv", frame_count=50)
    # The element of the duration, renamed to one that is to be skipped: as recorders leave it.
    data = path.read_bytes()
    assert data.count(b"\x44\x89\x88") == 1
    path.write_bytes(data.replace(b"\x44\x89\x88", b"\xec\x41\x88"[:1] + b"\x89\x88"))

    assert probe(path, "a.mkv").duration_ms == pytest.approx(2000, abs=40)


@pytest.mark.parametrize("suffix", ["gif", "webp"])
def test_an_animation_is_a_clip_and_a_single_frame_a_still(tmp_path: Path, suffix: str) -> None:
    moving = probe(a_gif(tmp_path / f"a.{suffix}", frame_count=4), "a")
    still = probe(a_gif(tmp_path / f"b.{suffix}", frame_count=1), "b")

    assert (moving.kind, moving.duration_ms) == (AssetKind.VIDEO, 400)
    assert (moving.width, moving.height, moving.frame_rate) == (40, 30, Fraction(10))
    assert (still.kind, still.duration_ms) == (AssetKind.IMAGE, 0)


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("mp3", "libmp3lame"), ("wav", "pcm_s16le"), ("m4a", "aac"), ("opus", "libopus")],
)
def test_songs_are_audio(tmp_path: Path, suffix: str, codec: str) -> None:
    path = a_sound(tmp_path / f"a.{suffix}", a_tone(duration_s=3.0), codec=codec)

    asset = probe(path, "a")

    assert (asset.kind, asset.has_audio, asset.width) == (AssetKind.AUDIO, True, 0)
    assert asset.duration_ms == pytest.approx(3000, abs=60)


def a_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def a_bomb() -> bytes:
    """A PNG of 20,000 x 20,000 in under 2 MB, valid to the last byte."""
    header = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    rows = zlib.compressobj(1)
    row = bytes(60_001)
    data = b"".join(rows.compress(row) for _ in range(300)) + rows.flush()
    return (
        b"\x89PNG\r\n\x1a\n"
        + a_chunk(b"IHDR", header)
        + a_chunk(b"IDAT", data)
        + a_chunk(b"IEND", b"")
    )


def test_a_picture_of_400_megapixels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(a_bomb())

    with pytest.raises(TooManyPixels, match="20000x20000, the limit is 100 megapixels"):
        probe(path, "huge.png")


def test_a_limit_above_the_usual_one_lets_larger_pictures_in(tmp_path: Path) -> None:
    header = struct.pack(">IIBBBBB", 12_000, 9_000, 1, 0, 0, 0, 0)  # one bit a pixel
    rows = zlib.compress(bytes(9_000 * (1 + 12_000 // 8)), 1)
    path = tmp_path / "a.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + a_chunk(b"IHDR", header)
        + a_chunk(b"IDAT", rows)
        + a_chunk(b"IEND", b"")
    )

    asset = inspect(path, "map.png", max_pixels=200_000_000)

    assert (asset.width, asset.height) == (12_000, 9_000)
    assert asset.facts.lights == (0.0,) * 9
    with pytest.raises(TooManyPixels, match="12000x9000, the limit is 100 megapixels"):
        probe(path, "map.png")


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.webp"])
def test_a_limit_above_all_that_decoders_take_does_no_harm(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    made = a_clip(path, frame_count=5) if name == "a.mp4" else a_gif(path)

    assert inspect(made, name, max_pixels=10**12).kind is AssetKind.VIDEO


def test_the_limit_of_pixels_holds_for_clips_too(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4", frame_count=2)

    with pytest.raises(TooManyPixels, match="64x48"):
        probe(path, "a.mp4", max_pixels=3000)


def test_a_huge_gif_is_refused_by_its_header(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(b"GIF89a\xff\xff\xff\xff\0\0\0;")

    with pytest.raises(TooManyPixels, match="65535x65535"):
        probe(path, "a.gif")


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv", "wav", "png", "gif", "webp", "mp3"])
def test_noise_behind_a_true_header_is_a_coded_error(tmp_path: Path, suffix: str) -> None:
    heads = {
        "mp4": b"\0\0\0\x18ftypisom\0\0\2\0isomiso2",
        "mov": b"\0\0\0\x14ftypqt  \0\0\0\0qt  ",
        "mkv": b"\x1a\x45\xdf\xa3\xa3\x42\x82\x88matroska",
        "wav": b"RIFF\xff\xff\0\0WAVEfmt ",
        "png": b"\x89PNG\r\n\x1a\n",
        "gif": b"GIF89a\x10\0\x10\0\xf7",
        "webp": b"RIFF\xff\xff\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0",
        "mp3": b"ID3\4\0\0\0\0\0\0",
    }
    path = tmp_path / "upload"
    path.write_bytes(heads[suffix] + np.random.default_rng(1).bytes(3000))

    with pytest.raises(MediaError) as caught:
        inspect(path, f"a.{suffix}")

    assert 4200 < caught.value.code < 4300
    assert f"'a.{suffix}'" in str(caught.value)


def test_a_clip_cut_short_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mkv", frame_count=68, times_ms=[i * 200 for i in range(68)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(BrokenMedia, match=r"ends after \d+\.\d s of 13\.\d s"):
        probe(path, "a.mkv")


def test_an_mp4_without_its_index_is_refused(tmp_path: Path) -> None:
    path = a_clip(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes()[:-800])

    with pytest.raises(BrokenMedia):
        probe(path, "a.mp4")


def test_a_playlist_opens_nothing_else(tmp_path: Path) -> None:
    a_clip(tmp_path / "secret.mp4")
    path = tmp_path / "a.mp4"
    path.write_text("ffconcat version 1.0\nfile secret.mp4\n")

    with pytest.raises(UnsupportedMedia, match="list of files"):
        probe(path, "a.mp4")


def test_facts_come_with_the_asset(tmp_path: Path) -> None:
    picture = np.full((300, 400, 3), (30, 120, 30), np.uint8)
    picture[160:240, 260:340] = (20, 20, 230)
    path = tmp_path / "a.jpg"
    path.write_bytes(a_jpeg(picture))

    asset = inspect(path, "a.jpg")

    assert asset.facts == look_at(path, AssetKind.IMAGE)
    assert asset.facts.focus == pytest.approx((0.75, 0.67), abs=0.06)
    assert asset.facts.palette[0].startswith("#e")
    assert asset.facts.faces == ()


def test_a_clip_has_facts_and_a_song_has_none(tmp_path: Path) -> None:
    clip = a_clip(tmp_path / "a.mp4", frame_count=50)
    song = a_sound(tmp_path / "a.wav", a_tone(duration_s=0.2))

    assert inspect(clip, "a.mp4").facts.focus is not None
    assert inspect(song, "a.wav").facts.focus is None

"""Files made to break whoever opens them, or to make them open something else."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from tests.media_files import a_picture, numbered_clip

__all__ = ["BadFile", "Lures", "bad_files"]


@dataclass(frozen=True)
class Lures:
    """What a file may try to make the server read: a file beside it, an address of this machine."""

    secret: Path
    url: str


@dataclass(frozen=True)
class BadFile:
    """`is_refused` None: either will do, as long as it is told."""

    name: str
    content: bytes
    is_refused: bool | None = True


def bad_files(folder: Path, lures: Lures) -> list[BadFile]:
    """Give them all."""
    clip = numbered_clip(folder / "clip.mp4", frame_count=30, rate=Fraction(15), size_px=(64, 36))
    mp4 = clip.read_bytes()
    jpg, png = _encoded(".jpg"), _encoded(".png")
    return [
        *_playlists(lures),
        *_archives(jpg),
        *_bombs(png),
        *_cut(mp4, jpg, png),
        *_mutated(mp4, jpg, png),
        *_empty(),
        *_elsewhere(mp4, lures),
        *_endless(mp4),
        *_headers_alone(),
        *_names(jpg, png),
    ]


def _encoded(suffix: str) -> bytes:
    is_encoded, data = cv2.imencode(suffix, a_picture(96, 54))
    assert is_encoded
    return data.tobytes()


def _playlists(lures: Lures) -> list[BadFile]:
    def hls(target: str) -> bytes:
        return f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n".encode()

    concat = f"ffconcat version 1.0\nfile '{lures.secret}'\n".encode()
    dash = (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
        f"<Period><BaseURL>{lures.url}</BaseURL></Period></MPD>"
    ).encode()
    entity = (
        f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file://{lures.secret}">]>'
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{lures.url}"/><text>&x;</text></svg>'
    ).encode()
    session = f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nu={lures.url}\n".encode()
    return [
        BadFile("playlist.m3u8", hls(lures.url)),
        BadFile("playlist.mp4", hls(lures.url)),
        BadFile("playlist.mp3", hls(f"file://{lures.secret}")),
        BadFile("playlist-behind-tag.mp3", b"ID3\4\0\0\0\0\0\0" + hls(lures.url)),
        BadFile("playlist-behind-mark.mov", b"\xef\xbb\xbf" + hls(lures.url)),
        BadFile("list.mp4", concat),
        BadFile("list.jpg", concat),
        BadFile("list.webm", b"\n\n" + concat),
        BadFile("concat.txt", f"concat:{lures.secret}|{lures.secret}".encode()),
        BadFile("manifest.mp4", dash),
        BadFile("drawing.svg", entity),
        BadFile("drawing.png", entity),
        BadFile("session.mp4", session),
        BadFile("subtitles.mkv", b"WEBVTT\n\n00:00.000 --> 99:00.000\nhello\n"),
    ]


def _archives(jpg: bytes) -> list[BadFile]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../evil.jpg", jpg)
        archive.writestr("zeros", bytes(5_000_000))
    return [
        BadFile("archive.mp4", packed.getvalue()),
        BadFile("photo-and-archive.jpg", jpg + packed.getvalue(), is_refused=False),
        BadFile("script.gif", b"GIF89a/*" + b"\0" * 4 + b"*/=1;alert(document.cookie)//"),
        BadFile("document.jpg", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n%%EOF"),
        BadFile("page.png", b"<html><script>alert(1)</script></html>"),
        BadFile("program.mp4", b"\x7fELF\2\1\1" + bytes(64)),
    ]


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _bombs(png: bytes) -> list[BadFile]:
    side = 30_000
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    rows = zlib.compressobj(9)
    line = b"\0" * (1 + side // 8)
    pixels = b"".join(rows.compress(line * 500) for _ in range(side // 500)) + rows.flush()
    png_bomb = png[:8] + header + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")
    text = _chunk(b"iTXt", b"k\0\1\0\0\0" + zlib.compress(bytes(20_000_000), 9))
    gif = b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0, 0, 0)
    gif_bomb = gif + b"," + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\2\2\x4c\1\0;"
    canvas = (16_383).to_bytes(3, "little")
    vp8x = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + canvas * 2
    vp8l = b"VP8L" + struct.pack("<I", 6) + b"\x2f\xff\xff\xff\x0f\x00"
    riff = b"RIFF" + struct.pack("<I", 4 + len(vp8x) + len(vp8l)) + b"WEBP" + vp8x + vp8l
    is_encoded, small = cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))
    assert is_encoded
    jpg = bytearray(small.tobytes())
    frame = jpg.index(b"\xff\xc0")
    jpg[frame + 5 : frame + 9] = struct.pack(">HH", 65500, 65500)
    return [
        BadFile("bomb.png", png_bomb),
        BadFile("bomb-in-text.png", png[:33] + text + png[33:], is_refused=None),
        BadFile("bomb.gif", gif_bomb),
        BadFile("bomb.webp", riff),
        BadFile("bomb.jpg", bytes(jpg)),
    ]


def _cut(mp4: bytes, jpg: bytes, png: bytes) -> list[BadFile]:
    return [
        *(
            BadFile(f"cut-at-{share}.mp4", mp4[: len(mp4) * share // 100])
            for share in (1, 10, 50, 90)
        ),
        BadFile("cut.jpg", jpg[: len(jpg) // 8], is_refused=None),
        BadFile("cut-to-its-header.jpg", jpg[:24]),
        BadFile("cut.png", png[:60]),
    ]


def _mutated(mp4: bytes, jpg: bytes, png: bytes) -> list[BadFile]:
    def mutated(data: bytes, seed: int) -> bytes:
        noise = np.random.default_rng(seed)
        changed = bytearray(data)
        for place in noise.integers(16, len(data), 60):
            changed[place] = int(noise.integers(256))
        return bytes(changed)

    return [
        *(BadFile(f"mutated-{seed}.mp4", mutated(mp4, seed), None) for seed in range(4)),
        BadFile("mutated.jpg", mutated(jpg, 5), None),
        BadFile("mutated.png", mutated(png, 6), None),
    ]


def _empty() -> list[BadFile]:
    return [
        BadFile("empty.mp4", b""),
        BadFile("one-byte.mp4", b"\0"),
        BadFile("zeros.mp4", bytes(1_000_000)),
    ]


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + kind + content


_PARENTS = (b"moov", b"trak", b"mdia", b"minf", b"dinf")


def _with_boxes(data: bytes, kind: bytes, new: bytes) -> bytes:
    """Give a film in which boxes of a kind are others; those around them have the right length."""
    made, place = b"", 0
    while place < len(data):
        length = int.from_bytes(data[place : place + 4], "big")
        here, content = data[place + 4 : place + 8], data[place + 8 : place + length]
        if here == kind:
            made += new
        elif here in _PARENTS:
            made += _box(here, _with_boxes(content, kind, new))
        else:
            made += data[place : place + length]
        place += length
    return made


def _alias(path: Path) -> bytes:
    """Give a file reference of old Macintosh systems: names, levels of folders, then paths."""
    name, whole = path.name.encode()[:63], str(path).encode()
    whole += b"\0" * (len(whole) % 2)
    return b"".join(
        (
            bytes(10 + 1 + 27 + 12),
            bytes([len(name)]) + name.ljust(63, b"\0") + bytes(16),
            struct.pack(">HH", 1, 1) + bytes(16),
            struct.pack(">HH", 2, len(whole)) + whole,
            struct.pack(">HH", 18, len(whole)) + whole,
            struct.pack(">HH", 0xFFFF, 0),
        )
    )


def _elsewhere(mp4: bytes, lures: Lures) -> list[BadFile]:
    """Films whose samples lie in another file, named by a path or an address."""

    def referring(kind: bytes, target: bytes) -> bytes:
        entry = _box(kind, b"\0\0\0\0", target)
        return _with_boxes(mp4, b"dref", _box(b"dref", b"\0\0\0\0\0\0\0\1", entry))

    path, url = str(lures.secret).encode() + b"\0", lures.url.encode() + b"\0"
    rmra = _box(b"rmda", _box(b"rdrf", b"\0\0\0\0url ", struct.pack(">I", len(url)), url))
    return [
        BadFile("reference-to-file.mp4", referring(b"url ", b"file://" + path), None),
        BadFile("reference-to-address.mp4", referring(b"url ", url), None),
        BadFile("reference-by-alias.mov", referring(b"alis", _alias(lures.secret)), None),
        BadFile("reference-movie.mov", _box(b"moov", _box(b"rmra", rmra))),
    ]


def _endless(mp4: bytes) -> list[BadFile]:
    long = bytearray(mp4)
    place = mp4.index(b"mvhd") + 4
    long[place + 12 : place + 20] = struct.pack(">II", 1, 0xFFFFFFFF)
    wide = bytearray(mp4)
    place = mp4.index(b"avc1") + 4 + 24
    wide[place : place + 4] = struct.pack(">HH", 65535, 65535)
    many = bytearray(mp4)
    place = mp4.index(b"stts") + 8
    many[place : place + 12] = struct.pack(">III", 1, 0xFFFFFFFF, 0x7FFFFFFF)
    wav = b"RIFF\xff\xff\xff\xffWAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 2, 48000, 192000, 4, 16)
    deep = b""
    for _ in range(2000):
        deep = _box(b"moov", deep)
    return [
        BadFile("endless-by-header.mp4", bytes(long), None),
        BadFile("endless-by-samples.mp4", bytes(many), None),
        BadFile("wide.mp4", bytes(wide), None),
        BadFile("endless.wav", wav + b"data\xff\xff\xff\xff" + bytes(4000), None),
        BadFile("deep.mov", deep),
    ]


def _headers_alone() -> list[BadFile]:
    return [
        BadFile("header.mkv", b"\x1a\x45\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1matroska" + bytes(32)),
        BadFile("header.webm", b"\x1a\x45\xdf\xa3\xff\xff\xff\xff\xff\xff\xff\xffwebm" + bytes(9)),
        BadFile("header.avi", b"RIFF\xff\xff\xff\xffAVI LIST\xff\xff\xff\xffhdrl" + bytes(40)),
        BadFile("header.ogg", b"OggS\0\2" + bytes(20) + b"\1\x1eOpusHead"),
        BadFile("frames-of-nothing.mp3", b"\xff\xfb\x90\0" * 2000, None),
        BadFile("header.m4a", b"\0\0\0\x18ftypM4A \0\0\0\0M4A isom"),
        BadFile("header.flac", b"fLaC\x80\0\0\x22" + bytes(34)),
    ]


def _names(jpg: bytes, png: bytes) -> list[BadFile]:
    """Good files under names that mean something elsewhere."""
    return [
        BadFile("wrong-suffix.mp4", png, is_refused=False),
        BadFile("pattern-%05d.jpg", jpg, is_refused=False),
        BadFile("concat:one|two.jpg", jpg, is_refused=False),
        BadFile("$(touch evil);`id`.jpg", jpg, is_refused=False),
    ]

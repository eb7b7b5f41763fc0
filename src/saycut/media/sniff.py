"""What a file is, told by its content; its name is only a label.

The type names the one demuxer that may open the file and the decoders that may run on it.
FFmpeg left to itself opens playlists under any name, and with them other files and the network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from saycut.media.errors import EmptyFile, MissingFile, UnsupportedMedia

__all__ = ["HEAD_BYTES", "MediaType", "sniff", "sniff_bytes"]

# Ten boxes of an ISO file, or the header of anything else, lie well inside.
HEAD_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class MediaType:
    """A supported type: its usual extension, its demuxer, the decoders allowed on it.

    `demuxer` and `codecs` are FFmpeg's names, empty for what OpenCV reads: stills, and the
    frames of an animated WebP, for which FFmpeg has no decoder.
    """

    name: str
    demuxer: str = ""
    codecs: frozenset[str] = frozenset()
    is_animation: bool = False


def sniff(path: Path, name: str | None = None) -> MediaType:
    """Tell the type of a file.

    Args:
        name: the user's label for the file, for messages; the last part of `path` when None.

    Raises:
        MissingFile: nothing, or no plain file, is there.
        EmptyFile: it has no bytes.
        UnsupportedMedia: it is of another type; the message says which, where that is known.
    """
    label = path.name if name is None else name
    try:
        if not path.is_file():
            raise MissingFile(label, "it is a folder" if path.is_dir() else "no such file")
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if head.startswith(b"ID3"):
                # A tag of any size, with pictures, before MP3, AAC or FLAC.
                file.seek(10 + _id3_bytes(head))
                head = file.read(HEAD_BYTES) or head
    except OSError as error:
        raise MissingFile(label, error.strerror or "it cannot be opened") from error
    if not head:
        raise EmptyFile(label)
    return sniff_bytes(head, label)


def sniff_bytes(head: bytes, name: str) -> MediaType:
    """Tell the type from the first `HEAD_BYTES` of a file (or all, when it is shorter).

    Raises:
        UnsupportedMedia: as `sniff`.
    """
    for claims, media_type in _TYPES:
        if claims(head):
            return media_type
    raise UnsupportedMedia(name, *_foreign(head))


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_VIDEO: Final = _names(
    "h264 hevc libdav1d av1 vp8 vp9 libvpx libvpx-vp9 mpeg4 mpeg1video mpeg2video mjpeg prores "
    "dnxhd h263 theora msmpeg4 msmpeg4v2 dvvideo rawvideo qtrle png ffv1 huffyuv cinepak"
)
_SOUND: Final = _names(
    "aac mp3 mp3float mp2 mp2float ac3 eac3 alac opus libopus vorbis flac wmav2 amrnb "
    "pcm_s16le pcm_s16be pcm_s24le pcm_s24be pcm_s32le pcm_s32be pcm_u8 pcm_s8 pcm_f32le "
    "pcm_f32be pcm_f64le pcm_f64be pcm_alaw pcm_mulaw adpcm_ms adpcm_ima_wav adpcm_ima_qt"
)
_FILM: Final = _VIDEO | _SOUND

_STILL_BRANDS: Final = (b"avif",)
_HEIC_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# Boxes that open old QuickTime files, which have no `ftyp`.
_ATOMS: Final = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")


def _brand(head: bytes) -> bytes:
    return head[8:12] if head[4:8] == b"ftyp" else b""


def _is_avif(head: bytes) -> bool:
    size = int.from_bytes(head[:4], "big")
    brands = head[8:size] if head[4:8] == b"ftyp" and size <= 256 else b""
    return brands[:4] in _STILL_BRANDS or (brands[:4] in _HEIC_BRANDS and b"avif" in brands)


def _is_mp4(head: bytes) -> bool:
    brand = _brand(head)
    return bool(brand) and brand not in (*_HEIC_BRANDS, b"avif", b"avis", b"qt  ", b"crx ")


def _is_riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] in (b"RIFF", b"RF64") and head[8:12] == form


def _is_webp_clip(head: bytes) -> bool:
    # The second bit of the flags in the extended header: the file is an animation.
    return _is_riff(b"WEBP")(head) and head[12:16] == b"VP8X" and bool(head[20] & 2)


def _is_matroska(doc_type: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"\x1a\x45\xdf\xa3" and doc_type in head[:64]


def _is_ogg(codec: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"OggS" and codec in head[:64]


def _is_adts(head: bytes) -> bool:
    """Two frames in a row that say they are AAC: one sync word alone may be chance."""
    if len(head) < 7 or head[0] != 0xFF or head[1] & 0xF6 != 0xF0:
        return False
    size = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5
    follower = head[size : size + 2]
    return size >= 7 and (len(follower) < 2 or (follower[0] == 0xFF and follower[1] & 0xF6 == 0xF0))


def _id3_bytes(head: bytes) -> int:
    """Give the size of the tag after its header: seven bits in each of four bytes."""
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size


def _is_mp3(head: bytes) -> bool:
    # Some writers pad between the tag and the first frame.
    head = head.lstrip(b"\0")
    return head[:3] == b"ID3" or (
        len(head) > 3
        and head[0] == 0xFF
        and head[1] & 0xE0 == 0xE0
        and head[1] & 0x06 != 0  # a layer: 0 is AAC's
        and head[1] & 0x18 != 0x08  # a version
        and head[2] & 0xF0 != 0xF0  # a bit rate
        and head[2] & 0x0C != 0x0C  # a sample rate
    )


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


# In this order: the first that claims a file has it.
_TYPES: Final[tuple[tuple[Callable[[bytes], bool], MediaType], ...]] = (
    (_starts(b"\xff\xd8\xff"), MediaType("jpg")),
    (_starts(b"\x89PNG\r\n\x1a\n"), MediaType("png")),
    (_starts(b"GIF87a", b"GIF89a"), MediaType("gif", "gif", frozenset({"gif"}))),
    (_is_webp_clip, MediaType("webp", is_animation=True)),
    (_is_riff(b"WEBP"), MediaType("webp")),
    (_is_avif, MediaType("avif")),
    (lambda h: _brand(h) == b"qt  " or h[4:8] in _ATOMS, MediaType("mov", "mov", _FILM)),
    (lambda h: _brand(h) in (b"M4A ", b"M4B "), MediaType("m4a", "mov", _FILM)),
    (_is_mp4, MediaType("mp4", "mov", _FILM)),
    (_is_matroska(b"webm"), MediaType("webm", "matroska", _FILM)),
    (_is_matroska(b"matroska"), MediaType("mkv", "matroska", _FILM)),
    (_is_riff(b"AVI "), MediaType("avi", "avi", _FILM)),
    (_is_riff(b"WAVE"), MediaType("wav", "wav", _SOUND)),
    (_is_ogg(b"OpusHead"), MediaType("opus", "ogg", _FILM)),
    (_starts(b"OggS"), MediaType("ogg", "ogg", _FILM)),
    (_starts(b"fLaC"), MediaType("flac", "flac", frozenset({"flac"}))),
    (_is_adts, MediaType("aac", "aac", frozenset({"aac"}))),
    (_is_mp3, MediaType("mp3", "mp3", frozenset({"mp3", "mp3float", "mp2", "mp2float"}))),
)

_TO_MP4: Final = "Convert it to mp4 (H.264 and AAC)."
_TO_JPG: Final = "Convert it to jpg or png."
_TO_WAV: Final = "Convert it to mp3 or wav."

# Types that people do send, told by how they begin.
_FOREIGN: Final[tuple[tuple[bytes, str, str], ...]] = (
    (b"#EXTM3U", "a playlist (HLS), which only points to media elsewhere", "Send the media file."),
    (b"ffconcat", "a list of files, which only points to media", "Send the media files."),
    (b"%PDF", "a PDF document", "Export its pages as jpg or png."),
    (b"BM", "a BMP picture", _TO_JPG),
    (b"II*\0", "a TIFF or raw camera picture", _TO_JPG),
    (b"MM\0*", "a TIFF or raw camera picture", _TO_JPG),
    (b"8BPS", "a Photoshop document", _TO_JPG),
    (b"\0\0\1\0", "an icon", _TO_JPG),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture", _TO_JPG),
    (b"\xff\x0a", "a JPEG XL picture", _TO_JPG),
    (b"FLV\1", "a Flash video", _TO_MP4),
    (b"\x30\x26\xb2\x75", "a Windows Media file", "Convert it to mp4 or mp3."),
    (b"\0\0\1\xba", "an MPEG program stream", _TO_MP4),
    (b"\x47\x40", "an MPEG transport stream", _TO_MP4),
    (b"FORM", "an AIFF sound", _TO_WAV),
    (b"MThd", "a MIDI score, which holds no sound", "Record it as mp3 or wav."),
    (b"#!AMR", "an AMR sound", _TO_WAV),
    (b"PK\3\4", "an archive or office document", "Send the media inside, each as its own file."),
    (b"Rar!", "an archive", "Send the media inside, each as its own file."),
    (b"7z\xbc\xaf", "an archive", "Send the media inside, each as its own file."),
)


def _foreign(head: bytes) -> tuple[str, str]:
    """Give what an unsupported file is, and what to do about it."""
    if _brand(head) in _HEIC_BRANDS or _brand(head) == b"avis":
        return "a HEIC picture or image sequence", _TO_JPG
    for signature, found, advice in _FOREIGN:
        if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(signature):
            return found, advice
    if b"<svg" in head:
        return "an SVG drawing", "Export it as png."
    if _is_text(head):
        return "a text file", "Send the media itself."
    return "of no type that is known here", "Convert it to mp4, jpg or mp3."


def _is_text(head: bytes) -> bool:
    # The end may cut a character in two.
    text = head.decode(errors="ignore")
    return len(text.encode()) >= len(head) - 3 and all(c.isprintable() or c.isspace() for c in text)

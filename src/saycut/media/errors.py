"""What can be wrong with a file of media. `name` is the user's label for it, never a path."""

from typing import ClassVar

from saycut.errors import SaycutError

__all__ = [
    "BrokenMedia",
    "EmptyFile",
    "MediaCrash",
    "MediaError",
    "MediaTimeout",
    "MissingFile",
    "TooManyPixels",
    "TooMuchMemory",
    "UnsupportedMedia",
]


class MediaError(SaycutError):
    """A file of media cannot be used."""

    code: ClassVar[int] = 4200


class UnsupportedMedia(MediaError):
    """The content is of a type that is not taken, whatever the file is called."""

    code: ClassVar[int] = 4201

    def __init__(self, name: str, found: str, advice: str) -> None:
        super().__init__(
            f"cannot use {name!r}: it is {found}. Supported are mp4, mov, avi, webm, mkv; jpg, "
            f"png, gif, webp, avif; mp3, wav, m4a, aac, ogg, opus, flac. {advice}"
        )
        self.name = name
        self.found = found


class BrokenMedia(MediaError):
    """The file says that it is of a supported type, yet it cannot be decoded."""

    code: ClassVar[int] = 4202

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(
            f"cannot read {name!r}: {reason}; copy the file from its source again, or export it "
            "anew from the program that made it"
        )
        self.name = name
        self.reason = reason


class EmptyFile(MediaError):
    """The file has no bytes."""

    code: ClassVar[int] = 4203

    def __init__(self, name: str) -> None:
        super().__init__(f"cannot use {name!r}: it is empty (0 bytes); send the file again")
        self.name = name


class TooManyPixels(MediaError):
    """The picture is larger than the limit; `width` and `height` are 0 where they are unknown."""

    code: ClassVar[int] = 4204

    def __init__(self, name: str, max_pixels: int, width: int = 0, height: int = 0) -> None:
        size = f"{width}x{height}" if width else "too large"
        super().__init__(
            f"cannot use {name!r}: its picture is {size}, the limit is "
            f"{max_pixels / 1e6:g} megapixels; scale it down and send it again"
        )
        self.name = name
        self.max_pixels = max_pixels
        self.width = width
        self.height = height


class MediaTimeout(MediaError):
    """Reading took longer than it may."""

    code: ClassVar[int] = 4205

    def __init__(self, name: str, limit_s: float) -> None:
        super().__init__(
            f"stopped reading {name!r} after {limit_s:g} s, the limit; it may be damaged: export "
            "it anew, or cut it into shorter parts"
        )
        self.name = name
        self.limit_s = limit_s


class MissingFile(MediaError):
    """There is no file at the path."""

    code: ClassVar[int] = 4206

    def __init__(self, name: str, reason: str = "no such file") -> None:
        super().__init__(f"cannot open {name!r}: {reason}; check the path and its spelling")
        self.name = name


class TooMuchMemory(MediaError):
    """Reading needed more memory than it may take."""

    code: ClassVar[int] = 4207

    def __init__(self, name: str, memory_bytes: int) -> None:
        super().__init__(
            f"cannot read {name!r} within the limit of {memory_bytes // 2**20} MiB of memory; "
            "scale it down and send it again"
        )
        self.name = name
        self.memory_bytes = memory_bytes


class MediaCrash(MediaError):
    """The process that read the file died; only that process, nothing else was touched."""

    code: ClassVar[int] = 4208

    def __init__(self, name: str, how: str) -> None:
        super().__init__(
            f"cannot read {name!r}: decoding it failed ({how}); export it anew, as MP4 (H.264), "
            "JPEG or WAV"
        )
        self.name = name
        self.how = how

"""What file an order asks for, in the words of clients, and what that is in pixels."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from saycut.engine import Encoding, Size, SizeRefused
from saycut.engine.shape import has_shape
from saycut.jobs.errors import FormatNotMade, QualityUnknown
from saycut.render import ShapeMismatch
from saycut.timeline import Canvas

__all__ = ["FORMATS", "Output", "output_of"]

FORMATS: Final = ("mp4",)
_LATER: Final = ("mov", "webm", "mkv", "gif", "mp3", "wav", "m4a")

# x264's rate factor: 20 shows no difference beside the source, 23 is its own default, 26 is
# half the size of 20 and shows it in fine texture.
_CRF: Final = {"low": 26, "medium": 23, "high": 20}
_LOW_SIDE_PX: Final = 720


@dataclass(frozen=True, slots=True)
class Output:
    """The file of an export. `width` and `height` None are those of the canvas."""

    format: str = "mp4"
    width: int | None = None
    height: int | None = None
    crf: int = _CRF["high"]

    @classmethod
    def of_row(cls, options: Mapping[str, Any]) -> "Output":
        """Take up what an earlier version may have written."""
        return cls(**{name: options[name] for name in cls.__slots__ if name in options})

    @property
    def row(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def size_px(self) -> tuple[int, int] | None:
        return (self.width, self.height) if self.width and self.height else None

    @property
    def encoding(self) -> Encoding:
        return Encoding(crf=self.crf)


def output_of(asked: Mapping[str, Any], canvas: Canvas) -> Output:
    """Give the file that is asked for, of the shape of the canvas.

    Args:
        asked: `format`, `quality`, `resolution`, `width`, `height`, each of which may be missing;
            other keys say nothing. A `resolution` says how fine the film is, and a size in it
            is turned to the shape of the film by its shorter side.

    Raises:
        FormatNotMade, QualityUnknown, SizeRefused
        ShapeMismatch: `width` and `height` are both given and of another shape.
    """
    name = _word(asked.get("format")) or "mp4"
    if name not in FORMATS:
        raise FormatNotMade(name, FORMATS, _LATER)
    quality = _word(asked.get("quality")) or "high"
    size = _size(asked, quality, canvas)
    width, height = size or (None, None)
    return Output(name, width, height, _CRF.get(quality, _CRF["high"]))


def _size(asked: Mapping[str, Any], quality: str, canvas: Canvas) -> tuple[int, int] | None:
    sides = asked.get("width"), asked.get("height")
    if any(sides):
        return _of_sides(*sides, canvas)
    if resolution := _word(asked.get("resolution")):
        return _on(Size.parse(resolution), canvas)
    if quality not in _CRF:
        try:
            return _on(Size.parse(quality), canvas)
        except SizeRefused as error:
            if quality[:1].isdigit():
                raise
            raise QualityUnknown(quality) from error
    if quality == "low" and min(canvas.width, canvas.height) > _LOW_SIDE_PX:
        return _on(Size(quality, _LOW_SIDE_PX, None), canvas)
    return None


def _on(size: Size, canvas: Canvas) -> tuple[int, int]:
    by_short_side = Size(size.text, size.short_side_px, None)
    return _checked(by_short_side.on(canvas.width, canvas.height))


def _of_sides(width: int | None, height: int | None, canvas: Canvas) -> tuple[int, int]:
    if width and height:
        size = width, height
        if not has_shape(canvas, size):
            raise ShapeMismatch(size, canvas.ratio)
    elif width:
        size = width, 2 * round(width * canvas.height / canvas.width / 2)
    else:
        assert height
        size = 2 * round(height * canvas.width / canvas.height / 2), height
    return _checked(size)


def _checked(size_px: tuple[int, int]) -> tuple[int, int]:
    """Raises SizeRefused: no film can have that size."""
    Size.parse(f"{size_px[0]}x{size_px[1]}")
    return size_px


def _word(value: Any) -> str:
    return str(value).strip().lower().lstrip(".") if value is not None else ""

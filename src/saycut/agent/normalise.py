"""A request as it was typed becomes one plain text, with quoted parts set aside.

What a person puts in quotes is never read as an instruction: each quoted part is taken out
before anything else looks at the text, and one private character stands in its place.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

__all__ = ["Quote", "Request", "normalise"]

# Opening marks and what closes them. Straight marks close themselves; see _QUOTED.
_PAIRS: Final = {
    "“": "”“",
    "„": "“”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "《": "》",
    "«": "»",
    '"': '"',
    "＂": "＂",
    "`": "`",
}
_PAIRED: Final = "|".join(
    f"{re.escape(left)}([^{re.escape(right)}\n]{{1,400}})[{re.escape(right)}]"
    for left, right in _PAIRS.items()
)
# An apostrophe opens only after a space and closes only before one: "it's" quotes nothing.
_SINGLE: Final = r"(?<![^\W_])['‘’](?=\S)([^\n]{1,400}?)(?<=\S)['’](?![^\W_])"
_QUOTED: Final = re.compile(f"{_PAIRED}|{_SINGLE}")

_FIRST_MARK: Final = 0xE000  # the private use area; such characters mean nothing in a request
_LAST_MARK: Final = 0xF8FF
_MARKS: Final = re.compile(f"[{chr(_FIRST_MARK)}-{chr(_LAST_MARK)}]")
_FILE_NAME: Final = re.compile(
    r"(?:[A-Za-z0-9_()./~À-ɏ-]*[A-Za-z0-9_)À-ɏ]|[\u3040-\u9fff\d]+)\.(?:jpe?g|png|gif|webp|avif|heic|mp4|mov|avi|webm|mkv|mp3|wav|m4a|aac|ogg|flac"
    r"|opus|srt|vtt|txt|pdf|docx?)(?![A-Za-z0-9])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quote:
    """A part of the request in quotes or a file's name: what it says and where it stood.

    `start` counts characters of `Request.text`, where the part takes up one character.
    """

    content: str
    start: int
    is_file_name: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request made plain: `text` with its capitals, `folded` the same for comparing.

    Both have the same length, so that a place in one is a place in the other.
    """

    text: str
    folded: str
    quotes: tuple[Quote, ...] = ()

    def shown(self, start: int = 0, end: int | None = None) -> str:
        """Give a stretch of the request as the person wrote it, quotes and all."""
        words = _MARKS.sub(self._quoted, self.text[start:end])
        return " ".join(words.split()).strip(" ,;.!?，；。！？、—–-")

    def _quoted(self, mark: re.Match[str]) -> str:
        quote = self.quotes[ord(mark[0]) - _FIRST_MARK]
        return quote.content if quote.is_file_name else f"“{quote.content}”"


def normalise(text: str) -> Request:
    """Take quotes and file names out, unify widths, spaces and case.

    Nothing is lost: `Request.shown()` gives the words back.
    """
    parts: list[tuple[str, bool]] = []

    def set_aside(content: str, is_file_name: bool) -> str:
        if len(parts) > _LAST_MARK - _FIRST_MARK:
            return content
        parts.append((content, is_file_name))
        return chr(_FIRST_MARK + len(parts) - 1)

    def quoted(match: re.Match[str]) -> str:
        content = " ".join(next(g for g in match.groups() if g is not None).split())
        if not content:
            return match[0]
        return set_aside(content, bool(_FILE_NAME.fullmatch(content)))

    plain = _QUOTED.sub(quoted, _MARKS.sub(" ", text))
    plain = _FILE_NAME.sub(lambda m: set_aside(m[0], True), plain)
    plain = _one_space(unicodedata.normalize("NFKC", plain))
    return Request(plain, _folded(plain), _placed(plain, parts))


def _placed(plain: str, parts: list[tuple[str, bool]]) -> tuple[Quote, ...]:
    places = {ord(m[0]) - _FIRST_MARK: m.start() for m in _MARKS.finditer(plain)}
    return tuple(Quote(content, places[i], is_file) for i, (content, is_file) in enumerate(parts))


def _one_space(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def _folded(text: str) -> str:
    """Lower the case without changing the length, which a few letters would."""
    lowered = (c.lower() if len(c.lower()) == 1 else c for c in text)
    return "".join(lowered).translate({0x2019: "'", 0x2018: "'"})

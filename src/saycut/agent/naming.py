"""Words for the screen made from what there is: a file's name, a phrase of the request.

Nothing is invented: a name that only a camera or a website could have given says nothing.
"""

import re
from typing import Final

__all__ = ["caption_of", "has_number", "sentence_title"]

_EXTENSION: Final = re.compile(r"\.[A-Za-z0-9]{2,5}$")
# What cameras, phones and websites call their files, and words that describe a file.
_MACHINE_WORDS: Final = frozenset(
    [
        "img",
        "image",
        "images",
        "dsc",
        "dscn",
        "dscf",
        "dcim",
        "pxl",
        "mvi",
        "mov",
        "gopr",
        "gp",
        "dji",
        "pano",
        "photo",
        "photos",
        "picture",
        "pictures",
        "pic",
        "pics",
        "foto",
        "fotos",
        "bild",
        "screenshot",
        "screen",
        "shot",
        "scan",
        "scanned",
        "untitled",
        "unnamed",
        "copy",
        "final",
        "edit",
        "edited",
        "export",
        "exported",
        "upload",
        "download",
        "video",
        "clip",
        "clips",
        "movie",
        "film",
        "vid",
        "wp",
        "whatsapp",
        "signal",
        "telegram",
        "fb",
        "insta",
        "snapchat",
        "mmexport",
        "wechat",
        "resized",
        "scaled",
        "small",
        "large",
        "medium",
        "thumb",
        "thumbnail",
        "hd",
        "uhd",
        "jpeg",
        "jpg",
        "png",
        "webp",
        "hdr",
        "raw",
        "burst",
        "cover",
        "wallpaper",
        "background",
        "new",
        "temp",
        "tmp",
        "test",
        "sample",
        "example",
        "default",
        "file",
        "slide",
        "frame",
        "照片",
        "图片",
        "微信图片",
        "截图",
        "视频",
        "写真",
    ]
)
_SITES: Final = frozenset({"unsplash", "pexels", "pixabay", "shutterstock", "istock", "getty"})
_BY: Final = frozenset({"by", "von", "par", "por", "courtesy", "credit", "photographer"})
_SMALL: Final = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "in",
        "on",
        "at",
        "to",
        "for",
        "and",
        "or",
        "with",
        "from",
        "by",
        "de",
        "la",
        "le",
        "les",
        "el",
        "los",
        "las",
        "du",
        "des",
        "da",
        "do",
        "di",
        "del",
        "der",
        "die",
        "das",
        "den",
        "und",
        "y",
        "et",
        "e",
        "von",
        "van",
    ]
)
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORDS_MAX: Final = 6
_LETTERS_MAX: Final = 42


def caption_of(name: str) -> str | None:
    """Give what a file's name says, fit to be shown: `golden_gate-bridge.jpg` is "Golden Gate
    Bridge". None when it says nothing that a person would have meant."""
    stem = _EXTENSION.sub("", name)
    words = _WORD.findall(_CAMEL.sub(" ", stem))
    lowered = [w.lower() for w in words]
    if _SITES & set(lowered):
        return None
    words = words[: next((i for i, w in enumerate(lowered) if w in _BY and i), len(words))]
    kept = [w for w in words if not _is_machine_made(w)]
    # "Picture 0B": what is left beside a camera's word is a serial number, not a caption.
    if not kept or (len(kept) < len(words) and all(len(w) <= 2 and w.isascii() for w in kept)):
        return None
    caption = sentence_title(" ".join(kept))
    is_readable = len(kept) <= _WORDS_MAX and len(caption) <= _LETTERS_MAX
    return caption if is_readable and any(c.isalpha() for c in caption) else None


def has_number(name: str) -> bool:
    """Tell whether a file's name carries a number that may give its place in a row."""
    return bool(re.search(r"\d", _EXTENSION.sub("", name)))


def sentence_title(phrase: str) -> str:
    """Write a phrase as a title: "golden gate bridge" is "Golden Gate Bridge".

    Words that have capitals of their own keep them; scripts without capitals stay.
    """
    words = phrase.split()
    written = []
    for index, word in enumerate(words):
        is_small = word in _SMALL and 0 < index < len(words) - 1
        is_plain = word == word.lower()
        written.append(word[:1].upper() + word[1:] if is_plain and not is_small else word)
    return " ".join(written)


def _is_machine_made(word: str) -> bool:
    lowered = word.lower()
    if lowered in _MACHINE_WORDS or word.isdigit():
        return True
    has_digits = any(c.isdigit() for c in word)
    # Serial numbers, sizes and hashes: DSC0001, 1920x1080, a1b2c3; but "Q4" and "5k" are words.
    return has_digits and (len(word) > 4 or lowered[0] == "0")

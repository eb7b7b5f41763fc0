"""The numbers of a request with their units: lengths, moments, shares, sizes, places in a row.

Each value knows where it stands, so that rules can tell which words are accounted for.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from saycut.agent.lexicon import Lexicon

__all__ = ["Value", "ValueKind", "read_values"]


class ValueKind(StrEnum):
    """What a value measures; the comment gives its unit."""

    DURATION = "duration"  # ms; `other` is that of its unit
    MOMENT = "moment"  # ms of the film's clock
    RANGE = "range"  # from `amount` to `other`, ms
    PERCENT = "percent"  # as written: 30 for 30 %
    DECIBEL = "decibel"  # dB
    LUFS = "lufs"  # LUFS
    ASPECT = "aspect"  # width `amount` to height `other`
    SIZE = "size"  # pixels, width and height
    HEIGHT = "height"  # pixels of the shorter side, as in 1080p
    MEGABYTES = "megabytes"  # MB
    KBPS = "kbps"  # kbit/s
    RATE = "rate"  # frames a second
    TIMES = "times"  # a factor
    ORDINAL = "ordinal"  # place in a row, from 1
    COUNT = "count"  # a bare number
    COLOUR = "colour"  # `#rrggbb` in `text`


@dataclass(frozen=True, slots=True)
class Value:
    """A value as `kind` measures it, and the stretch of the request that says so."""

    kind: ValueKind
    start: int
    end: int
    amount: float = 0.0
    other: float = 0.0
    text: str = ""

    @property
    def ms(self) -> int:
        return round(self.amount)


ASPECTS: Final = frozenset(
    {(16, 9), (9, 16), (1, 1), (4, 5), (5, 4), (4, 3), (3, 4), (21, 9), (2, 3), (3, 2)}
)
# Never from within a number: a long one would be tried from each of its digits.
_DIGITS: Final = r"(?<!\d)(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+(?:[.,]\d+)?)"
_HAN: Final = "(?<![零〇一二两三四五六七八九十百千半])[零〇一二两三四五六七八九十百千半]+"
_CLOCK: Final = r"\d{1,2}:\d{2}(?::\d{2})?(?:\.\d{1,3})?"
_JOIN: Final = r"\s*(?:-|–|—|~|to|until|till|through|and|bis|a|à|hasta|até|から|到|至)\s*"
# What makes a moment of a length: "at 5 seconds", "the 5-second mark", "5秒处".
_AT: Final = re.compile(r"(?<![^\W_])(?:at|after|bei|a los|à)\s+(?:the\s+|around\s+|about\s+)*$")
_MARK: Final = re.compile(r"[\s-]*(?:mark(?![a-z])|处|时刻)")
_HAN_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_HAN_TENS: Final = {"十": 10, "百": 100, "千": 1000}
_MS: Final = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}
_HEIGHTS: Final = {"8k": 4320, "4k": 2160, "uhd": 2160, "2k": 1440, "full hd": 1080, "fhd": 1080}

_Reader = Callable[[re.Match[str]], Value | None]


def read_values(folded: str, lexicon: Lexicon) -> tuple[Value, ...]:
    """Find the values of a request in order; no two overlap."""
    taken: list[Value] = []
    for pattern, read in _compiled_readers(lexicon):
        for match in pattern.finditer(folded):
            is_free = all(match.end() <= v.start or match.start() >= v.end for v in taken)
            if is_free and (value := read(match)) is not None:
                taken.append(value)
    joined = _with_parts_joined(folded, sorted(taken, key=lambda v: v.start))
    return tuple(_with_ranges(folded, joined))


@cache
def _compiled_readers(lexicon: Lexicon) -> tuple[tuple[re.Pattern[str], "_Reader"], ...]:
    return tuple((re.compile(pattern), read) for pattern, read in _readers(lexicon))


def _readers(lexicon: Lexicon) -> Iterator[tuple[str, _Reader]]:
    """Give patterns and what they mean, the most telling first: what one takes, no other sees."""
    words = "|".join(sorted(map(re.escape, lexicon.numbers), key=lambda w: (-len(w), w)))
    number = rf"(?:{_DIGITS}|(?<![^\W\d_])(?:{words})(?![^\W\d_])|{_HAN})"

    def amount(text: str) -> float:
        return _number(text.strip(), lexicon)

    def simple(kind: ValueKind, factor: float = 1.0) -> _Reader:
        return lambda m: Value(kind, m.start(), m.end(), amount(m[1]) * factor)

    yield r"#(?:[0-9a-f]{6})\b", lambda m: Value(ValueKind.COLOUR, *m.span(), text=m[0])
    yield rf"(-?\s?{_DIGITS})\s?lufs", lambda m: _signed(ValueKind.LUFS, m)
    yield rf"([+-]?\s?{_DIGITS})\s?db(?:fs)?\b", lambda m: _signed(ValueKind.DECIBEL, m)
    yield rf"({_DIGITS})\s?(?:kbps|kbit/s|kb/s|k\b(?=\s*(?:bit|audio)))", simple(ValueKind.KBPS)
    yield r"bitrate (?:of )?(\d+)k\b", simple(ValueKind.KBPS)
    yield rf"({_DIGITS})\s?(?:gb|gib)(?![a-z])", simple(ValueKind.MEGABYTES, 1000)
    yield rf"({_DIGITS})\s?(?:mb|mib|m(?=以内))(?![a-z])", simple(ValueKind.MEGABYTES)
    yield rf"({_DIGITS})\s?(?:fps|frames? (?:per|a) second|帧)(?![a-z])", simple(ValueKind.RATE)
    yield r"(?<!\d)(\d{2,5})\s?[x×*]\s?(\d{2,5})(?!\d)", _size
    yield r"(?<!\d)(\d{3,4})[pｐ](?![a-z])", simple(ValueKind.HEIGHT)
    yield r"(?<![^\W_])(8k|4k|uhd|2k|full[ -]hd|fhd)(?![^\W\u3040-\u9fff_])", _height
    yield (
        rf"({number})\s?(?:%+|％|percent|per cent|prozent|por ciento|pour cent)",
        simple(ValueKind.PERCENT),
    )
    yield rf"百分之({number})", simple(ValueKind.PERCENT)
    yield rf"(?:(at|from|between|after|before)\s+)?(?<!\d)({_CLOCK})(?!\d)", _clock_or_aspect
    yield r"(?<![\d:.])(\d{1,2}):(\d{1,2})(?![\d:.])", _aspect
    yield (
        rf"第?({number}){_JOIN}第?({number})[\s-]?({_units(lexicon)})",
        lambda m: _range(m, amount, lexicon),
    )
    yield (
        rf"第?({number})[\s-]?({_units(lexicon)})",
        (lambda m: _duration(m, amount, lexicon)),
    )
    yield (
        rf"({_DIGITS})\s?(?:x(?![a-z0-9])|×|times\b|倍|mal\b|fois\b|veces\b)",
        simple(ValueKind.TIMES),
    )
    yield r"(?<![^\W_])(twice|double)(?![^\W_])", lambda m: Value(ValueKind.TIMES, *m.span(), 2.0)
    yield r"(?<![^\W_])(\d{1,3})(?:st|nd|rd|th)(?![^\W_])", simple(ValueKind.ORDINAL)
    yield rf"第\s?({number})", simple(ValueKind.ORDINAL)
    yield r"(?<![\w.])(\d{1,4}(?:\.\d+)?)(?![\w%])", simple(ValueKind.COUNT)
    yield r"(\d{1,3})\s?(?=张|个|段|枚|つ|本|개|장)", simple(ValueKind.COUNT)
    yield rf"(?<![^\W\d_])({words})(?![^\W\d_])", simple(ValueKind.COUNT)
    yield r"([一二两三四五六七八九十]+)\s?(?=张|段|枚)", simple(ValueKind.COUNT)


def _units(lexicon: Lexicon) -> str:
    return "|".join(
        lexicon.units[unit] for unit in ("ms", "min", "h", "s") if unit in lexicon.units
    )


def _unit_ms(name: str, lexicon: Lexicon) -> int:
    for unit in ("ms", "min", "h", "s"):
        if unit in lexicon.units and re.fullmatch(lexicon.units[unit], name):
            return _MS[unit]
    raise AssertionError(name)


def _duration(m: re.Match[str], amount: Callable[[str], float], lexicon: Lexicon) -> Value | None:
    unit_ms = _unit_ms(m[2], lexicon)
    said = m.string
    # "-5 seconds": a sign, not the dash of a range or of a list.
    sign = -1 if re.search(r"(?:^|\s)[-−]$", said[: m.start()]) else 1
    is_moment = m[0].startswith("第") or bool(
        _AT.search(said[: m.start()]) or _MARK.match(said[m.end() :])
    )
    kind = ValueKind.MOMENT if is_moment else ValueKind.DURATION
    return Value(kind, m.start(), m.end(), sign * amount(m[1]) * unit_ms, unit_ms)


def _range(m: re.Match[str], amount: Callable[[str], float], lexicon: Lexicon) -> Value | None:
    unit_ms = _unit_ms(m[3], lexicon)
    first, last = amount(m[1]) * unit_ms, amount(m[2]) * unit_ms
    return Value(ValueKind.RANGE, m.start(), m.end(), first, last) if first < last else None


def _clock_or_aspect(m: re.Match[str]) -> Value | None:
    """Read 9:16 as a shape and 0:30 as a moment; a word such as "at" decides for the moment."""
    parts = m[2].split(":")
    if len(parts) == 2 and m[1] is None and _pair(parts) in ASPECTS:
        return None
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + float(part)
    return Value(ValueKind.MOMENT, m.start(2), m.end(2), seconds * 1000)


def _aspect(m: re.Match[str]) -> Value | None:
    pair = _pair(m.groups())
    return Value(ValueKind.ASPECT, *m.span(), *pair) if pair in ASPECTS else None


def _pair(parts: Sequence[str]) -> tuple[float, float]:
    return float(parts[0]), float(parts[1])


def _size(m: re.Match[str]) -> Value:
    return Value(ValueKind.SIZE, *m.span(), float(m[1]), float(m[2]))


def _height(m: re.Match[str]) -> Value:
    return Value(ValueKind.HEIGHT, *m.span(), float(_HEIGHTS[m[1].replace("-", " ")]))


def _signed(kind: ValueKind, m: re.Match[str]) -> Value:
    return Value(kind, *m.span(), float(m[1].replace(" ", "").replace(",", ".")))


def _with_parts_joined(folded: str, values: Sequence[Value]) -> list[Value]:
    """Make one length of its parts: "1 minute and 30 seconds", "1分30秒"."""
    joined: list[Value] = []
    for value in values:
        before = joined[-1] if joined else None
        if before and _continues(folded, before, value):
            total = before.amount + value.amount
            joined[-1] = Value(before.kind, before.start, value.end, total, value.other)
        else:
            joined.append(value)
    return joined


def _continues(folded: str, before: Value, value: Value) -> bool:
    kinds = (ValueKind.DURATION, ValueKind.MOMENT)
    is_smaller = before.kind in kinds and value.kind in kinds and value.other < before.other
    return is_smaller and bool(re.fullmatch(r"\s*(?:and\s+)?", folded[before.end : value.start]))


def _with_ranges(folded: str, values: Sequence[Value]) -> Iterator[Value]:
    """Join two moments with "to" or a dash between them into one range."""
    index = 0
    while index < len(values):
        first = values[index]
        second = values[index + 1] if index + 1 < len(values) else None
        if second and _is_span(folded, first, second):
            yield Value(ValueKind.RANGE, first.start, second.end, first.amount, second.amount)
            index += 2
            continue
        yield first
        index += 1


def _is_span(folded: str, first: Value, second: Value) -> bool:
    timed = (ValueKind.MOMENT, ValueKind.DURATION)
    if first.kind not in timed or second.kind not in timed or first.amount >= second.amount:
        return False
    between = folded[first.end : second.start]
    if not re.fullmatch(rf"{_JOIN}|\s*(?:mark\s+)?(?:to|and)(?: the)?\s+", between):
        return False
    # "5 seconds and 10 seconds" are two lengths unless something says between or from.
    is_joined_by_and = between.strip().startswith("and")
    lead = folded[: first.start].rstrip()
    return not is_joined_by_and or lead.endswith(("between", "between the", "from"))


def _number(text: str, lexicon: Lexicon) -> float:
    """Read digits, a number word or Chinese numerals."""
    if text in lexicon.numbers:
        return float(lexicon.numbers[text])
    if text[0].isdigit():
        is_thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+", text)
        return float(text.replace(",", "") if is_thousands else text.replace(",", "."))
    if text == "半":
        return 0.5
    return _han_number(text)


def _han_number(text: str) -> float:
    total, digit = 0.0, 0.0
    for character in text:
        if character in _HAN_TENS:
            total += (digit or 1) * _HAN_TENS[character]
            digit = 0
        elif character == "半":
            digit += 0.5
        else:
            digit = _HAN_DIGITS[character]
    return total + digit

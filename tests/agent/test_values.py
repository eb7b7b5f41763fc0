import pytest

from saycut.agent.lexicon import lexicon_for
from saycut.agent.normalise import normalise
from saycut.agent.values import ValueKind, read_values

K = ValueKind


def _read(text: str, language: str = "en") -> list[tuple[ValueKind, float, float]]:
    values = read_values(normalise(text).folded, lexicon_for(language))
    pairs = (K.RANGE, K.ASPECT, K.SIZE)
    return [(v.kind, v.amount, v.other if v.kind in pairs else 0) for v in values]


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("15 seconds", 15_000),
        ("15s", 15_000),
        ("a 30-second film", 30_000),
        ("fifteen seconds", 15_000),
        ("half a second", 500),
        ("one and a half minutes", 90_000),
        ("1.5 s", 1500),
        ("0,5 sec", 500),
        ("1 min 30 s", 90_000),
        ("2 minutes and 5 seconds", 125_000),
        ("500ms", 500),
        ("a 90-minute call", 5_400_000),
    ],
)
def test_lengths_are_read_in_english(text: str, ms: int) -> None:
    assert _read(text) == [(K.DURATION, ms, 0)]


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("10秒", 10_000),
        ("十五秒", 15_000),
        ("两分钟", 120_000),
        ("半秒", 500),
        ("1分30秒", 90_000),
        ("二十五秒", 25_000),
    ],
)
def test_lengths_are_read_in_chinese(text: str, ms: int) -> None:
    assert _read(text, "zh") == [(K.DURATION, ms, 0)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("0:30", (K.MOMENT, 30_000, 0)),
        ("1:02:03", (K.MOMENT, 3_723_000, 0)),
        ("at 5 seconds", (K.MOMENT, 5_000, 0)),
        ("the 5-second mark", (K.MOMENT, 5_000, 0)),
        ("from 0:30 to 0:45", (K.RANGE, 30_000, 45_000)),
        ("1:05–1:40", (K.RANGE, 65_000, 100_000)),
        ("23-25 min", (K.RANGE, 1_380_000, 1_500_000)),
        ("between 10 seconds and 20 seconds", (K.RANGE, 10_000, 20_000)),
        ("9:16", (K.ASPECT, 9, 16)),
        ("16:9", (K.ASPECT, 16, 9)),
        ("at 9:16", (K.MOMENT, 556_000, 0)),
        ("30 %", (K.PERCENT, 30, 0)),
        ("thirty percent", (K.PERCENT, 30, 0)),
        ("-20dB", (K.DECIBEL, -20, 0)),
        ("-16 LUFS", (K.LUFS, -16, 0)),
        ("1080x1920", (K.SIZE, 1080, 1920)),
        ("1080p", (K.HEIGHT, 1080, 0)),
        ("4K", (K.HEIGHT, 2160, 0)),
        ("under 500MB", (K.MEGABYTES, 500, 0)),
        ("2 GB", (K.MEGABYTES, 2000, 0)),
        ("192kbps", (K.KBPS, 192, 0)),
        ("60 fps", (K.RATE, 60, 0)),
        ("2x", (K.TIMES, 2, 0)),
        ("3×", (K.TIMES, 3, 0)),
        ("2nd", (K.ORDINAL, 2, 0)),
    ],
)
def test_each_unit_has_its_kind(text: str, found: tuple[ValueKind, float, float]) -> None:
    assert _read(text) == [found]


def test_chinese_ranges_places_and_shares_are_read() -> None:
    assert _read("第10秒到第20秒", "zh") == [(K.RANGE, 10_000, 20_000)]
    assert _read("第3张", "zh")[0] == (K.ORDINAL, 3, 0)
    assert _read("百分之三十", "zh") == [(K.PERCENT, 30, 0)]
    assert _read("5MB以内", "zh") == [(K.MEGABYTES, 5, 0)]


def test_two_lengths_joined_by_and_stay_two() -> None:
    found = _read("5 seconds for the first and 10 seconds for the last")

    assert [v[0] for v in found] == [K.DURATION, K.DURATION]


def test_a_colour_is_kept_as_written() -> None:
    values = read_values("make it #ffd700", lexicon_for("en"))

    assert [(v.kind, v.text) for v in values] == [(K.COLOUR, "#ffd700")]


def test_thousands_are_one_number() -> None:
    assert _read("1,500 ms") == [(K.DURATION, 1500, 0)]

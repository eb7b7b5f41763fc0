from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from saycut.agent.captions import captioned
from saycut.timeline import Asset, Facts, TextStyle, TrackKind, Word
from saycut.timeline.validate import check
from tests.builders import a_clip, a_draft, a_segment, by_id
from tests.strategies import patiently


def _speaking(*words: Word, language: str = "en") -> Asset:
    return a_clip("clip", duration_ms=120_000, facts=Facts(words=words, language=language))


def _phrases(asset: Asset, **fields: int) -> list[tuple[str, int, int]]:
    draft = a_draft(a_segment("s1", asset_id="clip", duration_ms=60_000, **fields))
    after = captioned(draft, by_id(asset), TextStyle.CLEAN)
    assert after is not None
    return [
        (s.text.content, s.track_range.start_ms, s.track_range.end_ms)
        for s in after.segments(TrackKind.TEXT)
        if s.text
    ]


def test_a_pause_ends_a_phrase() -> None:
    asset = _speaking(Word("one", 0, 400), Word("two", 500, 900), Word("three", 3000, 3900))

    assert _phrases(asset) == [("one two", 0, 900), ("three", 3000, 3900)]


def test_words_are_shown_when_the_film_says_them() -> None:
    asset = _speaking(Word("before", 0, 400), Word("now", 10_500, 11_500))

    assert _phrases(asset, source_start_ms=10_000) == [("now", 500, 1500)]


def test_chinese_is_joined_without_spaces() -> None:
    asset = _speaking(Word("你", 0, 400), Word("好", 450, 900), language="zh")

    assert [p[0] for p in _phrases(asset)] == ["你好"]


def test_captions_made_again_replace_the_old_ones() -> None:
    asset = _speaking(Word("one", 0, 900))
    draft = a_draft(a_segment("s1", asset_id="clip"))

    once = captioned(draft, by_id(asset), TextStyle.CLEAN)
    assert once is not None

    assert captioned(once, by_id(asset), TextStyle.CLEAN) == once


def test_without_words_there_are_no_captions() -> None:
    draft = a_draft(a_segment("s1", asset_id="clip"))

    assert captioned(draft, by_id(a_clip("clip")), TextStyle.CLEAN) is None


@patiently(60)
@given(st.lists(st.tuples(st.integers(1, 900), st.integers(0, 2000)), min_size=1, max_size=60))
def test_any_speech_gives_captions_in_order(timed: list[tuple[int, int]]) -> None:
    words: list[Word] = []
    at_ms = 0
    for length, pause in timed:
        words.append(Word("word", at_ms, at_ms + length))
        at_ms += length + pause
    asset = a_clip("clip", duration_ms=at_ms + 1000, facts=Facts(words=tuple(words)))
    draft = a_draft(a_segment("s1", asset_id="clip", duration_ms=at_ms + 1000))

    after = captioned(draft, by_id(asset), TextStyle.BOLD)

    assert after is not None
    check(after)
    spans = [s.track_range for s in after.segments(TrackKind.TEXT)]
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(spans))

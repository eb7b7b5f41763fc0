import pytest

from saycut.agent.clauses import Clause, clauses_of, read
from saycut.agent.lexicon import language_of, lexicon_for
from saycut.agent.normalise import normalise


def _whole(text: str) -> Clause:
    return read(normalise(text), lexicon_for(language_of(text)))


def _clauses(text: str) -> list[str]:
    return [clause.shown for clause in clauses_of(_whole(text))]


def _places(text: str) -> list[tuple[int, ...]]:
    return [p.places for p in _whole(text).pointers]


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (
            "trim the first 5 seconds, add a title 'X, and Y' and export at 1080p",
            ["trim the first 5 seconds", "add a title “X, and Y”", "and export at 1080p"],
        ),
        ("remove the title and the music", ["remove the title and the music"]),
        ("cut it. Then add music!", ["cut it", "Then add music"]),
        ("fade 0.5 s", ["fade 0.5 s"]),
        ("缩短到15秒，竖屏，然后导出", ["缩短到15秒", "竖屏", "然后导出"]),
    ],
)
def test_a_request_is_split_where_a_new_order_begins(text: str, clauses: list[str]) -> None:
    assert _clauses(text) == clauses


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("swap photo 2 and 3", [(1, 2)]),
        ("photos 1, 2 and 4", [(0, 1, 3)]),
        ("the last photo", [(-1,)]),
        ("remove the second and third clips", [(1, 2)]),
        ("the 2nd clip", [(1,)]),
        ("photo #3", [(2,)]),
        ("2 photos", []),
        ("第二张和第三张照片", [(1,), (2,)]),
        ("最后一张照片", [(-1,)]),
        ("第3个片段", [(2,)]),
    ],
)
def test_shots_are_pointed_at_by_number_and_place(text: str, places: list[tuple[int, ...]]) -> None:
    assert _places(text) == places

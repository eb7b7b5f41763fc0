import pytest

from saycut.engine import SizeRefused
from saycut.jobs import FormatNotMade, Output, QualityUnknown, output_of
from saycut.render import ShapeMismatch
from saycut.timeline import Canvas

WIDE = Canvas(1920, 1080)
TALL = Canvas(1080, 1920)


def test_nothing_asked_is_the_canvas_in_high_quality() -> None:
    assert output_of({}, WIDE) == Output("mp4", None, None, 20)
    assert output_of({"format": "MP4", "quality": None}, WIDE).size_px is None


@pytest.mark.parametrize(
    ("quality", "size", "crf"),
    [
        ("low", (1280, 720), 26),
        ("medium", None, 23),
        ("high", None, 20),
        ("720p", (1280, 720), 20),
        ("4k", (3840, 2160), 20),
    ],
)
def test_a_quality_is_a_rate_factor_or_a_height(
    quality: str, size: tuple[int, int] | None, crf: int
) -> None:
    output = output_of({"quality": quality}, WIDE)

    assert (output.size_px, output.crf) == (size, crf)


def test_low_never_makes_a_small_film_larger() -> None:
    assert output_of({"quality": "low"}, Canvas(640, 360)).size_px is None


@pytest.mark.parametrize("resolution", ["720p", "1280x720"])
def test_a_resolution_is_turned_to_the_shape_of_the_film(resolution: str) -> None:
    assert output_of({"resolution": resolution}, TALL).size_px == (720, 1280)


def test_one_side_is_completed_by_the_shape_of_the_film() -> None:
    assert output_of({"width": 640}, WIDE).size_px == (640, 360)
    assert output_of({"height": 640}, TALL).size_px == (360, 640)


def test_two_sides_of_another_shape_are_refused() -> None:
    with pytest.raises(ShapeMismatch, match="1080x1920"):
        output_of({"width": 1080, "height": 1920}, WIDE)


@pytest.mark.parametrize("asked", [{"width": 2}, {"quality": "99999p"}, {"resolution": "big"}])
def test_a_size_that_no_film_can_have_is_refused(asked: dict[str, object]) -> None:
    with pytest.raises(SizeRefused):
        output_of(asked, WIDE)


@pytest.mark.parametrize("name", ["mov", "webm", "mkv", "gif", "mp3", "wav", "m4a"])
def test_a_format_of_a_later_release_names_what_is_made_now(name: str) -> None:
    with pytest.raises(FormatNotMade, match="not made yet; order mp4"):
        output_of({"format": name}, WIDE)


def test_a_word_that_is_no_format_and_one_that_is_no_quality_are_refused() -> None:
    with pytest.raises(FormatNotMade, match="'exe': it is not a format"):
        output_of({"format": "exe"}, WIDE)
    with pytest.raises(QualityUnknown, match="low, medium, high"):
        output_of({"quality": "superb"}, WIDE)


def test_what_a_row_holds_is_taken_up_again_with_keys_of_other_versions() -> None:
    output = output_of({"quality": "low"}, WIDE)

    assert Output.of_row({**output.row, "later": 1}) == output
    assert Output.of_row({"format": "mp4"}) == Output()

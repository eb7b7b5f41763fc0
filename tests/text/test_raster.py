import numpy as np
import pytest

from saycut.text.block import SetLine
from saycut.text.fonts import SANS_BOLD
from saycut.text.raster import rasterise
from saycut.text.shape import Typeface, shape


def a_line(text: str, size_px: float = 60.0, x: float = 10.0, baseline: int = 80) -> SetLine:
    shaped = shape(text, Typeface(SANS_BOLD), None, leftward=False)
    assert shaped.ink is not None
    return SetLine(shaped, shaped.ink, size_px, x, baseline)


def test_coverage_lies_where_the_outlines_reach() -> None:
    line = a_line("Hp")

    coverage, colours, left, top = rasterise(line)

    rows, columns = np.nonzero(coverage)
    assert colours is None
    assert left + columns.min() == pytest.approx(line.box.left, abs=1)
    assert left + columns.max() + 1 == pytest.approx(line.box.right, abs=1)
    assert top + rows.min() == pytest.approx(line.box.top, abs=1)
    assert top + rows.max() + 1 == pytest.approx(line.box.bottom, abs=1)


def test_upright_letters_stand_upright() -> None:
    coverage, _, _, _ = rasterise(a_line("L"))

    height = coverage.shape[0]
    assert coverage[height // 2 :].sum() > coverage[: height // 2].sum()


def test_a_place_between_pixels_moves_the_ink_by_a_share_of_a_pixel() -> None:
    def centre(x: float) -> float:
        coverage, _, left, _ = rasterise(a_line("o", x=x))
        weights = coverage.sum(axis=0, dtype=np.float64)
        return float(left + (np.arange(weights.size) * weights).sum() / weights.sum())

    assert centre(10.25) - centre(10.0) == pytest.approx(0.25, abs=0.02)
    assert centre(10.75) - centre(10.0) == pytest.approx(0.75, abs=0.02)


def test_overlapping_outlines_are_filled_once() -> None:
    # Letters of a joined script overlap where they meet; even-odd filling would leave holes.
    coverage, _, _, _ = rasterise(a_line("ـــ", size_px=120))

    middle = coverage[coverage.shape[0] // 2]
    inside = np.nonzero(middle)[0]
    assert (middle[inside[0] + 2 : inside[-1] - 2] == 255).all()


def test_emoji_keep_their_colours_and_are_premultiplied() -> None:
    coverage, colours, _, _ = rasterise(a_line("🔥"))

    assert colours is not None
    assert not coverage.any()
    red, _, blue = colours[..., :3].reshape(-1, 3).sum(axis=0)
    assert red > 2 * blue
    assert (colours[..., :3] <= colours[..., 3:]).all()


def test_letters_and_emoji_share_a_line() -> None:
    coverage, colours, _, _ = rasterise(a_line("Hi 🔥"))

    assert colours is not None
    assert np.nonzero(coverage)[1].max() < np.nonzero(colours[..., 3])[1].min()

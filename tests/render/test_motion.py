"""Slow moves are smooth: no frame lies a tenth of a pixel beside where it should."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from saycut.render import plan_render
from saycut.render.compose import Compositor, blank_planes
from saycut.render.sources import Sources
from saycut.timeline import Canvas, Easing, Motion, Picture, Rect
from tests.builders import a_draft, a_photo, a_segment, by_id
from tests.media_files import a_picture, write_photo
from tests.render import reference

CANVAS = Canvas(640, 360)
PATCH_PX = 160

SLOW_MOVES = {
    "zoom": Motion(Rect(0, 0, 1, 1), Rect(0.05, 0.04, 0.9, 0.9)),
    "pan": Motion(Rect(0, 0.05, 0.9, 0.9), Rect(0.1, 0.05, 0.9, 0.9), Easing.LINEAR),
}


@pytest.mark.parametrize("name", SLOW_MOVES)
def test_every_frame_of_a_slow_move_is_within_a_tenth_of_a_pixel(name: str, tmp_path: Path) -> None:
    photo = a_photo("photo", width=1600, height=900)
    sources = Sources(
        {photo.digest: write_photo(tmp_path / "photo.png", a_picture(1600, 900, seed=4))}
    )
    segment = a_segment("s", duration_ms=5000, picture=Picture(motion=SLOW_MOVES[name]))
    plan = plan_render(a_draft(segment), by_id(photo), CANVAS)
    compositor = Compositor(CANVAS, sources)
    frame = blank_planes(CANVAS.width, CANVAS.height)

    errors_px = []
    for number in range(0, plan.frame_count, 6):
        draws = plan.draws(number)
        compositor.compose(draws, frame)
        exact = reference.compose(draws, CANVAS, lambda draw: sources.picture(draw, CANVAS.height))
        errors_px += _displacements(frame.y.astype(np.float64), np.asarray(exact[0], np.float64))

    assert len(errors_px) == 8 * 25
    assert max(errors_px) < 0.1


def _displacements(drawn: NDArray[np.float64], exact: NDArray[np.float64]) -> list[float]:
    """Register patches of two frames by phase correlation; give how far apart each pair is."""
    window = cv2.createHanningWindow((PATCH_PX, PATCH_PX), cv2.CV_64F)
    found = []
    for top in range(0, CANVAS.height - PATCH_PX + 1, PATCH_PX):
        for left in range(0, CANVAS.width - PATCH_PX + 1, PATCH_PX):
            patch = (slice(top, top + PATCH_PX), slice(left, left + PATCH_PX))
            (x, y), _ = cv2.phaseCorrelate(drawn[patch].copy(), exact[patch].copy(), window)
            found.append(float(np.hypot(x, y)))
    return found

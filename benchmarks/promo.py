"""The reference job "promo-30", as a program: what `saycut make` does once it knows the draft.

Five photos 2560 px wide that pan and zoom, crossfades of 1 s, a title, five captions, a lower
third, music with fades: 30 s, 1080p30, H.264 `veryfast` CRF 20 and AAC.

    python -m benchmarks.promo export FOLDER [LOWER-THIRD]    make FOLDER/promo.mp4
    python -m benchmarks.promo raw FILE.yuv                   write its frames, planar 4:2:0
    python -m benchmarks.promo texts FOLDER                   write its texts as PNG
"""

import json
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from saycut.media import probe
from saycut.render import FolderCache, WorkerPool, export, plan_render
from saycut.render.compose import Compositor, blank_planes
from saycut.render.sources import Sources
from saycut.text import typeset
from saycut.timeline import (
    Asset,
    Canvas,
    Draft,
    Motion,
    Picture,
    Rect,
    Segment,
    Sound,
    SoundRole,
    Text,
    TextAnimation,
    TextRole,
    TextStyle,
    TimeRange,
    Track,
    TrackKind,
    Transition,
    TransitionKind,
)

EXAMPLES: Final = Path(__file__).parent.parent / "examples"
PHOTOS: Final = sorted(EXAMPLES.glob("*.jpg"))
MUSIC: Final = next(EXAMPLES.glob("*.m4a"))
CANVAS: Final = Canvas(1920, 1080)
SHOT_MS: Final = 6000
CROSSFADE_MS: Final = 1000
# Start and end of each view, in shares of the fitted picture: zooms and pans in turn.
MOVES: Final = (
    (Rect(0, 0, 1, 1), Rect(0.06, 0.06, 0.88, 0.88)),
    (Rect(0, 0.05, 0.9, 0.9), Rect(0.1, 0.05, 0.9, 0.9)),
    (Rect(0.06, 0.06, 0.88, 0.88), Rect(0, 0, 1, 1)),
    (Rect(0.1, 0.05, 0.9, 0.9), Rect(0, 0.05, 0.9, 0.9)),
    (Rect(0, 0, 1, 1), Rect(0.05, 0.03, 0.9, 0.9)),
)


def texts(lower_third: str) -> list[tuple[Text, int, int]]:
    """Give the texts with their start and end in ms; the lower third lies inside one chunk."""
    set_texts = [(Text("Golden Hour\nA day in the mountains", TextRole.TITLE), 700, 4500)]
    for index, photo in enumerate(PHOTOS):
        name = photo.stem.replace("-", " ").title()
        start_ms = max(4800, index * SHOT_MS + 700)
        set_texts.append((Text(name), start_ms, (index + 1) * SHOT_MS - 700))
    third = Text(lower_third, TextRole.LOWER_THIRD, TextStyle.BOLD, TextAnimation.SLIDE)
    return [*set_texts, (third, 14_200, 15_700)]


def probed() -> dict[str, Asset]:
    return {path.stem: probe(path, path.name) for path in (*PHOTOS, MUSIC)}


def promo(
    lower_third: str, assets: Mapping[str, Asset]
) -> tuple[Draft, Mapping[str, Asset], Mapping[str, Path]]:
    shots = tuple(
        Segment(
            id=f"s{i}",
            asset_id=assets[photo.stem].id,
            track_range=TimeRange(i * SHOT_MS, SHOT_MS),
            picture=Picture(motion=Motion(*MOVES[i])),
            transition=Transition(TransitionKind.CROSSFADE, CROSSFADE_MS) if i else None,
        )
        for i, photo in enumerate(PHOTOS)
    )
    words = tuple(
        Segment(id=f"x{i}", track_range=TimeRange.between(start_ms, end_ms), text=text)
        for i, (text, start_ms, end_ms) in enumerate(texts(lower_third))
    )
    duration_ms = len(PHOTOS) * SHOT_MS
    music = Segment(
        id="m",
        asset_id=assets[MUSIC.stem].id,
        track_range=TimeRange(0, duration_ms),
        sound=Sound(fade_in_ms=300, fade_out_ms=2000, role=SoundRole.MUSIC),
    )
    # A text track holds texts that do not overlap, so the lower third has its own.
    draft = Draft(
        canvas=CANVAS,
        tracks=(
            Track(id="t1", kind=TrackKind.VIDEO, segments=shots),
            Track(id="t2", kind=TrackKind.TEXT, segments=words[:-1]),
            Track(id="t3", kind=TrackKind.TEXT, segments=words[-1:]),
            Track(id="t4", kind=TrackKind.AUDIO, segments=(music,)),
        ),
    )
    paths = {assets[path.stem].id: path for path in (*PHOTOS, MUSIC)}
    return draft, {asset.id: asset for asset in assets.values()}, paths


def make(folder: Path, lower_third: str) -> None:
    draft, assets, paths = promo(lower_third, _probed_once(folder / "assets.pickle"))
    pool = WorkerPool()
    try:
        report = export(
            draft,
            assets,
            paths,
            folder / "promo.mp4",
            cache=FolderCache(folder / "cache", 4 << 30),
            pool=pool,
        )
    finally:
        pool.close()
    said = {
        "render_cpu_s": report.render_cpu_s,
        "verify_cpu_s": report.verify_cpu_s,
        "cached_chunks": report.cached_chunks,
    }
    (folder / "report.json").write_text(json.dumps(said))


def _probed_once(path: Path) -> dict[str, Asset]:
    """Probe the media the first time; a project knows its assets from then on."""
    if not path.exists():
        path.write_bytes(pickle.dumps(probed()))
    known: dict[str, Asset] = pickle.loads(path.read_bytes())
    return known


def write_raw(path: Path) -> None:
    draft, assets, paths = promo("Now open", probed())
    plan = plan_render(draft, assets, CANVAS)
    sources = Sources({assets[asset_id].digest: file for asset_id, file in paths.items()})
    compositor = Compositor(CANVAS, sources)
    frame = blank_planes(CANVAS.width, CANVAS.height)
    with path.open("wb") as file:
        for number in range(plan.frame_count):
            compositor.compose(plan.draws(number), frame)
            for plane in (frame.y, frame.u, frame.v):
                file.write(plane.tobytes())


def write_texts(folder: Path) -> None:
    """Write each text as a PNG of what it covers and its place, for programs that set no type."""
    for number, (text, _, _) in enumerate(texts("Now open")):
        page = np.zeros((CANVAS.height, CANVAS.width, 4), np.float32)
        for sprite in typeset(text, CANVAS).sprites:
            x, y = round(sprite.x_px), round(sprite.y_px)
            height, width = sprite.rgba.shape[:2]
            box = page[y : y + height, x : x + width]
            box *= 1 - sprite.rgba[..., 3:] / 255
            box += sprite.rgba
        straight = page.copy()
        straight[..., :3] /= np.maximum(page[..., 3:], 1) / 255
        straight = straight.clip(0, 255).astype(np.uint8)
        rows, columns = (np.flatnonzero(straight[..., 3].any(axis=1 - axis)) for axis in (0, 1))
        box = straight[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        cv2.imwrite(str(folder / f"text{number}.png"), cv2.cvtColor(box, cv2.COLOR_RGBA2BGRA))
        place = [int(columns[0]), int(rows[0])]
        (folder / f"text{number}.json").write_text(json.dumps(place))


def main(arguments: list[str]) -> None:
    match arguments:
        case ["export", folder]:
            make(Path(folder), "Now open")
        case ["export", folder, lower_third]:
            make(Path(folder), lower_third)
        case ["raw", path]:
            write_raw(Path(path))
        case ["texts", folder]:
            write_texts(Path(folder))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])

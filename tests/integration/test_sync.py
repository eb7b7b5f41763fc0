"""Every frame and every sound of a finished file is where the draft says.

A clip shows its frame numbers and clicks at known moments; a film is cut from it, exported,
decoded, and what it shows and sounds is compared with the draft, frame by frame.
"""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from saycut.media import probe
from saycut.render import ExportReport, FolderCache, State, WorkerPool, export
from saycut.timeline import (
    Asset,
    Canvas,
    Curve,
    Draft,
    Segment,
    Sound,
    SoundRole,
    TimeRange,
    Track,
    TrackKind,
    Transition,
    TransitionKind,
)
from tests.media_files import click_track, numbered_clip, read_number, write_wav

RATE = Fraction(30)
CANVAS = Canvas(320, 180, RATE)
CLIP_FRAMES = 300
CLICKS_S = (0.5, 1.7, 3.1, 4.4, 6.05, 8.3, 9.5)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> tuple[Asset, Path]:
    path = tmp_path_factory.mktemp("media") / "numbers.mp4"
    numbered_clip(path, frame_count=CLIP_FRAMES, clicks_s=CLICKS_S)
    return probe(path, path.name), path


def a_piece(
    segment_id: str, asset: Asset, start_ms: int, duration_ms: int, **fields: Any
) -> Segment:
    return Segment(
        id=segment_id,
        asset_id=asset.id,
        track_range=TimeRange(start_ms, duration_ms),
        **fields,
    )


def a_film(*segments: Segment) -> Draft:
    return Draft(canvas=CANVAS, tracks=(Track(id="t", kind=TrackKind.VIDEO, segments=segments),))


def exported(
    draft: Draft, media: Mapping[str, tuple[Asset, Path]], folder: Path
) -> tuple[Path, ExportReport]:
    pool = WorkerPool(2)
    try:
        report = export(
            draft,
            {asset_id: asset for asset_id, (asset, _) in media.items()},
            {asset_id: path for asset_id, (_, path) in media.items()},
            folder / "film.mp4",
            cache=FolderCache(folder / "cache", 1 << 30),
            pool=pool,
        )
    finally:
        pool.close()
    return folder / "film.mp4", report


def shown_numbers(path: Path) -> list[int]:
    with av.open(path) as film:
        frames = (np.asarray(f.to_ndarray(format="gray"), np.uint8) for f in film.decode(video=0))
        return [read_number(frame) for frame in frames]


def heard(path: Path) -> NDArray[np.float32]:
    """Decode the sound as a player does: mono float32[n] at 48 kHz, priming left out."""
    with av.open(path) as film:
        stream = film.streams.audio[0]
        blocks, start = [], None
        for frame in film.decode(stream):
            assert frame.pts is not None
            start = frame.pts if start is None else start
            blocks.append(frame.to_ndarray().mean(axis=0))
        assert start is not None
        assert stream.time_base is not None
        lead = round(start * stream.time_base * 48_000)
    sound = np.concatenate(blocks)
    return sound[-lead:] if lead < 0 else np.concatenate([np.zeros(lead, np.float32), sound])


def click_times_s(sound: NDArray[np.float32]) -> list[float]:
    """Find where bursts begin: the first sample of each that is a third as loud as the loudest."""
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() / 3)
    starts = loud[np.diff(loud, prepend=-10_000) > 2_400]
    return [float(at / 48_000) for at in starts]


def test_cuts_trims_and_chunk_borders_show_the_frame_the_draft_says(
    clip: tuple[Asset, Path], tmp_path: Path
) -> None:
    asset, _ = clip
    # In frames of the clip and the film; the film's chunks begin every 60 frames.
    pieces = [(0, 17), (100, 43), (99, 1), (30, 62), (200, 59), (10, 31), (295, 5)]
    segments: list[Segment] = []
    expected: list[int] = []
    at = 0
    for number, (source, length) in enumerate(pieces):
        start_ms, end_ms = round(at * 1000 / 30), round((at + length) * 1000 / 30)
        segments.append(
            a_piece(
                f"s{number}",
                asset,
                start_ms,
                end_ms - start_ms,
                source_start_ms=round(source * 1000 / 30),
            )
        )
        expected += range(source, source + length)
        at += length

    path, report = exported(a_film(*segments), {asset.id: clip}, tmp_path)

    assert shown_numbers(path) == expected
    assert report.frame_count == len(expected)
    assert all(check.state is not State.FAIL for check in report.checks)


def test_double_speed_shows_every_second_frame(clip: tuple[Asset, Path], tmp_path: Path) -> None:
    asset, _ = clip
    fast = a_piece("s", asset, 0, 3000, source_start_ms=1000, speed=Fraction(2))

    path, _ = exported(a_film(fast), {asset.id: clip}, tmp_path)

    assert shown_numbers(path) == [30 + 2 * n for n in range(90)]


def test_a_transition_moves_no_frame_outside_it(clip: tuple[Asset, Path], tmp_path: Path) -> None:
    asset, _ = clip
    seam = Transition(TransitionKind.CROSSFADE, 400)
    first = a_piece("a", asset, 0, 2000, source_start_ms=0)
    second = a_piece("b", asset, 2000, 2000, source_start_ms=5000, transition=seam)

    path, _ = exported(a_film(first, second), {asset.id: clip}, tmp_path)

    numbers = shown_numbers(path)
    assert numbers[:54] == list(range(54))
    assert numbers[66:] == list(range(156, 210))


def test_sound_is_where_the_draft_says_within_a_millisecond(
    clip: tuple[Asset, Path], tmp_path: Path
) -> None:
    asset, _ = clip
    # Two pieces of the clip, swapped: its clicks move with their pictures.
    late = a_piece("late", asset, 0, 4000, source_start_ms=6000)
    early = a_piece("early", asset, 4000, 5000, source_start_ms=0)

    path, report = exported(a_film(late, early), {asset.id: clip}, tmp_path)

    expected = [c - 6 for c in CLICKS_S if c >= 6] + [c + 4 for c in CLICKS_S if c < 5]
    found = click_times_s(heard(path))
    assert len(found) == len(expected)
    assert np.max(np.abs(np.array(found) - np.array(expected))) < 0.001
    assert report.duration_ms == 9000


def test_music_over_a_cut_film_stays_in_time(clip: tuple[Asset, Path], tmp_path: Path) -> None:
    asset, _ = clip
    clicks = [0.25 + 0.5 * n for n in range(16)]
    music_path = write_wav(tmp_path / "music.wav", click_track(10, clicks))
    music = probe(music_path, "music.wav")
    mute = Sound(is_muted=True)
    pieces = [
        a_piece(f"s{n}", asset, n * 1333, 1333, source_start_ms=2000, sound=mute) for n in range(6)
    ]
    song = Segment(
        id="m",
        asset_id=music.id,
        track_range=TimeRange(0, 7998),
        sound=Sound(gain_db=Curve.constant(-3), role=SoundRole.MUSIC),
    )
    film = a_film(*pieces)
    film = film.with_track(Track(id="music", kind=TrackKind.AUDIO, segments=(song,)))

    path, _ = exported(film, {asset.id: clip, music.id: (music, music_path)}, tmp_path)

    found = np.array(click_times_s(heard(path)))
    assert np.max(np.abs(found - np.array(clicks))) < 0.001

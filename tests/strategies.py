"""Hypothesis strategies for valid drafts, over the few assets of `ASSETS`."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from saycut.timeline import (
    Asset,
    Canvas,
    Curve,
    Draft,
    Easing,
    Fit,
    Keyframe,
    Motion,
    Picture,
    Position,
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
from tests.builders import a_clip, a_photo, a_song, by_id

__all__ = ["ASSETS", "drafts", "films", "patiently", "pictures", "texts"]

ASSETS: Final[Mapping[str, Asset]] = by_id(
    a_photo("photo", focus=(0.3, 0.6)),
    a_photo("portrait", width=1600, height=2400, faces=(Rect(0.4, 0.2, 0.2, 0.15),)),
    a_clip("clip"),
    a_clip("short", duration_ms=3000, has_audio=False),
    a_song("song"),
    a_song("voice", duration_ms=8000),
)

_shares = st.floats(0, 1, allow_subnormal=False)
_colours = st.sampled_from(["#000000", "#ffffff", "#1a2b3c"])
_speeds = st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(2), Fraction(5, 4)])


def patiently(examples: int) -> settings:
    """Give settings for so many examples; a busy machine that draws slowly is no failure."""
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    """Any valid draft: gaps, overlays, several tracks of a kind, or nothing at all."""
    kinds = draw(st.lists(st.sampled_from(TrackKind), max_size=5))
    tracks = tuple(draw(_tracks(kind, f"track{n}")) for n, kind in enumerate(kinds, 1))
    return Draft(
        canvas=draw(_canvases()),
        tracks=tracks,
        loudness_lufs=draw(st.none() | st.floats(-30, -6)),
    )


@st.composite
def films(draw: st.DrawFn, min_size: int = 1, max_size: int = 6) -> Draft:
    """A film as recipes make them: a gapless main track, texts over it, music to its end."""
    main = draw(_tracks(TrackKind.VIDEO, "video", min_size, max_size, gapless=True))
    words = draw(_tracks(TrackKind.TEXT, "words", max_size=3, longest_ms=2000))
    tracks = [main, words]
    if draw(st.booleans()):
        music = Segment(
            id="music1",
            asset_id="song",
            track_range=TimeRange(0, min(main.end_ms, ASSETS["song"].duration_ms)),
            sound=Sound(role=SoundRole.MUSIC),
        )
        tracks.append(Track(id="sound", kind=TrackKind.AUDIO, segments=(music,)))
    return Draft(canvas=draw(_canvases()), tracks=tuple(tracks))


@st.composite
def pictures(draw: st.DrawFn, duration_ms: int, *, asset_id: str | None = "photo") -> Picture:
    fade_in_ms, fade_out_ms = draw(_fades(duration_ms))
    return Picture(
        fit=draw(st.sampled_from(Fit)),
        focus=(draw(_shares), draw(_shares)),
        motion=draw(st.none() | _motions()),
        opacity=draw(_curves(0.0, 1.0)),
        fade_in_ms=fade_in_ms,
        fade_out_ms=fade_out_ms,
        dim=draw(st.sampled_from([0.0, 0.4])),
        colour=draw(_colours) if asset_id is None else None,
    )


@st.composite
def texts(draw: st.DrawFn) -> Text:
    return Text(
        content=draw(st.text("aB é\n“金أ👩🏽", max_size=8)),
        role=draw(st.sampled_from(TextRole)),
        style=draw(st.sampled_from(TextStyle)),
        animation=draw(st.sampled_from(TextAnimation)),
        position=draw(st.none() | st.sampled_from(Position)),
        scale=draw(st.sampled_from([0.5, 1.0, 2.0])),
        colour=draw(st.none() | _colours),
    )


@st.composite
def _tracks(
    draw: st.DrawFn,
    kind: TrackKind,
    track_id: str,
    min_size: int = 0,
    max_size: int = 5,
    *,
    gapless: bool = False,
    longest_ms: int = 8000,
) -> Track:
    segments: list[Segment] = []
    at_ms = 0
    for number in range(draw(st.integers(min_size, max_size))):
        at_ms += 0 if gapless else draw(st.just(0) | st.integers(1, 3000))
        segment = draw(_segments(kind, f"{track_id}_{number}", at_ms, longest_ms))
        if kind is TrackKind.VIDEO:
            segment = draw(_with_transition(segment, segments))
        segments.append(segment)
        at_ms = segment.track_range.end_ms
    return Track(id=track_id, kind=kind, segments=tuple(segments))


@st.composite
def _segments(
    draw: st.DrawFn, kind: TrackKind, segment_id: str, start_ms: int, longest_ms: int
) -> Segment:
    duration_ms = draw(st.integers(1, longest_ms))
    span = TimeRange(start_ms, duration_ms)
    if kind is TrackKind.TEXT:
        return Segment(id=segment_id, track_range=span, text=draw(texts()))
    if kind is TrackKind.AUDIO:
        return draw(_placed(segment_id, span, draw(st.sampled_from(["song", "voice", "clip"]))))
    asset_id = draw(st.sampled_from(["photo", "portrait", "clip", "short", None]))
    segment = draw(_placed(segment_id, span, asset_id))
    picture = draw(pictures(segment.track_range.duration_ms, asset_id=asset_id))
    return replace(segment, picture=picture)


@st.composite
def _placed(draw: st.DrawFn, segment_id: str, span: TimeRange, asset_id: str | None) -> Segment:
    """A segment of the asset that stays inside what the asset holds."""
    source_start_ms, speed = 0, Fraction(1)
    available_ms = ASSETS[asset_id].duration_ms if asset_id else 0
    if available_ms:
        speed = draw(_speeds)
        source_start_ms = draw(st.integers(0, available_ms - 200))
        longest_ms = int((available_ms - source_start_ms) / speed)
        span = TimeRange(span.start_ms, min(span.duration_ms, longest_ms))
    fade_in_ms, fade_out_ms = draw(_fades(span.duration_ms))
    sound = Sound(
        gain_db=draw(_curves(-60.0, 6.0)),
        fade_in_ms=fade_in_ms,
        fade_out_ms=fade_out_ms,
        is_muted=draw(st.booleans()),
        role=draw(st.sampled_from(SoundRole)),
    )
    return Segment(
        id=segment_id,
        asset_id=asset_id,
        track_range=span,
        source_start_ms=source_start_ms,
        speed=speed,
        sound=sound,
    )


@st.composite
def _with_transition(draw: st.DrawFn, segment: Segment, earlier: list[Segment]) -> Segment:
    adjacent = earlier and earlier[-1].track_range.end_ms == segment.track_range.start_ms
    if not adjacent or draw(st.booleans()):
        return segment
    longest_ms = min(earlier[-1].track_range.duration_ms, segment.track_range.duration_ms)
    kind = draw(st.sampled_from(TransitionKind))
    return replace(segment, transition=Transition(kind, draw(st.integers(1, longest_ms))))


@st.composite
def _fades(draw: st.DrawFn, duration_ms: int) -> tuple[int, int]:
    if draw(st.booleans()):
        return 0, 0
    fade_in_ms = draw(st.integers(0, duration_ms))
    return fade_in_ms, draw(st.integers(0, duration_ms - fade_in_ms))


@st.composite
def _curves(draw: st.DrawFn, low: float, high: float) -> Curve:
    times = sorted(draw(st.sets(st.integers(-2000, 9000), max_size=3)) or {0})
    values = st.floats(low, high, allow_subnormal=False)
    return Curve(tuple(Keyframe(t, draw(values), draw(st.sampled_from(Easing))) for t in times))


@st.composite
def _motions(draw: st.DrawFn) -> Motion:
    return Motion(draw(_views()), draw(_views()), draw(st.sampled_from(Easing)))


@st.composite
def _views(draw: st.DrawFn) -> Rect:
    width, height = draw(st.floats(0.2, 1)), draw(st.floats(0.2, 1))
    return Rect(draw(_shares) * (1 - width), draw(_shares) * (1 - height), width, height)


@st.composite
def _canvases(draw: st.DrawFn) -> Canvas:
    width, height = draw(st.sampled_from([(1920, 1080), (1080, 1920), (1080, 1080), (640, 360)]))
    rate = draw(st.sampled_from([Fraction(30), Fraction(24000, 1001), Fraction(60)]))
    return Canvas(width, height, rate, draw(_colours))

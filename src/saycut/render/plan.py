"""The render plan: what is drawn on each frame, worked out once from the draft.

Milliseconds become frame numbers here and nowhere else. A plan is a value: it holds no
pixels, travels to worker processes, and `draws(frame)` says all that can change a pixel.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from saycut.render.errors import NothingToRender
from saycut.render.geometry import fitted_view, frame_at, load_size_px, moved_view
from saycut.render.ground import hides_all, light_behind, stepped
from saycut.text import lightness, resting_ms, standing_rows
from saycut.timeline import (
    Asset,
    AssetKind,
    Canvas,
    Draft,
    Fit,
    Rect,
    Segment,
    Text,
    Track,
    TrackKind,
    TransitionKind,
)

__all__ = ["ColourDraw", "Draw", "PictureDraw", "RenderPlan", "TextDraw", "plan_render"]

BLACK: Final = "#000000"
# Longer than any text takes to leave.
_EXIT_MS_MAX: Final = 1000


@dataclass(frozen=True, slots=True)
class PictureDraw:
    """A picture on one frame: `view` of it (shares) fills `target` (canvas pixels).

    `media_us` is the moment of the media for a clip, 0 for a still. `load_px` is the size
    that is decoded. `has_backdrop` fills what the picture leaves of the target with a
    blurred, darkened copy. `dim` and `blur` as in `timeline.Picture`.
    """

    digest: str
    is_still: bool
    media_us: int
    load_px: tuple[int, int]
    view: Rect
    target: Rect
    opacity: float = 1.0
    dim: float = 0.0
    blur: float = 0.0
    has_backdrop: bool = False
    # Which decoder reads it: two shots of one clip that overlap must not share one.
    reader: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ColourDraw:
    """A plain colour (`#rrggbb`) over `target` (canvas pixels)."""

    colour: str
    target: Rect
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class TextDraw:
    """A text on one frame: `at_ms` after it appeared, of `duration_ms` in all.

    Both are None while it rests, when all its frames look the same. `ground` is how light the
    picture behind it gets (gamma-coded, 0..1) at any time that it shows.
    """

    text: Text
    at_ms: float | None
    duration_ms: int | None
    ground: float = 1.0


Draw = PictureDraw | ColourDraw | TextDraw


@dataclass(frozen=True, slots=True)
class _Seam:
    """A transition in frames, across the seam of two shots."""

    kind: TransitionKind
    first: int
    end: int

    def progress(self, frame: int) -> float:
        """Give 0..1 in the middle of a frame; 0 before and 1 after the transition."""
        passed = (frame - self.first + 0.5) / (self.end - self.first)
        return min(1.0, max(0.0, passed))


@dataclass(frozen=True, slots=True)
class _Shot:
    """A segment of a video track in frames; seams show it beyond its own first and end."""

    segment: Segment
    asset: Asset | None
    first: int
    end: int
    entry: _Seam | None
    leave: _Seam | None

    @property
    def shown_from(self) -> int:
        return self.entry.first if self.entry else self.first

    @property
    def shown_until(self) -> int:
        return self.leave.end if self.leave else self.end


@dataclass(frozen=True, slots=True)
class _TextSpan:
    text: Text
    first: int
    end: int
    duration_ms: int
    ground: float


@dataclass(frozen=True, slots=True)
class RenderPlan:
    """What to draw, frame by frame. `pictures` and `texts` are tracks, the lowest first."""

    canvas: Canvas
    frame_count: int
    pictures: tuple[tuple[_Shot, ...], ...]
    texts: tuple[tuple[_TextSpan, ...], ...]

    def between(self, first: int, end: int) -> "RenderPlan":
        """Give the plan with only what shows on the frames `first` to `end`."""
        return replace(
            self,
            pictures=tuple(
                tuple(s for s in shots if s.shown_from < end and first < s.shown_until)
                for shots in self.pictures
            ),
            texts=tuple(
                tuple(s for s in spans if s.first < end and first < s.end) for spans in self.texts
            ),
        )

    def draws(self, frame: int) -> tuple[Draw, ...]:
        """Give what is drawn on a frame, the lowest first."""
        found: list[Draw] = []
        for shots in self.pictures:
            # Neighbours overlap during a transition, and only they do.
            newest = bisect_right(shots, frame, key=lambda shot: shot.shown_from)
            for shot in shots[max(0, newest - 2) : newest]:
                if frame < shot.shown_until:
                    found += _shot_draws(shot, frame, self.canvas)
        for spans in self.texts:
            newest = bisect_right(spans, frame, key=lambda span: span.first)
            if newest and frame < spans[newest - 1].end:
                found.append(_text_draw(spans[newest - 1], frame, self.canvas.frame_rate))
        return tuple(found)


def plan_render(draft: Draft, assets: Mapping[str, Asset], canvas: Canvas) -> RenderPlan:
    """Plan a draft on `canvas` (the draft's own, or a scaled one of the same shape).

    Raises:
        NothingToRender: the draft is empty, or shorter than a frame.
    """
    frame_count = frame_at(draft.duration_ms, canvas.frame_rate)
    if frame_count < 1:
        raise NothingToRender(draft.duration_ms)
    pictures = tuple(
        _shots(track, assets, canvas.frame_rate) for track in draft.tracks_of(TrackKind.VIDEO)
    )
    texts = tuple(
        _text_spans(track, pictures, canvas, frame_count)
        for track in draft.tracks_of(TrackKind.TEXT)
    )
    return RenderPlan(canvas, frame_count, pictures, texts)


def _shots(track: Track, assets: Mapping[str, Asset], rate: Fraction) -> tuple[_Shot, ...]:
    seams = [*(_seam(s, rate) for s in track.segments), None]
    shots = []
    for index, segment in enumerate(track.segments):
        first = frame_at(segment.track_range.start_ms, rate)
        end = frame_at(segment.track_range.end_ms, rate)
        asset = assets[segment.asset_id] if segment.asset_id else None
        leave = seams[index + 1]
        if leave is not None and track.before(track.segments[index + 1]) is not segment:
            leave = None
        if end > first:
            shots.append(_Shot(segment, asset, first, end, seams[index], leave))
    return tuple(shots)


def _seam(segment: Segment, rate: Fraction) -> _Seam | None:
    """Lay a transition half before and half after its seam, the odd frame after it."""
    if segment.transition is None:
        return None
    seam = frame_at(segment.track_range.start_ms, rate)
    frame_count = frame_at(segment.transition.duration_ms, rate)
    if not frame_count:
        return None
    first = seam - frame_count // 2
    return _Seam(segment.transition.kind, first, first + frame_count)


def _text_spans(
    track: Track, pictures: Sequence[Sequence[_Shot]], canvas: Canvas, film_end: int
) -> tuple[_TextSpan, ...]:
    rate = canvas.frame_rate
    spans = []
    for segment in track.segments:
        if segment.text is None:
            continue
        first = frame_at(segment.track_range.start_ms, rate)
        end = frame_at(segment.track_range.end_ms, rate)
        # What ends with the film leaves with it: nobody wants the last frame without the words.
        lasting_ms = _EXIT_MS_MAX if end >= film_end else 0
        duration_ms = segment.track_range.duration_ms + lasting_ms
        ground = _ground(segment.text, first, end, pictures, canvas)
        spans.append(_TextSpan(segment.text, first, end, duration_ms, ground))
    return tuple(spans)


def _ground(
    text: Text, first: int, end: int, pictures: Sequence[Sequence[_Shot]], canvas: Canvas
) -> float:
    """Give how light it gets behind a text that shows on the frames `first` to `end`."""
    rows = standing_rows(text, canvas)
    lights = []
    bare_from = first
    for shots in pictures:
        newest = bisect_left(shots, end, key=lambda shot: shot.shown_from)
        oldest = bisect_right(shots, first, key=lambda shot: shot.shown_until)
        for shot in shots[oldest:newest]:
            lights.append(light_behind(shot.segment, shot.asset, canvas, rows))
            if shot.first <= bare_from and hides_all(shot.segment, shot.asset):
                bare_from = max(bare_from, shot.end)
    if bare_from < end:
        lights.append(lightness(canvas.background))
    return stepped(max(lights, default=0.0))


def _shot_draws(shot: _Shot, frame: int, canvas: Canvas) -> list[Draw]:
    opacity = _opacity(shot, frame, canvas.frame_rate)
    veil = 0.0
    for seam, is_entering in ((shot.entry, True), (shot.leave, False)):
        if seam is None or not seam.first <= frame < seam.end:
            continue
        here = seam.progress(frame) if is_entering else 1 - seam.progress(frame)
        if seam.kind is TransitionKind.FADE_BLACK:
            # The one goes to black in the first half, the other comes from it in the second; the
            # frame in the very middle, if there is one, is the first one's and black.
            if here < 0.5 or (is_entering and here == 0.5):
                return []
            veil = max(veil, 2 * (1 - here))
        elif is_entering:
            opacity *= here
    if opacity <= 0:
        return []
    black = ColourDraw(BLACK, _target(shot.segment.picture.frame, canvas), veil)
    if veil >= 1:
        return [black]
    picture = _picture_draw(shot, frame, canvas, opacity)
    return [picture, black] if veil > 0 else [picture]


def _opacity(shot: _Shot, frame: int, rate: Fraction) -> float:
    """Give the segment's own opacity times its fades, whose ends are silent half frames off."""
    picture = shot.segment.picture
    opacity = picture.opacity.at(float((frame - shot.first) / rate * 1000))
    fades = (
        (picture.fade_in_ms, frame - shot.first + 0.5),
        (picture.fade_out_ms, shot.end - frame - 0.5),
    )
    for fade_ms, frames_inside in fades:
        if fade_ms:
            opacity *= min(1.0, max(0.0, frames_inside / float(fade_ms * rate / 1000)))
    return opacity


def _picture_draw(shot: _Shot, frame: int, canvas: Canvas, opacity: float) -> Draw:
    segment, picture, asset = shot.segment, shot.segment.picture, shot.asset
    target = _target(picture.frame, canvas)
    if asset is None:
        return ColourDraw(picture.colour or canvas.background, target, opacity)
    fitted = fitted_view(
        picture.fit, asset.width / asset.height, target.width / target.height, picture.focus
    )
    view = fitted
    if picture.motion is not None:
        share = (frame - shot.first) / (shot.end - shot.first)
        view = moved_view(fitted, picture.motion.view(share))
    is_still = asset.kind is AssetKind.IMAGE
    return PictureDraw(
        digest=asset.digest,
        is_still=is_still,
        media_us=0 if is_still else _media_us(shot, frame, canvas.frame_rate),
        load_px=load_size_px(picture, fitted, canvas),
        view=view,
        target=target,
        opacity=opacity,
        dim=picture.dim,
        blur=picture.blur,
        has_backdrop=picture.fit is Fit.CONTAIN,
        reader=segment.id,
    )


def _media_us(shot: _Shot, frame: int, rate: Fraction) -> int:
    """Give the moment of the media that a frame shows; handles may reach before its start."""
    passed_us = Fraction(frame - shot.first) / rate * shot.segment.speed * 1_000_000
    return max(0, shot.segment.source_start_ms * 1000 + round(passed_us))


def _text_draw(span: _TextSpan, frame: int, rate: Fraction) -> TextDraw:
    at_ms = float((frame - span.first) / rate * 1000)
    rests_from, rests_until = resting_ms(span.text, span.duration_ms)
    if rests_from <= at_ms < rests_until:
        return TextDraw(span.text, None, None, span.ground)
    return TextDraw(span.text, at_ms, span.duration_ms, span.ground)


def _target(frame: Rect, canvas: Canvas) -> Rect:
    return Rect(
        frame.x * canvas.width,
        frame.y * canvas.height,
        frame.width * canvas.width,
        frame.height * canvas.height,
    )

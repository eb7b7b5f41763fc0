"""How a picture looks: fit, focus, move, opacity and fades. Nothing here moves in time."""

from collections.abc import Mapping
from dataclasses import replace

from saycut.edit.motions import MotionKind, motion_for, remade
from saycut.edit.parts import with_range
from saycut.timeline import Asset, Curve, Draft, Fit, Motion, Picture, Segment

__all__ = [
    "set_backdrop",
    "set_fades",
    "set_film_fades",
    "set_fit",
    "set_focus",
    "set_motion",
    "set_motion_kind",
    "set_opacity",
]


def set_fit(draft: Draft, segment_id: str, fit: Fit, assets: Mapping[str, Asset]) -> Draft:
    """Choose how a picture of another shape fills the canvas; its move is made for the new view.

        |[photo]|   ->   |[blur|photo|blur]|      cover -> contain

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    return _with_picture(draft, segment, replace(segment.picture, fit=fit), assets)


def set_focus(
    draft: Draft, segment_id: str, focus: tuple[float, float], assets: Mapping[str, Asset]
) -> Draft:
    """Choose the point of the picture that stays in view; its move goes towards it.

        | o         |   ->   |     o     |

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    return _with_picture(draft, segment, replace(segment.picture, focus=focus), assets)


def set_motion(draft: Draft, segment_id: str, motion: Motion | None) -> Draft:
    """Let the view move over a picture, or stand still.

        |[ photo ]|   ->   |[ photo ]=>[ oto ]|

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    picture = replace(segment.picture, motion=motion)
    return draft.with_segment_replaced(segment_id, replace(segment, picture=picture))


def set_motion_kind(
    draft: Draft, segment_id: str, kind: MotionKind | None, assets: Mapping[str, Asset]
) -> Draft:
    """Let the view move slowly in a direction with the subject in view; None stands still.

        |[ photo ]|   ->   |[ photo ]=>[ oto ]|

    Where the subject leaves no room for a move the picture stands still.

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    if kind is None:
        return set_motion(draft, segment_id, None)
    asset = assets.get(segment.asset_id or "")
    duration_ms = segment.track_range.duration_ms
    made = motion_for(kind, asset, segment.picture, draft.canvas, duration_ms)
    return set_motion(draft, segment_id, made)


def set_opacity(draft: Draft, segment_id: str, opacity: Curve) -> Draft:
    """Let a picture be seen through.

        |  A 100 %  |   ->   |  A 40 %  |

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    picture = replace(segment.picture, opacity=opacity)
    return draft.with_segment_replaced(segment_id, replace(segment, picture=picture))


def set_backdrop(draft: Draft, segment_id: str, *, dim: float, blur: float) -> Draft:
    """Darken (0..1) and soften (sigma as a share of the height) a picture to carry a text.

        |  photo  |   ->   |  ::::::  |

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    picture = replace(segment.picture, dim=dim, blur=blur)
    return draft.with_segment_replaced(segment_id, replace(segment, picture=picture))


def set_fades(
    draft: Draft, segment_id: str, *, in_ms: int | None = None, out_ms: int | None = None
) -> Draft:
    """Let a picture come out of the background and go back to it; None leaves a fade as it is.

        |   A   |   ->   |/  A  \\|

    Both together are never longer than the segment: then the fade in is shortened.

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    picture = segment.picture
    picture = replace(
        picture,
        fade_in_ms=picture.fade_in_ms if in_ms is None else in_ms,
        fade_out_ms=picture.fade_out_ms if out_ms is None else out_ms,
    )
    faded = with_range(replace(segment, picture=picture), segment.track_range)
    return draft.with_segment_replaced(segment_id, faded)


def set_film_fades(draft: Draft, *, in_ms: int | None = None, out_ms: int | None = None) -> Draft:
    """Let the whole film fade in at its start and out at its end; None leaves a fade as it is.

        |  A  |  B  |  C  |   ->   |/ A  |  B  |  C \\|

    A draft with an empty main track stays as it is.
    """
    segments = draft.main_track.segments if draft.main_track else ()
    if not segments:
        return draft
    draft = set_fades(draft, segments[0].id, in_ms=in_ms)
    return set_fades(draft, segments[-1].id, out_ms=out_ms)


def _with_picture(
    draft: Draft, segment: Segment, picture: Picture, assets: Mapping[str, Asset]
) -> Draft:
    asset = assets.get(segment.asset_id or "")
    now = remade(segment, replace(segment, picture=picture), asset, draft.canvas, draft.canvas)
    return draft.with_segment_replaced(segment.id, now)

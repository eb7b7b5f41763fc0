"""The record of what a turn gave, read off its draft and its reply and nothing else."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from saycut.agent.turn import OutputOrder, Turn
from saycut.edit.motions import kind_of
from saycut.timeline import (
    Asset,
    AssetKind,
    Draft,
    Segment,
    SoundRole,
    TextAnimation,
    TrackKind,
)

__all__ = ["facts_of"]

# Nearer than this to a beat, a seam is heard as being on it.
ON_THE_BEAT_MS = 70


def facts_of(case_id: str, before: Draft, turn: Turn, assets: Sequence[Asset]) -> dict[str, Any]:
    """Give the facts of a turn as JSON values: times in seconds, sizes in pixels, gains in dB.

    `assets` are those of the project; assets are named by their labels.
    """
    draft, known = turn.draft, {asset.id: asset for asset in assets}
    canvas = draft.canvas
    return {
        "id": case_id,
        "reply": turn.reply,
        "asked": turn.asked,
        "changed": draft != before,
        "actions": list(turn.actions),
        "unmet": list(turn.unmet),
        "error": None,
        "duration_s": _s(draft.duration_ms),
        "canvas": {
            "width": canvas.width,
            "height": canvas.height,
            "fps": float(canvas.frame_rate),
        },
        "loudness_lufs": draft.loudness_lufs,
        "segments": [_segment(s, known) for s in _main(draft)],
        "transitions": list(_transitions(draft)),
        "texts": [_text(s) for s in draft.segments(TrackKind.TEXT)],
        "audio": list(_audio(draft, known)),
        "overlays": list(_overlays(draft, known)),
        "outputs": [_output(order) for order in turn.outputs],
        "sidecars": [{"format": s.format, "language": s.language} for s in turn.sidecars],
        "chapters": [{"at_s": _s(c.at_ms), "title": c.title} for c in turn.chapters],
    }


def _main(draft: Draft) -> tuple[Segment, ...]:
    return draft.main_track.segments if draft.main_track else ()


def _segment(segment: Segment, assets: Mapping[str, Asset]) -> dict[str, Any]:
    picture, span, source = segment.picture, segment.track_range, segment.source_range
    motion = kind_of(picture.motion) if picture.motion else None
    return {
        "asset": _name(segment, assets),
        "start_s": _s(span.start_ms),
        "end_s": _s(span.end_ms),
        "source_start_s": _s(source.start_ms),
        "source_end_s": _s(source.end_ms),
        "speed": float(segment.speed),
        "motion": motion.value if motion else None,
        "effects": [],
        "rotate_deg": 0,
        "flip": None,
        "crop": None,
        "fade_in_s": _s(picture.fade_in_ms),
        "fade_out_s": _s(picture.fade_out_ms),
    }


def _transitions(draft: Draft) -> Iterator[dict[str, Any]]:
    for segment in _main(draft):
        if segment.transition:
            yield {
                "at_s": _s(segment.track_range.start_ms),
                "type": segment.transition.kind.value,
                "duration_s": _s(segment.transition.duration_ms),
            }


def _text(segment: Segment) -> dict[str, Any]:
    text = segment.text
    assert text is not None  # text tracks hold nothing else
    animation = None if text.animation is TextAnimation.NONE else text.animation.value
    return {
        "role": text.role.value,
        "text": text.content,
        "start_s": _s(segment.track_range.start_ms),
        "end_s": _s(segment.track_range.end_ms),
        "position": text.position.value if text.position else None,
        "animation": animation,
        "language": text.language,
        "word_timed": False,
    }


def _audio(draft: Draft, assets: Mapping[str, Asset]) -> Iterator[dict[str, Any]]:
    seams = [s.track_range.start_ms for s in _main(draft)[1:]]
    for track in draft.tracks:
        for segment in track.segments:
            if track.kind is TrackKind.TEXT or segment.sound.is_muted:
                continue
            asset = assets.get(segment.asset_id or "")
            if asset is None or not asset.has_audio:
                continue
            role = SoundRole.ORIGINAL if track.kind is TrackKind.VIDEO else segment.sound.role
            yield {
                "role": role.value,
                "name": _name(segment, assets),
                "mood": None,
                "start_s": _s(segment.track_range.start_ms),
                "end_s": _s(segment.track_range.end_ms),
                "gain_db": segment.sound.gain_db.at(0),
                "fade_in_s": _s(segment.sound.fade_in_ms),
                "fade_out_s": _s(segment.sound.fade_out_ms),
                "ducked": not segment.sound.gain_db.is_constant,
                "beat_synced": role is SoundRole.MUSIC and _is_on_the_beat(segment, asset, seams),
            }


def _is_on_the_beat(music: Segment, asset: Asset, seams: Sequence[int]) -> bool:
    beats = asset.facts.beats_ms
    if not beats or not seams:
        return False
    return all(
        min(abs(music.source_ms(seam) - beat) for beat in beats) < ON_THE_BEAT_MS for seam in seams
    )


def _overlays(draft: Draft, assets: Mapping[str, Asset]) -> Iterator[dict[str, Any]]:
    for track in draft.tracks_of(TrackKind.VIDEO)[1:]:
        for segment in track.segments:
            asset = assets.get(segment.asset_id or "")
            is_picture = asset is not None and asset.kind is AssetKind.IMAGE
            yield {
                "role": "picture" if is_picture else "pip",
                "asset": _name(segment, assets),
                "position": _position(segment),
            }


def _position(segment: Segment) -> str:
    """Name the ninth of the canvas that holds the centre of an overlay."""
    frame = segment.picture.frame
    row = _third(frame.y + frame.height / 2, ("top", "center", "bottom"))
    column = _third(frame.x + frame.width / 2, ("left", "center", "right"))
    return row if row == column else f"{row}-{column}"


def _third(share: float, names: tuple[str, str, str]) -> str:
    return names[min(2, max(0, int(share * 3)))]


def _output(order: OutputOrder) -> dict[str, Any]:
    return {
        "format": order.format,
        "width": order.width,
        "height": order.height,
        "aspect": order.aspect,
        "codec": order.codec,
        "start_s": None if order.start_ms is None else _s(order.start_ms),
        "end_s": None if order.end_ms is None else _s(order.end_ms),
        "max_mb": order.max_mb,
        "audio_kbps": order.audio_kbps,
    }


def _name(segment: Segment, assets: Mapping[str, Asset]) -> str | None:
    asset = assets.get(segment.asset_id or "")
    return asset.name if asset else segment.asset_id


def _s(ms: int) -> float:
    return ms / 1000

"""How loud things sound: gain, fades and mute of segments, the loudness of the whole."""

from dataclasses import replace
from math import log10

from saycut.edit.parts import with_range
from saycut.timeline import Curve, Draft, Segment, SoundRole, TrackKind

__all__ = [
    "db_of_percent",
    "set_gain",
    "set_loudness",
    "set_muted",
    "set_sound_fades",
    "sounding",
]


def set_gain(draft: Draft, segment_id: str, gain_db: float) -> Draft:
    """Set how loud a segment sounds, all the way alike; a muted one is heard again.

        |~~~ 0 dB ~~~|   ->   |~ -9 dB ~|

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    sound = replace(segment.sound, gain_db=Curve.constant(gain_db), is_muted=False)
    return draft.with_segment_replaced(segment_id, replace(segment, sound=sound))


def set_sound_fades(
    draft: Draft, segment_id: str, *, in_ms: int | None = None, out_ms: int | None = None
) -> Draft:
    """Let a sound swell at its start and die away at its end; None leaves a fade as it is.

        |~~~~~~~~|   ->   |/~~~~~\\|

    Both together are never longer than the segment: then the fade in is shortened.

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    sound = replace(
        segment.sound,
        fade_in_ms=segment.sound.fade_in_ms if in_ms is None else in_ms,
        fade_out_ms=segment.sound.fade_out_ms if out_ms is None else out_ms,
    )
    faded = with_range(replace(segment, sound=sound), segment.track_range)
    return draft.with_segment_replaced(segment_id, faded)


def set_muted(draft: Draft, segment_id: str, is_muted: bool) -> Draft:
    """Silence a segment, or let it be heard again as loud as it was.

        |~~~~~~|   ->   |      |

    Raises:
        UnknownSegment: the draft has no segment of that id.
    """
    segment = draft.segment(segment_id)
    sound = replace(segment.sound, is_muted=is_muted)
    return draft.with_segment_replaced(segment_id, replace(segment, sound=sound))


def set_loudness(draft: Draft, loudness_lufs: float | None) -> Draft:
    """Set the loudness the whole mix is brought to; None takes the default.

    mix  -14 LUFS   ->   mix  -16 LUFS
    """
    return replace(draft, loudness_lufs=loudness_lufs)


def sounding(draft: Draft, role: SoundRole | None = None) -> tuple[Segment, ...]:
    """Give the segments that can sound, all or those of one role.

    The sound of a clip on a video track is original sound, whatever role it bears.
    """
    found: list[Segment] = []
    for track in draft.tracks:
        if track.kind is TrackKind.TEXT:
            continue
        for segment in track.segments:
            own = SoundRole.ORIGINAL if track.kind is TrackKind.VIDEO else segment.sound.role
            if segment.asset_id is not None and role in (None, own):
                found.append(segment)
    return tuple(found)


def db_of_percent(percent: float) -> float:
    """Give the gain that is so much of the full amplitude; 100 % is 0 dB."""
    return 20 * log10(percent / 100)

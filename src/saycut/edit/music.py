"""Music under the film: it comes in, gives way to other music, and ends with the film."""

from dataclasses import replace
from typing import Final

from saycut.edit.errors import NothingToEdit, NotInSource, NotUsable, OutsideFilm
from saycut.edit.follow import film_end_ms, is_music
from saycut.edit.lanes import on_free_lane
from saycut.edit.parts import with_range
from saycut.timeline import Asset, Draft, Segment, Sound, TimeRange, TrackKind

__all__ = ["FADE_OUT_MS", "add_music", "music_of", "remove_music", "replace_music"]

# An end that breaks off is the surest sign of a machine at work.
FADE_OUT_MS: Final = 2000


def add_music(
    draft: Draft,
    asset: Asset,
    sound: Sound,
    *,
    segment_id: str,
    start_ms: int = 0,
    source_start_ms: int = 0,
) -> Draft:
    """Lay music under the film, from a moment of it to its end.

        video  |  A  |  B  |         video  |  A  |  B  |
                               ->    music  |----------\\|

    It ends earlier where the media is shorter. Under an empty film it plays as it is.

    Raises:
        NotUsable: the asset has no sound.
        NotInSource: the media ends before `source_start_ms`.
        OutsideFilm: the film is over by `start_ms`.
    """
    if not asset.has_audio:
        raise NotUsable(asset, "play", "sound")
    end_ms = film_end_ms(draft)
    if end_ms and start_ms >= end_ms:
        raise OutsideFilm("start music", start_ms, end_ms)
    segment = Segment(
        id=segment_id,
        asset_id=asset.id,
        track_range=TimeRange(start_ms, 1),
        source_start_ms=source_start_ms,
        sound=sound,
    )
    left_ms = asset.duration_ms - source_start_ms
    if left_ms <= 0:
        raise NotInSource(segment, asset, TimeRange(source_start_ms, 1), 0)
    duration_ms = min(left_ms, end_ms - start_ms) if end_ms else left_ms
    played = with_range(segment, TimeRange(start_ms, duration_ms))
    return on_free_lane(draft, TrackKind.AUDIO, played)


def replace_music(draft: Draft, asset: Asset) -> Draft:
    """Play other music in the place of what is there, as loud and with the same fades.

        music  |----one---\\|   ->   music  |---other--\\|

    It begins where the first music began and goes on to the end of the film.

    Raises:
        NothingToEdit: the film has no music.
        NotUsable: the asset has no sound.
    """
    old = music_of(draft)
    if not old:
        raise NothingToEdit("replace the music", "the film has none", "add music instead")
    first = min(old, key=lambda s: s.track_range.start_ms)
    last = max(old, key=lambda s: s.track_range.end_ms)
    sound = replace(first.sound, fade_out_ms=last.sound.fade_out_ms)
    return add_music(
        remove_music(draft),
        asset,
        sound,
        segment_id=first.id,
        start_ms=first.track_range.start_ms,
    )


def remove_music(draft: Draft) -> Draft:
    """Take all music away; other sound stays.

    music  |----------\\|   ->   music  |           |
    """
    for segment in music_of(draft):
        draft = draft.with_segment_replaced(segment.id)
    return draft


def music_of(draft: Draft) -> tuple[Segment, ...]:
    """Give all pieces of music, track by track."""
    tracks = draft.tracks_of(TrackKind.AUDIO)
    return tuple(s for t in tracks for s in t.segments if is_music(s, t))

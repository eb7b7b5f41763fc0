"""Projects for tests of understanding: five photos and a song, and a conversation about them."""

from collections.abc import Sequence
from typing import Final

from saycut.agent import Turn, take_turn
from saycut.timeline import Asset, Draft, Facts, Rect, Segment, SoundRole, TextRole, TrackKind
from tests.builders import a_photo, a_song

__all__ = [
    "PHOTOS",
    "PROJECT",
    "PROMO",
    "SONG",
    "a_promo",
    "beats",
    "music_of",
    "said",
    "shots",
    "talk",
    "texts",
    "title",
]

PROMO: Final = "create a 30-second promotional video with transitions and text overlays"


def beats(duration_ms: int = 59_000, step_ms: int = 462, first_ms: int = 27) -> Facts:
    """What analysis finds in a song of a steady beat, four to the bar."""
    found = tuple(range(first_ms, duration_ms, step_ms))
    return Facts(beats_ms=found, downbeats_ms=found[::4], tempo_bpm=60_000 / step_ms)


SONG: Final = a_song("song", facts=beats())
PHOTOS: Final = (
    a_photo("a1", name="aitzgorri.jpg", focus=(0.63, 0.57)),
    a_photo("a2", name="forest-stream.jpg", width=2560, height=1704),
    a_photo("a3", name="friends.jpg", width=1704, height=2560),
    a_photo("a4", name="picos-de-europa.jpg", width=2560, height=1920),
    a_photo("a5", name="sunset.jpg", facts=Facts(palette=("#d97a2b", "#202020"))),
)
PROJECT: Final[Sequence[Asset]] = (*PHOTOS, SONG)
A_FACE: Final = Rect(0.4, 0.2, 0.15, 0.2)


def talk(
    *requests: str, draft: Draft | None = None, assets: Sequence[Asset] = PROJECT
) -> list[Turn]:
    """Hold a conversation; each request goes on from the draft of the one before."""
    turns: list[Turn] = []
    for request in requests:
        before = turns[-1].draft if turns else (draft or Draft())
        turns.append(take_turn(request, before, assets))
    return turns


def said(request: str, *, draft: Draft | None = None, assets: Sequence[Asset] = PROJECT) -> Turn:
    """Take one turn on a draft, on the promo of the five photos unless told otherwise."""
    return take_turn(request, a_promo() if draft is None else draft, assets)


def a_promo() -> Draft:
    """The film that the main request makes of the five photos and the song."""
    return take_turn(PROMO, Draft(), PROJECT).draft


def shots(draft: Draft) -> tuple[Segment, ...]:
    return draft.main_track.segments if draft.main_track else ()


def texts(draft: Draft, *roles: TextRole) -> list[str]:
    """Give what the texts of these roles say, or all, in order of time."""
    found = [s for s in draft.segments(TrackKind.TEXT) if s.text]
    found.sort(key=lambda s: s.track_range)
    return [s.text.content for s in found if s.text and (not roles or s.text.role in roles)]


def title(draft: Draft) -> Segment:
    return next(
        s for s in draft.segments(TrackKind.TEXT) if s.text and s.text.role is TextRole.TITLE
    )


def music_of(draft: Draft) -> list[Segment]:
    return [s for s in draft.segments(TrackKind.AUDIO) if s.sound.role is SoundRole.MUSIC]

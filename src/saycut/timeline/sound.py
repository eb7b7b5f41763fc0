"""How loud a segment sounds."""

from dataclasses import dataclass
from enum import StrEnum

from saycut.timeline.curve import Curve

__all__ = ["Sound", "SoundRole"]


class SoundRole(StrEnum):
    MUSIC = "music"
    VOICE = "voice"
    ORIGINAL = "original"
    EFFECT = "effect"


@dataclass(frozen=True, slots=True)
class Sound:
    """The sound of a segment: `gain_db` over its time (0 leaves it as it is), fades, mute."""

    gain_db: Curve = Curve.constant(0.0)
    fade_in_ms: int = 0
    fade_out_ms: int = 0
    is_muted: bool = False
    role: SoundRole = SoundRole.ORIGINAL

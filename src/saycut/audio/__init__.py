"""The sound of a film: what plays when, the mix at its loudness, and hearing the beat of music."""

from saycut.audio.hear import find_beats, hear
from saycut.audio.loudness import Loudness, measure, measure_file
from saycut.audio.mix import TRUE_PEAK_MAX_DBTP, MixReport, render_mix
from saycut.audio.plan import mix_digest

__all__ = [
    "TRUE_PEAK_MAX_DBTP",
    "Loudness",
    "MixReport",
    "find_beats",
    "hear",
    "measure",
    "measure_file",
    "mix_digest",
    "render_mix",
]

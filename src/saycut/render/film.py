"""Looks at the joined file: packets, seams, lengths and sound; the pixels were seen per chunk."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from saycut.audio import TRUE_PEAK_MAX_DBTP, MixReport
from saycut.render.chunks import Chunk
from saycut.render.verify import Check, State, Verdict

__all__ = ["check_chunks", "check_film"]

# A loudness target is met when listeners cannot tell: half a LU.
_LOUDNESS_TOLERANCE_LU: Final = 0.5
# One AAC frame: sound may end that much after the picture.
_LENGTH_TOLERANCE_S: Final = 1024 / 48_000
_SYNC_TOLERANCE_S: Final = 0.001


def check_chunks(chunks: Sequence[Chunk], verdicts: Sequence[Verdict]) -> list[Check]:
    """Sum up what was seen of the pixels."""
    planned = sum(chunk.frame_count for chunk in chunks)
    decoded = sum(verdict.decoded_frames for verdict in verdicts)
    difference = max(verdict.difference for verdict in verdicts)
    broken = sum(not verdict.is_sound for verdict in verdicts)
    black = sum(verdict.black_frames for verdict in verdicts)
    return [
        _check("frames", decoded == planned, f"{decoded} decoded of {planned} planned"),
        _check(
            "pictures",
            broken == 0,
            f"largest difference from the composed picture {difference:.1f} of 219"
            + (f"; {broken} chunks are not as composed" if broken else ""),
        ),
        Check(
            "black",
            State.UNSETTLED if black else State.PASS,
            f"{black} frames are black where the plan shows a picture"
            if black
            else "no unplanned black frame",
        ),
        *_missing_check(verdicts),
    ]


def _missing_check(verdicts: Sequence[Verdict]) -> list[Check]:
    if not (missing := sorted({character for v in verdicts for character in v.missing})):
        return []
    named = ", ".join(f"{character} (U+{ord(character):04X})" for character in missing[:8])
    return [Check("letters", State.UNSETTLED, f"no font has {named}: left out")]


def check_film(path: Path, chunks: Sequence[Chunk], mix: MixReport | None) -> list[Check]:
    """Read all packets of the file and compare them with the plan."""
    rate = chunks[0].canvas.frame_rate
    planned = sum(chunk.frame_count for chunk in chunks)
    with av.open(f"file:{path.absolute()}") as film:
        video = film.streams.video[0]
        audio = film.streams.audio[0] if film.streams.audio else None
        pictures, sounds = _Lane(video.time_base), _Lane(audio.time_base if audio else None)
        for packet in film.demux():
            (pictures if packet.stream is video else sounds).take(packet)
        context = video.codec_context
        conforms = (context.name, context.pix_fmt, context.width, context.height) == (
            "h264",
            "yuv420p",
            chunks[0].canvas.width,
            chunks[0].canvas.height,
        )
        codec = (
            f"H.264 {context.profile} level {context.level / 10:g}, {context.pix_fmt}, "
            f"{context.width}x{context.height}"
        )
    checks = [
        _check(
            "length",
            pictures.count == planned and pictures.is_even(1 / rate),
            f"{pictures.count} frames at {float(rate):g}/s, {float(planned / rate):.2f} s",
        ),
        _check(
            "seams",
            pictures.keys_at >= {chunk.first / rate for chunk in chunks},
            f"{len(chunks)} chunks, each begins with a sync frame",
        ),
        _check("picture format", conforms, codec),
    ]
    return checks + _sound_checks(sounds, mix, planned / rate)


class _Lane:
    """What the packets of one stream say."""

    def __init__(self, timebase: Fraction | None) -> None:
        self._timebase = timebase or Fraction(1)
        self._moments: list[int] = []
        self.keys_at: set[Fraction] = set()
        self.end_s = Fraction(0)

    def take(self, packet: Any) -> None:
        if packet.pts is None:
            return
        self._moments.append(packet.pts)
        at_s = packet.pts * self._timebase
        self.end_s = max(self.end_s, at_s + (packet.duration or 0) * self._timebase)
        if packet.is_keyframe:
            self.keys_at.add(at_s)

    @property
    def count(self) -> int:
        return len(self._moments)

    @property
    def start_s(self) -> Fraction:
        return min(self._moments, default=0) * self._timebase

    def is_even(self, step_s: Fraction) -> bool:
        moments = np.sort(np.array(self._moments, np.int64))
        return bool(np.all(np.diff(moments) == step_s / self._timebase)) and self.start_s == 0


def _sound_checks(sounds: _Lane, mix: MixReport | None, length_s: Fraction) -> list[Check]:
    if mix is None:
        return [_check("sound", sounds.count == 0, "none, as planned")]
    beyond_s = float(sounds.end_s - length_s)
    heard = mix.loudness_lufs
    is_loud = abs(heard - mix.target_lufs) <= _LOUDNESS_TOLERANCE_LU
    return [
        _check(
            "sound",
            sounds.count > 0 and abs(beyond_s) <= _LENGTH_TOLERANCE_S,
            f"AAC 48 kHz stereo, ends {beyond_s * 1000:+.0f} ms from the picture's end",
        ),
        Check(
            "loudness",
            State.PASS if is_loud else State.UNSETTLED,
            f"{heard:.1f} LUFS (target {mix.target_lufs:.1f}), peak {mix.true_peak_dbtp:.1f} dBTP",
        ),
        _check(
            "true peak",
            mix.true_peak_dbtp <= TRUE_PEAK_MAX_DBTP,
            f"{mix.true_peak_dbtp:.1f} dBTP, at most {TRUE_PEAK_MAX_DBTP:g}",
        ),
    ]


def _check(name: str, holds: bool, detail: str) -> Check:
    return Check(name, State.PASS if holds else State.FAIL, detail)

"""The sound of a file at 48 kHz in stereo, from any sample on.

Time 0 is that of the picture when the file has one, so that both stay in step, else the
first sample a player would play: what encoders put before it is left out.
"""

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from itertools import islice
from math import ceil, gcd
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer
from numpy.typing import NDArray

from saycut.media.container import (
    frames_of,
    open_container,
    picture_stream,
    sound_stream,
    start_s,
)
from saycut.media.downmix import to_stereo
from saycut.media.errors import BrokenMedia
from saycut.media.header import MAX_PIXELS
from saycut.media.sniff import sniff

__all__ = ["SOUND_RATE_HZ", "FloatArray", "SoundReader", "open_sound"]

FloatArray = NDArray[np.float32]

SOUND_RATE_HZ: Final = 48_000


def open_sound(path: Path, *, max_pixels: int = MAX_PIXELS) -> "SoundReader":
    """Open the sound of a file.

    Raises:
        BrokenMedia: it has no sound that can be decoded.
        TooManyPixels: the picture beside it is larger than `max_pixels`.
        UnsupportedMedia, MissingFile, EmptyFile: as `sniff`.
    """
    return SoundReader(path, max_pixels=max_pixels)


class SoundReader:
    """Reads a file's sound; any number of readings may go on at once, each opens the file.

    The same sample comes out whichever sample a reading began at (but for the last bits that
    lossy decoders carry over from what they decoded before).
    """

    def __init__(self, path: Path, *, max_pixels: int = MAX_PIXELS) -> None:
        self._path = path
        self._max_pixels = max_pixels
        self._type = sniff(path)
        if not self._type.demuxer:
            raise BrokenMedia(path.name, "it is a picture, which has no sound")
        container, stream = self._open()
        with container:
            picture = picture_stream(container, self._type)
            first = list(islice(_sound_frames(container, stream), 2))
            if not first:
                raise BrokenMedia(path.name, "its sound cannot be decoded")
            self.rate_hz = first[0].sample_rate
            """The file's own sample rate."""
            first_s = _time_s(first[0]) or Fraction(0)
            self.zero_s = first_s if picture is None else start_s(picture)
            """Where time 0 lies on the container's clock."""
            self._clock = _Clock(self.zero_s, self.rate_hz, first)

    def read(self, start_s: Fraction | float, duration_s: Fraction | float) -> FloatArray:
        """Give float32[2, n] for a span of media time; silence where the file has none."""
        start = round(start_s * SOUND_RATE_HZ)
        count = round(duration_s * SOUND_RATE_HZ)
        block = next(self.blocks(start, count), None) if count else None
        found = np.zeros((2, 0), np.float32) if block is None else block
        return np.pad(found, ((0, 0), (0, count - found.shape[1])))

    def blocks(self, start_sample: int, block_samples: int) -> Iterator[FloatArray]:
        """Iterate over float32[2, block_samples] at 48 kHz; the last may be shorter.

        `start_sample` counts from time 0 at 48 kHz; it may lie before the sound begins, and
        nothing comes when it lies after its end.
        """
        held: list[FloatArray] = []
        count = 0
        for piece in self._from(start_sample):
            held.append(piece)
            count += piece.shape[1]
            if count >= block_samples:
                whole = np.concatenate(held, axis=1)
                full = count - count % block_samples
                for at in range(0, full, block_samples):
                    yield whole[:, at : at + block_samples].copy()
                held, count = [whole[:, full:]], count - full
        if count:
            yield np.concatenate(held, axis=1)

    def _from(self, start: int) -> Iterator[FloatArray]:
        """Give pieces at 48 kHz from that sample on."""
        # Samples of the two rates coincide at each multiple of these, and nowhere else.
        divisor = gcd(self.rate_hz, SOUND_RATE_HZ)
        step_out, step_in = SOUND_RATE_HZ // divisor, self.rate_hz // divisor
        steps = (start - _RUN_IN_SAMPLES) // step_out
        surplus = start - steps * step_out
        for piece in _resampled(self._native(steps * step_in), self.rate_hz):
            if surplus < piece.shape[1]:
                yield piece[:, surplus:]
            surplus = max(0, surplus - piece.shape[1])

    def _native(self, start: int) -> Iterator[FloatArray]:
        """Give stereo at the file's own rate from that sample on, without gap or overlap."""
        container, stream = self._open()
        with container:
            given, expected = start, None
            for frame in self._decoded(container, stream, start):
                at = self._clock.index(frame, expected)
                expected = at + frame.samples
                yield from _silence(at - given)
                given = max(given, at)
                if expected > given:
                    yield to_stereo(frame)[:, given - at :]
                    given = expected

    def _decoded(
        self, container: InputContainer, stream: AudioStream, start: int
    ) -> Iterator[AudioFrame]:
        """Give frames from well before that sample on, or from the first one when it is near."""
        target_s = self.zero_s + Fraction(start, self.rate_hz) - _RUN_UP_S
        if target_s > self.zero_s + _RUN_UP_S and stream.time_base:
            # A file that cannot seek is read from its beginning.
            with suppress(av.FFmpegError):
                container.seek(int(target_s / stream.time_base), stream=stream)
        return (f for f in _sound_frames(container, stream) if f.sample_rate == self.rate_hz)

    def _open(self) -> tuple[InputContainer, AudioStream]:
        container = open_container(
            self._path, self._type, self._path.name, max_pixels=self._max_pixels
        )
        stream = sound_stream(container, self._type)
        if stream is None:
            container.close()
            raise BrokenMedia(self._path.name, "it has no sound that can be decoded")
        return container, stream


# Half a second of sound before what is wanted: MP3 keeps bits for a frame in up to nine frames
# before it, Opus asks for 80 ms, and the first frame of AAC lacks the one it overlaps.
_RUN_UP_S: Final = Fraction(1, 2)
# What the resampler's filter reaches back, and more; at 48 kHz.
_RUN_IN_SAMPLES: Final = 512
# Longer silence in the middle of a file is a broken clock, not a pause.
_GAP_MAX_S: Final = 600
_SILENCE_SAMPLES: Final = 48_000


class _Clock:
    """Tells which sample of the file a frame begins with, in native samples from time 0."""

    def __init__(self, zero_s: Fraction, rate_hz: int, first: list[AudioFrame]) -> None:
        self._zero_s = zero_s
        self._rate_hz = rate_hz
        tick_s = Fraction(first[0].time_base or 0)
        # Ticks of Matroska are whole milliseconds: a frame's time is known to half of one.
        self._tolerance = max(ceil(2 * tick_s * rate_hz), rate_hz // 1000)
        self._is_coarse = tick_s * rate_hz > 1
        self._second = self._plain_index(first[0], 0) + first[0].samples
        self._frame_samples = first[-1].samples

    def index(self, frame: AudioFrame, expected: int | None) -> int:
        """Give the place of the frame; `expected` is where the one before it ended, if any."""
        at = self._plain_index(frame, expected or 0)
        if expected is None:
            return self._on_grid(at) if self._is_coarse else at
        if abs(at - expected) <= self._tolerance or at - expected > _GAP_MAX_S * self._rate_hz:
            return expected
        return at

    def _plain_index(self, frame: AudioFrame, default: int) -> int:
        time_s = _time_s(frame)
        return default if time_s is None else round((time_s - self._zero_s) * self._rate_hz)

    def _on_grid(self, at: int) -> int:
        """Give the start of a frame near `at` if all frames are as long as the second one."""
        frames = round(Fraction(at - self._second, self._frame_samples))
        exact = self._second + frames * self._frame_samples
        return exact if abs(exact - at) <= self._tolerance else at


def _time_s(frame: AudioFrame) -> Fraction | None:
    if frame.pts is None or frame.time_base is None:
        return None
    return frame.pts * frame.time_base


def _sound_frames(container: InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
    return (f for f in frames_of(container, stream) if isinstance(f, AudioFrame) and f.samples)


def _silence(count: int) -> Iterator[FloatArray]:
    for at in range(0, count, _SILENCE_SAMPLES):
        yield np.zeros((2, min(_SILENCE_SAMPLES, count - at)), np.float32)


def _resampled(pieces: Iterator[FloatArray], rate_hz: int) -> Iterator[FloatArray]:
    """Give the same sound at 48 kHz; its first sample is that of the input."""
    if rate_hz == SOUND_RATE_HZ:
        yield from pieces
        return
    resampler = AudioResampler("fltp", "stereo", SOUND_RATE_HZ)
    given = 0
    for piece in pieces:
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(piece), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = rate_hz, given, Fraction(1, rate_hz)
        given += piece.shape[1]
        for done in resampler.resample(frame):
            yield to_stereo(done)
    for done in resampler.resample(None):
        yield to_stereo(done)

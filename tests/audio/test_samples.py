import numpy as np

from saycut.audio.samples import RATE_HZ, filtered, frames_of, recut
from tests.audio.sounds import in_blocks, noise


def test_recut_keeps_every_sample_in_its_place() -> None:
    samples = noise(0.1, 0.1)

    pieces = list(recut(in_blocks(samples, 999), [1, 0, 2000, 1799, 1000]))

    assert [piece.shape[1] for piece in pieces] == [1, 0, 2000, 1799, 1000]
    assert np.array_equal(np.concatenate(pieces, axis=1), samples)


def test_recut_gives_silence_after_the_end() -> None:
    (piece,) = recut([np.ones((2, 3), np.float32)], [5])

    assert piece[0].tolist() == [1, 1, 1, 0, 0]


def test_frames_count_their_pts_in_samples() -> None:
    frames = list(frames_of(in_blocks(noise(0.1, 0.1), 1000)))

    assert [frame.pts for frame in frames] == [0, 1000, 2000, 3000, 4000]
    assert {frame.sample_rate for frame in frames} == {RATE_HZ}


def test_a_filter_sees_every_sample_once() -> None:
    samples = noise(0.1, 1.2345)

    louder = np.concatenate(list(filtered(in_blocks(samples), ("volume", "2"))), axis=1)

    assert np.allclose(louder, 2 * samples, atol=1e-6)

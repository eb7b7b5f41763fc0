from pathlib import Path

import pytest

from saycut.audio import find_beats, hear
from saycut.media.errors import MediaError
from tests.audio.sounds import a_click_track, a_wav, clicks_at
from tests.audio.test_beats import a_steady_beat


def test_a_file_is_heard_in_a_child_process_as_it_is_here(tmp_path: Path) -> None:
    path = a_wav(tmp_path / "song.wav", a_click_track(a_steady_beat(120, duration_s=12)))

    facts = hear(path)

    assert facts == find_beats(path)
    assert facts.tempo_bpm == pytest.approx(120, abs=0.5)
    assert facts.loudness_lufs is not None
    assert -40 < facts.loudness_lufs < -10


def test_silence_has_neither_beat_nor_loudness(tmp_path: Path) -> None:
    facts = find_beats(a_wav(tmp_path / "silence.wav", clicks_at([], 3)))

    assert (facts.tempo_bpm, facts.loudness_lufs) == (None, None)


def test_a_file_that_is_no_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    path.write_text("la la la")

    with pytest.raises(MediaError):
        hear(path)

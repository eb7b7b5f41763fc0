from dataclasses import dataclass

import pytest

from saycut.cli.progress import Transfer, shown


@dataclass(frozen=True)
class At:
    done_frames: int
    total_frames: int = 300
    frames_per_s: float = 60.0
    remaining_s: float | None = 3.4
    stage: str = "rendering"


def test_without_a_terminal_there_is_a_line_for_each_tenth_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with shown(is_quiet=False) as report:
        for frame in range(301):
            report(At(frame))

    out, err = capsys.readouterr()
    assert out == ""
    assert [line.split("%")[0] for line in err.splitlines()] == [
        f"rendering {tenth}0" if tenth else "rendering 0" for tenth in range(11)
    ]
    assert "150/300 frames  60 frames/s  3 s left" in err


def test_what_is_not_known_yet_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(is_quiet=False) as report:
        report(At(0, frames_per_s=0.0, remaining_s=None))
        report(At(30, remaining_s=None))

    assert capsys.readouterr().err.splitlines() == [
        "rendering 0%  0/300 frames",
        "rendering 10%  30/300 frames  60 frames/s",
    ]


def test_an_empty_stage_is_no_division_by_zero(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(is_quiet=False) as report:
        report(At(0, total_frames=0, stage="mixing"))

    assert capsys.readouterr().err.startswith("mixing 0%")


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(is_quiet=True) as report:
        report(At(30))

    assert capsys.readouterr() == ("", "")


def test_a_small_file_on_its_way_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with shown(is_quiet=False) as report:
        for done in range(0, 600_001, 60_000):
            report(Transfer("sending sea.jpg", done, 600_000))

    assert capsys.readouterr().err.splitlines() == ["sending sea.jpg 100%  0.6/0.6 MB"]

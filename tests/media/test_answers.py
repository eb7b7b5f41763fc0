import os
import pickle
import subprocess
from fractions import Fraction

import numpy as np
import pytest

from saycut.media import TooManyPixels
from saycut.media.answers import plain_error, read_answer
from saycut.media.sandbox import run_confined
from saycut.timeline import Asset, AssetKind, Facts, Rect


class Evil:
    """Asks whoever reads it to run a program."""

    def __init__(self, function: object, *args: object) -> None:
        self.call = function, args

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call


def test_values_come_through() -> None:
    asset = Asset(
        id="a1",
        name="x",
        kind=AssetKind.VIDEO,
        digest="ff",
        frame_rate=Fraction(30000, 1001),
        facts=Facts(faces=(Rect(0, 0, 1, 1),), focus=(0.5, 0.5)),
    )

    assert read_answer(pickle.dumps(asset)) == asset


def test_arrays_come_through() -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)

    assert (read_answer(pickle.dumps([array, array[0, 1]]))[0] == array).all()


def test_errors_come_through_with_their_attributes() -> None:
    error = read_answer(pickle.dumps(plain_error(TooManyPixels("a.png", 100, 20, 10))))

    assert (type(error), error.width, error.height) == (TooManyPixels, 20, 10)


def test_an_error_that_cannot_be_read_back_comes_as_its_words() -> None:
    error = read_answer(pickle.dumps(plain_error(subprocess.TimeoutExpired("x", 3))))

    assert isinstance(error, RuntimeError)
    assert "TimeoutExpired" in str(error)


@pytest.mark.parametrize(
    "function", [os.system, eval, subprocess.Popen, getattr, run_confined, SystemExit]
)
def test_nothing_runs_on_being_read(function: object) -> None:
    with pytest.raises(pickle.UnpicklingError, match="no plain value"):
        read_answer(pickle.dumps(Evil(function, "true")))


def test_no_name_leads_through_a_module_of_ours() -> None:
    # Protocol 4: two short texts, of 20 and 16 bytes, and the global that they name.
    through = b"\x80\x04\x8c\x14saycut.media.sandbox\x8c\x10subprocess.Popen\x93."

    with pytest.raises(pickle.UnpicklingError, match="no plain value"):
        read_answer(through)

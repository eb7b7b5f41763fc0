import numpy as np
import pytest

from saycut.media.matrix import (
    BT601,
    BT709,
    BT2020,
    FROM_BGR,
    FROM_PREMULTIPLIED,
    TO_BGR,
    code_matrix,
    inverse,
    product,
)


@pytest.mark.parametrize("kr_kb", [BT601, BT709, BT2020])
@pytest.mark.parametrize(
    ("is_full", "bits", "black", "white", "grey"),
    [(False, 8, 16, 235, 128), (True, 8, 0, 255, 128), (False, 10, 64, 940, 512)],
)
def test_black_and_white_have_the_codes_of_the_standards(
    kr_kb: tuple[float, float], is_full: bool, bits: int, black: int, white: int, grey: int
) -> None:
    matrix = code_matrix(kr_kb, is_full=is_full, bits=bits)

    assert matrix @ [0, 0, 0, 1] == pytest.approx([black, grey, grey])
    assert matrix @ [1, 1, 1, 1] == pytest.approx([white, grey, grey])


@pytest.mark.parametrize("kr_kb", [BT601, BT709, BT2020])
def test_pure_blue_and_red_reach_the_ends_of_chroma(kr_kb: tuple[float, float]) -> None:
    _, u, v = code_matrix(kr_kb)

    assert u @ [0, 0, 1, 1] == pytest.approx(240)
    assert u @ [1, 1, 0, 1] == pytest.approx(16)
    assert v @ [1, 0, 0, 1] == pytest.approx(240)
    assert v @ [0, 1, 1, 1] == pytest.approx(16)


def test_the_bars_of_bt709_have_their_known_codes() -> None:
    # The primaries at 75 %, as SMPTE RP 219 lists them.
    red, green, blue = ([191.25 if i == j else 0 for j in range(3)] for i in range(3))

    codes = [FROM_PREMULTIPLIED @ [*colour, 255] for colour in (red, green, blue)]

    assert np.rint(codes).tolist() == [[51, 109, 212], [133, 63, 52], [28, 212, 120]]


def test_a_premultiplied_colour_fades_to_nothing_with_its_alpha() -> None:
    opaque = FROM_PREMULTIPLIED @ [200, 100, 50, 255]

    assert pytest.approx(opaque / 2) == FROM_PREMULTIPLIED @ [100, 50, 25, 127.5]
    assert pytest.approx([0, 0, 0]) == FROM_PREMULTIPLIED @ [0, 0, 0, 0]


def test_blue_green_red_is_the_same_in_another_order() -> None:
    same = FROM_PREMULTIPLIED @ [200, 100, 50, 255]

    assert pytest.approx(same) == FROM_BGR @ [50, 100, 200, 1]
    assert TO_BGR @ [*same, 1] == pytest.approx([50, 100, 200])


def test_a_map_and_its_inverse_change_nothing() -> None:
    matrix = code_matrix(BT601, is_full=True)

    assert product(matrix, inverse(matrix)) == pytest.approx(np.eye(3, 4))

import pytest

from saycut.agent.naming import caption_of, sentence_title


@pytest.mark.parametrize(
    ("name", "caption"),
    [
        ("golden_gate-bridge.jpg", "Golden Gate Bridge"),
        ("picos-de-europa.jpg", "Picos de Europa"),
        ("seeding_by_Clements_Engelhardt.jpg", "Seeding"),
        ("Team Lunch (1).png", "Team Lunch"),
        ("GoldenHour.jpg", "Golden Hour"),
        ("beach 2.jpg", "Beach"),
        ("NASA_launch.jpg", "NASA Launch"),
        ("日落.jpg", "日落"),
        ("grandma's_cake.jpg", "Grandma's Cake"),
    ],
)
def test_a_name_that_somebody_gave_becomes_a_caption(name: str, caption: str) -> None:
    assert caption_of(name) == caption


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234.JPG",
        "DSC0001.jpg",
        "DSCF0042.jpeg",
        "photo-1.jpg",
        "Picture_0B_by_freespace.jpg",
        "20230101_123456.jpg",
        "john-doe-AbC123xYz-unsplash.jpg",
        "1920x1080.png",
        "PXL_20240501.jpg",
        "微信图片_20240101.jpg",
        "untitled.jpg",
        "clip-1.mp4",
        "....jpg",
        "",
    ],
)
def test_a_name_that_a_machine_gave_says_nothing(name: str) -> None:
    assert caption_of(name) is None


def test_small_words_stay_small_inside_a_title() -> None:
    assert sentence_title("a walk in the park") == "A Walk in the Park"

import pytest

from saycut.client.screens import plain_words, whole_sentences


@pytest.mark.parametrize(
    ("said", "plain", "actions"),
    [
        (
            "I added it. Click the Export button to download!",
            'I added it. To get the film, say "export".',
            ["export"],
        ),
        ("点击“导出”按钮下载视频。", "要得到成片, 说“导出”即可。", ["export"]),
        (
            "You can preview it in the timeline.",
            "This is what is on the timeline now.",
            ["summary"],
        ),
        ("Open the Media panel.", "This is how the project stands.", ["state"]),
        (
            "Drag the clip to the start.",
            'Say what should go where, such as "move the second clip to the start".',
            ["edit"],
        ),
        ("请拖拽片段。", "说出要移动什么、移到哪里, 例如“把第二段移到开头”。", ["edit"]),
        ("- Click Play\n- Enjoy", "- Say so here, and it is done.\n- Enjoy", ["act"]),
    ],
)
def test_talk_of_a_screen_becomes_words_and_an_action(
    said: str, plain: str, actions: list[str]
) -> None:
    found = plain_words(said)

    assert found.text == plain
    assert [suggestion.action for suggestion in found.suggestions] == actions


@pytest.mark.parametrize(
    "said",
    [
        'Added the title "Click here" at 2.5 s.',
        "Added a click track and a drop shadow; I'll drop the music by 3 dB.",
        "The U.S. Open begins at 3.5 s.",
        "Exported: film.mp4.",
        "",
    ],
)
def test_other_words_stay_as_they_are(said: str) -> None:
    assert plain_words(said).text == said


@pytest.mark.parametrize(
    ("text", "whole", "rest"),
    [
        ("One. Two. Thr", "One. Two. ", "Thr"),
        ("At 2.5 s", "", "At 2.5 s"),
        ("好。再", "好。", "再"),
        ("a\nb", "a\n", "b"),
        ("One.", "", "One."),
    ],
)
def test_a_text_is_cut_after_its_last_whole_sentence(text: str, whole: str, rest: str) -> None:
    assert whole_sentences(text) == (whole, rest)

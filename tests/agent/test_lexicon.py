import pytest

from saycut.agent.lexicon import language_of, languages, lexicon_for


def _concepts(text: str, language: str = "en") -> set[str]:
    return {hit.concept for hit in lexicon_for(language).hits(text)} - {"glue"}


@pytest.mark.parametrize("language", languages())
def test_every_language_file_can_be_read(language: str) -> None:
    lexicon = lexicon_for(language)

    assert "export" in _concepts("export", language)
    assert lexicon.longest >= 4


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("make it 15 seconds", "en"),
        ("时长改成10秒", "zh"),
        ("15秒に縮めて", "ja"),
        ("자막을 추가해줘", "ko"),
        ("Schneide die ersten 10 Sekunden ab", "de"),
        ("hazme el vídeo entero", "es"),
        ("ajoute une musique avec le titre", "fr"),
        ("adicione legendas para o vídeo", "pt"),
        ("aggiungi la musica con il titolo", "it"),
        ("xyzzy", "en"),
    ],
)
def test_the_language_is_told_by_script_and_small_words(text: str, language: str) -> None:
    assert language_of(text) == language


def test_the_longer_phrase_hides_the_one_inside_it() -> None:
    assert _concepts("fade to black") == {"fade_black"}


def test_a_word_inside_another_word_is_not_found() -> None:
    assert "cut" not in _concepts("haircuts")
    assert "add" not in _concepts("ladder")


def test_hyphens_and_spaces_are_alike() -> None:
    assert _concepts("fade-in") == _concepts("fade in")


def test_a_stem_lets_the_word_go_on() -> None:
    assert "photo" in _concepts("photographs")


def test_english_words_are_known_in_chinese_requests() -> None:
    assert {"music", "vertical"} <= _concepts("加bgm，竖屏", "zh")
    assert "video" in _concepts("做成video再导出", "zh")

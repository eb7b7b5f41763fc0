"""The data files agree with each other and with the code that reads them."""

import tomllib
from importlib import resources
from typing import Any, Final

import pytest

from saycut.agent import cutting, hearing, looking, ordering, wording
from saycut.agent.lexicon import languages
from saycut.agent.values import ValueKind

FOLDER: Final = resources.files("saycut.agent")
# What the planner does itself: films and cuts are made before anything else.
OWN: Final = {"create", "highlights", *cutting.CUTS}
# Not concepts of the lexicon, but found in what was read.
FOUND: Final = {'"', "file", "which", *(f"#{kind.value}" for kind in ValueKind)}


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


def _concepts(language: str) -> set[str]:
    return set(_table(f"languages/{language}.toml")["concepts"])


def test_every_rule_has_somebody_to_do_it() -> None:
    names = {rule["name"] for rule in _table("intents.toml")["rules"]}
    handled = {
        *cutting.HANDLERS,
        *ordering.HANDLERS,
        *looking.HANDLERS,
        *wording.HANDLERS,
        *hearing.HANDLERS,
    }

    assert names == handled | OWN


def test_rules_name_only_what_can_be_found() -> None:
    table = _table("intents.toml")
    known = _concepts("en") | FOUND | set(table["families"])

    named = {
        name
        for rule in table["rules"]
        for need in (*rule["needs"], *rule.get("refuses", ()))
        for name in need.split("|")
    }

    assert named <= known, sorted(named - known)


@pytest.mark.parametrize("language", languages())
def test_a_language_says_only_what_english_says_too(language: str) -> None:
    assert _concepts(language) <= _concepts("en")


@pytest.mark.parametrize("language", languages())
def test_everybody_can_export_undo_and_ask_for_the_state(language: str) -> None:
    assert {"export", "credits", "status", "upload", "undo", "redo"} <= _concepts(language)


def test_what_is_missing_has_a_reason() -> None:
    missing = {c for c in _concepts("en") if c.startswith("no_")} - {"no_watermark"}

    assert missing <= set(_table("replies/en.toml")["reasons"])


def test_chinese_replies_say_all_that_english_ones_say() -> None:
    english, chinese = _table("replies/en.toml"), _table("replies/zh.toml")

    for section, sentences in english.items():
        if isinstance(sentences, dict):
            assert set(chinese[section]) == set(sentences), section

"""Every way of asking that the registry of operations lists has to be understood as that."""

import re
from typing import Final

import pytest

from saycut.agent.clauses import clauses_of, read
from saycut.agent.intents import intents_of
from saycut.agent.lexicon import lexicon_for
from saycut.agent.normalise import normalise
from saycut.edit import REGISTRY, phrases

# What fills the places of a phrase.
FILLING: Final = {"n": "2", "time": "5 seconds", "text": "“Summer”", "file": "beach.jpg"}
# Which intents lead to an operation.
LEADING: Final = {
    "add_media": {"add_shot", "move_shot"},
    "remove_segment": {"remove_shot"},
    "swap_segments": {"swap"},
    "fit_duration": {"duration", "keep_first"},
    "remove_music": {"remove_music"},
    "clear": {"clear"},
    "set_transition": {"transitions", "transition_one", "no_transitions"},
    "remove_text": {"remove_text"},
    "set_loudness": {"loudness"},
    "add_music": {"add_music"},
    "replace_music": {"replace_music", "add_music"},
    "set_canvas": {"canvas_aspect", "canvas_size", "canvas_height", "canvas_rate"},
}
# Of the phrases, so many have to be understood: some need what no rule reads yet.
SHARE_MIN: Final = 0.6


def _names(phrase: str, language: str) -> set[str]:
    text = re.sub(r"\{(\w+)\}", lambda m: FILLING.get(m[1], "2"), phrase)
    whole = read(normalise(text), lexicon_for(language))
    return {intent.name for clause in clauses_of(whole) for intent in intents_of(clause)}


@pytest.mark.parametrize("operation", LEADING)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_phrases_of_the_registry_lead_to_their_operation(operation: str, language: str) -> None:
    assert operation in REGISTRY
    said = phrases(language)[operation]

    understood = [p for p in said if _names(p, language) & LEADING[operation]]

    assert len(understood) >= SHARE_MIN * len(said), sorted(set(said) - set(understood))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("remove the title and the music", {"remove_text", "remove_music"}),
        ("slideshow with crossfades and music", {"create", "transitions", "add_music"}),
        ("cut the first 10 seconds", {"trim_start"}),
        ("cut the last 10 seconds", {"trim_end"}),
        ("trim to the first 5 seconds", {"keep_first"}),
        ("crossfade 1 s between all", {"transitions"}),
        ("2x bigger title", {"text_size"}),
        ("wobble the frame", set()),
    ],
)
def test_a_clause_can_ask_for_several_things(text: str, names: set[str]) -> None:
    assert _names(text, "en") == names

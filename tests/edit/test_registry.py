"""What holds for every operation on any draft, and how the registry answers mistakes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.edit import (
    LANGUAGES,
    REGISTRY,
    EditContext,
    apply,
    check_edit,
    json_schema,
    phrases,
)
from saycut.errors import SaycutError
from saycut.timeline import Draft, InvalidDraft
from saycut.timeline.validate import problems
from tests.builders import a_draft, a_film, a_segment, a_soundtrack
from tests.edit.requests import REQUESTS
from tests.strategies import ASSETS, drafts, films, patiently

PROJECT = EditContext(ASSETS)


@pytest.mark.parametrize("name", list(REGISTRY))
@patiently(12)
@given(data=st.data())
def test_every_operation_keeps_the_rules_on_any_draft_or_says_why_not(
    name: str, data: st.DataObject
) -> None:
    draft: Draft = data.draw(films() | drafts())
    arguments = data.draw(REQUESTS[name](draft))
    before = repr(draft)

    try:
        after = apply(draft, name, arguments, PROJECT)
    except SaycutError as error:
        assert error.code != 4104, error
        assert 4101 <= error.code < 4200
    else:
        assert problems(after, ASSETS) == []

    assert repr(draft) == before


def test_every_operation_says_what_it_does_and_how_people_ask_for_it() -> None:
    for name, operation in REGISTRY.items():
        assert operation.name == name
        assert operation.summary.endswith(".")
        assert len(operation.examples) >= 2


def test_every_field_of_every_operation_is_described_and_named_with_its_unit() -> None:
    for operation in REGISTRY.values():
        for name, field in operation.arguments.model_fields.items():
            assert field.description, f"{operation.name}.{name}"
            assert not name.endswith(("_s", "duration", "start", "end")) or name in ("start", "end")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_operation_has_phrases_in_every_language(language: str) -> None:
    said = phrases(language)

    assert list(said) == list(REGISTRY)
    for name, lines in said.items():
        assert 3 <= len(lines) <= 10, name
        assert len(set(lines)) == len(lines), name


def test_a_phrase_asks_for_one_operation_alone() -> None:
    for language in LANGUAGES:
        lines = [line for said in phrases(language).values() for line in said]
        assert len(set(lines)) == len(lines)


def test_there_are_no_phrases_in_a_language_nobody_wrote() -> None:
    with pytest.raises(ValueError, match="there are en, zh"):
        phrases("tlh")


def test_the_schema_describes_every_operation_as_json() -> None:
    schema = json_schema()

    assert json.loads(json.dumps(schema)) == schema
    assert list(schema) == list(REGISTRY)
    assert schema["fit_duration"]["arguments"]["required"] == ["duration_ms"]
    assert schema["fit_duration"]["arguments"]["additionalProperties"] is False


def test_arguments_may_come_as_their_model_or_as_another_one() -> None:
    draft = a_film(4000, 4000)
    wanted = {"duration_ms": 4000}
    model = REGISTRY["fit_duration"].arguments.model_validate(wanted)
    other = REGISTRY["set_duration"].arguments.model_validate(wanted)

    by_mapping = apply(draft, "fit_duration", wanted, PROJECT)

    assert apply(draft, "fit_duration", model, PROJECT) == by_mapping
    assert apply(draft, "fit_duration", other, PROJECT) == by_mapping


def test_a_draft_that_breaks_the_rules_is_not_handed_on() -> None:
    broken = a_draft(a_segment("s1"), a_segment("s1", start_ms=4000))

    with pytest.raises(InvalidDraft, match="used twice"):
        apply(broken, "set_loudness", {"loudness_lufs": -16}, PROJECT)


def test_an_edit_asks_no_more_of_an_asset_than_it_has() -> None:
    before = a_film(4000)
    silent = a_soundtrack(asset_id="photo", duration_ms=4000)

    with pytest.raises(InvalidDraft, match="has no sound"):
        check_edit(before, a_film(4000, sounds=(silent,)), ASSETS)
    with pytest.raises(InvalidDraft, match="which ends at 3000 ms"):
        check_edit(before, a_film(9000, asset_id="short"), ASSETS)


def test_a_film_that_asks_too_much_already_can_still_be_edited() -> None:
    draft = a_film(9000, asset_id="short")

    after = apply(draft, "set_loudness", {"loudness_lufs": -16}, PROJECT)

    assert after.loudness_lufs == -16

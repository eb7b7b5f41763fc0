"""What holds for every operation on any draft, and how the registry answers mistakes."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saycut.edit import REGISTRY, EditContext, apply
from saycut.errors import SaycutError
from saycut.timeline import Draft
from saycut.timeline.validate import problems
from tests.edit.requests import REQUESTS
from tests.strategies import ASSETS, drafts, films

PROJECT = EditContext(ASSETS)


@pytest.mark.parametrize("name", list(REGISTRY))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
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

"""Planning of requests without media: cases in, what came of them out."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from saycut.agent import case_project, facts_of, take_turn

__all__ = ["plan_cases"]

_NEEDED: Final = (("id", str), ("text", str), ("media", list))


def plan_cases(cases: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Give for each case the facts of the turn that it led to; nothing is stored.

    A case holds `id`, `text`, `media`, `project` and `attachment`. One that fails gives
    a record with `error` set, and the others go on.
    """
    for case in cases:
        try:
            yield _facts(case)
        except Exception as error:  # one bad case must not hide the others
            yield {"id": case.get("id"), "error": _reason(case, error)}


def _facts(case: Mapping[str, Any]) -> dict[str, Any]:
    draft, assets = case_project(case)
    turn = take_turn(
        case["text"],
        draft,
        assets,
        attachment=case.get("attachment"),
    )
    return facts_of(case["id"], draft, turn, assets)


def _reason(case: Mapping[str, Any], error: Exception) -> str:
    wrong = [name for name, kind in _NEEDED if not isinstance(case.get(name), kind)]
    if wrong:
        return (
            f"{' and '.join(wrong)} missing or of the wrong type; a case is "
            '{"id": "...", "text": "the request", "media": [{"name": "a.jpg", "kind": "image"}]}'
        )
    return f"{type(error).__name__}: {error}"

"""What may be exported: on which plans, and only a film that has something in it."""

from saycut.errors import SaycutError
from saycut.server.errors import BadInput
from saycut.server.parts import Parts
from saycut.timeline import Draft

__all__ = ["ExportBlocked", "check_film", "check_plan"]


class ExportBlocked(SaycutError):
    """The plan, or a client that does not say what it is, keeps an export from being made."""

    code = 402


def check_plan(parts: Parts, plan: str) -> None:
    """Raises ExportBlocked: films are not exported on that plan."""
    options = parts.options
    if options.is_open or options.export_plans & {"*", plan}:
        return
    plans = ", ".join(sorted(options.export_plans))
    raise ExportBlocked(
        f"the plan {plan!r} does not export on this server, these do: {plans}; "
        "ask its operator for another plan"
    )


def check_film(draft: Draft, session_id: str) -> None:
    """Raises BadInput: there is nothing in it."""
    if not any(draft.segments()):
        raise BadInput(
            f"session {session_id!r} has nothing to export: upload photos or clips and say what "
            "to make of them"
        )

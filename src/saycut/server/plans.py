"""What the plan of an account allows."""

from saycut.errors import SaycutError
from saycut.server.parts import Parts

__all__ = ["ExportBlocked", "check_plan"]


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

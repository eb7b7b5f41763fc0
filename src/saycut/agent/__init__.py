"""From what a person types to a changed film and an answer, without any model or network."""

from saycut.agent.cases import case_project
from saycut.agent.facts import facts_of
from saycut.agent.planner import take_turn
from saycut.agent.turn import Chapter, OutputOrder, Sidecar, Turn

__all__ = [
    "Chapter",
    "OutputOrder",
    "Sidecar",
    "Turn",
    "case_project",
    "facts_of",
    "take_turn",
]

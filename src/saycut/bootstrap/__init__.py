"""The one place that picks concrete parts and joins them into an engine.

Decisions live in the packages below; commands and servers live above and see only this.
"""

from saycut.agent import Turn
from saycut.bootstrap.cases import plan_cases
from saycut.bootstrap.engine import Done, Engine, Snapshot
from saycut.bootstrap.errors import BadSetting, EmptyRequest, FilesRefused, NotDone
from saycut.bootstrap.intake import Refusal
from saycut.render import ExportReport
from saycut.store import Project

__all__ = [
    "BadSetting",
    "Done",
    "EmptyRequest",
    "Engine",
    "ExportReport",
    "FilesRefused",
    "NotDone",
    "Project",
    "Refusal",
    "Snapshot",
    "Turn",
    "plan_cases",
]

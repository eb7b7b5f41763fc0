"""Edits of a draft: pure functions, the registry of operations around them, what they changed."""

from saycut.edit.changes import Change, ChangeKind, describe
from saycut.edit.motions import MotionKind, kind_of, motion, motion_for
from saycut.edit.operation import Arguments, EditContext, Operation
from saycut.edit.registry import LANGUAGES, REGISTRY, apply, json_schema, phrases

__all__ = [
    "LANGUAGES",
    "REGISTRY",
    "Arguments",
    "Change",
    "ChangeKind",
    "EditContext",
    "MotionKind",
    "Operation",
    "apply",
    "describe",
    "json_schema",
    "kind_of",
    "motion",
    "motion_for",
    "phrases",
]

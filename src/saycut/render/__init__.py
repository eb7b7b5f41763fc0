"""From a draft to a finished file: plan, compose, encode, join, verify."""

from saycut.render.batch import Priority
from saycut.render.cache import ChunkCache, FolderCache
from saycut.render.encode import Encoding
from saycut.render.errors import (
    ChunkFailed,
    ExportFailed,
    NothingToRender,
    PoolClosed,
    ShapeMismatch,
)
from saycut.render.export import ExportReport, ExportSettings, export
from saycut.render.plan import RenderPlan, plan_render
from saycut.render.pool import WorkerPool
from saycut.render.verify import Check, State
from saycut.render.work import Progress

__all__ = [
    "Check",
    "ChunkCache",
    "ChunkFailed",
    "Encoding",
    "ExportFailed",
    "ExportReport",
    "ExportSettings",
    "FolderCache",
    "NothingToRender",
    "PoolClosed",
    "Priority",
    "Progress",
    "RenderPlan",
    "ShapeMismatch",
    "State",
    "WorkerPool",
    "export",
    "plan_render",
]

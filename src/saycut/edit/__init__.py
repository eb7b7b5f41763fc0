"""Edits of a draft: pure functions, the registry of operations around them, what they changed."""

from saycut.edit.canvas import set_canvas, size_of
from saycut.edit.changes import Change, ChangeKind, describe
from saycut.edit.cuts import remove, ripple_delete, split, trim, use_part
from saycut.edit.errors import (
    AmbiguousTarget,
    CannotFit,
    InvalidArguments,
    NoSuchPlace,
    NothingToEdit,
    NotInSource,
    NotUsable,
    OutsideFilm,
    OutsideSegment,
    UnknownAsset,
    UnknownOperation,
)
from saycut.edit.follow import film_end_ms
from saycut.edit.framing import picture_for, subject_in_view, subject_of
from saycut.edit.lengths import fit_duration, set_duration, set_durations
from saycut.edit.looks import (
    set_backdrop,
    set_fades,
    set_film_fades,
    set_fit,
    set_focus,
    set_motion,
    set_motion_kind,
    set_opacity,
)
from saycut.edit.motions import MotionKind, kind_of, motion, motion_for
from saycut.edit.music import add_music, music_of, remove_music, replace_music
from saycut.edit.operation import Arguments, EditContext, Operation
from saycut.edit.order import append, card_of, insert, move, segment_of, swap
from saycut.edit.registry import (
    LANGUAGES,
    REGISTRY,
    apply,
    check_edit,
    json_schema,
    perform,
    phrases,
)
from saycut.edit.seams import set_transition, set_transitions
from saycut.edit.sound import (
    db_of_percent,
    set_gain,
    set_loudness,
    set_muted,
    set_sound_fades,
    sounding,
)
from saycut.edit.texts import add_text, change_text, place_text, reading_ms

__all__ = [
    "LANGUAGES",
    "REGISTRY",
    "AmbiguousTarget",
    "Arguments",
    "CannotFit",
    "Change",
    "ChangeKind",
    "EditContext",
    "InvalidArguments",
    "MotionKind",
    "NoSuchPlace",
    "NotInSource",
    "NotUsable",
    "NothingToEdit",
    "Operation",
    "OutsideFilm",
    "OutsideSegment",
    "UnknownAsset",
    "UnknownOperation",
    "add_music",
    "add_text",
    "append",
    "apply",
    "card_of",
    "change_text",
    "check_edit",
    "db_of_percent",
    "describe",
    "film_end_ms",
    "fit_duration",
    "insert",
    "json_schema",
    "kind_of",
    "motion",
    "motion_for",
    "move",
    "music_of",
    "perform",
    "phrases",
    "picture_for",
    "place_text",
    "reading_ms",
    "remove",
    "remove_music",
    "replace_music",
    "ripple_delete",
    "segment_of",
    "set_backdrop",
    "set_canvas",
    "set_duration",
    "set_durations",
    "set_fades",
    "set_film_fades",
    "set_fit",
    "set_focus",
    "set_gain",
    "set_loudness",
    "set_motion",
    "set_motion_kind",
    "set_muted",
    "set_opacity",
    "set_sound_fades",
    "set_transition",
    "set_transitions",
    "size_of",
    "sounding",
    "split",
    "subject_in_view",
    "subject_of",
    "swap",
    "trim",
    "use_part",
]

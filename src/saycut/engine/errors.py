"""What can go wrong between the parts, when each of them did its own work.

Codes 48xx are of the machine: a disk, a permission.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from saycut.errors import SaycutError

if TYPE_CHECKING:  # at run time they would load the planner and the decoders
    from saycut.agent import Turn
    from saycut.engine.intake import Refusal

__all__ = [
    "AssetInUse",
    "AssetNotNamed",
    "BadName",
    "BadSetting",
    "CacheUnusable",
    "DraftUnreadable",
    "EmptyRequest",
    "FilesRefused",
    "FilmNotWritten",
    "MediaDeleted",
    "MediaLost",
    "MediaNotGiven",
    "NoTemporaryFolder",
    "NotDone",
    "SizeRefused",
]


class BadSetting(SaycutError):
    """A variable of the environment does not hold what it should."""

    code: ClassVar[int] = 4703


class SizeRefused(SaycutError):
    """What was given names no size, or one that cannot be encoded."""

    code: ClassVar[int] = 4702


class BadName(SaycutError):
    """A project cannot have that name."""

    code: ClassVar[int] = 4705

    def __init__(self, name: str) -> None:
        super().__init__(f"cannot name a project {name!r}: a name has letters or digits to read")
        self.name = name


class DraftUnreadable(SaycutError):
    """What was given as a draft is no file of JSON."""

    code: ClassVar[int] = 4709

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot read the draft {path}: {reason}; give a file as saycut show PROJECT --draft "
            "writes it"
        )
        self.path = path


class MediaNotGiven(SaycutError):
    """A draft needs files that were not given."""

    code: ClassVar[int] = 4707

    def __init__(self, labels: Mapping[str, str], missing: Sequence[str], given_count: int) -> None:
        """`labels` are the names of all assets that the draft needs, by id; some are empty."""
        told = {i: f"{i[:60]} ({label[:60]})" if label else i[:60] for i, label in labels.items()}
        files = "1 file was" if given_count == 1 else f"{given_count} files were"
        super().__init__(
            f"cannot use the draft without its media: it needs {_listed(list(told.values()))}, "
            f"{files} given, and none is {_listed([told[i] for i in missing])}; give the files of "
            "a1, a2, ... in order (the same content counts once), or say which is which: "
            f"{missing[0][:60]}=PATH"
        )
        self.missing = tuple(missing)


class AssetNotNamed(SaycutError):
    """A word of a command is neither a file nor `ID=PATH` with an id of the draft."""

    code: ClassVar[int] = 4708

    def __init__(self, word: Path, asset_ids: Sequence[str], reason: str) -> None:
        needed = (
            f"the draft needs {_listed([i[:60] for i in asset_ids])}"
            if asset_ids
            else "the draft needs none"
        )
        super().__init__(
            f"cannot use {str(word)!r}: {reason}; {needed}; write each once as ID=PATH"
        )
        self.word = word


class MediaLost(SaycutError):
    """Copies of media in the data folder are gone or damaged."""

    code: ClassVar[int] = 4801

    def __init__(self, names: Sequence[str], project_id: str) -> None:
        shown = ", ".join(repr(name) for name in names)
        super().__init__(
            f"cannot make the film: the data folder has lost or damaged its copy of {shown}; give "
            f'the files again: saycut edit {project_id} FILES... -p "export"'
        )
        self.names = tuple(names)


class MediaDeleted(SaycutError):
    """A version of the film shows files that were deleted since."""

    code: ClassVar[int] = 4191

    def __init__(self, asset_ids: Sequence[str]) -> None:
        super().__init__(
            f"cannot go to that version: it shows {', '.join(asset_ids)}, which you deleted; say "
            "what to change instead"
        )
        self.asset_ids = tuple(asset_ids)


class AssetInUse(SaycutError):
    """A file cannot be deleted while the film shows it."""

    code: ClassVar[int] = 4192

    def __init__(self, name: str) -> None:
        super().__init__(
            f"cannot delete {name!r}: the film uses it; take it out of the film first, such as "
            f"“remove {name}”"
        )
        self.name = name


class CacheUnusable(SaycutError):
    """Finished parts of a film cannot be kept."""

    code: ClassVar[int] = 4802

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(
            f"cannot keep finished parts in the cache folder {folder}: {reason}; make room, or "
            "set SAYCUT_CACHE to a folder that can be written"
        )
        self.folder = folder


class FilmNotWritten(SaycutError):
    """The finished film cannot be written where it was asked to."""

    code: ClassVar[int] = 4803

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"cannot write the film {path}: {reason}; make room there, or name another place "
            "with -o"
        )
        self.path = path


class NoTemporaryFolder(SaycutError):
    """There is no place for files under way."""

    code: ClassVar[int] = 4804

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"cannot make a temporary folder: {reason}; make room, or set TMPDIR to a folder that "
            "can be written"
        )


class FilesRefused(SaycutError):
    """Some of the files that were given cannot be used; nothing was changed."""

    code: ClassVar[int] = 4290

    def __init__(self, refused: "Sequence[Refusal]") -> None:
        lines = ["some files cannot be used, and nothing was made or changed:"]
        lines += [f"  {refusal.path}: {refusal.error}" for refusal in refused]
        super().__init__("\n".join(lines))
        self.refused = tuple(refused)


class EmptyRequest(SaycutError):
    """There are no words to act on."""

    code: ClassVar[int] = 4590

    def __init__(self) -> None:
        super().__init__(
            "cannot act on an empty request: say what to make, such as "
            "-p 'a 30-second promo with music'"
        )


class NotDone(SaycutError):
    """The request led to no change; `turn.reply` says why and what would help."""

    code: ClassVar[int] = 4591

    def __init__(self, turn: "Turn") -> None:
        super().__init__(turn.reply)
        self.turn = turn


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return ", ".join(names[:12]) + more

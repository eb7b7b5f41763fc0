"""A turn in the making: the draft so far, and all that will be told about it.

Handlers of intents work on this one object, which lives as long as the turn. Every change of
the draft goes through an operation of the registry or a recipe.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from saycut.agent.clauses import Clause
from saycut.agent.retiming import closing_of
from saycut.agent.speech import voice_of
from saycut.agent.turn import Chapter, OutputOrder, Sidecar
from saycut.edit import EditContext, check_edit, perform
from saycut.timeline import (
    Asset,
    AssetKind,
    Draft,
    Segment,
    TextRole,
    TrackKind,
)

__all__ = ["CannotDo", "Handler", "Handlers", "Note", "Work", "pictures_of"]

# Shorter is a flash, longer is no film of one's own pictures.
FILM_MS: Final = (500, 2 * 3_600_000)
# Four times as loud; more would only distort.
GAIN_DB_MAX: Final = 12.0
GAIN_DB_MIN: Final = -120.0


class CannotDo(Exception):
    """A handler cannot do what was asked; `reason` is the key of a reply, with its values."""

    def __init__(self, reason: str, **values: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell: the key of a reply, and what fills its places."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """What a turn has done so far."""

    draft: Draft
    assets: tuple[Asset, ...]
    language: str
    notes: list[Note] = field(default_factory=list)
    actions: list[str] = field(default_factory=list)
    unmet: list[tuple[str, Note]] = field(default_factory=list)
    output: OutputOrder | None = None
    sidecars: list[Sidecar] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    asked: bool = False
    before: Draft = field(init=False)
    # The film as the uploads gave it, where edits were asked for before there was one.
    laid_out: Draft | None = None
    # What was done as a person would say it, and the film up to which nothing else is to tell.
    done: Note | None = None
    told: Draft | None = None

    def __post_init__(self) -> None:
        self.before = self.draft

    @property
    def known(self) -> dict[str, Asset]:
        return {asset.id: asset for asset in self.assets}

    @property
    def shots(self) -> tuple[Segment, ...]:
        return self.draft.main_track.segments if self.draft.main_track else ()

    @property
    def music(self) -> tuple[Asset, ...]:
        """The files that can be music, as they were uploaded."""
        return tuple(a for a in self.assets if a.kind is AssetKind.AUDIO)

    def do(self, operation: str, **arguments: Any) -> None:
        """Run an operation on the draft; arguments that are None are left out.

        Hundreds of them may make one edit, whose result `check` looks at once.

        Raises:
            SaycutError: the operation cannot be done; the draft stays as it was.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        self.draft = perform(self.draft, operation, given, EditContext(self.known))

    def check(self, before: Draft) -> None:
        """Let a film through that an edit or a recipe made; every draft passes here.

        Raises:
            InvalidDraft: it breaks the rules of the document, or asks too much of an asset.
        """
        if self.draft != before:
            check_edit(before, self.draft, self.known)

    def film_ms(self, wanted_ms: int | None) -> int | None:
        """Give a length that films can have, and say so where another one was wanted."""
        if wanted_ms is None or FILM_MS[0] <= wanted_ms <= FILM_MS[1]:
            return wanted_ms
        if wanted_ms <= 0:
            self.tell("no_such_length")
            return None
        length_ms = min(max(wanted_ms, FILM_MS[0]), FILM_MS[1])
        self.tell("length_bounded", length=length_ms)
        return length_ms

    def gain_db(self, wanted_db: float) -> float:
        """Give a gain that sounds can have, and say so where a higher one was wanted."""
        if wanted_db > GAIN_DB_MAX + 1e-6:
            self.tell("gain_bounded")
        return max(GAIN_DB_MIN, min(wanted_db, GAIN_DB_MAX))

    def tell(self, key: str, **values: Any) -> None:
        """Put a note in the reply, once."""
        note = Note(key, values)
        if note not in self.notes:
            self.notes.append(note)

    def miss(self, what: str, key: str, **values: Any) -> None:
        """Name something that was asked for and is not done, with the key of its reason."""
        note = Note(key, values)
        if (what, note) not in self.unmet:
            self.unmet.append((what, note))

    def phrase(self, key: str) -> str:
        """Give words for the screen in the language of the turn."""
        return voice_of(self.language).say("phrases", key)

    def act(self, action: str) -> None:
        if action not in self.actions:
            self.actions.append(action)

    def order(self, **fields: Any) -> None:
        """Add what is known of the file that was asked for."""
        self.output = replace(self.output or OutputOrder(), **fields)

    def asset_of(self, segment: Segment) -> Asset | None:
        return self.known.get(segment.asset_id or "")

    def texts(self, *roles: TextRole) -> tuple[Segment, ...]:
        """Give the texts of these roles, or all, in order of time."""
        found = (
            s
            for s in self.draft.segments(TrackKind.TEXT)
            if s.text is not None and (not roles or s.text.role in roles)
        )
        return tuple(sorted(found, key=lambda s: s.track_range))

    def named(self, name: str) -> Asset | None:
        """Find an asset by its label, with or without folders and ending."""
        wanted = name.lower().replace("\\", "/").rsplit("/", 1)[-1]
        stem = wanted.rsplit(".", 1)[0]
        names = {asset.name.lower(): asset for asset in self.assets}
        stems = {name.rsplit(".", 1)[0]: asset for name, asset in names.items()}
        # Chinese leaves no space between a verb and a name: "加入日落.jpg".
        ends = (asset for name, asset in names.items() if wanted.endswith(name))
        return names.get(wanted) or stems.get(stem) or next(ends, None)

    def song_on_beat(self) -> Asset | None:
        """Give the music whose beats all seams lie on, None when they do not."""
        seams = [s.track_range.start_ms for s in self.shots[1:]]
        for segment in self.draft.segments(TrackKind.AUDIO):
            asset = self.asset_of(segment)
            beats = {*asset.facts.beats_ms, *asset.facts.downbeats_ms} if asset else set()
            if beats and seams and all(segment.source_ms(t) in beats for t in seams):
                return asset
        return None

    def places(self, clause: Clause) -> list[int]:
        """Give the shots a clause points at, by number or by a file's name, from 0.

        Raises:
            CannotDo: there are not so many shots.
        """
        # A closing card is no photo: "the last photo" is the one before it.
        count = len(self.shots) - (closing_of(self.draft) is not None)
        places: list[int] = []
        for pointer in clause.pointers:
            for place in pointer.places:
                at = place + count if place < 0 else place
                if not 0 <= at < count:
                    raise CannotDo("no_such_shot", number=place + 1, count=count)
                places.append(at)
        for quote in clause.quotes:
            asset = self.named(quote.content) if quote.is_file_name else None
            places += [i for i, s in enumerate(self.shots) if asset and s.asset_id == asset.id][:1]
        return list(dict.fromkeys(places))


Handler = Callable[[Work, Clause], None]
Handlers = Mapping[str, Handler]


def pictures_of(assets: Sequence[Asset]) -> tuple[Asset, ...]:
    """Give what can be shots: pictures and clips, but no logo beside other pictures."""
    shown = [a for a in assets if a.kind is not AssetKind.AUDIO]
    plain = [a for a in shown if not (a.kind is AssetKind.IMAGE and _is_logo(a))]
    return tuple(plain or shown)


def _is_logo(asset: Asset) -> bool:
    return "logo" in asset.name.lower() or "watermark" in asset.name.lower()

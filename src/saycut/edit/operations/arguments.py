"""Arguments that many operations share: times, and ways to point at shots and texts."""

from collections import Counter
from typing import Annotated, Final

from pydantic import Field, model_validator

from saycut.edit.errors import AmbiguousTarget, NoSuchPlace, NothingToEdit
from saycut.edit.operation import Arguments
from saycut.timeline import Draft, Segment, TextRole, TextStyle, TrackKind

__all__ = [
    "Colour",
    "DurationMs",
    "GainDb",
    "OneShot",
    "OneText",
    "Pictures",
    "PointMs",
    "Shots",
    "Texts",
    "house_style",
    "texts_of",
]

DAY_MS: Final = 24 * 3600 * 1000

PointMs = Annotated[int, Field(ge=0, le=DAY_MS)]
DurationMs = Annotated[int, Field(gt=0, le=DAY_MS)]
GainDb = Annotated[float, Field(ge=-120, le=24, allow_inf_nan=False)]
Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class Shots(Arguments):
    """Points at one shot of the film, or at all of them when nothing is given."""

    segment_id: str | None = Field(None, description="the segment, on any track; none means all")
    index: int | None = Field(
        None, description="the shot of the film by its place: 0 is the first, -1 the last"
    )

    @model_validator(mode="after")
    def _is_one_way(self) -> "Shots":
        if self.segment_id is not None and self.index is not None:
            raise ValueError("give segment_id or index, not both")
        return self

    def picked(self, draft: Draft) -> tuple[Segment, ...]:
        """Raises UnknownSegment, NoSuchPlace, NothingToEdit: there is none such."""
        if self.segment_id is not None:
            return (draft.segment(self.segment_id),)
        shots = draft.main_track.segments if draft.main_track else ()
        if not shots:
            raise NothingToEdit("edit a shot", "the film has none", "add photos or clips first")
        return shots if self.index is None else (at_place(shots, self.index, "shot"),)


class OneShot(Shots):
    """Points at one shot of the film; a film of one shot needs no pointing."""

    segment_id: str | None = Field(None, description="the segment, on any track")

    def one(self, draft: Draft) -> Segment:
        """Raises UnknownSegment, NoSuchPlace, NothingToEdit, AmbiguousTarget."""
        return _only(self.picked(draft), "shot")


class Pictures(Shots):
    """Points at one picture, or at all shots of the film when nothing is given."""

    segment_id: str | None = Field(
        None, description="the segment, on any video track; none means all shots"
    )

    def picked(self, draft: Draft) -> tuple[Segment, ...]:
        """Raises UnknownSegment, NoSuchPlace, NothingToEdit: there is no such picture."""
        found = super().picked(draft)
        if draft.track_of(found[0].id).kind is not TrackKind.VIDEO:
            raise NothingToEdit(
                f"change the picture of segment {found[0].id!r}",
                "it has none",
                "choose a photo, a clip or a card",
            )
        return found


class Texts(Arguments):
    """Points at one text, at those of a role, or at all when nothing is given."""

    segment_id: str | None = Field(None, description="the text by its segment; none means all")
    index: int | None = Field(
        None, description="the text by its place in time: 0 is the first, -1 the last"
    )
    role: TextRole | None = Field(None, description="only texts of this role")

    @model_validator(mode="after")
    def _is_one_way(self) -> "Texts":
        if self.segment_id is not None and (self.index is not None or self.role is not None):
            raise ValueError("give segment_id alone, or index and role")
        return self

    def picked(self, draft: Draft) -> tuple[Segment, ...]:
        """Raises UnknownSegment, NoSuchPlace, NothingToEdit: there is none such."""
        known = texts_of(draft)
        if self.segment_id is not None:
            segment = draft.segment(self.segment_id)
            if segment.text is None:
                raise NothingToEdit(
                    f"edit the words of segment {segment.id!r}",
                    "it is no text",
                    f"choose one of {', '.join(s.id for s in known) or 'none: there are no texts'}",
                )
            return (segment,)
        found = tuple(s for s in known if self.role in (None, _role(s)))
        if not found:
            kind = self.role.value if self.role else "text"
            raise NothingToEdit(f"edit a {kind}", "the film has none", "add one first")
        return found if self.index is None else (at_place(found, self.index, "text"),)


class OneText(Texts):
    """Points at one text; a film with one text, or one of the role, needs no pointing."""

    segment_id: str | None = Field(None, description="the text by its segment")

    def one(self, draft: Draft) -> Segment:
        """Raises UnknownSegment, NoSuchPlace, NothingToEdit, AmbiguousTarget."""
        return _only(self.picked(draft), "text")


def texts_of(draft: Draft) -> tuple[Segment, ...]:
    """Give all texts in order of time."""
    found = (s for s in draft.segments(TrackKind.TEXT) if s.text is not None)
    return tuple(sorted(found, key=lambda s: (s.track_range, s.id)))


def house_style(draft: Draft) -> TextStyle:
    """Give the commonest style of the film's texts: a film speaks in one voice."""
    styles = [s.text.style for s in texts_of(draft) if s.text]
    return Counter(styles).most_common(1)[0][0] if styles else TextStyle.CLEAN


def at_place(segments: tuple[Segment, ...], index: int, what: str) -> Segment:
    """Raises NoSuchPlace: there are not that many."""
    if not -len(segments) <= index < len(segments):
        raise NoSuchPlace(what, index, len(segments))
    return segments[index]


def _only(found: tuple[Segment, ...], what: str) -> Segment:
    if len(found) > 1:
        raise AmbiguousTarget(what, [s.id for s in found])
    return found[0]


def _role(segment: Segment) -> TextRole | None:
    return segment.text.role if segment.text else None

"""Operations on the shots of the film: what plays, in which order, for how long."""

from statistics import median_low
from typing import Final

from pydantic import Field, model_validator

from saycut.edit import cuts, lengths, order
from saycut.edit.errors import NothingToEdit
from saycut.edit.lanes import free_ids, main_of
from saycut.edit.operation import Arguments, EditContext, Operation
from saycut.edit.operations.arguments import Colour, DurationMs, OneShot, PointMs, at_place
from saycut.edit.parts import is_still
from saycut.timeline import Asset, AssetKind, Draft, Segment, TimeRange

__all__ = ["OPERATIONS"]

# Long enough to look around in a photo, short enough to want the next.
STILL_MS: Final = 4000
# An opening or closing card is held at least two seconds to be read.
CARD_MS: Final = 3000


class AddMedia(Arguments):
    asset_ids: tuple[str, ...] = Field(
        min_length=1, max_length=1000, description="photos or clips, in the order to play"
    )
    index: int | None = Field(
        None, description="before which shot of the film (0: at the start); none: at the end"
    )
    duration_ms: DurationMs | None = Field(
        None,
        description="how long each plays; none: clips whole, photos like the others in the film",
    )


class AddCard(Arguments):
    colour: Colour = Field("#000000", description="what fills the canvas, as #1a2b3c")
    duration_ms: DurationMs = Field(CARD_MS, description="how long it plays")
    index: int | None = Field(
        None, description="before which shot of the film (0: at the start); none: at the end"
    )


class MoveSegment(OneShot):
    to_index: int = Field(description="its new place in the film: 0 is the first, -1 the last")


class SwapSegments(Arguments):
    index: int = Field(description="one shot by its place: 0 is the first, -1 the last")
    other_index: int = Field(description="the other shot by its place")


class Split(OneShot):
    at_ms: PointMs = Field(description="where to cut, in film time")

    def picked(self, draft: Draft) -> tuple[Segment, ...]:
        """Without a target, the shot of the film that plays at the moment."""
        found = super().picked(draft)
        if self.segment_id is None and self.index is None:
            return tuple(s for s in found if s.track_range.contains(self.at_ms)) or found[-1:]
        return found


class Trim(OneShot):
    head_ms: int = Field(0, description="how much to take off its start; negative gives back")
    tail_ms: int = Field(0, description="how much to take off its end; negative gives back")
    source_start_ms: PointMs | None = Field(
        None, description="instead: where in the media it begins to play"
    )
    source_end_ms: DurationMs | None = Field(
        None, description="instead: where in the media it stops"
    )

    @model_validator(mode="after")
    def _is_told_how(self) -> "Trim":
        by_source = self.source_start_ms is not None or self.source_end_ms is not None
        by_ends = bool(self.head_ms or self.tail_ms)
        if by_source == by_ends:
            raise ValueError("give head_ms and tail_ms, or source_start_ms and source_end_ms")
        return self


class RippleDelete(Arguments):
    start_ms: PointMs = Field(description="the first moment of the film to take out")
    end_ms: DurationMs = Field(description="the first moment to keep again")

    @model_validator(mode="after")
    def _is_a_span(self) -> "RippleDelete":
        if self.start_ms >= self.end_ms:
            raise ValueError("start_ms has to be before end_ms")
        return self


class SetDuration(OneShot):
    duration_ms: DurationMs = Field(description="how long it plays from now on")


class FitDuration(Arguments):
    duration_ms: DurationMs = Field(description="how long the whole film is to last")


def _add_media(draft: Draft, given: AddMedia, context: EditContext) -> Draft:
    assets = [context.asset(asset_id) for asset_id in given.asset_ids]
    added = [
        order.segment_of(
            asset,
            draft.canvas,
            segment_id=segment_id,
            duration_ms=_length_ms(draft, asset, given.duration_ms, context),
        )
        for asset, segment_id in zip(assets, free_ids(draft, "s"), strict=False)
    ]
    index = _slot(len(main_of(draft).segments), given.index)
    return order.insert(draft, added, index, context.assets)


def _add_card(draft: Draft, given: AddCard, context: EditContext) -> Draft:
    card = order.card_of(given.colour, segment_id=draft.free_id("s"), duration_ms=given.duration_ms)
    index = _slot(len(main_of(draft).segments), given.index)
    return order.insert(draft, [card], index, context.assets)


def _length_ms(draft: Draft, asset: Asset, wanted_ms: int | None, context: EditContext) -> int:
    """Give how long a new shot plays: a clip never longer than it is."""
    if asset.kind is not AssetKind.IMAGE:
        return min(wanted_ms or asset.duration_ms, asset.duration_ms)
    stills = [
        s.track_range.duration_ms
        for s in main_of(draft).segments
        if is_still(s, context.assets.get(s.asset_id or ""))
    ]
    return wanted_ms or (median_low(stills) if stills else STILL_MS)


def _slot(count: int, index: int | None) -> int:
    """Give the place to insert at; past an end means at that end."""
    if index is None:
        return count
    return max(0, min(index if index >= 0 else count + 1 + index, count))


def _remove(draft: Draft, given: OneShot, context: EditContext) -> Draft:
    return cuts.remove(draft, given.one(draft).id, context.assets)


def _move(draft: Draft, given: MoveSegment, context: EditContext) -> Draft:
    segment = given.one(draft)
    shots = main_of(draft).segments
    if segment not in shots:
        raise NothingToEdit(
            f"move segment {segment.id!r}", "it is not a shot of the film", "choose one by index"
        )
    to = at_place(shots, given.to_index, "shot")
    return order.move(draft, segment.id, shots.index(to), context.assets)


def _swap(draft: Draft, given: SwapSegments, context: EditContext) -> Draft:
    shots = main_of(draft).segments
    one = at_place(shots, given.index, "shot")
    other = at_place(shots, given.other_index, "shot")
    return order.swap(draft, one.id, other.id, context.assets)


def _split(draft: Draft, given: Split, _: EditContext) -> Draft:
    return cuts.split(draft, given.one(draft).id, given.at_ms, tail_id=draft.free_id("s"))


def _trim(draft: Draft, given: Trim, context: EditContext) -> Draft:
    segment = given.one(draft)
    if given.head_ms or given.tail_ms:
        return cuts.trim(
            draft,
            segment.id,
            head_ms=given.head_ms,
            tail_ms=given.tail_ms,
            assets=context.assets,
        )
    return cuts.use_part(draft, segment.id, _part(draft, segment, given, context), context.assets)


def _part(draft: Draft, segment: Segment, given: Trim, context: EditContext) -> TimeRange:
    """Give the part of the media asked for; without an end, sound plays on as long as it did."""
    played = segment.source_range
    start_ms = played.start_ms if given.source_start_ms is None else given.source_start_ms
    if given.source_end_ms is not None:
        return TimeRange.between(start_ms, given.source_end_ms)
    if segment in main_of(draft).segments:
        return TimeRange.between(start_ms, played.end_ms)
    asset = context.assets.get(segment.asset_id or "")
    left_ms = asset.duration_ms - start_ms if asset else played.duration_ms
    return TimeRange(start_ms, min(played.duration_ms, left_ms))


def _ripple_delete(draft: Draft, given: RippleDelete, context: EditContext) -> Draft:
    span = TimeRange.between(given.start_ms, given.end_ms)
    return cuts.ripple_delete(draft, span, context.assets)


def _set_duration(draft: Draft, given: SetDuration, context: EditContext) -> Draft:
    return lengths.set_duration(draft, given.one(draft).id, given.duration_ms, context.assets)


def _fit_duration(draft: Draft, given: FitDuration, context: EditContext) -> Draft:
    return lengths.fit_duration(draft, given.duration_ms, context.assets)


OPERATIONS: Final = (
    Operation(
        "add_media",
        AddMedia,
        "Add photos or clips to the film, at its end or before a shot.",
        ("add this photo at the end", "put the beach clip first", "insert it after photo 2"),
        _add_media,
    ),
    Operation(
        "add_card",
        AddCard,
        "Add a plain card of one colour, as a ground for an opening or closing text.",
        ("add a black card at the end", "start with a white screen"),
        _add_card,
    ),
    Operation(
        "remove_segment",
        OneShot,
        "Take a shot out; the film closes up, texts over it go with it.",
        ("remove the last photo", "delete the second clip"),
        _remove,
    ),
    Operation(
        "move_segment",
        MoveSegment,
        "Put a shot at another place in the order.",
        ("move the last photo to the start", "put clip 3 after clip 1"),
        _move,
    ),
    Operation(
        "swap_segments",
        SwapSegments,
        "Let two shots change places.",
        ("swap photo 2 and 3", "exchange the first and the last clip"),
        _swap,
    ),
    Operation(
        "split",
        Split,
        "Cut a shot in two at a moment of the film.",
        ("split at 0:12", "cut the clip in two at 5 seconds"),
        _split,
    ),
    Operation(
        "trim",
        Trim,
        "Take time off the start or the end of a shot, or say which part of the media plays.",
        ("cut the first 5 seconds of clip 2", "use only 0:10 to 0:20 of the clip"),
        _trim,
    ),
    Operation(
        "ripple_delete",
        RippleDelete,
        "Take a stretch of the film out of all tracks and close up.",
        ("cut out 0:10 to 0:15", "remove the first 15 seconds"),
        _ripple_delete,
    ),
    Operation(
        "set_duration",
        SetDuration,
        "Set how long a shot, a text or a sound plays.",
        ("show the first photo for 6 seconds", "make the second clip 3 seconds long"),
        _set_duration,
    ),
    Operation(
        "fit_duration",
        FitDuration,
        "Make the whole film last exactly so long: photos share the time, music follows.",
        ("make it 15 seconds", "cut the whole video down to one minute"),
        _fit_duration,
    ),
)

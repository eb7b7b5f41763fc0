"""Operations on texts: titles, captions, calls to action."""

from dataclasses import replace
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from saycut.edit import cuts, texts
from saycut.edit.lanes import main_of
from saycut.edit.operation import Arguments, EditContext, Operation
from saycut.edit.operations.arguments import (
    Colour,
    DurationMs,
    OneText,
    PointMs,
    Texts,
    at_place,
    house_style,
)
from saycut.timeline import (
    Draft,
    Position,
    Segment,
    Text,
    TextAnimation,
    TextRole,
    TextStyle,
    TimeRange,
)

__all__ = ["OPERATIONS"]

Content = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
Scale = Annotated[float, Field(ge=0.2, le=5)]


class AddText(Arguments):
    content: Content = Field(description="the words; the first line leads, others support it")
    role: TextRole = Field(TextRole.CAPTION, description="what it is for")
    over_segment_id: str | None = Field(None, description="show it as long as this segment plays")
    over_index: int | None = Field(
        None, description="show it as long as this shot plays: 0 is the first, -1 the last"
    )
    start_ms: PointMs | None = Field(None, description="when it appears; none: as fits its role")
    duration_ms: DurationMs | None = Field(
        None, description="how long it stays; none: long enough to read"
    )
    style: TextStyle | None = Field(None, description="none: that of the film's other texts")
    animation: TextAnimation = Field(TextAnimation.FADE, description="how it enters and leaves")
    position: Position | None = Field(None, description="none: the place of its role")
    scale: Scale = Field(1.0, description="of the size of its role")
    colour: Colour | None = Field(None, description="of the letters; none: that of its style")
    accent: Colour | None = Field(None, description="of rules and bars; none: that of its style")
    language: str | None = Field(None, description="BCP 47, to choose regional letter forms")

    @model_validator(mode="after")
    def _is_one_time(self) -> "AddText":
        if self.over_segment_id is not None and self.over_index is not None:
            raise ValueError("give over_segment_id or over_index, not both")
        return self


class ChangeText(OneText):
    content: Content = Field(description="the new words")


class StyleText(Texts):
    style: TextStyle | None = Field(None, description="the design: clean, bold or elegant")
    animation: TextAnimation | None = Field(None, description="how it enters and leaves")
    scale: Scale | None = Field(None, description="of the size of its role: 1.3 is larger")
    colour: Colour | None = Field(None, description="of the letters")
    accent: Colour | None = Field(None, description="of rules and bars")
    new_role: TextRole | None = Field(None, description="what it is for from now on")

    @model_validator(mode="after")
    def _changes_something(self) -> "StyleText":
        if not self.looks():
            raise ValueError("say what is to change: style, animation, scale, colour, ...")
        return self

    def looks(self) -> dict[str, Any]:
        """Give the fields of `Text` that are to change."""
        wanted = {
            "style": self.style,
            "animation": self.animation,
            "scale": self.scale,
            "colour": self.colour,
            "accent": self.accent,
            "role": self.new_role,
        }
        return {name: value for name, value in wanted.items() if value is not None}


class PlaceText(Texts):
    start_ms: PointMs | None = Field(None, description="when it appears")
    duration_ms: DurationMs | None = Field(None, description="how long it stays")
    position: Position | None = Field(None, description="where it stands")

    @model_validator(mode="after")
    def _changes_something(self) -> "PlaceText":
        if self.start_ms is None and self.duration_ms is None and self.position is None:
            raise ValueError("give start_ms, duration_ms or position")
        return self


def _add_text(draft: Draft, given: AddText, _: EditContext) -> Draft:
    text = Text(
        given.content,
        role=given.role,
        style=given.style or house_style(draft),
        animation=given.animation,
        position=given.position,
        scale=given.scale,
        colour=given.colour,
        accent=given.accent,
        language=given.language,
    )
    span = _span(draft, given, text)
    return texts.add_text(draft, text, span, segment_id=draft.free_id("text"))


def _span(draft: Draft, given: AddText, text: Text) -> TimeRange:
    """Give when a new text is seen: the times asked for, else its shot's, else its role's."""
    usual = texts.default_range(draft, text)
    if given.over_segment_id is not None:
        usual = draft.segment(given.over_segment_id).track_range
    elif given.over_index is not None:
        usual = at_place(main_of(draft).segments, given.over_index, "shot").track_range
    start_ms = usual.start_ms if given.start_ms is None else given.start_ms
    return TimeRange(start_ms, given.duration_ms or usual.duration_ms)


def _change_text(draft: Draft, given: ChangeText, _: EditContext) -> Draft:
    segment = given.one(draft)
    text = replace(_text(segment), content=given.content)
    return texts.change_text(draft, segment.id, text)


def _remove_text(draft: Draft, given: Texts, context: EditContext) -> Draft:
    for segment in given.picked(draft):
        draft = cuts.remove(draft, segment.id, context.assets)
    return draft


def _style_text(draft: Draft, given: StyleText, _: EditContext) -> Draft:
    for segment in given.picked(draft):
        text = replace(_text(segment), **given.looks())
        draft = texts.change_text(draft, segment.id, text)
    return draft


def _place_text(draft: Draft, given: PlaceText, _: EditContext) -> Draft:
    for segment in given.picked(draft):
        if given.position is not None:
            text = replace(_text(segment), position=given.position)
            draft = texts.change_text(draft, segment.id, text)
        if given.start_ms is not None or given.duration_ms is not None:
            was = segment.track_range
            start_ms = was.start_ms if given.start_ms is None else given.start_ms
            span = TimeRange(start_ms, given.duration_ms or was.duration_ms)
            draft = texts.place_text(draft, segment.id, span)
    return draft


def _text(segment: Segment) -> Text:
    assert segment.text is not None  # only texts are picked
    return segment.text


OPERATIONS: Final = (
    Operation(
        "add_text",
        AddText,
        "Lay a title, a caption or another text over the film.",
        ("put the title 'Golden Hour' at the start", "add the caption 'Day 1' to photo 2"),
        _add_text,
    ),
    Operation(
        "change_text",
        ChangeText,
        "Give a text other words.",
        ("change the title to 'Summer'", "the caption should say 'Day 2'"),
        _change_text,
    ),
    Operation(
        "remove_text",
        Texts,
        "Take a text away, those of a role, or all.",
        ("remove the title", "delete all captions"),
        _remove_text,
    ),
    Operation(
        "style_text",
        StyleText,
        "Change how texts look: design, size, colour, animation.",
        ("make the title bigger", "use an elegant font", "yellow captions"),
        _style_text,
    ),
    Operation(
        "place_text",
        PlaceText,
        "Change when and where a text is seen.",
        ("move the title to the top", "show the caption at 0:05 for 3 seconds"),
        _place_text,
    ),
)

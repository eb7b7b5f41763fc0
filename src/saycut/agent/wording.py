"""Words on the picture: handlers of intents about titles, captions, cards and their looks."""

import re
from typing import Any, Final

from saycut.agent.captions import captioned, spoken_language
from saycut.agent.clauses import Clause
from saycut.agent.naming import caption_of
from saycut.agent.palette import COLOURS
from saycut.agent.turn import Sidecar
from saycut.agent.values import ValueKind
from saycut.agent.work import CannotDo, Handlers, Work
from saycut.edit import reading_ms
from saycut.timeline import AssetKind, Position, Segment, TextRole, TextStyle

__all__ = ["HANDLERS", "position_of", "style_of", "words_said"]

_STYLES: Final = {
    "bold": TextStyle.BOLD,
    "elegant": TextStyle.ELEGANT,
    "clean": TextStyle.CLEAN,
}
BIGGER: Final = 1.3
# A caption that nobody gave a time for.
CAPTION_MS: Final = 3000
_ROLES: Final = {
    "lower_third": (TextRole.LOWER_THIRD,),
    "end_card": (TextRole.END_CARD, TextRole.CTA),
    "cta": (TextRole.CTA, TextRole.END_CARD),
    "watermark": (TextRole.WATERMARK,),
    "section": (TextRole.SECTION,),
    "title": (TextRole.TITLE,),
    # The names under photos are what people call captions too.
    "caption": (TextRole.CAPTION, TextRole.LOWER_THIRD),
    "text": (),
}
_TRIMMED: Final = " \t:：,，.。;；-–—=“”\"'"
_MARK: Final = re.compile(r"[\ue000-\uf8ff]")


def words_said(clause: Clause) -> str | None:
    """Give the words that a clause wants on screen: in quotes, after a colon or after "saying"."""
    if clause.said:
        return clause.said[0].content
    text = clause.request.text
    colon = re.compile(r"[:：]\s*(\S.*)", re.DOTALL).search(text, clause.start, clause.end)
    if colon and not any(v.start < colon.start() < v.end for v in clause.values):
        return _plain(colon[1])
    marks = [h for h in clause.hits if h.concept == "says"]
    if not marks and clause.has("change", "replace"):
        thing = clause.hit(*_ROLES)
        marks = [h for h in clause.hits if h.concept == "to" and thing and h.start > thing.start]
    return _plain(text[marks[0].end : clause.end]) if marks else None


def position_of(clause: Clause) -> Position | None:
    """Give the place on the canvas that a clause names."""
    row = next((n for n in ("top", "bottom") if clause.has(n)), None)
    column = next((n for n in ("left", "right") if clause.has(n)), None)
    if row is None and column is None:
        return Position.CENTER if clause.has("centre") else None
    return Position("-".join((row or "center", column or "center")))


def style_of(clause: Clause) -> TextStyle | None:
    hit = clause.hit(*_STYLES)
    return _STYLES[hit.concept] if hit else None


def _add_title(work: Work, clause: Clause) -> None:
    content = words_said(clause)
    if clause.has("at_end") and not clause.has("at_start"):
        _add(work, clause, content or _assumed(work), TextRole.END_CARD)
        return
    playing = work.texts(TextRole.TITLE)
    if playing and clause.value(ValueKind.MOMENT) is None and not work.places(clause):
        if content is None:
            raise CannotDo("title_stays", text=_text(playing[0]))
        work.do("change_text", segment_id=playing[0].id, content=content)
        return
    _add(work, clause, content or _assumed(work), TextRole.TITLE)


def _assumed(work: Work) -> str:
    """Make a title of what there is, and say so: a file's name, else neutral words."""
    names = [caption_of(a.name) for s in work.shots if (a := work.asset_of(s))]
    name = next((n for n in names if n), None)
    title = name or work.phrase("neutral_title")
    work.tell("assumed_title", text=title)
    return title


def _add_text(work: Work, clause: Clause) -> None:
    content = words_said(clause)
    if content is None and work.texts(TextRole.CAPTION) and _dressed(work, clause):
        return  # "add captions: bold white text, centred" says how they look
    if content is None:
        names = _names_of_shots(work)
        if not names:
            work.asked = True
            raise CannotDo("which_words")
        for place, name in names:
            work.do("add_text", content=name, role="lower_third", over_index=place)
        work.tell("names_shown")
        return
    role = TextRole.CAPTION if clause.has("caption") else TextRole.OVERLAY
    if clause.has("at_start") and not clause.has("caption"):
        role = TextRole.TITLE
    elif clause.has("at_end"):
        role = TextRole.END_CARD
    _add(work, clause, content, role)


def _subtitle(work: Work, clause: Clause) -> None:
    """Put words under the title, as its second line."""
    content = words_said(clause) or ""
    playing = work.texts(TextRole.TITLE)
    if playing:
        first = _text(playing[0]).splitlines()[0]
        work.do("change_text", segment_id=playing[0].id, content=f"{first}\n{content}")
    else:
        _add(work, clause, content, TextRole.CAPTION)


def _dressed(work: Work, clause: Clause) -> bool:
    """Give all captions the look that a clause names; tells whether it names one."""
    style, position, hit = style_of(clause), position_of(clause), clause.hit(*COLOURS)
    role = TextRole.CAPTION.value
    if style or hit:
        colour = COLOURS[hit.concept] if hit else None
        work.do("style_text", role=role, style=style.value if style else None, colour=colour)
    if position:
        work.do("place_text", role=role, position=position.value)
    return bool(style or hit or position)


def _add(work: Work, clause: Clause, content: str, role: TextRole) -> None:
    """Lay a text over the film when and where the clause says."""
    given: dict[str, Any] = {"content": content, "role": role.value}
    moment, span = clause.value(ValueKind.MOMENT), clause.value(ValueKind.RANGE)
    length = clause.value(ValueKind.DURATION)
    places = work.places(clause)
    if span:
        given |= {"start_ms": span.ms, "duration_ms": round(span.other) - span.ms}
    elif moment:
        given["start_ms"] = moment.ms
    elif places:
        given["over_index"] = places[0]
    elif clause.has("all") and clause.has("each"):
        given |= {"start_ms": 0, "duration_ms": work.draft.duration_ms}
    if length and not span:
        given["duration_ms"] = length.ms
    if role is TextRole.CAPTION and not {"start_ms", "over_index"} & given.keys():
        given["start_ms"] = _free_moment(work)
        given["duration_ms"] = max(reading_ms(content), CAPTION_MS)
    position, style = position_of(clause), style_of(clause)
    hit = clause.hit(*COLOURS)
    given["position"] = position.value if position and not clause.has("intro") else None
    given["style"] = style.value if style else None
    given["colour"] = COLOURS[hit.concept] if hit else None
    if not work.draft.duration_ms:
        raise CannotDo("nothing_to_edit")
    work.do("add_text", **given)


def _free_moment(work: Work) -> int:
    """Give the first moment with no words on screen, the start when there is none."""
    at_ms = 0
    for text in work.texts():
        if text.track_range.start_ms < at_ms + CAPTION_MS and text.track_range.end_ms > at_ms:
            at_ms = text.track_range.end_ms
    return at_ms if at_ms < work.draft.duration_ms - 1000 else 0


def _lower_third(work: Work, clause: Clause) -> None:
    content = words_said(clause)
    if content is None:
        content = work.phrase("name_and_title")
        work.tell("placeholder", text=content.replace("\n", " / "))
        work.asked = True
    _add(work, clause, content, TextRole.LOWER_THIRD)


def _end_card(work: Work, clause: Clause) -> None:
    content = words_said(clause)
    if content is None:
        titles = work.texts(TextRole.TITLE)
        content = _text(titles[0]) if titles else work.phrase("thanks")
        work.tell("assumed_card", text=content.replace("\n", " / "))
    role = TextRole.CTA if clause.has("cta") and not clause.has("end_card") else TextRole.END_CARD
    playing = work.texts(TextRole.END_CARD, TextRole.CTA)
    if playing:
        work.do("change_text", segment_id=playing[0].id, content=content)
    else:
        _add(work, clause, content, role)


def _watermark(work: Work, clause: Clause) -> None:
    content = words_said(clause)
    if content is None:
        raise CannotDo("which_words")
    _add(work, clause, content, TextRole.WATERMARK)


def _sections(work: Work, _: Clause) -> None:
    """Name each shot of a film of several; what a part is about only a person can say."""
    names = _names_of_shots(work)
    if not names:
        work.asked = True
        raise CannotDo("which_words")
    for place, name in names:
        shot = work.shots[place].track_range
        work.do(
            "add_text",
            content=name,
            role="section",
            start_ms=shot.start_ms,
            duration_ms=min(3000, shot.duration_ms),
        )
    work.tell("names_shown")


def _captions(work: Work, clause: Clause) -> None:
    after = captioned(work.draft, work.known, style_of(clause) or TextStyle.CLEAN)
    if after is None:
        if work.shots and not any(_is_clip(work, s) for s in work.shots):
            _add_text(work, clause)
            return
        raise CannotDo("no_speech_known")
    work.draft = after
    language = spoken_language(work.draft, work.known) or "und"
    position = position_of(clause)
    if position:
        _place(work, (TextRole.CAPTION,), position)
    for kind in ("srt", "vtt"):
        if clause.has(kind):
            work.sidecars.append(Sidecar(kind, language))
    if clause.has("transcript"):
        work.sidecars.append(Sidecar("txt", language))


def _change_text(work: Work, clause: Clause) -> None:
    if len(clause.said) > 1:
        old, new = (quote.content for quote in clause.said[:2])
        found = [s for s in work.texts() if old.lower() in _text(s).lower()]
        if not found:
            raise CannotDo("no_such_words", text=old)
        work.do("change_text", segment_id=found[0].id, content=new)
        return
    content = words_said(clause)
    if content is None:
        raise CannotDo("which_words")
    targets = _targets(work, clause)
    if targets:
        work.do("change_text", segment_id=targets[0].id, content=content)
    else:
        hit = clause.hit(*_ROLES)
        roles = _ROLES[hit.concept] if hit else ()
        _add(work, clause, content, roles[0] if roles else TextRole.TITLE)


def _remove_text(work: Work, clause: Clause) -> None:
    targets = _targets(work, clause)
    if not targets:
        raise CannotDo("no_such_text")
    for segment in targets:
        work.do("remove_text", segment_id=segment.id)


def _text_size(work: Work, clause: Clause) -> None:
    times = clause.value(ValueKind.TIMES)
    factor = times.amount if times else (1 / BIGGER if clause.has("smaller") else BIGGER)
    if clause.has("caption", "make_captions") and not _targets(work, clause):
        _captions(work, clause)  # "create captions in large letters"
    for segment in _targets_or_raise(work, clause):
        assert segment.text is not None  # targets are texts
        scale = min(5.0, max(0.2, segment.text.scale * factor))
        work.do("style_text", segment_id=segment.id, scale=scale)


def _text_style(work: Work, clause: Clause) -> None:
    style = style_of(clause)
    for segment in _targets_or_raise(work, clause):
        work.do("style_text", segment_id=segment.id, style=style.value if style else None)


def _text_colour(work: Work, clause: Clause) -> None:
    hit = clause.hit(*COLOURS)
    assert hit is not None  # the rules ask for one
    for segment in _targets_or_raise(work, clause):
        work.do("style_text", segment_id=segment.id, colour=COLOURS[hit.concept])


def _place_text(work: Work, clause: Clause) -> None:
    position = position_of(clause)
    for segment in _targets_or_raise(work, clause):
        work.do("place_text", segment_id=segment.id, position=position.value if position else None)


def _place(work: Work, roles: tuple[TextRole, ...], position: Position) -> None:
    work.do("place_text", role=roles[0].value, position=position.value)


HANDLERS: Final[Handlers] = {
    "add_title": _add_title,
    "add_text": _add_text,
    "subtitle": _subtitle,
    "lower_third": _lower_third,
    "end_card": _end_card,
    "watermark": _watermark,
    "sections": _sections,
    "captions": _captions,
    "change_text": _change_text,
    "remove_text": _remove_text,
    "text_size": _text_size,
    "text_style": _text_style,
    "text_colour": _text_colour,
    "place_text": _place_text,
}


def _targets(work: Work, clause: Clause) -> tuple[Segment, ...]:
    """Give the texts that a clause names by their role; all when it just says text."""
    found: list[Segment] = []
    for concept, roles in _ROLES.items():
        if clause.has(concept):
            found += work.texts(*roles)
    named = {segment.id: segment for segment in found}
    return tuple(named.values()) if named or clause.has(*_ROLES) else work.texts()


def _targets_or_raise(work: Work, clause: Clause) -> tuple[Segment, ...]:
    targets = _targets(work, clause)
    if not targets:
        raise CannotDo("no_such_text")
    return targets


def _names_of_shots(work: Work) -> list[tuple[int, str]]:
    return [
        (place, name)
        for place, shot in enumerate(work.shots)
        if (asset := work.asset_of(shot)) and (name := caption_of(asset.name))
    ]


def _is_clip(work: Work, shot: Segment) -> bool:
    asset = work.asset_of(shot)
    return asset is not None and asset.kind is AssetKind.VIDEO


def _text(segment: Segment) -> str:
    return segment.text.content if segment.text else ""


def _plain(words: str) -> str | None:
    return _MARK.sub("", words).strip(_TRIMMED) or None

"""A film from the first sentence: what the request says about it becomes a brief."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from saycut.agent.clauses import Clause, unread
from saycut.agent.direction import Brief, FilmKind
from saycut.agent.intents import Intent
from saycut.agent.looking import kind_of_transition
from saycut.agent.naming import caption_of, sentence_title
from saycut.agent.normalise import Quote
from saycut.agent.recipes import film_of
from saycut.agent.values import Value, ValueKind
from saycut.agent.wording import style_of
from saycut.agent.work import Work, pictures_of
from saycut.timeline import AssetKind, TextStyle, TransitionKind

__all__ = ["CONSUMED", "create", "lay_out", "topic_of", "wants_film"]

# What a brief takes up; these are not done again as edits of the film that it led to.
CONSUMED: Final = frozenset(
    [
        "create",
        "duration",
        "shot_duration",
        "transitions",
        "no_transitions",
        "add_title",
        "add_text",
        "end_card",
        "faster",
        "slower",
        "add_music",
        "gain",
        "motion_all",
        "no_motion",
        "add_shot",
        "remove_text",
        "shorter",
        "longer",
        "sections",
        "remove_music",
        "text_style",
        "highlights",
        "trim_some",
    ]
)
_FAST: Final = 0.65
_SLOW: Final = 1.3
# So near to a word for a transition, a length is that of the transition.
_NEAR: Final = 24


@dataclass(frozen=True, slots=True)
class _Quoted:
    title: str | None = None
    closing: str | None = None
    lines: tuple[str, ...] = ()


def wants_film(work: Work, intents: Sequence[Intent]) -> bool:
    """Tell whether a film is to be made of the uploads, not what is there to be edited."""
    if not pictures_of(work.assets):
        return False
    names = {intent.name for intent in intents}
    if "create" not in names:
        return False
    recipe = any(i.clause.has("slideshow", "promo", "invitation", "tribute") for i in intents)
    has_stills = any(a.kind is AssetKind.IMAGE for a in pictures_of(work.assets))
    if not has_stills and names & {
        "highlights",
        "canvas_aspect",
        "output",
        "trim_start",
        "captions",
    }:
        return False
    return not work.shots or recipe


def create(work: Work, whole: Clause, intents: Sequence[Intent]) -> None:
    """Make the film that a request describes and say what had to be assumed."""
    pictures = pictures_of(work.assets)
    brief = _brief(work, whole, intents)
    music = [] if _refuses(intents, "remove_music") else list(work.music)
    film = film_of(brief, [*pictures, *music], work.draft.canvas)
    work.draft = film.draft
    if film.left_out:
        work.tell("left_out", names=", ".join(a.name for a in film.left_out))
    if brief.shows_names and not any(caption_of(a.name) for a in pictures):
        work.tell("no_names")


def lay_out(work: Work) -> None:
    """Put what was uploaded on the empty timeline, to be edited: clips whole, in their order."""
    pictures = pictures_of(work.assets)
    has_stills = any(a.kind is AssetKind.IMAGE for a in pictures)
    transition = TransitionKind.CROSSFADE if has_stills else None
    brief = Brief(kind=FilmKind.FILM, transition=transition)
    work.draft = film_of(brief, pictures, work.draft.canvas).draft
    if len(pictures) > 1:
        work.tell("laid_out")


def topic_of(whole: Clause) -> str | None:
    """Give what the film is about, in the words of the request: "promo for our coffee shop"."""
    about = re.search(
        r"(?:\babout|\bfor|\bof|关于)\s+(?:the |a |an |my |our |this |these |new |local |\d+ )*",
        whole.request.folded,
    )
    words = set(unread(whole)) | _words_of(whole, "tender", "lively", "tribute", "genre")
    if about:
        run = re.match(r"(?:[^\W\d_][\w'’-]*\s?){1,5}", whole.request.text[about.end() :])
        taken = run[0].split() if run else []
        kept: list[str] = []
        for word in taken:
            if word not in words:
                break
            kept.append(word)
        if kept:
            return sentence_title(" ".join(kept))
    before = re.search(
        r"((?:[^\W\d_][\w'’-]*\s){1,3})(?:photos?|pictures?|images?|video|footage|clips?)\b",
        whole.request.text,
    )
    kept = [w for w in (before[1].split() if before else []) if w in words]
    return sentence_title(" ".join(kept)) if kept else None


def _words_of(whole: Clause, *concepts: str) -> set[str]:
    found = (whole.request.text[h.start : h.end] for h in whole.hits if h.concept in concepts)
    return {word for phrase in found for word in phrase.split()}


def _brief(work: Work, whole: Clause, intents: Sequence[Intent]) -> Brief:
    kind = _kind(whole)
    is_only_clips = all(a.kind is AssetKind.VIDEO for a in pictures_of(work.assets))
    quoted = _quoted(whole, kind)
    wants_words = whole.has("text", "title", "caption") and not _refuses(intents, "remove_text")
    no_words = _refuses(intents, "remove_text")
    title, closing = quoted.title, quoted.closing
    if title is None and not no_words and _needs_title(kind, whole, wants_words):
        title = _own_title(work, whole)
    if closing is None and kind is FilmKind.PROMO and not no_words:
        closing = _own_closing(work, quoted.title or topic_of(whole))
    percent = next(
        (v.amount for i in intents if i.name == "gain" if (v := i.clause.value(ValueKind.PERCENT))),
        None,
    )
    return Brief(
        kind=kind,
        duration_ms=_duration_ms(whole),
        shot_ms=None if _duration_ms(whole) else _shot_ms(whole),
        pace=_pace(whole),
        transition=_transition(whole, intents, is_only_clips=is_only_clips),
        transition_ms=_transition_ms(whole),
        moves=not whole.has("still_pictures"),
        title=title,
        lines=quoted.lines,
        closing=closing,
        shows_names=not no_words and (kind is FilmKind.PROMO or whole.has("text", "caption")),
        style=_style(whole),
        music_percent=percent,
        language=work.language,
    )


def _kind(whole: Clause) -> FilmKind:
    if whole.has("promo", "invitation"):
        return FilmKind.PROMO
    return FilmKind.SLIDESHOW if whole.has("slideshow", "tribute") else FilmKind.FILM


def _needs_title(kind: FilmKind, whole: Clause, wants_words: bool) -> bool:
    return kind is FilmKind.PROMO or (wants_words and not whole.has("lower_third"))


def _own_title(work: Work, whole: Clause) -> str:
    """Make a title of the request; where it says nothing take neutral words, and say so."""
    topic = topic_of(whole)
    if whole.has("invitation"):
        invited = work.phrase("invited")
        return f"{invited}\n{topic}" if topic else invited
    title = topic or work.phrase("neutral_title")
    work.tell("assumed_title", text=title)
    return title


def _own_closing(work: Work, title: str | None) -> str:
    thanks = work.phrase("thanks")
    return f"{title}\n{thanks}" if title else thanks


def _quoted(whole: Clause, kind: FilmKind) -> _Quoted:
    """Share the quoted texts out: each to what is named beside it, the rest in order."""
    title = closing = None
    rest: list[str] = []
    for quote in whole.said:
        beside = _beside(whole, quote)
        if beside == "title" and title is None:
            title = quote.content
        elif beside == "closing" and closing is None:
            closing = quote.content
        else:
            rest.append(quote.content)
    if title is None and rest and kind is not FilmKind.SLIDESHOW:
        title = rest.pop(0)
    if closing is None and rest and kind is FilmKind.PROMO:
        closing = rest.pop()
    return _Quoted(title, closing, tuple(rest))


def _beside(whole: Clause, quote: Quote) -> str | None:
    """Give what the words before a quote, as far as the quote before it, say it is."""
    since = max((q.start for q in whole.quotes if q.start < quote.start), default=whole.start)
    names = {
        "title": "title",
        "intro": "title",
        "intro_text": "title",
        "at_start": "title",
        "end_card": "closing",
        "cta": "closing",
        "at_end": "closing",
        "text": "line",
        "caption": "line",
    }
    found = [h for h in whole.hits if since <= h.start < quote.start and h.concept in names]
    return names[found[-1].concept] if found else None


def _lengths(whole: Clause) -> list[Value]:
    return [v for v in whole.values if v.kind is ValueKind.DURATION]


def _of_transition(whole: Clause, value: Value) -> bool:
    words = ("transition", "crossfade", "fade", "fade_black", "film_fade_in", "film_fade_out")
    return any(
        h.concept in words and (0 <= value.start - h.end < _NEAR or 0 <= h.start - value.end < 8)
        for h in whole.hits
    )


def _of_each(whole: Clause, value: Value) -> bool:
    return any(h.concept == "each" and abs(h.start - value.start) < 40 for h in whole.hits)


def _duration_ms(whole: Clause) -> int | None:
    ranges = [v for v in whole.values if v.kind is ValueKind.RANGE]
    found = [
        v.ms for v in _lengths(whole) if not _of_transition(whole, v) and not _of_each(whole, v)
    ]
    # The film's length is said with the film: "a 4-minute slideshow ... 3 seconds a photo".
    found += [round((v.amount + v.other) / 2) for v in ranges]
    return max(500, found[0]) if found else None


def _shot_ms(whole: Clause) -> int | None:
    found = [v.ms for v in _lengths(whole) if _of_each(whole, v)]
    return max(200, found[0]) if found else None


def _transition_ms(whole: Clause) -> int | None:
    found = [v.ms for v in _lengths(whole) if _of_transition(whole, v)]
    return found[0] if found else None


def _transition(
    whole: Clause, intents: Sequence[Intent], *, is_only_clips: bool
) -> TransitionKind | None:
    if _refuses(intents, "no_transitions"):
        return None
    named = whole.has("transition", "crossfade", "fade", "fade_black")
    return None if is_only_clips and not named else kind_of_transition(whole)


def _pace(whole: Clause) -> float:
    if whole.has("faster", "lively"):
        return _FAST
    return _SLOW if whole.has("slower") else 1.0


def _style(whole: Clause) -> TextStyle:
    if whole.has("invitation", "tribute", "tender", "elegant"):
        return TextStyle.ELEGANT
    is_loud = _kind(whole) is FilmKind.PROMO and not whole.has("slower")
    is_loud = is_loud or whole.has("lively", "faster")
    return style_of(whole) or (TextStyle.BOLD if is_loud else TextStyle.CLEAN)


def _refuses(intents: Sequence[Intent], name: str) -> bool:
    return any(intent.name == name for intent in intents)

"""A film from the first sentence: what the request says about it becomes a brief."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from typing import Final

from saycut.agent.clauses import Clause, unread
from saycut.agent.direction import Brief, FilmKind
from saycut.agent.intents import Intent
from saycut.agent.lexicon import language_written
from saycut.agent.looking import kind_of_transition
from saycut.agent.measuring import film_ms, shot_ms, transition_ms
from saycut.agent.naming import caption_of, sentence_title
from saycut.agent.normalise import Quote
from saycut.agent.recipes import film_of
from saycut.agent.speech import has_voice, voice_of
from saycut.agent.values import ValueKind
from saycut.agent.wording import style_of
from saycut.agent.work import Work, pictures_of
from saycut.edit.framing import is_small_for
from saycut.timeline import AssetKind, TextStyle, TransitionKind

__all__ = ["CONSUMED", "create", "lay_out", "topic_of", "topic_words", "wants_film"]

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
        "on_beat",
        "subtitle",
    ]
)
# What else can be said of a film that is not there yet; anything but these edits one that is.
_DESCRIBING: Final = CONSUMED - {"add_shot", "trim_some"} | {
    "canvas_aspect",
    "canvas_size",
    "canvas_height",
    "canvas_rate",
    "captions",
    "export",
    "film_fade_in",
    "film_fade_out",
    "fit",
    "loudness",
    "motion",
    "output",
    "sound_fade_out",
    "text_colour",
    "watermark",
    "zoom_cuts",
}
# Words that name a film or say how it is to be, verb or not: "TikTok video of my dog".
_FILM_WORDS: Final = (
    "video",
    "slideshow",
    "promo",
    "invitation",
    "tribute",
    "highlight",
    "length",
    "genre",
    "platform",
    "tender",
    "lively",
    "faster",
    "slower",
    "vertical",
    "horizontal",
    "square",
    "no_beats",
)
_ABOUT_SOUND: Final = frozenset(
    ["add_music", "replace_music", "remove_music", "gain", "mute", "unmute", "output"]
)
_ORDERS: Final = ("remove", "change", "replace", "swap", "move", "split", "extract", "start_over")
_FAST: Final = 0.5
_SLOW: Final = 1.4


@dataclass(frozen=True, slots=True)
class _Quoted:
    title: str | None = None
    second: str | None = None
    closing: str | None = None
    lines: tuple[str, ...] = ()


def wants_film(work: Work, whole: Clause, intents: Sequence[Intent]) -> bool:
    """Tell whether a film is to be made of the uploads, not what is there to be edited.

    Photos become a film as soon as anything is said of one; clips only when it is ordered,
    for they are films already.
    """
    pictures = pictures_of(work.assets)
    if not pictures:
        return False
    names = {intent.name for intent in intents}
    has_stills = any(a.kind is AssetKind.IMAGE for a in pictures)
    if has_stills and not work.shots and _describes_a_film(whole, names):
        return True
    if "create" not in names:
        return False
    recipe = whole.has("slideshow", "promo", "invitation", "tribute")
    if not has_stills and names & {
        "highlights",
        "canvas_aspect",
        "output",
        "trim_start",
        "captions",
    }:
        return False
    return not work.shots or recipe


def _describes_a_film(whole: Clause, names: set[str]) -> bool:
    is_edit = bool(names - _DESCRIBING) or (not names and whole.has(*_ORDERS))
    is_said = whole.has(*_FILM_WORDS) or film_ms(whole) is not None
    return is_said and not is_edit


def create(work: Work, whole: Clause, intents: Sequence[Intent]) -> None:
    """Make the film that a request describes and say what had to be assumed."""
    pictures = pictures_of(work.assets)
    brief = _brief(work, whole, intents)
    music = [] if _refuses(intents, "remove_music") else list(work.music)
    film = film_of(brief, [*pictures, *music], work.draft.canvas)
    work.draft = film.draft
    if film.left_out:
        work.tell("left_out", names=", ".join(a.name for a in film.left_out))
    small = [a.name for a in pictures if is_small_for(a, work.draft.canvas)]
    if small:
        work.tell("small_photos", names=", ".join(small))
    if not film.is_readable:
        work.tell("no_time_for_names")
    if brief.shows_names and not any(caption_of(a.name) for a in pictures):
        work.tell("no_names")


def lay_out(work: Work, intents: Sequence[Intent]) -> None:
    """Put what was uploaded on the empty timeline, to be edited: clips whole, in their order.

    Music lies under them unless the request says itself what is to be heard.
    """
    pictures = pictures_of(work.assets)
    has_stills = any(a.kind is AssetKind.IMAGE for a in pictures)
    transition = TransitionKind.CROSSFADE if has_stills else None
    brief = Brief(kind=FilmKind.FILM, transition=transition)
    is_about_sound = any(i.name in _ABOUT_SOUND for i in intents)
    music = [] if is_about_sound else list(work.music)
    work.draft = film_of(brief, [*pictures, *music], work.draft.canvas).draft
    if len(pictures) > 1:
        work.tell("laid_out")


def topic_of(whole: Clause) -> str | None:
    """Give what the film is about as a title: "promo for our coffee shop" is Coffee Shop."""
    words = _name_in(topic_words(whole))
    return sentence_title(" ".join(words)) if words else None


def topic_words(whole: Clause) -> list[str]:
    """Give the words of a request that say what the film is about."""
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
            return kept
    before = re.search(
        r"((?:[^\W\d_][\w'’-]*\s){1,3})(?:photos?|pictures?|images?|video|footage|clips?)\b",
        whole.request.text,
    )
    return [w for w in (before[1].split() if before else []) if w in words]


def _name_in(words: Sequence[str]) -> Sequence[str]:
    """Give the name behind a kind of business: "hiking company Trailhead" is Trailhead."""
    capitals = [word[:1].isupper() for word in words]
    tail = next((i for i in range(len(words)) if all(capitals[i:])), len(words))
    return words[tail:] if 0 < tail < len(words) and not any(capitals[:tail]) else words


def _words_of(whole: Clause, *concepts: str) -> set[str]:
    found = (whole.request.text[h.start : h.end] for h in whole.hits if h.concept in concepts)
    return {word for phrase in found for word in phrase.split()}


def _brief(work: Work, whole: Clause, intents: Sequence[Intent]) -> Brief:
    kind = _kind(whole)
    is_only_clips = all(a.kind is AssetKind.VIDEO for a in pictures_of(work.assets))
    quoted = _quoted(whole, kind)
    wants_words = whole.has("text", "title") and not _refuses(intents, "remove_text")
    no_words = _refuses(intents, "remove_text")
    title, closing = quoted.title, quoted.closing
    if title is None and not no_words and _needs_title(kind, whole, wants_words):
        title = _own_title(work, whole)
    if closing is None and kind is FilmKind.PROMO and not no_words:
        closing = _own_closing(work, quoted.title or topic_of(whole))
    if quoted.second:
        title = f"{title}\n{quoted.second}" if title else quoted.second
    length_ms = work.film_ms(film_ms(whole))
    percent = next(
        (v.amount for i in intents if i.name == "gain" if (v := i.clause.value(ValueKind.PERCENT))),
        None,
    )
    return Brief(
        kind=kind,
        duration_ms=length_ms,
        shot_ms=None if length_ms else _shot_ms(work, whole),
        pace=_pace(whole),
        transition=_transition(whole, intents, is_only_clips=is_only_clips),
        transition_ms=transition_ms(whole),
        moves=not whole.has("still_pictures"),
        title=title,
        lines=quoted.lines,
        closing=closing,
        shows_names=not no_words and (kind is FilmKind.PROMO or _wants_names(work, whole)),
        style=_style(whole),
        music_percent=None if percent is None else _bounded(work, percent),
        language=work.language,
    )


def _wants_names(work: Work, whole: Clause) -> bool:
    """Tell whether names of files are wanted: captions of clips that speak are their words."""
    speaks = any(a.kind is AssetKind.VIDEO and a.has_audio for a in work.assets)
    return whole.has("text") or (whole.has("caption") and not speaks)


def _bounded(work: Work, percent: float) -> float:
    """Give a share of the amplitude that music can have."""
    if percent <= 0:
        return 0.0
    return 100 * 10 ** (work.gain_db(20 * log10(percent / 100)) / 20)


def _shot_ms(work: Work, whole: Clause) -> int | None:
    """Give how long each shot is to be, so that all of them make a film that can be."""
    wanted_ms = shot_ms(whole)
    if wanted_ms is None:
        return None
    count = len(pictures_of(work.assets))
    return min(wanted_ms, (work.film_ms(wanted_ms * count) or wanted_ms * count) // count)


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
    """Thank in the language of the title; where there are no words for it, say the title again."""
    language = language_written(title or "", work.language)
    if title and not has_voice(language):
        return title
    thanks = voice_of(language).say("phrases", "thanks")
    return f"{title}\n{thanks}" if title else thanks


def _quoted(whole: Clause, kind: FilmKind) -> _Quoted:
    """Share the quoted texts out: each to what is named beside it, the rest in order."""
    title = closing = second = None
    rest: list[str] = []
    for quote in whole.said:
        beside = _beside(whole, quote)
        if beside == "title" and title is None:
            title = quote.content
        elif beside == "second" and second is None:
            second = quote.content
        elif beside == "closing" and closing is None:
            closing = quote.content
        else:
            rest.append(quote.content)
    if title is None and second is None and rest and kind is not FilmKind.SLIDESHOW:
        title = rest.pop(0)
    if closing is None and rest and kind is FilmKind.PROMO:
        closing = rest.pop()
    return _Quoted(title, second, closing, tuple(rest))


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
        "subtitle": "second",
    }
    found = [h for h in whole.hits if since <= h.start < quote.start and h.concept in names]
    return names[found[-1].concept] if found else None


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

"""One request, one turn: read, route, plan, do, tell.

The stages have modules of their own: `normalise`, `clauses` and `values` read, `route` tells
work from questions, `intents` finds what is asked, the handlers do it, `reply` tells it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final

from saycut.agent import cutting, hearing, looking, ordering, wording
from saycut.agent.clauses import WANTS, Clause, clauses_of, read, unread
from saycut.agent.creating import CONSUMED, create, lay_out, topic_words, wants_film
from saycut.agent.intents import Intent, intents_of
from saycut.agent.labels import labels_quoted
from saycut.agent.lexicon import is_known_language, language_of, lexicon_for
from saycut.agent.negation import forbidden_words, heeded
from saycut.agent.normalise import normalise
from saycut.agent.reply import reply_to
from saycut.agent.route import RouteKind, route_of
from saycut.agent.turn import Turn
from saycut.agent.values import ValueKind
from saycut.agent.work import CannotDo, Handlers, Note, Work, pictures_of
from saycut.edit.errors import CannotFit
from saycut.errors import SaycutError
from saycut.timeline import Asset, AssetKind, Draft

__all__ = ["take_turn"]

_HANDLERS: Final[Handlers] = {
    **cutting.HANDLERS,
    **ordering.HANDLERS,
    **looking.HANDLERS,
    **wording.HANDLERS,
    **hearing.HANDLERS,
}
# Some edits stand on others: the film's length is set before things are placed at its end,
# files come last. A pace is set before a length: "faster, and 15 seconds" lasts 15 seconds.
_PACE: Final = ("faster", "slower")
_FIRST: Final = ("canvas_aspect", "canvas_size", "duration", "shot_duration")
_LAST: Final = ("film_fade_out", "sound_fade_out", "output", "export")
_UNREAD_MAX: Final = 8
# What stands before a length that tells of an upload: "my 10-minute talk".
_POINTED: Final = re.compile(
    r"(?:^|\s)(?:my|this|our|the|(?:have|here's|here is|recorded) an?|for an?|raw|of an?)\s$"
)
# Longer than any request, and still read in a blink.
LETTERS_MAX: Final = 4_000
# A text of so many words without an order describes the film that is wanted.
STORY_WORDS_MIN: Final = 12


def take_turn(
    text: str,
    draft: Draft,
    assets: Sequence[Asset],
    *,
    attachment: str | None = None,
    language: str | None = None,
) -> Turn:
    """Do what a request says, as far as it can be done, and tell it.

    Args:
        text: the request, in any of the languages there are phrases for.
        draft: the film as it is; it stays as it is.
        assets: all files of the project, in the order of upload.
        attachment: a text that came with the request, such as a script.
        language: of the reply (BCP 47); None takes that of the request.

    Returns:
        The turn. It never raises for what a person may type; what could not be done is in
        `unmet` and in the reply.
    """
    request = normalise(text[:LETTERS_MAX])
    spoken = language_of(request.text)
    work = Work(draft, tuple(assets), language or spoken)
    if attachment:
        work.tell("attachment_unused")
    if len(text) > LETTERS_MAX:
        work.tell("too_long", count=LETTERS_MAX)
    whole = read(request, lexicon_for(spoken))
    if labelled := labels_quoted(whole):
        whole = read(normalise(labelled), lexicon_for(spoken))
    whole = _without_descriptions(whole, assets)
    heard = heeded(whole, is_new=not work.shots)
    for words in forbidden_words(whole, heard):
        work.tell("left_alone", words=f"“{words}”")
    whole = heard
    route = route_of(whole)
    left: list[str] = []
    if route.action == "export":
        # Who sends files and says no more than that wants the film that they make.
        if not work.shots and pictures_of(work.assets):
            lay_out(work, ())
        if any(work.draft.segments()):
            work.act("export")
            work.order()
        else:
            work.miss(whole.shown.strip(), "no_assets")
    elif route.action:
        work.act(route.action)
    elif route.kind is RouteKind.WORK:
        left = _work(work, whole)
    # What cannot be done is told with what to give or say instead, which asks for an answer.
    work.asked = work.asked or (bool(work.unmet) and work.draft == draft and not work.actions)
    reply = reply_to(work, draft, whole, route, left)
    return Turn(
        before=draft,
        draft=work.draft,
        reply=reply,
        actions=tuple(work.actions),
        unmet=tuple(dict.fromkeys(what for what, _ in work.unmet)),
        asked=work.asked,
        outputs=(work.output,) if work.output else (),
        sidecars=tuple(work.sidecars),
        chapters=tuple(work.chapters),
        language=work.language,
    )


def _without_descriptions(whole: Clause, assets: Sequence[Asset]) -> Clause:
    """Leave lengths out that only describe what was uploaded: "cut my 10-minute video"."""
    known = [a.duration_ms for a in assets if a.duration_ms]
    described = [
        v
        for v in whole.values
        if v.kind is ValueKind.DURATION
        and any(abs(v.ms - ms) <= ms * 0.03 for ms in known)
        and _POINTED.search(whole.request.folded[: v.start])
    ]
    told = (replace(v, kind=ValueKind.COUNT) if v in described else v for v in whole.values)
    return replace(whole, values=tuple(told))


def _work(work: Work, whole: Clause) -> list[str]:
    """Do all that a request asks for; gives the words that nothing accounts for."""
    clauses = clauses_of(whole)
    found = {clause.start: intents_of(clause) for clause in clauses}
    intents = list(chain.from_iterable(found.values()))
    is_new = wants_film(work, whole, intents) or _only_describes(work, whole, intents)
    if is_new:
        _canvas_first(work, intents)
        if not _made(work, lambda: create(work, whole, intents), whole):
            return []
        _music_wish(work, whole, intents)
        _speech_wish(work, intents)
    elif intents and not work.shots and pictures_of(work.assets) and _is_about_the_film(intents):
        is_laid = _made(work, lambda: lay_out(work, intents), whole)
        work.laid_out = work.draft if is_laid else None
    is_bare = not work.shots and not work.assets
    rest = [i for i in intents if not (is_new and _is_done(work, i))]
    if is_bare and any(i.name not in ("export", "output") for i in intents):
        _cannot(work, whole.shown, CannotDo("no_assets"))
        work.asked = True
    else:
        _cut(work, rest)
        _run(work, rest)
    if _is_laid_out_in_vain(work, intents):
        work.draft, work.laid_out = work.before, None
        work.notes = [note for note in work.notes if note.key != "laid_out"]
    _name_missing(work, clauses)
    return _not_understood(work, whole, clauses, found, is_new=is_new)


def _is_laid_out_in_vain(work: Work, intents: Sequence[Intent]) -> bool:
    """Tell whether the uploads were laid out for an edit alone, and that edit failed."""
    is_alone = work.draft == work.laid_out and not work.actions
    return is_alone and bool(work.unmet) and all(i.name != "create" for i in intents)


def _made(work: Work, make: Callable[[], None], whole: Clause) -> bool:
    """Make a film and tell whether it came about; if not, the draft stays and it is said."""
    before = work.draft
    try:
        make()
        work.check(before)
    except SaycutError as why:
        work.draft = before
        _cannot(work, whole.shown, why)
        return False
    return True


def _is_story(work: Work) -> bool:
    return any(note.key == "took_as_story" for note in work.notes)


def _only_describes(work: Work, whole: Clause, intents: Sequence[Intent]) -> bool:
    """Tell whether a text orders nothing but tells a story over what was uploaded."""
    words = re.findall(r"[^\W\d_]{2,}", whole.request.text)
    is_story = len(words) >= STORY_WORDS_MIN and not whole.has("not") and not whole.forbidden
    if intents or work.shots or not is_story or not pictures_of(work.assets):
        return False
    work.tell("took_as_story")
    return True


def _canvas_first(work: Work, intents: Sequence[Intent]) -> None:
    for intent in intents:
        if intent.name in ("canvas_aspect", "canvas_size", "canvas_height", "canvas_rate"):
            _try(work, intent)


def _is_done(work: Work, intent: Intent) -> bool:
    """Tell whether making the film did that already."""
    if intent.name in ("canvas_aspect", "canvas_size", "canvas_height", "canvas_rate"):
        return True
    if intent.name == "captions":
        return not any(a.facts.words for a in work.assets)
    return intent.name in CONSUMED


def _is_about_the_film(intents: Sequence[Intent]) -> bool:
    return any(i.name != "clear" for i in intents)


def _music_wish(work: Work, whole: Clause, intents: Sequence[Intent]) -> None:
    wants = any(i.name == "add_music" for i in intents) or whole.has("no_beats")
    if wants and not work.music:
        hit = whole.hit("music", "no_beats")
        what = whole.request.shown(hit.start, hit.end) if hit else whole.shown
        _cannot(work, what, CannotDo("no_music_uploaded"))


def _speech_wish(work: Work, intents: Sequence[Intent]) -> None:
    """Say that there are no captions where clips speak and nobody has written down what."""
    speaks = any(a.kind is AssetKind.VIDEO and a.has_audio for a in work.assets)
    if speaks and not any(a.facts.words for a in work.assets):
        for intent in intents:
            if intent.name == "captions":
                _cannot(work, intent.clause.shown, CannotDo("no_speech_known"))


def _cut(work: Work, intents: Sequence[Intent]) -> None:
    """Take out all that is to be taken out in one go: all times count on the film as it was."""
    spans = []
    done: list[Intent] = []
    for intent in intents:
        if find := cutting.CUTS.get(intent.name):
            try:
                spans += find(work, intent.clause)
                done.append(intent)
            except CannotDo as why:
                _cannot(work, intent.clause.shown, why)
    before = work.draft
    try:
        cutting.cut_out(work, spans)
    except (CannotDo, SaycutError) as why:
        work.draft = before
        _cannot(work, "; ".join(i.clause.shown for i in done), why)
    # "Find the best moments and make a one-minute reel": one wish, the one with a length.
    wishes = [i for i in intents if i.name == "highlights"]
    wishes.sort(key=lambda i: i.clause.value(ValueKind.DURATION) is None)
    lengths = [v for i in intents if i.name == "duration" if (v := _length_in(i.clause))]
    for wish in wishes[:1]:
        try:
            cutting.highlights(work, _length_in(wish.clause) or sum(lengths[:1]))
        except CannotDo as why:
            _cannot(work, wish.clause.shown, why)


def _length_in(clause: Clause) -> int | None:
    value = clause.value(ValueKind.DURATION)
    return value.ms if value else None


def _run(work: Work, intents: Sequence[Intent]) -> None:
    ranked = sorted(intents, key=lambda i: _rank(i.name))
    for intent in ranked:
        if intent.name in _HANDLERS:
            _try(work, intent)
        elif intent.name == "create" and not work.shots:
            _cannot(work, intent.clause.shown, CannotDo("no_assets"))
            work.asked = True


def _rank(name: str) -> int:
    if name in _PACE:
        return -1
    if name in _FIRST:
        return 0
    # Captions come before the words that say how captions look.
    if name == "captions":
        return 1
    return 3 if name in _LAST else 2


def _try(work: Work, intent: Intent) -> None:
    before = work.draft
    try:
        _HANDLERS[intent.name](work, intent.clause)
        work.check(before)
    except (CannotDo, SaycutError) as why:
        work.draft = before
        _cannot(work, intent.clause.shown, why)


def _cannot(work: Work, what: str, why: Exception) -> None:
    if isinstance(why, CannotDo):
        note = Note(why.reason, why.values)
    elif isinstance(why, CannotFit):
        note = Note("cannot_fit", {"shortest": why.shortest_ms, "longest": why.longest_ms})
    else:
        note = Note("edit_failed", {"message": str(why)})
    if (what, note) not in work.unmet:
        work.unmet.append((what, note))


def _name_missing(work: Work, clauses: Sequence[Clause]) -> None:
    """Name what is asked for and does not exist yet, once each, in the person's words."""
    for clause in clauses:
        for hit in clause.hits:
            if not hit.concept.startswith("no_") or hit.concept == "no_watermark":
                continue
            note = Note(hit.concept)
            if hit.concept == "no_beats" and any(a.facts.beats_ms for a in work.music):
                if work.song_on_beat() or len(work.shots) < 2:
                    continue
                note = Note("off_beat")
            if all(n.key != note.key for _, n in work.unmet):
                work.unmet.append((clause.request.shown(hit.start, hit.end), note))
        for hit in clause.hits:
            if hit.concept in ("undo", "redo"):
                work.miss(clause.request.shown(hit.start, hit.end), "undo_alone")
            if hit.concept == "other_transition" and not clause.has("hard_cut"):
                work.miss(clause.request.shown(hit.start, hit.end), "no_other_transition")
        if clause.has("loop") and not clause.has("music") and not clause.has("no_music_made"):
            hit_loop = clause.hit("loop")
            if hit_loop and all(n.key != "loop" for _, n in work.unmet):
                work.unmet.append(
                    (clause.request.shown(hit_loop.start, hit_loop.end), Note("loop"))
                )


def _not_understood(
    work: Work,
    whole: Clause,
    clauses: Sequence[Clause],
    found: dict[int, tuple[Intent, ...]],
    *,
    is_new: bool,
) -> list[str]:
    """Name clauses that led to nothing, and give the words nothing accounts for in the others."""
    words: list[str] = []
    for clause in clauses:
        is_missing = any(h.concept.startswith("no_") for h in clause.hits) or clause.has(
            "loop", "undo", "redo", "other_transition"
        )
        if found[clause.start] or is_missing or clause.forbidden:
            words += unread(clause)
            continue
        left = unread(clause)
        is_order = any(h.concept in WANTS for h in clause.hits)
        is_told = clause.has("have") and not is_order and len(clauses) > 1
        if is_told or (is_new and (not is_order or _is_story(work))):
            words += left
        elif left or is_order or clause.values or len(clauses) == 1:
            work.unmet.append((clause.shown, Note("not_understood")))
            if not is_known_language(clause.request.text):
                work.tell("languages")
            work.asked = True
    shown = " ".join(s.text.content for s in work.draft.segments() if s.text).lower()
    about = topic_words(whole) if is_new else []
    words = [w for w in words if w.lower() not in shown and w not in about]
    has_kind = any(a.kind is not AssetKind.AUDIO for a in work.assets)
    unique = list(dict.fromkeys(w for w in words if re.search(r"\w", w)))
    return unique[:_UNREAD_MAX] if has_kind or work.draft.tracks else []

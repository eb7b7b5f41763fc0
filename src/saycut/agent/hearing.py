"""How the film sounds, and the files it becomes: handlers of intents about sound and output."""

import re
from typing import Final

from saycut.agent.clauses import Clause, unread
from saycut.agent.values import ValueKind
from saycut.agent.work import CannotDo, Handlers, Work
from saycut.edit import db_of_percent, sounding
from saycut.timeline import Asset, Segment, SoundRole, TrackKind

__all__ = ["HANDLERS", "with_music_on"]

# "Louder" and "quieter" without a number: clearly heard, still the same scene.
STEP_DB: Final = 4.0
FADE_MS: Final = 2000
# Where music begins again: too short to be heard as a pause, long enough not to click.
SEAM_MS: Final = 120
WEB_LUFS: Final = -14.0
SHARED_MB: Final = {"discord": 8.0}
_FORMATS: Final = {
    "fmt_mp4": "mp4",
    "fmt_mov": "mov",
    "fmt_webm": "webm",
    "fmt_mkv": "mkv",
    "fmt_gif": "gif",
    "fmt_mp3": "mp3",
    "fmt_wav": "wav",
    "fmt_m4a": "m4a",
}
_SOUNDS_ALONE: Final = frozenset({"mp3", "wav", "m4a"})
# What can be ordered and cannot be made today: an export is an MP4 with H.264 and AAC.
_NOT_MADE: Final = frozenset({*_FORMATS, "codec_h265"} - {"fmt_mp4"})
_NOT_SET: Final = {ValueKind.MEGABYTES: "no_file_size", ValueKind.KBPS: "no_bitrate"}
_CODECS: Final = {"codec_h264": "h264", "codec_h265": "h265"}


def _music_of(work: Work) -> tuple[Segment, ...]:
    return tuple(s for s in work.draft.segments(TrackKind.AUDIO) if s.sound.role is SoundRole.MUSIC)


def _new_music(work: Work, clause: Clause) -> Asset | None:
    """Find the music that is meant: by its file's name, else the newest that is not used."""
    for quote in clause.quotes:
        asset = work.named(quote.content)
        if asset and asset.has_audio:
            return asset
    used = {s.asset_id for s in work.draft.segments()}
    unused = [a for a in work.music if a.id not in used]
    return unused[-1] if unused else None


def _add_music(work: Work, clause: Clause) -> None:
    playing, asset = _music_of(work), _new_music(work, clause)
    if asset is None and not playing:
        asset = work.music[-1] if work.music else None
    if asset is None:
        if playing and _is_what_plays(_name(work, playing[0]), clause):
            work.tell("has_music", name=_name(work, playing[0]))
            return
        if playing:
            raise CannotDo("music_stays", name=_name(work, playing[0]))
        raise CannotDo("no_music_uploaded")
    if playing:
        work.do("replace_music", asset_id=asset.id)
        return
    percent = clause.value(ValueKind.PERCENT)
    _lay(work, asset, _share(work, percent.amount) if percent else None)


def _is_what_plays(name: str, clause: Clause) -> bool:
    """Tell whether a clause asks for no other music than what plays: by name or by no word."""
    known = re.sub(r"[\W_]+", " ", name).lower()
    return all(re.sub(r"[\W_]+", " ", word).lower() in known for word in unread(clause))


def _share(work: Work, percent: float) -> float:
    """Give a share of the amplitude that a sound can have."""
    return 100 * 10 ** (work.gain_db(db_of_percent(percent)) / 20) if percent > 0 else 0.0


def _lay(work: Work, asset: Asset, percent: float | None) -> None:
    """Lay music under the whole film, again and again when it is shorter than the film."""
    film_ms = work.draft.duration_ms
    start_ms = 0
    while start_ms == 0 or (start_ms < film_ms and asset.duration_ms > 0):
        is_last = start_ms + asset.duration_ms >= film_ms
        work.do(
            "add_music",
            asset_id=asset.id,
            percent=percent,
            start_ms=start_ms,
            fade_out_ms=None if is_last else 0,
        )
        start_ms += max(asset.duration_ms, 1000)


def with_music_on(work: Work, before_ms: int) -> None:
    """Let music that ended with the film go on to its new end: from its start again.

    music  |----one---\\|   ->   music  |---one--><--one--\\|
    """
    film_ms = work.draft.duration_ms
    music = sorted(_music_of(work), key=lambda s: s.track_range)
    if not music or not before_ms < film_ms:
        return
    last = music[-1]
    asset, sound = work.asset_of(last), last.sound
    at_ms = last.track_range.end_ms
    if asset is None or asset.duration_ms <= 0 or not before_ms <= at_ms < film_ms:
        return
    work.do("set_sound_fades", segment_id=last.id, fade_out_ms=SEAM_MS)
    while at_ms < film_ms:
        is_last = at_ms + asset.duration_ms >= film_ms
        work.do(
            "add_music",
            asset_id=asset.id,
            gain_db=sound.gain_db.at(0),
            start_ms=at_ms,
            fade_in_ms=SEAM_MS,
            fade_out_ms=sound.fade_out_ms if is_last else SEAM_MS,
        )
        at_ms += max(asset.duration_ms, 1000)
    work.tell("music_again", name=asset.name)


def _replace_music(work: Work, clause: Clause) -> None:
    asset = _new_music(work, clause)
    if asset is None:
        playing = _music_of(work)
        raise (
            CannotDo("music_stays", name=_name(work, playing[0]))
            if playing
            else CannotDo("no_music_uploaded")
        )
    if _music_of(work):
        work.do("replace_music", asset_id=asset.id)
    else:
        _lay(work, asset, None)


def _remove_music(work: Work, _: Clause) -> None:
    work.do("remove_music")


def _gain(work: Work, clause: Clause) -> None:
    """Set or shift the gain of the music, or of the clips' own sound."""
    percent, decibel = clause.value(ValueKind.PERCENT), clause.value(ValueKind.DECIBEL)
    targets = _sounds(work, clause)
    for segment in targets:
        if percent is not None:
            to_db = work.gain_db(db_of_percent(percent.amount)) if percent.amount > 0 else None
            muted = {"percent": 0} if to_db is None else {}
            work.do("set_gain", segment_id=segment.id, gain_db=to_db, **muted)
            continue
        now_db = segment.sound.gain_db.at(0)
        step_db = -STEP_DB if clause.has("quieter") else STEP_DB
        if decibel is not None:
            is_step = clause.has("louder", "quieter") and decibel.amount > 0
            to_db = (
                now_db + abs(decibel.amount) * (step_db / STEP_DB) if is_step else decibel.amount
            )
        else:
            to_db = now_db + step_db
        work.do("set_gain", segment_id=segment.id, gain_db=work.gain_db(to_db))


def _sounds(work: Work, clause: Clause) -> tuple[Segment, ...]:
    music = _music_of(work)
    if clause.has("music") and not music:
        raise CannotDo("no_music")
    if clause.has("all") and not clause.has("music") and not clause.pointers:
        heard = tuple(s for s in sounding(work.draft) if _has_sound(work, s))
        if heard:
            return heard
    if music and (clause.has("music") or not clause.has("sound", "clip")):
        return music
    clips = tuple(s for s in work.shots if (a := work.asset_of(s)) is not None and a.has_audio)
    places = work.places(clause)
    chosen = tuple(work.shots[i] for i in places) if places else clips or music
    if not chosen:
        raise CannotDo("no_sound")
    return chosen


def _has_sound(work: Work, segment: Segment) -> bool:
    asset = work.asset_of(segment)
    return asset is not None and asset.has_audio


def _sound_fade_out(work: Work, clause: Clause) -> None:
    _faded(work, clause, "fade_out_ms")


def _sound_fade_in(work: Work, clause: Clause) -> None:
    _faded(work, clause, "fade_in_ms")


def _faded(work: Work, clause: Clause, end: str) -> None:
    value = clause.value(ValueKind.DURATION)
    ms = value.ms if value else FADE_MS
    music = _music_of(work)
    if music:
        segment = music[-1] if end == "fade_out_ms" else music[0]
        work.do("set_sound_fades", segment_id=segment.id, **{end: ms})
    elif clause.has("music"):
        raise CannotDo("no_music")
    else:
        work.do("set_fades", **{end: ms})


def _mute(work: Work, clause: Clause) -> None:
    _muted(work, clause, True)


def _unmute(work: Work, clause: Clause) -> None:
    _muted(work, clause, False)


def _muted(work: Work, clause: Clause, is_muted: bool) -> None:
    places = work.places(clause)
    for place in places:
        work.do("mute", segment_id=work.shots[place].id, is_muted=is_muted)
    if places:
        return
    is_whole = not clause.has("sound", "clip", "photo")
    role = None if clause.has("all") or is_whole else SoundRole.ORIGINAL
    if clause.has("music"):
        role = SoundRole.MUSIC
    work.do("mute", role=role.value if role else None, is_muted=is_muted)


def _loudness(work: Work, clause: Clause) -> None:
    value = clause.value(ValueKind.LUFS)
    # "16 LUFS" is always meant below full scale.
    work.do("set_loudness", loudness_lufs=-abs(value.amount) if value else WEB_LUFS)


def _export(work: Work, clause: Clause) -> None:
    work.act("export")
    work.order()
    for platform, max_mb in SHARED_MB.items():
        if clause.has(platform):
            work.order(max_mb=max_mb)
            work.miss(f"{max_mb:g} MB", "no_file_size")
    if any(quote.is_file_name for quote in clause.quotes):
        work.tell("place_of_file")


def _output(work: Work, clause: Clause) -> None:
    """Read what the file should be; of two formats the later one is the wanted one."""
    formats = [_FORMATS[h.concept] for h in clause.hits if h.concept in _FORMATS]
    if clause.has("audio_file") or (clause.value(ValueKind.KBPS) and clause.has("extract")):
        formats = [f for f in formats if f in _SOUNDS_ALONE] or ["mp3"]
    if formats:
        work.order(format=formats[-1])
    codecs = [_CODECS[h.concept] for h in clause.hits if h.concept in _CODECS]
    if codecs:
        work.order(codec=codecs[-1])
    if megabytes := [v.amount for v in clause.values if v.kind is ValueKind.MEGABYTES]:
        work.order(max_mb=min(megabytes))
    if kbps := clause.value(ValueKind.KBPS):
        work.order(audio_kbps=round(kbps.amount))
    work.order()
    work.act("export")
    for hit in clause.hits:
        if hit.concept in _NOT_MADE or hit.concept == "audio_file":
            key = "only_h264" if hit.concept in _CODECS else "only_mp4"
            work.miss(clause.request.shown(hit.start, hit.end), key)
    for value in clause.values:
        if value.kind in _NOT_SET:
            work.miss(clause.request.shown(value.start, value.end), _NOT_SET[value.kind])
    if clause.has("compress") and not clause.value(ValueKind.MEGABYTES):
        work.miss(clause.shown, "no_file_size")


def _name(work: Work, segment: Segment) -> str:
    asset = work.asset_of(segment)
    return asset.name if asset else segment.id


HANDLERS: Final[Handlers] = {
    "add_music": _add_music,
    "replace_music": _replace_music,
    "remove_music": _remove_music,
    "gain": _gain,
    "sound_fade_out": _sound_fade_out,
    "sound_fade_in": _sound_fade_in,
    "mute": _mute,
    "unmute": _unmute,
    "loudness": _loudness,
    "export": _export,
    "output": _output,
}

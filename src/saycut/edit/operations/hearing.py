"""Operations on what is heard: music, gains, fades, mute and loudness; and a clean slate."""

from dataclasses import replace
from typing import Annotated, Final

from pydantic import Field, model_validator

from saycut.edit import music, sound
from saycut.edit.errors import NothingToEdit
from saycut.edit.operation import Arguments, EditContext, Operation
from saycut.edit.operations.arguments import GainDb, PointMs
from saycut.timeline import Curve, Draft, Segment, Sound, SoundRole

__all__ = ["OPERATIONS"]

# Under clips that sound themselves music keeps back; beside stills it carries the film.
GAIN_UNDER_CLIPS_DB: Final = -12.0

Percent = Annotated[float, Field(ge=0, le=1500)]


class AddMusic(Arguments):
    asset_id: str = Field(description="the music")
    gain_db: GainDb | None = Field(None, description="none: 0, and -12 under clips with sound")
    percent: Percent | None = Field(None, description="instead of gain_db: 100 is as recorded")
    start_ms: PointMs = Field(0, description="when in the film it begins")
    source_start_ms: PointMs = Field(0, description="where in the music it begins")
    fade_in_ms: PointMs = Field(0, description="how long it swells")
    fade_out_ms: PointMs = Field(music.FADE_OUT_MS, description="how long it dies away at the end")

    @model_validator(mode="after")
    def _is_one_gain(self) -> "AddMusic":
        if self.gain_db is not None and self.percent is not None:
            raise ValueError("give gain_db or percent, not both")
        return self


class ReplaceMusic(Arguments):
    asset_id: str = Field(description="the new music")


class RemoveMusic(Arguments):
    pass


class Sounds(Arguments):
    """Points at one sound, at those of a role, or at all that can be heard."""

    segment_id: str | None = Field(None, description="the sound or the clip by its segment")
    role: SoundRole | None = Field(
        None, description="all of a kind: music, voice, effect, original (the sound of clips)"
    )

    @model_validator(mode="after")
    def _is_one_way(self) -> "Sounds":
        if self.segment_id is not None and self.role is not None:
            raise ValueError("give segment_id or role, not both")
        return self

    def picked(self, draft: Draft, context: EditContext) -> tuple[Segment, ...]:
        """Raises UnknownSegment, NothingToEdit: nothing such is heard."""
        found = tuple(s for s in sound.sounding(draft, self.role) if _can_sound(s, context))
        if self.segment_id is not None:
            named = draft.segment(self.segment_id)
            found = tuple(s for s in found if s == named)
        if not found:
            kind = f"{self.role.value} sound" if self.role else "sound"
            of = f" of segment {self.segment_id!r}" if self.segment_id else ""
            raise NothingToEdit(
                f"change the {kind}{of}", "there is none", "choose music or a clip with sound"
            )
        return found


class SetGain(Sounds):
    gain_db: GainDb | None = Field(None, description="0 is as recorded, -6 half of it")
    percent: Percent | None = Field(
        None, description="instead of gain_db: 100 is as recorded, 0 mutes"
    )

    @model_validator(mode="after")
    def _is_one_gain(self) -> "SetGain":
        if (self.gain_db is None) == (self.percent is None):
            raise ValueError("give gain_db or percent")
        return self


class SetSoundFades(Sounds):
    fade_in_ms: PointMs | None = Field(None, description="0 for none; not given: as it is")
    fade_out_ms: PointMs | None = Field(None, description="0 for none; not given: as it is")

    @model_validator(mode="after")
    def _changes_something(self) -> "SetSoundFades":
        if self.fade_in_ms is None and self.fade_out_ms is None:
            raise ValueError("give fade_in_ms, fade_out_ms or both")
        return self


class Mute(Sounds):
    is_muted: bool = Field(True, description="false lets it be heard again")


class SetLoudness(Arguments):
    loudness_lufs: float | None = Field(
        ge=-60,
        le=-5,
        description="of the whole film: -14 for the web, -23 for television; "
        "null takes the default",
    )


class Clear(Arguments):
    pass


def _add_music(draft: Draft, given: AddMusic, context: EditContext) -> Draft:
    made = Sound(
        gain_db=Curve.constant(_opening_gain_db(draft, given, context)),
        fade_in_ms=given.fade_in_ms,
        fade_out_ms=given.fade_out_ms,
        is_muted=given.percent == 0,
        role=SoundRole.MUSIC,
    )
    return music.add_music(
        draft,
        context.asset(given.asset_id),
        made,
        segment_id=draft.free_id("music"),
        start_ms=given.start_ms,
        source_start_ms=given.source_start_ms,
    )


def _opening_gain_db(draft: Draft, given: AddMusic, context: EditContext) -> float:
    if given.percent:
        return sound.db_of_percent(given.percent)
    if given.gain_db is not None:
        return given.gain_db
    clips = sound.sounding(draft, SoundRole.ORIGINAL)
    is_heard = any(_can_sound(s, context) and not s.sound.is_muted for s in clips)
    return GAIN_UNDER_CLIPS_DB if is_heard else 0.0


def _replace_music(draft: Draft, given: ReplaceMusic, context: EditContext) -> Draft:
    return music.replace_music(draft, context.asset(given.asset_id))


def _remove_music(draft: Draft, _given: RemoveMusic, _: EditContext) -> Draft:
    if not music.music_of(draft):
        raise NothingToEdit("remove the music", "the film has none", "it is as you want it")
    return music.remove_music(draft)


def _set_gain(draft: Draft, given: SetGain, context: EditContext) -> Draft:
    for segment in given.picked(draft, context):
        if given.percent == 0:
            draft = sound.set_muted(draft, segment.id, True)
            continue
        gain_db = sound.db_of_percent(given.percent) if given.percent else given.gain_db
        draft = sound.set_gain(draft, segment.id, gain_db or 0.0)
    return draft


def _set_sound_fades(draft: Draft, given: SetSoundFades, context: EditContext) -> Draft:
    for segment in given.picked(draft, context):
        draft = sound.set_sound_fades(
            draft, segment.id, in_ms=given.fade_in_ms, out_ms=given.fade_out_ms
        )
    return draft


def _mute(draft: Draft, given: Mute, context: EditContext) -> Draft:
    for segment in given.picked(draft, context):
        draft = sound.set_muted(draft, segment.id, given.is_muted)
    return draft


def _set_loudness(draft: Draft, given: SetLoudness, _: EditContext) -> Draft:
    return sound.set_loudness(draft, given.loudness_lufs)


def _clear(draft: Draft, _given: Clear, _: EditContext) -> Draft:
    return replace(draft, tracks=())


def _can_sound(segment: Segment, context: EditContext) -> bool:
    asset = context.assets.get(segment.asset_id or "")
    return asset is not None and asset.has_audio


OPERATIONS: Final = (
    Operation(
        "add_music",
        AddMusic,
        "Lay music under the film, to its end, with a fade out.",
        ("add this song as background music", "put the music under it at 30 %"),
        _add_music,
    ),
    Operation(
        "replace_music",
        ReplaceMusic,
        "Play other music in the place of what is there.",
        ("use the other song instead", "change the music to guitar.mp3"),
        _replace_music,
    ),
    Operation(
        "remove_music",
        RemoveMusic,
        "Take all music away; other sound stays.",
        ("remove the music", "no background music"),
        _remove_music,
    ),
    Operation(
        "set_gain",
        SetGain,
        "Set how loud a sound is, in dB or percent.",
        ("music at 30 %", "turn the voice up by 3 dB", "quieter music"),
        _set_gain,
    ),
    Operation(
        "set_sound_fades",
        SetSoundFades,
        "Let a sound swell at its start or die away at its end.",
        ("fade the music out over 3 seconds", "fade in the song"),
        _set_sound_fades,
    ),
    Operation(
        "mute",
        Mute,
        "Silence a sound, a kind of sound or everything, or let it be heard again.",
        ("mute the original sound", "turn the sound of clip 2 off"),
        _mute,
    ),
    Operation(
        "set_loudness",
        SetLoudness,
        "Set the loudness that the whole film is brought to.",
        ("make it -16 LUFS", "normalise for television"),
        _set_loudness,
    ),
    Operation(
        "clear",
        Clear,
        "Empty the timeline; the canvas stays.",
        ("start over", "delete everything from the timeline"),
        _clear,
    ),
)

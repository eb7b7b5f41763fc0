from dataclasses import replace
from fractions import Fraction

import pytest

from saycut.audio.plan import MixPlan, Ramp, RampShape, mix_digest, plan_mix
from saycut.timeline import (
    Curve,
    Draft,
    Sound,
    TimeRange,
    Transition,
    TransitionKind,
)
from tests.builders import (
    a_caption,
    a_clip,
    a_draft,
    a_photo,
    a_segment,
    a_song,
    a_soundtrack,
    by_id,
)

ASSETS = by_id(a_photo(), a_clip(), a_clip("mute", has_audio=False), a_song())
CROSSFADE = Transition(TransitionKind.CROSSFADE, 1000)


def plan(draft: Draft) -> MixPlan:
    return plan_mix(draft, ASSETS)


def test_photos_texts_silent_clips_and_muted_segments_do_not_sound() -> None:
    draft = a_draft(
        a_segment("s1"),
        a_segment("s2", start_ms=4000, asset_id="mute"),
        a_segment("s3", start_ms=8000, asset_id="clip", sound=Sound(is_muted=True)),
        texts=(a_caption(),),
    )

    assert plan(draft).sounds == ()


def test_the_mix_is_as_long_as_the_draft() -> None:
    draft = a_draft(a_segment(duration_ms=4321), sounds=(a_soundtrack(duration_ms=1000),))

    assert plan(draft).sample_count == 4321 * 48


def test_a_draft_without_a_target_is_brought_to_minus_14_lufs() -> None:
    draft = a_draft(sounds=(a_soundtrack(),))

    assert plan(draft).loudness_lufs == -14.0
    assert plan(replace(draft, loudness_lufs=-23.0)).loudness_lufs == -23.0


def test_turning_all_sound_down_turns_the_film_down() -> None:
    quiet = Sound(gain_db=Curve.constant(-10.5))
    music = replace(a_soundtrack(), sound=quiet)
    clip = a_segment(asset_id="clip")

    assert plan(a_draft(sounds=(music,))).loudness_lufs == -24.5
    assert plan(a_draft(clip, sounds=(music,))).loudness_lufs == -14.0
    assert plan(replace(a_draft(sounds=(music,)), loudness_lufs=-16.0)).loudness_lufs == -16.0


def test_fades_lie_inside_the_segment() -> None:
    sound = Sound(fade_in_ms=500, fade_out_ms=2000)
    draft = a_draft(a_segment(asset_id="clip", start_ms=1000, duration_ms=6000, sound=sound))

    (placed,) = plan(draft).sounds

    assert placed.ramps == (
        Ramp(1000 * 48, 1500 * 48, True),
        Ramp(5000 * 48, 7000 * 48, False),
    )


def test_a_hard_cut_inside_sound_gets_short_ramps() -> None:
    draft = a_draft(a_segment(asset_id="clip", duration_ms=2000, source_start_ms=700))

    (placed,) = plan(draft).sounds

    assert placed.ramps == (Ramp(0, 5 * 48, True), Ramp(1995 * 48, 2000 * 48, False))


def test_the_own_start_and_end_of_a_file_stay_as_they_are() -> None:
    draft = a_draft(a_segment(asset_id="clip", duration_ms=20_000))

    (placed,) = plan(draft).sounds

    assert placed.ramps == ()


def test_a_split_segment_has_no_ramps_at_its_seam() -> None:
    draft = a_draft(
        a_segment("s1", asset_id="clip", duration_ms=3000),
        a_segment("s2", asset_id="clip", start_ms=3000, duration_ms=17_000, source_start_ms=3000),
    )

    assert [placed.ramps for placed in plan(draft).sounds] == [(), ()]


@pytest.mark.parametrize(
    "change",
    [
        {"source_start_ms": 3001},
        {"speed": Fraction(2)},
        {"sound": Sound(gain_db=Curve.constant(-6))},
        {"sound": Sound(is_muted=True)},
    ],
)
def test_a_seam_where_anything_changes_gets_ramps(change: dict[str, object]) -> None:
    tail = a_segment("s2", asset_id="clip", start_ms=3000, source_start_ms=3000)
    draft = a_draft(a_segment("s1", asset_id="clip", duration_ms=3000), replace(tail, **change))  # type: ignore[arg-type]

    head = plan(draft).sounds[0]

    assert head.ramps == (Ramp(2995 * 48, 3000 * 48, False),)


def test_a_crossfade_plays_both_clips_half_of_it_beyond_the_seam() -> None:
    draft = a_draft(
        a_segment("s1", asset_id="clip", duration_ms=4000),
        a_segment("s2", asset_id="clip", start_ms=4000, source_start_ms=9000, transition=CROSSFADE),
    )

    first, second = plan(draft).sounds

    assert first.end == 4500 * 48
    assert first.ramps == (Ramp(3500 * 48, 4500 * 48, False, RampShape.EQUAL_POWER),)
    assert (second.start, second.source_start) == (3500 * 48, 8500 * 48)
    assert second.ramps[0] == Ramp(3500 * 48, 4500 * 48, True, RampShape.EQUAL_POWER)


def test_a_crossfade_uses_no_more_of_a_clip_than_there_is() -> None:
    draft = a_draft(
        a_segment("s1", asset_id="clip", duration_ms=4000, source_start_ms=15_800),
        a_segment("s2", asset_id="clip", start_ms=4000, source_start_ms=300, transition=CROSSFADE),
    )

    first, second = plan(draft).sounds

    assert first.end == 4200 * 48
    assert first.ramps[-1] == Ramp(3500 * 48, 4200 * 48, False, RampShape.EQUAL_POWER)
    assert (second.start, second.source_start) == (3700 * 48, 0)


def test_the_handle_of_a_fast_clip_is_counted_in_timeline_time() -> None:
    fast = a_segment(
        "s2",
        asset_id="clip",
        start_ms=4000,
        source_start_ms=300,
        speed=Fraction(2),
        transition=CROSSFADE,
    )
    draft = a_draft(a_segment("s1"), fast)

    (placed,) = plan(draft).sounds

    assert (placed.start, placed.source_start) == (3850 * 48, 0)


def test_through_black_each_clip_fades_on_its_own_side() -> None:
    through_black = Transition(TransitionKind.FADE_BLACK, 800)
    draft = a_draft(
        a_segment("s1", asset_id="clip"),
        a_segment("s2", asset_id="clip", start_ms=4000, transition=through_black),
    )

    first, second = plan(draft).sounds

    assert first.ramps == (Ramp(3600 * 48, 4000 * 48, False),)
    assert (second.start, second.ramps[0]) == (4000 * 48, Ramp(4000 * 48, 4400 * 48, True))


def test_the_digest_follows_what_is_heard_and_nothing_else() -> None:
    music = a_soundtrack()
    draft = a_draft(a_segment(), sounds=(music,))
    digest = mix_digest(draft, ASSETS)

    other_photo = a_draft(a_segment(source_start_ms=1), texts=(a_caption(),), sounds=(music,))
    assert mix_digest(other_photo, ASSETS) == digest

    later = replace(music, track_range=TimeRange(1, 12_000))
    assert mix_digest(a_draft(a_segment(), sounds=(later,)), ASSETS) != digest
    assert mix_digest(replace(draft, loudness_lufs=-16.0), ASSETS) != digest
    assert mix_digest(draft, ASSETS, bitrate_bps=128_000) != digest
    other_song = {**ASSETS, "song": replace(ASSETS["song"], digest="f" * 64)}
    assert mix_digest(draft, other_song) != digest

from fractions import Fraction
from typing import Any

import pytest

from saycut.agent import OutputOrder, Sidecar, Turn, case_project, facts_of, take_turn
from saycut.agent.turn import Chapter
from saycut.timeline import (
    AssetKind,
    Draft,
    Picture,
    Rect,
    Sound,
    Text,
    TextAnimation,
    TextRole,
    Track,
    TrackKind,
    Transition,
    TransitionKind,
)
from tests.agent.projects import PROJECT, PROMO
from tests.builders import (
    a_caption,
    a_clip,
    a_draft,
    a_photo,
    a_segment,
    a_song,
    a_soundtrack,
)

ASSETS = (a_photo("photo"), a_clip("clip"), a_song("song"))


def _facts(draft: Draft, **turn: Any) -> dict[str, Any]:
    given = Turn(before=Draft(), draft=draft, reply="Done.", **turn)
    return facts_of("c1", Draft(), given, ASSETS)


def test_the_record_has_all_the_keys_and_the_draft_behind_them() -> None:
    draft = a_draft(
        a_segment("s1", duration_ms=4000, picture=Picture(fade_in_ms=500)),
        a_segment(
            "s2",
            start_ms=4000,
            duration_ms=2000,
            asset_id="clip",
            source_start_ms=3000,
            speed=Fraction(2),
            transition=Transition(TransitionKind.CROSSFADE, 800),
        ),
        texts=(a_caption(role=TextRole.TITLE, animation=TextAnimation.NONE),),
        sounds=(a_soundtrack(duration_ms=6000, fade_out_ms=2000),),
    )

    facts = _facts(draft)

    assert facts["duration_s"] == 6
    assert facts["canvas"] == {"width": 1920, "height": 1080, "fps": 30}
    assert facts["segments"][0]["fade_in_s"] == 0.5
    assert facts["segments"][1]["source_start_s"] == 3
    assert facts["segments"][1]["source_end_s"] == 7
    assert facts["segments"][1]["speed"] == 2
    assert facts["transitions"] == [{"at_s": 4, "type": "crossfade", "duration_s": 0.8}]
    assert facts["texts"][0]["role"] == "title"
    assert facts["texts"][0]["animation"] is None
    assert [a["role"] for a in facts["audio"]] == ["original", "music"]
    assert facts["audio"][1]["fade_out_s"] == 2
    assert facts["changed"]
    assert facts["error"] is None


def test_what_is_muted_is_not_heard() -> None:
    muted = a_segment("s1", asset_id="clip", sound=Sound(is_muted=True))

    assert _facts(a_draft(muted))["audio"] == []


def test_an_overlay_stands_in_a_ninth_of_the_canvas() -> None:
    corner = Picture(frame=Rect(0.75, 0.8, 0.2, 0.15))
    over = Track(id="over", kind=TrackKind.VIDEO, segments=(a_segment("o1", picture=corner),))

    overlays = _facts(a_draft(a_segment("s1"), more=(over,)))["overlays"]

    assert overlays == [{"role": "picture", "asset": "photo.jpg", "position": "bottom-right"}]


def test_orders_sidecars_and_chapters_are_told() -> None:
    facts = _facts(
        a_draft(a_segment("s1")),
        outputs=(OutputOrder(format="gif", max_mb=5, start_ms=0, end_ms=3000),),
        sidecars=(Sidecar("srt", "en"),),
        chapters=(Chapter(0, "Intro"),),
        actions=("export",),
    )

    assert facts["outputs"][0]["format"] == "gif"
    assert facts["outputs"][0]["end_s"] == 3
    assert facts["sidecars"] == [{"format": "srt", "language": "en"}]
    assert facts["chapters"] == [{"at_s": 0, "title": "Intro"}]
    assert facts["actions"] == ["export"]


def test_a_promo_on_the_beat_is_told_to_be() -> None:
    turn = take_turn(PROMO, Draft(), PROJECT)

    facts = facts_of("c1", Draft(), turn, PROJECT)

    assert facts["audio"][0]["beat_synced"]
    assert {s["motion"] for s in facts["segments"]} >= {"zoom-in", "pan-right"}


def test_a_case_describes_its_uploads() -> None:
    draft, assets = case_project(
        {
            "media": [
                {
                    "name": "clip.mp4",
                    "kind": "video",
                    "duration_s": 12.5,
                    "width": 1920,
                    "height": 1080,
                    "fps": 29.97,
                    "has_audio": True,
                    "speech": "en",
                    "words": [["hello", 1.0, 1.3]],
                    "silences_s": [[0.0, 0.9]],
                    "scenes_s": [0.0, 7.3],
                },
                {"name": "song.mp3", "kind": "audio", "duration_s": 60, "beats_s": [0.25, 0.75]},
                {"name": "logo.png", "kind": "image", "width": 800, "height": 400},
            ]
        }
    )

    clip, song, logo = assets
    assert draft == Draft()
    assert clip.duration_ms == 12_500
    assert clip.facts.words[0].end_ms == 1300
    assert clip.facts.silences_ms == ((0, 900),)
    assert clip.facts.language == "en"
    assert song.has_audio
    assert song.facts.beats_ms == (250, 750)
    assert logo.kind is AssetKind.IMAGE


def test_the_standard_project_is_a_film_with_music_and_a_title() -> None:
    draft, assets = case_project({"media": [], "project": "standard"})

    assert draft.duration_ms == 30_000
    assert [a.name for a in assets] == ["clip-a.mp4", "clip-b.mp4", "clip-c.mp4", "Lo-fi"]
    music = draft.segment("s4").sound
    assert music.gain_db.at(0) == pytest.approx(-9.12, abs=0.01)
    assert draft.segment("s5").text == Text("Urban Dreams", TextRole.TITLE)

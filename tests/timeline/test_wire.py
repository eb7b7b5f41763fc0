import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saycut.timeline import Curve, Draft, Segment, Sound, TimeRange, TrackKind, WireError
from saycut.timeline.validate import problems
from saycut.timeline.wire import draft_from_wire, draft_to_wire
from tests.builders import a_caption, a_draft, a_segment, a_song, by_id
from tests.strategies import ASSETS, drafts

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("xyz", min_size=4), inner),
    max_leaves=4,
)


@given(drafts())
def test_a_draft_comes_back_from_the_wire_as_it_was(draft: Draft) -> None:
    sent = json.dumps(draft_to_wire(draft, ASSETS))

    assert draft_from_wire(json.loads(sent)) == draft


@given(drafts(), st.dictionaries(st.sampled_from(["later", "zz"]), JSON, min_size=1))
def test_unknown_keys_survive_wherever_they_stand(draft: Draft, unknown: dict[str, Any]) -> None:
    wire = draft_to_wire(draft)
    places = [wire, wire["m"], *wire["t"]]
    places += [segment for track in wire["t"] for segment in track["sg"]]
    places += [
        segment[part]
        for track in wire["t"]
        for segment in track["sg"]
        for part in ("p", "au", "x", "m", "tr")
        if part in segment
    ]
    for place in places:
        place.update(unknown)

    again = draft_to_wire(draft_from_wire(wire))

    assert again == wire


def test_the_five_keys_of_clients_in_the_wild_are_there() -> None:
    draft = a_draft(a_segment("s1", duration_ms=2000))

    wire = draft_to_wire(draft)

    track = wire["t"][0]
    assert (wire["d"], track["tt"], track["sg"][0]["d"]) == (2000, 0, 2000)
    assert track["sg"][0]["m"]["name"]


def test_a_client_reads_names_and_volume_from_the_draft_alone() -> None:
    song = a_song("song", name="Lo-fi.mp3")
    music = a_segment("m1", asset_id="song", sound=Sound(gain_db=Curve.constant(-9.12)))
    draft = a_draft(texts=(a_caption("x1", "Urban\nDreams"),), sounds=(music,))

    wire = draft_to_wire(draft, by_id(song))

    told = {t["tt"]: t["sg"][0]["m"] for t in wire["t"] if t["sg"]}
    assert told[7] == {"name": "Urban / Dreams"}
    assert told[1] == {"name": "Lo-fi.mp3", "volume": 35}


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("t", lambda w: w.update(t=3)),
        ("t[0].tt", lambda w: w["t"][0].update(tt=9)),
        ("t[0].sg[0].s", lambda w: w["t"][0]["sg"][0].update(s="1s")),
        ("t[0].sg[0].d", lambda w: w["t"][0]["sg"][0].pop("d")),
        ("t[0].sg[0].d", lambda w: w["t"][0]["sg"][0].update(d=float("nan"))),
        ("t[0].sg[0].sp", lambda w: w["t"][0]["sg"][0].update(sp="1/0")),
        ("t[0].sg[0].sp", lambda w: w["t"][0]["sg"][0].update(sp="1e999999999")),
        ("t[0].sg[0].p.ft", lambda w: w["t"][0]["sg"][0].update(p={"ft": "zoom"})),
        ("t[0].sg[0].p.op[0]", lambda w: w["t"][0]["sg"][0].update(p={"op": [5]})),
        ("c.w", lambda w: w.update(c={"w": True})),
    ],
)
def test_a_value_that_does_not_belong_is_named_with_its_path(path: str, change: Any) -> None:
    wire = draft_to_wire(a_draft(a_segment("s1")))
    change(wire)

    with pytest.raises(WireError) as caught:
        draft_from_wire(wire)

    assert caught.value.path == path


def test_ratios_are_read_from_numbers_and_written_exactly() -> None:
    segment = a_segment("s1", speed=Fraction(30000, 1001))
    wire = draft_to_wire(a_draft(segment))
    wire["c"] = {"r": 29.97002997}

    draft = draft_from_wire(wire)

    assert wire["t"][0]["sg"][0]["sp"] == "30000/1001"
    assert draft.canvas.frame_rate == Fraction(30000, 1001)


def test_a_generated_draft_is_valid() -> None:
    # The strategies of this suite must not drift from the rules.
    @given(drafts())
    def holds(draft: Draft) -> None:
        assert problems(draft, ASSETS) == []

    holds()


def test_a_segment_keeps_its_own_name_beside_the_one_for_readers() -> None:
    segment = Segment(id="s", track_range=TimeRange(0, 1), asset_id="photo", name="Opening")
    draft = a_draft(segment)

    assert draft_from_wire(draft_to_wire(draft)).segment("s").name == "Opening"
    unnamed = replace(segment, name="")
    assert draft_from_wire(draft_to_wire(a_draft(unnamed))).segment("s").name == ""
    assert draft.tracks[0].kind is TrackKind.VIDEO

"""Turns on a backend with faults: silence, empty records, broken lines, talk of a screen."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from saycut.client import (
    Busy,
    Client,
    Event,
    LineLost,
    NotAServer,
    StillWorking,
    Suggestion,
    Text,
    TimedOut,
    ToolCall,
    TurnDone,
    TurnError,
)
from tests.client.hosted import (
    COMMENT,
    HEARTBEAT,
    Hosted,
    Step,
    a_draft,
    a_segment,
    calls,
    drop,
    record,
    says,
)


def words_of(events: Sequence[Event]) -> list[str]:
    return [e.text for e in events if isinstance(e, Text) and not e.is_repeat]


def test_heartbeats_of_both_kinds_are_no_events(hosted: Hosted, client: Client) -> None:
    hosted.turns.append([HEARTBEAT, COMMENT, "data:\n\n", calls("cut", at=3), says("Done.")])

    events = list(client.chat("s1", "cut it"))

    assert events == [
        ToolCall("c1", "cut", {"at": 3}),
        Text("Done."),
        TurnDone("Done.", {}),
    ]


def test_a_turn_says_what_it_is_told_and_carries_a_key(hosted: Hosted, client: Client) -> None:
    hosted.turns += [[says("one")], [says("two")]]

    list(client.chat("s1", "标题 'A'"))
    list(client.chat("s1", "again"))

    assert hosted.said[0]["new_message"]["parts"] == [{"text": "标题 'A'"}]
    keys = [h["idempotency-key"] for h in hosted.headers if "idempotency-key" in h]
    assert len(set(keys)) == 2


def test_pieces_come_before_the_whole_which_only_repeats_them(
    hosted: Hosted, client: Client
) -> None:
    pieces = [says("It is ", partial=True), says("done. Fine", partial=True)]
    hosted.turns.append([*pieces, says("It is done. Fine")])

    events = list(client.chat("s1", "cut it"))

    assert "".join(words_of(events)) == "It is done. Fine"
    assert Text("It is done. Fine", is_repeat=True) in events
    assert events[-1] == TurnDone("It is done. Fine", {})


def test_a_silent_edit_is_told_from_the_state(hosted: Hosted, client: Client) -> None:
    hosted.draft = a_draft(
        (0, [a_segment("city", 0, 10_000)]), (1, [a_segment("Lo-fi", volume=35)])
    )

    def edit() -> None:
        hosted.draft = a_draft(
            (0, [a_segment("city", 0, 8000)]),
            (1, [a_segment("Lo-fi", volume=50)]),
            (7, [a_segment("Urban Dreams", 0, 3000)]),
        )

    hosted.turns.append([HEARTBEAT, edit])

    (text, done) = list(client.chat("s1", "shorter, with a title"))

    assert isinstance(text, Text)
    assert text.is_inferred
    assert text.text.splitlines()[:4] == [
        'Added Text: "Urban Dreams" (0-3s)',
        "Video: city: 0-10s -> 0-8s",
        "Audio: Lo-fi: volume 35% -> 50%",
        "Length: 10 s -> 8 s",
    ]
    assert text.text.splitlines()[4].startswith("Next: ")
    assert isinstance(done, TurnDone)
    assert done.text == text.text


def test_a_turn_that_did_and_said_nothing_is_not_told_as_done(
    hosted: Hosted, client: Client
) -> None:
    hosted.turns.append([HEARTBEAT])

    assert "nothing on the timeline is different" in words_of(list(client.chat("s1", "hm")))[0]


def test_talk_of_a_screen_becomes_what_it_comes_to(hosted: Hosted, client: Client) -> None:
    hosted.draft = a_draft((0, [a_segment("city")]))
    reply = "Added. Preview it in the timeline. Then click the Export button!"
    hosted.turns.append([says(reply)])

    events = list(client.chat("s1", "add it"))

    assert words_of(events) == [
        'Added. This is what is on the timeline now. To get the film, say "export".',
        "Timeline (1 track):\n1. Video: city (0-4s)",
    ]
    assert [e.action for e in events if isinstance(e, Suggestion)] == ["summary", "export"]


def test_talk_of_a_screen_is_caught_across_pieces(hosted: Hosted, client: Client) -> None:
    pieces = [
        says(piece, partial=True) for piece in ("Added. Now cl", "ick Play to see it. Ok", "?")
    ]
    hosted.turns.append([*pieces])

    said = "".join(words_of(list(client.chat("s1", "add it"))))

    assert said == "Added. Say so here, and it is done. Ok?"


def test_an_apology_after_a_reply_is_left_out(hosted: Hosted, client: Client) -> None:
    hosted.turns.append([says("Title added."), says("There was a temporary issue, try again.")])

    assert words_of(list(client.chat("s1", "title"))) == ["Title added."]


def test_a_lost_line_is_never_sent_again_but_its_edit_is_found(
    hosted: Hosted, client: Client
) -> None:
    def edit() -> None:
        hosted.draft = a_draft((0, [a_segment("city")]))

    hosted.turns.append([HEARTBEAT, edit, drop])

    events = list(client.chat("s1", "add the city"))

    assert "Added Video: city (0-4s)" in words_of(events)[0]
    assert hosted.requests.count("POST /run_sse") == 1


def test_a_lost_line_without_a_trace_is_told_as_lost(hosted: Hosted, client: Client) -> None:
    hosted.turns.append([HEARTBEAT, drop])

    with pytest.raises(LineLost, match="not sent twice"):
        list(client.chat("s1", "add the city"))

    assert hosted.requests.count("POST /run_sse") == 1


def test_silence_is_told_and_ends_when_it_is_too_long(hosted: Hosted, client: Client) -> None:
    async def heartbeats() -> None:
        await asyncio.sleep(0.05)

    hosted.turns.append([step for _ in range(100) for step in (HEARTBEAT, heartbeats)])
    turn, events = client.chat("s1", "make it"), list[Event]()

    with pytest.raises(TimedOut):
        while True:
            events.append(next(turn))

    assert len(events) >= 3
    assert all(isinstance(event, StillWorking) for event in events)


def test_an_error_in_the_stream_is_an_event(hosted: Hosted, client: Client) -> None:
    hosted.turns.append([record({"errorCode": "OOPS", "errorMessage": "it broke"})])

    events = list(client.chat("s1", "cut"))

    assert events == [TurnError("OOPS", "it broke"), TurnDone("it broke", {}, is_failed=True)]


def test_a_session_that_is_busy_is_told_and_an_old_token_renewed(
    hosted: Hosted, client: Client
) -> None:
    client.credits()
    hosted.refuse("/run_sse", 409, {"code": 409, "message": "a turn is running"})
    with pytest.raises(Busy, match="a turn is running"):
        list(client.chat("s1", "cut"))

    hosted.refuse("/run_sse", 200, {"code": 1001, "message": "expired"})
    hosted.turns.append([says("ok")])

    assert words_of(list(client.chat("s1", "cut"))) == ["ok"]
    assert hosted.tokens == ["token-1", "token-2"]


def test_leaving_a_turn_early_leaves_the_client_whole(hosted: Hosted, client: Client) -> None:
    hosted.turns += [[says("a"), says("b"), says("c")], [says("d")]]

    turn = client.chat("s1", "one")
    first = next(turn)
    turn.close()  # type: ignore[attr-defined]

    assert first == Text("a")
    assert words_of(list(client.chat("s1", "two"))) == ["d"]


class Resumable:
    """Scripts of a server that names its events and takes lost lines up again."""

    def __init__(self, hosted: Hosted) -> None:
        self.hosted = hosted
        hosted.apps = ["nemo_agent", "saycut"]

    def lines(self, *texts: str, first: int = 1, is_over: bool = False) -> list[Step]:
        last = len(texts) - 1
        return [
            f"id: {number}\n" + says(text, turnComplete=is_over and number - first == last)
            for number, text in enumerate(texts, first)
        ]


def test_a_turn_is_taken_up_again_where_its_line_broke(hosted: Hosted, client: Client) -> None:
    script = Resumable(hosted)
    hosted.turns += [
        [*script.lines("a", "b"), drop],
        [drop],
        [*script.lines("c", first=3)],  # ends, but the turn does not
        script.lines("d", first=4, is_over=True),
    ]

    events = list(client.chat("s1", "go"))

    assert words_of(events) == ["a", "b", "c", "d"]
    turns = [h for h in hosted.headers if "idempotency-key" in h]
    assert len({h["idempotency-key"] for h in turns}) == 1
    assert [h.get("last-event-id") for h in turns] == [None, "2", "2", "3"]


def test_a_turn_that_cannot_be_taken_up_again_is_told_as_lost(
    hosted: Hosted, client: Client
) -> None:
    script = Resumable(hosted)
    broken: list[list[Step]] = [[drop] for _ in range(20)]
    hosted.turns += [[*script.lines("a"), drop], *broken]

    with pytest.raises(LineLost):
        list(client.chat("s1", "go"))


def test_words_of_a_server_that_knows_no_screen_are_left_alone(
    hosted: Hosted, client: Client
) -> None:
    script = Resumable(hosted)
    hosted.turns.append(script.lines("Title: Click Export, drag me", is_over=True))

    assert words_of(list(client.chat("s1", "go"))) == ["Title: Click Export, drag me"]


def test_what_answers_without_a_stream_is_no_server(
    hosted: Hosted, connect: Callable[..., Client]
) -> None:
    client = connect(f"{hosted.url}/elsewhere")

    with pytest.raises(NotAServer, match="check the address"):
        client.credits()

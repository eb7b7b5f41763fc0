"""The same client against a real server of ours."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest

from saycut.client import (
    Client,
    Patience,
    ProjectInfo,
    SessionGone,
    Text,
    ToolCall,
    ToolResult,
    TurnDone,
    Unreachable,
    UploadRefused,
    timeline_of,
)
from tests.client.proxies import proxied
from tests.media_files import a_picture, write_photo
from tests.server.running import Server

REQUEST = "make a 2-second slideshow with crossfades and the title 'Golden Hour'"


@pytest.fixture(scope="module", params=["--open", "--no-open"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    options = () if request.param == "--open" else ("--no-open",)
    limits = {"SAYCUT_TOKENS_PER_ADDRESS": "1000"}
    server = Server(tmp_path_factory.mktemp("server"), options, limits).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("photos")
    return [
        write_photo(folder / f"p{seed}.jpg", a_picture(320, 180, seed=seed)) for seed in (1, 2, 3)
    ]


def test_photos_and_a_sentence_become_a_film_on_this_machine(
    server: Server, connect: Callable[..., Client], photos: list[Path], tmp_path: Path
) -> None:
    client = connect(server.url, patience=Patience())
    session = client.create_session("Summer", "en")
    uploaded = client.upload(session, photos)
    events = list(client.chat(session, REQUEST))
    stages: list[int] = []
    film = client.export(
        session, tmp_path / "film.mp4", resolution="180p", watch=lambda s: stages.append(s.progress)
    )

    assert [file.name for file in uploaded.files] == ["p1.jpg", "p2.jpg", "p3.jpg"]
    assert isinstance(events[0], ToolCall)
    assert isinstance(events[1], ToolResult)
    done = events[-1]
    assert isinstance(done, TurnDone)
    assert "Golden Hour" in done.text
    pieces = "".join(e.text for e in events if isinstance(e, Text) and e.is_partial)
    assert pieces == done.text
    state = client.state(session)
    assert state.version == done.state["version"]
    assert timeline_of(state).startswith("Timeline (")
    assert [(p.id, p.name) for p in client.projects()][:1] == [(session.session_id, "Summer")]
    with av.open(film.path) as container:
        assert sum(1 for _ in container.decode(video=0)) == 60
    assert film.output.size_bytes == film.path.stat().st_size
    assert stages[-1] == 100


def test_undo_redo_removal_and_links(
    server: Server, connect: Callable[..., Client], photos: list[Path]
) -> None:
    client = connect(server.url, patience=Patience())
    session = client.create_session()
    client.upload(session, photos)
    list(client.chat(session, REQUEST))
    made = timeline_of(client.state(session))

    assert client.undo(session).timeline != made
    assert client.redo(session).timeline == made
    assert f"{server.url}/workspace/claim?ct=clm_" in client.claim_link(session)
    assert client.abort(session) is False
    client.remove(session)
    with pytest.raises(SessionGone):
        client.state(session)


def test_good_files_stay_and_bad_ones_are_named(
    server: Server, connect: Callable[..., Client], photos: list[Path], tmp_path: Path
) -> None:
    client = connect(server.url, patience=Patience())
    session = client.create_session()
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"nothing of the kind")

    uploaded = client.upload(session, [photos[0], bad])
    with pytest.raises(UploadRefused, match=r"bad\.mp4"):
        client.upload(session, [bad])

    assert [file.name for file in uploaded.files] == ["p1.jpg"]
    assert [file.name for file in uploaded.rejected] == ["bad.mp4"]


def test_large_files_go_on_where_the_line_broke(
    server: Server, connect: Callable[..., Client], tmp_path: Path
) -> None:
    clip = tmp_path / "clip.wav"
    size_bytes = 3_000_000
    header = b"RIFF" + (size_bytes - 8).to_bytes(4, "little") + b"WAVEfmt "
    header += bytes.fromhex("10000000 0100 0100 80bb0000 00770100 0200 1000".replace(" ", ""))
    header += b"data" + (size_bytes - 44).to_bytes(4, "little")
    clip.write_bytes(header + os.urandom(size_bytes - 44))

    with proxied(server.port, cuts_up=[1_500_000, 900_000]) as proxy:
        client = connect(proxy.url, patience=Patience(pause_s=0.05))
        session = client.create_session()
        uploaded = client.upload(session, [clip], large_bytes=1_000_000)

    (file,) = uploaded.files
    assert file.size_bytes == size_bytes
    assert file.kind == "audio"
    patches = [head for head in proxy.heads if head.startswith(b"PATCH")]
    assert len(patches) == 3
    assert b"upload-offset: 0\r\n" in patches[0].lower()
    assert b"upload-offset: 0\r\n" not in patches[1].lower()


def test_a_turn_is_heard_to_its_end_over_a_line_that_breaks(
    server: Server, connect: Callable[..., Client], photos: list[Path]
) -> None:
    with proxied(server.port) as proxy:
        client = connect(proxy.url, patience=Patience(pause_s=0.05))
        session = client.create_session()
        client.upload(session, photos)
        before = client.state(session).version
        proxy.cut_answers(b"POST /run_sse", [600, 1400, 2000])
        events = list(client.chat(session, REQUEST))
        after = client.state(session).version

    turns = [head for head in proxy.heads if head.startswith(b"POST /run_sse")]
    assert len(turns) == 4
    assert sum(isinstance(event, ToolCall) for event in events) == 1
    assert sum(isinstance(event, TurnDone) for event in events) == 1
    assert after == before + 1


def test_a_film_comes_whole_over_a_line_that_breaks_and_a_server_that_dies(
    connect: Callable[..., Client], photos: list[Path], tmp_path: Path
) -> None:
    server = Server(tmp_path / "server").start()
    try:
        with proxied(server.port) as proxy:
            client = connect(proxy.url, patience=Patience())
            session = client.create_session()
            client.upload(session, photos)
            list(client.chat(session, REQUEST))
            proxy.cut_answers(b"GET /api/render/proxy/render_", [20_000, 30_000])
            killed = threading.Event()

            def kill(_: object) -> None:
                if not killed.is_set():
                    killed.set()
                    server.stop(signal.SIGKILL)
                    server.start()

            film = client.export(session, tmp_path / "film.mp4", watch=kill)
        with av.open(film.path) as container:
            assert sum(1 for _ in container.decode(video=0)) == 60
    finally:
        server.stop()


def test_projects_are_those_of_one_user_where_accounts_are_on(
    connect: Callable[..., Client], tmp_path: Path
) -> None:
    server = Server(tmp_path / "server", ("--no-open",)).start()
    try:
        client = connect(server.url, config_folder=tmp_path / "a")
        session = client.create_session("Mine")
        other = connect(server.url, config_folder=tmp_path / "b")

        assert [p.name for p in client.projects()] == ["Mine"]
        assert other.projects() == tuple[ProjectInfo]()
        with pytest.raises(SessionGone):
            other.state(session)
    finally:
        server.stop()


def test_words_for_a_server_that_is_gone_are_soon_told_to_have_gone_nowhere(
    tmp_path: Path, connect: Callable[..., Client]
) -> None:
    server = Server(tmp_path / "server").start()
    client = connect(server.url)
    session = client.create_session("Summer", "en")
    list(client.chat(session, "status"))
    server.kill()

    with pytest.raises(Unreachable, match="cannot reach the server"):
        list(client.chat(session, "status"))

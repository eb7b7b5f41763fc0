"""The chat: by lines of stdin, on a terminal, with the engine, a server, and a faulty backend."""

import asyncio
import fcntl
import json
import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import av
import pytest

from tests.cli.command import Cli, Result
from tests.client.hosted import FILM, HEARTBEAT, Hosted, a_draft, a_segment, running, says
from tests.server.running import Server

REQUEST = "make a 2-second slideshow, 320x180, with the title 'Golden Hour'"


class ChatCli(Cli):
    """The command with a config folder of its own."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"XDG_CONFIG_HOME": str(self.folder / "config")}

    def say(self, *lines: str, words: Sequence[str | Path] = ()) -> Result:
        return self("chat", *words, stdin="".join(f"{line}\n" for line in lines))


@pytest.fixture
def cli(tmp_path: Path) -> ChatCli:
    return ChatCli(tmp_path)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"), ("--no-open",)).start()
    yield server
    server.stop()


@pytest.fixture
def hosted() -> Iterator[Hosted]:
    with running(Hosted()) as hosted:
        yield hosted


@pytest.fixture(params=["here", "there"])
def where(request: pytest.FixtureRequest) -> list[str]:
    """The words that choose the engine of this machine, and a server."""
    if request.param == "here":
        return []
    server: Server = request.getfixturevalue("server")
    return ["--server", server.url]


def objects(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.out.splitlines()]


def test_a_script_talks_line_by_line_to_a_finished_film(
    cli: ChatCli, where: list[str], photos: Sequence[Path]
) -> None:
    result = cli.say(
        REQUEST, "status", "make it 1 second", "/undo", "/redo", "export", words=[*photos, *where]
    )

    assert result.code == 0, result.err + result.out
    assert "Got 3 files: p1.jpg, p2.jpg, p3.jpg" in result.out
    assert result.out.count("Timeline (") >= 3
    assert "Golden Hour" in result.out
    assert "Connecting" not in result.out
    (film,) = cli.work.glob("*.mp4")
    assert f"{film.name}: 1 s" in result.out
    with av.open(film) as container:
        assert sum(1 for _ in container.decode(video=0)) == 30


def test_with_json_each_line_is_an_object(
    cli: ChatCli, where: list[str], photos: Sequence[Path]
) -> None:
    result = cli.say(
        f"'{photos[0]}' {photos[1]}",
        REQUEST,
        "/export film.mp4",
        "credits",
        words=["--json", *where],
    )

    said = objects(result)
    assert result.code == 0, result.err + result.out
    assert said[0] == {"type": "uploaded", "files": ["p1.jpg", "p2.jpg"], "rejected": []}
    (done,) = [o for o in said if o["type"] == "done"]
    assert "Golden Hour" in done["text"]
    (film,) = [o for o in said if o["type"] == "film"]
    assert film["path"] == "film.mp4"
    assert film["duration_ms"] == 2000
    assert (cli.work / "film.mp4").stat().st_size == film["size_bytes"]
    assert said[-1]["type"] == "credits"


def test_what_fails_is_told_and_the_chat_goes_on(
    cli: ChatCli, where: list[str], photos: Sequence[Path]
) -> None:
    result = cli.say("/undo", "/upload gone.jpg", f"/upload {photos[0]}", "/status", words=where)

    assert "gone.jpg" in result.err + result.out
    assert "Got 1 file: p1.jpg" in result.out
    assert result.code == 6  # of the first line that failed


def test_words_that_end_with_an_order_bring_the_film(
    cli: ChatCli, where: list[str], photos: Sequence[Path]
) -> None:
    result = cli.say(f"{REQUEST} and export it", words=[*photos, *where])

    assert result.code == 0, result.err + result.out
    assert len(list(cli.work.glob("*.mp4"))) == 1


def test_a_project_is_taken_up_again(
    cli: ChatCli, where: list[str], photos: Sequence[Path]
) -> None:
    first = cli.say(REQUEST, "/export a.mp4", words=[*photos, *where, "--json"])
    (film,) = [o for o in objects(first) if o["type"] == "film"]
    project = film["next"][0].split("--project ")[1].split()[0]

    again = cli.say("/status", words=["--project", project, *where])

    assert again.code == 0, again.err
    assert "Golden Hour" in again.out


def test_nothing_said_leaves_no_project(cli: ChatCli, where: list[str]) -> None:
    before = cli("projects", "--json", *where).json["projects"]

    left = cli.say("", "/help", "/quit", "never read", words=where)

    assert left.code == 0
    assert "/upload PATH" in left.out
    assert cli("projects", "--json", *where).json["projects"] == before


def test_a_faulty_backend_is_told_in_plain_words(cli: ChatCli, hosted: Hosted) -> None:
    def edit() -> None:
        hosted.draft = a_draft((0, [a_segment("city", 0, 5000)]))

    hosted.exports["next"] = [
        {"status": "completed", "progress": 100, "output": {"url": f"{hosted.url}/films/f.mp4"}}
    ]
    hosted.turns += [
        [HEARTBEAT, edit],
        [says("Nice. Click the Export button to download it.")],
    ]

    result = cli.say("add the city", "how do I get it?", "导出", words=["--server", hosted.url])

    assert result.code == 0, result.err + result.out
    assert "Added Video: city (0-5s)" in result.out
    assert 'Nice. To get the film, say "export".' in result.out
    assert "Click" not in result.out
    assert (cli.work / "film.mp4").read_bytes() == FILM
    assert f"{hosted.url}/workspace/claim?ct=clm_1" in result.out
    assert len(hosted.said) == 2, "what is routed is not said"


def test_a_server_that_is_not_there_is_told_at_once(cli: ChatCli) -> None:
    result = cli.say("hello", words=["--server", "http://127.0.0.1:9"])

    assert result.code == 7
    assert "saycut serve" in result.err


class Terminal:
    """The chat on a terminal, as a person has it."""

    def __init__(self, cli: ChatCli, *words: str) -> None:
        self.near, far = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "saycut", "chat", *words],
            cwd=cli.work,
            env=cli.environment | {"TERM": "dumb"},
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(far)
        self.said = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.near)

    def wait_for(self, text: str, within_s: float = 60) -> None:
        """Read until something new is there."""
        end_s = time.monotonic() + within_s
        while text not in self.said:
            assert time.monotonic() < end_s, f"no {text!r} in {self.said!r}"
            ready, _, _ = select.select([self.near], [], [], 1)
            if ready:
                try:
                    self.said += os.read(self.near, 65536).decode(errors="replace")
                except OSError:  # the other side is closed
                    assert text in self.said, self.said
        self.said = self.said.split(text, 1)[1]

    def type(self, text: str) -> None:
        os.write(self.near, text.encode())

    def interrupt(self, until: str) -> None:
        """Press ^C until that is said: between two keys the interpreter may miss one."""
        for _ in range(20):
            self.type("\x03")
            with suppress(AssertionError):
                return self.wait_for(until, within_s=3)
        raise AssertionError(self.said)

    def end(self) -> int:
        return self.process.wait(30)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_person_stops_a_turn_and_goes_on(cli: ChatCli, hosted: Hosted) -> None:
    stopped: list[bool] = []

    async def until_stopped() -> None:
        while "POST /api/tasks/me/s1/abort" not in hosted.requests:
            await asyncio.sleep(0.01)
        stopped.append(True)

    hosted.turns += [[says("Working on it", partial=True), until_stopped], [says("Hello!")]]
    with Terminal(cli, "--server", hosted.url) as terminal:
        terminal.wait_for("Connecting...")
        terminal.wait_for("Ready.")
        terminal.wait_for("> ")
        terminal.type("make a film\n")
        _wait_until(lambda: len(hosted.said) == 1)
        terminal.interrupt("Stopped")
        terminal.type("hi\n")
        terminal.wait_for("Hello!")
        terminal.wait_for("> ")
        terminal.interrupt("^C again leaves")
        terminal.interrupt("left the chat")
        code = terminal.end()

    assert code == 130
    _wait_until(lambda: bool(stopped))


def _wait_until(is_so: Callable[[], bool], within_s: float = 30) -> None:
    end_s = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < end_s
        select.select([], [], [], 0.01)


def test_a_person_leaves_with_the_end_of_input(cli: ChatCli, photos: Sequence[Path]) -> None:
    with Terminal(cli, str(photos[0])) as terminal:
        terminal.wait_for("Got 1 file: p1.jpg")
        terminal.wait_for("> ")
        terminal.type("\x04")
        terminal.wait_for("To go on: saycut chat --project ")

        assert terminal.end() == 0


def test_a_person_drops_a_line_and_stays(cli: ChatCli) -> None:
    with Terminal(cli) as terminal:
        terminal.wait_for("Ready.")
        terminal.wait_for("> ")
        terminal.interrupt("^C again leaves")
        terminal.wait_for("> ")
        terminal.type("make a fi")
        terminal.wait_for("make a fi")
        terminal.interrupt("> ")
        terminal.type("/help\n")
        terminal.wait_for("/upload PATH...")


def test_a_command_that_there_is_not_is_no_request(cli: ChatCli, where: list[str]) -> None:
    result = cli.say("/stats", words=where)

    assert result.code == 2
    assert "there is no command '/stats'" in result.err
    assert "/status" in result.err


def test_an_export_goes_where_the_line_says(
    cli: ChatCli, where: list[str], photos: Sequence[Path]
) -> None:
    result = cli.say(REQUEST, "export the film as sea.mp4", words=[*photos, *where])

    assert result.code == 0, result.err + result.out
    assert (cli.work / "sea.mp4").is_file()
    assert "sea.mp4: 2 s" in result.out

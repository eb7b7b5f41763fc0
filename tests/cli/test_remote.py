"""The commands against a server: the same results as on this machine."""

import json
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import pytest

from tests.cli.command import Cli, Result
from tests.server.running import Server

REQUEST = "make a 2-second slideshow with crossfades and the title 'Golden Hour'"
SMALL = ("--size", "320x180")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with accounts, so that tokens count."""
    limits = {"SAYCUT_TOKENS_PER_ADDRESS": "1000"}
    server = Server(tmp_path_factory.mktemp("server"), ("--no-open",), limits).start()
    yield server
    server.stop()


class RemoteCli(Cli):
    """The command with a config folder of its own, working on a server."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"XDG_CONFIG_HOME": str(self.folder / "config")}


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, server: Server, photos: Sequence[Path], song: Path
) -> tuple[RemoteCli, Result]:
    """A project on the server with its film, made once."""
    cli = RemoteCli(tmp_path_factory.mktemp("made"))
    outputs: list[str | Path] = ["-o", "film.mp4", *SMALL, "--draft", "draft.json", "--json"]
    words = ("--server", server.url, *outputs)
    return cli, cli("make", *photos, song, "-p", REQUEST, *words)


def keys_of(value: Any) -> Any:
    """Give the shape of a result: its keys, all the way down, of lists the first entry."""
    if isinstance(value, dict):
        return {key: keys_of(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [keys_of(value[0])] if value else []
    return type(value).__name__


def test_a_film_is_made_there_and_brought_here(made: tuple[RemoteCli, Result]) -> None:
    cli, result = made

    assert result.code == 0, result.err + result.out
    with av.open(cli.work / "film.mp4") as film:
        picture = film.streams.video[0]
        assert (picture.codec_context.width, picture.codec_context.height) == (320, 180)
        assert sum(1 for _ in film.decode(picture)) == 60
    assert json.loads((cli.work / "draft.json").read_text())["d"] == 2000
    assert not (cli.folder / "data").exists()


def test_the_result_is_the_same_as_on_this_machine(
    made: tuple[RemoteCli, Result], photos: Sequence[Path], song: Path, tmp_path: Path
) -> None:
    there = made[1].json
    local = Cli(tmp_path)(
        "make", *photos, song, "-p", REQUEST, "-o", "film.mp4", *SMALL, "--json"
    ).json

    assert keys_of(there) == keys_of(local)
    for key in ("reply", "timeline", "duration_s", "canvas", "files", "unmet", "actions"):
        assert there[key] == local[key]
    assert [c["state"] for c in there["export"]["checks"]] == [
        c["state"] for c in local["export"]["checks"]
    ]


def test_people_read_the_same_lines(made: tuple[RemoteCli, Result], server: Server) -> None:
    cli, result = made
    project = result.json["project"]["id"]

    told = cli("edit", project, "-p", "make it 1 second", "-o", "a.mp4", "--server", server.url)

    assert told.code == 0, told.err
    for part in ("Timeline (", "Checked:", "a.mp4: 1 s, 320x180", f"saycut undo {project}"):
        assert part in told.out
    assert "rendering " in told.err
    assert cli("undo", project, "--server", server.url, "--json").json["duration_s"] == 2


def test_the_environment_names_the_server_too(
    made: tuple[RemoteCli, Result], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli, result = made
    monkeypatch.setenv("SAYCUT_URL", server.url)

    listed = cli("projects", "--json").json["projects"]
    shown = cli("show", "golden hour slideshow nobody has", "--json")
    exported = cli("export", listed[0]["id"], "-o", "again.mp4", "--json").json["export"]
    nothing = cli("redo", listed[0]["id"], "--json")

    assert [p["id"] for p in listed] == [result.json["project"]["id"]]
    assert shown.code == 6
    assert shown.json["error"]["code"] == 4401
    assert exported["cached_chunks"] == exported["chunk_count"]
    assert nothing.code == 6 or nothing.json["duration_s"] == 1


def test_words_that_order_a_film_bring_it(
    made: tuple[RemoteCli, Result], server: Server, tmp_path: Path
) -> None:
    cli, result = made
    project = result.json["project"]["id"]

    told = cli("edit", project, "-p", "export", "--server", server.url, "--json")

    assert told.code == 0, told.err + told.out
    assert Path(told.json["export"]["path"]).suffix == ".mp4"
    assert (cli.work / told.json["export"]["path"]).is_file()


def test_bad_files_are_all_named_and_nothing_stays_behind(
    server: Server, photos: Sequence[Path], tmp_path: Path
) -> None:
    cli = RemoteCli(tmp_path)
    (tmp_path / "empty.mp4").touch()
    bad = (tmp_path / "empty.mp4", tmp_path / "gone.jpg")
    words = ("-p", REQUEST, *SMALL, "--server", server.url, "--json")

    refused = cli("make", *photos, *bad, *words)
    left = cli("projects", "--server", server.url, "--json").json["projects"]
    made = cli("make", *photos, *bad, *words, "--skip-bad")

    assert refused.code == 3
    assert "empty.mp4" in refused.json["error"]["message"]
    assert "gone.jpg" in refused.json["error"]["message"]
    assert left == []
    assert made.code == 0, made.err + made.out
    assert [Path(s["path"]).name for s in made.json["skipped"]] == ["empty.mp4", "gone.jpg"]


def test_a_request_that_is_not_understood_leaves_nothing(
    server: Server, photos: Sequence[Path], tmp_path: Path
) -> None:
    cli = RemoteCli(tmp_path)

    refused = cli("make", *photos, "-p", "flurble the quux", "--server", server.url)

    assert refused.code == 4
    assert cli("projects", "--server", server.url, "--json").json["projects"] == []


def test_a_server_that_is_not_there_is_told(cli: Cli) -> None:
    refused = cli("projects", "--server", "http://127.0.0.1:9")

    assert refused.code == 7
    assert "saycut serve" in refused.err


def test_the_server_that_holds_the_data_folder_is_asked_by_itself(
    photos: Sequence[Path], tmp_path: Path
) -> None:
    cli = RemoteCli(tmp_path)
    before = cli("make", *photos, "-p", REQUEST, *SMALL, "--json").json["project"]["id"]
    server = Server(tmp_path).start()
    try:
        listed = cli("projects", "--json").json["projects"]
        edited = cli("edit", before, "-p", "make it 1 second", "-o", "short.mp4", "--json")
    finally:
        server.stop()
    after = cli("show", before, "--json").json

    assert [project["id"] for project in listed] == [before]
    assert edited.code == 0, edited.err + edited.out
    assert edited.json["export"]["frame_count"] == 30
    assert after["duration_s"] == 1


def test_being_ended_stops_the_export_there_and_leaves_nothing_here(
    server: Server, photos: Sequence[Path], tmp_path: Path
) -> None:
    cli = RemoteCli(tmp_path)
    request = REQUEST.replace("2-second", "40-second")
    words = ("-p", request, "-o", "film.mp4", "--server", server.url)
    with cli.start("make", *photos, *words) as process:
        assert process.stderr is not None
        said = iter(process.stderr.readline, "")
        next(line for line in said if line.startswith("rendering"))
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate()

    assert process.returncode == 143
    assert list(cli.work.iterdir()) == []
    assert f"--server {server.url}" in err

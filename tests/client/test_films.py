"""Files to a backend with faults and films from it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from saycut.client import (
    BadAddress,
    Client,
    ExportBlocked,
    ExportFailed,
    ExportStatus,
    FileUnreadable,
    FilmNotFetched,
    NoCredits,
    NothingToExport,
    Refused,
    SessionGone,
    Unreachable,
    UploadRefused,
)
from tests.client.hosted import FILM, Hosted, a_draft, a_segment

DONE = {"status": "completed", "progress": 100}


def test_files_and_addresses_arrive_with_their_names_and_progress(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    content = {f"照片 {number}.jpg": os.urandom(300_000) for number in range(3)}
    paths = [tmp_path / name for name in content]
    for path in paths:
        path.write_bytes(content[path.name])
    told: list[tuple[str, int, int]] = []

    uploaded = client.upload(
        "s1", [*paths, "https://example.org/pier.mp4"], report=lambda *said: told.append(said)
    )

    assert dict(hosted.uploads) == content
    assert [file.name for file in uploaded.files] == [*content, "pier.mp4"]
    assert [file.kind for file in uploaded.files] == ["image"] * 3 + ["video"]
    assert {said[0] for said in told if said[1] == said[2] == 300_000} == set(content)


def test_forms_hold_no_more_than_they_should_and_large_files_go_in_forms_elsewhere(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.jpg" for number in range(4)]
    for path, size in zip(paths, (600, 300, 200, 5000), strict=True):
        path.write_bytes(bytes(size))

    client.upload("s1", paths, large_bytes=1000)

    forms = [r for r in hosted.requests if r.startswith("POST /api/upload-video")]
    assert len(forms) == 3
    assert [len(content) for _, content in hosted.uploads] == [600, 300, 200, 5000]


def test_files_that_cannot_be_read_are_told_before_anything_is_sent(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    good = tmp_path / "good.jpg"
    good.write_bytes(b"x")

    for bad in (tmp_path / "gone.jpg", tmp_path):
        with pytest.raises(FileUnreadable, match=bad.name):
            client.upload("s1", [good, bad])

    assert hosted.uploads == []


def test_a_refused_upload_names_the_server_s_reason(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    path = tmp_path / "notes.docx"
    path.write_bytes(b"x")
    body = {"code": 4001, "message": "docx is not supported; send mp4, jpg, ..."}
    hosted.refuse("/api/upload-video/nemo_agent/me/{session}", 415, body)

    with pytest.raises(UploadRefused, match="docx is not supported") as refused:
        client.upload("s1", [path])

    assert refused.value.rejected[0].code == 4001


def test_a_film_is_ordered_with_the_draft_watched_and_brought_whole(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    hosted.draft = a_draft((0, [a_segment("city")]))
    url = f"{hosted.url}/films/f.mp4"
    hosted.exports["next"] = [
        {"status": "processing", "progress": 40},
        {"status": "processing", "progress": 40},
        {"code": 0, "data": DONE | {"outputUrl": url}},
    ]
    seen: list[ExportStatus] = []

    film = client.export("s1", tmp_path / "film.mp4", watch=seen.append)

    assert film.path.read_bytes() == FILM
    assert hosted.orders[0]["sessionId"] == "s1"
    assert hosted.orders[0]["draft"] == hosted.draft
    assert [(s.status, s.progress) for s in seen] == [
        ("pending", 0),
        ("processing", 40),
        ("completed", 100),
    ]
    assert film.output.size_bytes == len(FILM)
    assert [path.name for path in tmp_path.glob("*.mp4")] == ["film.mp4"]


def test_a_download_that_breaks_goes_on_where_it_broke(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    hosted.draft = a_draft((0, [a_segment("city")]))
    output = {"url": f"{hosted.url}/films/f.mp4", "size": len(FILM), "duration": 4.0}
    hosted.exports["next"] = [DONE | {"output": output}]
    hosted.film_stops = [300_000, 700_000]

    film = client.export("s1", tmp_path / "film.mp4")

    assert film.path.read_bytes() == FILM
    assert film.output.duration_ms == 4000
    assert [h.get("range") for h in hosted.film_headers] == [
        None,
        "bytes=300000-",
        "bytes=700000-",
    ]
    assert hosted.film_headers[1]["if-range"] == '"f1"'


def test_a_token_is_not_shown_to_other_servers(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    hosted.draft = a_draft((0, [a_segment("city")]))
    elsewhere = hosted.url.replace("127.0.0.1", "localhost")
    hosted.exports["next"] = [DONE | {"output": {"url": f"{elsewhere}/films/f.mp4"}}]

    client.export("s1", tmp_path / "film.mp4")

    assert "authorization" not in hosted.film_headers[0]


def test_a_film_of_another_size_is_not_taken_for_whole(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    hosted.draft = a_draft((0, [a_segment("city")]))
    output = {"url": f"{hosted.url}/films/f.mp4", "size_bytes": 5}
    hosted.exports["next"] = [DONE | {"output": output}]
    (tmp_path / "film.mp4").write_bytes(b"older")

    with pytest.raises(FilmNotFetched):
        client.export("s1", tmp_path / "film.mp4")

    assert (tmp_path / "film.mp4").read_bytes() == b"older"
    assert list(tmp_path.glob(".*.part")) == []


def test_an_export_that_failed_or_has_nothing_to_show_is_told(
    hosted: Hosted, client: Client, tmp_path: Path
) -> None:
    with pytest.raises(NothingToExport):
        client.export("s1", tmp_path / "film.mp4")

    hosted.draft = a_draft((0, [a_segment("city")]))
    hosted.exports["next"] = [{"status": "failed", "error": {"code": 5, "message": "no disk"}}]
    with pytest.raises(ExportFailed, match="no disk"):
        client.export("s1", tmp_path / "film.mp4")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [(404, 1002, SessionGone), (403, 2001, NoCredits), (402, 402, ExportBlocked)],
)
def test_refusals_have_classes_and_carry_what_the_server_said(
    hosted: Hosted, client: Client, status: int, code: int, kind: type[Refused]
) -> None:
    body = {"code": code, "message": "the reason"}
    hosted.refuse("/api/credits/balance/simple", status, body)

    with pytest.raises(kind, match="the reason") as refused:
        client.credits()

    assert (refused.value.wire_code, refused.value.status) == (code, status)
    assert refused.value.message == "the reason"


def test_a_server_that_is_not_there_is_told_with_the_next_step(
    connect: Callable[..., Client],
) -> None:
    with pytest.raises(Unreachable, match="saycut serve"):
        connect("http://127.0.0.1:9").credits()


@pytest.mark.parametrize("url", ["", "ftp://host", "http://", "http://a b", "nonsense?x=1"])
def test_an_address_that_is_none_is_refused_at_once(
    url: str, connect: Callable[..., Client]
) -> None:
    with pytest.raises(BadAddress):
        connect(url)


def test_a_link_to_the_project_is_made_of_a_claim_token_alone(
    hosted: Hosted, client: Client
) -> None:
    link = client.claim_link(client.create_session("Summer"))

    assert link == f"{hosted.url}/workspace/claim?ct=clm_1"

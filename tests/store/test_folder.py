from hashlib import sha256
from pathlib import Path

import pytest

from saycut.store import (
    BadBlobsAddress,
    DamagedDatabase,
    DataFolder,
    DataFolderInUse,
    DataFolderUnusable,
    FolderLock,
)
from saycut.timeline import Draft
from tests.databases import PostgresServer


def a_kept_file(folder: DataFolder, content: bytes) -> str:
    digest = sha256(content).hexdigest()
    written = folder.blobs.incoming()
    written.write_bytes(content)
    folder.blobs.adopt(written, digest)
    return digest


def a_project(folder: DataFolder, project_id: str) -> None:
    with folder.store.transaction() as tx:
        tx.projects.create(project_id, "Golden Hour", Draft())


def names_of_projects(folder: DataFolder) -> list[str]:
    with folder.store.reading() as tx:
        return [project.id for project in tx.projects.recent()]


def test_without_addresses_all_is_kept_in_the_folder(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "data") as folder:
        a_project(folder, "p1")
        digest = a_kept_file(folder, b"photo")
    (tmp_path / "data").rename(tmp_path / "moved")

    with DataFolder(tmp_path / "moved") as moved:
        assert names_of_projects(moved) == ["p1"]
        assert moved.blobs.path_of(digest).read_bytes() == b"photo"
        assert moved.blobs.path_of(digest).is_relative_to(tmp_path / "moved")


def test_projects_are_kept_in_the_database_that_is_named(tmp_path: Path, database_url: str) -> None:
    with DataFolder(tmp_path / "a", database_url=database_url) as folder:
        a_project(folder, "p1")

    with DataFolder(tmp_path / "b", database_url=database_url) as another:
        assert names_of_projects(another) == ["p1"]
    assert not (tmp_path / "a" / "saycut.db").exists()


def test_servers_with_folders_of_their_own_share_a_database_and_a_bucket(
    tmp_path: Path, postgres: PostgresServer, bucket_url: str
) -> None:
    with (
        postgres.database() as url,
        DataFolder(tmp_path / "a", database_url=url, blobs_url=bucket_url) as one,
        DataFolder(tmp_path / "b", database_url=url, blobs_url=bucket_url) as another,
    ):
        a_project(one, "p1")
        digest = a_kept_file(one, b"photo")

        assert names_of_projects(another) == ["p1"]
        assert another.blobs.path_of(digest).read_bytes() == b"photo"
        assert one.server_id != another.server_id


def test_the_limit_on_local_copies_holds(tmp_path: Path, bucket_url: str) -> None:
    with DataFolder(tmp_path, blobs_url=bucket_url, copies_bytes=10) as folder:
        digests = [a_kept_file(folder, letter * 8) for letter in (b"a", b"b", b"c")]

    copies = {path.name for path in (tmp_path / "blob-copies").rglob("*") if path.is_file()}
    assert copies == {digests[-1]}


def test_a_folder_has_one_owner_wherever_its_projects_and_media_are(
    tmp_path: Path, database_url: str
) -> None:
    elsewhere = (tmp_path / "media").as_uri()

    with (
        DataFolder(tmp_path / "data", database_url=database_url, blobs_url=elsewhere),
        pytest.raises(DataFolderInUse),
    ):
        DataFolder(tmp_path / "data", database_url=database_url, blobs_url=elsewhere)


def test_a_folder_that_could_not_be_opened_is_free_again(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_bytes(b"no database, but long enough to be looked at" * 50)

    with pytest.raises(BadBlobsAddress):
        DataFolder(tmp_path / "data", blobs_url="ftp://host/films")
    with pytest.raises(DamagedDatabase):
        DataFolder(tmp_path / "data", database_url=f"sqlite:///{tmp_path}/broken.db")

    FolderLock(tmp_path / "data").release()


def test_closing_twice_gives_the_folder_up_once(tmp_path: Path) -> None:
    first = DataFolder(tmp_path)
    first.close()

    with DataFolder(tmp_path):
        first.close()  # the folder belongs to another by now

        with pytest.raises(DataFolderInUse):
            DataFolder(tmp_path)


def test_the_id_of_a_server_stays_with_its_folder_and_is_its_own(tmp_path: Path) -> None:
    with DataFolder(tmp_path / "a") as one, DataFolder(tmp_path / "b") as another:
        first, other = one.server_id, another.server_id

    with DataFolder(tmp_path / "a") as again:
        assert again.server_id == first
        assert again.path == tmp_path / "a"
    assert len(first) == 32
    assert first != other


def test_an_id_that_cannot_be_read_is_made_anew_once(tmp_path: Path) -> None:
    (tmp_path / "server-id").write_bytes(b"\xff\x00 half of an i")

    with DataFolder(tmp_path) as opened:
        made = opened.server_id

    with DataFolder(tmp_path) as again:
        assert again.server_id == made
    assert (tmp_path / "server-id").read_text() == made + "\n"


def test_a_folder_whose_id_is_not_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "server-id").mkdir()

    with pytest.raises(DataFolderUnusable, match=rf"{tmp_path}.*Is a directory"):
        DataFolder(tmp_path)


def test_media_may_be_kept_in_another_folder_by_its_plain_path(tmp_path: Path) -> None:
    source = tmp_path / "a.bin"
    source.write_bytes(b"content")
    digest = sha256(b"content").hexdigest()

    with DataFolder(tmp_path / "data", blobs_url=str(tmp_path / "media")) as folder:
        folder.blobs.put(source, digest)

    kept = [path for path in (tmp_path / "media").rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [b"content"]

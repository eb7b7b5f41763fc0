"""What is known of uploads under way."""

from dataclasses import replace

import pytest

from saycut.store import LOCAL_USER, Store, UnknownUpload, Upload
from saycut.timeline import Draft


@pytest.fixture
def upload(store: Store) -> Upload:
    made = Upload("u1", LOCAL_USER, "p1", "海.mp4", 1000, created_ms=1, expires_ms=5000)
    with store.transaction() as tx:
        tx.projects.create("p1", "film", Draft())
        tx.uploads.add(made)
    return made


def test_an_upload_is_found_by_its_owner_alone(store: Store, upload: Upload) -> None:
    with store.reading() as tx:
        assert tx.uploads.get("u1", LOCAL_USER) == upload
        with pytest.raises(UnknownUpload):
            tx.uploads.get("u1", "another")
        with pytest.raises(UnknownUpload):
            tx.uploads.get("u2", LOCAL_USER)


def test_an_upload_that_goes_on_lives_longer(store: Store, upload: Upload) -> None:
    with store.transaction() as tx:
        tx.uploads.advance("u1", 400, expires_ms=9000)

    with store.reading() as tx:
        assert tx.uploads.get("u1", LOCAL_USER) == replace(
            upload, offset_bytes=400, expires_ms=9000
        )
        assert tx.uploads.expired(8999) == frozenset()
        assert tx.uploads.expired(9000) == {"u1"}


def test_what_is_over_is_no_longer_pending(store: Store, upload: Upload) -> None:
    others = [replace(upload, id=name, length_bytes=size) for name, size in (("u2", 20), ("u3", 3))]
    with store.transaction() as tx:
        for other in others:
            tx.uploads.add(other)
        assert tx.uploads.pending_bytes(LOCAL_USER) == 1023
        tx.uploads.taken_in("u1", "a1")
        tx.uploads.refused("u2", 4001, "a text file")

    with store.reading() as tx:
        assert tx.uploads.pending_bytes(LOCAL_USER) == 3
        assert tx.uploads.get("u1", LOCAL_USER).asset_id == "a1"
        assert tx.uploads.get("u2", LOCAL_USER).error == "a text file"
        assert {u.id for u in tx.uploads.known() if u.is_over} == {"u1", "u2"}


def test_uploads_go_with_their_project(store: Store, upload: Upload) -> None:
    with store.transaction() as tx:
        tx.projects.remove(upload.project_id)

    with store.reading() as tx:
        assert tx.uploads.known() == ()

"""Orders of films over HTTP: the same order is the same job, whatever happened since."""

from pathlib import Path

from tests.server.running import Server, data_of, events_of
from tests.server.test_chat import body, new_session

ORDER = "/api/render/proxy/lambda"


def test_an_order_that_is_repeated_after_the_film_was_undone_gives_its_job(
    open_server: Server, photos: list[Path]
) -> None:
    with open_server.client() as client:
        session_id = new_session(client)
        upload = f"/api/upload-video/saycut/me/{session_id}"
        client.post(upload, files={"files": ("p.jpg", photos[0].read_bytes())})
        events_of(client.post("/run_sse", json=body(session_id, "make a slideshow")))
        order = {"id": f"r-{session_id}", "sessionId": session_id}
        first = data_of(client.post(ORDER, json=order))
        data_of(client.post(f"/api/projects/{session_id}/undo"))

        again = client.post(ORDER, json=order)
        other = client.post(ORDER, json=order | {"output": {"quality": "low"}})

    assert data_of(again)["createdAt"] == first["createdAt"]
    assert (other.status_code, other.json()["code"]) == (409, 409)

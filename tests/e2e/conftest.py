from tests.server.conftest import (
    closed_server,
    new_session,
    open_server,
    photos,
    start_server,
)

__all__ = ["closed_server", "new_session", "open_server", "photos", "start_server"]

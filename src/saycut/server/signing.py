"""Links that open one file for a while, without a token: signed, and made nowhere else."""

import hashlib
import hmac
import time
from typing import Final
from urllib.parse import quote, urlencode

from saycut.server.errors import NotFound
from saycut.server.parts import Parts
from saycut.store.exports import Export
from saycut.timeline import Asset

__all__ = ["asset_link", "check_link", "export_link"]

# Long enough for a link in a chat to be of use the week after.
_LINK_S: Final = 7 * 86_400
# Links made within the same hour are the same, so that browsers and caches know them again.
_STEP_S: Final = 3600


def export_link(parts: Parts, export: Export, base_url: str = "") -> str:
    """Give the address at which the film of an export is, or will be."""
    path = f"/files/exports/{export.uid}/{quote(export.id, safe='')}.mp4"
    return _signed(parts, base_url, path, export.uid)


def asset_link(parts: Parts, project_id: str, asset: Asset, base_url: str = "") -> str:
    """Give the address at which an uploaded file can be read again."""
    path = f"/files/assets/{project_id}/{asset.id}/{quote(asset.name, safe='')}"
    return _signed(parts, base_url, path, asset.digest)


def check_link(parts: Parts, path: str, what: str, expires: int, signature: str) -> None:
    """Let a link through that this server, or one beside it, made.

    Args:
        path: as it stands in the link, still quoted.
        what: the digest of the file, or the uid of the export. Clients choose ids of sessions, so
            that of one that was deleted may come back as somebody else's.

    Raises:
        NotFound: it was made by others, changed, or has expired.
    """
    expected = _signature(parts, path, what, expires)
    is_ours = hmac.compare_digest(expected.encode(), signature.encode())
    if not is_ours or expires < time.time():
        raise NotFound("this link has expired or is not complete; ask for a new one")


def _signed(parts: Parts, base_url: str, path: str, what: str) -> str:
    base = (parts.options.public_url or base_url or _own_url(parts)).rstrip("/")
    expires = int(time.time()) // _STEP_S * _STEP_S + _LINK_S
    query = urlencode({"expires": expires, "sig": _signature(parts, path, what, expires)})
    return f"{base}{path}?{query}"


def _own_url(parts: Parts) -> str:
    host, port = parts.options.address
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}"


def _signature(parts: Parts, path: str, what: str, expires: int) -> str:
    words = f"{expires}\n{what}\n{path}".encode()
    return hmac.new(parts.signing_key, words, hashlib.sha256).hexdigest()

"""Telling an address that an export has ended: what is sent, how it is signed, one try at it."""

import hashlib
import hmac
import json
import logging
from typing import Final

from saycut import __version__
from saycut.jobs.options import JobsOptions
from saycut.store import Export, Store

__all__ = ["SIGNATURE_HEADER", "Webhooks", "key_of_user", "signature_of"]

_log = logging.getLogger("saycut.jobs")

SIGNATURE_HEADER: Final = "X-Saycut-Signature"


class Webhooks:
    """Sends what a poll would answer, and what happened: `export.completed` and others."""

    def __init__(self, store: Store, options: JobsOptions) -> None:
        self._store = store
        self._options = options

    def is_wanted(self, uid: str) -> bool:
        """Tell whether somebody is to be told that an export has ended."""
        export = self._export(uid)
        return bool(export and export.webhook)

    def deliver(self, uid: str) -> bool:
        """Try to tell it once; True when nothing more is to be done."""
        export = self._export(uid)
        if export is None or export.webhook is None:
            return True
        body = self._body(export)
        at_s = self._options.clock_ms() // 1000
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"saycut/{__version__}",
            SIGNATURE_HEADER: signature_of(self._key(export), body, at_s),
        }
        try:
            status = self._options.post(
                export.webhook,
                body,
                headers,
                guard=self._options.guard,
                deadline_s=self._options.webhook_deadline_s,
            )
        # Whatever it is, the next try may go better, and the export is not harmed by it.
        except Exception as error:
            _log.info("a webhook was not sent", extra={"export": uid, "error": str(error)})
            return False
        if not 200 <= status < 300:
            _log.info("a webhook was refused", extra={"export": uid, "status": status})
            return False
        return True

    def _key(self, export: Export) -> bytes:
        return key_of_user(self._options.webhook_key, export.user_id)

    def _export(self, uid: str) -> Export | None:
        with self._store.reading() as tx:
            return tx.exports.by_uid(uid)

    def _body(self, export: Export) -> bytes:
        message = {"event": f"export.{export.state}", **self._options.describe(export)}
        return json.dumps(message, separators=(",", ":")).encode()


def key_of_user(server_key: bytes, user_id: str) -> bytes:
    """Give the key that signs what a user is sent: who knows it can forge nothing for others."""
    return hmac.new(server_key, user_id.encode(), hashlib.sha256).digest()


def signature_of(key: bytes, body: bytes, at_s: int) -> str:
    """Give the value of the header for a body that is sent at a time."""
    signed = hmac.new(key, f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={signed}"

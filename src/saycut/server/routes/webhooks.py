"""The key by which a receiver of notices knows that they come from here."""

from fastapi import APIRouter
from pydantic import Field

from saycut.jobs import key_of_user
from saycut.server.callers import PartsDep, Renderer
from saycut.server.envelope import Data, Envelope
from saycut.server.errors import FAILURES

__all__ = ["router"]

router = APIRouter(tags=["exports"], responses=FAILURES)


class WebhookKey(Data):
    key: str = Field(description="In hex; signs what the caller is sent, and nobody else.")


@router.get("/api/webhooks/key")
def webhook_key(parts: PartsDep, caller: Renderer) -> Envelope[WebhookKey]:
    """Give the key of the signatures in `X-Saycut-Signature`."""
    key = key_of_user(parts.webhook_key, caller.user_id)
    return Envelope(data=WebhookKey(key=key.hex()))

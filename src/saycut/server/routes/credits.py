"""Credits: what is left, what is held, what was spent on what."""

from fastapi import APIRouter, Query
from pydantic import Field

from saycut.server.callers import PartsDep, Reader
from saycut.server.envelope import Data, Envelope
from saycut.server.errors import FAILURES

__all__ = ["router"]

router = APIRouter(tags=["credits"], responses=FAILURES)


class BalanceData(Data):
    available: int
    frozen: int = Field(description="Held by work under way.")
    total: int


class EntryData(Data):
    kind: str = Field(description="grant, hold, capture, release or move")
    amount: int
    note: str
    created_ms: int


class EntriesData(Data):
    entries: list[EntryData]


@router.get("/api/credits/balance/simple")
def balance(parts: PartsDep, caller: Reader) -> Envelope[BalanceData]:
    """Tell the caller's credits. On an open server nothing is counted, and they never shrink."""
    if parts.options.is_open:
        grant = parts.options.grant
        return Envelope(data=BalanceData(available=grant, frozen=0, total=grant))
    with parts.store.reading() as tx:
        found = tx.credits.balance(caller.user_id)
    return Envelope(
        data=BalanceData(available=found.available, frozen=found.frozen, total=found.total)
    )


@router.get("/api/credits/history")
def history(
    parts: PartsDep, caller: Reader, limit: int = Query(100, ge=1, le=1000)
) -> Envelope[EntriesData]:
    """List the movements of the caller's credits, the newest first."""
    with parts.store.reading() as tx:
        entries = tx.credits.history(caller.user_id, limit)
    return Envelope(
        data=EntriesData(
            entries=[
                EntryData(kind=e.kind, amount=e.amount, note=e.note, created_ms=e.created_ms)
                for e in entries
            ]
        )
    )

"""Trimming the log: events older than a while go, in small steps between which others write. The audit stays."""

from __future__ import annotations

from gateway.store import Store, Tx

STEP = 1000
"""Events removed in one unit."""
# Only what lies before the first event that is kept: the log never gets a hole.
FIRST_KEPT = "select min(position) from events where at >= $1"
TRIM = """delete from events where position in
    (select position from events where position < $1 order by position limit $2)"""


async def trim_log(store: Store, older_than: int) -> int:
    """Remove events from before `older_than` (UTC ms); a cursor that stands there starts over. Returns how many."""
    trimmed = 0
    while step := await store.write(lambda tx: trim_step(tx, older_than)):
        trimmed += step
    return trimmed


async def trim_step(tx: Tx, older_than: int) -> int:
    """One step, oldest first; returns how many events it removed."""
    first_kept = await tx.value(FIRST_KEPT, older_than)
    before = tx.position + 1 if first_kept is None else first_kept
    return await tx.run(TRIM, before, STEP)

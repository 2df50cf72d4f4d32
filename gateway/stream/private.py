"""An agent's own state: stored, the latest wins, told to that agent's sessions only; no facts."""

from __future__ import annotations

from gateway.errors import TooLarge
from gateway.events import agent
from gateway.store import Tx, plain
from gateway.stream.seen import we_have_seen

# Reading never takes a read mark back, whichever device speaks last: only `mark_unread` does.
MARK = """insert into read_marks (agent_id, conversation_id, position) values ($1, $2, $3)
    on conflict (agent_id, conversation_id) do update set position = excluded.position
    where read_marks.position < excluded.position"""
MARK_BACK = """update read_marks set position = $3
    where agent_id = $1 and conversation_id = $2 and position > $3"""
STANDS = "select position from read_marks where agent_id = $1 and conversation_id = $2"
DRAFT = """insert into drafts (agent_id, conversation_id, mode, text, updated_at) values ($1, $2, $3, $4, $5)
    on conflict (agent_id, conversation_id, mode)
    do update set text = excluded.text, updated_at = excluded.updated_at"""
# Its words go, its place stays: a tab that was cut meanwhile must learn that there is nothing left to send.
NO_DRAFT = """update drafts set text = '', updated_at = $4
    where agent_id = $1 and conversation_id = $2 and mode = $3 and text <> ''"""
DRAFT_LENGTH = 100_000
"""Characters."""


async def mark_read(tx: Tx, agent_id: str, conversation: str, position: int) -> bool:
    """The agent has read up to here. Returns whether the mark moved."""
    # Nobody has read what the log does not hold yet, whatever a browser says.
    position = min(position, tx.position)
    moved = await tx.run(MARK, agent_id, conversation, position)
    if moved:
        await we_have_seen(tx, conversation, position, agent(agent_id))
    return bool(moved)


async def mark_unread(tx: Tx, agent_id: str, conversation: str, position: int) -> int | None:
    """To the agent everything above `position` is unread again. What the customer was told of it (`read_out`) stays
    told: she saw that it was read. Returns where the mark stands now; None: there is none."""
    await tx.run(MARK_BACK, agent_id, conversation, position)
    stands = await tx.value(STANDS, agent_id, conversation)
    return None if stands is None else int(stands)


async def save_draft(tx: Tx, agent_id: str, conversation: str, mode: str, text: str) -> None:
    """Keep what the agent has written so far; an empty text forgets it. Raises TooLarge."""
    text = plain(text)
    if len(text) > DRAFT_LENGTH:
        raise TooLarge("errors.text_too_long", limit=DRAFT_LENGTH)
    if text:
        await tx.run(DRAFT, agent_id, conversation, mode, text, tx.now)
    else:
        await tx.run(NO_DRAFT, agent_id, conversation, mode, tx.now)


async def set_availability(tx: Tx, agent_id: str, availability: str) -> bool:
    """`online`, `away` or `busy`, by hand. Returns whether that is something else than before."""
    sql = "update agents set availability = $2 where id = $1 and availability <> $2"
    return bool(await tx.run(sql, agent_id, availability))


async def set_preferences(tx: Tx, agent_id: str, preferences: str) -> None:
    """`preferences` is JSON text, already merged and checked by the caller."""
    await tx.run("update agents set preferences = $2 where id = $1", agent_id, preferences)

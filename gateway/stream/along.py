"""What goes with an agent's draft: its files, the macro it was begun with, what is done once it is sent.

Private as the draft itself is: the latest wins, told to that agent's sessions only, no facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.store import Row, Tx, as_json
from gateway.stream.acts import Acts

SAVE = """insert into drafts_along (agent_id, conversation_id, mode, stands, macro_id, acts, worded, named, updated_at,
    letter) values ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9) on conflict (agent_id, conversation_id, mode) do update
    set stands = 1, macro_id = excluded.macro_id, acts = excluded.acts, worded = excluded.worded,
    named = excluded.named, updated_at = excluded.updated_at, letter = excluded.letter"""
# Its place stays: a tab that was cut meanwhile must learn that nothing is left.
DROP = """update drafts_along set stands = 0, macro_id = null, acts = '{}', worded = 0, named = '{}', letter = null,
    updated_at = $4 where agent_id = $1 and conversation_id = $2 and mode = $3 and stands = 1"""
DROP_FILES = "delete from draft_files where agent_id = $1 and conversation_id = $2 and mode = $3"
WAITING = "select id from attachments where id in {ids_1} and owner = $2 and message_id is null"
KEEP_FILE = """insert into draft_files (agent_id, conversation_id, mode, place, upload_id)
    values ($1, $2, $3, $4, $5)"""
FORGET = """update drafts_along set stands = 0, macro_id = null, acts = '{}', worded = 0, named = '{}', letter = null,
    updated_at = $2 where conversation_id = $1 and stands = 1"""
LEFT = """select f.id, f.hash from draft_files d join attachments f on f.id = d.upload_id and f.message_id is null
    where d.conversation_id = $1"""
DELETE_UPLOADS = "delete from attachments where id in {ids_1} and message_id is null"
FORGET_FILES = "delete from draft_files where conversation_id = $1"
FORGET_GONE = """delete from draft_files where not exists
    (select 1 from attachments f where f.id = draft_files.upload_id and f.message_id is null)"""


@dataclass(frozen=True, slots=True)
class Along:
    macro: str | None = None
    acts: Acts = field(default_factory=Acts)
    worded: bool = False
    """The acts came with words, and go with them."""
    named: Mapping[str, str] = field(default_factory=dict)
    """Which of several people of one name is meant: by the name, the id."""
    files: Sequence[str] = ()
    """Ids of the agent's own waiting uploads, in order."""
    letter: Mapping[str, Any] | None = None
    """To whom it is to go, and under which subject, as far as its agent has said."""


async def save_along(tx: Tx, agent_id: str, owner: str, conversation: str, mode: str, along: Along) -> None:
    """Keep what goes with the draft now; nothing forgets it. A file that is not `owner`'s, or no longer waits, is left
    out: another device has sent it."""
    place = (agent_id, conversation, mode)
    await tx.run(DROP_FILES, *place)
    waiting = {row["id"] for row in await tx.all(WAITING, as_json(list(along.files)), owner)}
    files = [one for one in dict.fromkeys(along.files) if one in waiting]
    for at, upload in enumerate(files):
        await tx.run(KEEP_FILE, *place, at, upload)
    if files or along.macro or along.acts or along.named or along.letter:
        acts, named = as_json(along.acts.as_dict()), as_json(dict(along.named))
        letter = as_json(dict(along.letter)) if along.letter else None
        await tx.run(SAVE, *place, along.macro, acts, int(along.worded), named, tx.now, letter)
    else:
        await tx.run(DROP, *place, tx.now)


async def forget_along(tx: Tx, conversation: str) -> Sequence[Row]:
    """Called when the contact is erased: nothing waits for her any more. Returns the uploads that were to go to her,
    by id and hash; they are no longer there."""
    left = await tx.all(LEFT, conversation)
    await tx.run(DELETE_UPLOADS, as_json([row["id"] for row in left]))
    await tx.run(FORGET_FILES, conversation)
    await tx.run(FORGET, conversation, tx.now)
    return left


async def forget_taken(tx: Tx) -> None:
    """Let go of what was written of files that a message has taken since."""
    await tx.run(FORGET_GONE)

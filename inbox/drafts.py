"""What goes with an agent's drafts, as it is told to that agent's own browsers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import cast

from gateway.egress import agent as project
from gateway.egress.agent import Link
from gateway.egress.types import ActsView
from gateway.store import Reader, Row, as_json, from_json
from inbox.wire import AlongView

ALONG = "select * from drafts_along where agent_id = $1 and stands = 1 order by updated_at desc limit 200"
# Forgotten ones too: a browser that comes back may still hold them.
ALONG_AND_GONE = ALONG.replace(" and stands = 1", "")
ALONG_ONE = "select * from drafts_along where agent_id = $1 and conversation_id = $2 and stands = 1"
FILES = """select d.conversation_id, d.mode, f.* from draft_files d
    join attachments f on f.id = d.upload_id and f.message_id is null and f.owner like 'agent:%'
    where d.agent_id = $1 and d.conversation_id in {ids_2} order by d.conversation_id, d.mode, d.place"""

Told = dict[str, dict[str, AlongView | None]]
"""By conversation and mode; None: nothing is left."""


async def load_along(look: Reader, agent: str, link: Link, *, gone: bool = False) -> Told:
    """Of all the agent's drafts."""
    return await _told(look, agent, await look.all(ALONG_AND_GONE if gone else ALONG, agent), link)


async def load_along_in(
    look: Reader, agent: str, conversation: str, link: Link
) -> dict[str, AlongView | None]:
    rows = await look.all(ALONG_ONE, agent, conversation)
    return (await _told(look, agent, rows, link)).get(conversation, {})


async def _told(look: Reader, agent: str, rows: Sequence[Row], link: Link) -> Told:
    told: Told = {}
    files: dict[tuple[str, str], list[Row]] = defaultdict(list)
    wanted = sorted({row["conversation_id"] for row in rows if row["stands"]})
    for file in await look.all(FILES, agent, as_json(wanted)) if wanted else ():
        files[file["conversation_id"], file["mode"]].append(file)
    for row in rows:
        place = row["conversation_id"], row["mode"]
        told.setdefault(place[0], {})[place[1]] = _along(row, files[place], link) if row["stands"] else None
    return told


def _along(row: Row, files: list[Row], link: Link) -> AlongView:
    return {
        "macro": row["macro_id"],
        "acts": cast(ActsView, from_json(row["acts"])),
        "worded": bool(row["worded"]),
        "named": from_json(row["named"]),
        "files": [project.attachment(file, link) for file in files],
    }

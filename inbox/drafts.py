"""What goes with an agent's drafts, as it is told to that agent's own browsers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import cast

from gateway.egress import agent as project
from gateway.egress.agent import Link
from gateway.egress.house import ActsView
from gateway.store import Reader, Row, as_json, from_json
from inbox.wire import AlongView, LetterView

MOST = 200
"""Drafts told of an agent: what was touched last."""
ALONG = f"""select * from (select d.*, row_number() over (partition by agent_id order by updated_at desc) as place
    from drafts_along d where agent_id in {{ids_1}} and stands = 1) told where place <= {MOST} order by place"""
# Forgotten ones too: a browser that comes back may still hold them.
ALONG_AND_GONE = ALONG.replace(" and stands = 1", "")
ALONG_ONE = "select * from drafts_along where agent_id = $1 and conversation_id = $2 and stands = 1"
FILES = """select d.agent_id, d.conversation_id, d.mode, f.* from draft_files d
    join attachments f on f.id = d.upload_id and f.message_id is null and f.owner like 'agent:%'
    where d.agent_id in {ids_1} and d.conversation_id in {ids_2} order by d.conversation_id, d.mode, d.place"""

Told = dict[str, dict[str, AlongView | None]]
"""By conversation and mode; None: nothing is left."""


async def load_along(look: Reader, agents: Collection[str], link: Link, *, gone: bool) -> dict[str, Told]:
    """Of all drafts of these agents, by agent; `gone`: also those of which nothing is left."""
    return await _told(look, await look.all(ALONG_AND_GONE if gone else ALONG, as_json(sorted(agents))), link)


async def load_along_in(
    look: Reader, agent: str, conversation: str, link: Link
) -> dict[str, AlongView | None]:
    rows = await look.all(ALONG_ONE, agent, conversation)
    return (await _told(look, rows, link))[agent].get(conversation, {})


async def _told(look: Reader, rows: Sequence[Row], link: Link) -> dict[str, Told]:
    told: dict[str, Told] = defaultdict(dict)
    files: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    standing = [row for row in rows if row["stands"]]
    if standing:
        agents = as_json(sorted({row["agent_id"] for row in standing}))
        conversations = as_json(sorted({row["conversation_id"] for row in standing}))
        for file in await look.all(FILES, agents, conversations):
            files[file["agent_id"], file["conversation_id"], file["mode"]].append(file)
    for row in rows:
        agent, conversation, mode = row["agent_id"], row["conversation_id"], row["mode"]
        along = _along(row, files[agent, conversation, mode], link) if row["stands"] else None
        told[agent].setdefault(conversation, {})[mode] = along
    return told


def _along(row: Row, files: list[Row], link: Link) -> AlongView:
    view: AlongView = {
        "macro": row["macro_id"],
        "acts": cast(ActsView, from_json(row["acts"])),
        "worded": bool(row["worded"]),
        "named": from_json(row["named"]),
        "files": [project.attachment(file, link) for file in files],
    }
    if row["letter"] is not None:
        view["letter"] = cast(LetterView, from_json(row["letter"]))
    return view

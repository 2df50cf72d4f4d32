"""What a modal for an answer is made of: the ways to her with their reasons, and what came in between."""

from __future__ import annotations

from gateway.channels.base import Capabilities
from gateway.store import Reader
from gateway.store.load import MESSAGES
from inbox.auth.access import access_conversation
from inbox.commands.table import Asked
from inbox.directory import account_words
from inbox.slack.blocks import Say, heading
from inbox.slack.modals import LONGEST, WayOut
from inbox.ways import list_ways

NEWER = f"""{MESSAGES} where m.conversation_id = $1 and m.visibility = 'public' and m.position > $2
    order by m.position desc limit 5"""

Way = tuple[WayOut, Capabilities | None]


async def account_names(look: Reader, language: str) -> dict[str, str]:
    """What agents call the channels' accounts."""
    rows = await look.all("select * from accounts")
    return {row["id"]: account_words(row)[language] or row["id"] for row in rows}


async def load_ways(look: Reader, asked: Asked, conversation: str, say: Say) -> tuple[str, list[Way]]:
    """Who it is, and the legs by which an answer may go. Raises NotFound."""
    row = await access_conversation(look, asked.viewer, conversation)
    name = await look.value("select name from contacts where id = $1", row["contact_id"])
    title = heading(say, row["number"], name)
    listed = await list_ways(look, asked.viewer, row["id"], asked.desk.channels, asked.desk.clock())
    names = await account_names(look, say.language)
    found: list[Way] = []
    for way in listed["ways"]:
        if way["leg"] is None:
            continue
        channel = asked.desk.channels.get(way["account"])
        label = names.get(way["account"], way["account"])
        shown = way["identity"].get("shown") or way["identity"]["address"]
        words = label if way["identity"]["space"] == "visitor" else f"{label} · {shown}"
        problem = None if way["problem"] is None else say(way["problem"])
        out = WayOut(way["leg"], words, problem, way["current"], way["until"])
        found.append((out, None if channel is None else channel.capabilities))
    return title, found


def longest(asked: Asked, ways: list[Way]) -> int:
    """Characters that fit at least one of them."""
    limits = [can.text_length for _, can in ways if can is not None]
    return min(max(limits, default=LONGEST), asked.desk.limits.text_length, LONGEST)


def most_by(asked: Asked, can: Capabilities | None) -> int:
    """Characters that fit this one."""
    return (
        asked.desk.limits.text_length if can is None else min(can.text_length, asked.desk.limits.text_length)
    )


async def load_newer(
    look: Reader, asked: Asked, conversation: str, seen: int
) -> tuple[list[tuple[str, str]], int]:
    """What was said publicly after that position, the oldest first; and the position up to which it has been said."""
    row = await access_conversation(look, asked.viewer, conversation)
    rows = list(reversed(await look.all(NEWER, row["id"], seen)))
    told = [(one["agent_name"] or one["customer_name"] or "", one["text"]) for one in rows]
    return told, look.position

"""Finding a conversation from Slack, and pulling it: `/parley find`, `/parley queue`, the shortcut. Only the one who
asks sees the answer, and it holds what they may see in the inbox."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from gateway.egress.access import where_sees
from gateway.errors import Malformed, Refused
from gateway.store import Reader, Row, Store
from inbox.auth.access import access_conversation
from inbox.commands.table import Asked, run_command
from inbox.filters import read_question
from inbox.search import search
from inbox.slack import PLACE, modals
from inbox.slack.alerts import pulling
from inbox.slack.answers import AWAY
from inbox.slack.blocks import Block, Say, clipped, escaped, heading, lasted, plain
from inbox.slack.client import Client
from inbox.slack.modals import choosing, field, modal, option, select, telling
from inbox.slack.rooms import Rooms
from inbox.slack.understand import Called, Submitted

log = logging.getLogger(__name__)

PULL = "parley:pull_which"
SHORTCUTS = ("pull_conversation", "pull_message")
"""Of the workspace and of a message (docs/slack-manifest.yaml)."""
CHANNEL, FOUND = "channel", "found"
MOST = 10
LINE = 300
"""UTF-16 units of each line of an answer: all of them together are one post."""
NUMBER = re.compile(r"#(\d{1,9})\b|/c/(\d{1,9})\b")
QUEUE = """select c.id, c.number, c.status, c.waiting_since, k.name from conversations c
    join contacts k on k.id = c.contact_id
    where c.status = 'open' and c.waiting_since is not null and c.merged_into is null and {sees}
    order by c.waiting_since limit 10"""

Row_ = tuple[str, str, str]
"""Of what was found: the conversation's id, its line, and the words it was found by."""


class Finding:
    """One per process."""

    def __init__(self, store: Store, client: Client, rooms: Rooms) -> None:
        self._store = store
        self._client = client
        self._rooms = rooms

    async def queue(self, asked: Asked, say: Say) -> dict[str, Any]:
        asked.desk.rates.agent_requests.check(asked.caller.agent_id)
        rows = await self._store.scan(lambda look: _queue(look, asked, say))
        return _answer(say, say("slack.said.queue" if rows else "slack.said.queue_empty"), rows)

    async def find(self, asked: Asked, words: str, say: Say) -> dict[str, Any]:
        """Raises Refused, Malformed."""
        if not words:
            return quietly(say("slack.said.help"))
        rows = await self._found(asked, words, say)
        return _answer(say, say("slack.said.found" if rows else "slack.said.found_none", words=words), rows)

    async def _found(self, asked: Asked, words: str, say: Say) -> list[Row_]:
        asked.desk.rates.agent_requests.check(asked.caller.agent_id)
        question = read_question(words[:300], now=asked.desk.clock())
        page = await self._store.scan(
            lambda look: search(look, asked.viewer, question, asked.desk.link, before=None, limit=MOST)
        )
        found = []
        for hit in page["hits"][:MOST]:
            one = hit["conversation"]
            parts = hit["snippet"] or (hit["messages"][0]["snippet"] if hit["messages"] else [])
            name = "" if one["erased"] else one["contact"]["name"]
            line = _line(say, one["number"], name, one["status"])
            found.append((one["id"], line, "".join(part["text"] for part in parts)))
        return found

    # --- the shortcut -----------------------------------------------------------------------------------------------

    async def called(self, asked: Asked | None, ask: Called, say: Say) -> None:
        """Who is not linked is told how."""
        title = say("slack.pull.title")
        if asked is None:
            view = telling(say, title, say("errors.not_linked"))
        else:
            found = NUMBER.search(ask.text)
            number = (found[1] or found[2]) if found else ""
            view = await self._which(say, ask.channel, number)
        await self._open(ask.trigger, view)

    async def where(self, asked: Asked, which: str, trigger: str, say: Say) -> None:
        """Pressed where no channel is: one is asked for. Raises Refused."""
        row = await self._store.read(lambda look: access_conversation(look, asked.viewer, which))
        await self._open(trigger, await self._which(say, "", str(row["number"])))

    async def _open(self, trigger: str, view: dict[str, Any]) -> None:
        try:
            await self._client.call("views.open", trigger_id=trigger, view=view)
        except AWAY as why:
            log.info("a modal could not be opened: %s", why)

    async def _which(self, say: Say, channel: str, written: str) -> dict[str, Any]:
        title = say("slack.pull.title")
        channels = [option(name, key) for key, name in await self._rooms.channels()]
        if not channels:
            return telling(say, title, say("errors.place_channel"))
        words = modals.written(300, written, lines=False)
        chosen = channel or (channels[0]["value"] if len(channels) == 1 else None)
        blocks = [
            field(modals.TEXT, say("slack.pull.which"), words, say("slack.pull.hint")),
            *choosing(say, CHANNEL, say("slack.pull.where"), channels, chosen),
        ]
        return modal(say, PULL, title, say("slack.pull.do"), {}, blocks)

    async def submit(self, asked: Asked, ask: Submitted, say: Say) -> Any:
        """What Slack is to hear with the acknowledgement."""
        channel = ask.values.get(CHANNEL) or str(ask.private.get("channel", ""))
        chosen, words = ask.values.get(FOUND), ask.values.get(modals.TEXT, "").strip()
        try:
            number = re.fullmatch(r"#?(\d{1,9})", words)
            if chosen or number:
                return await self._pulls(asked, chosen or (number[1] if number else ""), channel, say)
            rows = await self._found(asked, words, say)
            if len(rows) == 1:
                return await self._pulls(asked, rows[0][0], channel, say)
        except (Refused, Malformed) as why:
            return modals.refused(FOUND if chosen else modals.TEXT, say(why.text, **why.params))
        if not rows:
            return modals.refused(modals.TEXT, say("slack.said.found_none", words=words))
        menu = select(FOUND, [option(line, key) for key, line, _ in rows])
        blocks = [field(FOUND, say("slack.said.found", words=words), menu)]
        view = modal(say, PULL, say("slack.pull.title"), say("slack.pull.do"), {"channel": channel}, blocks)
        return {"response_action": "update", "view": view}

    async def _pulls(self, asked: Asked, which: str, channel: str, say: Say) -> Any:
        said = await self.pull(asked, which, channel, say)
        return {"response_action": "update", "view": telling(say, say("slack.pull.title"), said)}

    async def pull(self, asked: Asked, which: str, channel: str, say: Say) -> str:
        """`which`: its id or number. Returns what is said of it. Raises Refused."""
        row = await self._store.read(lambda look: access_conversation(look, asked.viewer, which))
        where = {"conversation": row["id"], "place": PLACE, "channel": channel}
        await run_command(asked, "pull_out", where)
        return say("slack.said.pulled", number=row["number"])


async def _queue(look: Reader, asked: Asked, say: Say) -> list[Row_]:
    params: list[Any] = []
    rows: Sequence[Row] = await look.all(
        QUEUE.replace("{sees}", where_sees(asked.viewer, "c", params)), *params
    )
    now = asked.desk.clock()
    return [
        (
            row["id"],
            _line(say, row["number"], row["name"], row["status"]),
            say("slack.said.waits", span=lasted(say, now - row["waiting_since"])),
        )
        for row in rows
    ]


def _line(say: Say, number: int, name: str, status: str) -> str:
    header = heading(say, number, name)
    return header if status == "open" else f"{header} · {say(f'slack.status.{status}')}"


def _answer(say: Say, title: str, rows: Sequence[Row_]) -> dict[str, Any]:
    """The text stands for the blocks in notifications, and is read for marks."""
    blocks: list[Block] = [{"type": "section", "text": plain(title, LINE)}]
    for key, line, words in rows:
        told = plain("\n".join(clipped(one, LINE) for one in (line, words) if one))
        blocks.append({"type": "section", "text": told, "accessory": pulling(say, key)})
    return {**quietly("\n".join([title, *(line for _, line, _ in rows)])), "blocks": blocks}


def quietly(words: str) -> dict[str, Any]:
    return {"response_type": "ephemeral", "text": escaped(words)}

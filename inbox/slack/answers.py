"""Answering the customer: the modal with its preview, and the only way out (`to_customer`)."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Mapping
from typing import Any
from weakref import WeakValueDictionary

from gateway.errors import AuthFailed, Conflict, PermanentError, Refused, TemporaryError, UncertainError
from gateway.events import Attachment
from gateway.store import Reader, Row, Store, Tx, as_json
from gateway.stream.attach import keep_upload
from gateway.stream.pulls import Audience
from inbox.auth.access import access_conversation
from inbox.commands.table import Asked, run_command
from inbox.commands.writing import upload_owner
from inbox.slack import PLACE, modals
from inbox.slack.answering import load_acts, load_last, load_newer, load_ways, longest, most_by
from inbox.slack.blocks import Say, context, size
from inbox.slack.client import Client
from inbox.slack.preview import preview
from inbox.slack.understand import Submitted, Typed

log = logging.getLogger(__name__)

AWAY = (TemporaryError, UncertainError, AuthFailed, PermanentError)
# Up to where the thread had shown the story when somebody wrote there.
SHOWN = """select max(position) from pull_posts where pull_id = $1 and state = 'posted'
    and kind in ('story', 'message') and file_id is null and (cast($2 as text) = '' or external < $2)"""
# Whoever answers sees the team's notes; the customer has her own files.
ALONG = """select a.* from attachments a join messages m on m.id = a.message_id
    where m.conversation_id = $1 and m.visibility = 'note' and m.erased_at is null
    order by m.position desc, a.place limit 10"""
CHOSEN = """select a.* from attachments a join messages m on m.id = a.message_id
    where a.id in {ids_1} and m.conversation_id = $2 and m.visibility = 'note' and m.erased_at is null"""


async def to_customer(
    asked: Asked, pull: Row, text: str, client_id: str, seen: int, leg: str | None = None, **more: Any
) -> None:
    """The only way out. Raises Refused, Conflict `stale_reply`."""
    said = {"conversation": pull["conversation_id"], "client_id": client_id, "text": text, "seen": seen}
    if leg is not None:
        said["leg"] = leg
    await run_command(asked, "reply", {**said, **more})


async def shown_to(store: Store, pull: str, before: str = "") -> int:
    """Up to where of the log a thread has shown the story, above the post with that ts."""
    found = await store.glance(lambda look: look.value(SHOWN, pull, before))
    return int(found or 0)


class Answers:
    """One per process."""

    def __init__(self, store: Store, client: Client) -> None:
        self._store = store
        self._client = client
        self._typings = itertools.count()
        self._newest: dict[str, int] = {}
        """Of each modal that is being drawn anew: the last that was typed in it."""
        self._drawing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def open(self, asked: Asked, pull: Row, trigger: str, say: Say) -> None:
        view = await self.view(asked, pull, {}, say)
        try:
            await self._client.call("views.open", trigger_id=trigger, view=view)
        except AWAY as why:
            log.info("a modal could not be opened: %s", why)

    async def view(
        self, asked: Asked, pull: Row, private: Mapping[str, Any], say: Say, **more: Any
    ) -> dict[str, Any]:
        """`private`: what it shall remember; `more`: as `modals.reply` takes it."""
        kept = {"pull": pull["id"], "seen": await shown_to(self._store, pull["id"]), **private}
        return await self._store.scan(lambda look: self._draw(look, asked, pull, kept, say, more))

    async def _draw(
        self,
        look: Reader,
        asked: Asked,
        pull: Row,
        private: Mapping[str, Any],
        say: Say,
        more: Mapping[str, Any],
    ) -> dict[str, Any]:
        title, ways = await load_ways(look, asked, pull["conversation_id"], say)
        # The names of the team's files are the team's: in a thread that others read nobody opens them by mistake.
        inner = pull["audience"] == Audience.INNER
        along = await look.all(ALONG, pull["conversation_id"]) if inner else []
        files = [(row["id"], f"{row['name']} ({size(row['size'])})") for row in along]
        leg = more.get("leg")
        out, can = next(
            (one for one in ways if one[0].leg == leg or (leg is None and one[0].current)), (None, None)
        )
        most = longest(asked, ways)
        text = more.get("text", "")
        told = preview(say, text, min(most, most_by(asked, can)), can, out)
        outs = [way for way, _ in ways]
        last = await load_last(look, pull["conversation_id"])
        if macro := private.get("macro"):
            acts = await load_acts(look, asked, str(macro), say)
            told += [context(f"{say('macro.acts')} {' · '.join(acts)}")] if acts else []
        return modals.reply(
            say, title, outs, private, most=most, files=files, preview=told, last=last, **more
        )

    async def typed(self, asked: Asked, pull: Row, ask: Typed, say: Say) -> None:
        """What stands in the modal has changed: what she will get is drawn anew. What stands there stays.

        The newest wins, and not the modal's `hash`: whoever types on would never be drawn, as each letter bears the
        one from before the last drawing.
        """
        mine = self._newest[ask.view] = next(self._typings)
        try:
            async with self._drawing.setdefault(ask.view, asyncio.Lock()):
                if self._newest.get(ask.view) == mine:
                    await self._draw_anew(asked, pull, ask, say, mine)
        finally:
            if self._newest.get(ask.view) == mine:
                del self._newest[ask.view]

    async def _draw_anew(self, asked: Asked, pull: Row, ask: Typed, say: Say, mine: int) -> None:
        newer = await self._newer(asked, pull, ask.private) if "newer" in ask.private else {}
        leg, text = ask.values.get(modals.LEG) or None, ask.values.get(modals.TEXT, "")
        view = await self.view(asked, pull, ask.private, say, text=text, leg=leg, **newer)
        if self._newest.get(ask.view) != mine:
            return
        try:
            await self._client.call("views.update", view_id=ask.view, view=view)
        except AWAY as why:
            # She types on, and the next letter brings another.
            log.info("a preview was left out: %s", why)

    async def _newer(self, asked: Asked, pull: Row, private: Mapping[str, Any]) -> dict[str, Any]:
        key, since = pull["conversation_id"], int(private["newer"])
        told, _ = await self._store.scan(lambda look: load_newer(look, asked, key, since))
        return {"newer": told}

    async def submit(self, asked: Asked, pull: Row, ask: Submitted, say: Say) -> Any:
        self._newest.pop(ask.view, None)  # what is still being drawn is old by now
        text, leg = ask.values.get(modals.TEXT, ""), ask.values.get(modals.LEG) or None
        seen = int(ask.private.get("seen", 0))
        more: dict[str, Any] = {}
        # Without words the macro's own would go: those she has taken out.
        if (macro := ask.private.get("macro")) and text.strip():
            more["macro"] = str(macro)
        try:
            chosen = [one for one in ask.values.get(modals.FILES, "").split(",") if one]
            if chosen:
                more["attachments"] = await self._copied(asked, pull, chosen)
            await to_customer(asked, pull, text, f"{PLACE}:{ask.view}", seen, leg, **more)
        except Conflict as why:
            if why.code != "stale_reply":
                return modals.refused(modals.TEXT, say(why.text, **why.params))
            return await self._stale(asked, pull, ask, say)
        except Refused as why:
            return modals.refused(modals.TEXT, say(why.text, **why.params))
        return {"response_action": "clear"}

    async def _copied(self, asked: Asked, pull: Row, chosen: list[str]) -> list[str]:
        """Uploads of the same bytes: the note keeps its own. Raises Refused."""

        async def copy(tx: Tx) -> list[str]:
            await access_conversation(tx, asked.viewer, pull["conversation_id"])
            rows = {row["id"]: row for row in await tx.all(CHOSEN, as_json(chosen), pull["conversation_id"])}
            if set(chosen) != set(rows):
                raise Refused("attachment.missing", "a file that was chosen is no note's of there")
            return [await keep_upload(tx, upload_owner(asked), _file(rows[one])) for one in chosen]

        return await self._store.write(copy)

    async def _stale(self, asked: Asked, pull: Row, ask: Submitted, say: Say) -> Any:
        """Somebody else answered meanwhile: it is shown, and sending once more sends."""
        seen, key = int(ask.private.get("seen", 0)), pull["conversation_id"]
        newer, head = await self._store.scan(lambda look: load_newer(look, asked, key, seen))
        private = {**ask.private, "seen": head, "newer": seen}
        text, leg = ask.values.get(modals.TEXT, ""), ask.values.get(modals.LEG) or None
        view = await self.view(asked, pull, private, say, text=text, leg=leg, newer=newer)
        return {"response_action": "update", "view": view}


def _file(row: Row) -> Attachment:
    sizes = (row["size"], row["width"], row["height"])
    return Attachment(row["hash"], row["name"], row["mime"], *sizes, bool(row["inline"]))

"""What is asked in Slack, done: by the inbox's own commands, under the rights of the linked agent.

What is written in a thread is a note. To the customer goes what was submitted in the modal that says so, or begins with
the team's prefix; nothing else here writes publicly (`_to_customer` alone does).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from gateway.egress.access import where_sees
from gateway.errors import (
    AuthFailed,
    Conflict,
    PermanentError,
    Refused,
    TemporaryError,
    UncertainError,
)
from gateway.events import Visibility
from gateway.rates import Bound
from gateway.store import Reader, Row, Store
from gateway.stream import outside, outside_homes, pull_queue, pulls
from gateway.stream import pull_readers as readers
from gateway.stream.post import Post, mine
from inbox.auth.access import access_conversation
from inbox.auth.caller import Caller
from inbox.commands.table import Asked, run_command
from inbox.desk import Desk
from inbox.slack import PLACE, modals
from inbox.slack.alerts import acknowledge
from inbox.slack.answering import load_newer, load_ways, longest
from inbox.slack.blocks import Say
from inbox.slack.client import Client
from inbox.slack.links import caller_of
from inbox.slack.rooms import Rooms
from inbox.slack.understand import (
    Ask,
    Commanded,
    Moved,
    Opened,
    Pressed,
    Removed,
    Revoked,
    Reworded,
    Said,
    Submitted,
    mentioned,
    plain_words,
)

log = logging.getLogger(__name__)

HOUR = 3_600_000
URGENT = 4
AWAY = (TemporaryError, UncertainError, AuthFailed, PermanentError)
PULL = "select * from pulls where id = $1"
# Up to where the thread had shown the story when somebody wrote there.
SHOWN = """select max(position) from pull_posts where pull_id = $1 and state = 'posted'
    and kind in ('story', 'message') and (cast($2 as text) = '' or external < $2)"""
LATER = """select 1 from outside_seen where place = $1 and event_id like $2 and event_id > $3"""
QUEUE = """select c.number, k.name, c.waiting_since from conversations c join contacts k on k.id = c.contact_id
    where c.status = 'open' and c.waiting_since is not null and c.merged_into is null and {sees}
    order by c.waiting_since limit 10"""
MESSAGE = "select id, visibility, text from messages where id = $1"


class Acts:
    """One per process; `store` writes what Slack has told us."""

    def __init__(self, desk: Desk, store: Store, client: Client, rooms: Rooms) -> None:
        self._desk = desk
        self._store = store
        self._client = client
        self._rooms = rooms
        self._tries = Bound("outside_links", desk.limits.sign_in, shared=desk.shared)

    async def act(self, ask: Ask) -> Any:
        """Returns what Slack is to hear with the acknowledgement; None: nothing. Raises Unavailable."""
        match ask:
            case Moved():
                self._rooms.forget(ask.channel or None, ask.user or None)
                if ask.channel:
                    await self._store.write(lambda tx: readers.moved(tx, PLACE, ask.channel), aside=True)
                elif ask.strange:
                    await self._store.write(lambda tx: readers.all_moved(tx, PLACE), aside=True)
            case Opened():
                team = (await self._client.me()).team
                await self._store.write(
                    lambda tx: outside_homes.opened(tx, PLACE, team, ask.user), aside=True
                )
            case Revoked():
                await self._store.write(lambda tx: pull_queue.pause(tx, PLACE, "token_revoked"))
            case Reworded() | Said() | Removed():
                await self._in_thread(ask)
            case Pressed():
                await self._pressed(ask)
            case Submitted():
                return await self._submitted(ask)
            case Commanded():
                return await self._commanded(ask)
        return None

    # --- what is written in threads ---------------------------------------------------------------------------------

    async def _in_thread(self, ask: Said | Removed) -> None:
        pull = await self._store.read(lambda look: pulls.find_thread(look, PLACE, ask.channel, ask.thread))
        if pull is None or not ask.thread:
            return
        say = Say(await self._rooms.language(ask.user))
        caller = await self._caller(ask.user)
        if caller is None:
            if type(ask) is Said:
                await self._whisper(ask, ask.thread, say("errors.not_linked"))
            return
        asked = Asked(self._desk, caller)
        try:
            if isinstance(ask, Removed):
                await self._take_back(asked, ask, say)
            elif isinstance(ask, Reworded):
                await self._reword(asked, ask, pull, say)
            else:
                await self._write(asked, ask, pull, say)
        except Refused as why:
            await self._whisper(ask, ask.thread, say(why.text, **why.params))

    async def _write(self, asked: Asked, ask: Said, pull: Row, say: Say) -> None:
        if await self._seen(f"gone:{ask.channel}:{ask.ts}"):
            return
        if pull["given_back_at"] is not None:
            await self._whisper(ask, ask.thread, say("slack.closed_thread"))
            return
        text = await self._words(ask.text)
        if ask.files:
            await self._whisper(ask, ask.thread, say("slack.files_stay"))
        if not text.strip():
            return
        if ask.public:
            key, former = _client_id(ask), await self._written(asked, ask)
            if former is not None and former["visibility"] == Visibility.NOTE:
                key += ":sent"  # an edit of it came first, and is a note
            await self._to_customer(asked, pull, text, key, await self._shown(pull["id"], ask.ts))
            return
        note = {"conversation": pull["conversation_id"], "client_id": _client_id(ask), "text": text}
        await run_command(asked, "note", note)

    async def _reword(self, asked: Asked, ask: Reworded, pull: Row, say: Say) -> None:
        """Of two edits that come in the wrong order the newer one stands; of a message that has not come, as if it had
        been written so."""
        if await self._store.read(lambda look: _was_overtaken(look, ask)):
            return
        message = await self._written(asked, ask)
        if message is None and ask.public:
            # As it stood first it was refused, or has not come: whoever wants it sent says so in a message of its own.
            await self._whisper(ask, ask.thread, say("slack.edit_sends_nothing"))
        elif message is None:
            await self._write(asked, ask, pull, say)
        elif message["visibility"] == Visibility.NOTE:
            text = await self._words(ask.text)
            await run_command(asked, "edit_message", {"message": message["id"], "text": text})
        else:
            await self._whisper(ask, ask.thread, say("slack.edit_gone"))

    async def _take_back(self, asked: Asked, ask: Removed, say: Say) -> None:
        message = await self._written(asked, ask)
        if message is None:
            return
        if message["visibility"] == Visibility.NOTE:
            await run_command(asked, "erase_message", {"message": message["id"]})
        else:
            await self._whisper(ask, ask.thread, say("slack.delete_gone"))

    async def _seen(self, key: str) -> bool:
        return await self._store.read(lambda look: outside.was_seen(look, PLACE, key))

    async def _written(self, asked: Asked, ask: Said | Removed) -> Row | None:
        """The message that this one has become."""
        post = Post("", asked.by, _client_id(ask))

        async def find(look: Reader) -> Row | None:
            found = await mine(look, post)
            return None if found is None else await look.one(MESSAGE, found["id"])

        return await self._store.read(find)

    async def _to_customer(
        self,
        asked: Asked,
        pull: Row,
        text: str,
        client_id: str,
        seen: int,
        leg: str | None = None,
        **more: Any,
    ) -> None:
        """The only way out. Raises Refused, Conflict `stale_reply`."""
        said = {"conversation": pull["conversation_id"], "client_id": client_id, "text": text, "seen": seen}
        if leg is not None:
            said["leg"] = leg
        await run_command(asked, "reply", {**said, **more})

    async def _shown(self, pull: str, before: str = "") -> int:
        found = await self._store.read(lambda look: look.value(SHOWN, pull, before))
        return int(found or 0)

    async def _words(self, text: str) -> str:
        names = {}
        for user in sorted(mentioned(text))[:20]:
            try:
                person = await self._rooms.person(user)
            except AWAY:
                continue
            profile = person.get("profile") or {}
            names[user] = profile.get("display_name") or person.get("real_name") or person.get("name") or user
        return plain_words(text, names)

    # --- buttons ----------------------------------------------------------------------------------------------------

    async def _pressed(self, ask: Pressed) -> None:
        action, _, key = ask.action.partition(":")[2], "", ask.value
        if not ask.action.startswith("parley:") or action == "inbox":
            return
        if action == "more":
            action, _, key = ask.value.partition(":")
        say = Say(await self._rooms.language(ask.user))
        caller = await self._caller(ask.user)
        if caller is None:
            await self._whisper(ask, ask.thread, say("errors.not_linked"))
            return
        asked = Asked(self._desk, caller)
        try:
            if action == "acknowledge":
                await acknowledge(asked, key)
                return
            pull = await self._store.read(lambda look: look.one(PULL, key))
            if pull is None or pull["given_back_at"] is not None:
                await self._whisper(ask, ask.thread, say("slack.closed_thread"))
                return
            # As anywhere: what she may not see is not there.
            await self._store.read(
                lambda look: access_conversation(look, asked.viewer, pull["conversation_id"])
            )
            await self._do(asked, action, pull, ask, say)
        except Refused as why:
            await self._whisper(ask, ask.thread, say(why.text, **why.params))

    async def _do(self, asked: Asked, action: str, pull: Row, ask: Pressed, say: Say) -> None:
        on: dict[str, Any] = {"conversation": pull["conversation_id"]}
        match action:
            case "reply":
                await self._open_reply(asked, pull, ask, say)
            case "take":
                await run_command(asked, "assign", {**on, "agent": asked.caller.agent_id})
            case "release":
                await run_command(asked, "assign", {**on, "agent": None})
            case "close" | "reopen":
                await run_command(asked, action, on)
            case "snooze_hour" | "snooze_day":
                wait = HOUR if action == "snooze_hour" else 24 * HOUR
                await run_command(asked, "snooze", {**on, "until": self._desk.clock() + wait})
            case "urgent":
                await run_command(asked, "set_priority", {**on, "priority": URGENT})
            case "give_back":
                await run_command(asked, "give_back", {**on, "place": PLACE})
            case _:
                log.info("an unknown button of ours was pressed: %s", action[:40])

    async def _open_reply(self, asked: Asked, pull: Row, ask: Pressed, say: Say) -> None:
        private = {"pull": pull["id"], "seen": await self._shown(pull["id"])}
        view = await self._reply_view(asked, pull, private, say)
        try:
            await self._client.call("views.open", trigger_id=ask.trigger, view=view)
        except AWAY as why:
            log.info("a modal could not be opened: %s", why)

    async def _reply_view(
        self, asked: Asked, pull: Row, private: Mapping[str, Any], say: Say, **more: Any
    ) -> dict[str, Any]:
        key = pull["conversation_id"]
        title, ways = await self._store.scan(lambda look: load_ways(look, asked, key, say))
        most = longest(asked, ways)
        return modals.reply(say, title, [way for way, _ in ways], private, most=most, **more)

    # --- modals -----------------------------------------------------------------------------------------------------

    async def _submitted(self, ask: Submitted) -> Any:
        if ask.callback != modals.REPLY:
            return None
        say = Say(await self._rooms.language(ask.user))
        caller = await self._caller(ask.user)
        if caller is None:
            return modals.refused(modals.TEXT, say("errors.not_linked"))
        asked = Asked(self._desk, caller)
        pull = await self._store.read(lambda look: look.one(PULL, str(ask.private.get("pull", ""))))
        if pull is None or pull["given_back_at"] is not None:
            return modals.refused(modals.TEXT, say("slack.closed_thread"))
        text, leg = ask.values.get(modals.TEXT, ""), ask.values.get(modals.LEG) or None
        seen = int(ask.private.get("seen", 0))
        try:
            await self._to_customer(asked, pull, text, f"{PLACE}:{ask.view}", seen, leg)
        except Conflict as why:
            if why.code != "stale_reply":
                return modals.refused(modals.TEXT, say(why.text, **why.params))
            return await self._stale(asked, pull, ask, text, say)
        except Refused as why:
            return modals.refused(modals.TEXT, say(why.text, **why.params))
        return {"response_action": "clear"}

    async def _stale(self, asked: Asked, pull: Row, ask: Submitted, text: str, say: Say) -> Any:
        """Somebody else answered meanwhile: it is shown, and sending once more sends."""
        seen = int(ask.private.get("seen", 0))
        newer, head = await self._store.scan(
            lambda look: load_newer(look, asked, pull["conversation_id"], seen)
        )
        private = {**ask.private, "seen": head}
        view = await self._reply_view(asked, pull, private, say, text=text, newer=newer)
        return {"response_action": "update", "view": view}

    # --- /parley ----------------------------------------------------------------------------------------------------

    async def _commanded(self, ask: Commanded) -> Any:
        say = Say(await self._rooms.language(ask.user))
        try:
            return _quietly(await self._command(ask, say))
        except Refused as why:
            return _quietly(say(why.text, **why.params))

    async def _command(self, ask: Commanded, say: Say) -> str:
        if ask.verb == "link":
            return await self._link(ask, say)
        caller = await self._caller(ask.user)
        if caller is None:
            return say("errors.not_linked")
        asked = Asked(self._desk, caller)
        match ask.verb:
            case "pull":
                number = ask.rest.lstrip("#").strip()
                row = await self._store.read(lambda look: access_conversation(look, asked.viewer, number))
                where = {"conversation": row["id"], "place": PLACE, "channel": ask.channel}
                await run_command(asked, "pull_out", where)
                return say("slack.said.pulled", number=row["number"])
            case "queue":
                return await self._store.scan(lambda look: self._queue(look, asked, say))
            case _:
                return say("slack.said.help")

    async def _link(self, ask: Commanded, say: Say) -> str:
        await self._tries.admit(ask.user)
        me = await self._client.me()
        if not await self._rooms.may_act(ask.user):
            raise Refused("errors.link_guest", f"{ask.user} is a guest or of elsewhere")
        code, secret = ask.rest, self._store.secret
        agent = await self._store.write(lambda tx: outside.link(tx, secret, PLACE, me.team, ask.user, code))
        name = await self._store.read(lambda look: look.value("select name from agents where id = $1", agent))
        return say("slack.said.linked", name=name)

    async def _queue(self, look: Reader, asked: Asked, say: Say) -> str:
        params: list[Any] = []
        rows = await look.all(QUEUE.replace("{sees}", where_sees(asked.viewer, "c", params)), *params)
        lines = [
            say("slack.header", number=row["number"], name=row["name"] or say("slack.nobody")) for row in rows
        ]
        return "\n".join([say("slack.said.queue"), *lines]) if lines else say("slack.said.queue_empty")

    # --- who, and what they are told --------------------------------------------------------------------------------

    async def _caller(self, user: str) -> Caller | None:
        try:
            me = await self._client.me()
        except AWAY:
            log.info("nobody is known while Slack is away")
            raise
        if not await self._rooms.may_act(user):
            return None
        return await self._store.read(lambda look: caller_of(look, me.team, user))

    async def _whisper(self, ask: Ask, thread: str, words: str) -> None:
        """Only they see it. That it cannot be said harms nothing."""
        try:
            await self._client.whisper(ask.channel, ask.user, words, thread or None)
        except AWAY as why:
            log.info("a word to somebody in Slack was lost: %s", why)


def _client_id(ask: Said | Removed) -> str:
    """By which the message that was written there is known here: its own name, whichever way it came."""
    return f"{PLACE}:{ask.channel}:{ask.ts}"


async def _was_overtaken(look: Reader, ask: Reworded) -> bool:
    """Was it edited again, or deleted, and did that come before this?"""
    if await outside.was_seen(look, PLACE, f"gone:{ask.channel}:{ask.ts}"):
        return True
    return await look.one(LATER, PLACE, f"edit:{ask.channel}:{ask.ts}:%", ask.key) is not None


def _quietly(words: str) -> dict[str, str]:
    return {"response_type": "ephemeral", "text": words}

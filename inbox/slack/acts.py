"""What is asked in Slack, done: by the inbox's own commands, under the rights of the linked agent.

What is written in a thread is a note. To the customer goes what was submitted in the modal that says so, or begins with
the team's prefix; nothing else writes publicly (`answers.to_customer` alone does).
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Mapping
from typing import Any

from gateway.errors import (
    AuthFailed,
    Malformed,
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
from gateway.stream.files import Elsewhere
from gateway.stream.post import Post, mine
from inbox.auth.access import access_conversation
from inbox.auth.caller import Caller
from inbox.commands.table import Asked, run_command
from inbox.commands.writing import Note, check_text, write_note
from inbox.desk import Desk
from inbox.fitting import fitted
from inbox.slack import PLACE, finding, menus, modals
from inbox.slack.alerts import acknowledge
from inbox.slack.answers import Answers, shown_to, to_customer
from inbox.slack.blocks import Say
from inbox.slack.bring import ACCOUNT
from inbox.slack.client import Client
from inbox.slack.finding import Finding, quietly
from inbox.slack.links import caller_of
from inbox.slack.menus import Menus
from inbox.slack.rooms import Rooms
from inbox.slack.understand import (
    Ask,
    Called,
    Commanded,
    Moved,
    Opened,
    Pressed,
    Removed,
    Revoked,
    Reworded,
    Said,
    Submitted,
    Typed,
    mentioned,
    plain_words,
)

log = logging.getLogger(__name__)

HOUR = 3_600_000
URGENT = 4
AWAY = (TemporaryError, UncertainError, AuthFailed, PermanentError)
PULL = "select * from pulls where id = $1"
LATER = """select 1 from outside_seen where place = $1 and event_id like $2 and event_id > $3"""
MESSAGE = "select id, visibility, text from messages where id = $1"


class Acts:
    """One per process; `store` writes what Slack has told us."""

    def __init__(self, desk: Desk, store: Store, client: Client, rooms: Rooms) -> None:
        self._desk = desk
        self._store = store
        self._client = client
        self._rooms = rooms
        self._answers = Answers(store, client)
        self._menus = Menus(store, client, self._answers)
        self._finding = Finding(store, client, rooms)
        self._tries = Bound("outside_links", desk.limits.sign_in, shared=desk.shared)

    async def act(self, ask: Ask) -> Any:
        """Returns what Slack is to hear with the acknowledgement; None: nothing. Raises Unavailable."""
        match ask:
            case Moved():
                await self._moved(ask)
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
            case Typed():
                await self._typed(ask)
            case Called():
                await self._called(ask)
            case Submitted():
                return await self._submitted(ask)
            case Commanded():
                return await self._commanded(ask)
        return None

    async def _moved(self, ask: Moved) -> None:
        self._rooms.forget(ask.channel or None, ask.user or None, strange=ask.strange)
        if ask.channel:
            await self._store.write(lambda tx: readers.moved(tx, PLACE, ask.channel), aside=True)
        elif ask.strange:
            spared = await self._rooms.without(ask.user)
            await self._store.write(lambda tx: readers.all_moved(tx, PLACE, spared), aside=True)

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
        if ask.public and ask.files:
            # Words without the file that they speak of would be worse than none.
            await self._whisper(ask, ask.thread, say("slack.files_by_button"))
        elif ask.public and text.strip():
            key, former = _client_id(ask), await self._written(asked, ask)
            if former is not None and former["visibility"] == Visibility.NOTE:
                key += ":sent"  # an edit of it came first, and is a note
            await to_customer(asked, pull, text, key, await shown_to(self._store, pull["id"], ask.ts))
        elif not ask.public and (text.strip() or ask.files):
            await self._note(asked, ask, pull, text, say)

    async def _note(self, asked: Asked, ask: Said, pull: Row, text: str, say: Say) -> None:
        """With the files that stand there: they are fetched once it is written."""
        most = asked.desk.limits.upload_count
        if len(ask.files) > most:
            await self._whisper(ask, ask.thread, say("errors.too_many_files", limit=most))
        asked.desk.rates.agent_requests.check(asked.caller.agent_id)
        check_text(asked, text, asked.desk.limits.text_length)
        note = {"conversation": pull["conversation_id"], "client_id": _client_id(ask), "text": text}
        files = Elsewhere(ACCOUNT, ask.files[:most]) if ask.files else None
        await write_note(asked, fitted(Note, note), files)

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
            done = ask.public and await self._correct(asked, message["id"], await self._words(ask.text))
            await self._whisper(ask, ask.thread, say("slack.edit_went" if done else "slack.edit_gone"))

    async def _correct(self, asked: Asked, message: str, text: str) -> bool:
        """Where her channel can, she reads the other words from now on; returns whether it can."""
        try:
            await run_command(asked, "edit_message", {"message": message, "text": text})
        except Refused as why:
            if why.text != "errors.no_editing":
                raise
            return False
        return True

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
            await self._tell(ask, say("errors.not_linked"), say)
            return
        asked = Asked(self._desk, caller)
        try:
            if action == "pull" and not ask.channel:
                await self._finding.where(asked, key, ask.trigger, say)
                return
            if action == "pull":
                said = await self._finding.pull(asked, key, ask.channel, say)
                await self._whisper(ask, ask.thread, said)
                return
            if action == "acknowledge":
                await acknowledge(asked, key)
                return
            pull = await self._store.glance(lambda look: look.one(PULL, key))
            if pull is None or pull["given_back_at"] is not None:
                await self._tell(ask, say("slack.closed_thread"), say)
                return
            # As anywhere: what she may not see is not there.
            await self._store.read(
                lambda look: access_conversation(look, asked.viewer, pull["conversation_id"])
            )
            await self._do(asked, action, pull, ask, say)
        except Refused as why:
            await self._tell(ask, say(why.text, **why.params), say)

    async def _do(self, asked: Asked, action: str, pull: Row, ask: Pressed, say: Say) -> None:
        on: dict[str, Any] = {"conversation": pull["conversation_id"]}
        match action:
            case "reply":
                await self._answers.open(asked, pull, ask.trigger, say)
            case "tag" | "macro" | "note" | "assign" | "escalate":
                await self._menus.open(action, asked, pull, ask.trigger, say)
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

    # --- modals -----------------------------------------------------------------------------------------------------

    async def _submitted(self, ask: Submitted) -> Any:
        if ask.callback not in (modals.REPLY, finding.PULL, *menus.FIRST):
            return None
        say = Say(await self._rooms.language(ask.user))
        caller = await self._caller(ask.user)
        block = menus.first(ask)
        if caller is None:
            return modals.refused(block, say("errors.not_linked"))
        asked = Asked(self._desk, caller)
        if ask.callback == finding.PULL:
            return await self._finding.submit(asked, ask, say)
        pull = await self._open_pull(ask.private)
        if pull is None:
            return modals.refused(block, say("slack.closed_thread"))
        works = self._answers if ask.callback == modals.REPLY else self._menus
        return await works.submit(asked, pull, ask, say)

    async def _typed(self, ask: Typed) -> None:
        # Who may see it no longer hears so on submitting it; while Slack is away, the next letter brings another.
        with contextlib.suppress(Refused, *AWAY):
            caller = await self._caller(ask.user)
            pull = await self._open_pull(ask.private)
            if caller is None or pull is None:
                return
            say = Say(await self._rooms.language(ask.user))
            await self._answers.typed(Asked(self._desk, caller), pull, ask, say)

    async def _called(self, ask: Called) -> None:
        if ask.callback not in finding.SHORTCUTS:
            return
        say, caller = Say(await self._rooms.language(ask.user)), await self._caller(ask.user)
        await self._finding.called(None if caller is None else Asked(self._desk, caller), ask, say)

    async def _open_pull(self, private: Mapping[str, Any]) -> Row | None:
        """The one that a modal was opened for; None: it was given back."""
        pull = await self._store.glance(lambda look: look.one(PULL, str(private.get("pull", ""))))
        return None if pull is None or pull["given_back_at"] is not None else pull

    # --- /parley ----------------------------------------------------------------------------------------------------

    async def _commanded(self, ask: Commanded) -> Any:
        say = Say(await self._rooms.language(ask.user))
        try:
            return await self._command(ask, say)
        except (Refused, Malformed) as why:
            return quietly(say(why.text, **why.params))

    async def _command(self, ask: Commanded, say: Say) -> dict[str, Any]:
        if ask.verb == "link":
            return quietly(await self._link(ask, say))
        caller = await self._caller(ask.user)
        if caller is None:
            return quietly(say("errors.not_linked"))
        asked = Asked(self._desk, caller)
        match ask.verb:
            case "pull":
                number = ask.rest.lstrip("#").strip()
                return quietly(await self._finding.pull(asked, number, ask.channel, say))
            case "queue":
                return await self._finding.queue(asked, say)
            case "find":
                return await self._finding.find(asked, ask.rest, say)
            case _:
                return quietly(say("slack.said.help"))

    async def _link(self, ask: Commanded, say: Say) -> str:
        await self._tries.admit(ask.user)
        me = await self._client.me()
        if not await self._rooms.may_act(ask.user):
            raise Refused("errors.link_guest", f"{ask.user} is a guest or of elsewhere")
        code, secret = ask.rest, self._store.secret
        agent = await self._store.write(lambda tx: outside.link(tx, secret, PLACE, me.team, ask.user, code))
        name = await self._store.glance(
            lambda look: look.value("select name from agents where id = $1", agent)
        )
        return say("slack.said.linked", name=name)

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

    async def _tell(self, ask: Pressed, words: str, say: Say) -> None:
        """Why nothing was done, before her eyes: a whisper in the card's thread is not seen by who pressed the card in
        its channel, and in a home tab nothing can be whispered."""
        if not ask.channel:  # and what her tab shows is not so any more
            team = (await self._client.me()).team
            await self._store.write(lambda tx: outside_homes.opened(tx, PLACE, team, ask.user), aside=True)
        view = modals.telling(say, "Parley", words)
        try:
            await self._client.call("views.open", trigger_id=ask.trigger, view=view)
        except AWAY as why:
            log.info("a modal could not be opened: %s", why)
            if ask.channel:
                await self._whisper(ask, ask.thread, words)


def _client_id(ask: Said | Removed) -> str:
    """By which the message that was written there is known here: its own name, whichever way it came."""
    return f"{PLACE}:{ask.channel}:{ask.ts}"


async def _was_overtaken(look: Reader, ask: Reworded) -> bool:
    """Was it edited again, or deleted, and did that come before this?"""
    if await outside.was_seen(look, PLACE, f"gone:{ask.channel}:{ask.ts}"):
        return True
    return await look.one(LATER, PLACE, f"edit:{ask.channel}:{ask.ts}:%", ask.key) is not None

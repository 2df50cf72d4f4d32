"""One message: what it was before it was edited, other words for it, a held reply taken back or let go, and what agents
do about one that goes over a provider."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired

from typing_extensions import TypedDict

from gateway.delivery import State
from gateway.store import Reader, Row, from_json
from inbox.auth.access import access_message
from inbox.commands.delivering import fetch_again, let_be, send_again
from inbox.commands.held import SendLater, Undone, send_later, send_now, undo_send
from inbox.commands.table import Done
from inbox.commands.writing import EditMessage, OnMessage, Written, edit_message, erase_message
from inbox.fitting import Moment, Sent, Text
from inbox.rest.conversations import asked
from inbox.rest.route import Call, route

SEEN_MOST = 500
"""Movements of a leg's watermarks that are looked through for one message."""
SEEN = f"""select at, changes from events where kind = 'leg.seen' and subject_id = $1 and position > $2
    order by position limit {SEEN_MOST}"""
STEPS = f"""select at, changes from events where kind = 'message.delivery' and message_id = $1
    order by position limit {SEEN_MOST}"""
VERSIONS = "select text, at from message_versions where message_id = $1 order by version"


class VersionView(TypedDict):
    text: str
    at: int
    """Since when it read so, UTC ms."""


class VersionsList(TypedDict):
    versions: list[VersionView]
    """The oldest first; the last is how it reads now. Of an erased message none."""


class SeenView(TypedDict):
    sent_at: NotRequired[int]
    """Only of what goes over a provider: since when it has it."""
    delivered_at: int | None
    """UTC ms; None: not yet, or before the log begins."""
    read_at: int | None


class ChangeMessage(Sent):
    text: Text


@route("GET", "/messages/{id}/versions")
async def versions(call: Call) -> VersionsList:
    """What a message said before it was edited, for agents only, and what it says now."""

    async def look_up(look: Reader) -> VersionsList:
        row = await access_message(look, call.caller.viewer, call.id)
        if row["erased_at"] is not None:
            return {"versions": []}
        former = [{"text": one["text"], "at": one["at"]} for one in await look.all(VERSIONS, row["id"])]
        now = {"text": row["text"], "at": row["edited_at"] or row["at"]}
        return {"versions": [VersionView(text=one["text"], at=one["at"]) for one in (*former, now)]}

    return await call.desk.store.read(look_up)


@route("GET", "/messages/{id}/seen")
async def seen(call: Call) -> SeenView:
    """When the customer received and read a message of ours, as far back as the log reaches."""

    async def look_up(look: Reader) -> SeenView:
        row = await access_message(look, call.caller.viewer, call.id)
        told: SeenView = {"delivered_at": None, "read_at": None}
        if row["leg_id"] is None or row["author_kind"] == "customer":
            return told
        if row["delivery"] is not None:
            return _steps(await look.all(STEPS, row["id"]))
        for one in await look.all(SEEN, row["leg_id"], row["position"]):
            marks = from_json(one["changes"])
            if told["delivered_at"] is None and marks.get("delivered", 0) >= row["position"]:
                told["delivered_at"] = one["at"]
            if marks.get("read", 0) >= row["position"]:
                return {**told, "read_at": one["at"]}
        return told

    return await call.desk.store.read(look_up)


def _steps(news: Sequence[Row]) -> SeenView:
    """When it came to each state that it still shows: another attempt begins anew."""
    at: dict[str, int] = {}
    for one in news:
        state = from_json(one["changes"]).get("delivery")
        if state in (State.QUEUED, State.FAILED, State.UNKNOWN):
            at = {}
        elif state:
            at[state] = one["at"]
    told: SeenView = {"delivered_at": at.get(State.DELIVERED), "read_at": at.get(State.READ)}
    return {**told, "sent_at": at[State.SENT]} if State.SENT in at else told


@route("PATCH", "/messages/{id}")
async def change_message(call: Call, body: ChangeMessage) -> Done:
    """Put other words into one's own message, where its channel can; what they were is kept for agents."""
    return await edit_message(asked(call), EditMessage(message=call.id, text=body.text))


@route("DELETE", "/messages/{id}")
async def forget_message(call: Call) -> None:
    """Take a message's content for good: one's own, or anybody's as a supervisor."""
    await erase_message(asked(call), OnMessage(message=call.id))


@route("POST", "/messages/{id}/undo")
async def take_back(call: Call) -> Undone:
    """Take one's own held reply back before it goes."""
    return await undo_send(asked(call), OnMessage(message=call.id))


@route("POST", "/messages/{id}/send")
async def let_go(call: Call) -> Written:
    """Let one's own held reply go at once."""
    return await send_now(asked(call), OnMessage(message=call.id))


class NewTime(Sent):
    at: Moment


@route("POST", "/messages/{id}/later")
async def put_off(call: Call, body: NewTime) -> Done:
    """Let a held reply go at another time."""
    return await send_later(asked(call), SendLater(message=call.id, at=body.at))


@route("POST", "/messages/{id}/send_again")
async def once_more(call: Call) -> Done:
    """Send what has failed or is unknown once more."""
    return await send_again(asked(call), OnMessage(message=call.id))


@route("POST", "/messages/{id}/let_be")
async def leave_it(call: Call) -> Done:
    """Leave what is unknown as it is: what was written after it waits no more."""
    return await let_be(asked(call), OnMessage(message=call.id))


@route("POST", "/messages/{id}/fetch_again")
async def fetch_files(call: Call) -> Done:
    """Ask the provider once more for files of hers that did not come."""
    return await fetch_again(asked(call), OnMessage(message=call.id))

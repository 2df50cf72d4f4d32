"""Pulling a conversation into a place outside, and giving it back. What is told there: `gateway.stream.pull_queue`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.errors import Conflict, NotFound
from gateway.events import Actor, Event, Kind, new_id
from gateway.store import Reader, Row, Stamp, Tx
from gateway.stream.hold import Held, hold

OPEN = "select * from pulls where conversation_id = $1 and place = $2 and given_back_at is null"
ONE = "select * from pulls where id = $1"
BY_THREAD = "select * from pulls where place = $1 and channel = $2 and thread = $3"
NEW = """insert into pulls (id, conversation_id, place, channel, channel_name, audience, from_position, pulled_by,
    pulled_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"""
BEGIN = "insert into pull_places (place, position) values ($1, $2) on conflict do nothing"
END = "update pulls set upto_position = $2, given_back_by = $3, given_back_at = $4 where id = $1"
CHANNEL = "insert into pull_channels (place, channel) values ($1, $2) on conflict do nothing"
DOUBT = "update pull_channels set moved = moved + 1 where place = $1 and channel = $2"


class Audience(StrEnum):
    """Who reads a thread."""

    INNER = "inner"
    """Our own people, and nobody else."""
    SHARED = "shared"
    """Others, too: guests, another organisation, or nobody knows. They see what a customer may."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a conversation is worked from now on. `place` is the kind of it, `channel` the place's name for where in
    it, `name` what people call that."""

    place: str
    channel: str
    name: str
    audience: Audience = Audience.SHARED


async def know_channel(tx: Tx, place: str, channel: str) -> None:
    """Something of ours is to stand in it: who reads it is looked after from now on."""
    await tx.run(CHANNEL, place, channel)


async def pull(tx: Tx, conversation: str, spot: Spot, by: Actor) -> str:
    """Work the conversation there from now on. Returns the pull's id; of the one there is, when it is pulled to that
    very channel already. Raises NotFound, Conflict `already_pulled` when it is worked in another channel of the place.
    """
    held = await hold(tx, conversation)
    row = await tx.one(OPEN, held.id, spot.place)
    if row is not None:
        if row["channel"] == spot.channel:
            return str(row["id"])
        raise Conflict(
            "errors.already_pulled",
            f"{held.id} is worked in {row['channel']}",
            code="already_pulled",
            channel=row["channel_name"],
        )
    await tx.run(BEGIN, spot.place, tx.position)
    await know_channel(tx, spot.place, spot.channel)
    if spot.audience is Audience.SHARED:
        # Perhaps only because nobody could say it.
        await tx.run(DOUBT, spot.place, spot.channel)
    key = new_id()
    position = _tell(tx, held, by, "pulled", key, spot.name, Stamp("pulls", "from_position", key))
    await tx.run(
        NEW,
        *(key, held.id, spot.place, spot.channel, spot.name, spot.audience.value, position, by.id, tx.now),
    )
    return key


async def give_back(tx: Tx, key: str, by: Actor, why: str | None = None) -> bool:
    """The thread is closed; the conversation goes on here. `why`: in the place's word, where it would not be worked
    there. Returns whether it was open. Raises NotFound."""
    row = await tx.one(ONE, key)
    if row is None:
        raise NotFound("errors.pull_not_found", f"no pull {key}")
    held = await hold(tx, row["conversation_id"])
    row = await tx.one(ONE, key)
    if row is None or row["given_back_at"] is not None:
        return False
    stamp = Stamp("pulls", "upto_position", key)
    position = _tell(tx, held, by, "given_back", key, row["channel_name"], stamp, why)
    await tx.run(END, key, position, by.id, tx.now)
    return True


async def find_open(look: Reader, conversation: str, place: str) -> Row | None:
    return await look.one(OPEN, conversation, place)


async def find_thread(look: Reader, place: str, channel: str, thread: str) -> Row | None:
    """The pull whose thread this is, open or given back."""
    return await look.one(BY_THREAD, place, channel, thread)


def _tell(
    tx: Tx, held: Held, by: Actor, did: str, key: str, channel: str, stamp: Stamp, why: str | None = None
) -> int:
    changes = {did: key, "channel": channel} | ({} if why is None else {"why": why[:80]})
    event = Event(
        Kind.CONVERSATION_CHANGED,
        by,
        tx.now,
        conversation=held.id,
        subject=key,
        was=held.scope,
        now=held.scope,
        changes=changes,
        audited=True,
    )
    return tx.record(event, stamp)

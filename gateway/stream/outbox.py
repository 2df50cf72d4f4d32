"""The outbox: what is to go to people over a provider, stored with its message in one transaction.

What one identity is sent by one account is a lane: it goes one after the other, in the order of the log. A lane's row
is locked by whoever changes its deliveries, and says when its first one is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.delivery import Attempt, Part, State, fold, parts_of
from gateway.events import SYSTEM, Kind, LegId, new_id
from gateway.store import Row, Stamp, Tx
from gateway.stream.hold import Held, about_message
from gateway.stream.moved import wait_again
from gateway.stream.troubles import note_state

ENTER_LANE = """insert into lanes (account_id, identity_id, due_at) values ($1, $2, $3)
    on conflict (account_id, identity_id) do update set due_at = coalesce(lanes.due_at, excluded.due_at)"""
INSERT = """insert into deliveries (id, message_id, account_id, identity_id, part, attempt, position, state, due_at,
    asked, tries, since, text_from, text_to, files, at)
    values ($1, $2, $3, $4, $5, $6, $7, 'queued', $8, $9, $10, $11, $12, $13, $14, $15)"""
LOCK_LANE = "select 1 from lanes where account_id = $1 and identity_id = $2 {lock}"
# Of a lane's deliveries the first in order that is not settled; what a lane does not wait for has no due time.
ADVANCE = """update lanes set due_at = (select d.due_at from deliveries d
        where d.account_id = $1 and d.identity_id = $2 and d.due_at is not null
        order by d.position, d.part, d.attempt limit 1)
    where account_id = $1 and identity_id = $2"""
OF_MESSAGE = (
    "select id, identity_id, part, attempt, state, due_at, asked from deliveries where message_id = $1"
)
SHOW = "update messages set delivery = $2 where id = $1"


@dataclass(frozen=True, slots=True)
class Sending:
    """What the stream must know of an account that sends over a provider."""

    text_length: int
    captions: bool
    recipients: int = 1
    """To how many a message may go; where to more than one, it has an envelope (`gateway.stream.envelope`)."""

    def told(self) -> dict[str, Any]:
        several = {"recipients": self.recipients} if self.recipients > 1 else {}
        return {"sends": {"text_length": self.text_length, "captions": self.captions, **several}}

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Sending | None:
        """None for an account whose customers follow our log: stored is sent."""
        return cls(**settings["sends"]) if "sends" in settings else None


@dataclass(frozen=True, slots=True)
class Way:
    """The leg a reply goes by, as it stands under its conversation's lock."""

    leg: LegId
    account: str
    identity: str
    sending: Sending | None
    says_continued: bool = False
    """`gateway.stream.continuing`"""
    follows_after: int | None = None
    """ms after which what is left unread follows by another way (`gateway.stream.follow_up`); None: it does not."""
    held_to: int = 0
    """The position of somebody else's reply that is about to go there (0: none)."""
    aside: bool = False
    """It leads to others than the one whom the conversation is answered to."""

    @property
    def has_envelope(self) -> bool:
        return self.sending is not None and self.sending.recipients > 1


class Planned(NamedTuple):
    identity: str
    number: int
    part: Part


Plan = Mapping[str, Planned]
"""The deliveries a message will have: by their id to whom which part of it goes."""


def planned(way: Way, text: str, files: bool, *, whole: bool = False, to: Sequence[str] = ()) -> Plan:
    """A new message's deliveries; none on a way without an outbox. `whole`: its text is not to be cut. `to`: the
    identities it goes to, the way's own where none are named."""
    if way.sending is None:
        return {}
    parts = parts_of(text, files, way.sending.text_length, way.sending.captions)
    if whole:
        parts = [Part(0, len(text))]
    elif way.has_envelope:
        parts = [Part(0, len(text), files)]
    return {
        new_id(): Planned(identity, number, part)
        for identity in to or (way.identity,)
        for number, part in enumerate(parts)
    }


def places(plan: Plan) -> list[Stamp]:
    """The columns of planned deliveries that hold their message's position."""
    return [Stamp("deliveries", "position", id_) for id_ in plan]


async def enqueue(tx: Tx, way: Way, message: str, position: int, plan: Plan) -> None:
    """Put a new message's deliveries behind what their lanes hold."""
    await tx.run(SHOW, message, State.QUEUED.value)
    # In one order, so that two messages to the same people do not wait for each other.
    for identity in sorted({one.identity for one in plan.values()}):
        await tx.run(ENTER_LANE, way.account, identity, tx.now)
    for id_, (identity, number, part) in plan.items():
        await tx.run(
            INSERT,
            id_,
            message,
            way.account,
            identity,
            number,
            1,
            position,
            tx.now,
            0,
            0,
            tx.now,
            part.start,
            part.end,
            int(part.files),
            tx.now,
        )


async def try_again(tx: Tx, row: Row, number: int, due: int, *, asked: bool) -> None:
    """Another attempt at a part whose lane is locked: in the same place, so nothing later overtakes it. `asked`: an
    agent wants it; its patience begins anew. One that is due at once did not fail by its own fault."""
    await tx.run(
        INSERT,
        new_id(),
        row["message_id"],
        row["account_id"],
        row["identity_id"],
        row["part"],
        number,
        row["position"],
        due,
        int(asked),
        0 if asked else row["tries"] + int(due > tx.now),
        tx.now if asked else row["since"],
        row["text_from"],
        row["text_to"],
        row["files"],
        tx.now,
    )


async def advance(tx: Tx, account: str, identity: str) -> None:
    """After a change in a locked lane: when is its first delivery due now?"""
    await tx.run(ADVANCE, account, identity)


async def attempts_of(tx: Tx, message: str) -> list[Attempt]:
    return [
        Attempt(row["identity_id"], row["part"], row["attempt"], State(row["state"]))
        for row in await tx.all(OF_MESSAGE, message)
    ]


async def show(
    tx: Tx, held: Held, message: Row, now: Iterable[Attempt], *, of_one: bool = False
) -> State | None:
    """Write what a message of this locked conversation shows, and record it when that has changed; or, `of_one`, what
    is shown of one of its recipients. Returns it."""
    after = fold(now)
    if after is None:
        return None
    # Who sends it this moment is nobody's business, and not worth a fact.
    stored = State.QUEUED if after is State.SENDING else after
    if stored != message["delivery"]:
        await tx.run(SHOW, message["id"], stored.value)
        await note_state(tx, message, stored)
        if State.FAILED in (stored, message["delivery"]):
            await wait_again(tx, held, failed=stored is State.FAILED)
    if stored != message["delivery"] or of_one:
        changes = {"delivery": stored.value}
        tx.record(
            about_message(tx, Kind.MESSAGE_DELIVERY, held, message["id"], message["leg_id"], SYSTEM, changes)
        )
    return stored

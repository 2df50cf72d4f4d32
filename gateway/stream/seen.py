"""Watermarks: what the customer has received and read of ours, and what we have read of hers. They only rise."""

from __future__ import annotations

from gateway.events import Actor, Event, IdentityId, Kind, SeenReport, customer
from gateway.store import Tx
from gateway.stream.hold import hold

# Only legs that have something of ours which she had not seen: an idle widget writes nothing.
LEGS = """select l.id, l.conversation_id, l.delivered_to, l.read_to, l.last_sent_position
    from legs l join identities i on i.id = l.identity_id
    where l.account_id = $1 and i.space = $2 and i.address = $3
      and (l.read_to < l.last_sent_position or l.delivered_to < l.last_sent_position)
    order by l.conversation_id"""
IDENTITY = "select id from identities where space = $1 and address = $2"
RAISE = "update legs set delivered_to = $2, read_to = $3 where id = $1"
UNSEEN = """select l.id, l.seen_to, max(m.position) as newest from legs l join messages m on m.leg_id = l.id
    where l.conversation_id = $1 and m.author_kind = 'customer' and m.position <= $2 and m.position > l.seen_to
    group by l.id, l.seen_to"""
RAISE_SEEN = "update legs set seen_to = $2 where id = $1"


async def customer_has_seen(tx: Tx, account: str, report: SeenReport) -> None:
    """The customer has received / read everything up to these positions; never above what was really sent."""
    identity = await tx.value(IDENTITY, report.sender.space, report.sender.address)
    for leg in await tx.all(LEGS, account, report.sender.space, report.sender.address):
        read = max(leg["read_to"], min(report.read, leg["last_sent_position"]))
        delivered = max(leg["delivered_to"], read, min(report.delivered, leg["last_sent_position"]))
        if (delivered, read) == (leg["delivered_to"], leg["read_to"]):
            continue
        held = await hold(tx, leg["conversation_id"])
        await tx.run(RAISE, leg["id"], delivered, read)
        tx.record(
            Event(
                Kind.LEG_SEEN,
                customer(IdentityId(identity)),
                tx.now,
                conversation=held.id,
                subject=leg["id"],
                was=held.scope,
                now=held.scope,
                changes={"delivered": delivered, "read": read},
            )
        )


async def we_have_seen(tx: Tx, conversation: str, position: int, by: Actor) -> None:
    """One of us has read the conversation up to here: the customer may be told (`read_out`)."""
    for leg in await tx.all(UNSEEN, conversation, position):
        held = await hold(tx, conversation)
        await tx.run(RAISE_SEEN, leg["id"], leg["newest"])
        tx.record(
            Event(
                Kind.LEG_SEEN,
                by,
                tx.now,
                conversation=held.id,
                subject=leg["id"],
                was=held.scope,
                now=held.scope,
                changes={"seen": leg["newest"]},
            )
        )

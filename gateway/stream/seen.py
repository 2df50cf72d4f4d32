"""Watermarks: what the customer has received and read of ours, and what we have read of hers. They only rise."""

from __future__ import annotations

from gateway.events import Actor, Event, IdentityId, Kind, SeenReport, customer
from gateway.store import Row, Tx
from gateway.stream.hold import hold

# Only legs that have something of ours which she had not seen: an idle widget writes nothing.
LEGS = """select l.id, l.conversation_id, l.delivered_to, l.read_to, l.last_sent_position
    from legs l join identities i on i.id = l.identity_id
    where l.account_id = $1 and i.space = $2 and i.address = $3
      and (l.read_to < l.last_sent_position or l.delivered_to < l.last_sent_position)
    order by l.conversation_id"""
IDENTITY = "select id from identities where space = $1 and address = $2"
LEG = "select conversation_id, delivered_to, read_to, seen_to, last_sent_position from legs where id = $1"
RAISE = "update legs set delivered_to = $2, read_to = $3 where id = $1"
UNSEEN = """select l.id, l.seen_to, max(m.position) as newest from legs l join messages m on m.leg_id = l.id
    where l.conversation_id = $1 and m.author_kind = 'customer' and m.position <= $2 and m.position > l.seen_to
    group by l.id, l.seen_to"""
RAISE_SEEN = "update legs set seen_to = $2 where id = $1"


async def customer_has_seen(tx: Tx, account: str, report: SeenReport) -> None:
    """The customer has received / read everything up to these positions; never above what was really sent."""
    identity = await tx.value(IDENTITY, report.sender.space, report.sender.address)
    for found in await tx.all(LEGS, account, report.sender.space, report.sender.address):
        delivered, read = _raised(found, report, tx.position)
        if (delivered, read) == (found["delivered_to"], found["read_to"]):
            continue
        held = await hold(tx, found["conversation_id"])
        # Under the lock once more: another of her tabs may have said more through another process.
        leg = await tx.one(LEG, found["id"])
        if leg is None:
            continue  # a split that was undone has taken it along
        if leg["conversation_id"] != held.id:
            held = await hold(tx, leg["conversation_id"])
        delivered, read = _raised(leg, report, tx.position)
        if (delivered, read) == (leg["delivered_to"], leg["read_to"]):
            continue
        await tx.run(RAISE, found["id"], delivered, read)
        tx.record(
            Event(
                Kind.LEG_SEEN,
                customer(IdentityId(identity)),
                tx.now,
                conversation=held.id,
                subject=found["id"],
                was=held.scope,
                now=held.scope,
                changes={"delivered": delivered, "read": read},
            )
        )


def _raised(leg: Row, report: SeenReport, head: int) -> tuple[int, int]:
    # The head bounds it too: what this very batch sends has no number yet, and nobody has seen it.
    most = min(leg["last_sent_position"], head)
    read = max(leg["read_to"], min(report.read, most))
    return max(leg["delivered_to"], read, min(report.delivered, most)), read


async def we_have_seen(tx: Tx, conversation: str, position: int, by: Actor) -> None:
    """One of us has read the conversation up to here: the customer may be told (`read_out`)."""
    if not await tx.all(UNSEEN, conversation, position):
        return
    held = await hold(tx, conversation)
    for leg in await tx.all(UNSEEN, held.id, position):
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

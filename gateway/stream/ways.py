"""By which ways a customer can be written to in one conversation: her identities, on each account that reaches them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.errors import NotFound, Refused
from gateway.events import Actor, Address, LegId, Proof, new_id
from gateway.store import Reader, Row, Tx, as_json
from gateway.stream.describe import switch_leg
from gateway.stream.hold import hold
from gateway.stream.ingest import NEW_LEG

IDENTITIES = "select id, space, address, proof from identities where contact_id = $1 order by id"
IDENTITY = "select id, space, address, proof, contact_id from identities where id = $1"
# Of several legs by one way (threads of her own) the one that was heard of last.
LEGS = """select id, account_id, identity_id from legs where conversation_id = $1
    order by coalesce(last_inbound_at, 0), id"""
LEG = """select id from legs where conversation_id = $1 and account_id = $2 and identity_id = $3
    order by coalesce(last_inbound_at, 0) desc, id desc limit 1"""
ENDPOINTS = """select account_id, identity_id, last_inbound_at, opted_out_at from endpoints
    where identity_id in {ids_1}"""
ACCOUNTS = "select id, state from accounts where state <> 'retired' order by id"

Reaches = Callable[[str, Address], bool]
"""Can this account write to that address?"""


@dataclass(frozen=True, slots=True)
class Possible:
    """One way, whether it can be gone now or not."""

    account: str
    state: str
    """The account's."""
    identity: Row
    leg: LegId | None
    """The conversation's leg by it; None: nobody has gone it here yet."""
    heard_at: int | None
    opted_out_at: int | None

    @property
    def is_proven(self) -> bool:
        return bool(self.identity["proof"] > Proof.CLAIMED)


async def possible_ways(look: Reader, conversation: str, contact: str, reaches: Reaches) -> list[Possible]:
    """All there are, those of the conversation's own legs among them."""
    identities = await look.all(IDENTITIES, contact)
    legs = {
        (row["account_id"], row["identity_id"]): LegId(row["id"])
        for row in await look.all(LEGS, conversation)
    }
    ends = {
        (row["account_id"], row["identity_id"]): row
        for row in await look.all(ENDPOINTS, as_json([one["id"] for one in identities]))
    }
    return [
        _possible(account, identity, legs.get(key), ends.get(key))
        for account in await look.all(ACCOUNTS)
        for identity in identities
        if (key := (account["id"], identity["id"])) in legs or reaches(account["id"], _address(identity))
    ]


def _possible(account: Row, identity: Row, leg: LegId | None, end: Row | None) -> Possible:
    heard_at = None if end is None else end["last_inbound_at"]
    opted_out_at = None if end is None else end["opted_out_at"]
    return Possible(account["id"], account["state"], identity, leg, heard_at, opted_out_at)


async def open_way(
    tx: Tx, conversation: str, account: str, identity: str, reaches: Reaches, by: Actor
) -> LegId:
    """From now on public replies go to this identity by this account; the leg is made when there is none.

    Raises NotFound for somebody else's identity or a way that there is not, Refused for one that nobody has proven to
    be hers.
    """
    held = await hold(tx, conversation)
    row = await tx.one(IDENTITY, identity)
    if row is None or row["contact_id"] != held.contact:
        raise NotFound("errors.identity_not_found", f"{identity} is none of {held.contact}'s")
    leg = await tx.value(LEG, held.id, account, identity)
    if leg is None:
        leg = await _new_leg(tx, held.id, account, row, reaches)
    await switch_leg(tx, held.id, leg, by)
    return LegId(leg)


async def _new_leg(tx: Tx, conversation: str, account: str, identity: Row, reaches: Reaches) -> str:
    if not reaches(account, _address(identity)):
        raise NotFound("errors.way_not_found", f"{account} does not reach {identity['id']}")
    if identity["proof"] <= Proof.CLAIMED:
        raise Refused("errors.way_unproven", f"nobody has proven that {identity['id']} is hers")
    leg = new_id()
    await tx.run(NEW_LEG, leg, conversation, account, identity["id"], "", tx.now)
    return leg


def reached(identities: Sequence[Row], account: str, reaches: Reaches) -> str | None:
    """The first of them that the account reaches and that is proven."""
    for row in identities:
        if row["proof"] > Proof.CLAIMED and reaches(account, _address(row)):
            return str(row["id"])
    return None


def _address(row: Row) -> Address:
    return Address(row["space"], row["address"])

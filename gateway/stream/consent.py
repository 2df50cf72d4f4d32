"""Whether somebody wants to be written to by an account: said by her, or known to the provider before us.

It hangs on (account, identity). Every reply asks for it when it is written, and the outbox once more before it goes.
"""

from __future__ import annotations

from gateway.events import Actor, Consent, Event, Kind
from gateway.store import Tx
from gateway.stream.hold import expect_nothing, hold

MAKE = """insert into endpoints (account_id, identity_id) values ($1, $2)
    on conflict (account_id, identity_id) do nothing"""
ENDPOINT = "select opted_out_at, consent_at from endpoints where account_id = $1 and identity_id = $2 {lock}"
SET = "update endpoints set opted_out_at = $3, consent_at = $4 where account_id = $1 and identity_id = $2"
LEGS = """select l.id, l.conversation_id from legs l join conversations c on c.id = l.conversation_id
    where l.account_id = $1 and l.identity_id = $2 and c.merged_into is null order by l.conversation_id, l.id"""


async def heed(tx: Tx, account: str, identity: str, consent: Consent, at: int, by: Actor) -> None:
    """Take her word of then (UTC ms); an older one than was taken already changes nothing. HELP says neither."""
    if consent is Consent.HELP:
        return
    await tx.run(MAKE, account, identity)
    row = await tx.one(ENDPOINT, account, identity)
    assert row is not None, "no endpoint is ever removed"
    if row["consent_at"] is not None and at < row["consent_at"]:
        return
    was, out = row["opted_out_at"] is not None, consent is Consent.STOP
    await tx.run(SET, account, identity, (row["opted_out_at"] or at) if out else None, at)
    if was is not out:
        await _tell(tx, account, identity, out, by)


async def _tell(tx: Tx, account: str, identity: str, out: bool, by: Actor) -> None:
    """Wherever agents may be about to write to her by this account."""
    for leg in await tx.all(LEGS, account, identity):
        held = await hold(tx, leg["conversation_id"])
        if out:
            await expect_nothing(tx, held.id)
        tx.record(
            Event(
                Kind.LEG_CONSENT,
                by,
                tx.now,
                conversation=held.id,
                subject=leg["id"],
                was=held.scope,
                now=held.scope,
                changes={"opted_out": out},
                audited=True,
            )
        )

"""What a provider tells of a message of ours, whichever way it names it: by our own attempt, or by its id."""

from __future__ import annotations

from dataclasses import replace

from gateway.delivery import Pace, State, rise
from gateway.events import SYSTEM, Address, Consent, DeliveryReport, NextStep
from gateway.store import Row, Tx
from gateway.stream.consent import heed
from gateway.stream.outbox_settle import News, report, settle
from gateway.stream.repeats import erased_id

BY_ATTEMPT = (
    "select id, identity_id, state, provider_id, began_at from deliveries where id = $1 and account_id = $2"
)
BY_PROVIDER = """select id, identity_id, state, provider_id, began_at from deliveries
    where account_id = $1 and provider_id in ($2, $3) order by attempt desc limit 1"""

# Only what was begun can have come back.
BY_MESSAGE = """select d.id, d.identity_id, i.space, i.address from deliveries d
    join identities i on i.id = d.identity_id
    where d.message_id = $1 and d.account_id = $2 and d.began_at is not null order by d.attempt, d.id"""
# Whom it names may be who was erased: nothing that says her address is taken in again.
NOBODY_ERASED = """select 1 from messages m where m.id = $1 and m.erased_at is null and not exists (
    select 1 from deliveries d join identities i on i.id = d.identity_id
    where d.message_id = m.id and i.address like 'erased:%')"""


async def hear(tx: Tx, account: str, told: DeliveryReport, pace: Pace) -> bool:
    """A callback. It may come more than once, in any order, and before our own call has returned. Returns whether that
    is all: False where it is about our message and somebody to whom we have not sent it, which somebody must see."""
    if told.message is not None:
        return await _hear_of_message(tx, account, told, pace)
    attempt = await tx.one(BY_ATTEMPT, told.attempt, account) if told.attempt is not None else None
    if attempt is not None and attempt["provider_id"] == told.provider_id:
        # A state only rises: what is not above the one seen here is no news, whoever writes meanwhile.
        if rise(State(attempt["state"]), told.state) is State(attempt["state"]):
            return True
        await settle(tx, attempt["id"], replace(_news(told), provider_id=None), pace)
    elif attempt is not None:
        await settle(tx, attempt["id"], _news(told), pace)
    else:
        await report(tx, account, told.provider_id, _news(told), pace)
    if told.then is NextStep.OPTED_OUT:
        await _opt_out(tx, account, attempt or await _named(tx, account, told.provider_id))
    return True


async def _hear_of_message(tx: Tx, account: str, told: DeliveryReport, pace: Pace) -> bool:
    """By our own message and the recipient, also where the call that sent it was never answered. A report about nobody
    to whom it was sent settles nothing, but where there is only one: her server may know her by another address."""
    begun = await tx.all(BY_MESSAGE, told.message, account)
    hers = [row for row in begun if told.recipient == Address(row["space"], row["address"])]
    if not hers and len({row["identity_id"] for row in begun}) == 1:
        hers = list(begun)
    if not hers:
        return await tx.one(NOBODY_ERASED, told.message) is None
    await settle(tx, hers[-1]["id"], replace(_news(told), provider_id=None), pace)
    return True


async def hear_if_ours(tx: Tx, account: str, told: DeliveryReport, pace: Pace) -> None:
    """What was found in a provider's list, where others' messages stand, too."""
    known = await _named(tx, account, told.provider_id)
    # The same is found with every round: what says nothing new costs this look and no lock.
    if known is not None and rise(State(known["state"]), told.state) is not State(known["state"]):
        await hear(tx, account, told, pace)


async def _named(tx: Tx, account: str, provider_id: str) -> Row | None:
    return await tx.one(BY_PROVIDER, account, provider_id, erased_id(account, provider_id))


def _news(told: DeliveryReport) -> News:
    return News(told.state, told.provider_id, told.code, told.reason, told.then)


async def _opt_out(tx: Tx, account: str, attempt: Row | None) -> None:
    """Her provider knew before us, when we sent: what she has said since then is newer, however late we are told."""
    if attempt is not None:
        at = attempt["began_at"] or tx.now
        await heed(tx, account, attempt["identity_id"], Consent.STOP, at, SYSTEM)

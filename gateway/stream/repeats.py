"""Ids that others chose, after an erasure: gone as words, still known when the same message comes again.

A provider's id or a browser's own may be made of an address or a name. An erased message keeps their hash in their
place; whoever takes a message in looks for both. It looks once its row is there: two processes may be told the same
message at once, and while the one waits the other may have stored its own, and erased it.
"""

from __future__ import annotations

import hashlib

from gateway.store import Row, Tx

PREFIX = "erased:"
# Should a hash stand elsewhere already, this message lets its id go: an erasure never fails for it.
SET_IDS = """update messages set
    client_id = case when exists (select 1 from messages o
        where o.author_id = messages.author_id and o.client_id = $2 and o.id <> $1) then null else $2 end,
    provider_id = case when exists (select 1 from messages o
        where o.account_id = messages.account_id and o.provider_id = $3 and o.id <> $1) then null else $3 end
    where id = $1"""
OF_IDENTITY = """select m.id, m.author_kind, m.author_id, m.client_id, m.account_id, m.provider_id from messages m
    where m.erased_at is not null and (m.client_id is not null or m.provider_id is not null)
      and m.leg_id in (select id from legs where identity_id = $1)"""
TAKEN_AS = (
    "select id, account_id, provider_id from deliveries where message_id = $1 and provider_id is not null"
)
# What was erased before what was sent of it was looked at, too.
LEFT = """select distinct m.id, m.author_id, m.client_id, m.account_id, m.provider_id from messages m
    join deliveries d on d.message_id = m.id where m.erased_at is not null
    and d.provider_id is not null and substr(d.provider_id, 1, 7) <> 'erased:' order by m.id limit $1"""
SET_TAKEN_AS = "update deliveries set provider_id = $2 where id = $1"


def erased_id(whose: str, key: str) -> str:
    """What stands in place of an id; `whose` is the account or author within whom it is unique."""
    if key.startswith(PREFIX):
        return key
    return PREFIX + hashlib.sha256(f"{whose}\0{key}".encode()).hexdigest()


async def forget_ids(tx: Tx, row: Row) -> None:
    """Put hashes in the place of a message's ids, and of those its provider gave to what was sent of it."""
    client, provider = row["client_id"], row["provider_id"]
    if client is not None:
        client = erased_id(row["author_id"], client)
    if provider is not None:
        provider = erased_id(row["account_id"] or "", provider)
    if (client, provider) != (row["client_id"], row["provider_id"]):
        await tx.run(SET_IDS, row["id"], client, provider)
    for sent in await tx.all(TAKEN_AS, row["id"]):
        key = erased_id(sent["account_id"], sent["provider_id"])
        if key != sent["provider_id"]:
            await tx.run(SET_TAKEN_AS, sent["id"], key)


async def forget_ids_of(tx: Tx, identity: str) -> None:
    """The same for all erased messages that travelled by an identity's legs, whenever they were erased."""
    for row in await tx.all(OF_IDENTITY, identity):
        await forget_ids(tx, row)


async def forget_ids_left(tx: Tx, most: int) -> bool:
    """The same for messages that were erased in former times and whose deliveries kept their names: `most` of them.
    Returns whether there may be more."""
    rows = await tx.all(LEFT, most)
    for row in rows:
        await forget_ids(tx, row)
    return len(rows) == most

"""Messages taken in as usual, one transaction each over a pool of 20: `python -m bench.bare.pool URL CUSTOMERS`.

It writes the rows that ours writes for a known customer, in one statement for each table, with the positions of a
sequence: no gapless log, nobody new, nothing that may change a contact.
"""

from __future__ import annotations

import sys
import time

import asyncpg
import uvloop

from bench.load.takes import INTAKE, drive
from gateway.events import InboundMessage, new_id
from gateway.store.search import tokens, vector

POOL = 20
SEQUENCE = "create sequence if not exists bare_positions start 1000000000"
FIND = """select i.id as identity, c.id as conversation, l.id as leg from identities i
    join legs l on l.identity_id = i.id and l.account_id = $3 join conversations c on c.id = l.conversation_id
    where i.space = $1 and i.address = $2 and c.status <> 'closed'
    order by c.last_at desc limit 1 for no key update of c"""
MESSAGE = """insert into messages (id, position, conversation_id, birth_conversation_id, leg_id, visibility,
    author_kind, author_id, account_id, provider_id, text, at)
    values ($1, nextval('bare_positions'), $2, $2, $3, 'public', 'customer', $4, $5, $6, $7, $8)
    on conflict do nothing returning position"""
TOUCH = """update conversations set last_at = $2, last_message_id = $3, position = $4, last_public_position = $4,
    last_customer_position = $4, waiting_since = coalesce(waiting_since, $2) where id = $1"""
TOUCH_ENDPOINT = """insert into endpoints (account_id, identity_id, last_inbound_at) values ($1, $2, $3)
    on conflict (account_id, identity_id) do update set last_inbound_at = excluded.last_inbound_at"""
SEARCH = "insert into message_search (rowid, tokens) values ($1, $2::text::tsvector)"
EVENT = """insert into events (position, at, kind, actor_kind, actor_id, conversation_id, message_id, subject_id,
    changes) values ($1, $2, 'message.created', 'customer', $3, $4, $5, $6, '{}')"""


async def main(url: str, customers: int) -> None:
    async with asyncpg.create_pool(url, min_size=POOL, max_size=POOL) as pool:
        await pool.execute(SEQUENCE)

        async def take(fact: InboundMessage) -> None:
            async with pool.acquire() as connection, connection.transaction():
                found = await connection.fetchrow(
                    FIND, fact.sender.space, fact.sender.address, INTAKE.account
                )
                identity, conversation, leg = found
                message, now = new_id(), int(time.time() * 1000)
                position = await connection.fetchval(
                    *(MESSAGE, message, conversation, leg, identity, INTAKE.account, fact.provider_id),
                    *(fact.text, now),
                )
                if position is None:
                    return
                await connection.execute(TOUCH, conversation, now, message, position)
                await connection.execute(TOUCH_ENDPOINT, INTAKE.account, identity, now)
                await connection.execute(SEARCH, position, vector(tokens(fact.text)))
                await connection.execute(EVENT, position, now, identity, conversation, message, leg)

        await drive(take, customers)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))

"""What is told live is looked up by key: whatever the tables hold, a few rows cost a few rows."""

import asyncio
import re
from functools import partial

from gateway.store import Reader, Store, as_json, load
from tests.world import World

MANY = 1500
LARGE = {
    "m": "messages",
    "c": "conversations",
    "l": "legs",
    "i": "identities",
    "li": "identities",
    "k": "contacts",
    "ik": "contacts",
}
"""How the statements call the tables that grow with every customer."""
WHOLE = re.compile(r"Seq Scan on (\w+)|SCAN (\w+)")


STATEMENTS = {
    f"{load.MESSAGES} where m.id in {{ids_1}}": "messages",
    load.CONVERSATIONS: "conversations",
    load.LEGS: "conversations",
    load.CONTACTS: "contacts",
    load.IDENTITIES: "contacts",
    load.PEOPLE: "identities",
}


async def test_a_few_rows_are_found_by_their_keys(store: Store) -> None:
    world = await World.made(store)
    await asyncio.gather(*(world.says(f"+{number}", "hello") for number in range(MANY)))
    await store.write(lambda tx: tx.run("analyze"))
    for sql, table in STATEMENTS.items():
        plan = await store.read(partial(_plan, sql, table))
        whole = {LARGE.get(name, name) for pair in WHOLE.findall(plan) for name in pair}
        assert not whole & set(LARGE.values()), plan


async def _plan(sql: str, table: str, look: Reader) -> str:
    ids = [row["id"] for row in await look.all(f"select id from {table} order by id limit 3")]
    explain = "explain" if look.postgres else "explain query plan"
    return "\n".join(str(tuple(row)) for row in await look.all(f"{explain} {sql}", as_json(ids)))

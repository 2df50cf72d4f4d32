"""What a message costs the database, telling three agents included: as many statements for twenty as for one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, cast

from gateway.events import agent
from gateway.store.sqlite import SqliteStore
from gateway.stream.assign import assign
from tests.inbox.conftest import House
from tests.inbox.tabs import tabs

FRAME = ("begin", "commit", "rollback", "savepoint", "release", "pragma")
PER_MESSAGE = 16
"""Statements of a customer's further message, its log, stamps, search and counts included; none of them per agent."""


@dataclass
class Counted:
    """Statements as SQLite itself sees them, by transaction."""

    transactions: list[list[str]] = field(default_factory=lambda: [[]])

    def __call__(self, statement: str) -> None:
        words = statement.strip().lower()
        if words.startswith("begin"):
            self.transactions.append([])
        elif not words.startswith(FRAME) and not words.startswith("--"):
            self.transactions[-1].append(statement)

    @property
    def total(self) -> int:
        return sum(map(len, self.transactions))

    @property
    def most(self) -> int:
        return max(map(len, self.transactions))


async def counted(house: House, doing: Any) -> tuple[Counted, Counted]:
    """What was written and what was read until every tab had heard of it."""
    store = cast("SqliteStore", house.store)
    written, read = Counted(), Counted()
    store._writer.set_trace_callback(written)
    store._reader.set_trace_callback(read)
    await doing
    for session in house.desk.hub.sessions:
        while session.position < house.store.published:  # noqa: ASYNC110 - the hub tells nobody but its sessions
            await asyncio.sleep(0.002)
    store._writer.set_trace_callback(None)
    store._reader.set_trace_callback(None)
    return written, read


async def test_telling_costs_the_same_for_one_and_for_twenty(house: House) -> None:
    people = [f"customer {number}" for number in range(20)]
    for name in people:
        await house.customer_writes("hello", name=name, team="sales")
    async with tabs(house, "ann", "sue", "ada"):
        written, read = await counted(house, house.customer_writes("one", name=people[0], team="sales"))
        assert written.total <= PER_MESSAGE, written.transactions
        one = read.most
        assert len(read.transactions) - 1 == 1, "one look for three agents"

        many = asyncio.gather(*(house.customer_writes("more", name=name, team="sales") for name in people))
        written, read = await counted(house, many)
        assert written.total <= 20 * PER_MESSAGE
        assert read.most <= one, "no statement for each message, agent or conversation"
        assert one <= 8, read.transactions


async def test_nobody_connected_costs_nothing(house: House) -> None:
    _, read = await counted(house, house.customer_writes("hello"))
    assert read.total == 0


async def test_moving_twenty_conversations_costs_the_same_as_moving_one(house: House) -> None:
    talks = [(await house.customer_writes("hello", name=f"c{number}")).conversation for number in range(20)]
    ann, by = house.agents["ann"], agent(house.agents["sue"])

    async def move(conversation: str) -> None:
        await house.store.write(lambda tx: assign(tx, conversation, ann, by))

    async with tabs(house, "ann", "bob", "sue"):
        _, read = await counted(house, move(talks[0]))
        one = read.most
        _, read = await counted(house, asyncio.gather(*map(move, talks[1:])))
        assert read.most <= one

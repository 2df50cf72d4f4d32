"""A small team and its customers in a real store: the sentences that tests of store and stream are written in."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.events import AccountId, Actor, Address, InboundMessage, TeamId, Visibility, agent, new_id
from gateway.store import Row, Store, Tx
from gateway.stream.ingest import Intake, Taken, take_in
from gateway.stream.invitations import filled, make_invitation
from gateway.stream.post import Post, Posted, post
from gateway.stream.proofs import MASK

T = TypeVar("T")
WEB = Intake(AccountId("web"))
AGENTS = ("anna", "bo", "chi")
TEAMS = ("sales", "support")
TAGS = ("late", "urgent", "vip")
_numbers = itertools.count(1)


async def until(true: Callable[[], bool], patience: float = 20.0) -> None:
    """Wait for something that another task or process brings about; `patience` in seconds."""
    for _ in range(int(patience / 0.01)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come")


async def seed(tx: Tx) -> None:
    for name in AGENTS:
        await tx.run(
            "insert into agents (id, email, name, role, preferences, created_at) values ($1, $2, $3, 'agent', '{}', 0)",
            name,
            f"{name}@example.com",
            name.title(),
        )
    for team in TEAMS:
        await tx.run("insert into teams (id, name, created_at) values ($1, $1, 0)", team)
    for tag in TAGS:
        await tx.run("insert into tags (id, name, colour, created_at) values ($1, $1, '#123456', 0)", tag)
    await tx.run(
        "insert into accounts (id, type, label, state, settings, created_at)"
        " values ('web', 'test', 'Web', 'active', '{}', 0) on conflict do nothing"
    )


@dataclass
class World:
    store: Store
    intake: Intake = WEB
    by: Actor = field(default_factory=lambda: agent("anna"))

    @classmethod
    async def made(cls, store: Store) -> "World":
        await store.write(seed)
        return cls(store)

    async def says(self, who: str, text: str, **more: Any) -> Taken:
        """A customer writes; `who` is her address, `space:address` or a telephone number."""
        space, _, address = who.rpartition(":")
        provider_id = more.pop("provider_id", None) or f"p{next(_numbers)}"
        options = {name: more.pop(name) for name in ("uploads", "client_id", "reply_to") if name in more}
        intake = more.pop("intake", self.intake)
        fact = InboundMessage(provider_id, Address(space or "tel", address), text=text, **more)
        return await take_in(self.store, intake, fact, **options)

    async def answers(self, conversation: str, text: str, by: str = "anna", **more: Any) -> Posted:
        return await post(
            self.store,
            Post(conversation, agent(by), more.pop("client_id", f"c{next(_numbers)}"), text, **more),
        )

    async def notes(self, conversation: str, text: str, by: str = "anna") -> Posted:
        return await self.answers(conversation, text, by, visibility=Visibility.NOTE)

    async def do(self, verb: Callable[..., Awaitable[T]], *args: Any, by: str = "anna", **named: Any) -> T:
        """Run a verb that takes (tx, ..., by)."""

        async def run(tx: Tx) -> T:
            return await verb(tx, *args, agent(by), **named)

        return await self.store.write(run)

    async def row(self, sql: str, *args: Any) -> Row:
        found = await self.store.scan(lambda look: look.one(sql, *args))
        assert found is not None, (sql, args)
        return found

    async def rows(self, sql: str, *args: Any) -> list[Row]:
        return list(await self.store.scan(lambda look: look.all(sql, *args)))

    async def value(self, sql: str, *args: Any) -> Any:
        return await self.store.scan(lambda look: look.value(sql, *args))

    async def conversation(self, key: str) -> Row:
        return await self.row("select * from conversations where id = $1", key)

    async def texts(self, conversation: str) -> list[str]:
        rows = await self.rows(
            "select text from messages where conversation_id = $1 order by at, position", conversation
        )
        return [row["text"] for row in rows]

    async def contact_of(self, who: str) -> str:
        space, _, address = who.rpartition(":")
        found: str = await self.value(
            "select contact_id from identities where space = $1 and address = $2", space or "tel", address
        )
        return found

    async def identity_of(self, who: str) -> str:
        space, _, address = who.rpartition(":")
        found: str = await self.value(
            "select id from identities where space = $1 and address = $2", space or "tel", address
        )
        return found


LINK_AT = "https://chat.example/chat/web#go="


async def sent_link(store: Store, conversation: str, account: str = "web", leg: str | None = None) -> str:
    """The secret of a link to that account's chat, in a reply that has just gone by the leg."""
    made = await store.write(lambda tx: _invitation(tx, conversation, account))
    text = f"{LINK_AT}{MASK}{made}"
    posted = await post(store, Post(conversation, agent("anna"), new_id(), text, leg=leg))
    return filled(text, store.secret, posted.message).removeprefix(LINK_AT)


async def _invitation(tx: Tx, conversation: str, account: str) -> str:
    row = await tx.one("select identity_id from legs where conversation_id = $1", conversation)
    assert row is not None
    return await make_invitation(tx, "link", conversation, row["identity_id"], account)


def in_team(team: str) -> Intake:
    return Intake(AccountId("web"), TeamId(team))

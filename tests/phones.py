"""A provider that counts what the phones received, as a channel: what the outbox is tested against."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import ClassVar

from gateway.channels.base import Capabilities, ChannelConfig, Delivery, Sent, Words
from gateway.channels.registry import Channels
from gateway.events import AccountId, Address
from gateway.store import Store, Tx
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.ingest import Intake
from gateway.stream.outbox import Sending
from tests.world import World, seed

SMS = Intake(AccountId("sms"))
Answer = Callable[[Delivery], Awaitable[Sent]]


class Phones:
    """`answer` may be put in the place of the provider's own; it is called before anything is received."""

    name: ClassVar[str] = "phones"
    label: ClassVar[Words] = Words("Phones", "전화")
    icon: ClassVar[str] = "<svg/>"
    Config: ClassVar[type[ChannelConfig]] = ChannelConfig
    rate, burst = 1e6, 1000

    def __init__(self, account: str = "sms", window: int | None = None) -> None:
        self.account = AccountId(account)
        self.config = ChannelConfig(type="phones")
        self.capabilities = Capabilities(text_length=20, captions=False, reply_window=window)
        self.received: list[Delivery] = []
        self.called: list[Delivery] = []
        self.before: Callable[[Delivery], Awaitable[None]] | None = None
        self.after: Callable[[Delivery], Awaitable[None]] | None = None

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def reaches(self, address: Address) -> bool:
        return address.space == "tel"

    def address_of(self, written: str) -> Address | None:
        return Address("tel", written) if written.startswith("+") else None

    async def send(self, delivery: Delivery) -> Sent:
        self.called.append(delivery)
        await asyncio.sleep(0)
        if self.before is not None:
            await self.before(delivery)
        self.received.append(delivery)
        if self.after is not None:
            await self.after(delivery)
        return Sent(f"P{delivery.id}")

    @property
    def texts(self) -> list[str]:
        return [delivery.text for delivery in self.received]

    @property
    def counted(self) -> Counter[str]:
        return Counter(self.texts)


async def with_phones(store: Store, *accounts: str, most: int = 20) -> World:
    """The usual team, with accounts that send over a provider `most` characters; customers write to the first."""

    async def verb(tx: Tx) -> None:
        await seed(tx)
        sending = {name: Configured("phones", name, Sending(most, captions=False)) for name in accounts}
        await sync_accounts(tx, {"web": Configured("test", "Web"), **sending})

    accounts = accounts or ("sms",)
    await store.write(verb)
    return World(store, Intake(AccountId(accounts[0])))


def channels(*phones: Phones) -> Channels:
    return Channels({one.account: one for one in phones})

"""Accounts of ours in a real store, with their files: mails are brought to them as their server or mailbox would."""

import contextlib
import smtplib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from gateway.channels._mail_read import of_envelope, signer_of
from gateway.channels.base import ProviderRequest
from gateway.channels.email import Email
from gateway.channels.registry import Channels
from gateway.events import agent
from gateway.limits import Limits
from gateway.media import open_media
from gateway.receiving import Office, Receiving
from gateway.store import Row, Store
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.parked import Trouble
from gateway.stream.provided import replay
from tests.channels.mails import mail
from tests.world import World

HELP, SALES, HANA = "help@haru.example", "sales@haru.example", "hana@naver.com"
SECTIONS: dict[str, dict[str, Any]] = {
    "help": {"type": "email", "address": HELP, "aliases": "ask@haru.example", "listen": "127.0.0.1:0"},
    "sales": {"type": "email", "address": SALES, "smtp_url": "smtp://127.0.0.1:1"},
}


def written(words: str, key: str, *more: str, who: str = f"Hana <{HANA}>", to: str = HELP) -> bytes:
    """A mail of these words; `key` makes its Message-ID."""
    head = (f"From: {who}", f"To: {to}", "Subject: Delivery", f"Message-ID: <{key}@client.example>")
    return mail(*head, *more, body=words)


class PostHouse:
    """`receiving` is one process's part."""

    def __init__(self, world: World, channels: Channels, folder: Path) -> None:
        self.world, self.store, self.channels = world, world.store, channels
        self.media = open_media("disk:media", folder)
        self.receiving = Receiving(self.store, channels, self.media, Limits())

    @property
    def email(self) -> Email:
        found: Any = self.channels.get("help")
        assert isinstance(found, Email)
        return found

    async def brings(self, raw: bytes, *to: str, sender: str = HANA, account: str = "help") -> None:
        """Returns when it is taken."""
        call = ProviderRequest("SMTP", "", of_envelope(sender, to or (HELP,)), raw)
        await Office(self.receiving, self.store, self.email.account).deliver(
            call, self.access(account).account
        )

    def access(self, account: str) -> Any:
        return self.channels.access(account)

    def deliver(self, raw: bytes, *to: str, sender: str = HANA) -> None:
        """By the door, as a mail server: blocking. Raises what smtplib does."""
        with smtplib.SMTP("127.0.0.1", self.email.port, timeout=20) as line:
            line.sendmail(sender, list(to or (HELP,)), raw)

    async def replays(self, key: str) -> Trouble | None:
        return await replay(self.store, self.channels, key, Limits(), agent("anna"), self.media)

    def token(self, conversation: str, address: str = HELP) -> str:
        return signer_of(self.store.secret).address(address, conversation)

    async def messages(self) -> list[Row]:
        return await self.world.rows("select * from messages order by position")

    async def texts(self) -> list[str]:
        return [row["text"] for row in await self.messages()]


@contextlib.asynccontextmanager
async def post_house(store: Store, folder: Path, **sections: dict[str, Any]) -> AsyncIterator[PostHouse]:
    """With these accounts, or `SECTIONS`."""
    world = await World.made(store)
    chosen = sections or SECTIONS
    channels = Channels.of(chosen)
    await store.write(lambda tx: sync_accounts(tx, {name: Configured("email", name) for name in chosen}))
    house = PostHouse(world, channels, folder)
    try:
        for channel in channels:
            await channel.open()
        yield house
    finally:
        for channel in channels:
            await channel.close()
        await house.media.close()

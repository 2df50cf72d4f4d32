"""A channel whose messages go to several people by SMTP, to a mail server of the tests."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, ClassVar

from gateway.channels._mail_send import LINK_LIFE, SPACE, Courier, Outgoing, address_of, owns
from gateway.channels._mail_smtp import Postman, Server
from gateway.channels._mail_threads import Signer
from gateway.channels.base import (
    AttachmentRules,
    Capabilities,
    ChannelConfig,
    Correspondent,
    Delivery,
    Sent,
    Words,
)
from gateway.events import AccountId, Address, Attachment
from gateway.store import Store, Tx
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.ingest import Intake
from gateway.stream.outbox import Sending
from tests.channels.smtp_post import Post, posting
from tests.world import World, seed

OURS = "help@shop.example"
SIGNER = Signer([b"a secret of the tests' own"])
MOST = 10


class Letters:
    """An account that writes mails; `called` is what the outbox asked of it."""

    name: ClassVar[str] = "letters"
    label: ClassVar[Words] = Words("Letters", "편지")
    icon: ClassVar[str] = "<svg/>"
    Config: ClassVar[type[ChannelConfig]] = ChannelConfig
    rate, burst = 1e6, 1000

    def __init__(self, courier: Courier, account: str = "mail") -> None:
        self.account = AccountId(account)
        self.config = ChannelConfig(type="letters")
        self.capabilities = Capabilities(
            text_length=50_000,
            attachments=AttachmentRules({"*/*": 25_000_000}, 20),
            quoting=True,
            subject=True,
            formatting="markdown",
            recipients=MOST,
            link_life=LINK_LIFE,
            may_start=True,
            delivery_states=True,
        )
        self.called: list[Delivery] = []
        self._courier = courier

    async def open(self) -> None: ...

    async def close(self) -> None:
        await self._courier.close()

    def owns(self, address: Address) -> bool:
        return owns(address, [OURS])

    def reaches(self, address: Address) -> bool:
        return address.space == SPACE

    def address_of(self, written: str) -> Address | None:
        return address_of(written)

    def signed(self, own: str, name: str, locale: str) -> str:
        return f"{own or name}, {locale}"

    async def send(self, delivery: Delivery) -> Sent:
        self.called.append(delivery)
        return await self._courier.send(delivery)


@contextlib.asynccontextmanager
async def writing(post: Post, **more: Any) -> AsyncIterator[Letters]:
    """An account whose mails this server takes; `more` is of `Outgoing`."""
    async with posting(post) as postman:
        out = Outgoing(OURS, postman, SIGNER, name=Words("Shop", "가게"))
        channel = Letters(Courier(replace(out, **more)))
        yield channel
        await channel.close()


def idle() -> Letters:
    """An account that is asked what it can do, and never sends."""
    return Letters(Courier(Outgoing(OURS, Postman(Server("127.0.0.1", 1, "none")), SIGNER)))


async def with_letters(store: Store) -> World:
    """The usual team, with an account `mail` beside `web`; customers write to the first."""

    async def verb(tx: Tx) -> None:
        await seed(tx)
        mail = Configured("letters", "Letters", Sending(50_000, captions=True, recipients=MOST))
        await sync_accounts(tx, {"web": Configured("test", "Web"), "mail": mail})

    await store.write(verb)
    return World(store, Intake(AccountId("mail")))


def person(address: str, name: str = "") -> Correspondent:
    return Correspondent(Address(SPACE, address), name)


def opened(raw: bytes) -> EmailMessage:
    """A mail as its reader has it."""
    read = message_from_bytes(raw, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def words(raw: bytes, kind: str = "plain") -> str:
    """The text of a mail, or with `html` its page."""
    part = opened(raw).get_body((kind,))
    assert part is not None
    told: str = part.get_content()
    return told.replace("\r\n", "\n")


def held(files: dict[str, bytes]) -> Callable[[Attachment], Any]:
    """Reads files by their hash."""

    async def read(file: Attachment) -> bytes:
        return files[file.hash]

    return read

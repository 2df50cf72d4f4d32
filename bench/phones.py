"""Customers with telephones: a house with lines over a provider, what was said on them, what waits to go or went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench.product import Data
from bench.words import Writer
from gateway.config import load
from gateway.delivery import Pace, State
from gateway.events import AccountId, Address, InboundMessage, agent
from gateway.store import Store, open_store
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.hooks import Wish, make_hook
from gateway.stream.ingest import Intake, take_in
from gateway.stream.outbox import Sending
from gateway.stream.outbox_lease import lease
from gateway.stream.outbox_settle import News, settle
from gateway.stream.post import Post, write_post

PUBLIC = "http://localhost"
"""What is signed: of a house that took any free port, its address without one."""
SID, TOKEN = "AC" + "a" * 32, "the token of the bench"
LINES = 4
"""Accounts, each with a number. One hands over a thousand messages a second at the most."""
RATE = 1000
ACCOUNT, LINE = "phone0", "+14155550100"
"""The one that is called."""
PATH = f"/webhooks/{ACCOUNT}"
BATCH = 500
AGENT = "select id from agents limit 1"


def number(customer: int) -> str:
    return f"+82105{customer:07}"


def config(provider: int) -> str:
    """The sections of a house whose provider listens at this port of this machine."""
    lines = (
        f'[channels.phone{line}]\ntype = "twilio_sms"\naccount_sid = "{SID}"\nauth_token = "{TOKEN}"\n'
        f'from = "+1415555010{line}"\nrate = {RATE}\napi_base = "http://127.0.0.1:{provider}"\n'
        for line in range(LINES)
    )
    return "\n".join([*lines, '[webhooks]\ntrusted = ["127.0.0.1"]\n'])


def write_first(data: Data, people: int) -> None:
    """Each has written once, by one line after the other."""
    asyncio.run(_write_first(data, people))


async def _write_first(data: Data, people: int) -> None:
    async with _opened(data) as store:
        await _said(store, people, people)


def queue(data: Data, messages: int, people: int) -> None:
    """So many answers wait to be sent, as many to each."""
    asyncio.run(_queue(data, messages, people))


async def _queue(data: Data, messages: int, people: int) -> None:
    async with _opened(data) as store:
        await _answer(store, await _said(store, people, people), range(messages))


def send(data: Data, messages: int, people: int) -> Path:
    """So many answers were taken by the provider: a file of their accounts, their ids there and our attempts."""
    file = data.folder / "sent.txt"
    sent = asyncio.run(_send(data, messages, people))
    file.write_text("".join(f"{' '.join(one)}\n" for one in sent))
    return file


async def _send(data: Data, messages: int, people: int) -> list[tuple[str, str, str]]:
    sent: list[tuple[str, str, str]] = []
    async with _opened(data) as store:
        conversations = await _said(store, people, people)
        for start in range(0, messages, people):
            await _answer(store, conversations, range(start, min(start + people, messages)))
            sent += await _all_taken(store, start)
    return sent


def follow(data: Data, url: str, messages: int, people: int) -> None:
    """An endpoint is to be told of every message; so many came since it was made."""
    asyncio.run(_follow(data, url, messages, people))


async def _follow(data: Data, url: str, messages: int, people: int) -> None:
    async with _opened(data) as store:
        by = agent(await store.read(lambda look: look.value(AGENT)))
        await store.write(lambda tx: make_hook(tx, Wish(url, ("message.created",)), by, most=1))
        await _said(store, messages, people)


@asynccontextmanager
async def _opened(data: Data) -> AsyncIterator[Store]:
    settings = load(data.folder / "config.toml", data=data.folder, environ={})
    store = await open_store(settings.database_url)
    sends = {f"phone{line}": Configured("twilio_sms", "", Sending(1600, True)) for line in range(LINES)}
    try:
        await store.write(lambda tx: sync_accounts(tx, {**sends, "web": Configured("webchat", "Website")}))
        yield store
    finally:
        await store.close()


def _batches(numbers: range) -> Iterator[range]:
    for start in range(numbers.start, numbers.stop, BATCH):
        yield range(start, min(start + BATCH, numbers.stop))


async def _said(store: Store, messages: int, people: int) -> list[str]:
    """Everybody's conversation, in their order."""
    writer, found = Writer(11), {}

    async def say(one: int) -> None:
        who = one % people
        fact = InboundMessage(f"SM{one:032x}", Address("tel", number(who)), writer.message())
        found[who] = (await take_in(store, Intake(AccountId(f"phone{who % LINES}")), fact)).conversation

    for batch in _batches(range(messages)):
        await asyncio.gather(*(say(one) for one in batch))
    return [found[who] for who in range(people)]


async def _answer(store: Store, conversations: list[str], numbers: range) -> None:
    writer = Writer(13)
    by = agent(await store.read(lambda look: look.value(AGENT)))

    def answer(one: int) -> Post:
        return Post(conversations[one % len(conversations)], by, f"answer-{one}", writer.message())

    for batch in _batches(numbers):
        posts = [answer(one) for one in batch]
        await asyncio.gather(*(store.write(lambda tx, what=what: write_post(tx, what)) for what in posts))  # type: ignore[misc]


async def _all_taken(store: Store, start: int) -> list[tuple[str, str, str]]:
    """What waits is taken: by which account, under which id, for which attempt."""
    taken: list[tuple[str, str, str]] = []
    pace = Pace()
    for account in (f"phone{line}" for line in range(LINES)):
        while True:
            some = await store.write(lambda tx, account=account: lease(tx, account, BATCH, 1e9, BATCH, pace))  # type: ignore[misc]
            if not some.leased:
                break
            news = [
                (account, f"SM{start + len(taken) + place:032x}", one.delivery.id)
                for place, one in enumerate(some.leased)
            ]
            await asyncio.gather(
                *(
                    store.write(lambda tx, sid=sid, key=key: settle(tx, key, News(State.SENT, sid), pace))  # type: ignore[misc]
                    for _, sid, key in news
                )
            )
            taken += news
    return taken

"""Parley between real mail servers: Dovecot keeps its customers' mail and its own, Postfix carries.

Where Debian's packages are not installed (`.ci/run` does, where it can) these tests are not collected, and the run says
so at its end.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from gateway import receiving
from gateway.channels import _mail_imap as imap
from gateway.delivery import Pace
from gateway.outbox import Outbox
from gateway.store import Store
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.outbox import Sending
from tests.channels.mail_certificates import files
from tests.checks import check
from tests.databases import Database
from tests.peers import HANA, JUNE, OURS, missing
from tests.post_house import PostHouse, post_house
from tests.servers.dovecot import Dovecot
from tests.servers.postfix import Postfix

collect_ignore_glob = ["test_*.py"] if missing() else []

PACE = Pace(lease=30_000, answer=20_000, doubt=5_000, lane_wait=100, first=20, most=40, probe=60)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Lost lines are made anew soon; the one certificate that our side trusts is the servers' own."""
    monkeypatch.setattr(imap, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(imap, "LONGEST_PAUSE", 0.2)
    monkeypatch.setattr(receiving, "AGAIN", 0.05)
    monkeypatch.setenv("SSL_CERT_FILE", str(files(tmp_path)[0]))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    database = Database("sqlite:///parley.db", tmp_path)
    yield await database.open()
    await database.close()


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """With mailboxes of HANA, JUNE and OURS."""
    server = Dovecot.start(HANA, JUNE, OURS)
    yield server
    server.stop()


@pytest.fixture
def postfix() -> Iterator[Callable[..., Awaitable[Postfix]]]:
    """Starts one; awaited."""
    started: list[Postfix] = []

    async def start(ways: dict[str, str]) -> Postfix:
        started.append(await asyncio.to_thread(Postfix.start, ways))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@contextlib.asynccontextmanager
async def at_work(store: Store, folder: Path, **sections: dict[str, Any]) -> AsyncIterator[PostHouse]:
    """All of one process: it listens, fetches, and sends."""
    async with post_house(store, folder, **sections) as house:
        sending = Sending(100_000, captions=True, recipients=50)
        configured = {name: Configured("email", name, sending) for name in sections}
        await store.write(lambda tx: sync_accounts(tx, configured))
        outbox = Outbox(store, house.channels, PACE)
        store.publish_to(outbox.hear)
        await house.receiving.listen()
        tasks = [asyncio.create_task(one) for one in (house.receiving.run(store), outbox.run())]
        try:
            yield house
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        await check(store)


async def until(true: Callable[[], Any], patience: float = 60.0) -> None:
    """`true` may be awaited, or looked at in a thread; `patience` in seconds."""
    for _ in range(int(patience / 0.05)):
        told = true() if asyncio.iscoroutinefunction(true) else asyncio.to_thread(true)
        if await told:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come")


def letter(words: str, key: str, *, sender: str = HANA, to: str = OURS, **headers: str) -> bytes:
    """As a program writes it; `key` makes its Message-ID. In `headers` a `_` is a `-`."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, "Delivery"
    mail["Message-ID"] = f"<{key}@client.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(words)
    return mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

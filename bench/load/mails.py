"""Mails taken straight by our own intake: `python -m bench.load.mails FOLDER`, read, joined, stored with their files.

Driven as the bare program beside it (bench.bare.mails).
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from bench.bare.mails import drive
from bench.mails import ADDRESS
from gateway.channels.base import ProviderRequest
from gateway.channels.registry import Channels
from gateway.limits import Limits
from gateway.media import open_media
from gateway.store import open_store
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.provided import take_whole

AT_ONCE = 16
"""Mails under way, as of so many connections."""


async def main(folder: Path) -> None:
    channels = Channels.of({"mail": {"type": "email", "address": ADDRESS, "listen": "127.0.0.1:0"}})
    channel: Any = channels.access("mail")
    store = await open_store(f"sqlite:///{folder}/parley.db")
    media, limits = open_media(f"disk:{folder}/media", folder), Limits()
    await store.write(lambda tx: sync_accounts(tx, {"mail": Configured("email", "Mail")}))

    async def take_all(mails: Sequence[bytes]) -> None:
        waiting = iter(mails)

        async def takes() -> None:
            for raw in waiting:
                call = ProviderRequest("IMAP", "INBOX", {}, raw)
                parked = await take_whole(store, channels, media, channel, call, limits)
                assert parked is None, "a mail of the bench is read"

        await asyncio.gather(*(takes() for _ in range(AT_ONCE)))

    try:
        await drive(take_all)
    finally:
        await media.close()
        await store.close()


if __name__ == "__main__":
    uvloop.run(main(Path(sys.argv[1])))

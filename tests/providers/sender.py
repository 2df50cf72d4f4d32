"""The sender that is killed, with the real adapter: `python -m tests.providers.sender URL FOLDER BASE POINT`. BASE is
where the phone network answers, in another process. Ends by itself when nothing is left to send, or at the point by a
kill -9 of itself.

    leasing    it has taken a delivery, and not committed that
    leased     it is about to call the provider
    accepted   the provider has it, its answer is not read
    settling   the answer is read, what it says is not committed
    settled    it is committed, nobody has been told

or, once, by standing still (SIGSTOP) until somebody wakes it; then it works on:

    stalls     it has taken deliveries, and is about to ask how long ago that was
    calls      it has asked, and is about to call the provider
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from gateway import outbox
from gateway.channels import _twilio
from gateway.channels._twilio_send import send_message
from gateway.channels.registry import Channels
from gateway.config import Config, Server
from gateway.delivery import Pace
from gateway.media import MediaLinks, open_media
from gateway.outbox import Outbox, with_secrets
from gateway.outward import OutwardLinks
from gateway.store import open_store
from gateway.stream.outbox_lease import lease, next_due
from gateway.stream.outbox_settle import settle
from inbox.desk import wall_clock
from tests.providers.town import sections

POINTS = ("leasing", "leased", "accepted", "settling", "settled")
PACE = Pace(lease=1_200, answer=600, doubt=500, lane_wait=200, first=20)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stalling(step: Any) -> Any:
    """Stands still before the first of these steps."""
    first = [True]

    def run(*args: Any) -> Any:
        if first:
            first.clear()
            os.kill(os.getpid(), signal.SIGSTOP)
        return step(*args)

    return run


def dying(verb: Any, *, before: bool = False) -> Any:
    async def run(*args: Any) -> Any:
        if before:
            die()
        result = await verb(*args)
        die()
        return result

    return run


async def main(url: str, folder: Path, base: str, point: str) -> None:
    store = await open_store(url, folder)
    channels = Channels.of(sections(base))
    for channel in channels:
        await channel.open()
    if point == "leasing":
        vars(outbox)["lease"] = dying(lease)
    if point in ("leased", "accepted"):
        vars(_twilio)["send_message"] = dying(send_message, before=point == "leased")
    if point == "stalls":
        vars(outbox)["with_secrets"] = stalling(with_secrets)
    if point == "calls":
        vars(_twilio)["send_message"] = stalling(send_message)
    if point == "settling":
        vars(outbox)["settle"] = dying(settle)
    if point == "settled":
        store.publish_to(lambda events: die())
    public = Config(data=folder, server=Server(public_url="https://parley.example"))
    links = MediaLinks(store.secret, clock=wall_clock)
    outward = OutwardLinks(public, links, open_media(public.media_store, folder))
    sending = asyncio.create_task(Outbox(store, channels, PACE, outward=outward).run())
    while await store.read(lambda look: next_due(look, ["sms"])):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.02)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    for channel in channels:
        await channel.close()
    await store.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]))

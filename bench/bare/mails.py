"""The standard library reads mails and does nothing else with them: what our own intake of mails is measured against.

Reads lines of JSON {"first", "count"}, answers each with {"per_second"}. `drive` is also what drives ours
(bench.load.mails).
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import uvloop

from bench.mails import mail

TakeAll = Callable[[Sequence[bytes]], Awaitable[None]]


async def drive(take: TakeAll) -> None:
    """Does what standard input asks for until it ends; making the mails is not measured."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        mails = [mail(number) for number in range(asked["first"], asked["first"] + asked["count"])]
        began = time.perf_counter()
        await take(mails)
        print(json.dumps({"per_second": len(mails) / (time.perf_counter() - began)}), flush=True)


async def parse_all(mails: Sequence[bytes]) -> None:
    for raw in mails:
        read(raw)


def read(raw: bytes) -> int:
    """Who, what about, and every part's content, decoded."""
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    told = len(str(message["From"]) + str(message["Subject"]) + str(message["Message-ID"]))
    return told + sum(len(part.get_content()) for part in message.walk() if not part.is_multipart())


if __name__ == "__main__":
    uvloop.run(drive(parse_all))

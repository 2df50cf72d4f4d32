"""A mailbox with mails in it: `python -m bench.load.mailbox COUNT`; says the port at which it speaks IMAP."""

from __future__ import annotations

import asyncio
import json
import sys

from bench.mails import mail
from tests.channels.imap_post import ImapPost


async def main(count: int) -> None:
    server = ImapPost()
    for number in range(count):
        server.put(mail(number))
    async with server.open() as port:
        print(json.dumps({"port": port}), flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))

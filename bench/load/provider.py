"""A provider that takes every order at once, and a program that takes every webhook: `python -m bench.load.provider`.

Prints its port. A line of JSON on stdin, {"wait": N}, is answered when that many have come since: how long it took from
the first to the last of them, and how many orders came twice, by the attempt that they name; {"all": 1} at once.
"""

from __future__ import annotations

import asyncio
import gc
import json
import re
import sys
import time

import uvloop
from aiohttp import web

ORDERS, HOOK = "/2010-04-01/Accounts/{sid}/Messages.json", "/hook"
ATTEMPT = re.compile(rb"attempt%3D([0-9A-Za-z_-]+)")


class Provider:
    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._came = 0
        self._twice = self._orders = 0
        self._first = 0.0
        self._wanted = 0
        self._enough = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        """https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource"""
        named = ATTEMPT.search(await request.read())
        if named is not None:
            self._orders += 1
            self._twice += named[1] in self._seen
            self._seen.add(named[1])
        self._count()
        body = b'{"sid":"SM%032x","status":"queued"}' % self._came
        return web.Response(status=201, body=body, content_type="application/json")

    async def list(self, request: web.Request) -> web.Response:
        """It holds nothing that we would not know."""
        return web.json_response({"messages": [], "next_page_uri": None})

    async def hear(self, request: web.Request) -> web.Response:
        await request.read()
        self._count()
        return web.Response(status=204)

    def _count(self) -> None:
        self._came += 1
        self._first = self._first or time.monotonic()
        if self._came == self._wanted:
            self._enough.set()

    def all(self) -> dict[str, int]:
        """Orders that have come in its life, and how many of them came twice."""
        return {"orders": self._orders, "twice": self._twice}

    async def wait(self, messages: int) -> dict[str, float]:
        """Counts from now on."""
        self._came, self._first, self._wanted = 0, 0.0, messages
        self._enough.clear()
        await self._enough.wait()
        return {"first": self._first, "seconds": time.monotonic() - self._first, "twice": self._twice}


async def main() -> None:
    provider = Provider()
    application = web.Application()
    application.router.add_post(ORDERS, provider.take)
    application.router.add_get(ORDERS, provider.list)
    application.router.add_post(HOOK, provider.hear)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    gc.freeze()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        told = await provider.wait(asked["wait"]) if "wait" in asked else provider.all()
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    uvloop.run(main())

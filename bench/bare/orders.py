"""A bare client: aiohttp posts one ready form (or JSON) after the other. `python -m bench.bare.orders URL FILE`.

Reads lines of JSON {"seconds", "at_once"}, answers each with {"per_second"}. The file is what is posted, its first line
the type.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import uvloop
from aiohttp import ClientSession, TCPConnector, encode_basic_auth

LOGIN = {"Authorization": encode_basic_auth("login", "secret")}


async def run(
    session: ClientSession, url: str, body: bytes, kind: str, seconds: float, at_once: int
) -> float:
    until, done = time.perf_counter() + seconds, 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < until:
            async with session.post(url, data=body, headers={"Content-Type": kind}) as answer:
                await answer.read()
                done += 1

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(at_once)))
    return done / (time.perf_counter() - began)


async def main() -> None:
    kind, _, body = Path(sys.argv[2]).read_bytes().partition(b"\n")
    async with ClientSession(connector=TCPConnector(limit=0), headers=LOGIN) as session:
        while line := await asyncio.to_thread(sys.stdin.readline):
            asked = json.loads(line)
            rate = await run(session, sys.argv[1], body, kind.decode(), asked["seconds"], asked["at_once"])
            print(json.dumps({"per_second": rate}), flush=True)


if __name__ == "__main__":
    uvloop.run(main())

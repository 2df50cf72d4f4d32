"""How the bare servers in Python run: aiohttp on uvloop, or on asyncio's own loop; any free port, which they print.

BARE_PORT: a port that several of them share, each with a listening socket of its own; 0: any free one.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os

import uvloop
from aiohttp import web


def serve(application: web.Application) -> None:
    """Answers until the process is ended; BARE_LOOP=asyncio: on asyncio's own loop."""
    run = asyncio.run if os.environ.get("BARE_LOOP") == "asyncio" else uvloop.run
    run(_serve(application))


async def _serve(application: web.Application) -> None:
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    port = os.environ.get("BARE_PORT")
    await web.TCPSite(runner, "127.0.0.1", int(port or 0), backlog=4096, reuse_port=port is not None).start()
    gc.freeze()
    print(json.dumps({"port": runner.addresses[0][1]}), flush=True)
    await asyncio.Event().wait()

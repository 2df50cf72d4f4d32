"""A customer's browser without the browser: the door's HTTP up, its socket down, nothing else."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import orjson

from gateway.events import new_id

PROTOCOL = 1
"""Of the visitors' socket, as a page in a browser would be of one."""
Frame = dict[str, Any]


class Visitor:
    """One person at one browser. Raises what aiohttp raises when the door refuses or is gone."""

    def __init__(self, http: aiohttp.ClientSession, account: str, token: str) -> None:
        self._http = http
        self._door = f"/visitor/{account}"
        self._socket = f"/ws/visitor/{account}"
        self._token = token
        self._line: aiohttp.ClientWebSocketResponse | None = None
        self._cursor: str | None = None
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue()

    @classmethod
    async def begin(cls, http: aiohttp.ClientSession, account: str, ask: dict[str, Any]) -> Visitor:
        """`ask` as POST session takes it."""
        async with http.post(f"/visitor/{account}/session", json=ask, raise_for_status=True) as answer:
            return cls(http, account, (await answer.json())["token"])

    # --- hearing ----------------------------------------------------------------------------------------------------

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """The page is open: what the door says is heard, from where it was heard last."""
        async with self._http.ws_connect(self._socket, heartbeat=20) as line:
            self._line, self._frames = line, asyncio.Queue()
            hello = {"kind": "hello", "protocol": PROTOCOL, "token": self._token, "cursor": self._cursor}
            await line.send_json(hello)
            reading = asyncio.create_task(self._read(line, self._frames))
            try:
                yield
            finally:
                self._line = None
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)

    async def _read(self, line: aiohttp.ClientWebSocketResponse, frames: asyncio.Queue[Frame | None]) -> None:
        try:
            async for message in line:
                if message.type is aiohttp.WSMsgType.TEXT:
                    frames.put_nowait(orjson.loads(message.data))
        finally:
            frames.put_nowait(None)

    async def heard(self) -> Frame | None:
        """The next frame; None: the line was cut. To be waited for as long as one likes."""
        frame = await self._frames.get()
        if frame is not None:
            self._cursor = frame.get("cursor", self._cursor)
        return frame

    # --- saying -----------------------------------------------------------------------------------------------------

    async def types(self, *, active: bool, preview: str = "") -> None:
        await self._tell({"kind": "typing", "active": active, "preview": preview or None})

    async def reads(self, position: int) -> None:
        await self._tell({"kind": "seen", "delivered": position, "read": position})

    async def _tell(self, frame: Frame) -> None:
        """A signal: lost when nobody listens."""
        if self._line is not None and not self._line.closed:
            with contextlib.suppress(ConnectionResetError):
                await self._line.send_json(frame)

    async def says(self, text: str, file: tuple[str, bytes] | None = None) -> None:
        """`file`: name and bytes of a PNG."""
        uploads = [await self._upload(*file)] if file else []
        body = {"client_id": new_id(), "text": text, "attachments": uploads}
        async with self._http.post(
            f"{self._door}/messages", json=body, headers=self._bearing(), raise_for_status=True
        ):
            pass

    async def _upload(self, name: str, content: bytes) -> str:
        headers = {**self._bearing(), "Content-Type": "image/png"}
        async with self._http.post(
            f"{self._door}/uploads",
            params={"name": name},
            data=content,
            headers=headers,
            raise_for_status=True,
        ) as answer:
            return str((await answer.json())["attachment"]["id"])

    def _bearing(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"}

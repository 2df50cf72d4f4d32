"""Agents with a tab each: a real socket that resumes, and answers by socket or REST, repeated until they are taken."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections import defaultdict
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

import aiohttp
import orjson

from gateway.events import new_id
from inbox.wire import PROTOCOL
from tests.chaos.house import AGENTS
from tests.chaos.ledger import REPLY, Ledger
from tests.chaos.people import AGAIN, LOST, QUIET

if TYPE_CHECKING:
    from tests.chaos.house import House

OVERDUE = 12.0
"""Seconds until a command without an answer is said again, on another connection."""


class Agent:
    """`live` until cancelled; `works` off what there is to answer."""

    def __init__(self, house: House, ledger: Ledger, name: str, share: float) -> None:
        """`share` of all customers' words are answered, each by one agent."""
        self.name = name
        self._house = house
        self._ledger = ledger
        self._share = share
        self._heard = ledger.heard[name]
        self._headers = {**house.origin, "Cookie": f"parley={house.cookies[name]}"}
        self._cursor: str | None = None
        self.position = 0
        self._ws: aiohttp.ClientWebSocketResponse | None = None
        self._chance = random.Random(f"{name}/{house.chance.random()}")
        self._ids = itertools.count(1)
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._lanes: dict[str, asyncio.Queue[str]] = defaultdict(asyncio.Queue)
        self._tasks: set[asyncio.Task[None]] = set()
        self.under_way = 0
        """Answers that have not been taken yet."""

    @property
    def is_live(self) -> bool:
        return self._ws is not None and self._cursor is not None

    async def live(self) -> None:
        try:
            while True:
                with contextlib.suppress(*LOST):
                    await self._connected()
                self._lose()
                await asyncio.sleep(AGAIN)
        finally:
            for task in tuple(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self) -> None:
        url = f"{self._house.url}/ws/agent"
        async with self._house.http.ws_connect(url, headers=self._headers, max_msg_size=0) as ws:
            hello = {"kind": "hello", "protocol": PROTOCOL}
            await ws.send_json(hello | ({"cursor": self._cursor} if self._cursor else {}))
            while (message := await ws.receive(timeout=QUIET)).type is aiohttp.WSMsgType.TEXT:
                self._take(ws, orjson.loads(message.data))
            if ws.close_code in (4001, 4002):
                self._ledger.wrong.append(f"{self.name} was closed with {ws.close_code}")

    def _lose(self) -> None:
        self._ws = None
        for answer in self._answers.values():
            if not answer.done():
                answer.cancel()

    def _take(self, ws: aiohttp.ClientWebSocketResponse, frame: dict[str, Any]) -> None:
        match frame["kind"]:
            case "hello":
                self._ws = ws
            case "reset":
                self._cursor = None
                self._ledger.again["a reset"] += 1
            case "snapshot":
                self._heard.read.append((self.position, frame["position"]))
                self._cursor, self.position = frame["cursor"], frame["position"]
            case "events":
                for event in frame["events"]:
                    self._hear(event)
                self._cursor = frame["cursor"]
                self.position = max(self.position, frame["position"])
            case "result" | "problem" if frame.get("id") in self._answers:
                answer = self._answers[frame["id"]]
                if not answer.done():
                    answer.set_result(frame)

    def _hear(self, event: dict[str, Any]) -> None:
        if event["position"] <= self.position:
            self._ledger.wrong.append(f"{self.name} was told of {event['position']} at {self.position}")
        self.position = event["position"]
        if event["kind"] != "message.created":
            return
        text = event["message"]["text"]
        self._heard.texts.append((event["position"], text))
        if text.startswith(REPLY):
            return
        if self.name == AGENTS[0]:
            self._ledger.seen[text.partition(".")[0]] += 1
            if self._house.office.wants(text):
                self._begin(self._pull(event["message"]["conversation"]))
        if self._is_mine(text):
            self._answer(event["message"]["conversation"], text)

    def _is_mine(self, text: str) -> bool:
        draw = random.Random(text)
        return draw.choice(AGENTS) == self.name and draw.random() < self._share

    def _answer(self, conversation: str, text: str) -> None:
        self.under_way += 1
        lane = self._lanes[conversation]
        lane.put_nowait(REPLY + text)
        if lane.qsize() == 1:
            self._begin(self._work_off(conversation, lane))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (why := task.exception()):
            self._ledger.wrong.append(f"{self.name} has stopped working: {why!r}")

    async def _pull(self, conversation: str) -> None:
        self.under_way += 1
        args = {"conversation": conversation, "place": "slack", "channel": self._house.office.channel}
        while (frame := await self._command("pull_out", args)) is None or frame["kind"] == "problem":
            if frame is not None:
                self._refused(frame["problem"])
            self._ledger.again["a pull"] += 1
            await asyncio.sleep(AGAIN)
        self.under_way -= 1

    async def _work_off(self, conversation: str, lane: asyncio.Queue[str]) -> None:
        """One after the other, as one person writes."""
        while not lane.empty():
            await self._send(conversation, lane._queue[0])  # type: ignore[attr-defined]
            lane.get_nowait()
            self.under_way -= 1

    async def _send(self, conversation: str, text: str) -> None:
        body = {"client_id": new_id(), "text": text, "anyway": True}
        while True:
            by = self._by_socket if self._chance.random() < 0.7 else self._by_rest
            if key := await by(conversation, body):
                self._ledger.answered[text] = key
                return
            self._ledger.again["an agent's words"] += 1
            await asyncio.sleep(AGAIN)

    async def _by_socket(self, conversation: str, body: dict[str, Any]) -> str | None:
        frame = await self._command("reply", {"conversation": conversation, **body})
        if frame is None:
            return None
        if frame["kind"] == "problem":
            self._refused(frame["problem"])
            return None
        return str(frame["value"]["message"]["id"])

    async def _command(self, name: str, args: dict[str, Any]) -> dict[str, Any] | None:
        """The frame that answers; None: nobody did."""
        ws = self._ws
        if ws is None:
            return None
        key = f"c{next(self._ids)}"
        answer = self._answers[key] = asyncio.get_running_loop().create_future()
        command = {"kind": "command", "id": key, "name": name, "args": args}
        try:
            async with asyncio.timeout(OVERDUE):
                await ws.send_json(command)
                await asyncio.wait([answer])
        except LOST:
            await ws.close()
            return None
        finally:
            del self._answers[key]
        return None if answer.cancelled() else answer.result()

    async def _by_rest(self, conversation: str, body: dict[str, Any]) -> str | None:
        url = f"{self._house.url}/api/v1/conversations/{conversation}/messages"
        told = {**body, "visibility": "public"}
        with contextlib.suppress(*LOST):
            async with self._house.http.post(url, json=told, headers=self._headers) as answer:
                said = orjson.loads(await answer.read())
            if answer.status < 300:
                return str(said["message"]["id"])
            self._refused(said)
        return None

    def _refused(self, problem: dict[str, Any]) -> None:
        if problem["status"] not in (429, 502, 503, 504):
            self._ledger.wrong.append(f"{self.name} was refused: {problem}")

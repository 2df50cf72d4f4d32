"""Knocks at our doors as Twilio does: signed, in a hurry, and only as often as the URL says.

Pages: usage/webhooks/webhooks-security for the signature, usage/webhooks/webhooks-connection-overrides for what stands
behind the `#` of a URL.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs

import aiohttp
from twilio.request_validator import (
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
)

from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.records import Account, Call, Fetch, File

ANSWER = aiohttp.ClientTimeout(total=15, sock_connect=5)
"""Seconds that Twilio waits for an answer; for a connection."""
PAUSE = 1.0
"""Seconds between two attempts."""
MOST_RETRIES = 5
LARGEST = 16 * 1024 * 1024
"""Bytes of a file that is got from us."""
REMEMBERED = 1000

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Knock:
    """One attempt, and the HTTP status that answered it; None: nothing did."""

    call: Call
    status: int | None


class Courier:
    """Does the network's errands. `knocks` are the last of them, oldest first."""

    def __init__(
        self, network: Network, http: aiohttp.ClientSession, *, pause: Pause = asyncio.sleep
    ) -> None:
        self.knocks: deque[Knock] = deque(maxlen=REMEMBERED)
        self._network = network
        self._http = http
        self._pause = pause

    async def run(self) -> None:
        """With a clock that goes by itself: runs until it is cancelled."""
        stirred = asyncio.Event()
        self._network.agenda.stir = stirred.set
        async with asyncio.TaskGroup() as group:
            while True:
                stirred.clear()
                for errand in self._network.advance():
                    group.create_task(self._do(errand))
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._until_next()):
                        await stirred.wait()

    def _until_next(self) -> float | None:
        agenda = self._network.agenda
        return None if agenda.next_at is None else max(0.0, (agenda.next_at - agenda.now) / 1000)

    async def settle(self) -> None:
        """With a clock that is set by hand: does all that is due now, one after the other, in order."""
        while errands := self._network.advance():
            for errand in errands:
                await self._do(errand)

    async def _do(self, errand: Call | Fetch) -> None:
        if isinstance(errand, Fetch):
            self._network.fetched(errand, await self._get(errand.url))
        else:
            await self._call(errand)

    async def _call(self, call: Call) -> None:
        retries, policy = overrides(call.url)
        for attempt in range(retries + 1):
            if attempt:
                await self._pause(PAUSE)
            status, fault = await self._post(call)
            self.knocks.append(Knock(call, status))
            if status is not None and not fault:
                self._network.take(call)
            if not fault or not policy & {fault, "all"}:
                return

    async def _post(self, call: Call) -> tuple[int | None, str]:
        """The status, and what was wrong as a retry policy names it."""
        url, form = call.url.partition("#")[0], dict(call.form)
        headers = signed(url, form, self._network.accounts[call.account])
        headers["I-Twilio-Idempotency-Token"] = call.token
        try:
            async with self._http.post(
                url, data=form, headers=headers, timeout=ANSWER, allow_redirects=False
            ) as answer:
                await answer.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return None, "ct"
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None, "rt"
        fault = f"{answer.status // 100}xx" if answer.status >= 400 else ""
        return answer.status, fault

    async def _get(self, url: str) -> File | None:
        try:
            async with self._http.get(url, timeout=ANSWER) as answer:
                content = bytearray()
                async for chunk in answer.content.iter_any():
                    content += chunk
                    if len(content) > LARGEST:
                        return None
                return File(answer.content_type, bytes(content)) if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None


def signed(url: str, form: dict[str, str], account: Account) -> dict[str, str]:
    """The headers that prove who calls: over the URL as it is configured and every field of the form."""
    if account.key:
        signature = RequestValidator(account.secret).compute_signature(url, form, HMAC_SHA256)
        settings = f"key={account.key},algorithm={HMAC_SHA256}"
        return {SIGNATURE_HEADER: signature, SIGNATURE_SETTINGS_HEADER: settings}
    return {SIGNATURE_HEADER: RequestValidator(account.token).compute_signature(url, form)}


def overrides(url: str) -> tuple[int, set[str]]:
    """How often a call is tried again, and after what: `#rc=3&rp=5xx,ct`. Once, when no connection came about."""
    said = parse_qs(url.partition("#")[2])
    count = said.get("rc", ["1"])[-1]
    policy = said.get("rp", ["ct"])[-1]
    return min(int(count), MOST_RETRIES) if count.isdecimal() else 1, set(policy.split(","))

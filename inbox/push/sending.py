"""One message to one push service: encrypted for its browser (RFC 8291), signed as ours (RFC 8292), sent (RFC 8030)."""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import logging
from base64 import urlsafe_b64encode
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson
from aiohttp import ClientError, ClientSession

from inbox.push.keys import Vapid
from inbox.push.subscriptions import Device

log = logging.getLogger(__name__)

Outcome = Literal["sent", "gone", "failed"]
KEPT = 12 * 3600
"""Seconds that a push service keeps what it cannot deliver: last night's ring is no news in the morning."""
AGAIN_AFTER = (2.0, 15.0, 60.0)
"""Seconds between tries when a push service is busy or away; then the list has to do."""
LONGEST_WAIT = 300.0
"""Seconds that a push service may have us wait at the most."""
GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)


async def send(
    http: ClientSession, vapid: Vapid, device: Device, payload: dict[str, Any], clock: Callable[[], int]
) -> Outcome:
    """Tells it, trying again where that may help. `payload["conversation"]`: a later one in its place replaces it."""
    for wait in (*AGAIN_AFTER, None):
        status, after = await send_once(http, vapid, device, payload, clock())
        if status in GONE:
            return "gone"
        if status is not None and status < HTTPStatus.BAD_REQUEST:
            return "sent"
        passing = status is None or status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500
        if not passing or wait is None:
            log.warning("%s took no push for %r: %s", urlsplit(device.endpoint).hostname, device, status)
            return "failed"
        await asyncio.sleep(min(max(wait, after), LONGEST_WAIT))
    return "failed"


async def send_once(
    http: ClientSession, vapid: Vapid, device: Device, payload: dict[str, Any], now: int
) -> tuple[int | None, float]:
    """The service's status (None: no answer), and how many seconds it wants to be left alone. `now` in ms."""
    # Loaded with the first push, beside the loop: it brings an HTTP client of its own, a tenth of our start.
    webpush = await asyncio.to_thread(importlib.import_module, "pywebpush")
    keys = {"p256dh": device.p256dh, "auth": device.auth}
    body = webpush.WebPusher({"endpoint": device.endpoint, "keys": keys}).encode(orjson.dumps(payload))[
        "body"
    ]
    headers = {
        "Authorization": vapid.authorization(device.endpoint, now // 1000),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(KEPT),
        "Urgency": "high",
        "Topic": _topic(str(payload.get("conversation", "test"))),
    }
    try:
        # A redirect would lead where nobody has checked.
        async with http.post(device.endpoint, data=body, headers=headers, allow_redirects=False) as answer:
            return answer.status, _seconds(answer.headers.get("Retry-After", ""))
    except (ClientError, TimeoutError) as why:
        log.info("%s did not answer: %s", urlsplit(device.endpoint).hostname, type(why).__name__)
        return None, 0.0


def _topic(of: str) -> str:
    """RFC 8030 section 5.4: at most 32 characters of base64url; the push service must not learn our ids."""
    return urlsafe_b64encode(hashlib.sha256(of.encode()).digest())[:32].decode()


def _seconds(said: str) -> float:
    return float(said) if said.isdecimal() else 0.0

"""Log injection: whatever strangers send, a line of the log is one line, without signs that a terminal obeys."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from aiohttp import ClientSession

from gateway.app import listening, open_parley
from gateway.config import Config
from tests.inbox.conftest import House
from tests.visitors.conftest import Shop

FORGED = "\r\n2026-01-01 00:00:00,000 ERROR gateway.app: all is lost\x1b[2J\u2028\x00"
ESCAPED = "%0d%0a2026-01-01%20ERROR%20all%20is%20lost%1b[2J"
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
TWILIO = {
    "type": "twilio_sms",
    "account_sid": "AC" + "0" * 32,
    "auth_token": "t" * 32,
    "from": ["+15005550006"],
}


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Ours, as they are said; a traceback has lines of its own."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.split(".")[0] in ("gateway", "inbox", "presence")
    ]


def check(caplog: pytest.LogCaptureFixture) -> None:
    bad = [line for line in lines(caplog) if CONTROL.search(line)]
    assert not bad, bad


async def test_what_strangers_send_to_every_door(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    config = Config(data=tmp_path, channels={"web": {"type": "webchat"}, "sms": TWILIO})
    async with (
        open_parley(config) as parley,
        listening(parley, "127.0.0.1", 0) as port,
        ClientSession(f"http://127.0.0.1:{port}") as stranger,
    ):
        for path in (
            f"/webhooks/sms?{ESCAPED}={ESCAPED}",
            f"/webhooks/{ESCAPED}",
            f"/webhooks/web/{ESCAPED}",
            f"/media/{ESCAPED}/{ESCAPED}",
            f"/link/{ESCAPED}",
            f"/visitor/web/{ESCAPED}",
            f"/visitor/{ESCAPED}/session",
            f"/chat/{ESCAPED}",
            f"/api/v1/{ESCAPED}",
            f"/api/v1/session?{ESCAPED}",
        ):
            headers = {
                "X-Twilio-Signature": "\u2028\x9f" + ESCAPED,
                "User-Agent": "\x9b2J evil\t" + ESCAPED,
                "Content-Encoding": "\x9b" + ESCAPED,
                "X-Forwarded-For": ESCAPED,
                "Sec-Fetch-Site": "\x9b" + ESCAPED,
                "Referer": ESCAPED,
            }
            for method in ("GET", "POST"):
                for sent in (None, headers):
                    body = dict.fromkeys(("MessageSid", "Body", "From", "vouch", "email"), FORGED)
                    async with stranger.request(method, path, json=body, headers=sent) as answer:
                        await answer.read()
                    async with stranger.request(method, path, data=body, headers=sent) as answer:
                        await answer.read()
    assert any("refused (403)" in line for line in lines(caplog)), "the door did log"
    check(caplog)


async def test_what_agents_and_visitors_say(
    house: House, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ann = await house.client("ann")
    for method, path in (
        ("POST", "/session"),
        ("POST", "/tags"),
        ("POST", "/uploads"),
        ("PATCH", "/profile"),
    ):
        await ann.ask(method, path, {"email": FORGED, "name": FORGED, "colour": FORGED, "password": FORGED})
    hana = shop.browser()
    await hana.arrive()
    await hana.say(FORGED)
    line = await hana.connect(FORGED)
    await line.quiet()
    await line.say(kind=FORGED, text=FORGED)
    await line.quiet()
    await hana.ask("POST", "frames", json={"kind": FORGED})
    await hana.ask("POST", "messages", json={"text": FORGED, "client_id": FORGED})
    await hana.send_file(b"<svg>", name=FORGED.replace("\r\n", " "), kind="image/svg+xml")
    check(caplog)

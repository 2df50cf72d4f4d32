"""What the doctor says of an email account: each way by itself, with the key to change, and never a secret."""

import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pytest_aiohttp.plugin import AiohttpServer

from gateway.channels import _mail_looks as looks
from gateway.channels.email import Email
from gateway.channels.registry import make
from gateway.channels.roads import Look
from tests.channels.imap_post import ImapPost
from tests.channels.mail_certificates import files
from tests.channels.smtp_post import Post, posting
from tests.servers.process import free_port

LEAST = {"type": "email", "address": "help@shop.example"}


@pytest.fixture(autouse=True)
def _no_dns(monkeypatch: pytest.MonkeyPatch) -> None:
    exchangers(monkeypatch, "mx.other.example.")


def exchangers(patch: pytest.MonkeyPatch, *names: str, fault: bool = False) -> None:
    async def told(domain: str) -> Sequence[str]:
        assert domain == "shop.example"
        if fault:
            raise OSError("NoNameservers")
        return names

    patch.setattr("gateway.channels.email.exchangers", told)


async def seen(others: dict[str, dict[str, Any]] | None = None, **section: Any) -> list[Look]:
    channel: Any = make("mail", {**LEAST, **section})
    assert isinstance(channel, Email)
    accounts = {name: make(name, {**LEAST, **one}) for name, one in (others or {}).items()}
    await channel.open()
    try:
        found = [look async for look in channel.looks({"mail": channel, **accounts})]
    finally:
        await channel.close()
    assert "hush" not in str(found) and all(look.mend for look in found if look.well is not True)
    return found


def said(found: list[Look], *, well: bool | None) -> str:
    return "\n".join(f"{look.words} -> {look.mend}" for look in found if look.well is well)


async def test_both_servers_are_tried_by_themselves() -> None:
    async with ImapPost().open() as port, posting(Post(), auth=True) as postman:
        imap, smtp = f"imap://shop:right@127.0.0.1:{port}", f"127.0.0.1:{postman._server.port}"
        found = await seen(imap_url=imap, smtp_url=f"smtp://shop:right@{smtp}", folders="INBOX, Support")
        assert not said(found, well=False)
        assert "follows INBOX, Support" in said(found, well=True) and "can send" in said(found, well=True)
        assert "its password stands in imap_url" in said(found, well=None)
        found = await seen(imap_url=imap, smtp_url=f"smtp://shop:hush@{smtp}")
        assert "cannot send" in said(found, well=False) and "PASSWORD_FILE" in said(found, well=False)
        assert "is let in" in said(found, well=True)
        found = await seen(imap_url=imap, folders="INBOX, support", smtp_url=f"smtp://{smtp}")
        assert "no such folder" in said(found, well=False) and "correct folders" in said(found, well=False)
        assert "without signing in" in said(found, well=True)


async def test_nothing_to_send_by_and_nothing_to_receive_by_is_said() -> None:
    found = await seen(imap_url="imap://127.0.0.1:1")
    assert "it has no password" in said(found, well=False), "and who has none is not sent to be refused"
    assert "smtp_url" in said(found, well=None)
    nowhere = f"smtp://127.0.0.1:{free_port()}"
    found = await seen(smtp_url=nowhere)
    assert "the connection is refused" in said(found, well=False)
    assert "it receives nothing" in said(found, well=None) and "imap_url" in said(found, well=None)
    found = await seen({"door": {"listen": "127.0.0.1:2525"}}, smtp_url=nowhere)
    assert "brought for help@shop.example to 127.0.0.1:2525" in said(found, well=True)


async def test_where_it_listens() -> None:
    port = free_port()
    found = await seen(listen=f"127.0.0.1:{port}", lmtp=True)
    assert f"it can listen on 127.0.0.1:{port}" in said(found, well=True)
    with socket.create_server(("127.0.0.1", port)):
        found = await seen(listen=f"127.0.0.1:{port}")
    assert "another program listens" in said(found, well=False)
    found = await seen(listen="192.0.2.1:25")
    assert "cannot listen on 192.0.2.1:25" in said(found, well=False)


async def test_parley_itself_may_have_it_already(monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.channels._mail_listener import Door, Listener

    async def never(*args: Any) -> Any:
        raise AssertionError(args)

    listener = Listener(Door("mx.shop.example"), never, never)
    port = await listener.open("127.0.0.1", 0)
    try:
        found = await seen(listen=f"127.0.0.1:{port}")
    finally:
        await listener.close()
    assert "Parley listens on" in said(found, well=True) and not said(found, well=False)


async def test_its_certificate_and_where_the_world_brings_its_mail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain, key = map(str, files(tmp_path))
    outside: dict[str, Any] = {"listen": f"0.0.0.0:{free_port()}", "smtp_url": "smtp://127.0.0.1:1"}
    found = await seen(**outside)
    assert "without TLS" in said(found, well=None) and "brought to mx.other.example" in said(found, well=None)
    exchangers(monkeypatch)
    safe = {**outside, "hostname": "mx.shop.example", "tls_certificate": chain, "tls_key": key}
    assert "MX 10 mx.shop.example." in said(await seen(**safe), well=None)
    exchangers(monkeypatch, "MX.shop.example.")
    found = await seen(**safe)
    assert "brought to mx.shop.example" in said(found, well=True)
    assert "its certificate ends in 0 days" in said(found, well=None)
    exchangers(monkeypatch, fault=True)
    assert "NoNameservers" in said(await seen(**safe), well=None)
    missing = {**safe, "tls_key": str(tmp_path / "none.pem")}
    assert "tls_certificate or tls_key cannot be used" in said(await seen(**missing), well=False)
    # A server of one's own brings it: what the world is told is not about us.
    assert "brought to" not in said(await seen(**safe, from_networks="10.0.0.0/8"), well=None)


async def test_a_token_is_fetched_before_anybody_is_asked(
    aiohttp_server: AiohttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([(200, {"access_token": "good", "expires_in": 60}), (400, {"error": "invalid_grant"})])

    async def token(request: web.Request) -> web.Response:
        status, body = next(answers)
        return web.json_response(body, status=status)

    app = web.Application()
    app.add_routes([web.post("/token", token)])
    house = await aiohttp_server(app)
    async with ImapPost().open() as port:
        section: dict[str, Any] = {
            "imap_url": f"imap://127.0.0.1:{port}",
            "oauth_url": f"http://127.0.0.1:{house.port}/token",
            "oauth_client_id": "parley",
            "oauth_refresh_token": "hush",
        }
        found = await seen(**section)
        assert "an OAuth token" in said(found, well=True) and "is let in" in said(found, well=True)
        found = await seen(**section)
        assert "is not accepted" in said(found, well=False) and "oauth_refresh_token" in said(
            found, well=False
        )
        assert "is let in" not in said(found, well=True)


def test_every_reason_has_words() -> None:
    assert set(looks.TALKS) <= set(looks.SAID)
    assert all(looks._mend("mail", "imap", why) != "see to imap_url in [channels.mail]" for why in looks.SAID)

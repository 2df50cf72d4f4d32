"""Why a server does not serve us, in a word that stays the same whatever library says it."""

import asyncio
import errno
import socket
import ssl
from typing import Any

import pytest
from pydantic import SecretStr

from gateway.channels._mail_away import why_away, why_deaf
from gateway.channels._mail_imap import look_into
from gateway.channels._mail_imap_server import ImapServer
from gateway.channels._mail_smtp import Postman, Server
from gateway.errors import AuthFailed, Away, ParleyError
from tests.channels.imap_post import CUT, ImapPost
from tests.channels.smtp_post import Post, posting
from tests.servers.process import free_port

RIGHT = SecretStr("right")


async def fetched(port: int, *folders: str, **more: Any) -> ParleyError:
    told = {"security": "none", "username": "shop", "password": RIGHT, **more}
    with pytest.raises(ParleyError) as why:
        await look_into(ImapServer(told.pop("host", "127.0.0.1"), port, **told), folders or ("INBOX",))
    return why.value


async def sent(post: Post, **told: Any) -> ParleyError:
    async with posting(post, **told) as postman:
        with pytest.raises(ParleyError) as why:
            await postman.check()
    return why.value


def word(why: ParleyError) -> str:
    assert isinstance(why, Away | AuthFailed)
    return why.why


async def test_a_mailbox() -> None:
    server = ImapPost("IDLE")
    async with server.open() as port:
        assert word(await fetched(port, "Nowhere")) == "folder"
        assert word(await fetched(port, password=SecretStr("wrong"))) == "password"
        assert word(await fetched(port, password=None)) == "no_password"
        assert word(await fetched(port, security="starttls")) == "no_starttls"
        server.says["LOGIN"] = ["NO [UNAVAILABLE] come again", CUT]
        assert word(await fetched(port)) == "busy"
        assert word(await fetched(port)) == "cut"
    assert word(await fetched(port)) == "refused"
    assert word(await fetched(143, host="nowhere.invalid")) == "unknown_host"
    async with ImapPost().open(tls=True) as port:
        assert word(await fetched(port, security="tls")) == "tls", "nobody vouches for it"


async def test_a_port_that_speaks_plainly() -> None:
    async def greets(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        await reader.read(100)
        writer.close()

    server = await asyncio.start_server(greets, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert word(await fetched(port, security="tls")) == "not_tls"
        with pytest.raises(Away) as away:
            await Postman(Server("127.0.0.1", port)).check()
        assert away.value.why == "not_tls"


async def test_a_server_that_takes_mail() -> None:
    asked = {"auth": True, "username": "shop"}
    assert word(await sent(Post(), **asked, password=SecretStr("wrong"))) == "password"
    assert word(await sent(Post(), **asked)) == "no_password"
    assert word(await sent(Post(), username="shop", password=RIGHT)) == "no_sign_in"
    assert word(await sent(Post(greeting="421 not now"))) == "busy"
    assert word(await sent(Post(EHLO="250 post.example"), security="starttls")) == "no_starttls"
    for security in ("tls", "starttls"):
        stranger = await sent(Post(), security=security, context=ssl.create_default_context())
        assert word(stranger) == "tls"
    for host, port, why in (
        ("127.0.0.1", free_port(), "refused"),
        ("nowhere.invalid", 465, "unknown_host"),
    ):
        with pytest.raises(Away) as away:
            await Postman(Server(host, port)).check()
        assert away.value.why == why


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (TimeoutError(), "timeout"),
        (OSError(errno.EHOSTUNREACH, "no route"), "unreachable"),
        (ConnectionResetError(), "cut"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "not_tls"),
        (socket.gaierror(-2, "Name or service not known"), "unknown_host"),
        (asyncio.IncompleteReadError(b"", 1), "cut"),
    ],
)
def test_what_lies_behind_an_exception_counts(trouble: BaseException, why: str) -> None:
    assert why_away(trouble) == why
    outer = ValueError("a library's own")
    outer.__cause__ = trouble
    assert why_away(outer) == why


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        (OSError(errno.EADDRINUSE, "x"), "taken"),
        (PermissionError(errno.EACCES, "x"), "not_allowed"),
        (OSError(errno.EADDRNOTAVAIL, "x"), "not_here"),
        (PermissionError(errno.EACCES, "x", "/etc/key.pem"), "certificate"),
        (FileNotFoundError(errno.ENOENT, "x", "/etc/key.pem"), "certificate"),
        (ssl.SSLError(1, "x"), "certificate"),
        (socket.gaierror(-2, "x"), "not_here"),
        (OSError(errno.EIO, "x"), "door"),
    ],
)
def test_why_a_door_stays_shut(trouble: OSError, why: str) -> None:
    assert why_deaf(trouble) == why

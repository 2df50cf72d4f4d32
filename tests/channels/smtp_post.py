"""A mail server inside the test's loop: it keeps what it takes, refuses, hesitates, and cuts the line at each stage."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from gateway.channels._mail_smtp import Postman, Server
from tests.channels.mail_certificates import client_context, server_context

CUT, SILENCE = "cut", "silence"


class Post:
    """A mail server: `says` is what it answers to a command (its words, CUT or SILENCE), as long as there is one."""

    def __init__(self, **says: str) -> None:
        self.says = says
        self.taken: list[tuple[str, list[str], bytes, list[str]]] = []
        self.lines: list[Line] = []
        self.logins: list[LoginPassword | str] = []
        self.tokens = {"good"}
        self.refusals = dict[str, str]()
        self.silent = asyncio.Event()
        self.once = ""
        """What it says to the next MAIL, once."""
        self.heard: list[str] = []

    async def _say(self, server: Any, command: str) -> Any:
        self.heard.append(command)
        said = self.says.get(command)
        if command == "MAIL" and self.once:
            said, self.once = self.once, ""
        if said == SILENCE:
            self.silent.set()
            await asyncio.Event().wait()
        if said == CUT:
            server.transport.abort()
            await asyncio.Event().wait()
        return said

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        said = await self._say(server, "EHLO")
        session.host_name = hostname
        return [said] if said else responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        said = await self._say(server, "MAIL")
        if said is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return said or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        said = self.refusals.get(address) or await self._say(server, "RCPT")
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        said = await self._say(server, "dot")
        if said is None:
            self.taken.append(
                (envelope.mail_from, envelope.rcpt_tos, envelope.content, envelope.mail_options)
            )
        return said or "250 2.0.0 queued as 7"

    async def auth_XOAUTH2(self, server, args):
        self.logins.append(args[1])
        token = base64.b64decode(args[1]).decode().split("Bearer ")[1].split("\x01")[0]
        return AuthResult(success=token in self.tokens, handled=False, message=None)

    def authenticator(self, server, session, envelope, mechanism, data) -> AuthResult:
        self.logins.append(data)
        right = data == LoginPassword(b"shop", b"right")
        return AuthResult(success=right, handled=False, message=self.says.get("AUTH"))


class Line(SMTP):
    """Greets and takes DATA as its post says."""

    post: Post

    async def smtp_DATA(self, arg: str) -> None:
        said = await self.post._say(self, "DATA")
        if said == "middle":
            await self.push("354 go on")
            await self._reader.read(10)
            assert self.transport is not None
            self.transport.abort()  # type: ignore[attr-defined]
        elif said:
            await self.push(said)
        else:
            await super().smtp_DATA(arg)

    async def push(self, status: Any) -> None:
        if str(status).startswith("220 ") and (said := self.post.says.get("greeting")):
            status = said
            if said == CUT:
                self.transport.abort()  # type: ignore[union-attr]
                return
        await super().push(status)


@contextlib.asynccontextmanager
async def posting(
    post: Post,
    *,
    deadline: float = 30.0,
    auth: bool = False,
    connections: int = 3,
    utf8: bool = True,
    **told: Any,
) -> AsyncIterator[Postman]:
    """A postman of ours who brings mail to this post."""
    context, loop = server_context(), asyncio.get_running_loop()

    def line() -> Line:
        post.lines.append(
            Line(
                post,
                hostname="post.example",
                data_size_limit=2**27,
                enable_SMTPUTF8=utf8,
                tls_context=context if told.get("security") == "starttls" else None,
                auth_require_tls=False,
                authenticator=post.authenticator,
                auth_exclude_mechanism=[] if auth else ["LOGIN", "PLAIN", "XOAUTH2"],
                loop=loop,
            )
        )
        post.lines[-1].post = post
        return post.lines[-1]

    tls = context if told.get("security") == "tls" else None
    server = await loop.create_server(line, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    settings = {"security": "none", "context": client_context(), "hostname": "us.example", **told}
    postman = Postman(Server("127.0.0.1", port, **settings), deadline=deadline, connections=connections)
    try:
        yield postman
    finally:
        await postman.close()
        server.close()
        talks = [one._handler_coroutine for one in post.lines if one._handler_coroutine is not None]
        for one, talk in zip(post.lines, talks, strict=False):
            talk.cancel()
            if one.transport is not None:
                one.transport.abort()  # type: ignore[attr-defined]
        await asyncio.gather(*talks, return_exceptions=True)

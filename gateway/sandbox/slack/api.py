"""The door: the Web API, the sockets' address, files and response URLs, for slack-sdk or any other client.

Pages: apis/web-api, messaging/working-with-files, interactivity/handling-user-interaction.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from aiohttp import web

from gateway.sandbox.phones.weather import Fault, Lots
from gateway.sandbox.slack.calls import Call
from gateway.sandbox.slack.deeds import Deeds
from gateway.sandbox.slack.installation import Installation
from gateway.sandbox.slack.methods import METHODS
from gateway.sandbox.slack.rates import Rates
from gateway.sandbox.slack.records import Json
from gateway.sandbox.slack.refusal import Refusal, limited
from gateway.sandbox.slack.sockets import Sockets
from gateway.sandbox.slack.tickets import Tickets
from gateway.sandbox.slack.weather import FAIR, Weather
from gateway.sandbox.slack.workspace import Workspace

INERT = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""Anybody's file may stand here."""
LOGIN = "<!doctype html><title>Sign in</title><p>Sign in to see this file.</p>"
REMEMBERED = 5000


@dataclass(frozen=True, slots=True)
class Called:
    """One call of the Web API, and the error that answered it; empty: it was done."""

    method: str
    given: Mapping[str, Any]
    error: str
    fault: Fault | None = None


class Door:
    """One per workspace."""

    def __init__(
        self,
        workspace: Workspace,
        installation: Installation,
        rates: Rates,
        tickets: Tickets,
        sockets: Sockets,
        deeds: Deeds,
        *,
        seed: int = 0,
    ) -> None:
        self.weather: Weather = FAIR
        self.calls: deque[Called] = deque(maxlen=REMEMBERED)
        self.counts: Counter[str] = Counter()
        """How often each method was called."""
        self._known = (workspace, installation, rates, tickets, sockets)
        self._workspace = workspace
        self._installation = installation
        self._tickets = tickets
        self._sockets = sockets
        self._deeds = deeds
        self._lots = Lots(seed)
        self._planned: list[tuple[str, Fault]] = []
        self._number = 0

    def plan(self, *faults: Fault, on: str = "") -> None:
        """What happens to the next calls, or to the next ones of this method, one each."""
        self._planned += [(on, fault) for fault in faults]

    def hang(self, application: web.Application, prefix: str = "") -> None:
        """Before the application serves."""
        route = application.router
        route.add_route("*", f"{prefix}/api/{{method}}", self._answer)
        route.add_get(f"{prefix}/link/", self._link)
        route.add_post(f"{prefix}/upload/v1/{{file}}/{{secret}}", self._upload)
        route.add_get(f"{prefix}/files-pri/{{of}}/{{name}}", self._download)
        route.add_get(f"{prefix}/files-pri-download/{{of}}/{{name}}", self._download)
        route.add_get(f"{prefix}/login", self._login)
        route.add_post(f"{prefix}/actions/{{secret}}", self._respond)

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fault = await self._meets(request, method)
        if isinstance(fault, web.Response):
            return fault
        given: Mapping[str, Any] = {}
        try:
            given = await _arguments(request)
            if fault is Fault.BUSY:
                raise limited(self.weather.retry_after)
            told = {"ok": True, **self._run(method, given, _token(request, given))}
            answer, error = _json(told), ""
        except Refusal as why:
            answer, error = _json(why.json(), why.status), why.error
            if why.retry_after:
                answer.headers["Retry-After"] = str(why.retry_after)
        self.counts[method] += 1
        self.calls.append(Called(method, given, error, fault))
        answer.headers["X-OAuth-Scopes"] = ",".join(sorted(self._installation.scopes))
        return self._spoilt(request, fault, answer)

    def _run(self, name: str, given: Mapping[str, Any], token: str) -> Json:
        """Raises Refusal."""
        method = METHODS.get(name)
        if method is None:
            raise Refusal("unknown_method", req_method=name)
        self._installation.check(token, method.scope, app=method.app)
        call = Call(*self._known, given)
        if method.tier:
            call.rates.call(name, method.tier)
        return method.run(call)

    # --- the weather ------------------------------------------------------------------------------------------------

    async def _meets(self, request: web.Request, method: str) -> Fault | web.Response | None:
        """What the weather has for this call; an answer where that is all that happens."""
        if self.weather.down:
            return _cut(request)
        if self.weather.slow:
            await asyncio.sleep(self.weather.slow)
        fault = self._fate(method)
        if fault in (Fault.CUT, Fault.BROKEN):
            self.counts[method] += 1
            self.calls.append(Called(method, {}, "", fault))
            return _cut(request) if fault is Fault.CUT else _broken()
        return fault

    def _fate(self, method: str) -> Fault | None:
        for place, (on, fault) in enumerate(self._planned):
            if on in ("", method):
                del self._planned[place]
                return fault
        self._number += 1
        return _drawn(self._lots, self.weather.faults, self._number)

    def _planned_for(self, door: str) -> Fault | None:
        """Of a door beside the methods, which meets nothing but what is planned for it."""
        for place, (on, fault) in enumerate(self._planned):
            if on == door:
                del self._planned[place]
                return fault
        return None

    def _spoilt(self, request: web.Request, fault: Fault | None, answer: web.Response) -> web.Response:
        """Done, but the app does not hear of it."""
        if fault is Fault.CUT_AFTER:
            return _cut(request)
        return _broken() if fault is Fault.BROKEN_AFTER else answer

    # --- beside the methods -----------------------------------------------------------------------------------------

    async def _link(self, request: web.Request) -> web.StreamResponse:
        return _cut(request) if self.weather.down else await self._sockets.answer(request)

    async def _upload(self, request: web.Request) -> web.Response:
        """Raw bytes, or a form with the file in it."""
        if self.weather.down or (fault := self._planned_for("upload")) is Fault.CUT:
            return _cut(request)
        if fault is Fault.BROKEN:
            return _broken()
        file = self._workspace.files.get(request.match_info["file"])
        if file is None or not hmac.compare_digest(file.secret, request.match_info["secret"]):
            return web.Response(status=404, text="File not found")
        content = await _content(request)
        if len(content) != file.size:
            return web.Response(status=400, text=f"{len(content)} bytes, not {file.size}")
        file.content = content
        return web.Response(text=f"OK - {file.size}")

    async def _download(self, request: web.Request) -> web.Response:
        """Only with our token; else the way leads to a page that asks to sign in, with HTTP 200 at its end."""
        if self.weather.down:
            return _cut(request)
        try:
            self._installation.check(_token(request, {}), "files:read")
        except Refusal:
            return web.Response(status=302, headers={"Location": f"{self._workspace.base}/login"})
        file = self._workspace.files.get(request.match_info["of"].partition("-")[2])
        if file is None or file.content is None:
            return web.Response(status=404)
        return web.Response(body=file.content, headers={**INERT, "Content-Type": file.mime})

    async def _login(self, request: web.Request) -> web.Response:
        return web.Response(text=LOGIN, content_type="text/html")

    async def _respond(self, request: web.Request) -> web.Response:
        if self.weather.down:
            return _cut(request)
        try:
            said = orjson.loads(await request.read())
            if not isinstance(said, dict):
                raise Refusal("invalid_payload", status=400)
            self._deeds.answered(self._tickets.use(request.match_info["secret"]), said)
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        except Refusal as why:
            return web.Response(status=why.status if why.status != 200 else 400, text=why.error)
        return web.Response(text="ok")


async def _arguments(request: web.Request) -> Mapping[str, Any]:
    """From the query, a form or JSON. Raises Refusal."""
    if request.method == "GET":
        return dict(request.query)
    if request.content_type == "application/json":
        try:
            said = orjson.loads(await request.read() or b"{}")
        except ValueError as why:
            raise Refusal("invalid_json") from why
        if not isinstance(said, dict):
            raise Refusal("json_not_object")
        return {**request.query, **said}
    if request.can_read_body and request.content_type == "application/octet-stream":
        raise Refusal("missing_post_type")
    return {**request.query, **await request.post()}


def _token(request: web.Request, given: Mapping[str, Any]) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else str(given.get("token", ""))


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""


def _drawn(lots: Lots, faults: tuple[tuple[Fault, float], ...], number: int) -> Fault | None:
    for fault, share in faults:
        if lots.draw(share, fault.name, number):
            return fault
    return None


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _broken() -> web.Response:
    return web.Response(status=503, text="upstream connect error", content_type="text/plain")


def _json(what: Json, status: int = 200) -> web.Response:
    return web.Response(body=orjson.dumps(what), status=status, content_type="application/json")

"""At the entrance: whose cookie or token a request carries, and the cookie's own rules.

With https the cookie is `__Host-parley` (RFC 6265bis section 4.1.3.2: this host only, never by http); on plain http,
for trying out on one machine, it is `parley`.
"""

from __future__ import annotations

from contextlib import suppress

from aiohttp import web

from gateway.door import client_address, is_https, neighbourhood
from gateway.errors import Unauthenticated, Unavailable
from gateway.store.gather import Gathered
from inbox.auth.caller import Caller, by_session, by_token
from inbox.auth.secrets import LONGEST
from inbox.auth.sessions import MINUTE, Started, needs_touch, touch_session
from inbox.auth.sign_in import Visit
from inbox.auth.tokens import touch_token
from inbox.desk import DESK, Desk

PLAIN, SECURE = "parley", "__Host-parley"
RENEWED: web.RequestKey[Started] = web.RequestKey("renewed", Started)
"""The session whose cookie the answer carries: begun or prolonged by this request."""
OVER: web.RequestKey[bool] = web.RequestKey("over", bool)
"""The answer takes the cookie away."""


def cookie_name(request: web.Request) -> str:
    return SECURE if is_https(request) else PLAIN


async def recognise(
    request: web.Request, desk: Desk, sessions: Gathered[str, Caller] | None = None
) -> Caller | None:
    """Who calls, None for nobody. A token or a session that does not hold is nobody's; never guessed further.

    Called for every request and socket; `sessions` by secret for where many may come at once. Raises Unauthenticated
    for a broken or ended token, TooMany.
    """
    shown = request.headers.get("Authorization")
    secret = _bearer(shown) if shown is not None else request.cookies.get(cookie_name(request), "")
    caller = None
    if secret and len(secret) <= LONGEST:
        if shown is None and sessions is not None:
            caller = await sessions.get(secret)
        else:
            caller = await _look_up(desk, secret, is_token=shown is not None)
    if caller is None:
        desk.rates.strangers.check(neighbourhood(client_address(request)))
        if shown is not None:
            raise Unauthenticated("errors.token_invalid", "no such token, or it has ended")
        return None
    desk.rates.agent_requests.check(caller.agent_id)
    await _keep_alive(request, desk, caller, secret)
    return caller


async def _look_up(desk: Desk, secret: str, *, is_token: bool) -> Caller | None:
    look_up = by_token if is_token else by_session
    try:
        return await desk.store.glance(lambda look: look_up(look, secret, desk.clock()))
    except Unauthenticated:
        return None


def _bearer(header: str) -> str:
    scheme, _, secret = header.partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


async def _keep_alive(request: web.Request, desk: Desk, caller: Caller, secret: str) -> None:
    """Write down, now and then, that the session or token is in use. Works without a database for a while."""
    now = desk.clock()
    with suppress(Unavailable):
        if needs_touch(caller, now, desk.limits):
            address = client_address(request)
            until = await desk.store.write(lambda tx: touch_session(tx, caller, address, desk.limits))
            request[RENEWED] = Started(caller.session or "", secret, until)
        elif caller.token and now - caller.seen_at >= desk.limits.session_touch * MINUTE:
            token = caller.token
            await desk.store.write(lambda tx: touch_token(tx, token))


def visit_of(request: web.Request) -> Visit:
    """Where a sign-in comes from."""
    return Visit(client_address(request), request.headers.get("User-Agent", ""))


async def set_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """An `on_response_prepare` signal: the cookie of a session that was begun, prolonged or ended just now."""
    if request.get(OVER):
        _put(response, cookie_name(request), "", 0, secure=is_https(request))
    elif (started := request.get(RENEWED)) is not None:
        seconds = max(0, started.expires_at - request.app[DESK].clock()) // 1000
        _put(response, cookie_name(request), started.secret, seconds, secure=is_https(request))


def _put(response: web.StreamResponse, name: str, value: str, seconds: int, *, secure: bool) -> None:
    """aiohttp has written its own cookies out before the signal: ours goes straight into the headers."""
    response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, httponly=True, samesite="Lax")
    response.headers.add("Set-Cookie", response.cookies[name].OutputString())

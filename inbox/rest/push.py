"""Web push for the calling session: its browser is told when no tab of the agent is open."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from gateway.errors import NotFound, Refused
from inbox.push.endpoints import Subscription, check_endpoint
from inbox.push.pushing import PUSHER
from inbox.push.subscriptions import device_of, subscribe, unsubscribe
from inbox.rest.route import Call, route


class PushView(TypedDict):
    key: str
    """The browser's `applicationServerKey`."""
    allowed: bool
    """Does this deployment speak to push services at all?"""
    subscribed: bool
    """Is the calling session's browser told?"""


class PushTried(TypedDict):
    outcome: Literal["sent", "gone", "failed"]
    """Taken by the push service; unknown to it, so forgotten; not taken."""


@route("GET", "/session/push")
async def show_push(call: Call) -> PushView:
    """What a browser needs to subscribe, and whether it has."""
    session = call.caller.session
    device = await call.desk.store.read(lambda look: device_of(look, session)) if session else None
    return {
        "key": call.request.app[PUSHER].vapid.public,
        "allowed": bool(call.desk.config.push.services),
        "subscribed": device is not None,
    }


@route("PUT", "/session/push")
async def set_push(call: Call, body: Subscription) -> None:
    """Tell this session's browser from now on; its endpoint must be one of `[push] services` (422 `push_service`)."""
    session = _session_of(call)
    check_endpoint(body.endpoint, call.desk.config.push.services)
    await call.desk.store.write(lambda tx: subscribe(tx, call.caller.agent_id, session, body))


@route("DELETE", "/session/push")
async def drop_push(call: Call) -> None:
    """Tell this session's browser no more."""
    session = _session_of(call)
    await call.desk.store.write(lambda tx: unsubscribe(tx, session))


@route("POST", "/session/push/test")
async def try_push(call: Call) -> PushTried:
    """Send this session's browser a notification that says only that it works."""
    session = _session_of(call)
    call.desk.rates.agent_uploads.check(call.caller.agent_id)
    device = await call.desk.store.read(lambda look: device_of(look, session))
    if device is None:
        raise NotFound("errors.push_none", f"session {session} is not told by push")
    return {"outcome": await call.request.app[PUSHER].try_out(device)}


def _session_of(call: Call) -> str:
    """Only what has a browser can be told by it. Raises Refused for tokens."""
    if call.caller.session is None:
        raise Refused("errors.session_needed", "asked with a token")
    return call.caller.session

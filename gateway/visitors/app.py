"""Hanging the customers' door on the application: pages, HTTP, socket."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from gateway.bundle import LOADER
from gateway.door import refusal
from gateway.errors import Refused, Unavailable
from gateway.visitors.attendance import Attendance
from gateway.visitors.copies import send_copy
from gateway.visitors.desk import DESK, Desk, Parts
from gateway.visitors.hub import VisitorHub, VisitorSession
from gateway.visitors.moves import begin_move, lead_on
from gateway.visitors.pages import button_script, chat_page, loader, picture
from gateway.visitors.poll import POLLS, Polls, poll_events, take_frame
from gateway.visitors.say import INTRODUCTIONS, Introductions, history, say, upload
from gateway.visitors.session import begin_session
from gateway.visitors.socket import VisitorDoor
from gateway.visitors.unsubscribe import unsubscribe, unsubscribe_page

__all__ = ["Hung", "Parts", "hang"]

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type",
    "Access-Control-Max-Age": "600",
}


@dataclass
class Hung:
    """What the composition root runs and closes."""

    sessions: set[VisitorSession]
    tasks: list[Coroutine[Any, Any, None]]


def hang(application: web.Application, parts: Parts) -> Hung:
    desk = Desk(parts)
    application[DESK] = desk
    application[INTRODUCTIONS] = Introductions()
    hub = VisitorHub(desk)
    attendance = Attendance(desk, hub.sessions)
    router = application.router
    router.add_get(f"/{LOADER}", loader)
    router.add_get("/chat/{account}", chat_page)
    router.add_get("/chat/{account}/button.js", button_script)
    router.add_get("/chat/{account}/picture", picture)
    router.add_get("/go/{account}/{word}", lead_on)
    router.add_get("/unsubscribe/{account}/{identity}/{signature}", unsubscribe_page)
    router.add_post("/unsubscribe/{account}/{identity}/{signature}", unsubscribe)
    door = VisitorDoor(desk, hub, attendance)
    application[POLLS] = Polls(door)
    router.add_get("/ws/visitor/{account}", door.socket)
    for path, methods in ROUTES.items():
        for method, handler in methods.items():
            router.add_route(method, f"/visitor/{{account}}/{path}", _shared(handler))
        router.add_route("OPTIONS", f"/visitor/{{account}}/{path}", _shared(_preflight))
    running = [hub.run(), desk.opening.run(hub.sessions), attendance.run()]
    return Hung(hub.sessions, running)


ROUTES: dict[str, dict[str, Handler]] = {
    "session": {"POST": begin_session},
    "messages": {"GET": history, "POST": say},
    "uploads": {"POST": upload},
    "moves": {"POST": begin_move},
    "transcript": {"POST": send_copy},
    "events": {"GET": poll_events},
    "frames": {"POST": take_frame},
}


async def _preflight(request: web.Request) -> web.Response:
    return web.Response(status=204, headers=PREFLIGHT)


def _shared(handler: Handler) -> Handler:
    """Lets pages of the account's own origins read the answers (CORS), refusals too. No cookie is ever looked at."""

    async def shared(request: web.Request) -> web.StreamResponse:
        try:
            response = await handler(request)
        except (Refused, Unavailable) as error:
            response = refusal(error)
        origin = request.headers.get("Origin", "")
        chat = request.app[DESK].find_account(request)
        if chat is not None and chat.allows_origin(origin):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "Retry-After"
        response.headers["Vary"] = "Origin"
        return response

    return shared

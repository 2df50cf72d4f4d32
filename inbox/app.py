"""Hanging the agents' door on the application: REST, socket, page."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from gateway.store import Store
from inbox.auth.door import set_cookie
from inbox.desk import DESK, Desk
from inbox.hub import AgentSession
from inbox.missed import Refresh
from inbox.noticing import Noticing
from inbox.pages import mount_pages
from inbox.pictures import picture
from inbox.push.pushing import PUSHER, Pusher
from inbox.rest import mount_routes
from inbox.returning import Returns
from inbox.session import AgentDoor
from inbox.signals import Signals


@dataclass
class Hung:
    """What the composition root runs and closes."""

    sessions: set[AgentSession]
    tasks: list[Coroutine[Any, Any, None]]
    notices: list[Callable[[Store], Coroutine[Any, Any, None]]]
    """What is done once in the deployment, in one process: those who push hear of those who notice."""


def monotonic() -> int:
    """Milliseconds that never step: a set wall clock neither ends a lease nor keeps one alive."""
    return time.monotonic_ns() // 1_000_000


def hang(application: web.Application, desk: Desk) -> Hung:
    application[DESK] = desk
    application.on_response_prepare.append(set_cookie)
    signals = Signals(desk.bus, desk.limits, monotonic, desk.hub.sessions, desk.onsite)
    door = AgentDoor(desk, signals)
    application[PUSHER] = Pusher(desk, signals.is_here)
    returns = Returns(desk, monotonic, lambda: signals.board.agents(monotonic()))
    application.router.add_get("/ws/agent", door.socket)
    application.router.add_get("/pictures/{name}", picture)
    mount_routes(application)
    mount_pages(application)
    tasks = [
        desk.hub.run(),
        signals.run(),
        door.end_expired(),
        door.follow_merges(),
        returns.run(),
        desk.onsite.run(),
        Refresh(desk).run(),
    ]
    notices = [
        lambda store: Noticing(desk, store).run(),
        lambda store: Pusher(desk, signals.is_here, store).run(),
    ]
    return Hung(desk.hub.sessions, tasks, notices)

"""How a REST route is written: one decorator says method, path and who may; the signature says what goes in and out.

    @route("POST", "/things/{id}", role=Role.ADMIN, status=201)
    async def make_thing(call: Call, body: MakeThing) -> ThingAnswer: ...

`body` and `query` are pydantic models, the answer is a TypedDict (None: 204). The same table makes the OpenAPI document
and the authorisation tests, so that no route can be without either.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

import orjson
from aiohttp import web
from pydantic import BaseModel
from pydantic_core import from_json

from gateway.door import UNSAFE, check_origin, read_bounded
from gateway.egress.access import Role
from gateway.errors import Forbidden, Malformed, Unauthenticated, UnsupportedMediaType
from inbox.auth.caller import Caller
from inbox.auth.door import recognise
from inbox.desk import DESK, Desk
from inbox.fitting import Query, fitted

PREFIX = "/api/v1"
ID = "[0-9a-z]{1,64}"
"""What an id or a conversation's number looks like in a path; anything else is not found."""
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as a route's function sees it."""

    desk: Desk
    request: web.Request
    someone: Caller | None
    """Who calls; None only where a route asks for no role."""

    @property
    def caller(self) -> Caller:
        if self.someone is None:
            raise Unauthenticated("errors.signed_out", "nobody is signed in")
        return self.someone

    @property
    def id(self) -> str:
        return self.request.match_info["id"]


@dataclass(frozen=True, slots=True)
class Route:
    """One row of the table."""

    method: str
    path: str
    run: Callable[..., Awaitable[Any]]
    role: Role | None
    """The least role; None: everybody, signed in or not."""
    status: int
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    answer: Any
    """A TypedDict, None for nothing, or a response class for what is not JSON."""
    takes: str
    """The body's type, where it is no JSON."""
    gives: str
    """The answer's type, where it is no JSON."""

    @property
    def name(self) -> str:
        return self.run.__name__

    @property
    def group(self) -> str:
        """The module it stands in, by which the documents are ordered."""
        return self.run.__module__.rpartition(".")[2]


ROUTES: list[Route] = []
Function = TypeVar("Function", bound=Callable[..., Awaitable[Any]])


def route(
    method: str,
    path: str,
    *,
    role: Role | None = Role.AGENT,
    status: int = 200,
    takes: str = "",
    gives: str = "",
) -> Callable[[Function], Function]:
    """Enter a function into the table; it is called with a `Call` and what its signature asks for."""

    def enter(function: Function) -> Function:
        hints = get_type_hints(function)
        answer = hints.get("return")
        nothing = answer is type(None)
        ROUTES.append(
            Route(
                method=method,
                path=path,
                run=function,
                role=role,
                status=204 if nothing and status == 200 else status,
                body=hints.get("body"),
                query=hints.get("query"),
                answer=None if nothing else answer,
                takes=takes,
                gives=gives,
            )
        )
        return function

    return enter


def mount_routes(app: web.Application) -> None:
    """Put every row of the table into the application, which holds the `Desk`."""
    for row in ROUTES:
        path = PREFIX + re.sub(r"\{(\w+)\}", lambda found: f"{{{found[1]}:{ID}}}", row.path)
        handler = _handler(row)
        app.router.add_route(row.method, path, handler)
        if row.method == "GET":
            app.router.add_route("HEAD", path, handler)  # RFC 9110 section 9.3.2


def _handler(row: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(request: web.Request) -> web.StreamResponse:
        desk = request.app[DESK]
        if row.method in UNSAFE:
            check_origin(request, strict=_comes_by_cookie(request))
        someone = await recognise(request, desk)
        if row.role is not None:
            check_role(someone, row.role)
        arguments: dict[str, BaseModel] = {}
        if row.query is not None or request.query_string:
            arguments["query"] = _read_query(request, row.query or Query)
        if row.body is not None:
            arguments["body"] = fitted(row.body, await read_json(request, desk.limits.body_bytes))
        if row.query is None:
            arguments.pop("query", None)
        return _answer(row, await row.run(Call(desk, request, someone), **arguments))

    return handle


def check_role(someone: Caller | None, least: Role) -> None:
    """Raises Unauthenticated for nobody, Forbidden for too low a role."""
    if someone is None:
        raise Unauthenticated("errors.signed_out", "nobody is signed in")
    if not someone.role.reaches(least):
        raise Forbidden("errors.forbidden", f"{someone.agent_id} is no {least}")


def _comes_by_cookie(request: web.Request) -> bool:
    return bool(request.cookies) and "Authorization" not in request.headers


def _answer(row: Route, value: Any) -> web.StreamResponse:
    if isinstance(value, web.StreamResponse):
        return value
    if value is None:
        return web.Response(status=row.status, headers={"Cache-Control": "no-store"})
    return web.Response(
        status=row.status,
        body=orjson.dumps(value),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )


# --- reading --------------------------------------------------------------------------------------------------------


def _read_query(request: web.Request, model: type[M]) -> M:
    values: dict[str, str] = {}
    for key, value in request.query.items():
        if key in values:
            raise Malformed("errors.malformed", f"?{key}= stands twice", at=key, why="twice")
        values[key] = value
    return fitted(model, values)


async def read_json(request: web.Request, limit: int) -> Any:
    """The JSON of the body. Raises UnsupportedMediaType, TooLarge (`limit` bytes), Malformed."""
    if request.content_type != "application/json" or (request.charset or "utf-8").lower() != "utf-8":
        raise UnsupportedMediaType("errors.not_json", f"Content-Type: {request.content_type}")
    body = await read_bounded(request, limit)
    try:
        # As the sockets read theirs; orjson takes a whole number of more than 64 bits for a fraction.
        return from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise Malformed("errors.malformed", f"no JSON: {error}", at="", why=str(error)) from None

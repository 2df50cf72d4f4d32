"""The AsyncAPI 3.1 document of both sockets, made from the wires that validate.

Knows both doors, so only the composition root may import it.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any, get_args

import orjson
from aiohttp import web
from pydantic import TypeAdapter
from typing_extensions import is_typeddict

from gateway.visitors import wire as visitor_wire
from inbox import wire as agent_wire
from inbox.commands import COMMANDS

PATH = "/api/v1/asyncapi.json"
REF = "#/components/schemas/{model}"
DOORS: tuple[tuple[str, str, ModuleType, str, str], ...] = (
    ("agent", "/ws/agent", agent_wire, "FromAgent", "ToAgent"),
    ("visitor", "/ws/visitor/{account}", visitor_wire, "FromVisitor", "ToVisitor"),
)
ABOUT = """JSON text frames; `kind` names the frame. Facts are numbered: every frame of events brings the session up to
its `cursor`, and saying hello with that cursor after a cut brings everything that came after it. Agents connect with
the session's cookie or a bearer token; visitors show their token in `hello`."""


def mount_asyncapi(app: web.Application) -> None:
    app.router.add_get(PATH, show)


async def show(request: web.Request) -> web.Response:
    """GET /api/v1/asyncapi.json"""
    return web.Response(body=_encoded(), content_type="application/json")


@cache
def _encoded() -> bytes:
    return orjson.dumps(asyncapi())


@cache
def asyncapi() -> dict[str, Any]:
    """The whole document; the same for the life of the process."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    schemas: dict[str, Any] = {}
    for name, address, wire, taken, told in DOORS:
        said, heard = list(_frames(wire, taken)), list(_frames(wire, told))
        own = {_key(name, frame): _message(name, frame, schemas) for frame in (*said, *heard)}
        messages |= own
        channels[name] = _channel(address, own)
        operations[f"{name}Says"] = _operation(name, "receive", said)
        operations[f"{name}IsTold"] = _operation(name, "send", heard)
    for command, row in COMMANDS.items():
        _define(f"command_{command}", row.args, schemas)
    return {
        "asyncapi": "3.1.0",
        "info": {"title": "Parley sockets", "version": "1", "description": ABOUT},
        "defaultContentType": "application/json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": schemas},
    }


def _frames(wire: ModuleType, union: str) -> Iterator[type]:
    members = get_args(getattr(wire, union))
    yield from members if isinstance(members[0], type) else get_args(members[0])


def _key(door: str, frame: type) -> str:
    return f"{door}{frame.__name__}"


def _channel(address: str, messages: dict[str, Any]) -> dict[str, Any]:
    channel: dict[str, Any] = {
        "address": address,
        "messages": {key: {"$ref": f"#/components/messages/{key}"} for key in messages},
        "bindings": {"ws": {"method": "GET", "bindingVersion": "0.1.0"}},
    }
    if "{account}" in address:
        channel["parameters"] = {"account": {"description": "The account's name in the configuration"}}
    return channel


def _operation(door: str, action: str, frames: list[type]) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{door}"},
        "messages": [{"$ref": f"#/channels/{door}/messages/{_key(door, frame)}"} for frame in frames],
    }


def _message(door: str, frame: type, schemas: dict[str, Any]) -> dict[str, Any]:
    key = _key(door, frame)
    _define(key, frame, schemas)
    message: dict[str, Any] = {"name": frame.__name__, "payload": {"$ref": REF.format(model=key)}}
    said = inspect.cleandoc(frame.__doc__ or "")
    if said and not said.startswith("dict("):
        message["summary"] = said.partition("\n")[0]
    if frame is agent_wire.Command:
        listed = "\n".join(
            f"- `{name}` (from the role {row.role}; args: `command_{name}`): {inspect.getdoc(row.run) or ''}"
            for name, row in COMMANDS.items()
        )
        message["description"] = f"The commands:\n{listed}"
    return message


def _define(key: str, shape: Any, schemas: dict[str, Any]) -> None:
    """Put a shape, and what it is made of, among the schemas."""
    mode: Any = "serialization" if is_typeddict(shape) else "validation"
    schema = TypeAdapter(shape).json_schema(mode=mode, ref_template=REF)
    schemas.update(schema.pop("$defs", {}))
    schemas[key] = schema

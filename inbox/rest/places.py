"""Places outside where agents work, too: to which channels a conversation may be pulled, and who the agent is there."""

from __future__ import annotations

import contextlib

from typing_extensions import TypedDict

from gateway.egress.access import Role
from gateway.errors import NotFound, Unavailable
from gateway.stream.outside import link_of
from gateway.stream.pull_queue import pause_of
from inbox.rest.route import Call, route


class ChannelView(TypedDict):
    id: str
    name: str


class ChannelsList(TypedDict):
    channels: list[ChannelView]


class OwnLink(TypedDict):
    linked_at: int | None
    """UTC ms; null: nobody there is this agent."""


class PlaceState(TypedDict):
    paused: str | None
    """Why nothing goes there until somebody mends it, in the place's own word; null: it does."""
    since: int | None
    """UTC ms."""


class RuleView(TypedDict):
    name: str
    does: str
    """`pull`, `alert` or `digest`."""
    channel: str
    when: dict[str, str | int]
    """Its conditions, by their keys in config.toml; times in seconds."""


class PlaceSetup(TypedDict):
    """How a place is set up: what stands in the configuration, and where its app is."""

    channels: list[ChannelView] | None
    """null: the place does not say just now."""
    prefix: str
    rules: list[RuleView]


@route("GET", "/places/{id}/setup", role=Role.SUPERVISOR)
async def place_setup(call: Call) -> PlaceSetup:
    """What is done there by itself, and where."""
    place = call.desk.places.get(call.id)
    if place is None:
        raise NotFound("errors.place_unknown", f"no place {call.id!r}")
    channels: list[ChannelView] | None = None
    with contextlib.suppress(Unavailable):
        channels = [{"id": key, "name": name} for key, name in await place.channels()]
    rules: list[RuleView] = [
        {"name": one.name, "does": one.does, "channel": one.channel, "when": dict(one.when)}
        for one in place.rules()
    ]
    return {"channels": channels, "prefix": place.prefix, "rules": rules}


@route("GET", "/places/{id}/state")
async def place_state(call: Call) -> PlaceState:
    """Does the place take what is to be told there?"""
    if call.id not in call.desk.places:
        raise NotFound("errors.place_unknown", f"no place {call.id!r}")
    row = await call.desk.store.read(lambda look: pause_of(look, call.id))
    if row is None:
        return {"paused": None, "since": None}
    return {"paused": row["paused"], "since": row["paused_at"]}


@route("GET", "/places/{id}/channels")
async def place_channels(call: Call) -> ChannelsList:
    """Where a conversation may be pulled to just now."""
    place = call.desk.places.get(call.id)
    if place is None:
        raise NotFound("errors.place_unknown", f"no place {call.id!r}")
    return {"channels": [{"id": key, "name": name} for key, name in await place.channels()]}


@route("GET", "/places/{id}/link")
async def place_link(call: Call) -> OwnLink:
    """Is somebody there this agent? The code to become it is made by `make_link_code`."""
    if call.id not in call.desk.places:
        raise NotFound("errors.place_unknown", f"no place {call.id!r}")
    row = await call.desk.store.read(lambda look: link_of(look, call.id, call.caller.agent_id))
    return {"linked_at": None if row is None else row["linked_at"]}

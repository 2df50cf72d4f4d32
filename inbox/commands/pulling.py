"""Commands that take a conversation to a place outside, and back; and an agent's own link to such a place."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from gateway.errors import Forbidden, NotFound
from gateway.store import Tx
from gateway.stream import outside, pulls
from inbox.auth.access import hold_conversation
from inbox.commands.conversations import OnConversation
from inbox.commands.private import Kept
from inbox.commands.table import Asked, Done, command
from inbox.desk import Place
from inbox.fitting import Sent

PlaceName = Annotated[str, Field(min_length=1, max_length=40)]


class AtPlace(Sent):
    place: PlaceName


class PullOut(OnConversation, AtPlace):
    channel: Annotated[str, Field(min_length=1, max_length=80)]


class GiveBack(OnConversation, AtPlace):
    """Which, and from where."""


class Pulled(Done):
    pull: str


class LinkCode(TypedDict):
    code: str
    """To be said there, once."""
    until: int
    """UTC ms."""


@command()
async def pull_out(asked: Asked, args: PullOut) -> Pulled:
    """Work it in a thread of that channel, too. 409 `already_pulled` when it is worked in another one there."""
    spot = await _place(asked, args.place).spot(args.channel)

    async def verb(tx: Tx) -> str:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        return await pulls.pull(tx, held.id, spot, asked.by)

    key, position = await asked.write(verb)
    return {"pull": key, "position": position}


@command()
async def give_back(asked: Asked, args: GiveBack) -> Done:
    """Its thread there is closed; it goes on here alone."""

    async def verb(tx: Tx) -> None:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        row = await pulls.find_open(tx, held.id, args.place)
        if row is not None:
            await pulls.give_back(tx, row["id"], asked.by)

    _, position = await asked.write(verb)
    return {"position": position}


@command()
async def make_link_code(asked: Asked, args: AtPlace) -> LinkCode:
    """A one-time code by which the agent's account there is made known here; ten minutes, the former one is over."""
    if asked.caller.token:
        raise Forbidden("errors.forbidden", "a program links nobody")
    place = _place(asked, args.place)
    code, until = await asked.store.write(
        lambda tx: outside.make_code(tx, asked.store.secret, place.name, asked.caller.agent_id)
    )
    return {"code": code, "until": until}


@command()
async def unlink_outside(asked: Asked, args: AtPlace) -> Kept:
    """Whoever was this agent there can do nothing from now on."""
    await asked.store.write(lambda tx: outside.unlink(tx, args.place, asked.caller.agent_id))
    return {}


def _place(asked: Asked, name: str) -> Place:
    place = asked.desk.places.get(name)
    if place is None:
        raise NotFound("errors.place_unknown", f"no place {name!r}")
    return place

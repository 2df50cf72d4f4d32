"""Macros: the reader's list, made and changed. Fetched when wanted; an event says when a shared one has changed."""

from __future__ import annotations

from pydantic import Field
from typing_extensions import TypedDict

from gateway.egress.house import MacroView
from gateway.errors import Refused
from gateway.store import Reader, Tx
from gateway.stream import macros
from gateway.stream.sharing import PERSONAL
from inbox.commands.macros import ActsSent, MacroTried
from inbox.commands.private import tell_own
from inbox.filling import unknown
from inbox.fitting import Id, Query, Sent, Text
from inbox.macros import access_macro, list_macros, render, show_macro
from inbox.rest.conversations import Words, asked
from inbox.rest.route import Call, route
from inbox.sharing import ChangeShared, MakeShared, check_may_share


class MacrosQuery(Query):
    q: Words = ""
    """Words that its name has, or begins of them."""
    retired: bool = False
    """Only those that are no longer in use."""


class MakeMacro(MakeShared):
    text: Text = ""
    actions: ActsSent = Field(default_factory=ActsSent)


class ChangeMacro(ChangeShared):
    text: Text | None = None
    actions: ActsSent | None = None
    """All of them anew."""


class TryMacro(Sent):
    conversation: Id
    text: Text


class MacrosList(TypedDict):
    macros: list[MacroView]
    position: int


class MacroAnswer(TypedDict):
    macro: MacroView


@route("GET", "/macros")
async def list_usable_macros(call: Call, query: MacrosQuery) -> MacrosList:
    """All that the caller may use, those the caller uses most first."""
    viewer = call.caller.viewer

    async def look_up(look: Reader) -> MacrosList:
        found = await list_macros(look, viewer, query.q, retired=query.retired)
        return {"macros": found, "position": look.position}

    return await call.desk.store.scan(look_up)


@route("POST", "/macros", status=201)
async def make_macro(call: Call, body: MakeMacro) -> MacroAnswer:
    """A new macro: one's own, or as a supervisor one for teams or for all."""
    check_may_share(call.caller.viewer, body.scope)
    _check_places(body.text)
    key = await call.desk.store.write(
        lambda tx: macros.make_macro(
            tx, body.name, body.text, body.scope, body.teams, body.actions.acts, call.caller.actor
        )
    )
    _tell(call, body.scope)
    return {"macro": await call.desk.store.read(lambda look: show_macro(look, call.caller.viewer, key))}


@route("POST", "/macros/try")
async def try_macro(call: Call, body: TryMacro) -> MacroTried:
    """How a text that is still being written would read in a conversation."""
    done = await call.desk.store.read(lambda look: render(look, call.caller, body.conversation, body.text))
    return {"text": done.text, "missing": list(done.missing)}


@route("PATCH", "/macros/{id}")
async def change_macro(call: Call, body: ChangeMacro) -> MacroAnswer:
    """Change, share, retire or take back a macro."""
    viewer = call.caller.viewer
    if body.text is not None:
        _check_places(body.text)

    async def verb(tx: Tx) -> str:
        row = await access_macro(tx, viewer, call.id)
        check_may_share(viewer, row["scope"], body.scope or row["scope"])
        await macros.change_macro(
            tx,
            row["id"],
            call.caller.actor,
            name=body.name,
            text=body.text,
            scope=body.scope,
            teams=body.teams,
            acts=None if body.actions is None else body.actions.acts,
            retired=body.retired,
        )
        return str(row["scope"])

    _tell(call, await call.desk.store.write(verb))
    return {"macro": await call.desk.store.read(lambda look: show_macro(look, viewer, call.id))}


def _check_places(text: str) -> None:
    """Raises Refused for a place that will never have a value."""
    if names := unknown(text):
        raise Refused("errors.macro_place", f"unknown places {names}", names=", ".join(names))


def _tell(call: Call, scope: str) -> None:
    if scope == PERSONAL:
        tell_own(asked(call), {"changed": ["macros"]})

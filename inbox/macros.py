"""Macros as agents find and use them: whose they may take, in which order, and what a conversation fills them with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.egress.access import Viewer
from gateway.egress.house import MacroView
from gateway.errors import NotFound, Refused
from gateway.store import Reader, Row, from_json
from gateway.store.search import runs
from gateway.stream.acts import Acts
from gateway.stream.macros import SHELF
from inbox.auth.access import access_conversation
from inbox.auth.caller import Caller
from inbox.filling import Filled, filled, first_name
from inbox.sharing import load_teams, usable

MACROS = """select s.*, coalesce(u.n, 0) as used, u.last_at as used_at,
    (select coalesce(sum(o.n), 0) from macro_uses o where o.macro_id = s.id) as used_by_all
    from macros s left join macro_uses u on u.macro_id = s.id and u.agent_id = $1"""
ORDER = "order by used desc, used_at desc, used_by_all desc, s.name, s.id"
CONTACT = "select name, attributes, claims from contacts where id = $1"
EMAIL = """select address from identities where contact_id = $1 and space = 'mailto' and proof >= 1
    order by proof desc, id limit 1"""


async def list_macros(
    look: Reader, viewer: Viewer, words: str = "", *, retired: bool = False
) -> list[MacroView]:
    """Those the viewer may use, the most used first; with words, those whose name has them in it."""
    rows = await look.all(f"{MACROS} where {usable(SHELF, viewer)} {ORDER}", viewer.agent_id)
    wanted = runs(words)
    rows = [row for row in rows if (row["retired_at"] is not None) == retired and _named(row["name"], wanted)]
    return await _views(look, rows)


async def access_macro(look: Reader, viewer: Viewer, key: str) -> Row:
    """A macro the viewer may use, in use or retired. Raises NotFound."""
    row = await look.one(f"{MACROS} where {usable(SHELF, viewer)} and s.id = $2", viewer.agent_id, key)
    if row is None:
        raise NotFound("errors.macro_not_found", f"{viewer.agent_id} may use no macro {key}")
    return row


async def show_macro(look: Reader, viewer: Viewer, key: str) -> MacroView:
    """Raises NotFound."""
    return (await _views(look, [await access_macro(look, viewer, key)]))[0]


def _named(name: str, wanted: list[str]) -> bool:
    said = runs(name)
    return all(any(word in one for one in said) for word in wanted)


async def _views(look: Reader, rows: Sequence[Row]) -> list[MacroView]:
    teams = await load_teams(look, SHELF, rows)
    return [_view(row, teams[row["id"]]) for row in rows]


def _view(row: Row, teams: list[str]) -> MacroView:
    return {
        "id": row["id"],
        "name": row["name"],
        "text": row["text"],
        "scope": row["scope"],
        "teams": teams,
        "owner": row["owner_id"],
        "actions": from_json(row["actions"]),
        "used": row["used"],
        "used_at": row["used_at"],
        "used_by_all": int(row["used_by_all"]),
        "retired": row["retired_at"] is not None,
        "changed_at": row["changed_at"],
    }


# --- using one ------------------------------------------------------------------------------------------------------


async def usable_macro(look: Reader, viewer: Viewer, key: str) -> tuple[Row, Acts]:
    """A macro in use, and what it does. Raises NotFound for one that is retired or not the viewer's to use."""
    row = await access_macro(look, viewer, key)
    if row["retired_at"] is not None:
        raise NotFound("errors.macro_not_found", f"macro {key} is retired")
    return row, Acts.of(from_json(row["actions"]))


async def render(look: Reader, caller: Caller, conversation: str, text: str) -> Filled:
    """A text as it would be sent in this conversation. Raises NotFound."""
    row = await access_conversation(look, caller.viewer, conversation)
    return filled(text, await _values(look, caller, row))


def check_filled(done: Filled) -> str:
    """The text. Raises Refused `macro_missing`, which names the places without a value."""
    if done.missing:
        names = ", ".join(done.missing)
        raise Refused(
            "errors.macro_missing",
            f"no value for {names}",
            code="macro_missing",
            missing=list(done.missing),
            names=names,
        )
    return done.text


async def _values(look: Reader, caller: Caller, conversation: Row) -> dict[str, str]:
    contact = await look.one(CONTACT, conversation["contact_id"])
    assert contact is not None, "a conversation has its contact"
    attributes = from_json(contact["attributes"])
    email = await look.value(EMAIL, conversation["contact_id"]) or attributes.get("email")
    return {
        "contact.name": contact["name"],
        "contact.first_name": first_name(contact["name"]),
        "contact.email": _said(email),
        "agent.name": caller.name,
        "conversation.number": str(conversation["number"]),
        **_attributes("contact", attributes),
        **_attributes("conversation", from_json(conversation["attributes"])),
    }


def _attributes(of: str, values: dict[str, Any]) -> dict[str, str]:
    return {f"{of}.attributes.{key}": _said(value) for key, value in values.items()}


def _said(value: Any) -> str:
    """A value as words: whole numbers without a point; yes and no have no words in every language, so they are none."""
    if value is None or isinstance(value, (bool, dict, list)):
        return ""
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)

"""The only way to somebody's conversation, message or contact: what the caller may not see looks as if not there."""

from __future__ import annotations

import re
from typing import Any

from gateway.egress.access import Viewer, sees, sees_row, where_sees
from gateway.errors import Forbidden, NotFound
from gateway.store import Reader, Row, Tx
from gateway.stream.hold import Held, hold

CONVERSATION = "select * from conversations where id = $1"
NUMBERED = "select * from conversations where number = $1"
MESSAGE = """select m.*, c.team_id, c.assignee_id from messages m join conversations c on c.id = m.conversation_id
    where m.id = $1"""
HELD = """select h.*, c.team_id, c.assignee_id from held_replies h join conversations c on c.id = h.conversation_id
    where h.id = $1"""
CONTACT = "select * from contacts where id = $1"
MERGE = "select * from merges where id = $1"
# Does the viewer see the conversation in which the merged row `held` lives now? Merges may lead on several times.
_HOME = """with recursive lead (id) as (select held.merged_into union
    select on_.merged_into from conversations on_ join lead on on_.id = lead.id where on_.merged_into is not null)
    select max(case when {seen} then 1 else 0 end) from lead join conversations home on home.id = lead.id
    where home.merged_into is null"""
NUMBER = re.compile(r"[1-9][0-9]{0,14}")


async def access_conversation(look: Reader, viewer: Viewer, key: str) -> Row:
    """By id or number; a merged one is the one it lives in now. Raises NotFound."""
    row = await look.one(NUMBERED, int(key)) if NUMBER.fullmatch(key) else await look.one(CONVERSATION, key)
    while row is not None and row["merged_into"] is not None:
        row = await look.one(CONVERSATION, row["merged_into"])
    if row is None or not sees_row(viewer, row):
        raise NotFound("errors.conversation_not_found", f"{viewer.agent_id} sees no conversation {key}")
    return row


async def access_message(look: Reader, viewer: Viewer, key: str) -> Row:
    """A message of a conversation the viewer may see. Raises NotFound."""
    row = await look.one(MESSAGE, key)
    if row is None or not sees_row(viewer, row):
        raise NotFound("errors.message_not_found", f"{viewer.agent_id} sees no message {key}")
    return row


async def access_held(look: Reader, viewer: Viewer, key: str) -> Row:
    """A reply held for undo, the viewer's own or of a conversation the viewer may see. Raises NotFound."""
    row = await look.one(HELD, key)
    if row is None or not (row["author_id"] == viewer.agent_id or sees_row(viewer, row)):
        raise NotFound("errors.message_not_found", f"{viewer.agent_id} sees no held reply {key}")
    return row


async def access_contact(look: Reader, viewer: Viewer, key: str) -> Row:
    """A contact of whom the viewer may see a conversation, or who has none; merged ones lead on. Raises NotFound."""
    row = await look.one(CONTACT, key)
    while row is not None and row["merged_into"] is not None:
        row = await look.one(CONTACT, row["merged_into"])
    if row is not None:
        params: list[Any] = [row["id"]]
        condition = where_sees_contact(viewer, "k", params)
        row = await look.one(f"select k.* from contacts k where k.id = $1 and {condition}", *params)
    if row is None:
        raise NotFound("errors.contact_not_found", f"{viewer.agent_id} sees no contact {key}")
    return row


async def access_whole_contact(look: Reader, viewer: Viewer, key: str) -> Row:
    """A contact of whom the viewer may see every conversation: for what concerns all of them.

    Raises NotFound, Forbidden `contact_elsewhere` when one of them is out of the viewer's sight.
    """
    row = await access_contact(look, viewer, key)
    if not viewer.sees_all:
        params: list[Any] = [row["id"]]
        seen = f"min({sees_where_it_lives(viewer, params)})"
        sql = f"select {seen} from conversations held where held.contact_id = $1"
        if await look.value(sql, *params) == 0:
            raise Forbidden(
                "errors.contact_elsewhere",
                f"{viewer.agent_id} does not see all of {row['id']}",
                code="contact_elsewhere",
            )
    return row


def where_sees_contact(viewer: Viewer, alias: str, params: list[Any]) -> str:
    """The rule for contacts as a condition on the `contacts` row `alias`; appends its values to `params`.

    A conversation that was merged away counts as the one it lives in now, whosever that is.
    """
    if viewer.sees_all:
        return "1 = 1"
    # One look by index for each contact: as `exists ... or not exists ...` PostgreSQL reads all conversations at once.
    return (
        f"coalesce((select max({sees_where_it_lives(viewer, params)}) from conversations held"
        f" where held.contact_id = {alias}.id), 1) = 1"
    )


def sees_where_it_lives(viewer: Viewer, params: list[Any]) -> str:
    """1 or 0: does the viewer see the `conversations` row `held`, or, when it was merged away, the one it lives in now?
    Appends its values to `params`."""
    held, home = (where_sees(viewer, name, params) for name in ("held", "home"))
    return (
        f"case when held.merged_into is null then case when {held} then 1 else 0 end"
        f" else ({_HOME.replace('{seen}', home)}) end"
    )


async def access_merge(look: Reader, viewer: Viewer, key: str) -> Row:
    """A merge or split between things the viewer may see, contacts whole. Raises NotFound, Forbidden."""
    row = await look.one(MERGE, key)
    if row is None:
        raise NotFound("errors.merge_not_found", f"no merge {key}")
    one = access_conversation if row["kind"].startswith("conversation") else access_whole_contact
    try:
        await one(look, viewer, row["into_id"])
        await one(look, viewer, row["from_id"])
    except NotFound:
        raise NotFound("errors.merge_not_found", f"{viewer.agent_id} sees no merge {key}") from None
    return row


async def hold_conversation(tx: Tx, viewer: Viewer, key: str) -> Held:
    """Lock a conversation that the viewer may see, as it stands at this moment. Raises NotFound."""
    held = await hold(tx, key)
    if not sees(viewer, held.scope):
        raise NotFound("errors.conversation_not_found", f"{viewer.agent_id} sees no conversation {key}")
    return held

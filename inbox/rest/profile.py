"""An agent's own name and picture, as colleagues and customers see them."""

from __future__ import annotations

from gateway.door import read_chunks
from gateway.egress.access import Role
from gateway.egress.pictures import picture_name
from gateway.errors import Refused, TooLarge
from gateway.media import receive
from gateway.stream.agents import change_agent
from inbox.commands.private import SetPreferences, set_preferences
from inbox.commands.table import Asked
from inbox.fitting import Name, Sent
from inbox.pictures import PICTURE_BYTES, PICTURE_SIDE
from inbox.rest.route import Call, route
from inbox.rest.session import AgentAnswer, load_agent


class ChangeProfile(Sent):
    name: Name


@route("PATCH", "/session/profile")
async def change_profile(call: Call, body: ChangeProfile) -> AgentAnswer:
    """Change one's own name; customers see it beside one's answers."""
    return await _change(call, call.caller.agent_id, name=body.name)


@route("PATCH", "/session/preferences")
async def change_preferences(call: Call, body: SetPreferences) -> None:
    """Change some of one's own preferences (`undo_send`, `assign_on_reply`, `quiet` and the browser's own); null
    forgets one."""
    await set_preferences(Asked(call.desk, call.caller), body)


@route("PUT", "/session/profile/picture", takes="*/*")
async def set_picture(call: Call) -> AgentAnswer:
    """One's own picture, the raw body: JPEG, PNG or WebP, at most 512 KiB and 1024 pixels a side, best square."""
    desk, request = call.desk, call.request
    desk.rates.agent_uploads.check(call.caller.agent_id)
    if (request.content_length or 0) > PICTURE_BYTES:
        raise TooLarge("errors.file_too_large", limit=PICTURE_BYTES)
    file, _ = await receive(
        desk.media,
        read_chunks(request),
        name="picture",
        declared_type=request.content_type,
        limit=PICTURE_BYTES,
    )
    kept = picture_name(file.hash, file.mime)
    if kept is None or not file.inline or not (0 < max(file.width or 0, file.height or 0) <= PICTURE_SIDE):
        raise Refused("errors.picture_unfit", f"a picture of {file.mime}, {file.width} x {file.height}")
    return await _change(call, call.caller.agent_id, picture=kept)


@route("DELETE", "/session/profile/picture")
async def drop_picture(call: Call) -> AgentAnswer:
    """Without a picture, initials stand for one."""
    return await _change(call, call.caller.agent_id, picture=None)


@route("DELETE", "/agents/{id}/picture", role=Role.ADMIN)
async def drop_colleagues_picture(call: Call) -> AgentAnswer:
    """Take away a picture that customers should not see."""
    return await _change(call, call.id, picture=None)


async def _change(call: Call, agent_id: str, **changes: str | None) -> AgentAnswer:
    await call.desk.store.write(lambda tx: change_agent(tx, agent_id, call.caller.actor, **changes))
    return {"agent": await call.desk.store.read(lambda look: load_agent(look, agent_id))}

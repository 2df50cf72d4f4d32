"""Taking a conversation or a contact along, as a ZIP file."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from inbox.export import Archive, download_headers
from inbox.rest.route import Call, route
from inbox.views import show_contact, show_conversation


@route("GET", "/conversations/{id}/export", gives="application/zip")
async def export_conversation(call: Call) -> web.StreamResponse:
    """One conversation: its story as JSON, and its files."""
    viewer = call.caller.viewer
    page = await call.desk.store.read(lambda look: show_conversation(look, viewer, call.id, call.desk.link))
    view = page["conversation"]
    pieces = Archive(call.desk, viewer).conversation(view, page["contact"])
    return await _send(call.request, f"conversation-{view['number']}.zip", pieces)


@route("GET", "/contacts/{id}/export", gives="application/zip")
async def export_contact(call: Call) -> web.StreamResponse:
    """Everything known of a contact: what the caller may see of it, and the files."""
    viewer = call.caller.viewer
    view = await call.desk.store.read(lambda look: show_contact(look, viewer, call.id))
    return await _send(call.request, f"contact-{view['id']}.zip", Archive(call.desk, viewer).contact(view))


async def _send(request: web.Request, name: str, pieces: AsyncIterator[bytes]) -> web.StreamResponse:
    """Write it out as it is made; what fails on the way breaks the connection, so that no half is taken for whole."""
    response = web.StreamResponse(headers=download_headers(name))
    await response.prepare(request)
    try:
        async for piece in pieces:
            if piece:
                await response.write(piece)
    except Exception:
        if request.transport is not None:
            request.transport.abort()
        raise
    await response.write_eof()
    return response

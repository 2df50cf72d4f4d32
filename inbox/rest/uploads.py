"""Files on their way into a message: uploaded first, named by the message afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from aiohttp import web
from pydantic import Field
from typing_extensions import TypedDict

from gateway.egress import agent as project
from gateway.egress.types import AttachmentView
from gateway.errors import Malformed, TooLarge
from gateway.media import receive
from gateway.store import Reader
from gateway.stream.attach import keep_upload
from inbox.commands.writing import upload_owner
from inbox.fitting import Query
from inbox.rest.conversations import asked
from inbox.rest.route import Call, route

SILENCE = 30.0
"""Seconds an upload may be silent before it is given up."""
ROW = "select * from attachments where id = $1"


class UploadQuery(Query):
    name: Annotated[str, Field(max_length=255)] = ""


class FileUploaded(TypedDict):
    attachment: AttachmentView
    """Waiting for a message to name its id; swept after a day."""


@route("POST", "/uploads", status=201, takes="*/*")
async def upload(call: Call, query: UploadQuery) -> FileUploaded:
    """Upload a file as the raw body; its Content-Type and name are claims, its first bytes decide."""
    desk, request = call.desk, call.request
    desk.rates.agent_uploads.check(call.caller.agent_id)
    limit = desk.limits.upload_bytes
    if (request.content_length or 0) > limit:
        raise TooLarge("errors.file_too_large", limit=limit)
    file, _ = await receive(
        desk.media, _chunks(request), name=query.name, declared_type=request.content_type, limit=limit
    )
    if not file.size:
        raise Malformed("errors.file_empty", "an upload of no bytes")
    key = await desk.store.write(lambda tx: keep_upload(tx, upload_owner(asked(call)), file))

    async def view(look: Reader) -> AttachmentView:
        return project.attachment(await look.one(ROW, key), desk.link)

    return {"attachment": await desk.store.read(view)}


async def _chunks(request: web.Request) -> AsyncIterator[bytes]:
    """The body as it comes. Raises Malformed when it breaks off or falls silent."""
    body = request.content.iter_any()
    try:
        while True:
            async with asyncio.timeout(SILENCE):
                chunk = await anext(body, b"")
            if not chunk:
                return
            yield chunk
    except (TimeoutError, web.RequestPayloadError, ConnectionResetError):
        raise Malformed("errors.malformed", "the upload broke off", at="", why="cut short") from None

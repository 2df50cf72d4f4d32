"""Files on their way into a message: uploaded first, named by the message afterwards."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from gateway.door import read_chunks
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
        desk.media, read_chunks(request), name=query.name, declared_type=request.content_type, limit=limit
    )
    if not file.size:
        raise Malformed("errors.file_empty", "an upload of no bytes")
    key = await desk.store.write(lambda tx: keep_upload(tx, upload_owner(asked(call)), file))

    async def view(look: Reader) -> AttachmentView:
        return project.attachment(await look.one(ROW, key), desk.link)

    return {"attachment": await desk.store.read(view)}

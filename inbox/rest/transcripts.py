"""What was said, sent by mail to somebody who took part."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from inbox.auth.access import access_conversation
from inbox.commands.delivering import AccountName
from inbox.commands.transcripts import SendTranscript, send_transcript
from inbox.commands.writing import Written
from inbox.fitting import ClientId, Sent
from inbox.rest.conversations import asked
from inbox.rest.route import Call, route


class WantedTranscript(Sent):
    account: AccountName
    address: Annotated[str, Field(min_length=1, max_length=320)]
    client_id: ClientId


@route("POST", "/conversations/{id}/transcript", status=201)
async def transcript(call: Call, body: WantedTranscript) -> Written:
    """Send it. Saying it again with the same client id is safe."""
    row = await call.desk.store.read(lambda look: access_conversation(look, call.caller.viewer, call.id))
    return await send_transcript(asked(call), SendTranscript(conversation=row["id"], **body.model_dump()))

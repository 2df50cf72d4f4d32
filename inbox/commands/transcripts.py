"""The command that sends what was said to somebody who took part."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.errors import Refused
from gateway.events import Event
from gateway.store import Tx
from gateway.stream import transcript
from gateway.stream.post import Post, post_with
from inbox.auth.access import access_conversation, hold_conversation
from inbox.commands.conversations import OnConversation
from inbox.commands.delivering import AccountName
from inbox.commands.table import Asked, command
from inbox.commands.writing import Written, capabilities, written
from inbox.fitting import ClientId
from inbox.recipients import address_of, check_known


class SendTranscript(OnConversation):
    account: AccountName
    """By which it goes: one that writes mails."""
    address: Annotated[str, Field(min_length=1, max_length=320)]
    """The customer's own, one that she left in the chat, or that of somebody who takes part."""
    client_id: ClientId


@command()
async def send_transcript(asked: Asked, args: SendTranscript) -> Written:
    """Send what was said in a conversation to somebody who took part, as far as she may see it: never a note, nor what
    was said aside to others. 422 `errors.transcript_stranger` for an address that takes no part,
    `errors.transcript_empty` where she may see nothing of it, `errors.transcript_account`."""
    row = await asked.store.read(lambda look: access_conversation(look, asked.viewer, args.conversation))
    can = capabilities(asked, args.account)
    if not (can.subject and can.may_start):
        raise Refused("errors.transcript_account", f"{args.account} writes no mails")
    to = address_of(asked.desk.channels, args.account, args.address)
    await asked.store.read(lambda look: check_known(look, asked.viewer, to, row["id"]))

    async def verb(tx: Tx) -> Event:
        held = await hold_conversation(tx, asked.viewer, row["id"])
        return await transcript.send_transcript(tx, held.id, args.account, to, asked.by, args.client_id)

    return await written(asked, await post_with(asked.store, Post("", asked.by, args.client_id), verb))

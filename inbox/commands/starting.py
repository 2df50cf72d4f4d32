"""The command that writes first: a conversation begun by us, on an account that may."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.channels.base import Capabilities
from gateway.egress.types import ConversationView
from gateway.errors import NotFound, Refused
from gateway.events import Address, Event, Proof
from gateway.store import Reader, Tx
from gateway.store.load import load_conversations
from gateway.stream.people import find_or_make
from gateway.stream.post import Post, Posted, mine, post_with
from gateway.stream.start import REACHED_BY, open_and_post
from gateway.stream.ways import IDENTITIES, reached
from inbox.auth.access import access_contact
from inbox.commands.table import Asked, command
from inbox.commands.writing import (
    TemplateSent,
    WithFiles,
    Written,
    capabilities,
    check_files,
    check_text,
    of_template,
    waiting_uploads,
    written,
)
from inbox.fitting import ClientId, Id
from inbox.recipients import InCopy, address_of, wanted_of
from inbox.ways import reaching

HEARD_AT = """select max(e.last_inbound_at) from endpoints e join identities i on i.id = e.identity_id
    where e.account_id = $1 and (i.id = $2 or i.contact_id = $3)"""
BY_ADDRESS = "select id from identities where space = $1 and address = $2"
OF_IDENTITY = "select contact_id from identities where id = $1"


class Start(WithFiles, InCopy):
    account: Annotated[str, Field(min_length=1, max_length=40)]
    identity: Id | None = None
    contact: Id | None = None
    """Whom to write to: an identity, or a contact who has one that the account reaches."""
    address: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """In the place of both, as an agent has typed it; whoever has it is written to, known so far or not."""
    template: TemplateSent | None = None
    """In the place of `text`, where the account's rule asks for one."""
    subject: Annotated[str, Field(max_length=300)] = ""
    client_id: ClientId


class Started(Written):
    conversation: ConversationView


@command()
async def start(asked: Asked, args: Start) -> Started:
    """Write first, on an account that may."""
    can = capabilities(asked, args.account)
    can.check_sends()
    if not can.may_start:
        raise Refused("errors.may_not_start", f"{args.account} cannot start a conversation")
    check_text(asked, args.text, can.text_length)
    address = None if args.address is None else address_of(asked.desk.channels, args.account, args.address)
    args = await _known(asked, args, address)
    wanted = await asked.store.read(
        lambda look: wanted_of(look, asked.viewer, asked.desk.channels, args.account, args, conversation=None)
    )
    what = Post("", asked.by, args.client_id, args.text, uploads=tuple(args.attachments), wanted=wanted)
    if args.attachments:
        check_files(asked, can, args, await asked.store.read(lambda look: waiting_uploads(asked, look, args)))
    if args.template is not None:
        what = await of_template(asked, what, args.account, args.template)
    else:
        await asked.store.read(lambda look: _check_may_write(asked, look, can, args))
    posted = await _begun(asked, what, args, address)
    answer = await written(asked, posted)
    found = await asked.store.read(lambda look: load_conversations(look, [posted.conversation]))
    return {"conversation": found[posted.conversation], **answer}


async def _check_may_write(asked: Asked, look: Reader, can: Capabilities, args: Start) -> None:
    """Free text to whom it may concern. Raises Refused `window_closed`."""
    if can.reply_window is not None:
        heard_at = await look.value(HEARD_AT, args.account, args.identity, args.contact)
        can.check_window(heard_at, asked.desk.clock())


async def _known(asked: Asked, args: Start, address: Address | None) -> Start:
    """With the identity that is meant; without one for an `address` that is nobody's yet. Nobody is written to who the
    caller may not know. Raises NotFound, Refused."""

    async def look_up(look: Reader) -> str | None:
        contact, identity = args.contact, args.identity
        if address is not None:
            identity = await look.value(BY_ADDRESS, address.space, address.address)
            if identity is None:
                return None
        if identity is not None:
            contact = await look.value(OF_IDENTITY, identity)
        if contact is None:
            raise NotFound("errors.identity_not_found", "neither a contact nor an identity of one")
        row = await access_contact(look, asked.viewer, contact)
        if identity is not None:
            return identity
        last = await look.value(REACHED_BY, row["id"], args.account)
        identities = await look.all(IDENTITIES, row["id"])
        return last or reached(identities, args.account, reaching(asked.desk.channels))

    return args.model_copy(update={"identity": await asked.store.read(look_up)})


async def _begun(asked: Asked, what: Post, args: Start, address: Address | None) -> Posted:
    """The conversation with its first message, and whoever an address is nobody's yet is made for: all or none."""

    async def verb(tx: Tx) -> Event:
        identity = args.identity
        if identity is None and address is not None and await mine(tx, what) is None:
            person = await find_or_make(tx, address, Proof.CLAIMED)
            if not person.is_new:  # somebody wrote from there a moment ago
                await access_contact(tx, asked.viewer, person.contact)
            identity = person.identity
        return await open_and_post(tx, args.account, identity, args.contact, what, args.subject)

    return await post_with(asked.store, what, verb)

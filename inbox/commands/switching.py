"""Commands that go on with a conversation by another way: ours, or hers by a link."""

from __future__ import annotations

from gateway.channels.base import Invites, ServesVisitors
from gateway.errors import NotFound, Refused
from gateway.store import Tx
from gateway.stream import proofs, ways
from gateway.stream.invitations import make_invitation
from gateway.stream.people import LOCALE
from inbox.auth.access import hold_conversation
from inbox.commands.conversations import OnConversation
from inbox.commands.delivering import AccountName
from inbox.commands.table import Asked, Done, command
from inbox.commands.writing import capabilities
from inbox.fitting import Id
from inbox.ways import reaching

LEG = "select account_id, identity_id from legs where id = $1"


class OpenWay(OnConversation):
    account: AccountName
    identity: Id
    """One of the conversation's customer."""


class Opened(Done):
    leg: str
    """By which public replies go from now on."""


class Invite(OnConversation):
    account: AccountName
    """Where she is to go on."""


class Invited(Done):
    text: str
    """In her language, with a place for the link: for the field, to be sent as any reply."""


@command()
async def open_way(asked: Asked, args: OpenWay) -> Opened:
    """Go on by another account or another address of the same person. 404 for a way that there is not, 422
    `errors.way_unproven` for an address of which nobody has proven that it is hers."""

    async def verb(tx: Tx) -> str:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        reaches = reaching(asked.desk.channels)
        return await ways.open_way(tx, held.id, args.account, args.identity, reaches, asked.by)

    leg, position = await asked.write(verb)
    return {"leg": leg, "position": position}


@command()
async def invite(asked: Asked, args: Invite) -> Invited:
    """Words with a link by which the customer goes on elsewhere, in this conversation and proven: on her phone, or in
    the chat's page. The link is made when a reply with its place goes, within a day, for whom that goes to: only there
    it is seen, works once and for half an hour. 404 for the account that the conversation goes by already, 422
    `errors.no_invitation` for one that no link leads to."""
    channel: object = asked.desk.channels.get(args.account)

    async def verb(tx: Tx) -> str:
        held = await hold_conversation(tx, asked.viewer, args.conversation)
        leg = await tx.one(LEG, held.leg)
        if leg is None or leg["account_id"] == args.account:
            raise NotFound("errors.way_not_found", f"{held.id} goes by {args.account} or by nothing")
        place = held.id, leg["identity_id"], args.account
        locale = await tx.value(LOCALE, held.contact)
        if not capabilities(asked, args.account).invites:
            raise Refused("errors.no_invitation", f"no link leads to {args.account}")
        if isinstance(channel, ServesVisitors):
            made = await make_invitation(tx, "link", *place)
            link = f"{asked.desk.config.public_url}/chat/{args.account}#go={proofs.MASK}{made}"
            return proofs.OFFER_WEB.for_reader(locale).format(link=link)
        assert isinstance(channel, Invites), "it says that it invites"
        made = await make_invitation(tx, "word", *place)
        link = f"{asked.desk.config.public_url}/go/{args.account}/{proofs.MASK}{made}"
        return proofs.OFFER.for_reader(locale).format(by=channel.by.for_reader(locale), link=link)

    text, position = await asked.write(verb)
    return {"text": text, "position": position}

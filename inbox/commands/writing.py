"""Commands that write: replies, notes, a conversation begun by us. What the channel can do is asked first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Self

from pydantic import Field, model_validator

from gateway.channels.base import Capabilities
from gateway.egress.access import Viewer
from gateway.egress.types import MessageView
from gateway.errors import Conflict, Forbidden, NotFound, Refused, TooLarge
from gateway.events import Event, Visibility
from gateway.store import Reader, Row, Tx, as_json, from_json
from gateway.store.load import Content, load_held, load_messages
from gateway.stream import edit as editing
from gateway.stream import held as holding
from gateway.stream.envelope import Wanted
from gateway.stream.erase import forget_media
from gateway.stream.files import Elsewhere
from gateway.stream.post import Post, Posted, post_with, write_post
from inbox.auth.access import access_conversation, access_held, access_message
from inbox.commands.conversations import OnConversation
from inbox.commands.following import naming
from inbox.commands.macros import ActsSent, After, MacroDone, with_macro
from inbox.commands.table import Asked, Done, command
from inbox.fitting import ClientId, Id, Moment, Position, Sent, Text
from inbox.recipients import ToSeveral, wanted_of
from inbox.templates import Variables, content_of

LEG = """select l.id, l.account_id, e.last_inbound_at from legs l
    left join endpoints e on e.account_id = l.account_id and e.identity_id = l.identity_id
    where l.id = $1 and l.conversation_id = $2"""
UPLOADS = "select id, mime, size from attachments where id in {ids_1} and owner = $2"
OWN = "select preferences from agents where id = $1"
ACCOUNT = "select account_id from legs where id = $1"


Mentions = Annotated[list[Id], Field(max_length=20)]
Uploads = Annotated[list[Id], Field(max_length=20)]


class TemplateSent(Sent):
    """A template in the place of words."""

    key: Annotated[str, Field(min_length=1, max_length=80)]
    variables: Variables = Field(default_factory=dict)


class WithFiles(Sent):
    text: Text = ""
    attachments: Uploads = Field(default_factory=list)
    """Ids of uploads that wait for a message."""


class Composed(WithFiles):
    """What replies and notes have in common, by whichever door they come."""

    client_id: ClientId
    reply_to: Id | None = None
    macro: Id | None = None
    """The text has places to fill (an empty one is the macro's own), and what the macro does is done with the send."""
    actions: ActsSent | None = None
    """What is done with the send; None: what the macro does."""


class OfNote(Sent):
    mentions: Mentions = Field(default_factory=list)
    """Agents and teams that a note names: they are told, and watch from now on."""


class OfReply(ToSeveral):
    leg: Id | None = None
    """None: the conversation's current leg."""
    seen: Position | None = None
    """The position up to which the agent had read: an answer to something older is stopped."""
    anyway: bool = False
    hold: Annotated[int, Field(ge=0, le=holding.HOLD_MOST)] = 0
    """ms in which the agent may take it back (`undo_send`): nobody but agents is told of it until they are over."""
    at: Moment | None = None
    """In the place of `hold`, UTC ms: it goes then, and may be taken back until then."""
    template: TemplateSent | None = None
    """Its words are the message's; it may also be sent when the reply window has closed."""

    @model_validator(mode="after")
    def _waits_once(self) -> Self:
        if self.hold and self.at is not None:
            raise ValueError("either held for a moment, or until a time")
        return self


class Writing(Composed, OnConversation):
    """A command that writes into a conversation."""


class Note(Writing, OfNote):
    """For the team."""


class Reply(Writing, OfReply):
    """For the customer."""


class OnMessage(Sent):
    message: Id


class EditMessage(OnMessage):
    text: Text


class Written(Done):
    message: MessageView


@command()
async def reply(asked: Asked, args: Reply) -> Written:
    """Answer the customer. 409 `stale_reply` when somebody else answered after `seen` and `anyway` is not said."""
    args, after = await with_macro(asked, args)
    check_time(asked, args.at)
    leg, wanted = await asked.store.read(lambda look: _check_reply(asked, look, args))
    # By the leg that was asked what it can do, and no other: she may go on by another way meanwhile.
    what = replace(
        _post(asked, args, Visibility.PUBLIC),
        leg=leg["id"],
        wanted=wanted,
        takes=await _takes(asked, after),
    )
    if args.template is not None:
        what = await of_template(asked, what, leg["account_id"], args.template)
    if args.hold or args.at is not None:
        # What follows, follows the release.
        for one in after:
            assert isinstance(one, MacroDone), "nothing else follows a reply"
            what = replace(what, macro=one.macro, acts=one.acts)
        after = []
    return await written(asked, await _stored(asked, what, after))


@command()
async def note(asked: Asked, args: Note) -> Written:
    """Tell the team; no customer ever sees it."""
    return await write_note(asked, args)


async def write_note(asked: Asked, args: Note, elsewhere: Elsewhere | None = None) -> Written:
    """`elsewhere`: files that it has where it was written, and that are fetched from there: never said by a client."""
    args, after = await with_macro(asked, args)
    if args.mentions:
        after = [naming(args.mentions), *after]
    check_text(asked, args.text, asked.desk.limits.text_length)
    if len(args.attachments) > asked.desk.limits.upload_count:
        raise TooLarge("errors.too_many_files", limit=asked.desk.limits.upload_count)
    await asked.store.read(lambda look: access_conversation(look, asked.viewer, args.conversation))
    what = replace(_post(asked, args, Visibility.NOTE), elsewhere=elsewhere)
    return await written(asked, await _stored(asked, what, after))


@command()
async def edit_message(asked: Asked, args: EditMessage) -> Done:
    """Put other words into one's own message; what they were is kept."""

    async def verb(tx: Tx) -> None:
        row = await _sent_message(tx, asked.viewer, args.message)
        longest = asked.desk.limits.text_length
        if row["leg_id"] is not None:
            can = capabilities(asked, await tx.value(ACCOUNT, row["leg_id"]))
            if not can.editing:
                raise Refused("errors.no_editing", "this channel cannot edit")
            longest = can.text_length
        check_text(asked, args.text, longest)
        await editing.edit_message(tx, row["id"], args.text, asked.by)

    _, position = await asked.write(verb)
    return {"position": position}


@command()
async def erase_message(asked: Asked, args: OnMessage) -> Done:
    """Take a message's content for good: one's own, or anybody's as a supervisor."""

    async def verb(tx: Tx) -> list[str]:
        row = await _sent_message(tx, asked.viewer, args.message)
        if not asked.viewer.sees_all and row["author_id"] != asked.caller.agent_id:
            raise Forbidden("errors.not_your_message", f"{asked.caller.agent_id} did not write {row['id']}")
        return await editing.erase_message(tx, row["id"], asked.by)

    files, position = await asked.write(verb)
    await forget_media(asked.store, asked.desk.media, files)
    return {"position": position}


async def _sent_message(tx: Tx, viewer: Viewer, message: str) -> Row:
    """Raises NotFound, Refused for a reply that is held: it can be taken back, then said otherwise."""
    try:
        return await access_message(tx, viewer, message)
    except NotFound:
        held = await access_held(tx, viewer, message)
        if held["undone_at"] is not None:
            raise
        raise Refused("errors.message_held", f"{message} is held for undo") from None


async def of_template(asked: Asked, what: Post, account: str, sent: TemplateSent) -> Post:
    """What is posted is what the customer will read. Raises NotFound, Refused."""
    if what.text or what.uploads or what.reply_to:
        raise Refused("errors.template_alone", "a template beside words, files or a quote")
    template = await asked.desk.templates.chosen(account, sent.key)
    return replace(what, text=template.filled(sent.variables), content=content_of(template, sent.variables))


async def _takes(asked: Asked, after: Sequence[After]) -> bool:
    """Does who answers have the conversation from then on, where it is nobody's? Not where a macro says whose it is,
    and not by a program."""
    if asked.caller.token or any(isinstance(one, MacroDone) and one.acts.assignee for one in after):
        return False
    preferences = from_json(await asked.store.glance(lambda look: look.value(OWN, asked.caller.agent_id)))
    wanted: bool = preferences.get("assign_on_reply", asked.desk.config.inbox.assign_on_reply)
    return wanted


async def _stored(asked: Asked, what: Post, after: Sequence[After]) -> Posted:
    """The post and what follows from it, all or none."""

    async def verb(tx: Tx) -> Event:
        event = await write_post(tx, what)
        for then in after:
            await then(tx, event)
        return event

    return await post_with(asked.store, what, verb)


def _post(asked: Asked, args: Writing, visibility: Visibility) -> Post:
    more = (
        {"seen": args.seen, "anyway": args.anyway, "hold": args.hold, "at": args.at}
        if isinstance(args, Reply)
        else {}
    )
    return Post(
        args.conversation,
        asked.by,
        args.client_id,
        args.text,
        visibility,
        tuple(args.attachments),
        reply_to=args.reply_to,
        viewer=asked.viewer,
        **more,  # type: ignore[arg-type]
    )


async def written(asked: Asked, posted: Posted) -> Written:
    """The message as it stands, held or sent."""

    async def look_up(look: Reader) -> Content:
        found = await load_messages(look, [posted.message]) or await load_held(look, [posted.message])
        if posted.message not in found:
            raise Conflict("errors.reply_undone", f"{posted.message} was taken back", code="reply_undone")
        return found[posted.message]

    content = await asked.store.read(look_up)
    return {"message": content.for_agents(asked.desk.link), "position": posted.position}


# --- what the channel can do ----------------------------------------------------------------------------------------


def capabilities(asked: Asked, account: str) -> Capabilities:
    """What the account can do. Raises Refused for one that is no longer configured."""
    channel = asked.desk.channels.get(account)
    if channel is None:
        raise Refused("errors.account_not_active", f"account {account} is not configured")
    return channel.capabilities


async def _check_reply(asked: Asked, look: Reader, args: Reply) -> tuple[Row, Wanted]:
    """Returns the leg it goes by, and to whom."""
    row = await access_conversation(look, asked.viewer, args.conversation)
    leg = await look.one(LEG, args.leg or row["leg_id"] or "", row["id"])
    if leg is None:
        raise NotFound("errors.leg_not_found", f"no leg {args.leg or row['leg_id']} in {row['id']}")
    can = capabilities(asked, leg["account_id"])
    can.check_sends()
    check_text(asked, args.text, can.text_length)
    if args.template is None:
        can.check_window(leg["last_inbound_at"], asked.desk.clock())
    if args.reply_to is not None and not can.quoting:
        raise Refused("errors.no_quoting", f"{leg['account_id']} cannot quote")
    if args.attachments:
        check_files(asked, can, args, await waiting_uploads(asked, look, args))
    return leg, await wanted_of(
        look, asked.viewer, asked.desk.channels, leg["account_id"], args, conversation=row["id"]
    )


def check_time(asked: Asked, at: int | None) -> None:
    """A time that has come already means at once: clocks differ. Raises Refused for one too far away."""
    if at is not None and at > asked.desk.clock() + holding.LATER_MOST:
        raise Refused("errors.too_late_a_time", f"{at} is more than a year away")


async def waiting_uploads(asked: Asked, look: Reader, said: WithFiles) -> Sequence[Row]:
    return await look.all(UPLOADS, as_json(said.attachments), upload_owner(asked))


def upload_owner(asked: Asked) -> str:
    """Who may take an upload of this caller."""
    return f"agent:{asked.by.id}"


def check_text(asked: Asked, text: str, longest: int) -> None:
    limit = min(longest, asked.desk.limits.text_length)
    if len(text) > limit:
        raise TooLarge("errors.text_too_long", limit=limit)


def check_files(asked: Asked, can: Capabilities, args: WithFiles, uploads: Sequence[Row]) -> None:
    count = min(can.attachments.count, asked.desk.limits.upload_count)
    if len(args.attachments) > count:
        raise TooLarge("errors.too_many_files", limit=count)
    if args.text and not can.captions:
        raise Refused("errors.no_captions", "text and files travel separately on this channel")
    for upload in uploads:
        if not can.attachments.accepts(upload["mime"], upload["size"]):
            limit = can.attachments.limit(upload["mime"])
            raise Refused("errors.file_not_taken", f"{upload['mime']} of {upload['size']} bytes", limit=limit)

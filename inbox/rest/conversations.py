"""Conversations: lists, one with its history, writing into it, changing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from gateway.egress.types import ConversationView
from gateway.events import Priority, Status
from gateway.store import Tx
from gateway.store.load import load_conversations
from gateway.stream import assign as owners
from gateway.stream import describe, status
from inbox.auth.access import access_conversation, hold_conversation
from inbox.commands import Asked
from inbox.commands.conversations import Subject, Tags, Values
from inbox.commands.delivering import AccountName
from inbox.commands.starting import Start, Started, start
from inbox.commands.switching import Opened, OpenWay, open_way
from inbox.commands.table import Done
from inbox.commands.writing import (
    Composed,
    Note,
    OfNote,
    OfReply,
    Reply,
    Written,
    note,
    reply,
)
from inbox.fitting import Id, Moment, Query, Sent
from inbox.followed import list_followed
from inbox.recipients import RecipientsView, list_recipients
from inbox.rest.route import Call, route
from inbox.sorting import Filter, list_sorted
from inbox.views import (
    ConversationPage,
    ConversationsPage,
    MessagesPage,
    Wanted,
    list_conversations,
    list_messages,
    show_conversation,
)
from inbox.ways import WaysList, list_ways

Place = Annotated[str, StringConstraints(max_length=100)]
Limit = Annotated[int, Field(ge=1, le=500)]
Stands = Literal["open", "snoozed", "closed", "spam"]
StandsOrAny = Literal["open", "snoozed", "closed", "spam", "any"]
"""`any`: all of them but spam."""
Ids = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{1,64}(,[0-9a-z]{1,64}){0,9}$")]
IdOrNone = Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{1,64}$")]
Urgency = Annotated[int, Field(ge=0, le=4)]
"""0: no priority; 4: urgent."""
Words = Annotated[str, Field(max_length=300)]


class PageQuery(Query):
    before: Place | None = None
    """As the page before this one said it; left out: the first."""
    limit: Limit | None = None


class ListQuery(PageQuery):
    status: StandsOrAny | None = None
    assignee: IdOrNone | None = None
    """An agent's id, `me` or `none`."""
    team: IdOrNone | None = None
    """A team's id or `none`."""
    tag: Ids | None = None
    """One, or several with commas between them: all of them."""
    q: Words = ""
    sort: Literal["activity", "waiting", "wakes"] | None = None
    """`waiting`: who waits longest first, then the others; `wakes`, only with status `snoozed`: what wakes first. With
    this, the next four or several tags `q` does not count, and the status is `open` unless it is said."""
    account: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    unread: bool = False
    waiting_over: Annotated[int, Field(ge=0, le=2**40)] | None = None
    """ms for which the customer has waited at least."""
    priority: Urgency | None = None
    view: Annotated[str, StringConstraints(pattern=r"^(mentions|watched|undelivered)$")] | None = None
    """The caller's own lists: where the caller was named, the newest first; what the caller watches; and for
    everybody the running ones whose newest public message of ours `failed`, or nobody knows. With them only `status`
    counts."""

    @model_validator(mode="after")
    def _only_what_sleeps_wakes(self) -> ListQuery:
        if self.sort == "wakes" and self.status != "snoozed":
            raise ValueError("only what is snoozed wakes")
        if self.view is not None and self.status == "any":
            raise ValueError("a list of one's own has one status, or without one every")
        return self


class HistoryQuery(PageQuery):
    after: Place | None = None
    around: Id | None = None
    """A message of this conversation: as many before it as after it."""

    @model_validator(mode="after")
    def _one_way(self) -> HistoryQuery:
        if sum(way is not None for way in (self.before, self.after, self.around)) > 1:
            raise ValueError("either before, after or around")
        return self


class WriteMessage(Composed, OfReply, OfNote):
    """A reply's own fields count with visibility `public`, a note's own with `note`."""

    visibility: Literal["public", "note"]

    @model_validator(mode="after")
    def _only_notes_name_colleagues(self) -> WriteMessage:
        if self.mentions and self.visibility != "note":
            raise ValueError("only a note names colleagues")
        if (self.hold or self.at is not None) and self.visibility != "public":
            raise ValueError("only a reply is held")
        if (self.to is not None or self.cc is not None or self.bcc) and self.visibility != "public":
            raise ValueError("only a reply has recipients")
        if self.template is not None and self.visibility != "public":
            raise ValueError("only a reply is a template")
        return self


class ChangeConversation(Sent):
    """What is left out stays. `assignee` and `team` may be null: nobody's, everybody's."""

    status: Stands | None = None
    snoozed_until: Moment | None = None
    """With status `snoozed`."""
    assignee: Id | None = None
    team: Id | None = None
    leg: Id | None = None
    tags: Tags | None = None
    """Exactly these from now on."""
    subject: Subject | None = None
    priority: Urgency | None = None
    attributes: Values | None = None

    @model_validator(mode="after")
    def _snooze_has_an_end(self) -> ChangeConversation:
        if (self.status == "snoozed") != (self.snoozed_until is not None):
            raise ValueError("status snoozed and snoozed_until belong together")
        return self


class OfLeg(Query):
    leg: Id | None = None


class ChosenWay(Sent):
    account: AccountName
    identity: Id


class ConversationAnswer(Done):
    conversation: ConversationView


def asked(call: Call) -> Asked:
    """The caller, as commands know them."""
    return Asked(call.desk, call.caller)


def page_size(call: Call, limit: int | None) -> int:
    """Rows of a page: what was asked for, within the limits."""
    return min(limit or call.desk.limits.page, call.desk.limits.page_most)


@route("GET", "/conversations")
async def conversations(call: Call, query: ListQuery) -> ConversationsPage:
    """A page of a list, the newest message first."""
    viewer = call.caller.viewer
    if query.view is not None:
        size, view, standing = page_size(call, query.limit), query.view, query.status
        return await call.desk.store.scan(
            lambda look: list_followed(look, viewer, view, standing, query.before, size)
        )
    if _is_sorted(query):
        return await _sorted(call, query)
    assignee = viewer.agent_id if query.assignee == "me" else query.assignee
    wanted = Wanted(
        status=query.status,
        assignee=assignee,
        team=query.team,
        tag=query.tag,
        words=query.q,
        before=query.before,
        limit=page_size(call, query.limit),
    )
    return await call.desk.store.scan(lambda look: list_conversations(look, viewer, wanted))


def _is_sorted(query: ListQuery) -> bool:
    narrowed = (
        query.account is not None
        or query.unread
        or query.waiting_over is not None
        or query.priority is not None
    )
    return query.sort is not None or query.status == "any" or narrowed or "," in (query.tag or "")


async def _sorted(call: Call, query: ListQuery) -> ConversationsPage:
    viewer, size, now = call.caller.viewer, page_size(call, query.limit), call.desk.clock()
    wanted = Filter(
        status=query.status or Status.OPEN.value,
        team=query.team,
        assignee=query.assignee,
        tags=tuple(query.tag.split(",")) if query.tag else (),
        account=query.account,
        unread=query.unread,
        waiting_over=query.waiting_over,
        priority=query.priority,
    )
    sort = query.sort or "activity"
    return await call.desk.store.scan(
        lambda look: list_sorted(look, viewer, wanted, sort, query.before, size, now)
    )


@route("GET", "/conversations/{id}")
async def conversation(call: Call) -> ConversationPage:
    """One conversation, by id or number."""
    return await call.desk.store.read(
        lambda look: show_conversation(look, call.caller.viewer, call.id, call.desk.link)
    )


@route("GET", "/conversations/{id}/messages")
async def messages(call: Call, query: HistoryQuery) -> MessagesPage:
    """A stretch of its history: the newest, those before a place, those after one, or those around a message."""
    limit = page_size(call, query.limit)
    return await call.desk.store.scan(
        lambda look: list_messages(
            look,
            call.caller.viewer,
            call.id,
            call.desk.link,
            before=query.before,
            after=query.after,
            around=query.around,
            limit=limit,
        )
    )


@route("POST", "/conversations/{id}/messages", status=201)
async def write_message(call: Call, body: WriteMessage) -> Written:
    """Answer the customer (`public`), or tell the team (`note`). Saying it again with the same client id is safe."""
    row = await call.desk.store.read(lambda look: access_conversation(look, call.caller.viewer, call.id))
    common = body.model_dump(include=set(Composed.model_fields))
    if body.visibility == "note":
        return await note(asked(call), Note(conversation=row["id"], **common, mentions=body.mentions))
    public = body.model_dump(include=set(OfReply.model_fields))
    return await reply(asked(call), Reply(conversation=row["id"], **common, **public))


@route("POST", "/conversations", status=201)
async def start_conversation(call: Call, body: Start) -> Started:
    """Write first, on an account that may."""
    return await start(asked(call), body)


@route("GET", "/conversations/{id}/ways")
async def ways(call: Call) -> WaysList:
    """By which accounts and addresses its customer can be written to, each with the reason why not."""
    viewer, channels, now = call.caller.viewer, call.desk.channels, call.desk.clock()
    return await call.desk.store.read(lambda look: list_ways(look, viewer, call.id, channels, now))


@route("POST", "/conversations/{id}/ways")
async def go_by(call: Call, body: ChosenWay) -> Opened:
    """Go on by another way: public replies take it from now on."""
    row = await call.desk.store.read(lambda look: access_conversation(look, call.caller.viewer, call.id))
    return await open_way(
        asked(call), OpenWay(conversation=row["id"], account=body.account, identity=body.identity)
    )


@route("GET", "/conversations/{id}/recipients")
async def recipients(call: Call, query: OfLeg) -> RecipientsView:
    """Whom an answer by a leg (without one: the current) goes to unless it says otherwise."""
    viewer, channels = call.caller.viewer, call.desk.channels
    return await call.desk.store.read(
        lambda look: list_recipients(look, viewer, call.id, query.leg, channels)
    )


@route("PATCH", "/conversations/{id}")
async def change_conversation(call: Call, body: ChangeConversation) -> ConversationAnswer:
    """Change several things at once, all or none."""
    row = await call.desk.store.read(lambda look: access_conversation(look, call.caller.viewer, call.id))

    async def verb(tx: Tx) -> str:
        held = await hold_conversation(tx, call.caller.viewer, row["id"])
        for change in _changes(tx, held.id, body, call, held.scope.tags):
            await change()
        return held.id

    key, position = await asked(call).write(verb)
    found = await call.desk.store.read(lambda look: load_conversations(look, [key]))
    return {"conversation": found[key], "position": position}


def _changes(
    tx: Tx, key: str, body: ChangeConversation, call: Call, tags: tuple[str, ...]
) -> Iterator[Callable[[], Awaitable[Any]]]:
    """The verbs that a body asks for; only what was said counts. What may take it out of sight comes last."""
    by, said = call.caller.actor, body.model_fields_set
    if body.subject is not None:
        yield partial(describe.set_subject, tx, key, body.subject, by)
    if body.priority is not None:
        yield partial(describe.set_priority, tx, key, Priority(body.priority), by)
    if body.attributes is not None:
        yield partial(describe.set_attributes, tx, key, body.attributes, by)
    if body.tags is not None:
        gone = [tag for tag in tags if tag not in body.tags]
        yield partial(describe.tag, tx, key, body.tags, gone, by)
    if body.leg is not None:
        yield partial(describe.switch_leg, tx, key, body.leg, by)
    if body.status is not None:
        yield partial(status.set_status, tx, key, Status(body.status), by, body.snoozed_until)
    if "assignee" in said:
        yield partial(owners.assign, tx, key, body.assignee, by)
    if "team" in said:
        yield partial(owners.set_team, tx, key, body.team, by)

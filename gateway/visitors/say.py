"""What a customer's browser sends up and asks back over HTTP: messages, files, older pages."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import AsyncIterator

from aiohttp import web

from gateway import metrics
from gateway.door import read_chunks
from gateway.egress import customer as project
from gateway.egress.told import CustomerMessage
from gateway.errors import NotFound, Refused, TooLarge
from gateway.events import AccountId, ActorKind, Attachment, InboundMessage, TeamId
from gateway.limits import MIB
from gateway.media import receive
from gateway.store import Reader, plain
from gateway.store.load import load_messages
from gateway.stream.attach import keep_upload
from gateway.stream.ingest import DAY, Intake, Taken, take_in
from gateway.stream.introduce import introduce
from gateway.visitors.bodies import answer, read_body
from gateway.visitors.desk import DESK, Chat, Desk, caller
from gateway.visitors.files import audience
from gateway.visitors.session import told_limits
from gateway.visitors.story import as_told, find_person, read_page
from gateway.visitors.tokens import Visitor
from gateway.visitors.wire import Say

TEAM = "select id from teams where name = $1 and retired_at is null"
WAITING = "select coalesce(sum(size), 0) from attachments where message_id is null and owner = $1"
WAITING_BYTES = 100 * MIB
"""Bytes one visitor may have uploaded and not yet sent."""
INTRODUCED = 10_000
"""Visitors whose introduction this process remembers, so that their next message writes nothing beside itself."""


class Introductions:
    """Whom this process has introduced already, and with what."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[object, object]] = OrderedDict()

    async def see_to(self, desk: Desk, visitor: Visitor) -> None:
        """Once per visitor and change: her claims and what her site signed stand on her contact."""
        told = (visitor.claims, visitor.vouched)
        if not any(told) or self._known.get(visitor.subject) == told:
            return
        known = await desk.store.glance(lambda look: find_person(look, visitor.identity))
        if known is not None:
            await desk.store.write(lambda tx: introduce(tx, known.identity, *told), aside=True)
        self._known[visitor.subject] = told
        if len(self._known) > INTRODUCED:
            self._known.popitem(last=False)


INTRODUCTIONS: web.AppKey[Introductions] = web.AppKey("visitors.introductions", Introductions)


async def say(request: web.Request) -> web.Response:
    """POST messages: one message, stored before it is answered; a repeat is answered alike.

    Raises Malformed, Forbidden, Unauthenticated, TooMany, Refused (empty, an upload that is not hers), TooLarge.
    """
    desk = request.app[DESK]
    chat = desk.access_account(request)
    visitor = desk.access_visitor(request, chat)
    desk.rates.messages.check(visitor.subject)
    await desk.rates.address.admit(caller(request))
    said = await read_body(request, Say)
    check_say(desk, chat, said)
    intake = Intake(AccountId(chat.account), await _team(desk, chat), desk.limits.reopens_within * DAY)
    if said.reply_to is not None:
        await _hers(desk, visitor, said.reply_to)
    fact = _fact(visitor, said)
    with metrics.timed(metrics.Stage.VISITOR_COMMITTED):
        taken = await take_in(
            desk.store,
            intake,
            fact,
            uploads=tuple(said.attachments),
            client_id=said.client_id,
            reply_to=said.reply_to,
        )
    await request.app[INTRODUCTIONS].see_to(desk, visitor)
    # A repeat may have been edited since, files have links of their own: those are read; what was just said is known.
    known = not taken.repeat and not said.attachments
    message = _just_said(said, fact, taken) if known else await _hers(desk, visitor, taken.message)
    return answer({"message": message}, 200 if taken.repeat else 201)


def check_say(desk: Desk, chat: Chat, said: Say) -> None:
    """Does the message fit what this account takes? Raises Refused, TooLarge."""
    most, rules = desk.limits, chat.capabilities.attachments
    length, count = min(most.text_length, chat.capabilities.text_length), min(most.upload_count, rules.count)
    if not plain(said.text).strip() and not said.attachments:
        raise Refused("errors.empty_message")
    if len(said.text) > length:
        raise TooLarge("errors.text_too_long", limit=length)
    if len(said.attachments) > count:
        raise Refused("errors.upload_many", limit=count)


def _fact(visitor: Visitor, said: Say) -> InboundMessage:
    return InboundMessage(
        # The browser's own id, within her own name: nobody can take another's in advance.
        provider_id=f"{visitor.subject}/{said.client_id}",
        sender=visitor.identity,
        text=plain(said.text).strip(),
        proof=visitor.proof,
        name=visitor.name,
        locale=visitor.locale,
    )


def _just_said(said: Say, fact: InboundMessage, taken: Taken) -> CustomerMessage:
    """The message as it was stored a moment ago, without asking the database for what we have in hand."""
    row = {
        "id": taken.message,
        "position": taken.position,
        "author_kind": ActorKind.CUSTOMER,
        "client_id": said.client_id,
        "text": fact.text,
        "content": None,
        "reply_to": said.reply_to,
        "at": taken.at,
        "late": fact.late,
        "edited_at": None,
        "erased_at": None,
    }
    return project.message(row, (), str)  # no file, so no link is made


async def _team(desk: Desk, chat: Chat) -> TeamId | None:
    if not chat.config.team:
        return None
    found = await desk.store.glance(lambda look: look.value(TEAM, chat.config.team))
    return None if found is None else TeamId(found)


async def _hers(desk: Desk, visitor: Visitor, message: str) -> CustomerMessage:
    """A message as she is told it. Raises NotFound for one that is not hers to see."""

    async def look_up(look: Reader) -> CustomerMessage | None:
        known = await find_person(look, visitor.identity)
        content = (await load_messages(look, [message])).get(message)
        if known is None or content is None:
            return None
        link = desk.link_for(audience(known.person))
        return as_told(content, known.person, link, desk.store.secret)

    told = await desk.store.read(look_up)
    if told is None:
        raise NotFound("errors.message_not_found", "no such message of this visitor")
    return told


async def history(request: web.Request) -> web.Response:
    """GET messages?before=: a page of her story, oldest first. Raises Forbidden, Unauthenticated, TooMany."""
    desk = request.app[DESK]
    chat = desk.access_account(request)
    visitor = desk.access_visitor(request, chat)
    desk.rates.frames.check(visitor.subject)
    before = request.query.get("before")
    known = await desk.store.glance(lambda look: find_person(look, visitor.identity))
    if known is None:
        return answer({"messages": [], "before": None})
    link = desk.link_for(audience(known.person))
    page = await desk.store.scan(lambda look: read_page(look, known.person, link, before))
    return answer({"messages": list(page.messages), "before": page.before})


async def upload(request: web.Request) -> web.Response:
    """POST uploads?name=: the raw bytes of one file, waiting for her next message for a day.

    Raises Forbidden, Unauthenticated, TooMany, TooLarge, Refused (a kind this account does not take, nothing in it).
    """
    desk = request.app[DESK]
    chat = desk.access_account(request)
    visitor = desk.access_visitor(request, chat)
    desk.rates.uploads.check(visitor.subject)
    await desk.rates.address.admit(caller(request))
    limit = told_limits(desk, chat)["upload_bytes"]
    if (request.content_length or 0) > limit:
        raise TooLarge("attachment.too_large", f"{request.content_length} bytes announced", limit=limit)
    owner = f"identity:{visitor.identity.space}:{visitor.identity.address}"
    async with _room(request, owner, limit):
        file, _ = await receive(
            desk.parts.media,
            read_chunks(request),
            name=request.query.get("name"),
            declared_type=request.content_type,
            limit=limit,
        )
        _check_kind(chat, file)
        key = await desk.store.write(lambda tx: keep_upload(tx, owner, file), aside=True)
    return answer({"attachment": _waiting(desk, key, file)}, 201)


@contextlib.asynccontextmanager
async def _room(request: web.Request, owner: str, limit: int) -> AsyncIterator[None]:
    """Strangers must not fill the disk: room is taken before a byte is read, so that uploads side by side share it.

    What does not say its size counts as the largest. Raises TooMany, Refused.
    """
    desk, size = request.app[DESK], request.content_length or limit
    most = max(WAITING_BYTES, limit)
    desk.coming[owner] += size
    begun = desk.coming[owner]
    try:
        waiting = int(await desk.store.glance(lambda look: look.value(WAITING, owner)))
        # Who came after it takes no room from it, and what is stored by now no longer comes.
        coming = min(begun, desk.coming[owner])
        if waiting + coming > most:
            raise Refused("errors.upload_many", f"{waiting} bytes wait for {owner}, {coming} come")
        await desk.rates.upload_mib.admit(caller(request), size / MIB)
        yield
    finally:
        desk.coming[owner] -= size
        if not desk.coming[owner]:
            del desk.coming[owner]


def _check_kind(chat: Chat, file: Attachment) -> None:
    """What it is by its first bytes counts, not what it was called."""
    rules = chat.capabilities.attachments
    if not file.size:
        raise Refused("errors.upload_empty", "an empty file")
    if not rules.limit(file.mime):
        raise Refused("errors.upload_kind", f"{file.mime} is not taken")
    if not rules.accepts(file.mime, file.size):
        raise TooLarge(
            "attachment.too_large", f"{file.size} bytes of {file.mime}", limit=rules.limit(file.mime)
        )


def _waiting(desk: Desk, key: str, file: Attachment) -> dict[str, object]:
    """The view of a file no message has taken yet; its link works once one has."""
    row = {"id": key, "name": file.name, "hash": file.hash}
    return {
        "id": key,
        "name": file.name,
        "mime": file.mime,
        "size": file.size,
        "width": file.width,
        "height": file.height,
        "url": desk.link_for(f"upload:{key}")(row),
        "inline": file.inline,
    }

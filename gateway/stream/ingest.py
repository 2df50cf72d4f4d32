"""Taking in a customer's message: identity, contact, conversation, leg found or made, message and facts at once.

A repeat (same account and provider id) is a no-op: the unique index says so, and the unit is undone. A message that was
erased since does not come back by its repeat either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway.errors import Repeat
from gateway.events import (
    AccountId,
    Address,
    ConversationId,
    Event,
    InboundMessage,
    Kind,
    LegId,
    MessageId,
    Scope,
    Status,
    TeamId,
    customer,
    new_id,
)
from gateway.store import Reader, Row, Stamp, Store, Tx, as_json, plain
from gateway.store.base import Together
from gateway.store.search import tokens
from gateway.stream.attach import claim_uploads, insert_attachments
from gateway.stream.hold import Held, about_message, changed, held_row, hold, received
from gateway.stream.people import Person, find_or_make
from gateway.stream.repeats import erased_id

DAY = 86_400_000
"""Milliseconds."""

# By thread key first, then the newest that still runs; a closed one only as long as it may be reopened.
FIND_LEG = """select c.*, l.id as found_leg_id from legs l join conversations c on c.id = l.conversation_id
    where l.identity_id = $1 and l.account_id = $2
      and (c.status <> 'closed' or c.closed_at > $4) and (l.thread_key = $3 or $3 = '')
    order by case when c.status = 'closed' then 1 else 0 end, c.last_at desc, c.id desc, l.id desc limit 1 {lock_cl}"""
NEW_CONVERSATION = """insert into conversations (id, number, contact_id, subject, priority, status, team_id, leg_id,
    attributes, last_at, created_at) values ($1, {next_conversation}, $2, $3, 0, $4, $5, $6, '{}', $7, $7)
    returning number"""
NEW_LEG = """insert into legs (id, conversation_id, account_id, identity_id, thread_key, created_at)
    values ($1, $2, $3, $4, $5, $6)"""
REQUESTER = "insert into participants (conversation_id, contact_id, role) values ($1, $2, 'requester')"
NEW_MESSAGE = """insert into messages (id, position, conversation_id, birth_conversation_id, leg_id, visibility,
    author_kind, author_id, client_id, account_id, provider_id, text, content, reply_to, at, late)
    values ($1, $2, $3, $3, $4, 'public', 'customer', $5, $6, $7, $8, $9, $10, $11, $12, $13)
    on conflict do nothing"""
# None is touched where the message was taken in once and erased since: seen only now that its row is there, for another
# process may have erased it while ours waited.
TOUCH = """update conversations set status = $2, leg_id = $3, last_at = $4, last_message_id = $5,
    position = $6, last_public_position = $6, last_customer_position = $6,
    waiting_since = coalesce(waiting_since, $7), snoozed_until = null, closed_at = null where id = $1
    and not exists (select 1 from messages m where m.account_id = $8 and m.provider_id = $9 and m.id <> $12)
    and not exists (select 1 from messages m where m.author_id = $10 and m.client_id = $11 and m.id <> $12)"""
TOUCH_TAGS = "update conversation_tags set status = $2, last_at = $3 where conversation_id = $1"
TOUCH_LEG = "update legs set last_inbound_at = $2 where id = $1"
TOUCH_ENDPOINT = """insert into endpoints (account_id, identity_id, last_inbound_at) values ($1, $2, $3)
    on conflict (account_id, identity_id) do update set last_inbound_at = excluded.last_inbound_at"""
# A client id is its author's own, on whatever account it came: with a provider's it is asked for last.
KNOWN = """select m.id, m.conversation_id, m.position, m.at from messages m
    where (m.account_id = $1 and m.provider_id in ($2, $3)) or (m.client_id in ($4, $5) and m.author_id = $6)
    order by case when m.client_id in ($4, $5) then 1 else 0 end limit 1"""
IDENTITY = "select id from identities where space = $1 and address = $2"


@dataclass(frozen=True, slots=True)
class Intake:
    """How an account takes messages in."""

    account: AccountId
    team: TeamId | None = None
    reopen_within: int = 7 * DAY
    """How long after closing a new message reopens the conversation, ms."""


@dataclass(frozen=True, slots=True)
class Taken:
    message: MessageId
    conversation: ConversationId
    position: int
    at: int
    """When it was taken in, ms."""
    repeat: bool = False


async def take_in(
    store: Store,
    intake: Intake,
    fact: InboundMessage,
    *,
    uploads: tuple[str, ...] = (),
    client_id: str | None = None,
    reply_to: str | None = None,
) -> Taken:
    """Store a customer's message; returns after the commit. A repeat returns the message that stands.

    `uploads` are ids of waiting uploads owned by `identity:SPACE:ADDRESS` of the sender. Raises Refused when one is not
    hers or already used, Unavailable.
    """
    fact = _plain(fact)
    client_id = None if client_id is None else plain(client_id)

    try:
        event = await store.write(TakeIn(intake, fact, uploads, client_id, reply_to))
    except Repeat:
        row = await store.read(lambda look: _known(look, intake.account, fact, client_id))
        assert row is not None, "the unique index spoke of a message that is not there"
        return Taken(row["id"], row["conversation_id"], row["position"], row["at"], repeat=True)
    assert event.message is not None
    assert event.conversation is not None
    return Taken(event.message, event.conversation, event.position, event.at)


async def _known(look: Reader, account: str, fact: InboundMessage, client: str | None) -> Row | None:
    """The message that was taken in before, erased or not."""
    author = await look.value(IDENTITY, fact.sender.space, fact.sender.address)
    was = client and erased_id(author or "", client)
    return await look.one(
        KNOWN, account, fact.provider_id, erased_id(account, fact.provider_id), client, was, author
    )


@dataclass(frozen=True, slots=True)
class TakeIn:
    """The verb of `take_in`, which PostgreSQL may write together with others."""

    intake: Intake
    fact: InboundMessage
    uploads: tuple[str, ...] = ()
    client_id: str | None = None
    reply_to: str | None = None

    async def __call__(self, tx: Tx) -> Event:
        return await ingest(
            tx,
            self.intake,
            self.fact,
            uploads=self.uploads,
            client_id=self.client_id,
            reply_to=self.reply_to,
        )

    @property
    def together(self) -> Together | None:
        """None for what is never plain."""
        if self.uploads or self.fact.attachments or self.fact.thread_key:
            return None
        from gateway.stream.ingest_set import ingest_together

        return ingest_together


async def ingest(
    tx: Tx,
    intake: Intake,
    fact: InboundMessage,
    *,
    uploads: tuple[str, ...] = (),
    client_id: str | None = None,
    reply_to: str | None = None,
) -> Event:
    """The verb of `take_in`."""
    person = await find_or_make(tx, fact.sender, fact.proof, name=fact.name, locale=fact.locale)
    found = await _find_conversation(tx, intake, fact, person)
    leg, held = found or await _open(tx, intake, fact, person)
    message = MessageId(new_id())
    event, scope = tell(tx, held, leg, person, message)
    at = time_of(tx, fact, held)
    stored = await tx.run(
        NEW_MESSAGE,
        message,
        event.position,
        held.id,
        leg,
        person.identity,
        client_id,
        intake.account,
        fact.provider_id,
        fact.text,
        None if fact.content is None else as_json(fact.content),
        reply_to,
        at,
        int(fact.late),
    )
    if not stored:
        raise Repeat
    last_at, newest = arrival(held, message, at)
    touched = await tx.run(
        *(TOUCH, held.id, scope.status, leg, last_at, newest, event.position, at),
        *(intake.account, erased_id(intake.account, fact.provider_id)),
        *(person.identity, client_id and erased_id(person.identity, client_id), message),
    )
    if not touched:
        raise Repeat
    if scope.tags:
        await tx.run(TOUCH_TAGS, held.id, scope.status, last_at)
    await tx.run(TOUCH_LEG, leg, tx.now)
    await tx.run(TOUCH_ENDPOINT, intake.account, person.identity, tx.now)
    await insert_attachments(tx, message, fact.attachments)
    await claim_uploads(tx, message, uploads, owner=owner_of(fact))
    if fact.text:
        tx.index("message_search", event.position, tokens(fact.text))
    return event


def tell(tx: Tx, held: Held, leg: LegId, person: Person, message: MessageId) -> tuple[Event, Scope]:
    """Record that her message came, after the change of status that it brings; returns the scope it leaves."""
    by, changes = customer(person.identity), {"visibility": "public"}
    event = about_message(tx, Kind.MESSAGE_CREATED, held, message, leg, by, changes)
    scope = held.scope
    status = _status_after(held, person)
    if status is not held.status:
        scope = replace(scope, status=status)
        changed(tx, held, by, {"status": [held.status, status]}, scope)
        event.was = event.now = scope
    tx.record(
        event,
        Stamp("conversations", "position", held.id),
        Stamp("conversations", "last_public_position", held.id),
        Stamp("conversations", "last_customer_position", held.id),
    )
    return event, scope


def time_of(tx: Tx, fact: InboundMessage, held: Held) -> int:
    """The receipt, or the provider's time of what was caught up."""
    return received(tx, held) if fact.at is None or not fact.late else fact.at


def arrival(held: Held, message: MessageId, at: int) -> tuple[int, MessageId]:
    """The conversation's time and newest message after a message of that time."""
    # What arrived late does not become the newest words of the conversation.
    newest = held.last_message if at < held.last_at and held.last_message else message
    return max(held.last_at, at), newest


def _status_after(held: Held, person: Person) -> Status:
    """What a customer's message makes of a conversation: it opens, unless she is blocked; spam stays spam."""
    if person.blocked or held.status is Status.SPAM:
        return Status.SPAM
    return Status.OPEN


def _plain(fact: InboundMessage) -> InboundMessage:
    told = f"{fact.provider_id}{fact.sender.address}{fact.thread_key}{fact.text}"
    if "\0" not in f"{told}{fact.name}{fact.subject}{fact.locale}":
        return fact
    return replace(
        fact,
        provider_id=plain(fact.provider_id),
        sender=Address(fact.sender.space, plain(fact.sender.address)),
        thread_key=plain(fact.thread_key),
        text=plain(fact.text),
        name=plain(fact.name or ""),
        locale=plain(fact.locale or "") or None,
        subject=plain(fact.subject or ""),
    )


def owner_of(fact: InboundMessage) -> str:
    """Whose uploads a customer's message may take: known before her identity is."""
    return f"identity:{fact.sender.space}:{fact.sender.address}"


async def _find_conversation(
    tx: Tx, intake: Intake, fact: InboundMessage, person: Person
) -> tuple[LegId, Held] | None:
    if person.is_new:
        return None
    since = tx.now - intake.reopen_within
    row = await _find_leg(tx, intake, person, fact.thread_key, since)
    if row is None and fact.thread_key:
        # A thread we have not seen yet still joins what runs with this very address.
        row = await _find_leg(tx, intake, person, "", since)
        if row is not None:
            held = await _held(tx, row)
            return await _add_leg(tx, held.id, intake.account, person, fact.thread_key), held
    if row is None:
        return None
    return row["found_leg_id"], await _held(tx, row)


async def _find_leg(tx: Tx, intake: Intake, person: Person, thread_key: str, since: int) -> Row | None:
    row = await tx.one(FIND_LEG, person.identity, intake.account, thread_key, since)
    if row is None and tx.postgres:
        # While we waited for the lock an undo may have taken the leg elsewhere: then it is found there.
        row = await tx.one(FIND_LEG, person.identity, intake.account, thread_key, since)
    return row


async def _held(tx: Tx, row: Row) -> Held:
    # While we waited for its lock it may have been merged away; its legs moved along.
    return held_row(row) if row["merged_into"] is None else await hold(tx, row["id"])


async def _add_leg(tx: Tx, conversation: str, account: str, person: Person, thread_key: str) -> LegId:
    leg = LegId(new_id())
    await tx.run(NEW_LEG, leg, conversation, account, person.identity, thread_key, tx.now)
    return leg


async def _open(tx: Tx, intake: Intake, fact: InboundMessage, person: Person) -> tuple[LegId, Held]:
    """A new conversation; a blocked contact's goes to spam: kept, out of everybody's way, reversible."""
    conversation, leg = ConversationId(new_id()), LegId(new_id())
    status = Status.SPAM if person.blocked else Status.OPEN
    scope = Scope(status, intake.team)
    subject = fact.subject or ""
    number = await tx.value(
        NEW_CONVERSATION, conversation, person.contact, subject, status, intake.team, leg, tx.now
    )
    await tx.run(NEW_LEG, leg, conversation, intake.account, person.identity, fact.thread_key, tx.now)
    await tx.run(REQUESTER, conversation, person.contact)
    if subject:
        tx.index("conversation_search", number, tokens(subject))
    tx.record(
        Event(
            Kind.CONVERSATION_CREATED,
            customer(person.identity),
            tx.now,
            conversation=conversation,
            subject=leg,
            now=scope,
            audited=True,
        )
    )
    return leg, Held(conversation, person.contact, scope, leg, subject, number=number, last_at=tx.now)

"""Taking in a customer's message: identity, contact, conversation, leg found or made, message and facts at once.

A repeat (same account and provider id) is a no-op: the unique index says so, and the unit is undone. A message that was
erased since does not come back by its repeat either.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from gateway import metrics
from gateway.errors import Astray, Repeat
from gateway.events import (
    AccountId,
    Actor,
    Address,
    Consent,
    ConversationId,
    Event,
    InboundMessage,
    Kind,
    LegId,
    MessageId,
    Proof,
    Scope,
    Status,
    TeamId,
    customer,
    new_id,
)
from gateway.store import Reader, Row, Stamp, Statement, Store, Tx, as_json, plain
from gateway.store.base import Together
from gateway.store.search import tokens
from gateway.stream.answered import join_answerer
from gateway.stream.attach import claim_uploads, insert_attachments
from gateway.stream.automatic import speak_again
from gateway.stream.clues import Led, follow_clues
from gateway.stream.consent import heed
from gateway.stream.files import wait_for_files
from gateway.stream.hold import Held, about_message, changed, expect_nothing, held_row, hold, received
from gateway.stream.joining import join_running
from gateway.stream.participants import envelope_of, find_all, keep_named, set_apart, take_part
from gateway.stream.people import Person
from gateway.stream.proofs import bring_word, cross, has_word, join_fresh, tell_strayed
from gateway.stream.repeats import erased_id
from gateway.stream.sources import keep_original, keep_source

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
    author_kind, author_id, client_id, account_id, provider_id, text, content, reply_to, at, late, segments, envelope)
    values ($1, $2, $3, $3, $4, 'public', 'customer', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
    on conflict do nothing"""
# None is touched where the message was taken in once and erased since: seen only now that its row is there, for another
# process may have erased it while ours waited.
TOUCH = """update conversations set status = $2, leg_id = $3, last_at = $4, last_message_id = $5,
    position = $6, last_public_position = $6, last_customer_position = $6,
    waiting_since = coalesce(waiting_since, $7),
    snoozed_until = case when $2 = 'snoozed' then snoozed_until else null end,
    closed_at = case when $2 = 'closed' then coalesce(closed_at, $4) else null end where id = $1
    and not exists (select 1 from messages m where m.account_id = $8 and m.provider_id = $9 and m.id <> $12)
    and not exists (select 1 from messages m where m.author_id = $10 and m.client_id = $11 and m.id <> $12)"""
TOUCH_TAGS = "update conversation_tags set status = $2, last_at = $3 where conversation_id = $1"
# What is caught up may be older than what came meanwhile.
TOUCH_LEG = """update legs set last_inbound_at = case when last_inbound_at > $2 then last_inbound_at else $2 end
    where id = $1"""
TOUCH_ENDPOINT = """insert into endpoints (account_id, identity_id, last_inbound_at) values ($1, $2, $3)
    on conflict (account_id, identity_id) do update set last_inbound_at =
        case when endpoints.last_inbound_at > excluded.last_inbound_at
            then endpoints.last_inbound_at else excluded.last_inbound_at end"""
# By the name its provider knows it by: hers, or a part of ours.
ANSWERED = """select m.id from messages m where m.account_id = $1 and m.provider_id = $2 and m.conversation_id = $3
    union all select m.id from deliveries d join messages m on m.id = d.message_id
    where d.account_id = $1 and d.provider_id = $2 and m.conversation_id = $3 limit 1"""
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
    hers or already used, Astray for what belongs nowhere any more (`only_there`), Unavailable.
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
    metrics.heard(intake.account).inc()
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
        if self.fact.written_by is not None:
            from gateway.stream.elsewhere import take_in_own

            return await take_in_own(tx, self.intake, self.fact)
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
        fact = self.fact
        told = fact.attachments or fact.files or fact.answers or fact.consent or fact.clues is not None
        if self.uploads or fact.thread_key or fact.late or told or fact.source or has_word(fact.text):
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
    fact, brought = await bring_word(tx, intake.account, fact)
    fact, named = await set_apart(tx, fact)
    person, others = await find_all(tx, fact)
    found: tuple[LegId, Held] | None = None
    led: Led | None = None
    quiet = fact.source is not None and fact.source.automatic is not None
    if brought is not None:
        person = await join_fresh(tx, brought, person)
        since = tx.now - intake.reopen_within
        found = await cross(tx, brought, intake.account, fact.thread_key, person, since)
    if fact.clues is not None and found is None:
        person = await join_answerer(tx, intake.account, fact, person)
        led = await follow_clues(tx, intake.account, fact.clues, person, proves=not quiet)
        found = None if led is None else (led.leg, led.held)
    else:
        found = found or await _find_conversation(tx, intake, fact, person)
    if found is None and fact.only_there:
        raise Astray(f"{fact.provider_id} leads nowhere any more")
    leg, held = found or await open_conversation(tx, intake, fact, person, customer(person.identity))
    if brought is not None:
        await tell_strayed(tx, brought, person, held)
    refuses = fact.consent is Consent.STOP
    message = MessageId(new_id())
    if fact.answers:
        reply_to = await tx.value(ANSWERED, intake.account, fact.answers, held.id)
    event, scope = tell(tx, held, leg, person, message, opens=not (refuses or quiet), wakes=not quiet)
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
        fact.segments,
        envelope_of(others) if others else None,
    )
    if not stored:
        raise Repeat
    last_at, newest = arrival(held, message, at)
    # Who only takes part is not whom answers go to.
    aside = refuses or (fact.clues is not None and person.contact != held.contact)
    heard_at = at if fact.late else tx.now
    touches: Statement = (
        *(TOUCH, held.id, scope.status, (aside and held.leg) or leg, last_at, newest, event.position),
        None if refuses or quiet else at,
        *(intake.account, erased_id(intake.account, fact.provider_id)),
        *(person.identity, client_id and erased_id(person.identity, client_id), message),
    )
    endpoint: Statement = TOUCH_ENDPOINT, intake.account, person.identity, heard_at
    if not await tx.run_apart((TOUCH_LEG, leg, heard_at), endpoint, touches):
        raise Repeat
    if scope.tags:
        await tx.run(TOUCH_TAGS, held.id, scope.status, last_at)
    if fact.source is not None and not quiet:
        await speak_again(tx, intake.account, person.identity, customer(person.identity))
    if fact.consent is not None:
        await heed(tx, intake.account, person.identity, fact.consent, heard_at, customer(person.identity))
    if refuses:
        await expect_nothing(tx, held.id)
    if fact.clues is not None:
        await take_part(tx, held, [person, *(one.person for one in others)])
    if fact.source is not None:
        stranger = led is not None and led.stranger
        await keep_source(tx, intake.account, message, fact.source, stranger=stranger, many=bool(named))
    await keep_original(tx, message, fact.original)
    await keep_named(tx, message, named)
    await insert_attachments(tx, message, fact.attachments)
    await wait_for_files(tx, message, intake.account, fact.files)
    await claim_uploads(tx, message, uploads, owner=owner_of(fact))
    if fact.text:
        tx.index("message_search", event.position, tokens(fact.text))
    return event


def tell(
    tx: Tx,
    held: Held,
    leg: LegId,
    person: Person,
    message: MessageId,
    *,
    opens: bool = True,
    wakes: bool = True,
) -> tuple[Event, Scope]:
    """Record that her message came, after the change of status that it brings; returns the scope it leaves. What does
    not open leaves closed what is closed, what does not wake leaves what is snoozed."""
    by, changes = customer(person.identity), {"visibility": "public"}
    event = about_message(tx, Kind.MESSAGE_CREATED, held, message, leg, by, changes)
    scope = held.scope
    away = {Status.CLOSED} if wakes else {Status.CLOSED, Status.SNOOZED}
    status = _status_after(held, person, stays=held.status in away and not opens)
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


def _status_after(held: Held, person: Person, *, stays: bool) -> Status:
    """What a customer's message makes of a conversation: it opens, unless she is blocked; spam stays spam."""
    if person.blocked or held.status is Status.SPAM:
        return Status.SPAM
    return held.status if stays else Status.OPEN


def _plain(fact: InboundMessage) -> InboundMessage:
    told = f"{fact.provider_id}{fact.sender.address}{fact.thread_key}{fact.text}{fact.answers}"
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
        answers=plain(fact.answers or "") or None,
    )


def owner_of(fact: InboundMessage) -> str:
    """Whose uploads a customer's message may take: known before her identity is."""
    return f"identity:{fact.sender.space}:{fact.sender.address}"


async def _find_conversation(
    tx: Tx, intake: Intake, fact: InboundMessage, person: Person
) -> tuple[LegId, Held] | None:
    """By its thread, else what runs with this very address on this account, else what runs with who she is proven to
    be, else what was closed not long ago."""
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
    # Who begins a thread of her own means something else by it; and who only claims to be her is nobody.
    if (row is None or row["status"] == Status.CLOSED) and not fact.thread_key and fact.proof > Proof.CLAIMED:
        joined = await join_running(tx, intake.account, person, switch=fact.consent is not Consent.STOP)
        if joined is not None:
            return joined
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


async def open_conversation(
    tx: Tx, intake: Intake, fact: InboundMessage, person: Person, by: Actor
) -> tuple[LegId, Held]:
    """A new conversation; a blocked contact's goes to spam: kept, out of everybody's way, reversible. One that only
    says that she wants no messages is closed: there is nothing to be done."""
    conversation, leg = ConversationId(new_id()), LegId(new_id())
    refused = Status.CLOSED if fact.consent is Consent.STOP else Status.OPEN
    status = Status.SPAM if person.blocked else refused
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
            by,
            tx.now,
            conversation=conversation,
            subject=leg,
            now=scope,
            audited=True,
        )
    )
    return leg, Held(conversation, person.contact, scope, leg, subject, number=number, last_at=tx.now)

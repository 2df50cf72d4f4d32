"""Writing into a conversation from our side: a public reply or an internal note.

A post says who, under which client id (a repeat returns what stands), and what its author had read: a public reply is
stopped when somebody else's is newer than that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from gateway import metrics
from gateway.egress.access import Viewer, sees
from gateway.errors import Conflict, NotFound, Refused, Repeat
from gateway.events import Actor, ActorKind, Event, Kind, LegId, MessageId, Status, Visibility, new_id
from gateway.store import Reader, Row, Stamp, Store, Tx, as_json, from_json, plain
from gateway.store.base import Verb
from gateway.store.search import tokens
from gateway.stream.assign import take_if_nobodys
from gateway.stream.attach import claim_uploads
from gateway.stream.automatic import check_automatic
from gateway.stream.continuing import continued
from gateway.stream.envelope import ANSWER_ALL, PEOPLE, Envelope, Wanted, addressed, meet
from gateway.stream.files import Elsewhere, wait_for_files
from gateway.stream.gone_on import tell_gone_on
from gateway.stream.held import hold_back
from gateway.stream.hold import Held, about_message, changed, hold, received
from gateway.stream.ingest import TOUCH_TAGS
from gateway.stream.invitations import bind_invitations
from gateway.stream.outbox import Plan, Sending, Way, enqueue, places, planned
from gateway.stream.repeats import erased_id

if TYPE_CHECKING:
    from gateway.stream.acts import Acts

NEW_MESSAGE = """insert into messages (id, position, conversation_id, birth_conversation_id, leg_id, visibility,
    author_kind, author_id, client_id, text, reply_to, at, content, envelope)
    values ($1, $2, $3, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) on conflict do nothing"""
# The customer has an answer: nobody waits any more, and the leg it went by is the current one.
AFTER_REPLY = """update conversations set status = $2, leg_id = $3, last_at = $4, last_message_id = $5,
    position = $6, last_public_position = $6, waiting_since = null,
    closed_at = case when $2 = 'closed' then closed_at else null end where id = $1"""
# It went elsewhere: she is answered by the same leg, and waits on unless it was an answer to her ($6).
AFTER_ASIDE = """update conversations set status = $2, last_at = $3, last_message_id = $4, position = $5,
    last_public_position = $5, waiting_since = case when $6 = 1 then null else waiting_since end,
    closed_at = case when $2 = 'closed' then closed_at else null end where id = $1"""
AFTER_NOTE = "update conversations set last_at = $2, last_message_id = $3, position = $4 where id = $1"
# `held_to`: is somebody else's reply about to go there?
LEG = """select l.id, l.account_id, l.identity_id, l.conversation_id, a.state, a.settings, e.opted_out_at,
    (select max(h.position) from held_replies h where h.conversation_id = l.conversation_id
        and h.undone_at is null and h.author_id <> $2) as held_to
    from legs l left join accounts a on a.id = l.account_id
    left join endpoints e on e.account_id = l.account_id and e.identity_id = l.identity_id where l.id = $1"""
SENT = "update legs set last_sent_position = $2 where id = $1"
# What has followed once is over when she has read it, or written since; until then nothing more follows.
FOLLOWS = """insert into follow_ups (leg_id, due_at) values ($1, $2) on conflict (leg_id) do update
    set due_at = excluded.due_at, upto_id = null where follow_ups.due_at is not null or exists (
        select 1 from messages m join legs l on l.id = follow_ups.leg_id
        join conversations c on c.id = l.conversation_id where m.id = follow_ups.upto_id
        and (l.read_to >= m.position or c.last_customer_position > m.position))"""
NEWER = """select n.position, a.name from (
        select m.position, m.author_id from messages m where m.conversation_id = $1 and m.visibility = 'public'
            and m.author_kind not in ('customer', 'automation') and m.position > $2 and m.author_id <> $3
        union all select h.position, h.author_id from held_replies h where h.conversation_id = $1
            and h.undone_at is null and h.position > $2 and h.author_id <> $3) n
    left join agents a on a.id = n.author_id order by n.position desc limit 1"""
# For a public reply: has the person it goes to seen what it quotes?
QUOTED = """select m.visibility, q.person_id, r.person_id as reader from messages m
    left join legs ql on ql.id = m.leg_id left join identities q on q.id = ql.identity_id
    left join legs rl on rl.id = $3 left join identities r on r.id = rl.identity_id
    where m.id = $1 and m.conversation_id = $2"""
MINE = """select id, conversation_id, position, null as undone_at from messages
        where author_id = $1 and client_id in ($2, $3)
    union all select id, conversation_id, position, undone_at from held_replies
        where author_id = $1 and client_id in ($2, $3)"""


@dataclass(frozen=True, slots=True)
class Post:
    conversation: str
    author: Actor
    client_id: str
    text: str = ""
    visibility: Visibility = Visibility.PUBLIC
    uploads: tuple[str, ...] = ()
    elsewhere: Elsewhere | None = None
    """Files of a note that are fetched after it stands."""
    content: Mapping[str, Any] | None = None
    """What is neither text nor file: the template that the text is of."""
    leg: str | None = None
    """None: the conversation's current leg."""
    reply_to: str | None = None
    viewer: Viewer | None = None
    """Must see the conversation at that very moment; None: nobody is asked about."""
    seen: int | None = None
    """The last position its author had read; None: not asked to be stopped."""
    anyway: bool = False
    hold: int = 0
    """ms in which its author may take a public reply back; 0: it goes at once."""
    takes: bool = False
    """Its author takes the conversation when it goes and is nobody's; for public replies."""
    at: int | None = None
    """When it is to go (UTC ms), with `hold` or without; None: once it is no longer held."""
    wanted: Wanted = ANSWER_ALL
    """To whom, where the channel takes several."""
    envelope: Envelope | None = None
    """As it was decided when the reply was held, in the place of `wanted`."""
    follows: bool = False
    """It brings after her what she has left unread in the chat."""
    macro: str | None = None
    acts: Acts | None = None
    """With `hold`: the macro it was written by, and what that does once the reply goes."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", plain(self.text))
        object.__setattr__(self, "client_id", plain(self.client_id))


@dataclass(frozen=True, slots=True)
class Posted:
    message: MessageId
    conversation: str
    position: int
    repeat: bool = False


async def post(store: Store, what: Post) -> Posted:
    """Store a reply or note; returns after the commit, a repeat returns what stands.

    Raises NotFound (also for a quoted message of elsewhere), Refused (nothing to say, no leg to answer on, opted out,
    account gone, a quote its reader may not see), Conflict (a newer public reply that its author had not read, or one
    about to go; taken back under this client id), Unavailable.
    """
    return await post_with(store, what, lambda tx: write_post(tx, what))


async def post_with(store: Store, what: Post, verb: Verb[Event]) -> Posted:
    """Run a verb that stores a post; a repeat of its client id returns what stands."""
    try:
        event = await store.write(verb)
    except Repeat:
        row = await store.read(lambda look: mine(look, what))
        assert row is not None, "the unique index spoke of a message that is not there"
        if row["undone_at"] is not None:
            raise Conflict(
                "errors.reply_undone", f"{row['id']} was taken back", code="reply_undone"
            ) from None
        return Posted(row["id"], row["conversation_id"], row["position"], repeat=True)
    assert event.message is not None
    assert event.conversation is not None
    metrics.posted(what.visibility.value).inc()
    return Posted(event.message, event.conversation, event.position)


async def mine(look: Reader, what: Post) -> Row | None:
    """The message that its author has stored under this client id before, erased or not."""
    author, client = what.author.id, what.client_id
    return await look.one(MINE, author, client, erased_id(author, client))


async def write_post(tx: Tx, what: Post) -> Event:
    """The verb of `post`."""
    if not what.text.strip() and not what.uploads and what.elsewhere is None:
        raise Refused("errors.empty_message")
    met = await meet(tx, what.wanted)
    held = await hold(tx, what.conversation)
    # The row is locked and read anyway: to ask again costs no statement.
    if what.viewer is not None and not sees(what.viewer, held.scope):
        raise NotFound("errors.conversation_not_found", f"{what.author} sees {held.id} no longer")
    public = what.visibility is Visibility.PUBLIC
    # A repeat must not be judged by what came after its first arrival.
    if await mine(tx, what) is not None:
        raise Repeat
    way = await way_to_answer(tx, held, what.leg, what.author) if public else None
    if way and way.has_envelope:
        way, envelope = await addressed(tx, held, way, what.wanted, met, what.author, what.reply_to)
        what = replace(what, envelope=envelope)
    if what.reply_to is not None:
        await _check_quoted(tx, held, what.reply_to, way.leg if way else None)
    if way:
        await _check_nothing_newer(tx, held, what, way.held_to)
        if what.hold > 0 or what.at is not None:
            return await hold_back(tx, held, what, way.leg)
        held = await open_for_reply(tx, held, what.author)
    return await store_message(tx, held, what, way, MessageId(new_id()))


async def store_message(tx: Tx, held: Held, what: Post, way: Way | None, message: MessageId) -> Event:
    """Make what was checked a message of its conversation, findable by its words and, over a provider, on its way.
    Raises Repeat, Refused."""
    leg = way.leg if way else None
    automatic = what.author.kind is ActorKind.AUTOMATION
    if way and way.sending and automatic:
        await check_automatic(tx, held, way.account, way.identity)
    if way and way.says_continued and what.content is None and not automatic:
        what = replace(what, text=await continued(tx, held, way, what.text))
    changes = {"visibility": what.visibility.value}
    event = about_message(tx, Kind.MESSAGE_CREATED, held, message, leg, what.author, changes)
    stamps = [Stamp("conversations", "position", held.id)]
    if leg:
        stamps += [
            Stamp("conversations", "last_public_position", held.id),
            Stamp("legs", "last_sent_position", leg),
        ]
    envelope = what.envelope
    if way and way.has_envelope and envelope is None:
        way, envelope = await addressed(
            tx, held, way, Wanted(cc=(), subject=what.wanted.subject), {}, what.author
        )
    answers = envelope is not None and envelope.answers_her and what.author.kind in PEOPLE
    if way and (what.follows or answers):
        await tell_gone_on(tx, held, way.identity, message)
    plan: Plan = {}
    if way:
        to = envelope.everybody if envelope else ()
        plan = planned(way, what.text, bool(what.uploads), whole=what.content is not None, to=to)
    stamps += places(plan)
    position = tx.record(event, *stamps)
    stored = await tx.run(
        NEW_MESSAGE,
        message,
        position,
        held.id,
        leg,
        what.visibility.value,
        what.author.kind.value,
        what.author.id,
        what.client_id,
        what.text,
        what.reply_to,
        received(tx, held),
        None if what.content is None else as_json(what.content),
        None if envelope is None else envelope.json,
    )
    if not stored:
        raise Repeat
    if way:
        await bind_invitations(tx, what.text, held.id, way.identity, message)
    await _touch(tx, held, leg, message, position, envelope)
    await claim_uploads(tx, message, what.uploads, owner=f"agent:{what.author.id}")
    if what.elsewhere is not None:
        await wait_for_files(tx, message, what.elsewhere.account, what.elsewhere.files)
    if way and plan:
        await enqueue(tx, way, message, position, plan)
    if way and way.follows_after is not None and what.author.kind in PEOPLE:
        await tx.run(FOLLOWS, way.leg, tx.now + way.follows_after)
    if what.takes:
        await take_if_nobodys(tx, held.id, what.author)
    if what.text:
        tx.index("message_search", event.position, tokens(what.text))
    return event


async def _touch(
    tx: Tx, held: Held, leg: LegId | None, message: MessageId, position: int, envelope: Envelope | None
) -> None:
    last_at = received(tx, held)
    if leg:
        if envelope is not None and envelope.aside:
            answered = int(envelope.answers_her)
            await tx.run(AFTER_ASIDE, held.id, held.status, last_at, message, position, answered)
        else:
            await tx.run(AFTER_REPLY, held.id, held.status, leg, last_at, message, position)
        await tx.run(SENT, leg, position)
    else:
        await tx.run(AFTER_NOTE, held.id, last_at, message, position)
    if held.scope.tags:
        await tx.run(TOUCH_TAGS, held.id, held.status, last_at)


async def way_to_answer(tx: Tx, held: Held, wanted: str | None, by: Actor) -> Way:
    """The leg to answer by, as its account and its endpoint allow. Raises NotFound, Refused."""
    row = await tx.one(LEG, wanted or held.leg or "", by.id)
    if row is None or row["conversation_id"] != held.id:
        raise NotFound("errors.leg_not_found", f"no leg {wanted or held.leg} in {held.id}")
    if row["state"] is not None and row["state"] != "active":
        raise Refused("errors.account_not_active", f"account {row['account_id']} is {row['state']}")
    if row["opted_out_at"] is not None:
        raise Refused("errors.opted_out", f"identity {row['identity_id']} opted out of {row['account_id']}")
    told = from_json(row["settings"]) if row["settings"] and row["settings"] != "{}" else {}
    return Way(
        LegId(row["id"]),
        row["account_id"],
        row["identity_id"],
        Sending.of(told),
        told.get("says_continued", False),
        told.get("follows_after"),
        row["held_to"] or 0,
    )


async def _check_quoted(tx: Tx, held: Held, quoted: str, leg: LegId | None) -> None:
    """A post quotes its own conversation; a public one nothing that who reads it may not see (a note, another's)."""
    row = await tx.one(QUOTED, quoted, held.id, leg)
    if row is None:
        raise NotFound("errors.message_not_found", f"no message {quoted} in {held.id}")
    if leg is not None and (
        row["visibility"] != Visibility.PUBLIC
        or row["person_id"] is None
        or row["person_id"] != row["reader"]
    ):
        raise Refused("errors.quote_unseen", f"{quoted} is not for whom {leg} leads to")


async def _check_nothing_newer(tx: Tx, held: Held, what: Post, held_to: int) -> None:
    newest = max(held.last_public_position or 0, held_to)
    if what.anyway or what.seen is None or newest <= what.seen:
        return
    newer = await tx.one(NEWER, held.id, what.seen, what.author.id)
    if newer is None:
        return
    # What this very batch stored may have no number yet.
    where = {"position": newer["position"]} if newer["position"] <= tx.position else {}
    name = newer["name"] or ""
    raise Conflict("errors.stale_reply", f"newer than {what.seen}", code="stale_reply", name=name, **where)


async def open_for_reply(tx: Tx, held: Held, by: Actor) -> Held:
    """Answering a closed conversation opens it again: the answer may be answered."""
    if held.status is not Status.CLOSED:
        return held
    scope = replace(held.scope, status=Status.OPEN)
    changed(tx, held, by, {"status": [held.status, scope.status]}, scope)
    return replace(held, scope=scope)

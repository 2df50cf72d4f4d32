"""What must be shown in the threads of pulled conversations: taken from the log, posted in order, drawn anew.

A post names a fact and never holds its words: these are joined when it is drawn. The queue and the place in the log
move in one transaction, so nothing is lost with a process, and nothing comes twice. Only one process posts
(`gateway.duties`); what was under way when it ended is looked for before it is posted again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.events import SYSTEM, ActorKind, Event, Kind, new_id
from gateway.store import Reader, Row, Tx
from gateway.store.log import read_event, trimmed_to
from gateway.stream.pulls import Audience, give_back

AT_ONCE = 500
"""Facts taken in one transaction."""
AT_A_TIME = 5
"""Posts of a channel that are looked at together."""
HEADER, STORY = 0, 1
"""The parts of a pull's first fact."""

PLACE = "select position, paused from pull_places where place = $1 {lock}"
MOVE = "update pull_places set position = $2 where place = $1"
PAUSE = """insert into pull_places (place, position, paused, paused_at) values ($1, $4, $2, $3)
    on conflict (place) do update set paused = excluded.paused, paused_at = excluded.paused_at
    where pull_places.paused is null"""
RESUME = "update pull_places set paused = null, paused_at = null where place = $1 and paused is not null"
NEXT = "select max(position) from (select position from events where position > $1 order by position limit $2) found"
# A note that was written in the very thread stands there already, and so do its files.
TOLD = """select e.*, p.id as pull_id from events e
    join pulls p on p.conversation_id = e.conversation_id and p.place = $1 and e.position >= p.from_position
        and (p.upto_position is null or e.position <= p.upto_position)
    left join messages m on m.id = e.message_id and e.kind in ('message.created', 'message.files')
    where e.position > $2 and e.position <= $3 and e.kind in
        ('message.created', 'message.files', 'conversation.changed', 'conversation.merged', 'leg.seen')
    and not (m.id is not null and m.visibility = 'note'
        and m.client_id like p.place || ':' || p.channel || ':%')
    order by e.position, p.id"""
# Also in threads that are closed: what was erased is gone there, too.
CHANGED = """update pull_posts set stale = stale + 1 where state in ('posted', 'unknown', 'sending')
    and kind = 'message' and file_id is null and message_id in (select e.message_id from events e
        where e.position > $1 and e.position <= $2
        and e.kind in ('message.edited', 'message.erased', 'message.delivery', 'message.files'))
    and pull_id in (select id from pulls where place = $3)"""
ERASED = """update pull_posts set stale = stale + 1 where state in ('posted', 'unknown', 'sending')
    and file_id is not null and message_id in (select e.message_id from events e where e.position > $1
        and e.position <= $2 and e.kind = 'message.erased')
    and pull_id in (select id from pulls where place = $3)"""
TOLD_BEFORE = """update pull_posts set stale = stale + 1 where kind = 'story' and state <> 'queued' and pull_id in (
    select p.id from events e join messages m on m.id = e.message_id
    join pulls p on p.conversation_id = m.conversation_id and m.position < p.from_position
    where e.position > $1 and e.position <= $2 and e.kind in ('message.edited', 'message.erased', 'message.files')
        and p.place = $3)"""
KNOWN_ANEW = """update pull_posts set stale = stale + 1 where kind = 'header' and state <> 'queued' and pull_id in (
    select p.id from events e join conversations c on c.contact_id = e.contact_id
    join pulls p on p.conversation_id = c.id and (p.given_back_at is null or e.kind = 'contact.erased')
    where e.position > $1 and e.position <= $2 and e.kind in ('contact.changed', 'contact.erased') and p.place = $3)"""
# Also of what she had erased before: her name is still above it.
NAMED = """update pull_posts set stale = stale + 1 where state in ('posted', 'unknown', 'sending') and kind = 'message'
    and id in (select x.id from events e join conversations c on c.contact_id = e.contact_id
        join pulls p on p.conversation_id = c.id join pull_posts x on x.pull_id = p.id
        join messages m on m.id = x.message_id and m.author_kind = 'customer'
        where e.position > $1 and e.position <= $2 and e.kind = 'contact.erased' and p.place = $3)"""
PUT = """insert into pull_posts (id, pull_id, position, part, kind, message_id, file_id, state)
    values ($1, $2, $3, $4, $5, $6, $7, 'queued') on conflict do nothing"""
# Two facts may name it: that of its message, where that is read late, and that it has come.
HAS_FILE = "select 1 from pull_posts where pull_id = $1 and file_id = $2"
FILES = "select id from attachments where message_id = $1 order by place, id"
SINCE = """select 1 from messages m join pulls p on p.id = $2 and m.position >= p.from_position
    join attachments a on a.id = $3 and a.message_id = m.id where m.id = $1"""
# What is still queued is drawn when its turn comes.
STALE_HEADER = """update pull_posts set stale = stale + 1 where pull_id = $1 and kind = 'header'
    and state in ('posted', 'unknown', 'sending')"""
# The newest of ours up to a watermark says how far she has come.
STALE_SEEN = """update pull_posts set stale = stale + 1 where id = (select x.id from pull_posts x
    join messages m on m.id = x.message_id where x.pull_id = $1 and x.kind = 'message' and x.file_id is null
    and m.leg_id = $2 and m.author_kind <> 'customer' and m.position <= $3 order by m.position desc limit 1)"""
MOVE_PULL = """update pulls set conversation_id = $2 where id = $1 and given_back_at is null
    and not exists (select 1 from pulls o where o.conversation_id = $2 and o.place = pulls.place
        and o.given_back_at is null)"""
OPEN_PULLS = "select id from pulls where place = $1 and given_back_at is null order by id"
RUNS = """select 1 from pulls where place = $1 and (upto_position is null or upto_position > $2) limit 1"""
# Of each thread the first that is open, and whatever is stale. Thread by thread, by the index: while Slack is away
# thousands wait in one.
_OPEN = "state in ('queued', 'sending', 'unknown')"
_HEADS = f"""from pull_posts x join pulls p on p.id = x.pull_id where p.place = $1 and x.id in (
    select (select o.id from pull_posts o where o.pull_id = w.pull_id and o.{_OPEN} order by o.position, o.part limit 1)
        from (select distinct pull_id from pull_posts where {_OPEN}) w
    union all select s.id from pull_posts s where s.state = 'posted' and s.stale > 0)"""
# Before all: what some of those who read it must not see. Then what was never shown, then what shows something old;
# last, what was refused before: it may be refused for ever.
_FIRST = """case when x.next_at < 0 then 0 when x.state <> 'posted' then 1 when x.error is null then 2 else 3 end,
    x.position, x.part"""
# As nothing else is done in a channel meanwhile, few of each are enough, and each has its turn.
DUE = f"""select f.*, exists (select 1 from pull_posts o where o.pull_id = f.pull_id and o.state = 'posted'
        and o.position > f.position and (f.external is null or o.external < f.external)) as behind
    from (select x.*, p.conversation_id, p.channel, p.channel_name, p.thread, p.audience, p.from_position,
        p.upto_position, p.given_back_at, row_number() over (partition by p.channel order by {_FIRST}) as turn
        {_HEADS} and x.next_at <= $2) f
    where f.turn <= {AT_A_TIME} order by f.turn, f.position, f.part"""
SOON = f"select min(x.next_at) {_HEADS} and x.next_at > $2"
BEGIN = "update pull_posts set state = 'sending', tries = tries + 1, stale = 0, next_at = $2 where id = $1"
POSTED = """update pull_posts set state = 'posted', external = $2, digest = $3, error = null, next_at = 0,
    stale = case when stale > 0 then 1 else 0 end where id = $1"""
THREAD = "update pulls set thread = $2 where id = $1 and thread is null"
DRAWN = """update pull_posts set digest = $3, error = null, tries = 0, next_at = $4,
    stale = case when stale = $2 then 0 else stale end where id = $1"""
WAITS = "update pull_posts set state = $2, next_at = $3, error = $4 where id = $1"
ENDED = "update pull_posts set state = $2, error = $3, stale = 0, next_at = $4 where id = $1"
GONE = """update pull_posts set state = case when stale = $2 then 'skipped' else 'queued' end, external = null,
    digest = '', error = null, stale = 0, tries = 0, next_at = 0 where id = $1"""
BROKEN = """update pull_posts set state = 'failed', error = $2, stale = 0 where pull_id = $1
    and state in ('queued', 'sending', 'unknown')"""
LOOKED_FOR = "update pull_posts set tries = tries + 1 where id = $1"
UNDER_WAY = "update pull_posts set external = $2 where id = $1"
# What could not be carried is named below its message's words.
NAME_FILES = """update pull_posts set stale = stale + 1 where pull_id = $1 and message_id = $2 and file_id is null
    and state in ('posted', 'unknown', 'sending')"""
NEWEST = """select p.pulled_at, (select max(x.external) from pull_posts x
    where x.pull_id = p.id and x.state = 'posted' and x.file_id is null) as external from pulls p where p.id = $1"""
LINES = {"status", "assignee", "team", "priority", "tags_added", "tags_removed"}


@dataclass(frozen=True, slots=True)
class Due:
    """One post that is to be made, or drawn anew."""

    id: str
    pull: str
    conversation: str
    channel: str
    channel_name: str
    thread: str | None
    audience: Audience
    from_position: int
    position: int
    part: int
    kind: str
    message: str | None
    file: str | None
    """The one of its files that it is; None: it is the words."""
    state: str
    external: str | None
    digest: str
    stale: int
    tries: int
    closed: bool
    behind: bool = False
    """It stands, or comes to stand, below what came after it."""

    @property
    def stands(self) -> bool:
        """It was posted, and is drawn anew."""
        return self.state == "posted"

    @property
    def uncertain(self) -> bool:
        """It may stand there already: one looks before it is posted."""
        return self.state in ("sending", "unknown")

    @property
    def key(self) -> str:
        """What the post itself bears, by which it is known again."""
        return f"{self.pull}.{self.position}.{self.part}"


async def follow(tx: Tx, place: str) -> bool:
    """Take the next facts of the log into the threads' queues. Returns whether there may be more."""
    row = await tx.one(PLACE, place)
    if row is None or row["position"] >= tx.position:
        return False
    after = await _over_the_gap(tx, place, int(row["position"]))
    upto = await tx.value(NEXT, after, AT_ONCE)
    if upto is None:
        return False
    if await tx.one(RUNS, place, after) is not None:
        for fact in await tx.all(TOLD, place, after, upto):
            if not await _take(tx, fact["pull_id"], read_event(fact)):
                upto = fact["position"]
                break
    await tx.run(KNOWN_ANEW, after, upto, place)
    await tx.run(NAMED, after, upto, place)
    await tx.run(CHANGED, after, upto, place)
    await tx.run(ERASED, after, upto, place)
    await tx.run(TOLD_BEFORE, after, upto, place)
    await tx.run(MOVE, place, upto)
    return bool(upto < tx.position)


async def _take(tx: Tx, pull: str, event: Event) -> bool:
    """Returns whether what comes after it may be taken as it was read."""
    match event.kind:
        case Kind.MESSAGE_CREATED:
            await _put(tx, pull, event.position, "message", message=event.message)
            for place, row in enumerate(await tx.all(FILES, event.message)):
                await _put(
                    tx, pull, event.position, "message", 1 + place, message=event.message, file=row["id"]
                )
        case Kind.MESSAGE_FILES:
            fetched = event.changes.get("fetched")
            if fetched and await tx.one(SINCE, event.message, pull, fetched) is not None:
                await _put(tx, pull, event.position, "message", 1, message=event.message, file=fetched)
            return True
        case Kind.CONVERSATION_CHANGED if event.changes.get("pulled") == pull:
            await _put(tx, pull, event.position, "header", HEADER)
            await _put(tx, pull, event.position, "story", STORY)
            return True
        case Kind.CONVERSATION_CHANGED if event.changes.get("given_back") == pull:
            await _put(tx, pull, event.position, "end")
        case Kind.CONVERSATION_CHANGED if LINES & event.changes.keys():
            await _put(tx, pull, event.position, "line")
        case Kind.CONVERSATION_MERGED if "into" in event.changes:
            await _put(tx, pull, event.position, "line")
            if not await tx.run(MOVE_PULL, pull, event.changes["into"]):
                await give_back(tx, pull, SYSTEM)
                # That is a fact of the conversation that it went into, whose thread is another: said here.
                await _put(tx, pull, event.position, "end", 1)
            await tx.run(STALE_HEADER, pull)
            return False
        case Kind.LEG_SEEN if event.actor.kind is ActorKind.CUSTOMER:
            seen = max(event.changes.get("delivered", 0), event.changes.get("read", 0))
            await tx.run(STALE_SEEN, pull, event.subject, seen)
            return True
    await tx.run(STALE_HEADER, pull)
    return True


async def _put(
    tx: Tx,
    pull: str,
    position: int,
    kind: str,
    part: int = 0,
    *,
    message: str | None = None,
    file: str | None = None,
) -> None:
    if file is not None and await tx.one(HAS_FILE, pull, file) is not None:
        return
    await tx.run(PUT, new_id(), pull, position, part, kind, message, file)


async def _over_the_gap(tx: Tx, place: str, after: int) -> int:
    """Where to go on: beyond what has been trimmed, which open threads are told."""
    gone = await trimmed_to(tx)
    if after >= gone:
        return after
    for pull in await tx.all(OPEN_PULLS, place):
        await _put(tx, pull["id"], gone, "gap", 9)
    return gone


async def load_due(look: Reader, place: str, now: int) -> list[Due]:
    """What may be posted or drawn at that time (UTC ms): of each thread the first open post, then what is stale."""
    return [_due(row) for row in await look.all(DUE, place, now)]


async def next_due(look: Reader, place: str, now: int) -> int | None:
    """When there is something to do that may not be done yet (UTC ms); None: nothing waits for a time."""
    found = await look.value(SOON, place, now)
    return None if found is None else int(found)


def _due(row: Row) -> Due:
    return Due(
        id=row["id"],
        pull=row["pull_id"],
        conversation=row["conversation_id"],
        channel=row["channel"],
        channel_name=row["channel_name"],
        thread=row["thread"],
        audience=Audience(row["audience"]),
        from_position=row["from_position"],
        position=row["position"],
        part=row["part"],
        kind=row["kind"],
        message=row["message_id"],
        file=row["file_id"],
        state=row["state"],
        external=row["external"],
        digest=row["digest"],
        stale=row["stale"],
        tries=row["tries"],
        closed=row["given_back_at"] is not None,
        behind=bool(row["behind"]),
    )


async def newest(look: Reader, pull: str) -> tuple[str | None, int]:
    """The place's name of the last post in its thread, and when it was pulled (UTC ms)."""
    row = await look.one(NEWEST, pull)
    return (None, 0) if row is None else (row["external"], row["pulled_at"])


async def begin(tx: Tx, due: Due, until: int) -> None:
    """It is about to be drawn and posted: should nobody ever say what came of it, one looks after `until` (UTC ms)."""
    await tx.run(BEGIN, due.id, until)


async def under_way(tx: Tx, due: Due, external: str) -> None:
    """The place has named what is about to be put there: by that it is known whether it arrived."""
    await tx.run(UNDER_WAY, due.id, external)


async def looked_for(tx: Tx, due: Due) -> None:
    """It was completed and does not stand there yet: so often one has looked."""
    await tx.run(LOOKED_FOR, due.id)


async def posted(tx: Tx, due: Due, external: str, digest: str) -> None:
    await tx.run(POSTED, due.id, external, digest)
    if due.kind == "header":
        await tx.run(THREAD, due.pull, external)


async def drawn(tx: Tx, due: Due, digest: str, not_before: int = 0) -> None:
    """It shows what is so; it is not drawn again before that time (UTC ms)."""
    await tx.run(DRAWN, due.id, due.stale, digest, not_before)


async def waits(tx: Tx, due: Due, until: int, why: str, *, uncertain: bool = False) -> None:
    """It is tried again after that time; `uncertain`: it may stand there by now."""
    state = "posted" if due.stands else "unknown" if uncertain else "queued"
    # Of what stands there only a refusal is kept: that is tried again after all else.
    await tx.run(WAITS, due.id, state, until, None if due.stands else why[:200])


async def ended(tx: Tx, due: Due, why: str | None = None) -> None:
    """The place does not take it, and what stands there stays as it is (it was refused now); or there is nothing to
    show (None), and nothing of it stands there: what changed meanwhile is looked at again."""
    if why is None:
        await tx.run(GONE, due.id, due.stale if due.stands else 0)
        return
    await tx.run(ENDED, due.id, "posted" if due.stands else "failed", why[:200], tx.now)
    if due.file is not None and not due.stands:
        await tx.run(NAME_FILES, due.pull, due.message)


async def broken(tx: Tx, due: Due, why: str) -> None:
    """Nothing can be posted there any more, or nothing ever could: the conversation is given back."""
    await give_back(tx, due.pull, SYSTEM, why)
    await tx.run(BROKEN, due.pull, why[:200])


async def pause(tx: Tx, place: str, why: str) -> bool:
    """Nothing goes there until somebody mends it. Returns whether it went before."""
    if not await tx.run(PAUSE, place, why, tx.now, tx.position):
        return False
    _tell(tx, place, why)
    return True


async def resume(tx: Tx, place: str) -> bool:
    if not await tx.run(RESUME, place):
        return False
    _tell(tx, place, None)
    return True


def _tell(tx: Tx, place: str, paused: str | None) -> None:
    """Agents see it."""
    changes = {"what": "place", "place": place, "paused": paused}
    tx.record(Event(Kind.SETTING_CHANGED, SYSTEM, tx.now, subject=place, changes=changes))


async def paused(look: Reader, place: str) -> str | None:
    found: Any = await look.value("select paused from pull_places where place = $1", place)
    return None if found is None else str(found)


async def pause_of(look: Reader, place: str) -> Row | None:
    """Why nothing goes there, and since when (`paused`, `paused_at`); None: it does."""
    return await look.one(
        "select paused, paused_at from pull_places where place = $1 and paused is not null", place
    )


async def open_threads(look: Reader, place: str) -> Sequence[Row]:
    """The pulls whose threads are worked in: for catching up with what was written there meanwhile."""
    sql = """select id, conversation_id, channel, thread, audience from pulls
        where place = $1 and given_back_at is null and thread is not null order by id"""
    return await look.all(sql, place)

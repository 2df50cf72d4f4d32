"""What is told to webhooks: taken from the log, leased, settled. One endpoint at a time, under its row's lock.

A delivery names a fact and never holds its words: these are joined when it is sent, so that what was erased is gone
from what waits, too. Order is kept within a lane (a conversation): only the oldest open delivery of each is due.
Those behind it sleep and are woken one by one; what a replay has put before one that was due sends that one to sleep.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from gateway.events import SYSTEM, new_id
from gateway.seals import Seals
from gateway.store import Reader, Row, Tx, as_json, from_json, plain
from gateway.store.log import trimmed_to
from gateway.stream.hook_pace import TROUBLE, Pace
from gateway.stream.hooks import DUE_NOW, disable, valid_secrets

AT_ONCE = 500
"""Facts taken in one transaction."""
LOOKED_AT = 50
"""Due deliveries looked at in one transaction."""
EXCERPT = 500
"""Characters kept of what an endpoint answered when it did not take it."""
GAP = "log.gap"
"""Tells an endpoint that facts between two it got were trimmed away unsent."""
STEP = 500

ACTIVE = "select id, position from hooks where state = 'active' and removed_at is null order by id"
MINE = "select * from hooks where id = $1 and state = 'active' and removed_at is null {lock}"
MOVE = "update hooks set position = $2 where id = $1"
LOSE = "update hooks set position = $2, lost = lost + $3 where id = $1"
OPEN = """select count(*) from (select 1 from hook_deliveries where hook_id = $1
    and state in ('waiting', 'sending') limit $2) found"""
NEXT = "select max(position) from (select position from events where position > $1 order by position limit $2) found"
AGAIN = """on conflict (hook_id, position) do update set state = 'waiting', tries = 0, due_at = excluded.due_at,
    done_at = null, lane = excluded.lane, kind = excluded.kind, gap_from = excluded.gap_from
    where hook_deliveries.state in ('delivered', 'failed', 'dropped')"""
LANE = "coalesce(e.conversation_id, 'contact:' || e.contact_id, '')"
# What is about a note is told only where notes are wanted; what is about a message that is not there, never.
TAKE = f"""insert into hook_deliveries (id, hook_id, position, lane, kind, event_at, state, due_at)
    select cast($1 as text) || cast(f.position as text), cast($1 as text), f.position, f.lane, f.kind, f.at, 'waiting',
        case when f.place = 1 and not exists (select 1 from hook_deliveries o where o.hook_id = $1 and o.lane = f.lane
            and o.position < f.position and o.state in ('waiting', 'sending')) then cast($6 as bigint) end
    from (select e.position, {LANE} as lane, e.kind, e.at,
            row_number() over (partition by {LANE} order by e.position) as place
        from events e left join messages m on m.id = e.message_id
        where e.position > $3 and e.position <= $4 and e.kind in {{ids_2}}
            and (e.message_id is null or m.visibility = 'public' or (m.visibility = 'note' and $5 = 1))) f
    where true {AGAIN}"""
TAKE_GAP = f"""insert into hook_deliveries (id, hook_id, position, lane, kind, event_at, gap_from, state, due_at)
    values ($1, $2, $3, '', '{GAP}', $4, $5, 'waiting', $4) {AGAIN}"""
DUE = """select d.*, exists (select 1 from hook_deliveries e where e.hook_id = d.hook_id and e.lane = d.lane
        and e.position < d.position and e.state in ('waiting', 'sending')) as behind
    from hook_deliveries d where d.hook_id = $1 and d.due_at <= $2 and d.position <= $3
    order by d.due_at, d.position limit $4"""
UNDER_WAY = "select 1 from hook_deliveries where hook_id = $1 and due_at > $2 and state = 'sending' limit 1"
SLEEP = "update hook_deliveries set due_at = null where id = $1 and state = 'waiting'"
LEASE = """update hook_deliveries set state = 'sending', lease = $2, due_at = $3, attempts = attempts + 1,
    tries = tries + 1 where id = $1"""
SOON = """select due_at from hook_deliveries where hook_id = $1 and due_at is not null and position <= $2
    order by due_at, position limit 1"""
LEASED = "select * from hook_deliveries where id = $1 and lease = $2 and state = 'sending'"
ATTEMPT = """insert into hook_attempts (delivery_id, number, at, status, ms, problem, excerpt)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing"""
SETTLE = """update hook_deliveries set state = $2, due_at = $3, status = $4, ms = $5, problem = $6, done_at = $7,
    lease = null where id = $1"""
WAKE = """update hook_deliveries set due_at = $3 where id = (select id from hook_deliveries where hook_id = $1
    and lane = $2 and state = 'waiting' order by position limit 1) and due_at is null"""
TOOK = "update hooks set fails = 0, failing_since = null, rest_until = 0, taken_at = $2 where id = $1"
FAILED = """update hooks set fails = fails + 1, failing_since = coalesce(failing_since, $2), rest_until = $3
    where id = $1"""
FORGET_EXCERPTS = """update hook_attempts set excerpt = '' where excerpt <> '' and delivery_id in
    (select id from hook_deliveries where lane in {ids_1})"""
FORGET_DONE = """delete from hook_deliveries where id in
    (select id from hook_deliveries where done_at < $1 limit $2)"""
FORGET_REMOVED = """delete from hook_deliveries where id in (select d.id from hook_deliveries d
    join hooks h on h.id = d.hook_id where h.removed_at is not null limit $1)"""
FORGET_HOOKS = """delete from hooks where removed_at is not null
    and not exists (select 1 from hook_deliveries d where d.hook_id = hooks.id)"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to, as it stands at the moment of a lease. Address and secrets are never logged."""

    id: str
    url: str
    secrets: tuple[str, ...]
    kinds: frozenset[str]
    words: bool
    notes: bool

    def __repr__(self) -> str:
        return f"Endpoint({self.id!r})"


@dataclass(frozen=True, slots=True)
class Leased:
    """One delivery that is this process's to try, until the lease ends."""

    id: str
    lease: str
    position: int
    kind: str
    event_at: int
    gap_from: int | None


@dataclass(frozen=True, slots=True)
class Turn:
    """What a look at an endpoint's queue has found."""

    endpoint: Endpoint | None = None
    leased: tuple[Leased, ...] = ()
    more: bool = False
    """There may be further ones that are due."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a try. `problem` None: it was taken; else a word for why not."""

    problem: str | None = None
    status: int | None = None
    ms: int | None = None
    excerpt: str = ""
    asked: int = 0
    """ms for which the endpoint asked to be left alone."""

    @property
    def gone(self) -> bool:
        return self.status == 410


DROPPED = Outcome("unwanted")
"""It is not told any more: the endpoint's choice has changed since it was queued."""
TRIMMED = Outcome("trimmed")
"""Its fact has been trimmed away while it waited."""


async def load_active(look: Reader) -> Sequence[str]:
    return [row["id"] for row in await look.all(ACTIVE)]


class Followed(Enum):
    """How far following went."""

    ALL = "all"
    """There is nothing more to take."""
    MORE = "more"
    FULL = "full"
    """There is more, and no room for it before some of what waits is done with."""


async def follow(tx: Tx, hook: str, *, most: int) -> Followed:
    """Take the next facts of the log into an endpoint's queue, up to `most` that wait (and a part of the log more).

    The queue and the place in the log move in one transaction: nothing is lost with a process, and nothing twice.
    """
    row = await tx.one(MINE, hook)
    if row is None or row["position"] >= tx.position:
        return Followed.ALL
    if await tx.value(OPEN, hook, most) >= most:
        return Followed.FULL
    after = await _over_the_gap(tx, row)
    upto = await tx.value(NEXT, after, AT_ONCE)
    if upto is None:
        return Followed.ALL
    kinds = as_json(from_json(row["kinds"]))
    await tx.run(TAKE, hook, kinds, after, upto, row["notes"], tx.now)
    await tx.run(MOVE, hook, upto)
    return Followed.MORE if upto < tx.position else Followed.ALL


async def _over_the_gap(tx: Tx, row: Row) -> int:
    """Where to go on: beyond what has been trimmed, which the endpoint is told."""
    after, gone = int(row["position"]), await trimmed_to(tx)
    if after >= gone:
        return after
    await tx.run(TAKE_GAP, f"{row['id']}{gone}", row["id"], gone, tx.now, after + 1)
    await tx.run(LOSE, row["id"], gone, gone - after)
    return gone


async def lease(tx: Tx, hook: str, most: int, pace: Pace) -> Turn:
    """Take up to `most` deliveries that are due, each the first of its lane."""
    row = await tx.one(MINE, hook)
    if row is None or row["rest_until"] > tx.now:
        return Turn()
    if row["fails"] >= TROUBLE:
        most = 0 if await tx.one(UNDER_WAY, hook, tx.now) else 1
    due = await tx.all(DUE, hook, tx.now, row["position"], LOOKED_AT)
    leased: list[Leased] = []
    for one in due:
        if one["behind"]:
            await tx.run(SLEEP, one["id"])
        elif len(leased) < most:
            leased.append(await _lease(tx, one, pace))
    return Turn(
        _endpoint(row, tx.seals, tx.now), tuple(leased), more=len(due) == LOOKED_AT and len(leased) < most
    )


async def _lease(tx: Tx, row: Row, pace: Pace) -> Leased:
    if row["state"] == "sending":  # whoever had it never said what became of it
        await tx.run(ATTEMPT, row["id"], row["attempts"], tx.now, None, None, "interrupted", "")
    key = new_id()
    await tx.run(LEASE, row["id"], key, tx.now + pace.lease)
    return Leased(row["id"], key, row["position"], row["kind"], row["event_at"], row["gap_from"])


def _endpoint(row: Row, seals: Seals, now: int) -> Endpoint:
    return Endpoint(
        row["id"],
        row["url"],
        tuple(valid_secrets(row, seals, now)),
        frozenset(from_json(row["kinds"])),
        bool(row["words"]),
        bool(row["notes"]),
    )


async def next_due(look: Reader, hook: str) -> int | None:
    """When there is something to try, on the database's clock; None: nothing waits."""
    row = await look.one("select rest_until, position from hooks where id = $1 and state = 'active'", hook)
    soon = None if row is None else await look.value(SOON, hook, row["position"])
    return None if row is None or soon is None else max(int(soon), row["rest_until"])


async def settle(tx: Tx, leased: Leased, hook: str, outcome: Outcome, pace: Pace) -> None:
    """Say what became of a try; too late, when the lease has ended and another has it, it changes nothing."""
    endpoint = await tx.one("select * from hooks where id = $1 {lock}", hook)
    row = await tx.one(LEASED, leased.id, leased.lease)
    if endpoint is None or row is None:
        return
    if outcome in (DROPPED, TRIMMED):
        state = "dropped" if outcome is DROPPED else "failed"
        await _end(tx, row, state, outcome)
        return
    said = (outcome.status, outcome.ms, outcome.problem, plain(outcome.excerpt)[:EXCERPT])
    await tx.run(ATTEMPT, row["id"], row["attempts"], tx.now, *said)
    if outcome.problem is None:
        await tx.run(TOOK, hook, tx.now)
        if endpoint["fails"] >= TROUBLE:  # it is back: what waited for hours waits no longer
            await tx.run(DUE_NOW, hook, tx.now)
        await _end(tx, row, "delivered", outcome)
    else:
        await _failed(tx, endpoint, row, outcome, pace)


async def _failed(tx: Tx, endpoint: Row, row: Row, outcome: Outcome, pace: Pace) -> None:
    rest = tx.now + pace.rest(endpoint["fails"] + 1, outcome.asked)
    await tx.run(FAILED, endpoint["id"], tx.now, max(rest, endpoint["rest_until"]))
    since = endpoint["failing_since"]
    wait = pace.again(row["tries"], outcome.asked)
    if outcome.gone:
        wait = 0  # it waits until somebody switches the endpoint on again
    if wait is None:
        await _end(tx, row, "failed", outcome)
    else:
        due = tx.now + wait
        await tx.run(SETTLE, row["id"], "waiting", due, outcome.status, outcome.ms, outcome.problem, None)
    if endpoint["state"] == "active" and endpoint["removed_at"] is None:
        if outcome.gone:
            await disable(tx, endpoint["id"], SYSTEM, "gone")
        elif since is not None and tx.now - since >= pace.disable_after:
            await disable(tx, endpoint["id"], SYSTEM, "failing")


async def _end(tx: Tx, row: Row, state: str, outcome: Outcome) -> None:
    """It is over with this one, one way or the other: the next of its lane is due."""
    await tx.run(SETTLE, row["id"], state, None, outcome.status, outcome.ms, outcome.problem, tx.now)
    await tx.run(WAKE, row["hook_id"], row["lane"], tx.now)


async def forget_excerpts(tx: Tx, lanes: Iterable[str]) -> None:
    """What endpoints answered about these conversations or contacts (`contact:ID`): it may repeat their words."""
    await tx.run(FORGET_EXCERPTS, as_json(sorted(set(lanes))))


async def forget_deliveries(tx: Tx, older_than: int) -> int:
    """One step of cleaning: what was done with before then (UTC ms), and what belongs to removed endpoints. Returns how
    many went."""
    gone = await tx.run(FORGET_DONE, older_than, STEP) + await tx.run(FORGET_REMOVED, STEP)
    if gone == 0:
        await tx.run(FORGET_HOOKS)
    return gone

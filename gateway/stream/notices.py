"""What agents are told of: mentions, work given to them, customers who answer, snoozes that end, new customers,
messages of theirs that did not arrive.

Made from the log after the fact, by whichever process comes first: the mark up to where that was done stands in the
same transaction, so that nothing is told twice and nothing is lost with a process. Private state, ids only.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.delivery import State
from gateway.egress.access import sees
from gateway.errors import UnknownFact
from gateway.events import ActorKind, Event, Kind, Status, new_id
from gateway.store import Tx, as_json
from gateway.store.log import events_after
from gateway.stream.troubles import weigh_troubles
from gateway.stream.unclaimed import tell_unclaimed
from gateway.stream.watch import load_viewers

log = logging.getLogger(__name__)

AT_ONCE = 500
"""Facts taken in one transaction."""
LEFT_TO_NEWER = 45_000
"""ms for which a fact that only a newer version knows is left to a process of that version. Whoever comes to it later
is alone, gone back by a release, and goes past it. Must be less than `gateway.duties.LEFT`."""
KEPT = 500
"""Notices of one agent; older ones go."""

MARK = "select value from meta where key = 'noticed' {lock}"
BEGIN = """insert into meta (key, value) select 'noticed', cast(position as text) from log_head where id = 1
    on conflict (key) do nothing"""
BACK_TO = """update meta set value = (select cast(coalesce(max(position), 0) as text) from events where at < $1)
    where key = 'noticed'"""
SET_MARK = "update meta set value = $1 where key = 'noticed'"
MARKS = "select agent_id, conversation_id, position from read_marks where conversation_id in {ids_1}"
WATCHERS = "select conversation_id, agent_id, at from watchers where conversation_id in {ids_1}"
MENTIONED = "select conversation_id, agent_id, at from mentions where conversation_id in {ids_1}"
AUTHORS = """select m.id, coalesce(t.agent_id, m.author_id) as agent_id from messages m
    left join tokens t on t.id = m.author_id where m.id in {ids_1} and m.author_kind = 'agent'"""
AGENTS = "select id from agents where deactivated_at is null"
# A customer who writes five times is one thing to look at.
AGAIN = """update notices set position = $3, message_id = $4, n = n + $5, at = $6 where agent_id = $1
    and conversation_id = $2 and kind = 'replied' and read_at is null and position < $3"""
INSERT = """insert into notices (id, agent_id, kind, position, conversation_id, message_id, actor_kind, actor_id, n, at,
    read_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing"""
PRUNE = f"""delete from notices where agent_id = $1 and id in
    (select id from notices where agent_id = $1 order by at desc, id desc limit 1000 offset {KEPT})"""
TOUCHED = "select id from notices where agent_id = $1 and position = $2 and kind = $3"
READ_THESE = "update notices set read_at = $3 where id in {ids_1} and agent_id = $2 and read_at is null"
READ = "update notices set read_at = $2 where agent_id = $1 and read_at is null and "
# What was merged into it is read with it. What was done to it, and no message told, stands after the last one: whoever
# has read that one has come to the end.
ABOUT = """conversation_id in (
        with recursive here (id) as (select $3 union
            select c.id from conversations c join here on c.merged_into = here.id) select id from here)
    and (position <= $4 or exists (
        select 1 from conversations c left join messages m on m.id = c.last_message_id where c.id = $3
            and coalesce(m.position, 0) <= $4 and coalesce(c.last_public_position, 0) <= $4
            and coalesce(c.last_customer_position, 0) <= $4))"""
FOLLOW = """insert into {table} (agent_id, conversation_id, at)
    select agent_id, $2, at from {table} f where f.conversation_id = $1 on conflict do nothing"""


Followers = Mapping[str, Mapping[str, int]]
"""Conversation -> agent -> since when."""


@dataclass(slots=True)
class Notice:
    agent: str
    kind: str
    event: Event
    n: int = 1
    seen: bool = False


@dataclass(slots=True)
class Noticed:
    """What one run has made: who has new notices, and whose lists of watched and mentioned have moved."""

    more: bool = False
    """There may be further facts."""
    notices: dict[str, list[str]] = field(default_factory=dict)
    """Agent -> ids of notices that are new or say more than before."""
    gone: dict[str, list[str]] = field(default_factory=dict)
    """Agent -> ids of notices that are withdrawn."""
    moved: set[str] = field(default_factory=set)


async def begin_noticing(tx: Tx, *, since: int | None = None) -> None:
    """Once in the life of a database: what was before, or before `since` (UTC ms), is not told any more."""
    await tx.run(BEGIN)
    if since is not None:
        await tx.run(BACK_TO, since)


async def notice(tx: Tx) -> Noticed:
    """Take the next facts of the log. Raises UnknownFact."""
    mark = int(await tx.value(MARK) or 0)
    try:
        events = await events_after(tx, mark, AT_ONCE)
    except UnknownFact as why:
        if tx.now - why.at < LEFT_TO_NEWER:
            raise
        log.warning("nobody is told of what stands at %d of the log: %s", why.position, why)
        await tx.run(SET_MARK, str(why.position))
        return Noticed(more=True)
    if not events:
        return Noticed()
    done = Noticed(more=events[-1].position < tx.position)
    for event in events:
        if event.kind is Kind.CONVERSATION_MERGED:
            await _lead_on(tx, event)
    watchers = await _followers(tx, WATCHERS, events)
    for one in await _for_whom(tx, events, watchers):
        if key := await _keep(tx, one):
            done.notices.setdefault(one.agent, []).append(key)
    for agent in done.notices:
        await tx.run(PRUNE, agent)
    unclaimed = await tell_unclaimed(tx, events)
    for agent in sorted(unclaimed.anew):
        done.notices.setdefault(agent, []).append(agent)
    done.gone = {agent: [agent] for agent in sorted(unclaimed.gone)}
    done.moved = await _moved(tx, events, watchers)
    if await weigh_troubles(tx, events):
        done.moved |= {row["id"] for row in await tx.all(AGENTS)}
    await tx.run(SET_MARK, str(events[-1].position))
    return done


async def _for_whom(tx: Tx, events: Sequence[Event], watchers: Followers) -> list[Notice]:
    """The notices that these facts make, several answers of one customer in one."""
    found: dict[tuple[str, ...], Notice] = {}
    marks, authors = await _marks(tx, events), await _authors(tx, events)
    for event in events:
        for kind, agent in _wanted(event, watchers.get(event.conversation or "", {}), authors):
            seen = marks.get((agent, event.conversation or ""), 0) >= event.position
            if agent == event.actor.id or (seen and kind == "replied"):
                continue
            again = event.conversation if kind == "replied" else str(event.position)
            before = found.get((agent, kind, again or ""))
            found[agent, kind, again or ""] = Notice(
                agent, kind, event, 1 if before is None else before.n + 1, seen
            )
    viewers = await load_viewers(tx, {one.agent for one in found.values()}) if found else {}
    return [one for one in found.values() if one.agent in viewers and sees(viewers[one.agent], one.event.now)]


async def _marks(tx: Tx, events: Sequence[Event]) -> dict[tuple[str, str], int]:
    """Up to where agents have read: what they saw before we came to it is no news to them."""
    wanted = sorted({event.conversation for event in events if event.conversation})
    rows = await tx.all(MARKS, as_json(wanted)) if wanted else []
    return {(row["agent_id"], row["conversation_id"]): row["position"] for row in rows}


async def _authors(tx: Tx, events: Sequence[Event]) -> dict[str, str]:
    """Which agents wrote what did not arrive, by message."""
    lost = sorted({event.message for event in events if event.message and _has_failed(event)})
    rows = await tx.all(AUTHORS, as_json(lost)) if lost else []
    return {row["id"]: row["agent_id"] for row in rows}


def _has_failed(event: Event) -> bool:
    return event.kind is Kind.MESSAGE_DELIVERY and event.changes.get("delivery") == State.FAILED.value


def _wanted(
    event: Event, watchers: Mapping[str, int], authors: Mapping[str, str]
) -> Iterable[tuple[str, str]]:
    """(kind, agent) of everybody whom a fact concerns."""
    if event.now is None:
        return
    # Whoever began to watch afterwards has seen what was there.
    concerned = {one for one, since in watchers.items() if since <= event.at} | (
        {event.now.assignee} - {None}
    )
    if event.kind is Kind.MESSAGE_CREATED:
        if event.actor.kind is ActorKind.CUSTOMER:
            yield from (("replied", str(agent)) for agent in sorted(map(str, concerned)))
        yield from (("mention", agent) for agent in event.changes.get("mentions", ()))
        return
    if _has_failed(event):
        both = {authors.get(event.message or ""), event.now.assignee} - {None}
        yield from (("failed", str(agent)) for agent in sorted(map(str, both)))
    was, to = event.changes.get("assignee", (None, None))
    if to is not None and to != was:
        yield "assigned", to
    if event.actor.kind is ActorKind.SYSTEM and event.changes.get("status") == [Status.SNOOZED, Status.OPEN]:
        yield from (("woke", str(agent)) for agent in sorted(map(str, concerned)))


async def _keep(tx: Tx, one: Notice) -> str | None:
    """Returns its id; None when it was made before."""
    event, key = one.event, new_id()
    if one.kind == "replied" and await tx.run(
        AGAIN, one.agent, event.conversation, event.position, event.message, one.n, event.at
    ):
        return str(await tx.value(TOUCHED, one.agent, event.position, one.kind))
    values = (event.position, event.conversation, event.message, event.actor.kind.value, event.actor.id)
    return (
        key
        if await tx.run(
            INSERT, key, one.agent, one.kind, *values, one.n, event.at, tx.now if one.seen else None
        )
        else None
    )


async def _followers(tx: Tx, sql: str, events: Sequence[Event]) -> Followers:
    found: dict[str, dict[str, int]] = {}
    if wanted := sorted({event.conversation for event in events if event.conversation}):
        for row in await tx.all(sql, as_json(wanted)):
            found.setdefault(row["conversation_id"], {})[row["agent_id"]] = row["at"]
    return found


async def _moved(tx: Tx, events: Sequence[Event], watchers: Followers) -> set[str]:
    """Whose lists of followed conversations count otherwise now."""
    scoped = [event for event in events if event.was != event.now or "mentions" in event.changes]
    if not scoped:
        return set()
    mentioned = await _followers(tx, MENTIONED, scoped)
    both = [
        followers.get(event.conversation or "", {}).keys()
        for event in scoped
        for followers in (watchers, mentioned)
    ]
    return set().union(*both)


async def _lead_on(tx: Tx, merged: Event) -> None:
    """Who followed what was merged away follows where it went."""
    into = merged.changes.get("into")
    if into is not None:
        for table in ("watchers", "mentions"):
            await tx.run(FOLLOW.replace("{table}", table), merged.conversation, into)


# --- reading them ---------------------------------------------------------------------------------------------------


async def read_some(tx: Tx, agent: str, notices: Sequence[str]) -> int:
    """Returns how many were unread."""
    return await tx.run(READ_THESE, as_json(list(notices)), agent, tx.now)


async def read_up_to(tx: Tx, agent: str, position: int) -> int:
    """All that came from facts up to here."""
    return await tx.run(READ + "position <= $3", agent, tx.now, position)


async def read_about(tx: Tx, agent: str, conversation: str, position: int) -> int:
    """Those about what the agent has just read up to here; all of the conversation, when that was its last message."""
    return await tx.run(READ + ABOUT, agent, tx.now, conversation, position)

"""Customers whom nobody has yet: each agent has one notice of kind `new` that says how many of them wait.

Made with the other notices (`gateway.stream.notices`), so that it costs what takes a message in nothing. However many
come in a moment, an agent is told once; it goes when the last one is taken, closed, or known to the agent otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gateway.egress.access import Viewer
from gateway.events import ActorKind, Event, Kind, Status
from gateway.store import Row, Tx, as_json
from gateway.stream.watch import load_viewers

COUNTED = 100
"""What is counted ends here: the browser says 99+."""

ARRIVED = """insert into unclaimed (conversation_id, position, message_id, actor_id, at) values ($1, $2, $3, $4, $5)
    on conflict (conversation_id) do update set position = excluded.position, message_id = excluded.message_id,
    actor_id = excluded.actor_id, at = excluded.at where unclaimed.position < excluded.position"""
KNOWN = "select count(*) from unclaimed where conversation_id in {ids_1}"
TAKEN = """delete from unclaimed where conversation_id in (select id from conversations where id in {ids_1}
    and (status <> 'open' or assignee_id is not null or merged_into is not null))"""
WAITING = f"""select u.*, c.team_id from unclaimed u join conversations c on c.id = u.conversation_id
    where c.status = 'open' and c.assignee_id is null and c.merged_into is null
    order by u.position desc limit {COUNTED}"""
AGENTS = "select id from agents where deactivated_at is null"
MARKS = "select agent_id, conversation_id, position from read_marks where conversation_id in {ids_1}"
WATCHERS = "select agent_id, conversation_id from watchers where conversation_id in {ids_1}"
TOLD = "select id, since, position, conversation_id, n, read_at from notices where kind = 'new'"
TELL = """insert into notices
    (id, agent_id, kind, since, position, conversation_id, message_id, actor_kind, actor_id, n, at)
    select a.id, a.id, 'new', $2, $3, $4, $5, 'customer', $6, $7, $8 from agents a where a.id in {ids_1}
    on conflict (id) do update set since = excluded.since, position = excluded.position, n = excluded.n,
    conversation_id = excluded.conversation_id, message_id = excluded.message_id, actor_id = excluded.actor_id,
    at = excluded.at, read_at = null"""
WITHDRAW = "delete from notices where id in {ids_1} and kind = 'new'"


@dataclass(slots=True)
class Told:
    """Whose notice is new or says something else, and whose is withdrawn: its id is the agent's."""

    anew: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Says:
    """What a notice is to say: those who are to be told the same are told by one statement."""

    since: int
    position: int
    n: int
    newest: str


async def tell_unclaimed(tx: Tx, events: Sequence[Event]) -> Told:
    """After these facts. What concerns no conversation that nobody has costs one question at most."""
    moved = {event.conversation for event in events if event.conversation and _may_move(event)}
    if not moved:
        return Told()
    wanted, arrived = as_json(sorted(moved)), await _arrive(tx, events)
    if not arrived and not await tx.value(KNOWN, wanted):
        return Told()
    await tx.run(TAKEN, wanted)
    waiting = await tx.all(WAITING)
    agents = [str(row["id"]) for row in await tx.all(AGENTS)]
    known = await _known(tx, waiting)
    before = {row["id"]: row for row in await tx.all(TOLD)}
    told, says = Told(), dict[_Says, list[str]]()
    for agent, viewer in (await load_viewers(tx, agents)).items():
        mine = [one for one in waiting if _is_news(viewer, one, known)]
        what = _what(mine, before.get(agent), arrived)
        if isinstance(what, _Says):
            says.setdefault(what, []).append(agent)
        elif what is False:
            told.gone.add(agent)
    for what, whose in says.items():
        told.anew.update(whose)
        one = next(row for row in waiting if row["conversation_id"] == what.newest)
        newest = (what.newest, one["message_id"], one["actor_id"], what.n, one["at"])
        await tx.run(TELL, as_json(whose), what.since, what.position, *newest)
    if told.gone:
        await tx.run(WITHDRAW, as_json(sorted(told.gone)))
    return told


def _may_move(event: Event) -> bool:
    """May it have brought somebody whom nobody has, or have taken one away?"""
    return event.was != event.now or event.kind is Kind.CONVERSATION_MERGED or "mentions" in event.changes


async def _arrive(tx: Tx, events: Sequence[Event]) -> set[str]:
    """Write down the conversations that customers have begun, or opened again, and that were nobody's then."""
    came: dict[str, Event] = {}
    words: dict[str, str | None] = {}
    for event in events:
        talk = event.conversation
        if talk is None or event.actor.kind is not ActorKind.CUSTOMER:
            continue
        if _arrives(event):
            came[talk] = event
            words.pop(talk, None)
        elif talk in came and event.kind is Kind.MESSAGE_CREATED:
            words.setdefault(talk, event.message)
    for key, event in came.items():
        await tx.run(ARRIVED, key, event.position, words.get(key), event.actor.id, event.at)
    return set(came)


def _arrives(event: Event) -> bool:
    was, now = event.was, event.now
    return (
        now is not None
        and now.status is Status.OPEN
        and now.assignee is None
        and (was is None or was.status is not Status.OPEN)
    )


async def _known(tx: Tx, waiting: Iterable[Row]) -> Mapping[tuple[str, str], int | None]:
    """(agent, conversation) -> up to where it was read; None where it is watched: then other notices tell of it."""
    wanted = as_json(sorted(row["conversation_id"] for row in waiting))
    known: dict[tuple[str, str], int | None] = {
        (row["agent_id"], row["conversation_id"]): row["position"] for row in await tx.all(MARKS, wanted)
    }
    for row in await tx.all(WATCHERS, wanted):
        known[row["agent_id"], row["conversation_id"]] = None
    return known


def _is_news(viewer: Viewer, one: Row, known: Mapping[tuple[str, str], int | None]) -> bool:
    """Whoever may see everything is still told of their own teams alone, and of what stands in none."""
    if one["team_id"] is not None and one["team_id"] not in viewer.teams:
        return False
    mark = known.get((viewer.agent_id, one["conversation_id"]), 0)
    return mark is not None and mark < one["position"]


def _what(mine: Sequence[Row], before: Row | None, arrived: Collection[str]) -> _Says | bool:
    """What an agent's notice says from now on; True: it stays as it is, False: it goes. `mine`: the newest first."""
    stands = -1 if before is None else int(before["position"])
    fresh = [one for one in mine if one["conversation_id"] in arrived and one["position"] > stands]
    if before is None and not fresh:
        return True
    is_open = before is not None and before["read_at"] is None
    since = (
        int(before["since"]) if before is not None and (is_open or not fresh) else int(fresh[-1]["position"])
    )
    counted = [one for one in mine if one["position"] >= since]
    if not counted:
        return False
    if (
        before is not None
        and not fresh
        and (
            not is_open
            or (counted[0]["conversation_id"], len(counted)) == (before["conversation_id"], before["n"])
        )
    ):
        return True
    newest = counted[0]
    return _Says(since, max(stands, int(newest["position"])), len(counted), newest["conversation_id"])

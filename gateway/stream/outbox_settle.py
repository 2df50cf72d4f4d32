"""What became of a delivery: by our own call, by the provider's callbacks, by its lease, by an agent's choice.

All of it may come in any order and more than once; the state of an attempt only rises, and nothing is sent again but
what was certainly not taken, or what an agent wants to be sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from gateway.delivery import ARRIVED, OVER, Attempt, Pace, State, fold, of_part, rise
from gateway.errors import Conflict, Refused
from gateway.events import Actor, Kind, LegId, NextStep
from gateway.store import Reader, Row, Tx, as_json
from gateway.stream.edit import take_message
from gateway.stream.hold import Held, about_message
from gateway.stream.outbox import LOCK_LANE, OF_MESSAGE, advance, attempts_of, show, try_again
from gateway.stream.repeats import erased_id
from gateway.stream.troubles import LOST, forget_lost, note_state

WHERE = "select message_id, account_id, identity_id from deliveries where id = $1"
TAKE = "select * from deliveries where id = $1"
SET = """update deliveries set state = $2, due_at = $3, provider_id = coalesce(provider_id, $4), code = $5,
    problem = $6, next_step = $7 where id = $1"""
# Never begun, so nobody outside knows of it: it is as if it had never been.
DROP = "delete from deliveries where id in {ids_1} and state = 'queued'"
WAIT_NO_MORE = "update deliveries set due_at = null where id in {ids_1} and state = 'unknown'"
# Whoever comes second waits here for the first, and then sees what that one has written.
MEET = """insert into early_news (account_id, provider_id, at) values ($1, $2, $3)
    on conflict (account_id, provider_id) do update set at = excluded.at returning state, code, problem, next_step"""
KEEP_NEWS = """update early_news set state = $3, code = $4, problem = $5, next_step = $6
    where account_id = $1 and provider_id = $2"""
FORGET_NEWS = "delete from early_news where account_id = $1 and provider_id = $2"
FORGET_OLD_NEWS = "delete from early_news where at < $1"
FORGET_DEFERRED = """delete from deliveries where state = 'deferred' and at < $1 and exists (
    select 1 from deliveries d where d.message_id = deliveries.message_id and d.part = deliveries.part
        and d.identity_id = deliveries.identity_id and d.attempt > deliveries.attempt)"""
STATE = "select state from deliveries where id = $1"
# Erased messages are known by hashes of their names.
CLAIMED = "select provider_id from deliveries where account_id = $1 and provider_id in {ids_2}"
BY_PROVIDER = "select id from deliveries where account_id = $1 and provider_id in ($2, $3) order by id"


@dataclass(frozen=True, slots=True)
class News:
    """What is known now of an attempt. `code` is for the log, `problem` the key of a text for agents."""

    state: State
    provider_id: str | None = None
    code: str | None = None
    problem: str | None = None
    then: NextStep | None = None
    """What a failure means for what comes after."""
    wait: int = 0
    """ms until the next attempt, for what was deferred; 0: it waits for its account, however long."""


async def settle(tx: Tx, delivery: str, news: News, pace: Pace) -> State | None:
    """News of an attempt. Returns what its message shows now; None when there is no such attempt (any more)."""
    where = await tx.one(WHERE, delivery)
    if where is None:
        return None
    held, message = await take_message(tx, where["message_id"])
    await tx.one(LOCK_LANE, where["account_id"], where["identity_id"])
    if news.provider_id is not None:
        news = await _with_early(tx, where["account_id"], news)
        if message["erased_at"] is not None:
            news = replace(news, provider_id=erased_id(where["account_id"], news.provider_id or ""))
    row = await tx.one(TAKE, delivery)
    if row is None:
        return None  # dropped while we waited for the lock
    # Of one recipient something may have become known without changing what all of it shows.
    before = await attempts_of(tx, message["id"]) if message["envelope"] is not None else []
    if await _write(tx, row, news, pace):
        await advance(tx, row["account_id"], row["identity_id"])
    now = await attempts_of(tx, message["id"])
    of_one = bool(before) and _shown_of(before, row) is not _shown_of(now, row)
    lost = (of_one and _shown_of(now, row) in LOST) or _is_lost_now(now, row)
    if lost and (shown := fold(now)) in LOST:
        # Also what an agent has let be: it did not reach one more of them, or one more part of it was lost.
        await note_state(tx, message, shown)
    return await show(tx, held, message, now, of_one=of_one or lost)


def _is_lost_now(attempts: Iterable[Attempt], row: Row) -> bool:
    """Is the part that this attempt was for lost by it, and was not before?"""
    place = row["identity_id"], row["part"]
    part = [one for one in attempts if (one.identity, one.part) == place]
    newest = max(part, key=lambda one: one.number, default=None)
    if newest is None or newest.number != row["attempt"] or State(row["state"]) in LOST:
        return False
    return of_part(part) in LOST


def _shown_of(attempts: Iterable[Attempt], row: Row) -> State | None:
    """What is shown of her whom this attempt goes to."""
    shown = fold(one for one in attempts if one.identity == row["identity_id"])
    return State.QUEUED if shown is State.SENDING else shown


async def _write(tx: Tx, row: Row, news: News, pace: Pace) -> bool:
    """Returns whether its lane may have another first delivery now."""
    was = State(row["state"])
    if news.state is State.DEFERRED and news.wait and tx.now + news.wait - row["since"] > pace.give_up:
        news = replace(
            news, state=State.FAILED, code="expired", problem="errors.delivery_expired", then=NextStep.AGAIN
        )
    # Only of what was still on its way nothing is known: its taker may have been slower than its lease.
    state = was if news.state is State.UNKNOWN and was is not State.SENDING else rise(was, news.state)
    due = row["due_at"] if state is was else None
    if state is State.UNKNOWN and state is not was:
        due = tx.now + pace.lane_wait
    said = news if state is news.state and state is not was else None
    await tx.run(
        SET,
        row["id"],
        state.value,
        due,
        news.provider_id,
        said.code if said else row["code"],
        said.problem if said else row["problem"],
        said.then if said else row["next_step"],
    )
    if state is State.DEFERRED and state is not was:
        await try_again(tx, row, row["attempt"] + 1, tx.now + news.wait, asked=False)
    # Once it had arrived nothing was left that could be tried in its place.
    dropped = False
    if state in OVER and state is not was and not (was in ARRIVED and state in ARRIVED):
        dropped = await _drop_later(tx, row, arrived=state in ARRIVED)
    return dropped or row["due_at"] is not None


async def _drop_later(tx: Tx, row: Row, *, arrived: bool) -> bool:
    """An attempt that was thought undone is over after all: what was to be tried in its place is not sent. What an
    agent asked for stays, unless the person has it. Returns whether there was anything."""
    later = [
        other["id"]
        for other in await tx.all(OF_MESSAGE, row["message_id"])
        if (other["identity_id"], other["part"]) == (row["identity_id"], row["part"])
        and other["attempt"] > row["attempt"]
        and other["state"] == State.QUEUED
        and (arrived or not other["asked"])
    ]
    if later:
        await tx.run(DROP, as_json(later))
    return bool(later)


async def _with_early(tx: Tx, account: str, news: News) -> News:
    """The news together with what its provider said before we knew its id."""
    assert news.provider_id is not None
    early = await tx.one(MEET, account, news.provider_id, tx.now)
    await tx.run(FORGET_NEWS, account, news.provider_id)
    if early is None or early["state"] is None:
        return news
    state = State(early["state"])
    if rise(news.state, state) is news.state:
        return news
    then = NextStep(early["next_step"]) if early["next_step"] else None
    return replace(news, state=state, code=early["code"], problem=early["problem"], then=then)


async def is_open(look: Reader, delivery: str) -> bool:
    """Does still nobody know what became of an attempt that was begun?"""
    return bool(await look.value(STATE, delivery) == State.SENDING)


async def unclaimed(look: Reader, account: str, provider_ids: Sequence[str]) -> list[str]:
    """Those of a provider's ids that are no attempt's that we know of."""
    names = {one: erased_id(account, one) for one in provider_ids}
    rows = await look.all(CLAIMED, account, as_json([*names, *names.values()]))
    claimed = {row["provider_id"] for row in rows}
    return [one for one, erased in names.items() if one not in claimed and erased not in claimed]


async def report(tx: Tx, account: str, provider_id: str, news: News, pace: Pace) -> bool:
    """A provider's callback about what it calls so. False: no attempt has that name yet; the news wait for it."""
    kept = await tx.one(MEET, account, provider_id, tx.now)
    names = (provider_id, erased_id(account, provider_id))
    named = [row["id"] for row in await tx.all(BY_PROVIDER, account, *names)]
    if named:
        await tx.run(FORGET_NEWS, account, provider_id)
        for delivery in named:
            await settle(tx, delivery, replace(news, provider_id=None), pace)
        return True
    before = State(kept["state"]) if kept is not None and kept["state"] else State.QUEUED
    if rise(before, news.state) is not before:
        await tx.run(KEEP_NEWS, account, provider_id, news.state.value, news.code, news.problem, news.then)
    return False


async def forget_early(tx: Tx, before: int) -> None:
    """Let go of news of then (UTC ms) that nobody has asked for: they are of no message of ours."""
    await tx.run(FORGET_OLD_NEWS, before)


async def forget_deferred(tx: Tx, before: int) -> None:
    """Let go of attempts of then (UTC ms) that were not taken, where another one followed: nothing is shown of them."""
    await tx.run(FORGET_DEFERRED, before)


async def send_again(tx: Tx, message: str, by: Actor) -> None:
    """An agent's choice for what is unknown or has failed: it goes once more, in its old place.

    Raises NotFound, Conflict when there is nothing to choose (any more), Refused when its account sends nothing more.
    """
    held, row, chosen = await _choice(tx, message, (State.UNKNOWN, State.FAILED))
    for latest in chosen:
        if await tx.value(ACTIVE, latest["id"]) is None:
            raise Refused("errors.account_not_active", f"the account of {message} is not active")
        await tx.run(WAIT_NO_MORE, as_json([latest["id"]]))
        whole = await tx.one(TAKE, latest["id"])
        assert whole is not None, "its lane is locked"
        await try_again(tx, whole, latest["attempt"] + 1, tx.now, asked=True)
        await advance(tx, whole["account_id"], whole["identity_id"])
    _tell_choice(tx, held, row, by, "again")
    await show(tx, held, row, await attempts_of(tx, message))


async def let_be(tx: Tx, message: str, by: Actor) -> None:
    """An agent's choice for what is unknown or has failed: it stays so, is no trouble any more, and what comes after it
    waits no more.

    Raises NotFound, Conflict when there is nothing to choose (any more).
    """
    held, row, chosen = await _choice(tx, message, LOST)
    await tx.run(WAIT_NO_MORE, as_json([one["id"] for one in chosen]))
    for one in chosen:
        where = await tx.one(WHERE, one["id"])
        assert where is not None, "its lane is locked"
        await advance(tx, where["account_id"], where["identity_id"])
    await forget_lost(tx, row["id"])
    _tell_choice(tx, held, row, by, "let_be")


async def _choice(tx: Tx, message: str, states: Sequence[State]) -> tuple[Held, Row, list[Row]]:
    """Lock what an agent chooses for: of each part that shows one of these states its latest attempt."""
    held, row = await take_message(tx, message)
    for lane in await tx.all(LANES, message):
        await tx.one(LOCK_LANE, lane["account_id"], lane["identity_id"])
    parts: dict[tuple[str, int], list[Row]] = {}
    for one in await tx.all(OF_MESSAGE, message):
        parts.setdefault((one["identity_id"], one["part"]), []).append(one)
    chosen = [
        max(part, key=lambda one: int(one["attempt"])) for part in parts.values() if _shown(part) in states
    ]
    if not chosen:
        raise Conflict(
            "errors.delivery_settled", f"nothing of {message} is {states}", code="delivery_settled"
        )
    return held, row, chosen


ACTIVE = """select a.id from deliveries d join accounts a on a.id = d.account_id
    where d.id = $1 and a.state = 'active'"""
LANES = """select distinct account_id, identity_id from deliveries where message_id = $1
    order by account_id, identity_id"""


def _shown(part: Sequence[Row]) -> State:
    return of_part(
        Attempt(one["identity_id"], one["part"], one["attempt"], State(one["state"])) for one in part
    )


def _tell_choice(tx: Tx, held: Held, message: Row, by: Actor, choice: str) -> None:
    changes = {"choice": choice, "message": message["id"]}
    leg = LegId(message["leg_id"])
    tx.record(about_message(tx, Kind.MESSAGE_DELIVERY, held, message["id"], leg, by, changes, audited=True))

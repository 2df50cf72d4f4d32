"""Who may read the threads of a channel: looked at anew as soon as it was said that this may be others, and now and
then by itself. Threads that were given back are looked after as those that are open: what stands there is read there.

Nothing is posted in a channel of which it was said, until one has looked.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from gateway.store import Reader, Tx, as_json
from gateway.stream.pulls import Audience
from gateway.stream.watches import GONE
from gateway.stream.watches import SHARED as EMPTIED

AGAIN = 10 * 60_000
"""Milliseconds after which one looks although nobody said anything: it may have been said while nobody listened."""

MOVED = "update pull_channels set moved = moved + 1 where place = $1 and channel = $2"
ALL_MOVED = "update pull_channels set moved = moved + 1 where place = $1 and channel not in {ids_2}"
DOUBTED = """select channel, moved from pull_channels
    where place = $1 and (moved > looked or looked_at < $2) order by looked_at, channel"""
LOOKED = (
    "update pull_channels set looked = $3, looked_at = $4 where place = $1 and channel = $2 and looked <= $3"
)
SAID_SINCE = "select 1 from pull_channels where place = $1 and channel = $2 and moved > $3"
OTHERS = "select count(*) from pulls where place = $1 and channel = $2 and audience <> $3"
_NOTES = "select id from messages where visibility <> 'public'"
# A message that everybody may see looks the same to everybody.
REDRAW = f"""update pull_posts set stale = stale + 1,
    next_at = case when state = 'posted' and $3 = 'shared' then -1 else next_at end
    where state in ('posted', 'unknown', 'sending')
    and (kind <> 'message' or message_id in ({_NOTES}))
    and pull_id in (select id from pulls where place = $1 and channel = $2 and audience <> $3)"""
# What was hidden from others comes again where the thread is still worked in; erased is erased.
SHOW_AGAIN = f"""update pull_posts set state = 'queued', tries = 0, next_at = 0, error = null where state = 'skipped'
    and kind = 'message' and message_id in ({_NOTES} and erased_at is null) and pull_id in (select id from pulls
        where place = $1 and channel = $2 and audience <> $3 and given_back_at is null)"""
SET = "update pulls set audience = $3 where place = $1 and channel = $2 and audience <> $3"
# An alert says who waits.
WATCHES = "update watches set next_at = 0 where place = $1 and channel = $2 and state = 'posted'"
# It says so, too, when it is over, and a digest when it has just been said.
EMPTY = """update watches set state = 'posted', next_at = 0, tries = 0 where place = $1 and channel = $2
    and external is not null and state in ('done', 'failed') and coalesce(error, '') not in ($3, $4)"""
# What others must not see, or nobody any more, and could not be taken away.
TRY_AGAIN = """update pull_posts set stale = stale + 1 where id in (select x.id from pull_posts x
    join pulls p on p.id = x.pull_id where p.place = $1 and p.channel = $2 and x.state = 'posted' and x.stale = 0
    and x.error is not null and x.error <> 'message_not_found' and (p.audience = 'shared'
        or exists (select 1 from messages m where m.id = x.message_id and m.erased_at is not null))
    order by x.next_at, x.id limit $3)"""
AT_A_LOOK = 20
"""So many of those are tried again with each look, the ones first that were refused longest ago: each keeps its channel
busy for a second, and all need the same few calls that other channels need, too."""


async def moved(tx: Tx, place: str, channel: str) -> None:
    """Others may read it from now on, or fewer."""
    await tx.run(MOVED, place, channel)


async def all_moved(tx: Tx, place: str, but: Collection[str] = ()) -> None:
    """Somebody may read less from now on, or nobody listened for a while. `but`: these channels are none of theirs."""
    await tx.run(ALL_MOVED, place, as_json(sorted(but)))


async def doubted(look: Reader, place: str, now: int) -> Sequence[tuple[str, int]]:
    """The channels that one must look at; each with what `looked` is to be told. `now`: UTC ms."""
    rows = await look.all(DOUBTED, place, now - AGAIN)
    return [(row["channel"], row["moved"]) for row in rows]


async def looked(tx: Tx, place: str, channel: str, as_of: int, audience: Audience, now: int) -> bool:
    """Who reads it was looked at at that time (UTC ms, of the clock that `doubted` is asked by: by another's it might
    never be over). Returns whether those are others than before."""
    await tx.run(TRY_AGAIN, place, channel, AT_A_LOOK)
    if await tx.run(LOOKED, place, channel, as_of, now):
        await tx.run(WATCHES, place, channel)
    if audience is Audience.SHARED:
        await tx.run(EMPTY, place, channel, EMPTIED, GONE)
    if audience is Audience.INNER and await tx.one(SAID_SINCE, place, channel, as_of) is not None:
        return False  # somebody may have come while one looked
    return await set_readers(tx, place, channel, audience)


async def set_readers(tx: Tx, place: str, channel: str, audience: Audience) -> bool:
    """From now on these read it: what its threads show is drawn anew. Returns whether those are others than before."""
    if not await tx.value(OTHERS, place, channel, audience.value):
        return False
    await tx.run(REDRAW, place, channel, audience.value)
    if audience is Audience.INNER:
        await tx.run(SHOW_AGAIN, place, channel, audience.value)
    await tx.run(SET, place, channel, audience.value)
    return True

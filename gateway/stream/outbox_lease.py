"""Taking what is due out of the lanes of one account: each delivery once, whoever asks, by the database's clock.

An account's row in `outlets` is locked first, so its processes take turns; it keeps the account's rate, the pause its
provider asked for, and whether it is paused. Lanes that somebody is changing are left for the next time.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gateway.channels.base import ChosenTemplate, Delivery, Letter
from gateway.delivery import Pace, State
from gateway.events import SYSTEM, Address, Attachment, Event, Kind, NextStep
from gateway.store import Reader, Row, Tx, as_json, from_json
from gateway.stream.automatic import QUIET
from gateway.stream.carried import carried_words
from gateway.stream.outbox import ADVANCE
from gateway.stream.outbox_letter import letters

OUTLET = "select * from outlets where account_id = $1 {lock}"
NEW_OUTLET = "insert into outlets (account_id) values ($1) on conflict do nothing"
SET_OUTLET = "update outlets set next_at = $2, rests_until = $3 where account_id = $1"
HEADS = """select d.id, d.identity_id, d.state from lanes l join deliveries d on d.id = (select h.id from deliveries h
        where h.account_id = l.account_id and h.identity_id = l.identity_id and h.due_at is not null
        order by h.position, h.part, h.attempt limit 1)
    where l.account_id = $1 and l.due_at <= $2 order by l.due_at limit $3 {lock_l_free}"""
# What waits longest and what came last take turns: a reply of this moment is not behind a thousand others.
NEWEST = HEADS.replace("order by l.due_at", "order by l.due_at desc")
# What is due later than anything can be was written before the clock was set back.
TOO_FAR = HEADS.replace("l.due_at <= $2", "l.due_at > $2")
TAKE = """update deliveries set state = 'sending', due_at = $2, began_at = $3 where id in {ids_1} and state = 'queued'
    returning id, identity_id"""
TAKE_OVER = (
    "update deliveries set due_at = $2 where id in {ids_1} and state = 'sending' returning id, identity_id"
)
LEASED_LANES = "update lanes set due_at = $3 where account_id = $2 and identity_id in {ids_1}"
WAIT_NO_MORE = "update deliveries set due_at = null where id in {ids_1} and state = 'unknown'"
CONTENT = """select d.*, m.text, m.content, m.envelope, m.erased_at, l.thread_key, i.space, i.address, e.opted_out_at,
    case when m.author_kind = 'automation' then e.quiet_since end as quiet_since, e.last_inbound_at,
    case when q.erased_at is null then coalesce(q.provider_id,
        (select p.provider_id from deliveries p where p.message_id = q.id and p.provider_id is not null
            order by p.part, p.attempt desc limit 1)) end as quoted, pr.id as proof,
    (select min(p.expires_at) from proofs p where p.message_id = m.id) as proof_until
    from deliveries d join messages m on m.id = d.message_id join legs l on l.id = m.leg_id
    join identities i on i.id = d.identity_id left join messages q on q.id = m.reply_to
    left join endpoints e on e.account_id = d.account_id and e.identity_id = d.identity_id
    left join proofs pr on pr.message_id = m.id and pr.kind = 'code'
    where d.id in {ids_1} order by d.position, d.part"""
FILES = """select a.* from attachments a where a.message_id in
    (select d.message_id from deliveries d where d.files = 1 and d.id in {ids_1}) order by a.message_id, a.place"""
PAUSE = "update outlets set paused_at = coalesce(paused_at, $2), rests_until = $3 where account_id = $1"
RESUME = """update outlets set paused_at = null, rests_until = 0
    where account_id = $1 and (paused_at is not null or rests_until > $2)"""
REST = "update outlets set rests_until = $2 where account_id = $1 and rests_until < $2"
REASON = "update accounts set reason = $2 where id = $1 and (reason is null or reason <> $2)"
NO_REASON = "update accounts set reason = null where id = $1 and reason = $2"
AHEAD = 5_000
"""ms by which one transaction's clock may be ahead of another's."""
PAUSED = "auth_failed"
"""What stands in `accounts.reason` while the provider does not accept our credentials."""
NEXT = """select a.id, (select min(l.due_at) from lanes l where l.account_id = a.id and l.due_at is not null) as due_at,
    o.rests_until, o.next_at from accounts a left join outlets o on o.account_id = a.id where a.id in {ids_1}"""


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that its taker, and nobody else, is to send and then to settle."""

    account: str
    delivery: Delivery
    heard_at: int | None
    """When the customer last wrote to the account (UTC ms): the reply window."""
    tries: int
    """How often in a row it was deferred."""
    began_at: int
    """When it was taken to be sent (UTC ms)."""
    identity: str
    message: str
    files: Sequence[str] = ()
    """The ids of its attachments, in order."""
    proof: str | None = None
    """Its words have a place for this proof's code."""
    refused: Gone | None = None
    """Why it must not be sent any more."""


class Gone(NamedTuple):
    """What became true of a delivery while it waited: the key of its words, and what it means for the next."""

    text: str
    then: NextStep


@dataclass(frozen=True, slots=True)
class Taken:
    now: int
    """By the database's clock, UTC ms."""
    leased: Sequence[Leased] = ()
    lapsed: Sequence[Leased] = ()
    """Deliveries whose lease has run out: their takers are gone, and nobody knows whether they sent them. Whoever took
    this is to find out, and to settle them; they are never to be sent."""
    more: bool = False
    """Something was done: there may be more at once."""
    probe: bool = False
    """The account is paused: this tries whether it is mended."""


async def lease(tx: Tx, account: str, most: int, rate: float, burst: int, pace: Pace) -> Taken:
    """Take up to `most` due deliveries of an account that sends `rate` messages a second, `burst` of them at once."""
    outlet = await _outlet(tx, account)
    base, room = _room(outlet["next_at"], tx.now, rate, burst)
    probe = outlet["paused_at"] is not None
    room = min(most, room, 1 if probe else most)
    if room <= 0 or _rests(outlet["rests_until"], tx.now, pace):
        return Taken(tx.now)
    heads = await tx.all(HEADS, account, tx.now, most)
    heads = heads or await tx.all(TOO_FAR, account, tx.now + pace.longest, most)
    newest = await tx.all(NEWEST, account, tx.now, room) if len(heads) == most else ()
    queued = _in_turn(heads, newest, room, tx.now)
    over = [row for row in heads if row["state"] == State.UNKNOWN]
    if over:
        await tx.run(WAIT_NO_MORE, as_json([row["id"] for row in over]))
    for row in over:
        await tx.run(ADVANCE, account, row["identity_id"])
    until = tx.now + pace.lease
    lapsed = await _take_over(
        tx, account, [row["id"] for row in heads if row["state"] == State.SENDING], until
    )
    if not queued:
        return Taken(tx.now, lapsed=lapsed, more=bool(over or lapsed))
    taken = await tx.all(TAKE, as_json([row["id"] for row in queued]), until, tx.now)
    await tx.run(LEASED_LANES, as_json([row["identity_id"] for row in taken]), account, until)
    next_at = math.ceil(base + len(taken) * 1_000_000 / rate)
    await tx.run(SET_OUTLET, account, next_at, tx.now + pace.probe if probe else outlet["rests_until"])
    return Taken(
        tx.now, await _loaded(tx, as_json([row["id"] for row in taken])), lapsed, more=True, probe=probe
    )


def _in_turn(oldest: Sequence[Row], newest: Sequence[Row], room: int, now: int) -> list[Row]:
    """Those that go now: half of the room is for what came last, the rest for what has waited longest. Where there is
    one place, now this and now that has it."""
    share = room // 2 if room > 1 else now % 2
    found = [row for row in (*newest[:share], *oldest) if row["state"] == State.QUEUED]
    return list({row["id"]: row for row in found}.values())[:room]


async def _take_over(tx: Tx, account: str, lapsed: Sequence[str], until: int) -> list[Leased]:
    """Those whose taker is gone are another's to find out about, for as long as a lease."""
    if not lapsed:
        return []
    taken = await tx.all(TAKE_OVER, as_json(list(lapsed)), until)
    await tx.run(LEASED_LANES, as_json([row["identity_id"] for row in taken]), account, until)
    return await _loaded(tx, as_json([row["id"] for row in taken]))


async def _outlet(tx: Tx, account: str) -> Row:
    """Lock the account's row, made when it is missing."""
    row = await tx.one(OUTLET, account)
    if row is None:
        await tx.run(NEW_OUTLET, account)
        row = await tx.one(OUTLET, account)
    assert row is not None, "no outlet is ever removed"
    return row


def _rests(until: int, now: int, pace: Pace) -> bool:
    """A rest beyond the longest was begun before the clock was set back: it is over."""
    return now < until <= now + pace.longest


def _room(next_at: int, now: int, rate: float, burst: int) -> tuple[float, int]:
    """GCRA: from when (us) what is sent now is counted, and how many may go now (ms)."""
    if next_at > now * 1000 + 2_000_000 / rate + AHEAD * 1000:
        # Never further ahead than one message: the clock was set back meanwhile.
        next_at = now * 1000
    base = max(float(next_at), now * 1000 - (burst - 1) * 1_000_000 / rate)
    return base, math.floor((now * 1000 - base) * rate / 1_000_000 + 1e-3) + 1


async def _loaded(tx: Tx, ids: str) -> list[Leased]:
    rows = await tx.all(CONTENT, ids)
    files: dict[str, list[Row]] = {}
    if any(row["files"] for row in rows):
        for file in await tx.all(FILES, ids):
            files.setdefault(file["message_id"], []).append(file)
    enveloped = [row["message_id"] for row in rows if row["envelope"] is not None]
    around = await letters(tx, enveloped) if enveloped else {}
    carried = await carried_words(tx, enveloped) if enveloped else {}
    return [
        _leased(row, files, around.get(row["message_id"]), carried.get(row["message_id"]), tx.now)
        for row in rows
    ]


def _leased(
    row: Row, files: Mapping[str, Sequence[Row]], letter: Letter | None, below: str | None, now: int
) -> Leased:
    """`below`: what it carries; None: nothing, empty: nothing of it is left."""
    carried = files.get(row["message_id"], ()) if row["files"] else ()
    text = row["text"][row["text_from"] : row["text_to"]]
    delivery = Delivery(
        id=row["id"],
        attempt=row["attempt"],
        to=Address(row["space"], row["address"]),
        thread_key=row["thread_key"],
        text=f"{text}\n\n{below}" if below else text,
        attachments=tuple(_attachment(file) for file in carried),
        reply_to=row["quoted"],
        template=_template(row),
        # A code is told to the agent and not answered: nothing but its words stands there.
        letter=replace(letter, leads_back=True) if letter and row["proof"] else letter,
        keys=tuple(file["id"] for file in carried),
    )
    return Leased(
        row["account_id"],
        delivery,
        heard_at=row["last_inbound_at"],
        tries=row["tries"],
        began_at=row["began_at"],
        identity=row["identity_id"],
        message=row["message_id"],
        files=tuple(file["id"] for file in carried),
        proof=row["proof"],
        refused=_refused(row, now, gone=below == ""),
    )


def _template(row: Row) -> ChosenTemplate | None:
    content = from_json(row["content"]) if row["content"] else {}
    if content.get("type") != "template":
        return None
    return ChosenTemplate(content["key"], content["variables"])


def _refused(row: Row, now: int, *, gone: bool) -> Gone | None:
    """The last gate: what became true while it waited. `gone`: all that it carries was erased."""
    if row["erased_at"] is not None or gone:
        return Gone("errors.message_erased", NextStep.NEVER)
    if row["opted_out_at"] is not None:
        return Gone("errors.opted_out", NextStep.OPTED_OUT)
    if row["quiet_since"] is not None:
        return Gone(QUIET, NextStep.NEVER)
    if row["proof_until"] is not None and row["proof_until"] <= now:
        return Gone("errors.code_over" if row["proof"] else "errors.invitation_over", NextStep.NEVER)
    return None


def _attachment(row: Row) -> Attachment:
    return Attachment(
        row["hash"],
        row["name"],
        row["mime"],
        row["size"],
        row["width"],
        row["height"],
        bool(row["inline"]),
    )


async def next_due(look: Reader, accounts: Iterable[str]) -> dict[str, int]:
    """When to look again into the lanes of each account (UTC ms by the database's clock); those whose lanes are empty
    are left out."""
    return {
        row["id"]: max(row["due_at"], row["rests_until"] or 0, math.ceil((row["next_at"] or 0) / 1000))
        for row in await look.all(NEXT, as_json(list(accounts)))
        if row["due_at"] is not None
    }


async def rest(tx: Tx, account: str, until: int) -> None:
    """Its provider asked for a pause (UTC ms)."""
    await _outlet(tx, account)
    await tx.run(REST, account, until)


async def pause(tx: Tx, account: str, pace: Pace) -> None:
    """Its provider does not accept our credentials: one message now and then tries whether that is mended."""
    await _outlet(tx, account)
    await tx.run(PAUSE, account, tx.now, tx.now + pace.probe)
    if await tx.run(REASON, account, PAUSED):
        _tell(tx, account)


async def resume(tx: Tx, account: str) -> None:
    """It is mended, or may be: everything goes on at once."""
    await tx.run(RESUME, account, tx.now)
    if await tx.run(NO_REASON, account, PAUSED):
        _tell(tx, account)


def _tell(tx: Tx, account: str) -> None:
    changes = {"what": "account"}
    tx.record(Event(Kind.DIRECTORY_CHANGED, SYSTEM, tx.now, subject=account, changes=changes, audited=True))

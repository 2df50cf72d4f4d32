"""What must be true of a database whatever happened before: every test of store and stream ends with these checks."""

import re
from collections import Counter, defaultdict

from gateway.delivery import Attempt, State, fold
from gateway.events import Event, Scope
from gateway.store import Reader, Store, events_after, trimmed_to
from gateway.store.postgres_tx import PROVISIONAL
from gateway.stream.hold import scope_of

POSITIONS = {
    "messages": ("position",),
    "conversations": ("position", "last_public_position", "last_customer_position"),
    "contacts": ("position",),
    "legs": ("last_sent_position", "delivered_to", "read_to", "seen_to"),
    "read_marks": ("position",),
    "merges": ("position",),
    "held_replies": ("position",),
    "deliveries": ("position",),
    "events": ("position",),
    "audit": ("position",),
    "message_search": ("rowid",),
}
A_PROVISIONAL = re.compile(rf"(?<![0-9a-z]){str(PROVISIONAL)[:4]}[0-9]{{15}}")
"""A number, not four digits of it in the midst of an id."""
SCOPES = "select * from conversations where merged_into is null"
COUNTS = "select status, team_id, assignee_id, tag_id, n from counts where n <> 0"
STRAY_LEGS = """select m.id from messages m join legs l on l.id = m.leg_id
    where l.conversation_id <> m.conversation_id"""
LOST_MESSAGES = """select m.id from messages m join conversations c on c.id = m.conversation_id
    where c.merged_into is not null"""
CURRENT_LEGS = """select c.id from conversations c join legs l on l.id = c.leg_id
    where c.merged_into is null and l.conversation_id <> c.id"""
TAGS = "select conversation_id, tag_id from conversation_tags order by tag_id"
TAG_PLACES = """select t.conversation_id from conversation_tags t join conversations c on c.id = t.conversation_id
    where c.merged_into is null and (t.status <> c.status or t.last_at <> c.last_at)"""
MARKS = """select c.id from conversations c where c.merged_into is null and (
    coalesce(c.last_public_position, 0) <> coalesce((select max(m.position) from messages m
        where m.conversation_id = c.id and m.visibility = 'public'), 0)
    or coalesce(c.last_customer_position, 0) <> coalesce((select max(m.position) from messages m
        where m.conversation_id = c.id and m.author_kind = 'customer'), 0))"""
SEARCHED = """select m.id from messages m where m.erased_at is null and m.text <> ''
    and m.position not in (select rowid from message_search)"""
# What a lane says of itself is what its first open delivery says.
LANES = """select l.account_id, l.identity_id from lanes l where coalesce(l.due_at, 0) <> coalesce((
    select d.due_at from deliveries d where d.account_id = l.account_id and d.identity_id = l.identity_id
    and d.due_at is not null order by d.position, d.part, d.attempt limit 1), 0)"""
OPEN = """select id from deliveries where (state in ('queued', 'sending') and due_at is null)
    or (state not in ('queued', 'sending', 'unknown') and due_at is not null)"""
DELIVERIES = """select m.id, m.delivery, d.identity_id, d.part, d.attempt, d.state
    from messages m left join deliveries d on d.message_id = m.id
    where m.delivery is not null or d.id is not null order by m.id"""
# What no agent has let be stands where its message does, and says of it what it shows.
TROUBLES = """select u.message_id from undelivered u join messages m on m.id = u.message_id
    where u.conversation_id <> m.conversation_id or coalesce(m.delivery, '') <> u.state or m.erased_at is not null"""
FOUND_ERASED = """select m.id from messages m where m.erased_at is not null
    and m.position in (select rowid from message_search)"""


async def check(store: Store) -> list[Event]:
    """Everything below, in one look; returns the log."""
    return await store.scan(check_look)


async def check_look(look: Reader) -> list[Event]:
    events = await the_log(look)
    await counts_are_true(look)
    await no_position_is_provisional(look)
    for what in (
        STRAY_LEGS,
        LOST_MESSAGES,
        CURRENT_LEGS,
        TAG_PLACES,
        MARKS,
        SEARCHED,
        FOUND_ERASED,
        LANES,
        OPEN,
        TROUBLES,
    ):
        assert not [row[0] for row in await look.all(what)], what
    await scopes_follow_the_log(look, events)
    await messages_show_their_deliveries(look)
    return events


async def messages_show_their_deliveries(look: Reader) -> None:
    attempts: dict[tuple[str, str], list[Attempt]] = defaultdict(list)
    for row in await look.all(DELIVERIES):
        attempts[row["id"], row["delivery"]].append(
            Attempt(row["identity_id"], row["part"], row["attempt"], State(row["state"]))
        )
    for (message, shown), every in attempts.items():
        folded = fold(every)
        assert shown == (State.QUEUED if folded is State.SENDING else folded), (message, shown, every)


async def the_log(look: Reader) -> list[Event]:
    """Gapless from where it was trimmed to the head; every created message stands at its fact's position."""
    start = await trimmed_to(look)
    events = await events_after(look, start, 1_000_000)
    assert [event.position for event in events] == list(range(start + 1, look.position + 1))
    placed = {row["id"]: row["position"] for row in await look.all("select id, position from messages")}
    for event in events:
        if event.kind == "message.created":
            assert placed[event.message or ""] == event.position
    return events


async def counts_are_true(look: Reader) -> None:
    counted: Counter[tuple[str, ...]] = Counter()
    tags = defaultdict(list)
    for row in await look.all(TAGS):
        tags[row["conversation_id"]].append(row["tag_id"])
    for row in await look.all(SCOPES):
        assert row["tags"] == ",".join(tags[row["id"]])
        for tag in ("", *tags[row["id"]]):
            counted[row["status"], row["team_id"] or "", row["assignee_id"] or "", tag] += 1
    kept = {tuple(row[column] for column in range(4)): row["n"] for row in await look.all(COUNTS)}
    assert kept == dict(counted)


async def no_position_is_provisional(look: Reader) -> None:
    for table, columns in POSITIONS.items():
        for column in columns:
            highest = await look.value(f"select max({column}) from {table}")
            assert highest is None or highest <= look.position < PROVISIONAL, (table, column, highest)
    for table in ("events", "audit"):
        for row in await look.all(f"select changes from {table}"):
            assert not A_PROVISIONAL.search(str(row["changes"])), row["changes"]


async def scopes_follow_the_log(look: Reader, events: list[Event]) -> None:
    """Each fact's `was` is what the one before it left; the last `now` is what the tables say."""
    told: dict[str, list[Scope | None]] = defaultdict(list)
    for event in events:
        if event.conversation is not None:
            if told[event.conversation]:
                assert event.was == told[event.conversation][-1], event
            told[event.conversation].append(event.now)
    rows = {row["id"]: row for row in await look.all(SCOPES)}
    for conversation, nows in told.items():
        assert nows[-1] == (scope_of(rows[conversation]) if conversation in rows else None), conversation

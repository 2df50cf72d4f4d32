"""Replies held for undo: no message yet, taken back or released once, and what happens around them meanwhile."""

import asyncio

import pytest

from gateway.channels.registry import Channels
from gateway.errors import Conflict, Forbidden, NotFound, Refused
from gateway.events import Attachment, Kind
from gateway.store import Store
from gateway.store.load import load_held, load_held_in
from gateway.stream import held, status
from gateway.stream.acts import Acts
from gateway.stream.attach import keep_upload
from gateway.stream.erase import erase_contact
from gateway.stream.merge import merge
from gateway.stream.post import Posted
from gateway.stream.release import next_due, release, release_due
from gateway.stream.split import split
from gateway.stream.undo import undo_merge
from tests.checks import check
from tests.databases import Database
from tests.world import World

FILE = Attachment("ab" * 32, "a.png", "image/png", 1)
LONG, AT_ONCE = 30_000, 1
DAY = 86_400_000


class Clock:
    """The database's."""

    def __init__(self) -> None:
        self.now = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def let_go(world: World, posted: Posted) -> None:
    await world.store.write(lambda tx: release(tx, posted.message, Channels()))


async def held_in(world: World, conversation: str) -> list[str]:
    contents = await world.store.scan(lambda look: load_held_in(look, conversation))
    return [content.row["text"] for content in contents]


async def test_a_held_reply_is_no_message_and_changes_nothing(world: World) -> None:
    first = await world.says("+1", "hello")
    before = dict(await world.conversation(first.conversation))
    posted = await world.answers(first.conversation, "soon", hold=LONG)
    after = dict(await world.conversation(first.conversation))
    assert {key for key in before if before[key] != after[key]} == {"position"}
    assert await world.texts(first.conversation) == ["hello"]
    assert await held_in(world, first.conversation) == ["soon"]
    leg = await world.row("select last_sent_position from legs")
    assert leg["last_sent_position"] is None
    events = await check(world.store)
    assert [event.kind for event in events][-1] is Kind.MESSAGE_HELD
    assert events[-1].message == posted.message


async def test_released_it_takes_its_place_as_of_now(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "an answer", hold=LONG)
    await world.notes(first.conversation, "a note meanwhile")
    await let_go(world, posted)
    assert await world.texts(first.conversation) == ["hello", "a note meanwhile", "an answer"]
    row = await world.row("select * from messages where id = $1", posted.message)
    stands = await world.conversation(first.conversation)
    assert row["position"] == stands["last_public_position"] > posted.position
    assert (stands["last_message_id"], stands["waiting_since"]) == (posted.message, None)
    assert await held_in(world, first.conversation) == []
    for again in (let_go(world, posted), world.do(held.undo, posted.message)):
        with pytest.raises(Conflict) as sent:
            await again
        assert sent.value.code == "reply_sent"
    await check(world.store)


async def test_undone_it_is_gone_and_never_sent_by_a_repeat(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "a slip", client_id="once", hold=LONG)
    with pytest.raises(Forbidden):
        await world.do(held.undo, posted.message, by="bo")
    again = await world.answers(first.conversation, "a slip", client_id="once", hold=LONG)
    assert (again.message, again.repeat) == (posted.message, True)
    await world.do(held.undo, posted.message)
    for hold in (LONG, 0):
        with pytest.raises(Conflict) as back:
            await world.answers(first.conversation, "a slip", client_id="once", hold=hold)
        assert back.value.code == "reply_undone"
    with pytest.raises(Conflict):
        await let_go(world, posted)
    assert await world.texts(first.conversation) == ["hello"]
    assert await held_in(world, first.conversation) == []
    words = await world.value("select text from held_replies where id = $1", posted.message)
    assert words == ""
    trace = await world.row("select * from audit where kind = 'message.undone'")
    assert (trace["actor_id"], trace["message_id"]) == ("anna", posted.message)
    with pytest.raises(NotFound):
        await world.do(held.undo, "01nothing")
    await check(world.store)


async def test_of_undo_and_release_at_once_one_happens(world: World) -> None:
    first = await world.says("+1", "hello")
    for turn in range(6):
        posted = await world.answers(first.conversation, f"turn {turn}", hold=LONG)
        done = await asyncio.gather(
            world.do(held.undo, posted.message),
            let_go(world, posted),
            let_go(world, posted),
            return_exceptions=True,
        )
        assert sum(isinstance(one, Conflict) for one in done) == 2, done
        texts = await world.texts(first.conversation)
        assert texts.count(f"turn {turn}") == (0 if done[0] is None else 1)
    await check(world.store)


async def test_what_is_due_goes_once_whoever_looks(world: World) -> None:
    first, other = await world.says("+1", "hello"), await world.says("+2", "hello")
    await world.answers(first.conversation, "now", hold=AT_ONCE)
    await world.answers(other.conversation, "later", hold=LONG)
    await asyncio.sleep(0.01)
    due = (await next_due(world.store)).soon
    assert due is not None and due <= await world.store.write(_now)
    await asyncio.gather(*(release_due(world.store, Channels()) for _ in range(3)))
    assert await world.texts(first.conversation) == ["hello", "now"]
    assert await world.texts(other.conversation) == ["hello"]
    due = (await next_due(world.store)).soon
    assert due is not None and due > await world.store.write(_now)
    await check(world.store)


async def _now(tx: object) -> int:
    now: int = tx.now  # type: ignore[attr-defined]
    return now


async def test_another_agent_is_warned_of_what_is_about_to_go(world: World) -> None:
    first = await world.says("+1", "hello")
    theirs = await world.answers(first.conversation, "mine goes first", by="bo", hold=LONG)
    for hold in (0, LONG):
        with pytest.raises(Conflict) as stopped:
            await world.answers(first.conversation, "me too", seen=first.position, hold=hold)
        assert (stopped.value.code, stopped.value.params["name"]) == ("stale_reply", "Bo")
    await world.answers(first.conversation, "I have seen it", seen=theirs.position)
    await world.answers(first.conversation, "my own stops me not", by="bo", seen=theirs.position, anyway=True)
    await world.do(held.undo, theirs.message, by="bo")
    await check(world.store)


async def test_sent_and_closed_stays_closed_and_a_closed_one_answered_opens(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "bye", hold=LONG)
    await world.do(status.close, first.conversation)
    closed_at = (await world.conversation(first.conversation))["closed_at"]
    await let_go(world, posted)
    row = await world.conversation(first.conversation)
    assert (row["status"], row["closed_at"], row["waiting_since"]) == ("closed", closed_at, None)
    await world.do(status.reopen, first.conversation)
    assert (await world.conversation(first.conversation))["waiting_since"] is None, "she has her answer"
    await world.do(status.close, first.conversation)
    late = await world.answers(first.conversation, "one more thing", hold=LONG)
    assert (await world.conversation(first.conversation))["status"] == "closed"
    await let_go(world, late)
    assert (await world.conversation(first.conversation))["status"] == "open"
    await check(world.store)


async def test_who_wrote_meanwhile_still_waits(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "an answer", hold=LONG)
    second = await world.says("+1", "and another thing")
    await let_go(world, posted)
    waits = (await world.conversation(first.conversation))["waiting_since"]
    assert waits == await world.value("select at from messages where id = $1", second.message)
    await world.answers(first.conversation, "that too")
    assert (await world.conversation(first.conversation))["waiting_since"] is None
    await check(world.store)


async def test_what_a_macro_does_is_done_when_it_goes(world: World) -> None:
    first = await world.says("+1", "hello")
    acts = Acts(tags_add=("vip",), assignee="me", status="closed")
    posted = await world.answers(first.conversation, "by macro", hold=LONG, acts=acts)
    before = await world.conversation(first.conversation)
    assert (before["tags"], before["assignee_id"], before["status"]) == ("", None, "open")
    await let_go(world, posted)
    after = await world.conversation(first.conversation)
    assert (after["tags"], after["assignee_id"], after["status"]) == ("vip", "anna", "closed")
    undone = await world.answers(first.conversation, "not that", hold=LONG, acts=Acts(tags_remove=("vip",)))
    await world.do(held.undo, undone.message)
    assert (await world.conversation(first.conversation))["tags"] == "vip"
    await check(world.store)


async def test_files_wait_with_it_and_come_back(world: World) -> None:
    first = await world.says("+1", "hello")
    mine = await world.store.write(lambda tx: keep_upload(tx, "agent:anna", FILE))
    posted = await world.answers(first.conversation, "see", uploads=(mine,), hold=LONG)
    content = (await world.store.scan(lambda look: load_held(look, [posted.message])))[posted.message]
    assert [file["id"] for file in content.files] == [mine]
    with pytest.raises(Refused):
        await world.answers(first.conversation, "the same file", uploads=(mine,))
    await world.do(held.undo, posted.message)
    again = await world.answers(first.conversation, "see again", uploads=(mine,), hold=LONG)
    await let_go(world, again)
    assert await world.value("select message_id from attachments where id = $1", mine) == again.message
    await check(world.store)


async def test_it_follows_a_merge_and_its_undo(world: World) -> None:
    one, other = await world.says("+1", "one"), await world.says("+2", "other")
    first = await world.answers(one.conversation, "to one", hold=LONG)
    key = await world.do(merge, one.conversation, other.conversation)
    assert await held_in(world, other.conversation) == ["to one"]
    await world.do(undo_merge, key)
    assert await held_in(world, one.conversation) == ["to one"]
    again = await world.do(merge, one.conversation, other.conversation)
    await let_go(world, first)
    row = await world.row("select conversation_id, leg_id from messages where id = $1", first.message)
    assert row["conversation_id"] == other.conversation
    person = await world.value("select identity_id from legs where id = $1", row["leg_id"])
    assert person == await world.identity_of("+1")
    second = await world.answers(other.conversation, "to whom it was said", leg=row["leg_id"], hold=LONG)
    await world.do(undo_merge, again)
    await let_go(world, second)
    way = await world.row(
        "select l.identity_id from messages m join legs l on l.id = m.leg_id where m.id = $1", second.message
    )
    assert way["identity_id"] == await world.identity_of("+1")
    await check(world.store)


async def test_a_split_leaves_it_where_it_was_written(world: World) -> None:
    first = await world.says("+1", "one")
    second = await world.says("+1", "two")
    posted = await world.answers(first.conversation, "an answer", hold=LONG)
    with pytest.raises(NotFound):
        await world.do(split, first.conversation, [posted.message])
    _, fresh = await world.do(split, first.conversation, [second.message])
    await let_go(world, posted)
    assert await world.texts(first.conversation) == ["one", "an answer"]
    assert await world.texts(fresh) == ["two"]
    await check(world.store)


async def test_what_cannot_go_any_more_stays_with_its_author(world: World) -> None:
    first = await world.says("+1", "hello")
    posted = await world.answers(first.conversation, "too late", hold=AT_ONCE)
    await world.store.write(lambda tx: tx.run("update accounts set state = 'retired'"))
    await asyncio.sleep(0.01)
    assert await release_due(world.store, Channels()) == 1
    assert await release_due(world.store, Channels()) == 0
    content = (await world.store.scan(lambda look: load_held(look, [posted.message])))[posted.message]
    view = content.for_agents(lambda file: "")
    assert view["held"]["until"] is None
    assert view["held"]["problem"] is not None
    assert view["held"]["problem"]["text"] == "errors.account_not_active"
    with pytest.raises(Refused):
        await let_go(world, posted)
    await world.store.write(lambda tx: tx.run("update accounts set state = 'active'"))
    await let_go(world, posted)
    assert await world.texts(first.conversation) == ["hello", "too late"]
    await check(world.store)


async def test_who_is_erased_is_sent_nothing_more(world: World) -> None:
    first = await world.says("+1", "hello")
    mine = await world.store.write(lambda tx: keep_upload(tx, "agent:anna", FILE))
    posted = await world.answers(
        first.conversation, "a secret", client_id="her name", uploads=(mine,), hold=LONG
    )
    hashes = await world.do(erase_contact, await world.contact_of("+1"))
    assert hashes == [FILE.hash]
    row = await world.row("select * from held_replies where id = $1", posted.message)
    assert (row["text"], row["due_at"]) == ("", None)
    assert row["client_id"] != "her name"
    assert await world.value("select count(*) from attachments") == 0
    with pytest.raises(Conflict):
        await let_go(world, posted)
    with pytest.raises(Conflict):
        await world.answers(first.conversation, "a secret", client_id="her name")
    await world.store.write(lambda tx: held.forget_undone(tx, tx.now + 1))
    assert await world.value("select count(*) from held_replies") == 0
    await check(world.store)


async def test_a_reply_for_a_time_waits_for_it_however_far_and_its_files_with_it(database: Database) -> None:
    clock = Clock()
    world = await World.made(await database.open(clock))
    first = await world.says("+1", "hello")
    upload = await world.store.write(lambda tx: keep_upload(tx, "agent:anna", FILE))
    at = clock.now + 30 * DAY
    posted = await world.answers(first.conversation, "happy new year", at=at, uploads=(upload,))
    content = (await world.store.read(lambda look: load_held(look, [posted.message])))[posted.message]
    assert content.for_agents(lambda _: "")["held"] == {"until": at, "problem": None, "chosen": True}
    assert await next_due(world.store) == (at, None)
    clock.now = at - 1
    assert await release_due(world.store, Channels()) == 0
    await world.says("+1", "one more thing")
    clock.now = at
    assert await release_due(world.store, Channels()) == 1
    assert await world.texts(first.conversation) == ["hello", "one more thing", "happy new year"]
    assert await world.value("select message_id from attachments") == posted.message
    assert (await world.conversation(first.conversation))["waiting_since"] is not None, (
        "what she wrote since waits"
    )
    await check(world.store)


async def test_a_held_reply_is_put_off_to_another_time(world: World) -> None:
    """Also one that was held for a moment, or that could not go; by its author alone, and while it is held."""
    first = await world.says("+1", "hello")
    now = await world.store.write(_now)
    posted = await world.answers(first.conversation, "soon", hold=LONG)
    await world.store.write(lambda tx: held.stop(tx, posted.message, Refused("errors.opted_out")))
    with pytest.raises(Forbidden):
        await world.do(held.put_off, posted.message, now + DAY, by="bo")
    event = await world.do(held.put_off, posted.message, now + DAY)
    assert (event.kind, event.changes) == (Kind.MESSAGE_HELD, {"until": now + DAY})
    content = (await world.store.read(lambda look: load_held(look, [posted.message])))[posted.message]
    told = content.for_agents(lambda _: "")["held"]
    assert told == {"until": now + DAY, "problem": None, "chosen": True}
    await world.do(held.put_off, posted.message, now - 1)
    assert await release_due(world.store, Channels()) == 1
    assert await world.texts(first.conversation) == ["hello", "soon"]
    with pytest.raises(Conflict) as late:
        await world.do(held.put_off, posted.message, now + DAY)
    assert late.value.code == "reply_sent"
    await check(world.store)


async def test_a_reply_for_a_time_is_taken_back_or_sent_before_it(world: World) -> None:
    first = await world.says("+1", "hello")
    upload = await world.store.write(lambda tx: keep_upload(tx, "agent:anna", FILE))
    far = await world.store.write(_now) + DAY
    taken = await world.answers(first.conversation, "later", at=far, uploads=(upload,))
    await world.do(held.undo, taken.message)
    assert await world.value("select owner from attachments") == "agent:anna"
    sent = await world.answers(first.conversation, "now", at=far, client_id="c9")
    await let_go(world, sent)
    assert await world.texts(first.conversation) == ["hello", "now"]
    assert await next_due(world.store) == (None, None)
    past = await world.answers(first.conversation, "at once", at=1)
    assert await release_due(world.store, Channels()) == 1 and past.message
    await check(world.store)

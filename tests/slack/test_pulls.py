"""Pulling a conversation out and giving it back, and who somebody outside is, on both databases."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from gateway.errors import Conflict, NotFound, Refused
from gateway.events import SYSTEM, Attachment, RemoteFile, Visibility
from gateway.store import Reader, Store, from_json
from gateway.store.load import load_conversations
from gateway.stream import outside, pull_queue
from gateway.stream.edit import edit_message, erase_message
from gateway.stream.erase import erase_contact
from gateway.stream.files import has_come, take_due, wait_for_files
from gateway.stream.merge import merge
from gateway.stream.pull_queue import Due
from gateway.stream.pulls import Audience, Spot, find_open, find_thread, give_back, pull
from gateway.stream.status import close
from tests.world import World

HERE = Spot("slack", "C1", "#support", Audience.INNER)
THERE = Spot("slack", "C2", "#sales", Audience.INNER)
MANY = """with recursive n(place) as (select 1 union all select place + 1 from n where place < 1500)
    insert into pull_posts (id, pull_id, position, part, kind, state)
    select p.id || '-' || n.place, p.id, n.place, 0, 'line', 'queued' from pulls p, n"""


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def follow(world: World) -> None:
    while await world.store.write(lambda tx: pull_queue.follow(tx, "slack")):
        pass


async def queue(world: World, key: str) -> list[tuple[str, str]]:
    rows = await world.rows(
        "select kind, state from pull_posts where pull_id = $1 order by position, part", key
    )
    return [(row["kind"], row["state"]) for row in rows]


async def begun(world: World, due: Due) -> None:
    await world.store.write(lambda tx: pull_queue.begin(tx, due, 5))


async def posted(world: World, due: Due, external: str) -> None:
    await world.store.write(lambda tx: pull_queue.posted(tx, due, external, "d"))


async def worked(world: World, conversation: str) -> Any:
    found = await world.store.scan(lambda look: load_conversations(look, [conversation]))
    return found[conversation].get("worked")


async def test_it_is_pulled_once_and_agents_see_where_it_is_worked(world: World) -> None:
    taken = await world.says("kim", "hello")
    assert await worked(world, taken.conversation) is None
    key = await world.do(pull, taken.conversation, HERE)
    assert await world.do(pull, taken.conversation, HERE) == key, "the same channel: as it is"
    with pytest.raises(Conflict) as caught:
        await world.do(pull, taken.conversation, THERE)
    assert caught.value.params == {"channel": "#support"}
    [place] = await worked(world, taken.conversation)
    assert (place["place"], place["channel"], place["by"]) == ("slack", "#support", "anna")
    fact = await world.row("select * from events where subject_id = $1", key)
    assert from_json(fact["changes"]) == {"pulled": key, "channel": "#support"}
    row = await world.row("select * from pulls where id = $1", key)
    assert row["from_position"] == fact["position"]


async def test_it_is_given_back_once_and_may_be_pulled_again(world: World) -> None:
    taken = await world.says("kim", "hello")
    key = await world.do(pull, taken.conversation, HERE)
    assert await world.do(give_back, key, by="bo")
    assert not await world.do(give_back, key)
    assert await worked(world, taken.conversation) is None
    row = await world.row("select * from pulls where id = $1", key)
    last = await world.value("select max(position) from events")
    assert (row["upto_position"], row["given_back_by"]) == (last, "bo")
    other = await world.do(pull, taken.conversation, THERE)
    assert other != key
    with pytest.raises(NotFound):
        await world.do(give_back, "0nobody")


async def test_what_happens_in_it_waits_to_be_shown_in_order(world: World) -> None:
    taken = await world.says("kim", "before")
    key = await world.do(pull, taken.conversation, HERE)
    await world.says("kim", "one")
    await world.answers(taken.conversation, "two")
    await world.notes(taken.conversation, "three")
    await world.says("lee", "elsewhere")
    await world.answers(
        taken.conversation, "said there", visibility=Visibility.NOTE, client_id="slack:C1:1.2"
    )
    await world.do(give_back, key)
    await world.says("kim", "after")
    await follow(world)
    kinds = [kind for kind, _ in await queue(world, key)]
    assert kinds == ["header", "story", "message", "message", "message", "end"]
    await follow(world)
    assert len(await queue(world, key)) == 6, "nothing is taken twice"


@pytest.mark.parametrize("late", [True, False])
async def test_a_file_that_comes_after_its_message_is_shown_once_however_late_that_is_read(
    world: World, late: bool
) -> None:
    taken = await world.says("kim", "hello")
    key = await world.do(pull, taken.conversation, HERE)
    said = await world.says("kim", "see this")
    lies = [RemoteFile("there", "image/png")]
    await world.store.write(lambda tx: wait_for_files(tx, said.message, "web", lies))
    if not late:
        await follow(world)
    [waiting] = await world.store.write(lambda tx: take_due(tx, "web", 5))
    file = Attachment("ab" * 32, "a.png", "image/png", 1)
    assert await world.store.write(lambda tx: has_come(tx, waiting.id, file))
    await follow(world)
    rows = await world.rows("select file_id from pull_posts where pull_id = $1 and file_id is not null", key)
    assert [row["file_id"] for row in rows] == [waiting.id]


async def test_only_the_first_open_post_of_a_thread_is_due(world: World) -> None:
    taken = await world.says("kim", "before")
    key = await world.do(pull, taken.conversation, HERE)
    await world.says("kim", "one")
    await follow(world)
    shown = []
    for number in range(3):
        [due] = await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50))
        shown.append(due.kind)
        await begun(world, due)
        [again] = await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50))
        assert again.uncertain, "nobody said what became of it"
        await posted(world, due, f"1.{number}")
    assert shown == ["header", "story", "message"]
    assert await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50)) == []
    thread = await world.store.read(lambda look: find_thread(look, "slack", "C1", "1.0"))
    assert thread is not None and thread["id"] == key
    await world.do(_closed, taken.conversation)
    await follow(world)
    due, header = await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50))
    assert (due.kind, header.kind, header.stands) == ("line", "header", True)


async def _closed(tx: Any, conversation: str, by: Any) -> None:
    await close(tx, conversation, by)


async def test_what_is_edited_or_erased_is_drawn_anew_also_in_a_closed_thread(world: World) -> None:
    taken = await world.says("kim", "before")
    key = await world.do(pull, taken.conversation, HERE)
    said = await world.answers(taken.conversation, "one")
    await follow(world)
    for number in range(3):
        [due] = await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50))
        await posted(world, due, f"1.{number}")
    await world.do(give_back, key)
    await world.do(edit_message, said.message, "uno")
    await world.do(erase_message, taken.message)
    await follow(world)
    stale = await world.rows("select kind from pull_posts where stale > 0 order by position, part")
    assert [row["kind"] for row in stale] == ["header", "story", "message"]
    due = next(
        one
        for one in await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50))
        if one.kind == "message"
    )
    await world.do(edit_message, said.message, "dos")
    await follow(world)
    await world.store.write(lambda tx: pull_queue.drawn(tx, due, "e"))
    assert await world.value("select stale from pull_posts where id = $1", due.id) > 0, "it changed meanwhile"


async def test_a_merged_conversation_takes_its_thread_along(world: World) -> None:
    one, two = await world.says("kim", "one"), await world.says("lee", "two")
    key = await world.do(pull, one.conversation, HERE)
    await world.do(merge, one.conversation, two.conversation)
    await world.says("lee", "three")
    await follow(world)
    assert [kind for kind, _ in await queue(world, key)] == ["header", "story", "line", "message"]
    assert await world.store.read(lambda look: find_open(look, two.conversation, "slack")) is not None


async def test_two_threads_of_merged_conversations_become_one(world: World) -> None:
    one, two = await world.says("kim", "one"), await world.says("lee", "two")
    first = await world.do(pull, one.conversation, HERE)
    second = await world.do(pull, two.conversation, THERE)
    await world.do(merge, one.conversation, two.conversation)
    await follow(world)
    row = await world.row("select * from pulls where id = $1", first)
    assert row["given_back_by"] == SYSTEM.id
    found = await world.store.read(lambda look: find_open(look, two.conversation, "slack"))
    assert found is not None and found["id"] == second
    assert [kind for kind, _ in await queue(world, first)] == ["header", "story", "line", "end"]


async def test_a_channel_that_takes_nothing_any_more_gives_back(world: World) -> None:
    taken = await world.says("kim", "hello")
    key = await world.do(pull, taken.conversation, HERE)
    await follow(world)
    [due] = await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50))
    await world.store.write(lambda tx: pull_queue.broken(tx, due, "is_archived"))
    fact = await world.row("select * from events where subject_id = $1 order by position desc limit 1", key)
    assert from_json(fact["changes"]) == {"given_back": key, "channel": "#support", "why": "is_archived"}
    assert {state for _, state in await queue(world, key)} == {"failed"}
    assert await worked(world, taken.conversation) is None


async def test_who_is_erased_is_gone_from_the_card_of_a_closed_thread_too(world: World) -> None:
    taken = await world.says("kim", "hello")
    key = await world.do(pull, taken.conversation, HERE)
    await follow(world)
    for due in await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50)):
        await begun(world, due)
        await posted(world, due, "1.1")
    await world.do(give_back, key)
    await follow(world)
    await world.do(erase_contact, await world.contact_of("kim"))
    await world.store.write(
        lambda tx: tx.run("update pull_posts set stale = 0 where pull_id = $1 and kind = 'header'", key)
    )
    await follow(world)
    assert await world.value("select stale from pull_posts where pull_id = $1 and kind = 'header'", key) > 0


async def test_few_of_each_channel_are_looked_at_together_and_each_has_its_turn(world: World) -> None:
    """However many threads a channel has, and however much waits in them."""
    for number in range(6):
        taken = await world.says(f"k{number}", "hello")
        await world.do(pull, taken.conversation, HERE)
    taken = await world.says("lee", "hello")
    there = await world.do(pull, taken.conversation, THERE)
    await follow(world)
    found = await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50))
    assert [one.channel for one in found].count("C1") == pull_queue.AT_A_TIME
    assert [one.pull for one in found if one.channel == "C2"] == [there]
    assert {one.channel for one in found[:2]} == {"C1", "C2"}


async def test_a_thread_s_first_is_found_by_the_index_however_much_waits_behind_it(world: World) -> None:
    """While Slack is away thousands wait in one thread: compared with each other they kept PostgreSQL busy."""
    keys = [
        await world.do(pull, (await world.says(name, "hi")).conversation, HERE) for name in ("kim", "lee")
    ]
    await world.store.write(lambda tx: tx.run(MANY))
    await world.store.write(lambda tx: tx.run("analyze"))
    found = await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50))
    assert {one.id for one in found} == {f"{key}-1" for key in keys}
    for sql in (pull_queue.DUE, pull_queue.SOON):
        plan = await world.store.read(partial(_plan, sql))
        assert "pull_posts_open" in plan and "ROW(" not in plan, plan


async def _plan(sql: str, look: Reader) -> str:
    explain = "explain" if look.postgres else "explain query plan"
    return "\n".join(str(tuple(row)) for row in await look.all(f"{explain} {sql}", "slack", 5))


async def test_what_she_had_erased_before_loses_her_name_with_her(world: World) -> None:
    taken = await world.says("kim", "hello")
    key = await world.do(pull, taken.conversation, HERE)
    said = await world.says("kim", "my number is 7")
    await world.answers(taken.conversation, "noted")
    await follow(world)
    for number in range(4):
        due = (await world.store.read(lambda look: pull_queue.load_due(look, "slack", 2**50)))[0]
        await begun(world, due)
        await posted(world, due, f"1.{number}")
    await world.do(erase_message, said.message)
    await follow(world)
    await world.store.write(lambda tx: tx.run("update pull_posts set stale = 0"))
    await world.do(give_back, key)
    await world.do(erase_contact, await world.contact_of("kim"))
    await follow(world)
    rows = await world.rows("select message_id from pull_posts where kind = 'message' and stale > 0")
    assert said.message in [row["message_id"] for row in rows]


async def test_a_code_links_once_and_only_in_its_time(world: World) -> None:
    secret = world.store.secret

    async def say(code: str, who: str = "U1") -> str:
        return await world.store.write(lambda tx: outside.link(tx, secret, "slack", "T1", who, code))

    async def ask(agent: str) -> str:
        code, _ = await world.store.write(lambda tx: outside.make_code(tx, secret, "slack", agent))
        return code

    first = await ask("anna")
    code = await ask("anna")
    for wrong in (first, "", "AAAAA-AAAAA"):
        with pytest.raises(Refused):
            await say(wrong)
    assert await say(code.lower().replace("-", " ")) == "anna"
    with pytest.raises(Refused):
        await say(code, "U2")
    assert await world.store.read(lambda look: outside.linked_agent(look, "slack", "T1", "U1")) == "anna"
    assert await world.store.read(lambda look: outside.linked_agent(look, "slack", "T2", "U1")) is None
    assert await say(await ask("anna"), "U2") == "anna"
    assert await world.store.read(lambda look: outside.linked_agent(look, "slack", "T1", "U1")) is None
    assert await say(await ask("bo"), "U2") == "bo", "one person there is one agent here"
    assert await world.store.read(lambda look: outside.link_of(look, "slack", "anna")) is None
    assert await world.store.write(lambda tx: outside.unlink(tx, "slack", "bo"))
    assert not await world.store.write(lambda tx: outside.unlink(tx, "slack", "bo"))
    stale = await ask("chi")
    await world.store.write(_age_codes)
    with pytest.raises(Refused):
        await say(stale)
    assert stale.replace("-", "") not in str(
        [tuple(row) for row in await world.rows("select * from outside_codes")]
    )


async def _age_codes(tx: Any) -> None:
    await tx.run("update outside_codes set expires_at = 1")


async def test_a_repeat_is_known(world: World) -> None:
    see = lambda: world.store.write(lambda tx: outside.see(tx, "slack", "Ev1"))  # noqa: E731
    assert await see() and not await see()
    assert await world.store.read(lambda look: outside.was_seen(look, "slack", "Ev1"))
    await world.store.write(_age_seen)
    assert await world.store.write(outside.forget_seen) == 1


async def _age_seen(tx: Any) -> None:
    await tx.run("update outside_seen set at = 1")

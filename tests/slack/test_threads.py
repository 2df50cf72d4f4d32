"""Threads follow the log: everything once, in order, whatever Slack, the net or we ourselves do meanwhile."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.sandbox.phones.weather import Fault
from gateway.sandbox.slack.rates import Limits
from gateway.sandbox.slack.weather import FAIR, Weather
from gateway.store import Tx
from gateway.store.load import load_conversations
from gateway.stream import pull_queue
from gateway.stream import pull_readers as readers
from gateway.stream.pull_queue import Due
from inbox.slack.blocks import Drawn
from inbox.slack.draws import Draws
from tests.inbox.conftest import does
from tests.slack.town import BOTH, QUICK, Town, open_town, words

AFTER = (Fault.CUT_AFTER, Fault.BROKEN_AFTER)


@pytest.fixture
def town(asleep: Town) -> Town:
    """Each test says when somebody begins."""
    return asleep


@BOTH
async def test_a_pulled_conversation_is_a_thread_that_follows(town: Town) -> None:
    house = town.house
    taken = await house.customer_writes("배송 언제 <!channel> 와요?", team="sales")
    await town.starts()
    thread = await town.pulls(taken.conversation)
    header, story = town.slack.posts(town.support, thread)
    assert header.blocks[0]["text"]["text"].endswith("Kim")
    assert "배송 언제 <!channel> 와요?" in words(story)
    assert story.thread == header.ts == thread

    await does(house, "ann", "reply", conversation=taken.conversation, client_id="r1", text="내일요")
    await does(house, "ann", "note", conversation=taken.conversation, client_id="n1", text="check *stock*")
    await house.customer_writes("고마워요")
    await does(house, "ann", "assign", conversation=taken.conversation, agent=house.agents["ann"])
    await does(house, "ann", "close", conversation=taken.conversation)
    await town.settles()
    reply, note, thanks, took, closed = town.shown(thread)
    assert "내일요" in words(reply) and "Sent to the customer" in words(reply)
    assert "check *stock*" in words(note) and "Internal note" in words(note)
    assert "고마워요" in words(thanks) and "Sent to the customer" not in words(thanks)
    assert "Ann took the conversation." in words(took)
    assert "Ann closed the conversation." in words(closed)
    [header, *_] = town.slack.posts(town.support, thread)
    assert "Closed" in words(header) and "Ann" in words(header) and "Reopen" in words(header)

    await does(house, "ann", "give_back", conversation=taken.conversation, place="slack")
    await house.customer_writes("one more")
    await town.settles()
    assert "goes on in the inbox" in words(town.shown(thread)[-1])
    header = town.slack.posts(town.support, thread)[0]
    assert "Take" not in words(header)
    view = (await house.store.scan(lambda look: load_conversations(look, [taken.conversation])))[
        taken.conversation
    ]
    assert "worked" not in view


@BOTH
async def test_edits_deletions_and_read_state_change_the_post_and_make_no_new_one(town: Town) -> None:
    house = town.house
    taken = await house.customer_writes("hello", team="sales")
    await town.starts()
    thread = await town.pulls(taken.conversation)
    sent = await does(house, "ann", "reply", conversation=taken.conversation, client_id="r", text="one")
    await town.settles()
    await does(house, "ann", "edit_message", message=sent["message"]["id"], text="two")
    await town.settles()
    [post] = town.shown(thread)
    assert "two" in words(post) and "edited" in words(post) and "one" not in words(post).split("\n")
    await does(house, "sue", "erase_message", message=sent["message"]["id"])
    await does(house, "sue", "erase_message", message=taken.message)
    await town.settles()
    [post] = town.shown(thread)
    assert "two" not in words(post) + post.text and "deleted" in words(post)
    story = town.slack.posts(town.support, thread)[1]
    assert "hello" not in words(story) + story.text


async def test_nothing_is_drawn_that_shows_already(town: Town) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    await town.starts()
    await town.pulls(taken.conversation)
    updates = town.slack.count("chat.update")
    await does(town.house, "ann", "set_attributes", conversation=taken.conversation, values={})
    await town.settles()
    assert town.slack.count("chat.update") == updates


async def test_the_log_is_followed_when_it_has_grown_and_not_for_every_post(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time is a write that waits its turn, beside what people say."""
    followed: list[int] = []

    async def counted(tx: Tx, place: str) -> bool:
        followed.append(tx.position)
        return await follow(tx, place)

    follow = pull_queue.follow
    monkeypatch.setattr(pull_queue, "follow", counted)
    taken = await town.house.customer_writes("hello", team="sales")
    await town.starts()
    await town.pulls(taken.conversation)
    for number in range(30):
        await town.house.customer_writes(f"word {number}")
    await town.settles()
    # Who looks may see more than has been told by then, and looks once more.
    assert len(followed) < len(set(followed)) + 10


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.BROKEN, Fault.BUSY, *AFTER])
async def test_a_post_whose_answer_is_lost_is_looked_for_before_it_is_posted_again(
    town: Town, fault: Fault
) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    await town.starts()
    town.slack.plan(fault, on="chat.postMessage")
    thread = await town.pulls(taken.conversation)
    town.slack.plan(fault, fault, on="chat.postMessage")
    for number in range(3):
        await town.house.customer_writes(f"word {number}")
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == ["word 0", "word 1", "word 2"]
    assert len(town.slack.posts(town.support)) == 5, "one header, one story, three messages"
    if fault in AFTER:
        assert town.slack.count("conversations.replies") + town.slack.count("conversations.history") >= 2


async def test_after_an_outage_everything_comes_once_and_in_order(town: Town) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    await town.starts()
    thread = await town.pulls(taken.conversation)
    town.slack.weather = Weather(down=True)
    for number in range(6):
        await town.house.customer_writes(f"word {number}")
        await asyncio.sleep(0.03)
    await town.stops()
    await town.starts()
    await asyncio.sleep(0.1)
    assert town.shown(thread) == []
    town.slack.weather = FAIR
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == [f"word {n}" for n in range(6)]


@BOTH
async def test_our_own_end_at_any_moment_doubles_nothing_and_loses_nothing(town: Town) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    await town.starts()
    thread = await town.pulls(taken.conversation)
    town.slack.weather = Weather(slow=0.01, cut_after=0.2, broken=0.2)
    for number in range(12):
        await town.house.customer_writes(f"word {number}")
        await asyncio.sleep(0.007 * (number % 4))
        await town.stops()
        await town.starts()
    town.slack.weather = FAIR
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == [f"word {n}" for n in range(12)]


async def test_a_revoked_token_pauses_and_nothing_is_lost(town: Town) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    await town.starts()
    thread = await town.pulls(taken.conversation)
    town.slack.revoke()
    await town.house.customer_writes("while away")
    await town.comes_to("select count(*) from pull_places where paused = 'token_revoked'", 1)
    posts = town.slack.count("chat.postMessage")
    await town.house.customer_writes("and again")
    await asyncio.sleep(0.2)
    assert town.slack.count("chat.postMessage") == posts, "it is not tried for each of them"
    town.slack.restore()
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == ["while away", "and again"]
    assert await town.store.read(lambda look: pull_queue.paused(look, "slack")) is None


async def test_a_channel_that_is_gone_gives_back(town: Town) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    await town.starts()
    await town.pulls(taken.conversation)
    town.slack.remove_app(town.support)
    await town.house.customer_writes("anybody?")
    await town.settles()
    assert await town.value("select count(*) from pulls where given_back_at is null") == 0


@BOTH
async def test_when_a_guest_comes_notes_go(town: Town) -> None:
    house = town.house
    taken = await house.customer_writes("hello", team="sales")
    await does(house, "ann", "note", conversation=taken.conversation, client_id="n0", text="SECRET zero")
    await town.starts()
    thread = await town.pulls(taken.conversation)
    await does(house, "ann", "note", conversation=taken.conversation, client_id="n1", text="SECRET one")
    await town.settles()
    assert any("SECRET one" in words(one) for one in town.shown(thread))
    assert "SECRET zero" in words(town.slack.posts(town.support, thread)[1])
    town.slack.invite(town.slack.person("Guest", guest="single"), town.support)
    await town.heard()
    await does(house, "ann", "note", conversation=taken.conversation, client_id="n2", text="SECRET two")
    await house.customer_writes("still there")
    await town.settles()
    stands = "\n".join(words(one) + one.text for one in town.slack.posts(town.support, thread))
    assert "SECRET" not in stands and "still there" in stands
    assert "Ann" not in stands, "who works on it is the team's affair"


async def stands(town: Town, thread: str) -> str:
    """Everything of ours that somebody can read there, the names above it too."""
    posts = town.slack.posts(town.support, thread)
    return "\n".join(f"{one.username} {words(one)} {one.text}" for one in posts)


async def noted(town: Town) -> tuple[str, str]:
    """A conversation in a thread, with a note of each kind that it may show. Returns it and the thread."""
    taken = await town.house.customer_writes("hello", team="sales")
    key = taken.conversation
    await does(town.house, "ann", "note", conversation=key, client_id="n0", text="SECRET zero")
    await town.starts()
    thread = await town.pulls(key)
    await does(town.house, "ann", "note", conversation=key, client_id="n1", text="SECRET one")
    await does(town.house, "ann", "assign", conversation=key, agent=town.house.agents["ann"])
    await town.settles()
    assert "SECRET zero" in await stands(town, thread) and "SECRET one" in await stands(town, thread)
    return key, thread


async def test_a_guest_who_comes_later_sees_no_note_in_a_closed_thread(town: Town) -> None:
    key, thread = await noted(town)
    await does(town.house, "ann", "give_back", conversation=key, place="slack")
    await town.settles()
    town.slack.invite(town.slack.person("Guest", guest="single"), town.support)
    await town.heard()
    await town.comes_to("select count(*) from pulls where audience = 'shared'", 1)
    await town.settles()
    left = await stands(town, thread)
    assert "SECRET" not in left and "Ann" not in left


async def test_who_comes_while_nobody_listens_or_another_process_hears_is_found(town: Town) -> None:
    """A quiet thread: nothing is posted that would make anybody look."""
    _, thread = await noted(town)
    town.slack.workspace.unheard.add("member_joined_channel")
    town.slack.invite(town.slack.person("Guest", guest="single"), town.support)
    await town.store.write(lambda tx: readers.moved(tx, "slack", town.support.id), aside=True)
    await town.comes_to("select count(*) from pulls where audience = 'shared'", 1)
    await town.settles()
    assert "SECRET" not in await stands(town, thread)


async def test_who_becomes_a_guest_is_found_though_only_another_process_heard_of_it(town: Town) -> None:
    _, thread = await noted(town)
    town.slack.workspace.unheard.add("user_change")
    town.slack.workspace.change_person(town.joon, guest="multi")
    await town.store.write(lambda tx: readers.all_moved(tx, "slack"), aside=True)
    await town.comes_to("select count(*) from pulls where audience = 'shared'", 1)
    await town.settles()
    assert "SECRET" not in await stands(town, thread)


async def test_who_comes_while_a_note_is_drawn_does_not_see_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, thread = await noted(town)
    await town.slack.sockets.connected()
    draw, guests = Draws.draw, [town.slack.person("Guest", guest="single")]

    async def late(self: Draws, due: Due) -> Drawn | None:
        drawn = await draw(self, due)
        if due.kind == "message" and guests:
            town.slack.invite(guests.pop(), town.support)
            await town.heard()
        return drawn

    monkeypatch.setattr(Draws, "draw", late)
    await does(town.house, "ann", "note", conversation=key, client_id="n2", text="SECRET two")
    await town.comes_to("select count(*) from pulls where audience = 'shared'", 1)
    await town.settles()
    assert "SECRET" not in await stands(town, thread)
    assert not any("SECRET two" in str(one) for one in town.slack.events("message")), "not for a moment"


async def test_who_becomes_a_guest_is_a_doubt_where_they_are_and_nowhere_else(town: Town) -> None:
    _, thread = await noted(town)
    await town.slack.sockets.connected()
    other = town.slack.channel("other", town.mina)
    taken = await town.house.customer_writes("hello", name="Lee", team="sales")
    where = {"conversation": taken.conversation, "place": "slack", "channel": other.id}
    await does(town.house, "ann", "pull_out", **where)
    await town.settles()
    looks = "select moved, looked from pull_channels where channel = $1"
    [before] = await town.rows(looks, other.id)
    asked = town.slack.count("users.conversations")
    town.slack.workspace.change_person(town.joon, guest="multi")
    await town.heard()
    await town.comes_to("select count(*) from pulls where audience = 'shared'", 1)
    await town.settles()
    assert "SECRET" not in await stands(town, thread)
    assert [tuple(one) for one in await town.rows(looks, other.id)] == [tuple(before)]
    assert town.slack.count("users.conversations") == asked + 2


async def test_who_came_while_we_were_off_is_found_before_anything_is_posted(town: Town) -> None:
    key, thread = await noted(town)
    await town.stops()
    town.slack.invite(town.slack.person("Guest", guest="single"), town.support)
    await does(town.house, "ann", "note", conversation=key, client_id="n2", text="SECRET two")
    await town.heard()
    await town.starts()
    await town.comes_to("select count(*) from pulls where audience = 'shared'", 1)
    await town.settles()
    assert "SECRET" not in await stands(town, thread)
    events = town.slack.events("message")
    assert not any("SECRET two" in str(one) for one in events), "not for a moment"


@BOTH
async def test_a_hidden_note_comes_again_once_when_the_guest_has_left(town: Town) -> None:
    key, thread = await noted(town)
    guest = town.slack.person("Guest", guest="single")
    town.slack.invite(guest, town.support)
    await town.heard()
    await town.comes_to("select count(*) from pulls where audience = 'shared'", 1)
    await does(town.house, "ann", "note", conversation=key, client_id="n2", text="SECRET two")
    await town.house.customer_writes("still there")
    await town.settles()
    assert "SECRET" not in await stands(town, thread)
    town.slack.workspace.leave(town.support, guest.id)
    await town.heard()
    await town.comes_to("select count(*) from pulls where audience = 'inner'", 1)
    await town.settles()
    shown = [words(one) for one in town.shown(thread)]
    again = [one for one in shown if "SECRET" in one]
    assert [one.split("\n")[0] for one in again] == ["SECRET one", "SECRET two"]
    assert all("written" in one for one in again), "they say that they are older than what is above"
    assert "written" not in next(one for one in shown if "still there" in one)
    assert "SECRET zero" in words(town.slack.posts(town.support, thread)[1])


@BOTH
async def test_of_an_erased_contact_no_name_stays_above_a_post(town: Town) -> None:
    house = town.house
    taken = await house.customer_writes("before", team="sales")
    await town.starts()
    thread = await town.pulls(taken.conversation)
    await house.customer_writes("mine")
    await does(house, "ann", "reply", conversation=taken.conversation, client_id="r", text="Dear you")
    await town.settles()
    assert "Kim" in await stands(town, thread)
    await does(house, "ann", "give_back", conversation=taken.conversation, place="slack")
    await town.settles()
    contact = await town.value("select contact_id from conversations where id = $1", taken.conversation)
    await does(house, "ada", "erase_contact", contact=contact)
    await town.settles()
    left = await stands(town, thread)
    assert "Kim" not in left and "mine" not in left and "Dear you" not in left


async def test_a_card_that_slack_never_takes_ends_the_pull_and_says_why(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = await town.house.customer_writes("hello", team="sales")
    draw = Draws.draw

    async def draws(self: Draws, due: Due) -> Drawn | None:
        return Drawn("x", [{"type": "nonsense"}]) if due.kind == "header" else await draw(self, due)

    monkeypatch.setattr(Draws, "draw", draws)
    await town.starts()
    made = await does(
        town.house, "ann", "pull_out", conversation=taken.conversation, place="slack", channel=town.support.id
    )
    await town.settles()
    assert await town.value("select count(*) from pulls where given_back_at is null") == 0
    told = await town.value(
        "select changes from events where subject_id = $1 order by position desc limit 1", made["pull"]
    )
    assert "invalid_blocks" in str(told)
    assert town.slack.posts(town.support) == []


async def test_in_a_very_long_thread_a_lost_answer_doubles_nothing(town: Town) -> None:
    """More than a thousand replies stand there before the one that is looked for, and others after it."""
    taken = await town.house.customer_writes("hello", team="sales")
    await town.starts()
    thread = await town.pulls(taken.conversation)
    town.slack.workspace.unheard.add("message")
    for number in range(1_050):
        town.slack.say(town.mina, town.support, f"talk {number}", thread=thread)
    town.slack.plan(Fault.CUT_AFTER, on="chat.postMessage")
    asked = town.slack.count("conversations.replies")
    await town.house.customer_writes("word")
    for number in range(5):
        town.slack.say(town.mina, town.support, f"more talk {number}", thread=thread)
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == ["word"]
    assert town.slack.count("conversations.replies") > asked


async def test_while_slack_does_not_answer_who_reads_notes_wait_and_stay(town: Town) -> None:
    house = town.house
    taken = await house.customer_writes("hello", team="sales")
    await town.starts()
    thread = await town.pulls(taken.conversation)
    await does(house, "ann", "note", conversation=taken.conversation, client_id="n1", text="first note")
    await town.settles()
    await town.stops()
    town.slack.plan(Fault.BROKEN, Fault.CUT, on="conversations.info")
    await does(house, "ann", "note", conversation=taken.conversation, client_id="n2", text="second note")
    await town.starts()
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == ["first note", "second note"]
    assert await town.value("select count(*) from pulls where audience = 'inner'") == 1


async def test_a_post_that_cannot_be_drawn_holds_up_its_own_thread_alone(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = town.house
    one = await house.customer_writes("one", team="sales")
    two = await house.customer_writes("two", name="Lee", team="sales")
    await town.starts()
    first, second = await town.pulls(one.conversation), await town.pulls(two.conversation)
    draw = Draws.draw

    async def draws(self: Draws, due: Due) -> Drawn | None:
        if due.kind == "message" and due.conversation == one.conversation:
            raise KeyError("nobody thought of it")
        return await draw(self, due)

    with monkeypatch.context() as patched:
        patched.setattr(Draws, "draw", draws)
        await does(house, "ann", "reply", conversation=one.conversation, client_id="r1", text="stuck")
        await does(house, "ann", "reply", conversation=two.conversation, client_id="r2", text="free")
        posted = "select count(*) from pull_posts x join pulls p on p.id = x.pull_id"
        await town.comes_to(
            f"{posted} where p.thread = '{second}' and x.kind = 'message' and x.state = 'posted'", 1
        )
        assert town.shown(first) == []
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(first)] == ["stuck"]


async def test_slack_is_not_hurried(tmp_path: Path) -> None:
    """A bucket of one: a 429 is waited out, and nothing is lost by it."""
    slow = Limits(posts=1.0, burst=2)
    async with open_town(tmp_path, limits=slow) as town:
        taken = await town.house.customer_writes("hello", team="sales")
        await town.starts(QUICK)
        thread = await town.pulls(taken.conversation)
        await town.house.customer_writes("word 0")
        await town.house.customer_writes("word 1")
        await town.settles()
        assert [words(one).split("\n")[0] for one in town.shown(thread)] == ["word 0", "word 1"]
        assert any(one.error for one in town.slack.door.calls if one.method == "chat.postMessage")

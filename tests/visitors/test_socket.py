"""The visitor's socket: snapshot, news, resume, typing, watermarks, and everything a hostile browser may say."""

import asyncio
import json

import pytest
import websockets

from gateway.bus import AgentTyping, CustomerHere, CustomerTyping
from gateway.events import agent
from gateway.stream.seen import we_have_seen
from gateway.stream.status import close
from tests.hours import Hours
from tests.visitors.conftest import SITE, Shop, vouch
from tests.visitors.story import Story
from tests.world import until


async def test_a_newcomer_hears_her_own_first_words_and_the_answer(both: Shop):
    hana = both.browser()
    await hana.arrive()
    line = await hana.connect()
    hello = await line.hear("hello")
    assert (hello["protocol"], hello["resumed"]) == (1, False)
    snapshot = await line.hear("snapshot")
    assert (snapshot["messages"], snapshot["before"], snapshot["open"]) == ([], None, False)

    said = await hana.say("first words")
    heard = await line.hear("events")
    assert [event["message"] for event in heard["events"] if "message" in event] == [said]
    conversation = await both.conversation()
    await both.reply(conversation, "an answer")
    (event,) = (await line.hear("events"))["events"]
    assert event["message"]["author"] == {"kind": "agent", "name": "Mina", "picture": None}
    assert event["message"]["client_id"] is None
    fresh = await hana.connect()
    await fresh.hear("snapshot")
    await line.quiet()
    assert Story.of(line.frames).told == Story.of(fresh.frames).told


async def test_a_cut_line_resumes_where_it_was_and_tells_nothing_twice(both: Shop):
    hana = both.browser()
    await hana.arrive()
    await hana.say("1")
    conversation = await both.conversation()
    line = await hana.connect()
    await line.hear("snapshot")
    cursor = line.cursor
    await line.ws.close()
    for n in range(2, 6):
        await both.reply(conversation, str(n))
        await hana.say(f"{n}?")
    again = await hana.connect(cursor)
    assert (await again.hear("hello"))["resumed"]
    await again.quiet()
    assert not any(frame["kind"] == "snapshot" for frame in again.frames)
    whole = Story.of([*line.frames, *again.frames])
    assert whole.texts == ["1", "2", "2?", "3", "3?", "4", "4?", "5", "5?"]
    fresh = await hana.connect()
    await fresh.hear("snapshot")
    assert whole.told == Story.of(fresh.frames).told


@pytest.mark.parametrize("cursor", ["another-epoch.3", "nonsense", "", "x.99999999999999999999"])
async def test_a_cursor_of_another_life_starts_over(shop: Shop, cursor: str):
    hana = shop.browser()
    await hana.arrive()
    await hana.say("kept")
    line = await hana.connect(cursor)
    await line.hear("snapshot")
    assert Story.of(line.frames).texts == ["kept"]
    assert ("another-epoch" in cursor) == any(frame["kind"] == "reset" for frame in line.frames)


async def test_what_was_trimmed_cannot_be_resumed(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    await hana.say("1")
    line = await hana.connect()
    await line.hear("snapshot")
    cursor = line.cursor
    await line.ws.close()
    await hana.say("2")
    await hana.say("3")
    await shop.store.write(
        lambda tx: tx.run("delete from events where position < (select position from log_head)")
    )
    again = await hana.connect(cursor)
    assert (await again.hear("reset"))["reason"] == "too_old"
    await again.hear("snapshot")
    assert Story.of(again.frames).texts == ["1", "2", "3"]


async def test_ticks_and_watermarks_both_ways(both: Shop):
    hana = both.browser()
    await hana.arrive()
    said = await hana.say("did you see this?")
    conversation = await both.conversation()
    line = await hana.connect()
    await line.hear("snapshot")
    await both.store.write(lambda tx: we_have_seen(tx, conversation, said["position"], agent(both.agent)))
    (event,) = (await line.hear("events"))["events"]
    assert (event["kind"], event["seen_to"]) == ("seen", said["position"])

    posted = await both.reply(conversation, "yes")
    assert (await hana.arrive())["unread"] == 1
    await line.say(kind="seen", delivered=posted.position, read=0)
    await line.quiet()
    leg = await both.one("select * from legs")
    assert (leg["delivered_to"], leg["read_to"]) == (posted.position, 0)
    await line.say(kind="seen", delivered=0, read=posted.position + 10**9)
    await line.quiet()
    leg = await both.one("select * from legs")
    assert (leg["delivered_to"], leg["read_to"]) == (posted.position, posted.position)
    assert (await hana.arrive())["unread"] == 0
    before = await both.one("select position from log_head")
    for _ in range(5):
        await line.say(kind="seen", delivered=posted.position, read=posted.position)
    await line.quiet()
    assert (await both.one("select position from log_head"))["position"] == before["position"]


async def test_open_and_closed_are_told(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    await hana.say("hello")
    conversation = await shop.conversation()
    line = await hana.connect()
    assert (await line.hear("snapshot"))["open"]
    await shop.store.write(lambda tx: close(tx, conversation, agent(shop.agent)))
    (event,) = (await line.hear("events"))["events"]
    assert event == {"position": event["position"], "kind": "state", "open": False, "goes_by": None}
    await hana.say("one more thing")
    await line.quiet()
    assert Story.of(line.frames).open


# --- typing ---------------------------------------------------------------------------------------------------------


async def test_typing_reaches_the_inbox_without_a_preview_unless_the_account_says_so(shop: Shop):
    heard: list[CustomerTyping] = []
    shop.bus.take_signals(CustomerTyping, heard.append)
    for account, preview in (("web", None), ("second", "half a th")):
        hana = shop.browser(account)
        await hana.arrive()
        line = await hana.connect()
        await line.hear("snapshot")
        await line.say(kind="typing", active=True, preview="half a th")  # nobody knows her yet
        await hana.say("hello")
        await line.hear("events")
        await line.say(kind="typing", active=True, preview="half a th")
        await line.quiet()
        assert heard[-1].preview == preview and heard[-1].active
        assert heard[-1].conversation == await shop.conversation()
    assert len(heard) == 2


async def test_a_public_replys_typing_is_shown_and_a_notes_never(shop: Shop):
    hana, bora = shop.browser(), shop.browser()
    lines = []
    for one in (hana, bora):
        await one.arrive()
        await one.say("hello")
        lines.append(await one.connect())
        await lines[-1].hear("snapshot")
    conversation = await shop.conversation()
    person = (await shop.one("select person_id from identities order by id limit 1"))["person_id"]

    def types(mode: str, active: bool, persons: tuple[str, ...]) -> None:
        picture = "https://shop.example/mina.png"
        shop.bus.signal(AgentTyping(conversation, shop.agent, "tab", "Mina", picture, mode, active, persons))

    types("note", True, (person,))
    types("note", True, ())
    types("public", True, ())
    types("public", True, (person,))
    types("public", False, (person,))
    await asyncio.gather(*(line.quiet() for line in lines))
    told = [frame for frame in lines[0].frames if frame["kind"] == "typing"]
    picture = "https://shop.example/mina.png"
    assert told == [
        {"kind": "typing", "who": [{"kind": "agent", "name": "Mina", "picture": picture}]},
        {"kind": "typing", "who": []},
    ]
    assert not any(frame["kind"] == "typing" for frame in lines[1].frames)
    assert shop.agent not in "".join(lines[0].raw)


async def test_who_is_connected_is_signalled(shop: Shop):
    heard: list[CustomerHere] = []
    shop.bus.take_signals(CustomerHere, heard.append)
    hana = shop.browser()
    await hana.arrive()
    line = await hana.connect()
    await line.hear("snapshot")
    assert not heard, "nobody knows her yet"
    await hana.say("hello")
    await line.hear("events")
    await line.quiet()
    await line.ws.close()
    await until(lambda: len(heard) >= 2)
    assert [one.here for one in heard] == [True, False]


# --- who may come, and what they may say ----------------------------------------------------------------------------


async def test_a_hello_that_is_none_is_turned_away(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    for hello, code in (
        ({"protocol": 99}, 4406),
        ({"kind": "typing", "active": True}, 4406),
        ({"extra": 1}, 4406),
        ({"token": "x.y"}, 4401),
        ({"token": str(hana.token)[:-2] + "zz"}, 4401),
        ({"token": 7}, 4406),
    ):
        line = await hana.connect(**hello)
        assert await line.closed() == code, hello


async def test_frames_that_fit_nothing_cost_an_answer_and_nothing_else(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    await hana.say("hello")
    url = str(shop.server.make_url("/ws/visitor/web")).replace("http", "ws", 1)
    origin = str(shop.server.make_url("")).rstrip("/")
    async with websockets.connect(url, origin=websockets.Origin(origin)) as ws:
        await ws.send(json.dumps({"kind": "hello", "protocol": 1, "token": hana.token}))
        assert '"hello"' in await ws.recv() and '"snapshot"' in await ws.recv()
        for odd in (
            "",
            "{",
            "[]",
            "null",
            '{"kind":"x"}',
            '{"kind":"seen","read":-1}',
            '{"kind":"seen","read":' + "9" * 30 + "}",
            '{"kind":"seen","read":1e400}',
            "[" * 5000,
            b"\x00\xff",
        ):
            await ws.send(odd)
            assert "errors.malformed_frame" in await ws.recv()
        await ws.send(json.dumps({"kind": "seen", "delivered": 10**18}))
        await ws.send('{"kind":"hello","protocol":1,"token":"again"}')
        assert "errors.malformed_frame" in await ws.recv()
        await ws.send(json.dumps({"kind": "typing", "active": True, "preview": "x" * 100_000}))
        with pytest.raises(websockets.ConnectionClosed) as ended:
            await ws.recv()
        assert ended.value.rcvd is not None and ended.value.rcvd.code == 1009
    assert (await hana.say("the process is unharmed"))["text"]


async def test_a_silent_socket_is_not_kept(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    limits = shop.desk.limits.model_copy(update={"hello_wait": 50})
    monkeypatch.setattr(type(shop.desk), "limits", property(lambda _: limits))
    ws = await shop.browser().http.ws_connect("/ws/visitor/web")
    async with asyncio.timeout(20):
        await ws.receive()
    assert ws.close_code == 4406


async def test_another_sites_page_gets_no_socket(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    for origin, fits in (("https://evil.example", False), (SITE, True)):
        answer = await hana.http.get("/ws/visitor/web", headers={"Origin": origin})
        assert (answer.status == 403) is not fits


async def test_the_socket_ends_with_the_vouch(shop: Shop):
    hana = shop.browser()
    await hana.arrive(vouch=vouch("a", lasts=3600))
    line = await hana.connect()
    await line.hear("snapshot")
    hours = Hours()
    hours.passes(3000)
    await line.quiet()
    hours.passes(601)
    assert await line.closed() == 4401


async def test_too_many_frames_are_answered_and_not_obeyed(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    line = await hana.connect()
    await line.hear("snapshot")
    for _ in range(shop.desk.limits.visitor_frames.count + 5):
        await line.say(kind="typing", active=True)
    problem = await line.hear("problem")
    assert problem["text"] == "rate.too_many" and problem["params"]["retry_after"] > 0


async def test_who_reads_too_slowly_is_told_afterwards_what_the_log_does_not_tell(both: Shop):
    hana = both.browser()
    await hana.arrive()
    line = await hana.connect()
    await line.hear("snapshot")
    await hana.say("hello")
    await line.hear("events")
    (session,) = both.sessions
    hub = session._hub
    assert hub is not None
    hub.lag(session)
    assert (await line.hear("team"))["team"] == session.team
    assert "here" in await line.hear("here")
    await both.reply(await both.conversation(), "an answer")
    (event,) = (await line.hear("events"))["events"]
    assert event["message"]["text"] == "an answer"
    assert session in hub.sessions

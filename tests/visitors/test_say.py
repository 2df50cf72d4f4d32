"""Sessions, messages, files and history over HTTP."""

import asyncio
import json
import zlib

import pytest

from gateway import door
from gateway.errors import Unavailable
from gateway.events import agent
from gateway.limits import Limits
from gateway.media import receive
from gateway.rates import News, Rate
from gateway.stream.status import close
from gateway.visitors import say
from tests.visitors.conftest import SITE, Shop, open_shop, vouch


def png(width: int = 2, height: int = 2) -> bytes:
    """A real picture, made by hand."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x02\x00\x00\x00"
    rows = zlib.compress(b"".join(b"\0" + b"\x30\x80\xd0" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


async def test_a_newcomer_is_written_nowhere_before_the_first_message(both: Shop):
    hana = both.browser()
    told = await hana.arrive(claims={"name": "Hana"}, locale="ko")
    assert (told["open"], told["unread"], told["proven"], told["name"]) == (False, 0, False, None)
    assert (await hana.history()) == {"messages": [], "before": None}
    for table in ("identities", "contacts", "conversations"):
        assert not await both.all(f"select * from {table}")

    said = await hana.say("안녕하세요")
    assert said["author"] == {"kind": "me", "name": "", "picture": None}
    (contact,) = await both.all("select * from contacts")
    assert (
        json.loads(contact["claims"]) == {"name": "Hana"}
        and contact["name"] == ""
        and contact["locale"] == "ko"
    )
    (identity,) = await both.all("select * from identities")
    assert (identity["space"], identity["proof"]) == ("visitor", 1)
    assert (await hana.arrive())["open"]


async def test_the_same_client_id_is_one_message(both: Shop):
    hana = both.browser()
    await hana.arrive()
    told = await asyncio.gather(*(hana.say("once", client_id="the-same-id") for _ in range(5)))
    assert len({message["id"] for message in told}) == 1
    assert len((await hana.history())["messages"]) == 1


async def test_nobody_takes_anothers_client_id(shop: Shop):
    hana, bora = shop.browser(), shop.browser()
    await hana.arrive()
    await bora.arrive()
    first = await hana.say("mine", client_id="guessable")
    second = await bora.say("mine too", client_id="guessable")
    assert first["id"] != second["id"] and second["text"] == "mine too"


async def test_the_token_is_the_person_and_another_token_another(shop: Shop):
    hana = shop.browser()
    before = await hana.arrive()
    await hana.say("remember me")
    again = await hana.arrive()
    assert again["subject"] == before["subject"] and len((await hana.history())["messages"]) == 1
    stranger = shop.browser()
    stranger.token = str(hana.token)[:-4] + "AAAA"
    assert (await stranger.arrive())["subject"] != before["subject"]
    assert not (await stranger.history())["messages"]


async def test_a_vouched_user_is_the_same_everywhere_and_nobody_else(shop: Shop):
    one, two = shop.browser(), shop.browser()
    token = vouch("user-17", name="Hana", email="hana@shop.example", plan="gold", since=1_600_000_000)
    told = await one.arrive(vouch=token, claims={"phone": "010"})
    assert (told["proven"], told["name"]) == (True, "Hana")
    await one.say("from my phone")
    assert (await two.arrive(vouch=token))["subject"] == told["subject"]
    assert (await two.history())["messages"][0]["text"] == "from my phone"
    (contact,) = await shop.all("select * from contacts")
    assert contact["name"] == "Hana" and json.loads(contact["claims"]) == {"phone": "010"}
    attributes = {"email": "hana@shop.example", "plan": "gold", "since": "2020-09-13"}
    assert json.loads(contact["attributes"]) == attributes
    (identity,) = await shop.all("select * from identities")
    assert (identity["space"], identity["address"], identity["proof"]) == ("app:web", "user-17", 2)


async def test_signing_in_takes_over_nothing_and_signing_out_leaves_nothing(shop: Shop):
    browser = shop.browser()
    nameless = await browser.arrive()
    await browser.say("typed before signing in")
    named = await browser.arrive(vouch=vouch("a"))
    assert named["subject"] != nameless["subject"] and not (await browser.history())["messages"]
    await browser.say("A's secret")
    # The site names nobody: even with A's token in hand the browser becomes somebody new.
    after = await browser.arrive()
    assert after["subject"] not in (named["subject"], nameless["subject"])
    assert not (await browser.history())["messages"]


async def test_a_vouch_that_does_not_hold_opens_nothing(shop: Shop):
    bad = [vouch("a", secret="b" * 40), vouch("a", lasts=-5), vouch("a", lasts=90_000)]
    for token in ("", "x.y.z", *bad):
        answer = await shop.browser().ask("POST", "session", json={"vouch": token})
        assert answer.status == 401 and (await answer.json())["type"] == "vouch_refused"


async def test_a_vouched_token_ends_with_its_vouch(shop: Shop):
    hana = shop.browser()
    await hana.arrive(vouch=vouch("a", lasts=60))
    await hana.say("in time")
    line = await hana.connect()
    await line.hear("snapshot")
    shop.clock.ahead = 61_000
    answer = await hana.ask("POST", "messages", json={"client_id": "too-late-1", "text": "late"})
    assert answer.status == 401 and (await answer.json())["type"] == "vouch_expired"
    late = await hana.connect()
    assert await late.closed() == 4401


async def test_members_only(shop: Shop):
    stranger = shop.browser("members")
    answer = await stranger.ask("POST", "session", json={})
    assert answer.status == 403 and (await answer.json())["type"] == "vouch_needed"
    assert (await stranger.arrive(vouch=vouch("a")))["proven"]


async def test_a_token_given_out_before_members_only_opens_nothing(shop: Shop):
    stranger = shop.browser("members")
    stranger.token = shop.desk.tokens.sign(shop.desk.tokens.newcomer("members"))
    body = {"client_id": "from-before-1", "text": "still here"}
    for answer in (
        await stranger.ask("POST", "messages", json=body),
        await stranger.ask("GET", "messages"),
        await stranger.send_file(png()),
    ):
        assert answer.status == 401 and (await answer.json())["type"] == "vouch_needed"
    line = await stranger.connect()
    assert await line.closed() == 4401


async def test_an_accounts_token_is_no_good_at_another(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    hana.account = "second"
    assert (await hana.ask("GET", "messages")).status == 401


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("session", b"{", 400),
        ("session", b'{"token": 7}', 400),
        ("session", b'{"admin": true}', 400),
        ("session", b"\xff\xfe", 400),
        ("session", b'{"claims": {"a": {"b": 1}}}', 400),
        ("messages", b'{"client_id": "abcdefgh"}', 422),
        ("messages", b'{"client_id": "abcdefgh", "text": "   \\n"}', 422),
        ("messages", b'{"client_id": "abcdefgh", "text": " \\u0000 \\n"}', 422),
        ("messages", b'{"client_id": "short", "text": "x"}', 400),
        ("messages", b'{"client_id": "abc\\u0000defgh", "text": "x"}', 400),
        ("messages", b'{"client_id": "abcdefgh", "text": "x", "attachments": ["a\\u0000"]}', 400),
        ("messages", b'{"client_id": "abcdefgh", "text": "x", "reply_to": "a\\u0000"}', 400),
        ("session", b'{"locale": "k\\u0000o"}', 400),
        ("session", b'{"locale": "\\ud800"}', 400),
        ("session", b'{"claims": {"name": "a\\u0000"}}', 400),
        ("messages", '{"client_id": "가나다라마바사아자", "text": "x"}'.encode(), 400),
        ("messages", b'{"client_id": "abcdefgh", "text": "' + b"x" * 10_001 + b'"}', 413),
        ("messages", b'{"client_id": "abcdefgh", "text": "' + b"x" * 300_000 + b'"}', 413),
        ("messages", b'{"client_id": "abcdefgh", "text": "x", "attachments": ["nope"]}', 422),
        ("messages", b'{"client_id": "abcdefgh", "text": "x", "reply_to": "nope"}', 404),
        ("messages", b'{"client_id": "abcdefgh", "text": "\\ud800"}', 400),
        ("messages", b"[" * 100_000, 400),
    ],
)
async def test_what_does_not_fit_is_refused_with_a_clear_answer(
    shop: Shop, path: str, body: bytes, status: int
):
    hana = shop.browser()
    await hana.arrive()
    answer = await hana.ask("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert answer.status == status, await answer.text()
    problem = await answer.json()
    assert problem["status"] == status and problem["text"]
    assert not await shop.all("select * from messages")


async def test_she_quotes_only_what_she_may_see(both: Shop):
    hana, bora = both.browser(), both.browser()
    await hana.arrive()
    await bora.arrive()
    hers = await hana.say("hello")
    await both.reply(await both.conversation(), "between us", note=True)
    note = (await both.one("select id from messages where visibility = 'note'"))["id"]
    theirs = await bora.say("of another person")
    for unseen in (note, theirs["id"]):
        quoting = {"client_id": f"quoting-{unseen}", "text": "x", "reply_to": unseen}
        assert (await hana.ask("POST", "messages", json=quoting)).status == 404
    assert (await hana.say("as I said", reply_to=hers["id"]))["reply_to"] == hers["id"]


async def test_packed_bodies_are_not_unpacked(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    packed = {"Content-Encoding": "deflate", "Content-Type": "application/json"}
    for path in ("session", "messages", "uploads"):
        answer = await hana.ask("POST", path, data=zlib.compress(b"{}" * 1000), headers=packed)
        assert answer.status == 415, path


async def test_a_body_that_stays_away_is_given_up(shop: Shop, monkeypatch):
    monkeypatch.setattr(door, "PATIENCE", 0.1)
    monkeypatch.setattr(door, "SILENCE", 0.1)
    hana = shop.browser()
    await hana.arrive()

    async def stalling():
        yield b"{"
        await asyncio.sleep(600)

    for path in ("session", "messages", "uploads"):
        async with asyncio.timeout(20):
            assert (await hana.ask("POST", path, data=stalling())).status == 400, path


async def test_odd_but_honest_text_is_kept(both: Shop):
    hana = both.browser()
    await hana.arrive()
    for text in ("<script>alert(1)</script>", "نص عربي", "a\0b", "👩‍👩‍👧 똠방각하", "x" * 10_000):
        assert (await hana.say(text))["text"] == text.replace("\0", "")


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer x", "Basic abc", "Bearer " + "x" * 5000])
async def test_without_a_token_of_ours_nothing_is_said_or_read(shop: Shop, token: str):
    stranger = shop.browser()
    for method, path in (("GET", "messages"), ("POST", "messages"), ("POST", "uploads")):
        answer = await stranger.ask(method, path, headers={"Authorization": token}, data=b"{}")
        assert answer.status in (400, 401), await answer.text()


@pytest.mark.parametrize(
    "origin", ["http://[", "https://[::1", "https://shop.example:99999", "http://a\u2488b"]
)
async def test_an_origin_that_is_no_address_is_a_foreign_one(shop: Shop, origin: str):
    answer = await shop.browser().ask("POST", "session", headers={"Origin": origin}, json={})
    assert (answer.status, (await answer.json())["type"]) == (403, "foreign_origin")
    assert "Access-Control-Allow-Origin" not in answer.headers


async def test_unknown_accounts_look_alike(shop: Shop):
    for path in ("/chat/nope", "/chat/nope/button.js", "/ws/visitor/nope"):
        assert (await shop.browser().http.get(path)).status == 404
    assert (await shop.browser("nope").ask("POST", "session", json={})).status == 404


# --- files ----------------------------------------------------------------------------------------------------------


async def test_a_photo_goes_up_and_comes_back(both: Shop):
    hana = both.browser()
    await hana.arrive()
    answer = await hana.send_file(png(3, 2), "사진 1.png")
    file = (await answer.json())["attachment"]
    assert answer.status == 201 and (file["width"], file["height"], file["inline"]) == (3, 2, True)
    message = await hana.say("", attachments=[file["id"]])
    (shown,) = message["attachments"]
    assert shown["name"] == "사진 1.png"
    fetched = await hana.http.get(shown["url"])
    assert fetched.status == 200 and await fetched.read() == png(3, 2)
    assert fetched.headers["X-Content-Type-Options"] == "nosniff"
    again = await hana.ask("POST", "messages", json={"client_id": "another-1", "attachments": [file["id"]]})
    assert again.status == 422, "an upload goes into one message"


async def test_a_file_is_what_its_bytes_say(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    program = b"MZ\x90\x00" + b"\0" * 200 + b"PE\0\0"
    assert (await hana.send_file(program, "photo.png")).status == 422
    assert (await hana.send_file(b"", "empty.png")).status == 422
    page = await (await hana.send_file(b"<!doctype html><script>alert(1)</script>", "a.png")).json()
    assert "attachment" not in page or not page["attachment"]["inline"]


async def test_nobody_takes_anothers_upload_or_opens_anothers_file(shop: Shop):
    hana, bora = shop.browser(), shop.browser()
    await hana.arrive()
    await bora.arrive()
    key = (await (await hana.send_file(png())).json())["attachment"]["id"]
    stolen = await bora.ask("POST", "messages", json={"client_id": "stealing-1", "attachments": [key]})
    assert stolen.status == 422
    assert (await hana.say("", attachments=[key]))["attachments"]


async def test_a_notes_file_has_no_link_for_customers(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    await hana.say("hello")
    key = (await (await hana.send_file(png())).json())["attachment"]["id"]
    sent = await hana.say("", attachments=[key])
    link = sent["attachments"][0]["url"]
    await shop.store.write(
        lambda tx: tx.run("update messages set visibility = 'note' where id = $1", sent["id"])
    )
    assert (await hana.http.get(link)).status == 404


async def test_uploads_are_bounded_and_a_broken_one_leaves_nothing(tmp_path):
    async with open_shop(f"sqlite:///{tmp_path}/a.db", tmp_path, Limits(upload_bytes=2048)) as shop:
        hana = shop.browser()
        told = await hana.arrive()
        assert told["limits"]["upload_bytes"] == 2048
        assert (await hana.send_file(png() + b"x" * 4096)).status == 413

        async def endless():
            for _ in range(100):
                yield b"x" * 1024

        assert (await hana.send_file(endless())).status == 413
        assert not await shop.all("select * from attachments")


async def test_why_a_visitor_is_asked_to_try_again_is_in_the_log(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """A folder for files that has become read-only is nothing that anybody hears of otherwise."""
    hana = shop.browser()
    await hana.arrive()

    async def refuses(*_: object, **__: object) -> None:
        raise Unavailable("the disk for media fails: [Errno 30] Read-only file system")

    monkeypatch.setattr(say, "receive", refuses)
    monkeypatch.setattr(door, "_troubles", News())
    for _ in range(2):
        refused = await hana.ask("POST", "uploads", data=b"a file", headers={"Content-Type": "text/plain"})
        assert (refused.status, refused.headers["Retry-After"]) == (503, "2")
        assert "Read-only" not in await refused.text(), "nothing of it is the customer's business"
    (said,) = [told.message for told in caplog.records if "503" in told.message]
    assert said == "answered 503: the disk for media fails: [Errno 30] Read-only file system"


async def test_files_nobody_sends_do_not_fill_the_disk(both: Shop, monkeypatch):
    monkeypatch.setattr(say, "WAITING_BYTES", 0)  # one largest file
    hana, bora = both.browser(), both.browser()
    await hana.arrive()
    await bora.arrive()
    key = (await (await hana.send_file(png())).json())["attachment"]["id"]
    most = both.desk.limits.upload_bytes
    await both.store.write(lambda tx: tx.run("update attachments set size = $1", most))
    assert (await hana.send_file(png())).status == 422
    assert (await bora.send_file(png())).status == 201
    await hana.say("", attachments=[key])
    assert (await hana.send_file(png())).status == 201


async def test_uploads_side_by_side_share_the_room(both: Shop, monkeypatch):
    most = both.desk.limits.upload_bytes
    monkeypatch.setattr(say, "WAITING_BYTES", 2 * most)
    hana, bora = both.browser(), both.browser()
    await hana.arrive()
    await bora.arrive()
    going, begun = asyncio.Event(), asyncio.Semaphore(0)

    async def held_back():
        yield png()
        await going.wait()

    async def received(*args, **more):
        begun.release()
        return await receive(*args, **more)

    monkeypatch.setattr(say, "receive", received)
    # None of them says its size, so each takes the room of a largest file before a byte is read.
    first, second = (asyncio.create_task(hana.send_file(held_back())) for _ in range(2))
    for _ in (first, second):  # both have their room before a third asks for some
        await begun.acquire()
    assert both.desk.coming.total() == 2 * most
    assert (await hana.send_file(png())).status == 422, "no room while the others come"
    assert (await bora.send_file(png())).status == 201, "her room is her own"
    going.set()
    assert [(await one).status for one in (first, second)] == [201, 201]
    assert (await hana.send_file(png())).status == 201, "they were small: the room is free again"
    assert (await hana.send_file(b"")).status == 422
    assert not both.desk.coming, "what failed holds nothing"


async def test_an_address_uploads_so_many_bytes_an_hour(tmp_path):
    limits = Limits(visitor_upload_mib=Rate.parse("1/hour"))
    async with open_shop(f"sqlite:///{tmp_path}/a.db", tmp_path, limits) as shop:
        hana, bora = shop.browser(), shop.browser()
        await hana.arrive()
        await bora.arrive()
        assert (await hana.send_file(png() + b"x" * 700_000)).status == 201
        assert (await bora.send_file(png() + b"x" * 700_000)).status == 429
        shop.clock.ahead = 3_600_000
        assert (await bora.send_file(png() + b"x" * 700_000)).status == 201


# --- limits ---------------------------------------------------------------------------------------------------------


async def test_rates_answer_when_to_come_back_and_lock_out_nobody_else(tmp_path):
    limits = Limits(visitor_messages=Rate.parse("3/minute"), visitor_sessions=Rate.parse("4/minute"))
    async with open_shop(f"sqlite:///{tmp_path}/a.db", tmp_path, limits) as shop:
        flood, victim = shop.browser(), shop.browser()
        await flood.arrive()
        await victim.arrive()
        for n in range(3):
            await flood.say(f"{n}")
        answer = await flood.ask("POST", "messages", json={"client_id": "one-too-many", "text": "x"})
        assert answer.status == 429 and int(answer.headers["Retry-After"]) >= 1
        assert (await victim.say("I may still write"))["text"]
        # Wrong tokens in somebody's name touch nobody's bucket.
        for _ in range(20):
            forged = str(victim.token)[:-3] + "AAA"
            await flood.ask("POST", "messages", headers={"Authorization": f"Bearer {forged}"}, data=b"{}")
        assert (await victim.say("still"))["text"]
        statuses = [(await flood.ask("POST", "session", json={})).status for _ in range(4)]
        assert 429 in statuses and statuses[0] == 200
        shop.clock.ahead = 60_000
        assert (await flood.say("a minute later"))["text"]


# --- other people's pages -------------------------------------------------------------------------------------------


async def test_only_allowed_pages_may_call(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    for origin, allowed in ((SITE, True), ("https://evil.example", False), ("null", False)):
        answer = await hana.ask("POST", "session", json={}, headers={"Origin": origin})
        assert (answer.status == 200) is allowed
        assert (answer.headers.get("Access-Control-Allow-Origin") == origin) is allowed
        preflight = await hana.ask("OPTIONS", "messages", headers={"Origin": origin})
        assert ("Access-Control-Allow-Origin" in preflight.headers) is allowed
        socket = await hana.http.get("/ws/visitor/web", headers={"Origin": origin})
        assert (socket.status == 403) is not allowed
    refused = await hana.ask("GET", "messages", headers={"Origin": SITE, "Authorization": "Bearer x"})
    assert refused.status == 401 and refused.headers["Access-Control-Allow-Origin"] == SITE


# --- older pages ----------------------------------------------------------------------------------------------------


async def test_the_story_pages_back_to_its_beginning(both: Shop):
    hana, bora = both.browser(), both.browser()
    await hana.arrive()
    await bora.arrive()
    both.desk.rates.messages = type(both.desk.rates.messages)(Rate.parse("1000/second"))
    said = []
    for n in range(65):
        said.append((await hana.say(f"{n}"))["id"])
        if n % 9 == 0:
            await bora.say("not yours")
    pages, before = [], None
    while True:
        page = await hana.history(before)
        pages.append([message["id"] for message in page["messages"]])
        if (before := page["before"]) is None:
            break
    assert [len(page) for page in pages] == [30, 30, 5]
    assert [key for page in reversed(pages) for key in page] == said
    for broken in ("x", "1", "1.x", "9" * 40 + ".1", "-1.-1"):
        assert len((await hana.history(broken))["messages"]) == 30


async def test_closed_conversations_stay_in_the_story(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    await hana.say("first")
    conversation = await shop.conversation()
    await shop.store.write(lambda tx: close(tx, conversation, agent(shop.agent)))
    assert not (await hana.arrive())["open"]
    assert len((await hana.history())["messages"]) == 1

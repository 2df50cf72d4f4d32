"""The page of phones: what its socket says, and what each act does to the network."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from gateway.sandbox.phones.weather import FAIR, Fault
from tests.sandbox.phones.hall import BUSY, HANEUL, KEY, OLIVIA, SMS, WHATSAPP, Hall, open_hall

PNG = b"\x89PNG\r\n\x1a\n and more"


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with open_hall() as opened:
        yield opened


def texts(now: dict) -> list[str]:
    return [entry["text"] for entry in now["entries"]]


@pytest.mark.parametrize("path", ["phones", "phones/pictures/parcel.png"])
async def test_without_the_key_there_is_nothing(hall: Hall, path: str) -> None:
    for key, status in (("guessed", 404), (KEY, 200)):
        async with hall.http.get(f"{hall.url}/sandbox/{key}/{path}") as answer:
            assert answer.status == status
    with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
        await hall.http.ws_connect(f"{hall.url}/sandbox/guessed/phones/live", params={"phone": HANEUL})


async def test_no_other_site_s_page_may_press_anything(hall: Hall) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    body = {"phone": HANEUL, "line": SMS, "text": "mischief"}
    async with hall.http.post(f"{hall.page}/say", json=body, headers=headers) as answer:
        assert answer.status == 403
    assert not hall.network.messages
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await hall.http.ws_connect(f"{hall.page}/live", params={"phone": HANEUL}, headers=headers)


@pytest.mark.parametrize(("language", "title"), [("ko-KR", "휴대폰"), ("en-US", "phones")])
async def test_the_page_speaks_its_reader_s_language(hall: Hall, language: str, title: str) -> None:
    async with hall.http.get(hall.page, headers={"Accept-Language": language}) as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert f"<title>Parley: {title}</title>" in text and f'lang="{language[:2]}"' in text
    assert "script-src 'self';" in policy and "unsafe" not in policy


async def test_what_she_writes_is_delivered_when_our_door_has_answered(hall: Hall) -> None:
    async with hall.looks(line=SMS) as page:
        await hall.act("say", phone=HANEUL, line=SMS, text="안녕하세요")
        (entry,) = await page.sees_entries("안녕하세요")
        assert entry["mine"]
        await page.sees(lambda now: now["entries"][0]["tick"] == "delivered")
    (form,) = hall.heard
    assert (form["From"], form["To"], form["Body"]) == (HANEUL, SMS, "안녕하세요")


async def test_what_comes_is_read_by_opening_the_chat_and_not_before(hall: Hall) -> None:
    await hall.act("say", phone=HANEUL, line=WHATSAPP, text="Hello?")
    message = hall.answers("Here we are", line=WHATSAPP)
    async with hall.looks() as page:
        now = await page.sees(lambda now: now["phones"][0]["received"] == 1)
        assert now["phones"][0]["unread"] == 1 and now["entries"] == []
        assert message.status == "delivered"
    async with hall.looks(line=WHATSAPP) as page:
        await page.sees(
            lambda now: texts(now) == ["Hello?", "Here we are"] and not now["phones"][0]["unread"]
        )
        assert message.status == "read"
        again = hall.answers("And here", line=WHATSAPP)
        await page.sees(lambda now: len(now["entries"]) == 3)
        assert again.status == "read"


async def test_a_chat_is_open_for_as_long_as_one_browser_shows_it(hall: Hall) -> None:
    opened = hall.network.phones[HANEUL].opened
    async with hall.looks(line=SMS) as first:
        await first.sees(lambda now: now["line"] == SMS)
        async with hall.looks(line=SMS) as second:
            await second.sees(lambda now: now["line"] == SMS)
        async with hall.looks() as elsewhere:
            await elsewhere.sees(lambda now: now["line"] == "")
            assert opened == {SMS}
    async with hall.looks() as page:
        await hall.act("say", phone=HANEUL, line=SMS, text="one")
        await page.sees(lambda now: now["chats"][0]["last"] is not None and not opened)


async def test_the_business_types_and_has_read_by_that(hall: Hall) -> None:
    async with hall.looks(line=WHATSAPP) as page:
        await hall.act("say", phone=HANEUL, line=WHATSAPP, text="Hello?")
        (entry,) = await page.sees_entries("Hello?")
        (account,) = hall.network.accounts.values()
        hall.network.show_typing(account, entry["id"])
        now = await page.sees(lambda now: now["chats"][1]["typing"])
        assert now["entries"][0]["tick"] == "read"
        hall.answers("Hello", line=WHATSAPP)
        await page.sees(lambda now: not now["chats"][1]["typing"])


async def test_in_airplane_mode_everything_waits(hall: Hall) -> None:
    async with hall.looks(line=SMS) as page:
        await hall.act("fly", phone=HANEUL, on=True)
        await hall.act("say", phone=HANEUL, line=SMS, text="from above")
        message = hall.answers("to above")
        await page.sees(lambda now: now["entries"] and now["entries"][0]["tick"] == "waits")
        assert not hall.heard
        await hall.act("fly", phone=HANEUL, on=False)
        now = await page.sees(lambda now: len(now["entries"]) == 2)
        assert sorted(texts(now)) == ["from above", "to above"]
        assert now["phones"][0]["airplane"] is False
        await page.sees(lambda now: "waits" not in [entry.get("tick") for entry in now["entries"]])
        assert message.status == "delivered"


async def test_stop_and_start_stand_in_the_chat(hall: Hall) -> None:
    async with hall.looks(line=SMS) as page:
        await hall.act("say", phone=HANEUL, line=SMS, text="stop")
        await page.sees(lambda now: now["chats"][0]["stopped"])
        await hall.act("say", phone=HANEUL, line=SMS, text="START")
        await page.sees(lambda now: not now["chats"][0]["stopped"])


async def test_the_24_hours_begin_with_what_she_writes(hall: Hall) -> None:
    async with hall.looks(line=WHATSAPP) as page:
        now = await page.sees(lambda now: True)
        assert [chat["window"] for chat in now["chats"]] == [0, 0]
        await hall.act("say", phone=HANEUL, line=WHATSAPP, text="Hello")
        now = await page.sees(lambda now: now["chats"][1]["window"] > 0)
        assert now["chats"][0]["window"] == 0
        assert now["chats"][1]["window"] == hall.network.window_until(HANEUL, WHATSAPP)


async def test_a_photo_goes_out_and_can_be_looked_at(hall: Hall) -> None:
    query = {"phone": HANEUL, "line": WHATSAPP, "text": "Look"}
    async with hall.looks(line=WHATSAPP) as page:
        headers = {"Content-Type": "image/png"}
        async with hall.http.post(f"{hall.page}/send", params=query, data=PNG, headers=headers) as answer:
            assert answer.status == 204
        (entry,) = await page.sees_entries("Look")
    (file,) = entry["files"]
    async with hall.http.get(hall.url + file["url"]) as answer:
        assert (await answer.read(), answer.content_type) == (PNG, "image/png")
        assert "sandbox" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(("kind", "body", "status"), [("text/html", b"<p>", 415), ("image/png", b"", 400)])
async def test_what_is_no_photo_is_refused(hall: Hall, kind: str, body: bytes, status: int) -> None:
    query = {"phone": HANEUL, "line": SMS}
    headers = {"Content-Type": kind}
    async with hall.http.post(f"{hall.page}/send", params=query, data=body, headers=headers) as answer:
        assert answer.status == status
    assert not hall.network.messages


async def test_a_template_s_button_is_answered_as_whatsapp_does(hall: Hall) -> None:
    sid = next(one.sid for one in hall.network.templates.values() if one.name == "order_sent")
    async with hall.looks(line=WHATSAPP) as page:
        message = hall.answers(line=WHATSAPP, template=sid, variables='{"1": "하늘"}')
        (entry,) = (await page.sees(lambda now: now["entries"]))["entries"]
        assert entry["text"].startswith("하늘 님")
        button = entry["choices"][0]
        press = {"phone": HANEUL, "line": WHATSAPP, "message": message.sid, "choice": button["id"]}
        await hall.act("press", 204, **press)
        now = await page.sees(lambda now: len(now["entries"]) == 2)
        assert (now["entries"][1]["text"], now["entries"][1]["quotes"]) == (button["title"], message.sid)
        await hall.act("press", 404, **{**press, "choice": "something else"})
        await hall.act("press", 404, **{**press, "line": SMS})
        await page.sees(lambda now: now["entries"][1]["tick"] == "delivered")
    (form,) = hall.heard
    assert (form["ButtonPayload"], form["OriginalRepliedMessageSid"]) == (button["id"], message.sid)


async def test_a_place_is_sent_by_whatsapp_alone(hall: Hall) -> None:
    async with hall.looks(line=WHATSAPP) as page:
        await hall.act("point", phone=HANEUL, line=WHATSAPP)
        now = await page.sees(lambda now: now["entries"])
    assert now["entries"][0]["place"]["label"]
    await hall.act("point", 404, phone=HANEUL, line=SMS)


async def test_a_phone_without_whatsapp_has_one_chat(hall: Hall) -> None:
    async with hall.looks(BUSY) as page:
        now = await page.sees(lambda now: True)
    assert [chat["line"] for chat in now["chats"]] == [SMS]
    await hall.act("say", 404, phone=BUSY, line=WHATSAPP, text="Hello")
    with pytest.raises(aiohttp.WSServerHandshakeError, match="404"):
        await hall.http.ws_connect(f"{hall.page}/live", params={"phone": BUSY, "line": WHATSAPP})


@pytest.mark.parametrize(
    "body",
    [
        {"phone": "+999", "line": SMS, "text": "who?"},
        {"phone": HANEUL, "line": "+999", "text": "where?"},
    ],
)
async def test_nobody_s_phone_writes_to_nobody(hall: Hall, body: dict[str, str]) -> None:
    await hall.act("say", 404, **body)


@pytest.mark.parametrize("text", ["", "x" * 1601])
async def test_what_no_phone_would_send_is_refused(hall: Hall, text: str) -> None:
    await hall.act("say", 400, phone=HANEUL, line=SMS, text=text)


async def test_the_weather_is_made_and_told(hall: Hall) -> None:
    async with hall.looks() as page:
        now = await page.sees(lambda now: True)
        assert now["weather"] == {"pace": "quick", **dict.fromkeys(list(now["weather"])[1:], 0)}
        await hall.act("weather", lost=25, pace="slow")
        now = await page.sees(lambda now: now["weather"]["lost"] == 25)
        assert now["weather"]["pace"] == "slow" and hall.network.weather.lost == 0.25
        await hall.act("weather", sky="storm")
        await page.sees(lambda now: now["weather"]["busy"] > 0 and now["weather"]["pace"] == "quick")
        await hall.act("weather", sky="fair")
        await page.sees(lambda now: now["weather"]["busy"] == 0)
    assert hall.network.weather == FAIR
    await hall.act("weather", 400, lost=101)


async def test_a_fault_is_planned_for_the_very_next_sending(hall: Hall) -> None:
    await hall.act("plan", fault="busy")
    assert [hall.network.fault(orders=True) for _ in range(2)] == [Fault.BUSY, None]


async def test_each_phone_counts_what_came(hall: Hall) -> None:
    for _ in range(2):
        hall.answers("twice", to=OLIVIA)
    async with hall.looks(OLIVIA, SMS) as page:
        await page.sees_entries("twice", "twice")
        counts = {phone["number"]: phone["received"] for phone in page.now["phones"]}
    assert counts[OLIVIA] == 2 and counts[HANEUL] == 0


async def test_who_listens_is_let_go_when_the_demo_ends(hall: Hall) -> None:
    async with hall.looks(line=SMS) as page:
        await page.sees(lambda now: True)
        hall.phones.over.set()
        assert (await page.socket.receive()).type is aiohttp.WSMsgType.CLOSE

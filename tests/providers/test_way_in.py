"""What people's phones say, as it comes in by the signed door: words, files, answers, and news of what we sent."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from twilio.request_validator import RequestValidator

from gateway.events import agent
from gateway.sandbox.phones.records import File
from gateway.store.load import load_messages
from gateway.stream.files import ask_again
from tests.providers.town import ACCOUNT, HURRY, MINA, SECOND, SMS, WHATSAPP, House, eventually

PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f00"
    "03810180b5c7b5b80000000049454e44ae426082"
)


async def view(house: House, message: str) -> Any:
    async def look_up(look: Any) -> Any:
        return (await load_messages(look, [message]))[message].for_agents(lambda row: f"/media/{row['id']}")

    return await house.store.scan(look_up)


async def knock(house: House, url: str, form: dict[str, str]) -> int:
    """As Twilio does, from outside of the network's own plans."""
    signed = {"X-Twilio-Signature": RequestValidator(ACCOUNT.token).compute_signature(url, form)}
    async with house.http.post(url, data=form, headers=signed) as answer:
        return answer.status


async def test_one_person_on_two_channels_is_one_contact(house: House) -> None:
    house.says("by text")
    house.says("by chat", to=WHATSAPP)
    first, second = await house.hears("by text"), await house.hears("by chat")
    assert first["author_id"] == second["author_id"]
    contacts = await house.rows("select name from contacts")
    assert len(contacts) == 1
    assert (first["segments"], first["account_id"], second["account_id"]) == (1, "sms", "whatsapp")


async def test_twenty_of_the_same_at_once_are_one_message(house: House) -> None:
    form = {
        "AccountSid": ACCOUNT.sid,
        "MessageSid": "SM" + "1" * 32,
        "From": MINA,
        "To": SMS,
        "Body": "hello?",
        "NumMedia": "0",
    }
    url = f"{house.url}/webhooks/sms"
    assert set(await asyncio.gather(*(knock(house, url, form) for _ in range(20)))) == {200}
    assert await house.texts() == ["hello?"]
    assert await knock(house, url, {**form, "MessageSid": "SM" + "2" * 32}) == 200
    assert await house.texts() == ["hello?", "hello?"]


async def test_files_follow_their_message(house: House) -> None:
    house.says("look", files=(File("image/png", PICTURE),))
    message = await house.hears("look")

    async def fetched() -> bool:
        return bool((await view(house, message["id"]))["attachments"])

    await eventually(fetched)
    told = await view(house, message["id"])
    assert "files" not in told
    (file,) = told["attachments"]
    assert (file["mime"], file["size"], file["inline"]) == ("image/png", len(PICTURE), True)
    assert await house.value("select count(*) from events where kind = 'message.files'") == 1


async def test_a_file_that_does_not_come_is_shown_and_asked_for_again(house: House) -> None:
    message = house.says("look", files=(File("image/png", PICTURE),))
    assert message is not None
    media, message.media[:] = list(message.media), []
    row = await house.hears("look")

    async def failed() -> bool:
        files = (await view(house, row["id"])).get("files", [])
        return [one["state"] for one in files] == ["failed"]

    await eventually(failed)
    (file,) = (await view(house, row["id"]))["files"]
    assert file["problem"] == "attachment.missing" and file["mime"] == "image/png"
    message.media[:] = media
    await house.store.write(lambda tx: ask_again(tx, row["id"], agent("anna")))

    async def came() -> bool:
        return [one["id"] for one in (await view(house, row["id"]))["attachments"]] == [file["id"]]

    await eventually(came)
    assert "files" not in await view(house, row["id"])


async def test_an_answer_on_whatsapp_quotes_what_it_answers(house: House) -> None:
    first = house.says("Which size?", to=WHATSAPP)
    assert first is not None
    asked = await house.hears("Which size?")
    posted = await house.answers(asked, "Medium or large?")
    await house.shows(posted, "delivered")
    house.says("Large", to=WHATSAPP, quotes=house.mina.received[-1].sid)
    house.says("As I said", to=WHATSAPP, quotes=first.sid)
    assert (await house.hears("Large"))["reply_to"] == posted.message
    assert (await house.hears("As I said"))["reply_to"] == asked["id"]


async def test_a_place_and_a_button_are_what_they_are(house: House) -> None:
    house.says(to=WHATSAPP, extra={"Latitude": "37.5", "Longitude": "127.0", "Label": "Seoul"})
    house.says("Yes", to=WHATSAPP, extra={"ButtonText": "Yes", "ButtonPayload": "yes"})
    await house.hears("Yes")
    told = [
        orjson.loads(row["content"])
        for row in await house.rows("select content from messages order by position")
    ]
    assert {one["type"] for one in told} == {"location", "button"}


async def test_she_is_answered_from_the_number_she_wrote_to(town_of: Callable[..., Any]) -> None:
    async with town_of() as house:
        channels = {**house.config.channels, "sms": {**house.config.channels["sms"], "from": [SMS, SECOND]}}
        house.config = house.config.model_copy(update={"channels": channels})
        await house.start()
        house.says("to the first")
        first = await house.hears("to the first")
        house.says("to the second", to=SECOND)
        second = await house.hears("to the second")
        assert first["conversation_id"] == second["conversation_id"]
        posted = await house.answers(second, "from the second")
        await house.shows(posted, "delivered")
        back = await house.answers(first, "from the first", leg=first["leg_id"])
        await house.shows(back, "delivered")
        assert [one.line for one in house.mina.received] == [SECOND, SMS]


@pytest.mark.parametrize("names_the_attempt", [True, False])
async def test_news_may_come_before_our_own_call_has_returned(
    house: House, monkeypatch: pytest.MonkeyPatch, names_the_attempt: bool
) -> None:
    house.says("hello")
    asked = await house.hears("hello")
    assert house.parley is not None
    channel: Any = house.parley.channels.access("sms")
    send, told = channel.send, asyncio.Event()

    async def slow(delivery: Any) -> Any:
        if not names_the_attempt:
            delivery = replace(delivery, callback=delivery.callback.replace("/sms", "/sms?x=1"))
            monkeypatch.setattr("gateway.channels._twilio_send.callback_url", lambda one: one.callback)
        sent = await send(delivery)
        await told.wait()
        return sent

    monkeypatch.setattr(channel, "send", slow)
    posted = await house.answers(asked, "quick")

    async def arrived() -> bool:
        return house.mina.count("quick") == 1 and any(
            knock.status == 200 and dict(knock.call.form)["MessageStatus"] == "delivered"
            for knock in house.courier.knocks
            if "MessageStatus" in dict(knock.call.form)
        )

    await eventually(arrived)
    state = await house.value("select delivery from messages where id = $1", posted.message)
    assert state == ("delivered" if names_the_attempt else "queued")
    told.set()
    await house.shows(posted, "delivered")
    assert await house.value("select count(*) from early_news") == 0


async def test_a_callback_settles_nothing_of_another_account(house: House) -> None:
    house.says("hello", to=WHATSAPP)
    asked = await house.hears("hello")
    posted = await house.answers(asked, "mine")
    await house.shows(posted, "delivered")
    attempt = await house.value("select id from deliveries")
    form = {"AccountSid": ACCOUNT.sid, "MessageSid": "SM" + "9" * 32, "MessageStatus": "read", "To": MINA}
    assert await knock(house, f"{house.url}/webhooks/sms?attempt={attempt}", form) == 200
    assert await house.value("select delivery from messages where id = $1", posted.message) == "delivered"


async def test_callbacks_in_any_order_and_twice_end_at_the_highest(town_of: Callable[..., Any]) -> None:
    async with town_of(replace(HURRY, repeated=1.0, delayed=0.5)) as house:
        await house.start()
        house.says("hello", to=WHATSAPP)
        asked = await house.hears("hello")
        house.network.open_chat(MINA, WHATSAPP)
        posted = [await house.answers(asked, f"n{number}") for number in range(5)]
        for one in posted:
            await house.shows(one, "read")
        await asyncio.sleep(0.2)
        shown = {
            row["delivery"]
            for row in await house.rows("select delivery from messages where delivery is not null")
        }
        assert shown == {"read"}


async def test_korean_words_stop_too_and_nobody_unsigned_says_them(house: House) -> None:
    house.says("hello")
    await house.hears("hello")
    form = {"AccountSid": ACCOUNT.sid, "MessageSid": "SM1", "From": MINA, "To": SMS, "Body": "수신거부"}
    async with house.http.post(f"{house.url}/webhooks/sms", data=form) as answer:
        assert answer.status == 403
    assert await house.value("select opted_out_at from endpoints") is None
    house.says("수신거부")
    await house.hears("수신거부")
    assert await house.value("select opted_out_at from endpoints") is not None

"""From an agent's reply to a phone and back: over real HTTP, with the network's own answers."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import encode_basic_auth

from gateway.bus import AgentTyping
from gateway.errors import Refused
from gateway.media import receive
from gateway.sandbox.phones.weather import Fault, Weather
from gateway.store import from_json
from gateway.stream.attach import keep_upload
from tests.providers.town import ACCOUNT, GREETING, HURRY, MINA, SMS, TOM, WHATSAPP, House, eventually
from tests.world import until


async def test_a_reply_arrives_once_and_its_tick_rises_to_read(house: House) -> None:
    house.says("Is it open?", to=WHATSAPP)
    asked = await house.hears("Is it open?")
    posted = await house.answers(asked, "Until six.")
    await house.shows(posted, "delivered")
    assert house.mina.count("Until six.") == 1
    house.network.open_chat(MINA, WHATSAPP)
    await house.shows(posted, "read")
    row = (await house.rows("select * from deliveries"))[0]
    sent = house.network.messages[row["provider_id"]]
    assert sent.callback == f"{house.url}/webhooks/whatsapp?attempt={row['id']}"


async def test_what_was_written_in_order_arrives_in_order(house: House) -> None:
    house.says("hello")
    asked = await house.hears("hello")
    for number in range(6):
        last = await house.answers(asked, f"n{number}")
    await house.shows(last, "delivered")
    assert [one.text for one in house.mina.received] == [f"n{number}" for number in range(6)]


async def test_a_long_text_goes_in_parts_that_end_at_words(house: House) -> None:
    house.says("hello")
    text = " ".join(f"word{number:04}" for number in range(400))
    posted = await house.answers(await house.hears("hello"), text)
    await house.shows(posted, "delivered")
    parts = [one.text for one in house.mina.received]
    assert len(parts) == 3 and " ".join(parts) == text
    assert all(len(part) <= 1600 for part in parts)


@pytest.mark.parametrize("fault", [Fault.CUT_AFTER, Fault.BROKEN_AFTER])
async def test_a_lost_answer_is_found_in_the_providers_list(
    town_of: Callable[..., Any], fault: Fault
) -> None:
    """Not even a callback comes: the list alone says that it was taken."""
    async with town_of(replace(HURRY, lost=1.0)) as house:
        await house.start()
        house.network.weather = HURRY
        house.says("hello")
        asked = await house.hears("hello")
        house.network.weather = replace(HURRY, lost=1.0)
        house.network.plan(fault)
        posted = await house.answers(asked, "only once")
        await house.shows(posted, "sent")
        await until(lambda: house.mina.count("only once") == 1)


async def test_a_lost_answer_is_settled_by_the_callback_that_names_the_attempt(house: House) -> None:
    house.says("hello")
    asked = await house.hears("hello")
    house.network.plan(Fault.CUT_AFTER)
    posted = await house.answers(asked, "only once")
    await house.shows(posted, "delivered")
    assert house.mina.count("only once") == 1
    assert await house.value("select count(*) from deliveries") == 1


@pytest.mark.parametrize("fault", [Fault.CUT, Fault.BROKEN])
async def test_what_was_never_taken_is_unknown_after_the_doubt_and_the_agent_chooses(
    house: House, fault: Fault
) -> None:
    house.says("hello")
    asked = await house.hears("hello")
    house.network.plan(fault)
    posted = await house.answers(asked, "perhaps")
    after = await house.answers(asked, "and then")
    await house.shows(posted, "unknown")
    await house.shows(after, "delivered")
    assert [one.text for one in house.mina.received] == ["and then"]


async def test_two_alike_in_the_list_prove_nothing(town_of: Callable[..., Any]) -> None:
    """Another program has sent the very same words to her in the same minutes."""
    async with town_of() as house:
        await house.start()
        house.says("hello")
        asked = await house.hears("hello")
        house.network.weather = replace(HURRY, lost=1.0)
        async with house.http.post(
            f"{house.network.base}/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json",
            data={"To": MINA, "From": SMS, "Body": "twice?"},
            headers={"Authorization": encode_basic_auth(ACCOUNT.sid, ACCOUNT.token)},
        ) as answer:
            assert answer.status == 201
        house.network.plan(Fault.CUT_AFTER)
        posted = await house.answers(asked, "twice?")
        await house.shows(posted, "unknown")
        assert await house.value("select provider_id from deliveries") is None


async def test_a_busy_provider_is_asked_again_and_nothing_is_doubled(house: House) -> None:
    house.says("hello")
    asked = await house.hears("hello")
    house.network.plan(Fault.BUSY, Fault.BUSY)
    posted = await house.answers(asked, "patience")
    await house.shows(posted, "delivered")
    assert house.mina.count("patience") == 1
    states = [row["state"] for row in await house.rows("select state from deliveries order by attempt")]
    assert states[:2] == ["deferred", "deferred"]


async def test_credentials_that_are_not_taken_pause_the_account_until_they_are(house: House) -> None:
    house.says("hello")
    asked = await house.hears("hello")
    house.network.accounts[ACCOUNT.sid] = replace(ACCOUNT, token="another")
    posted = await house.answers(asked, "waits")

    async def paused() -> bool:
        return bool(await house.value("select reason from accounts where id = 'sms'") == "auth_failed")

    await eventually(paused)
    house.network.accounts[ACCOUNT.sid] = ACCOUNT
    await house.shows(posted, "delivered")
    assert house.mina.count("waits") == 1
    assert await house.value("select reason from accounts where id = 'sms'") is None


async def test_a_number_that_is_not_on_whatsapp_says_so(house: House) -> None:
    house.network.phones[TOM].on_whatsapp = True
    house.says("hello", to=WHATSAPP, number=TOM)
    asked = await house.hears("hello")
    house.network.phones[TOM].on_whatsapp = False
    posted = await house.answers(asked, "there?")
    await house.shows(posted, "failed")
    row = (await house.rows("select * from deliveries"))[0]
    assert (row["code"], row["problem"], row["next_step"]) == ("63003", "delivery.no_whatsapp", "never")


async def test_a_closed_window_stops_words_at_the_gate_and_lets_a_template_through(house: House) -> None:
    house.says("hello", to=WHATSAPP)
    asked = await house.hears("hello")
    long_ago = "update endpoints set last_inbound_at = last_inbound_at - 86400001"
    await house.store.write(lambda tx: tx.run(long_ago))
    orders = len([one for one in house.network.messages.values() if not one.inbound])
    posted = await house.answers(asked, "too late")
    await house.shows(posted, "failed")
    assert len([one for one in house.network.messages.values() if not one.inbound]) == orders
    assert await house.value("select next_step from deliveries") == "window"
    content = {"type": "template", "key": GREETING.sid, "variables": {"1": "Mina", "2": "B-7"}}
    words = "Hello Mina, your order B-7 is on its way."
    template = await house.answers(asked, words, content=content)
    await house.shows(template, "delivered")
    assert house.mina.received[-1].text == words and house.mina.received[-1].template == GREETING.sid


async def test_stop_then_a_reply_is_refused_until_start(house: House) -> None:
    house.says("hello")
    asked = await house.hears("hello")
    house.says("STOP")
    await house.hears("STOP")
    with pytest.raises(Refused) as refused:
        await house.answers(asked, "but wait")
    assert refused.value.text == "errors.opted_out"
    house.says("START")
    await house.hears("START")
    posted = await house.answers(asked, "welcome back")
    await house.shows(posted, "delivered")
    told = await house.rows("select changes from events where kind = 'leg.consent' order by position")
    assert [from_json(row["changes"]) for row in told] == [{"opted_out": True}, {"opted_out": False}]


async def test_a_stop_that_only_the_provider_knows_is_learned_from_its_refusal(house: House) -> None:
    house.says("hello")
    asked = await house.hears("hello")
    house.network._stopped.add((SMS, MINA))
    posted = await house.answers(asked, "still there?")
    await house.shows(posted, "failed")

    async def known() -> bool:
        return await house.value("select opted_out_at from endpoints") is not None

    await eventually(known)
    assert await house.value("select next_step from deliveries") == "opted_out"


async def test_files_go_with_the_words_and_are_had_by_the_provider_alone(house: House) -> None:
    house.says("hello")
    asked = await house.hears("hello")
    picture = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f00"
        "03810180b5c7b5b80000000049454e44ae426082"
    )
    assert house.parley is not None
    file, _ = await receive(
        house.parley.media, picture, name="사진.png", declared_type="image/png", limit=10_000
    )
    upload = await house.store.write(lambda tx: keep_upload(tx, "agent:anna", file))
    posted = await house.answers(asked, "Here it is", uploads=(upload,))
    await house.shows(posted, "delivered")
    arrived = house.mina.received[-1]
    assert (arrived.text, [one.content for one in arrived.files]) == ("Here it is", [picture])


async def test_a_storm_doubles_nothing_and_loses_nothing_in_silence(town_of: Callable[..., Any]) -> None:
    storm = Weather(
        step=HURRY.step, travel=HURRY.travel, late=HURRY.late, lost=0.1, repeated=0.3, delayed=0.3,
        busy=0.1, broken=0.05, cut=0.05, broken_after=0.05, cut_after=0.1,
    )  # fmt: skip
    async with town_of() as house:
        await house.start()
        house.says("hello")
        asked = await house.hears("hello")
        house.network.weather = storm
        posted = [await house.answers(asked, f"n{number}") for number in range(12)]
        for one in posted:
            await house.shows(one, "delivered", "sent", "unknown")
        house.network.weather = HURRY
        shown = {
            row["text"]: row["delivery"]
            for row in await house.rows("select text, delivery from messages where delivery is not null")
        }
        await asyncio.sleep(0.3)
        for text, state in shown.items():
            assert house.mina.count(text) <= 1, text
            assert house.mina.count(text) == 1 or state == "unknown", (text, state)


async def test_whatsapp_shows_that_somebody_writes_a_reply(house: House) -> None:
    house.says("hello", to=WHATSAPP)
    asked = await house.hears("hello")
    assert house.parley is not None
    typing = AgentTyping(asked["conversation_id"], "anna", "t", "Anna", None, "public", True, ("p",))
    house.parley.bus.signal(replace(typing, mode="note", persons=()))
    house.parley.bus.signal(typing)
    await until(lambda: house.network.is_typing(MINA, WHATSAPP))

    async def seen() -> bool:
        return bool(await house.value("select seen_to from legs") >= asked["position"])

    await eventually(seen)

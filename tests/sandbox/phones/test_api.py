"""The door, asked by the official client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from gateway.sandbox.phones.records import Account, File, Saying, Template
from gateway.sandbox.phones.weather import Fault, Weather
from tests.sandbox.phones.town import (
    ACCOUNT,
    GREETING,
    MINA,
    NOON,
    OTHER,
    SERVICE,
    SMS,
    TOM,
    WHATSAPP,
    Town,
    api,
    official,
    plain,
)


async def refused(asked: Any) -> tuple[int, int]:
    with pytest.raises(TwilioRestException) as caught:
        await asked
    return caught.value.status, caught.value.code


async def test_the_official_client_sends_and_looks_it_up() -> None:
    town = Town()
    async with api(town) as base, official(base) as client:
        made = await client.messages.create_async(to=MINA, from_=SMS, body="안녕하세요")
        assert (made.status, made.direction, made.num_segments) == ("queued", "outbound-api", "1")
        assert made.date_created == datetime.fromtimestamp(NOON / 1000, UTC)
        assert (made.date_sent, made.error_code, made.messaging_service_sid) == (None, None, None)
        town.passes()
        seen = await client.messages(made.sid).fetch_async()
        assert (seen.sid, seen.status, seen.body, seen.to) == (made.sid, "delivered", "안녕하세요", MINA)
        assert town.mina.count("안녕하세요") == 1


async def test_a_service_says_its_sender_when_it_has_one() -> None:
    town = Town()
    async with api(town) as base, official(base) as client:
        made = await client.messages.create_async(to=MINA, messaging_service_sid=SERVICE, body="Hello")
        assert (made.status, made.from_, made.num_segments) == ("accepted", None, "0")
        town.passes()
        seen = await client.messages(made.sid).fetch_async()
        assert (seen.messaging_service_sid, seen.num_segments) == (SERVICE, "1")


async def test_refusals_are_exceptions_of_the_client() -> None:
    town = Town()
    town.says("STOP")
    async with api(town) as base, official(base) as client:
        create = client.messages.create_async
        assert await refused(create(to="12", from_=SMS, body="x")) == (400, 21211)
        assert await refused(create(to=MINA, from_=SMS, body="x")) == (400, 21610)
        assert await refused(client.messages("SM" + "0" * 32).fetch_async()) == (404, 20404)
        assert await refused(client.content.v1.contents("HX" + "0" * 32).fetch_async()) == (404, 20404)


@pytest.mark.parametrize("account", [Account(ACCOUNT.sid, "wrong"), Account("AC" + "9" * 32, ACCOUNT.token)])
async def test_strangers_are_told_nothing(account: Account) -> None:
    town = Town()
    async with api(town) as base, official(base, account) as client:
        assert await refused(client.messages("SM" + "0" * 32).fetch_async()) == (401, 20003)
        assert await refused(client.messages.create_async(to=MINA, from_=SMS, body="x")) == (401, 20003)
        async with aiohttp.ClientSession() as http, http.get(f"{base}/v1/Content") as answer:
            assert (answer.status, (await answer.json())["code"]) == (401, 20003)


async def test_another_account_finds_nothing_of_ours() -> None:
    town = Town()
    message = town.sends()
    async with api(town) as base, official(base, OTHER) as client:
        assert await client.messages.list_async() == []
        assert await client.content.v1.contents.list_async() == []
        assert await refused(client.messages(message.sid).fetch_async()) == (404, 20404)
        assert await refused(client.content.v1.contents(GREETING.sid).fetch_async()) == (404, 20404)
        approval = client.content.v1.contents(GREETING.sid).approval_fetch()
        assert await refused(approval.fetch_async()) == (404, 20404)
        ours = client.api.v2010.accounts(ACCOUNT.sid)
        assert await refused(ours.messages(message.sid).fetch_async()) == (404, 20404)
        assert await refused(ours.messages.create_async(to=MINA, from_=SMS, body="x")) == (404, 20404)
    assert len(town.network.messages) == 1


async def test_lists_are_paged_filtered_and_newest_first() -> None:
    town = Town()
    sids = []
    for hour in range(5):
        sids.append(town.sends(str(hour)).sid)
        town.passes(3600)
    town.sends("To Tom", to=TOM)
    town.says("From Mina")
    async with api(town, "/sandbox/key/network") as base, official(base) as client:
        listed = await client.messages.list_async(to=MINA, page_size=2)
        assert [one.sid for one in listed] == sids[::-1]
        incoming = await client.messages.list_async(from_=MINA)
        assert [(one.body, one.status, one.direction) for one in incoming] == [
            ("From Mina", "received", "inbound")
        ]
        second = datetime.fromtimestamp(NOON / 1000 + 3600, UTC)
        after = await client.messages.list_async(to=MINA, date_sent_after=second)
        assert [one.body for one in after] == ["4", "3", "2", "1"]
        before = await client.messages.list_async(to=MINA, date_sent_before=second)
        assert [one.body for one in before] == ["1", "0"]


async def test_days_belong_to_their_filters_whole() -> None:
    town = Town()
    for text in ("the 18th", "the 19th", "the 20th"):
        town.sends(text)
        town.passes(24 * 3600)
    async with api(town) as base, plain() as http:
        for query, bodies in {
            "DateSent=2026-11-19": ["the 19th"],
            "DateSent%3E=2026-11-19": ["the 20th", "the 19th"],
            "DateSent%3C=2026-11-19": ["the 19th", "the 18th"],
            "DateSent%3E=2026-11-19&DateSent%3C=2026-11-19": ["the 19th"],
            "DateSent=2026-12-01": [],
        }.items():
            address = f"{base}/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json?{query}"
            async with http.get(address) as answer:
                assert [one["body"] for one in (await answer.json())["messages"]] == bodies, query
        async with http.get(
            f"{base}/2010-04-01/Accounts/{ACCOUNT.sid}/Messages.json?DateSent=soon"
        ) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 20001)


async def test_media_are_listed_and_got_with_credentials_by_a_redirect() -> None:
    town = Town()
    async with api(town) as base, official(base) as client, plain() as http:
        saying = Saying("Look", files=(File("image/png", b"one"), File("text/vcard", b"two")))
        message = town.network.say(MINA, SMS, saying)
        (form,) = town.passes()
        assert message is not None
        media = await client.messages(message.sid).media.list_async()
        assert [one.content_type for one in media] == ["image/png", "text/vcard"]
        assert (
            await client.messages(message.sid).media(media[1].sid).fetch_async()
        ).parent_sid == message.sid
        assert form["MediaUrl1"] == f"{base}{media[1].uri.removesuffix('.json')}"
        async with http.get(form["MediaUrl1"], allow_redirects=False) as answer:
            elsewhere = answer.headers["Location"]
            assert answer.status == 307
        async with aiohttp.ClientSession() as nobody:
            async with nobody.get(form["MediaUrl1"]) as answer:
                assert answer.status == 401
            async with nobody.get(elsewhere) as answer:
                assert (await answer.read(), answer.content_type) == (b"two", "text/vcard")
            async with nobody.get(elsewhere + "0") as answer:
                assert answer.status == 404
        assert await refused(client.messages(message.sid).media("ME0").fetch_async()) == (404, 20404)


async def test_templates_are_listed_found_and_shown_with_their_approval() -> None:
    town = Town()
    rejected = Template(
        "HX" + "e" * 32,
        ACCOUNT.sid,
        "weather",
        "ko",
        {"twilio/quick-reply": {"body": "우산 챙기세요", "actions": []}},
        category="MARKETING",
        approval="rejected",
        rejection="INVALID_FORMAT",
    )
    town.network.add(rejected)
    async with api(town) as base, official(base) as client:
        listed = await client.content.v1.contents.list_async(page_size=1)
        assert [one.sid for one in listed] == [GREETING.sid, rejected.sid]
        one = await client.content.v1.contents(GREETING.sid).fetch_async()
        assert (one.friendly_name, one.variables, one.types["twilio/text"]["body"]) == (
            "order_sent",
            {"1": "there"},
            GREETING.body,
        )
        approval = await client.content.v1.contents(rejected.sid).approval_fetch().fetch_async()
        assert (approval.whatsapp["status"], approval.whatsapp["rejection_reason"]) == (
            "rejected",
            "INVALID_FORMAT",
        )
        both = await client.content.v1.content_and_approvals.list_async()
        assert [found.approval_requests["status"] for found in both] == ["approved", "rejected"]
        for search, sids in (
            ({"content_name": "ORDER"}, [GREETING.sid]),
            ({"content": "우산"}, [rejected.sid]),
            ({"language": ["ko", "fr"]}, [rejected.sid]),
            ({"content_type": ["twilio/text"]}, [GREETING.sid]),
            ({"channel_eligibility": ["whatsapp:approved"]}, [GREETING.sid]),
        ):
            found = await client.content.v2.content_and_approvals.list_async(**search)
            assert [one.sid for one in found] == sids, search


async def test_a_template_is_sent_by_its_sid() -> None:
    town = Town()
    async with api(town) as base, official(base) as client:
        made = await client.messages.create_async(
            to=f"whatsapp:{MINA}", from_=WHATSAPP, content_sid=GREETING.sid, content_variables='{"2": "17"}'
        )
        assert made.body == "Hello there, your order 17 is on its way."
        town.passes()
        assert (await client.messages(made.sid).fetch_async()).status == "delivered"


async def test_typing_shows_on_the_phone_and_says_it_was_read() -> None:
    town = Town()
    asked = town.says("Hi", WHATSAPP)
    assert asked is not None
    async with api(town) as base, official(base) as client, plain() as http:
        indicator = client.messaging.v2.typing_indicator
        made = await indicator.create_async(channel="whatsapp", message_id=asked.sid)
        assert made.success and asked.seen and town.network.is_typing(MINA, WHATSAPP)
        assert await refused(indicator.create_async(channel="sms", message_id=asked.sid)) == (400, 20001)
        async with http.post(f"{base}/v2/Indicators/Typing.json", data={"channel": "whatsapp"}) as answer:
            assert (answer.status, (await answer.json())["code"]) == (400, 20001)


@pytest.mark.parametrize(
    ("fault", "status", "arrives"),
    [
        (Fault.BUSY, 429, 0),
        (Fault.BROKEN, 500, 0),
        (Fault.BROKEN_AFTER, 500, 1),
        (Fault.CUT, None, 0),
        (Fault.CUT_AFTER, None, 1),
    ],
)
async def test_a_fault_tells_the_client_and_does_or_does_not(
    fault: Fault, status: int | None, arrives: int
) -> None:
    town = Town(weather=Weather(retry_after=30))
    town.network.plan(fault)
    async with api(town) as base, official(base) as client:
        with pytest.raises((TwilioRestException, aiohttp.ClientError)) as caught:
            await client.messages.create_async(to=MINA, from_=SMS, body="Hello")
        assert getattr(caught.value, "status", None) == status
        town.passes()
        assert town.mina.count("Hello") == arrives
        # Whoever is unsure asks for what Twilio holds instead of sending again.
        assert len(await client.messages.list_async(to=MINA)) == arrives


async def test_a_429_says_how_long_to_wait() -> None:
    town = Town(weather=Weather(busy=1, retry_after=30))
    async with api(town) as base, plain() as http, http.get(f"{base}/v1/Content") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "30")
        assert await answer.json() == {
            "code": 20429,
            "message": "Too Many Requests",
            "more_info": "https://www.twilio.com/docs/errors/20429",
            "status": 429,
        }

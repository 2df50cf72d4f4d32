"""A copy of the chat by mail, at her own asking: to an address that is proven to be hers, and to no other."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.events import AccountId, Address, InboundMessage
from gateway.limits import Limits
from gateway.rates import Rate
from gateway.stream.contacts import set_claims
from gateway.stream.ingest import Intake, take_in
from gateway.stream.proofs import make_word
from tests.visitors.conftest import Browser, Shop, open_shop

HERS = "hana@naver.com"
MAIL = {"type": "email", "address": "help@haru.example", "smtp_url": "smtp://127.0.0.1:9"}
SMS = {"type": "twilio_sms", "account_sid": "AC" + "0" * 32, "auth_token": "t", "from": "+821000000001"}


@pytest.fixture(params=["sqlite", "postgresql"])
async def shop(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Shop]:
    url = f"sqlite:///{tmp_path}/p.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
    async with open_shop(url, tmp_path, accounts={"mail": MAIL}, follow_up_by="mail") as opened:
        yield opened


async def writes(shop: Shop, text: str) -> None:
    fact = InboundMessage(f"m {text}", Address("mailto", HERS), text=text)
    await take_in(shop.store, Intake(AccountId("mail")), fact)


async def proves(shop: Shop) -> None:
    """The address is hers: what was shown in her chat came back from there."""
    talk = await shop.conversation()
    row = await shop.one("select id from identities where space = 'visitor'")
    word = await shop.store.write(lambda tx: make_word(tx, talk, row["id"], "mail"))
    await writes(shop, f"I am she. #{word}")


async def asks(browser: Browser) -> tuple[int, dict[str, Any]]:
    answer = await browser.ask("POST", "transcript", json={})
    return answer.status, await answer.json()


async def copies(shop: Shop) -> list[str]:
    """To whom."""
    rows = await shop.all(
        """select i.address from messages m join legs l on l.id = m.leg_id join identities i on i.id = l.identity_id
        where m.author_kind = 'automation' and m.author_id = 'transcript' order by m.position"""
    )
    return [row["address"] for row in rows]


async def test_a_copy_goes_once_to_the_proven_address_which_she_is_told_in_part(shop: Shop) -> None:
    hana = shop.browser()
    assert (await hana.arrive())["settings"]["continues"] is False
    await hana.say("Where is it?")
    talk = await shop.conversation()
    await shop.reply(talk, "It comes tomorrow.")
    await shop.reply(talk, "She is angry.", note=True)
    await proves(shop)
    assert (await hana.arrive())["settings"]["continues"] is True
    moves = await (await hana.ask("POST", "moves")).json()
    assert moves == {"ways": [], "copy_to": "h***@naver.com"}
    assert await asks(hana) == (201, {"address": "h***@naver.com"})
    assert await asks(hana) == (200, {"address": "h***@naver.com"})
    assert await copies(shop) == [HERS]
    rows = await shop.all("select m.text from carried k join messages m on m.id = k.carried_id")
    said = {row["text"] for row in rows}
    assert {"Where is it?", "It comes tomorrow."} <= said and "She is angry." not in said
    # Her window shows what it did before.
    told = [one["text"] for one in (await hana.history())["messages"]]
    assert told == ["Where is it?", "It comes tomorrow."]


async def test_an_address_that_somebody_left_gets_none(shop: Shop) -> None:
    hana, bora = shop.browser(), shop.browser()
    for browser in (hana, bora):
        await browser.arrive(claims={"email": HERS})
        await browser.say("Hello")
    contact = (await shop.one("select contact_id from identities where space = 'visitor'"))["contact_id"]
    await shop.store.write(lambda tx: set_claims(tx, contact, {"email": HERS}))
    await writes(shop, "I am somebody")
    for browser in (hana, bora):
        status, told = await asks(browser)
        assert (status, told["text"]) == (422, "errors.transcript_unproven")
        assert (await browser.ask("POST", "moves")).status == 422
        assert (await browser.arrive())["settings"]["continues"] is False
    assert await copies(shop) == []


async def test_nobody_has_anothers(tmp_path: Path) -> None:
    async with open_shop(
        f"sqlite:///{tmp_path}/p.db", tmp_path, accounts={"mail": MAIL, "sms": SMS}, continue_on=["sms"]
    ) as shop:
        hana, bora = shop.browser(), shop.browser()
        await hana.arrive()
        await hana.say("mine")
        await proves(shop)
        await bora.arrive()
        assert (await asks(bora))[0] == 422, "she has said nothing"
        await bora.say("other words")
        assert (await asks(bora))[0] == 422
        moves = await (await bora.ask("POST", "moves")).json()
        assert moves["copy_to"] is None and len(moves["ways"]) == 1
        # By the account by which it was heard of, for the chat names none.
        assert (await asks(hana))[0] == 201
        assert (await shop.browser().ask("POST", "transcript", json={})).status == 401


async def test_nobody_asks_without_end(tmp_path: Path) -> None:
    limits = Limits(visitor_transcripts=Rate.parse("2/hour"))
    async with open_shop(
        f"sqlite:///{tmp_path}/p.db", tmp_path, limits, accounts={"mail": MAIL}, follow_up_by="mail"
    ) as shop:
        hana = shop.browser()
        await hana.arrive()
        await hana.say("Hello")
        answers = await asyncio.gather(*(asks(hana) for _ in range(4)))
        assert sorted(status for status, _ in answers) == [422, 422, 429, 429]

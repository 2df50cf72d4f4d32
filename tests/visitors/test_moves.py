"""Going on with a chat on a phone: links with words written, each with a word that comes back."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from gateway.events import AccountId, Address, InboundMessage, agent
from gateway.limits import Limits
from gateway.rates import Rate
from gateway.stream.ingest import Intake, Taken, take_in
from gateway.stream.merge import merge
from gateway.stream.split import split_contact
from gateway.visitors.moves import QUIET, draw_qr
from tests.visitors.conftest import Browser, Shop, open_shop
from tests.visitors.story import Story
from tests.world import sent_link

KEYS = {"account_sid": "AC" + "0" * 32, "auth_token": "t", "from": "+821000000001"}
ACCOUNTS = {
    "sms": {"type": "twilio_sms", **KEYS},
    "whatsapp": {"type": "twilio_whatsapp", **KEYS, "label": "Night shift"},
}
PHONE = "+821055501001"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """A chat whose customers may go on by telephone."""
    ways = ["whatsapp", "sms"]
    async with open_shop(
        f"sqlite:///{tmp_path}/p.db", tmp_path, accounts=ACCOUNTS, continue_on=ways
    ) as opened:
        yield opened


async def moves(browser: Browser) -> list[dict[str, Any]]:
    answer = await browser.ask("POST", "moves")
    told = await answer.json()
    assert answer.status == 201, told
    ways: list[dict[str, Any]] = told["ways"]
    return ways


def written(link: str) -> str:
    """What her phone has written for her."""
    query = parse_qs(urlsplit(link).query)
    return next(iter(query.get("text") or query["body"]))


async def texts(shop: Shop, text: str, account: str, provider_id: str = "SM1") -> Taken:
    fact = InboundMessage(provider_id, Address("tel", PHONE), text=text)
    return await take_in(shop.store, Intake(AccountId(account)), fact)


async def test_the_links_lead_to_her_own_conversation(shop: Shop):
    hana = shop.browser()
    told = await hana.arrive(locale="ko-KR")
    assert told["settings"]["continues"] is True
    await hana.say("안녕하세요")
    whatsapp, sms = await moves(hana)
    assert (whatsapp["label"], sms["label"]) == ("WhatsApp", "문자 메시지")
    assert (whatsapp["by"], sms["by"]) == ("WhatsApp으로", "문자 메시지로")
    assert whatsapp["link"].startswith("https://wa.me/821000000001?text=")
    # The word may be typed as well, and sent to the number by hand.
    assert written(whatsapp["link"]).endswith(whatsapp["word"])
    assert whatsapp["number"] == "+82 10-0000-0001"
    assert re.fullmatch(r"여기서 이어서 상담할게요\. #\w{10}", written(whatsapp["link"]))
    came = await texts(shop, written(whatsapp["link"]), "whatsapp")
    assert came.conversation == await shop.conversation()
    # In her browser stands what she said there, and nothing of her telephone.
    assert [one["text"] for one in (await hana.history())["messages"]] == ["안녕하세요"]
    # The other one's word was its own.
    again = await texts(shop, written(sms["link"]), "sms", "SM2")
    assert again.conversation == came.conversation


async def test_her_browser_is_told_where_it_goes_on_until_she_writes_there_again(shop: Shop):
    hana, bora = shop.browser(), shop.browser()
    for browser in (hana, bora):
        await browser.arrive()
    await bora.say("Hi")
    await hana.say("Hello")
    lines = [await browser.connect() for browser in (hana, bora)]
    for line in lines:
        assert (await line.hear("snapshot"))["goes_by"] is None
    whatsapp, _ = await moves(hana)
    await texts(shop, f"I send it by hand {whatsapp['word'].lower()}", "whatsapp")
    by = {"en": "by WhatsApp", "ko": "WhatsApp으로"}
    await lines[0].hear("events")
    await lines[0].quiet()
    assert Story.of(lines[0].frames).goes_by == by
    # A fresh page is told the same, and nobody else anything.
    again = await hana.connect()
    assert (await again.hear("snapshot"))["goes_by"] == by
    await lines[1].quiet()
    assert Story.of(lines[1].frames).goes_by is None
    await hana.say("I am back here")
    await lines[0].quiet()
    assert Story.of(lines[0].frames).goes_by is None
    assert (await (await hana.connect()).hear("snapshot"))["goes_by"] is None


async def test_what_agents_merge_says_nothing_to_her_browser(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    await hana.say("Hello")
    mine = await shop.conversation()
    other = await texts(shop, "by text message", "sms")
    await shop.store.write(lambda tx: merge(tx, other.conversation, mine, agent(shop.agent)))
    line = await hana.connect()
    assert (await line.hear("snapshot"))["goes_by"] is None
    await texts(shop, "and again", "sms", "SM2")
    await line.quiet()
    assert Story.of(line.frames).goes_by is None


async def test_an_agents_answer_goes_to_the_telephone(shop: Shop):
    hana = shop.browser()
    await hana.arrive(locale="en")
    await hana.say("Hello")
    way = (await moves(hana))[0]
    assert unquote(way["link"]).endswith(written(way["link"]))
    came = await texts(shop, written(way["link"]), "whatsapp")
    posted = await shop.reply(came.conversation, "We go on here")
    leg = await shop.one(
        "select l.account_id from messages m join legs l on l.id = m.leg_id where m.id = $1", posted.message
    )
    assert leg["account_id"] == "whatsapp"
    assert len((await hana.history())["messages"]) == 1


async def test_who_has_said_nothing_has_nothing_to_continue(shop: Shop):
    hana = shop.browser()
    await hana.arrive()
    answer = await hana.ask("POST", "moves")
    assert answer.status == 422 and (await answer.json())["text"] == "errors.nothing_to_continue"
    assert not await shop.all("select * from proofs")


async def test_a_chat_that_offers_no_other_account_has_none(shop: Shop):
    bora = shop.browser("second")
    assert (await bora.arrive())["settings"]["continues"] is False
    await bora.say("Hello")
    assert (await bora.ask("POST", "moves")).status == 422


async def test_it_asks_for_her_token(shop: Shop):
    assert (await shop.browser().ask("POST", "moves")).status == 401


async def test_nobody_makes_words_without_end(tmp_path: Path):
    limits = Limits(visitor_moves=Rate.parse("2/minute"))
    shops = open_shop(f"sqlite:///{tmp_path}/p.db", tmp_path, limits, accounts=ACCOUNTS, continue_on=["sms"])
    async with shops as shop:
        hana = shop.browser()
        await hana.arrive()
        await hana.say("Hello")
        answers = await asyncio.gather(*(hana.ask("POST", "moves") for _ in range(5)))
        assert sorted(one.status for one in answers) == [201, 201, 429, 429, 429]


async def followable(shop: Shop) -> tuple[str, str]:
    """She writes by telephone and is sent a link: her conversation and the link's secret."""
    came = await texts(shop, "by text message", "sms", "SM9")
    return came.conversation, await sent_link(shop.store, came.conversation)


async def goes(browser: Browser, **ask: str) -> dict[str, Any]:
    """What it is told that follows a link."""
    answer = await browser.ask("POST", "session", json=ask)
    told: dict[str, Any] = await answer.json()
    assert answer.status == 200, told
    return told


async def test_a_link_goes_on_in_the_browser_that_follows_it_first(shop: Shop):
    conversation, secret = await followable(shop)
    hana = shop.browser()
    once = "a" * 26
    told = await hana.arrive(go=secret, once=once, locale="ko")
    assert told["open"] is True
    assert (await hana.history())["messages"][0]["text"] == "by text message"
    await hana.say("and now here")
    assert await shop.conversation() == conversation
    posted = await shop.reply(conversation, "Welcome back")
    assert [one["text"] for one in (await hana.history())["messages"]][-1] == "Welcome back"
    leg = await shop.one(
        "select l.account_id from messages m join legs l on l.id = m.leg_id where m.id = $1", posted.message
    )
    assert leg["account_id"] == "web"
    # Its answer was lost: the same browser asks again and is the same.
    assert (await hana.arrive(go=secret, once=once))["subject"] == told["subject"]
    # And later, without the link, by its token.
    assert (await hana.arrive())["subject"] == told["subject"]


async def test_a_browser_whose_link_is_taken_back_starts_over_and_hears_no_more(shop: Shop):
    _, secret = await followable(shop)
    friend = shop.browser()
    await friend.arrive(go=secret, once="a" * 26)
    line = await friend.connect()
    snapshot = await line.hear("snapshot")
    assert snapshot["messages"][0]["text"] == "by text message"
    row = await shop.one("select id, contact_id from identities where space = 'visitor'")
    by = agent(shop.agent)
    await shop.store.write(lambda tx: split_contact(tx, row["contact_id"], [row["id"]], by))
    assert (await line.hear("reset"))["reason"] == "epoch"
    await texts(shop, "and my PIN is 1234", "sms", "SM10")
    await friend.say("is anybody there?")
    await shop.told()
    told = await line.hear("events")
    while not any("is anybody there?" in raw for raw in line.raw):
        told = await line.hear("events")
    assert told and not any("PIN" in raw for raw in line.raw)
    again = await (await friend.connect()).hear("snapshot")
    assert [one["text"] for one in again["messages"]] == ["is anybody there?"]


async def test_a_browser_whose_link_is_taken_back_while_it_sleeps_starts_over_when_it_wakes(both: Shop):
    _, secret = await followable(both)
    friend = both.browser()
    await friend.arrive(go=secret, once="a" * 26)
    line = await friend.connect()
    await line.hear("snapshot")
    await line.ws.close()
    row = await both.one("select id, contact_id from identities where space = 'visitor'")
    by = agent(both.agent)
    await both.store.write(lambda tx: split_contact(tx, row["contact_id"], [row["id"]], by))
    again = await friend.connect(line.cursor)
    await again.hear("reset")
    assert (await again.hear("snapshot"))["messages"] == []


async def test_whoever_follows_it_second_is_told_that_it_is_over(shop: Shop):
    _, secret = await followable(shop)
    hana, friend = shop.browser(), shop.browser()
    await hana.arrive(go=secret, once="a" * 26)
    told = await goes(friend, go=secret, once="b" * 26)
    # Whose chat it is, and nobody's door to it.
    assert set(told) == {"over", "settings"} and told["over"] is True
    assert told["settings"]["title"] == (await hana.arrive())["settings"]["title"]
    # Without the link anybody may begin.
    assert (await friend.arrive())["open"] is False


async def test_whoever_this_browser_was_before_is_not_joined(shop: Shop):
    """A token that somebody planted here does not become hers."""
    _, secret = await followable(shop)
    planted = shop.browser()
    before = await planted.arrive()
    await planted.say("I wait for her")
    former = planted.token
    told = await planted.arrive(go=secret, once="a" * 26, token=former)
    assert told["subject"] != before["subject"]
    planted.token = former
    assert [one["text"] for one in (await planted.history())["messages"]] == ["I wait for her"]


async def test_a_link_needs_the_browsers_own_word_and_one_that_is_not_ours_is_over(shop: Shop):
    _, secret = await followable(shop)
    hana = shop.browser()
    for ask, status in (
        ({"go": secret}, 400),
        ({"go": secret, "once": "short"}, 400),
        ({"go": "no link!", "once": "a" * 26}, 400),
    ):
        assert (await hana.ask("POST", "session", json=ask)).status == status, ask
    assert (await goes(hana, go="nosuchlink", once="a" * 26))["over"]
    assert (await goes(shop.browser("second"), go=secret, once="a" * 26))["over"]
    members = shop.browser("members")
    assert (await members.ask("POST", "session", json={"go": secret, "once": "a" * 26})).status == 403
    assert (await hana.arrive(go=secret, once="a" * 26))["open"]


async def test_a_short_link_leads_to_the_account_s_own_and_nowhere_else(shop: Shop):
    word, anybody = "7K2MXQ4T9B", shop.browser().http
    for account, start in (("whatsapp", "https://wa.me/821000000001?text="), ("sms", "sms:+821000000001?")):
        for language, words in (
            ("ko-KR,ko;q=0.9", "여기서 이어서 상담할게요"),
            ("de", "I would like to continue here"),
        ):
            async with anybody.get(
                f"/go/{account}/{word}", headers={"Accept-Language": language}, allow_redirects=False
            ) as answer:
                assert answer.status == 302
                assert answer.headers["Cache-Control"] == "no-store"
                assert answer.headers["Location"].startswith(start)
                assert written(answer.headers["Location"]) == f"{words}. #{word}"
    # Nobody's account, a chat's, no word of ours, somewhere else.
    for path in (
        "nowhere/" + word,
        "web/" + word,
        "sms/7K2MX",
        "sms/7K2MXQ4T9BB",
        "sms/..%2Fevil",
        "sms/https:%2F%2Fx",
    ):
        async with anybody.get(f"/go/{path}", allow_redirects=False) as answer:
            assert answer.status == 404, path
            assert "Location" not in answer.headers


def test_a_qr_code_is_drawn_with_white_around_it():
    side, drawn = draw_qr("https://wa.me/821000000001?text=hello")
    strokes = [tuple(map(int, one)) for one in re.findall(r"M(\d+) (\d+)\.5h(\d+)", drawn)]
    assert "".join(f"M{x} {y}.5h{n}" for x, y, n in strokes) == drawn
    assert min(x for x, _, _ in strokes) == min(y for _, y, _ in strokes) == QUIET
    assert max(x + n for x, _, n in strokes) == side - QUIET
    # The finder in its corner: seven modules, then five of white between two.
    assert next((x - QUIET, n) for x, y, n in strokes if y == QUIET) == (0, 7)
    assert [(x - QUIET, n) for x, y, n in strokes if y == QUIET + 1][:2] == [(0, 1), (6, 1)]

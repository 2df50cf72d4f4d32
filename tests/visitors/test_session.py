"""POST session: who is in front of this browser, and what she is told of the shop."""

import pytest

from gateway.events import agent
from gateway.stream.status import close
from tests.visitors.conftest import Shop, vouch


async def test_looking_writes_nobody_down(shop: Shop):
    hana = shop.browser()
    told = await hana.arrive(claims={"email": "hana@example.com"}, locale="ko")
    assert (told["name"], told["proven"], told["open"], told["unread"]) == (None, False, False, 0)
    assert await shop.all("select 1 from contacts") == []
    assert await shop.all("select 1 from identities") == []


async def test_a_browser_that_returns_is_who_it_was(shop: Shop):
    hana = shop.browser()
    first = await hana.arrive()
    again = await hana.arrive()
    assert again["subject"] == first["subject"]
    stranger = await shop.browser().arrive()
    assert stranger["subject"] != first["subject"]
    broken = await shop.browser().arrive(token=first["token"][:-2] + "zz")
    assert broken["subject"] not in (first["subject"], stranger["subject"]), "a forged token is nobody's"


async def test_whom_the_site_names_wins_over_whom_the_browser_was(shop: Shop):
    browser = shop.browser()
    nobody = await browser.arrive()
    anna = await browser.arrive(vouch=vouch("anna", name="Anna"))
    assert (anna["name"], anna["proven"]) == ("Anna", True)
    assert anna["subject"] != nobody["subject"]
    again = await browser.arrive()
    assert not again["proven"], "a vouched person comes back only with a vouch"
    assert again["subject"] not in (anna["subject"], nobody["subject"])


@pytest.mark.parametrize("fault", ["forged", "expired", "elsewhere", "nonsense"])
async def test_a_vouch_that_is_not_believed_makes_nobody(shop: Shop, fault: str):
    said = {
        "forged": vouch("anna") + "x",
        "expired": vouch("anna", lasts=-3600),
        "elsewhere": vouch("anna", secret="another secret of thirty-two chars!"),
        "nonsense": "a.b.c",
    }[fault]
    answer = await shop.browser().ask("POST", "session", json={"vouch": said})
    assert answer.status == 401
    assert (await answer.json())["type"] == "vouch_refused"


async def test_members_only_asks_for_a_vouch(shop: Shop):
    member = shop.browser("members")
    answer = await member.ask("POST", "session", json={})
    assert (answer.status, (await answer.json())["type"]) == (403, "vouch_needed")
    assert (await member.arrive(vouch=vouch("anna")))["proven"]


async def test_she_is_told_how_it_stands_between_us(both: Shop):
    hana = both.browser()
    await hana.arrive()
    await hana.say("hello")
    conversation = await both.conversation()
    for text in ("one", "two"):
        await both.reply(conversation, text)
    await both.reply(conversation, "among us", note=True)
    told = await hana.arrive()
    assert (told["open"], told["unread"]) == (True, 2)
    await both.store.write(lambda tx: close(tx, conversation, agent(both.agent)))
    assert not (await hana.arrive())["open"]


async def test_what_she_says_of_herself_is_kept_once_she_is_known(shop: Shop):
    hana = shop.browser()
    await hana.arrive(claims={"email": "hana@example.com"})
    await hana.say("hello")
    await hana.arrive(claims={"order": "A-17"})
    row = await shop.one("select name, claims, attributes from contacts")
    assert row["attributes"] == "{}", "what nobody signed proves nothing"
    assert '"A-17"' in row["claims"] and "hana@example.com" in row["claims"]


async def test_the_bounds_told_are_never_above_ours(shop: Shop):
    limits = (await shop.browser().arrive())["limits"]
    ours = shop.desk.limits
    assert limits["text_length"] <= ours.text_length
    assert limits["upload_bytes"] <= ours.upload_bytes
    assert limits["upload_count"] <= ours.upload_count
    assert (limits["typing_repeat"], limits["typing_expires"]) == (ours.typing_repeat, ours.typing_expires)
    assert limits["accepts"] == sorted(limits["accepts"]) != []

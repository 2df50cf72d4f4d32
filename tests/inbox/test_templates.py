"""Templates at the inbox: listed, looked for, tried, and sent when the reply window has closed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from gateway.channels.base import Template
from gateway.delivery import State
from gateway.errors import AuthFailed, NotFound, Refused
from gateway.events import SYSTEM
from gateway.stream.describe import switch_leg
from gateway.stream.ingest import NEW_LEG
from gateway.stream.outbox_lease import lease
from inbox.templates import DOUBTED, FRESH, FRESH_EMPTY, Away, Templates, matching
from tests.inbox.conftest import House, does
from tests.inbox.test_delivering import PACE, answered, becomes, hers, shown, with_phones

DAY = 86_400_000
ORDER = Template("HX1", "order_sent", "en", "Hello {{1}}, {{2}} is on its way.", {"1": "there", "2": ""})
SALE = Template("HX2", "sale", "en", "Buy!", state="rejected", reason="Too loud")


class Kept:
    """A provider's templates, which may be out of reach."""

    def __init__(self) -> None:
        self.asked = 0
        self.error: Exception | None = None
        self.listed = [ORDER, SALE]
        self.slow = 0.0

    async def templates(self) -> list[Template]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        await asyncio.sleep(self.slow)
        return list(self.listed)


async def with_templates(house: House) -> Kept:
    phones: Any = await with_phones(house, window=DAY)
    phones.capabilities = replace(phones.capabilities, templates=True, may_start=True)
    kept = Kept()
    phones.templates = kept.templates
    return kept


async def test_they_are_listed_and_looked_for(both: House) -> None:
    kept = await with_templates(both)
    rest = await both.client("ann")
    listed = (await rest.get("/templates", account="sms"))["templates"]
    assert [(one["key"], one["state"], one["reason"]) for one in listed] == [
        ("HX1", "approved", ""),
        ("HX2", "rejected", "Too loud"),
    ]
    assert listed[0]["variables"] == {"1": "there", "2": ""}
    found = (await rest.get("/templates", account="sms", q="WAY order"))["templates"]
    assert [one["key"] for one in found] == ["HX1"] and kept.asked == 1
    assert (await rest.ask("GET", "/templates", params={"account": "web"}))[0] == 422
    asked = {"account": "sms", "key": "HX1", "variables": {"1": "Mina", "2": "7"}}
    assert await rest.does("POST", "/templates/preview", asked) == {"text": "Hello Mina, 7 is on its way."}
    lines = {**asked, "variables": {"1": "Mina\r\nKim", "2": "\t7     blue"}}
    told = await rest.does("POST", "/templates/preview", lines)
    assert told == {"text": "Hello Mina Kim, 7 blue is on its way."}
    blank = {**asked, "variables": {"1": "Mina", "2": " \n "}}
    assert await rest.fails("POST", "/templates/preview", blank) == (422, "refused")
    assert await rest.fails("POST", "/templates/preview", {**asked, "variables": {}}) == (422, "refused")


async def test_when_the_window_has_closed_a_template_may_go(both: House) -> None:
    await with_templates(both)
    taken = await hers(both)
    both.clock.ahead = 2 * DAY
    with pytest.raises(Refused) as closed:
        await answered(both, taken)
    assert closed.value.code == "window_closed"
    # What stands in a place is one line, as providers ask for: what is pasted there may have several.
    chosen = {"key": "HX1", "variables": {"1": " Mina\n", "2": "7", "3": "unused"}}
    message = await answered(both, taken, "", template=chosen)
    assert message["text"] == "Hello Mina, 7 is on its way."
    assert message["content"] == {
        "type": "template",
        "key": "HX1",
        "name": "order_sent",
        "language": "en",
        "variables": {"1": "Mina", "2": "7"},
    }
    leased = (await both.store.write(lambda tx: lease(tx, "sms", 9, 1e6, 9, PACE))).leased
    (one,) = leased
    assert one.delivery.template is not None and one.delivery.text == message["text"], "it is not cut"
    assert (one.delivery.template.key, one.delivery.template.variables) == ("HX1", {"1": "Mina", "2": "7"})


async def test_it_goes_by_the_way_it_was_chosen_for_though_another_is_taken_meanwhile(house: House) -> None:
    kept = await with_templates(house)
    taken = await hers(house)
    identity = await house.store.scan(lambda look: look.value("select identity_id from legs"))

    async def meanwhile() -> list[Template]:
        await house.store.write(
            lambda tx: tx.run(NEW_LEG, "l2", taken.conversation, "web", identity, "", tx.now)
        )
        await house.store.write(lambda tx: switch_leg(tx, taken.conversation, "l2", SYSTEM))
        return await kept.templates()

    phones: Any = house.desk.channels.get("sms")
    phones.templates = meanwhile
    message = await answered(house, taken, "", template={"key": "HX1", "variables": {"1": "M", "2": "7"}})
    assert message["leg"] != "l2" and message["delivery"] == "queued"


async def test_what_cannot_be_sent_is_refused(house: House) -> None:
    await with_templates(house)
    taken = await hers(house)
    for template, text, error in (
        ({"key": "HX2"}, "", "errors.template_not_approved"),
        ({"key": "HX9"}, "", "errors.template_unknown"),
        ({"key": "HX1", "variables": {"1": "x"}}, "", "errors.template_gaps"),
        ({"key": "HX1", "variables": {"1": "x", "2": "y"}}, "and words", "errors.template_alone"),
    ):
        with pytest.raises(Refused) as refused:
            await answered(house, taken, text, template=template)
        assert refused.value.text == error
    assert await house.store.scan(lambda look: look.value("select count(*) from deliveries")) == 0


async def test_a_template_may_be_held_for_undo(both: House) -> None:
    await with_templates(both)
    taken = await hers(both)
    both.clock.ahead = 2 * DAY
    chosen = {"key": "HX1", "variables": {"1": "Mina", "2": "7"}}
    held = await answered(both, taken, "", template=chosen, hold=30_000)
    assert held["content"]["key"] == "HX1" and "held" in held
    sent = (await does(both, "ann", "send_now", message=held["id"]))["message"]
    assert sent["content"] == held["content"] and sent["delivery"] == "queued"
    await becomes(both, State.SENT, provider_id="SM1")
    assert (await shown(both, sent["id"]))["delivery"] == "sent"


async def test_a_conversation_begins_with_a_template_where_the_rule_asks_for_one(both: House) -> None:
    await with_templates(both)
    taken = await hers(both)
    conversation = await (await both.client("ann")).get(f"/conversations/{taken.conversation}")
    identity = conversation["conversation"]["legs"][0]["identity"]["id"]
    both.clock.ahead = 2 * DAY
    begin = {"account": "sms", "identity": identity, "client_id": "s1"}
    rest = await both.client("ann")
    assert await rest.fails("POST", "/conversations", {**begin, "text": "Hi"}) == (422, "window_closed")
    chosen = {"key": "HX1", "variables": {"1": "Mina", "2": "7"}}
    started = await rest.does("POST", "/conversations", {**begin, "template": chosen})
    assert started["message"]["content"]["key"] == "HX1"


async def test_a_list_is_asked_for_again_after_a_minute_and_a_provider_may_be_away(house: House) -> None:
    kept = await with_templates(house)
    now = [0]
    templates = Templates(house.desk.channels, lambda: now[0])
    assert await templates.of("sms") == await templates.of("sms") == [ORDER, SALE]
    assert kept.asked == 1
    now[0] += FRESH
    kept.error = AuthFailed("401")
    with pytest.raises(Away):
        await templates.of("sms")
    kept.error = None
    with pytest.raises(NotFound):
        await templates.chosen("sms", "HX9")
    assert kept.asked == 3


async def test_an_empty_list_is_remembered_too_but_not_for_long(house: House) -> None:
    kept = await with_templates(house)
    kept.listed = []
    now = [0]
    templates = Templates(house.desk.channels, lambda: now[0])
    assert [list(await templates.of("sms")) for _ in range(3)] == [[], [], []]
    assert kept.asked == 1, "an account without templates costs no call with every look"
    kept.listed = [ORDER]
    now[0] += FRESH_EMPTY
    assert await templates.of("sms") == [ORDER]


async def test_what_was_approved_a_moment_ago_may_be_sent(house: House) -> None:
    kept = await with_templates(house)
    now = [0]
    templates = Templates(house.desk.channels, lambda: now[0])
    with pytest.raises(Refused):
        await templates.chosen("sms", "HX2")
    approved = replace(SALE, state="approved")
    kept.listed = [ORDER, approved]
    now[0] += DOUBTED
    assert await templates.chosen("sms", "HX2") == approved
    assert await templates.chosen("sms", "HX1") == ORDER
    assert kept.asked == 2
    for _ in range(3):
        with pytest.raises(NotFound):
            await templates.chosen("sms", "HX9")
    assert kept.asked == 2, "nobody makes us ask again and again"


async def test_many_who_look_at_once_ask_once(house: House) -> None:
    kept = await with_templates(house)
    kept.slow = 0.01
    templates = Templates(house.desk.channels, lambda: 0)
    assert await asyncio.gather(*(templates.of("sms") for _ in range(9))) == [[ORDER, SALE]] * 9
    assert kept.asked == 1


def test_words_are_looked_for_in_any_order() -> None:
    assert matching([ORDER, SALE], "") == [ORDER, SALE]
    assert matching([ORDER, SALE], "hello ORDER") == [ORDER]
    assert matching([ORDER, SALE], "hello sale") == []

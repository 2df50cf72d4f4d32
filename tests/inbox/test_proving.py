"""A number is proven by a code that an agent is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from gateway.channels.base import Template
from gateway.errors import Malformed, NotFound, Refused, TooMany
from gateway.stream.codes import CODE_LETTER, CODE_TEXT, code_of
from gateway.stream.proofs import MASK
from tests.inbox.conftest import House, does
from tests.inbox.test_delivering import hers, with_phones

DAY = 86_400_000
NUMBER = "+821055501001"
LOGIN = Template("HX1", "login", "en", "{{1}} is your code.", {"1": "123456"}, category="AUTHENTICATION")
KOREAN = replace(LOGIN, key="HX2", language="ko", text="인증번호는 {{1}}예요.")
OTHERS = [
    replace(LOGIN, key="HX3", language="ko", state="pending"),
    replace(LOGIN, key="HX4", language="ko", category="UTILITY"),
]


async def with_sms(house: House, window: int | None = None, templates: list[Template] | None = None) -> None:
    phones: Any = await with_phones(house, window=window)
    phones.capabilities = replace(phones.capabilities, text_length=1000, may_start=True, templates=True)

    async def kept() -> list[Template]:
        return templates or []

    phones.templates = kept


async def stored(house: House) -> Any:
    return await house.store.read(
        lambda look: look.one(
            "select text, content from messages where account_id is null order by id desc limit 1"
        )
    )


async def speaks(house: House, conversation: str, locale: str) -> None:
    sql = "update contacts set locale = $2 where id = (select contact_id from conversations where id = $1)"
    await house.store.write(lambda tx: tx.run(sql, conversation, locale))


async def test_the_code_is_sent_told_and_the_number_is_hers(both: House) -> None:
    await with_sms(both)
    chat = await both.customer_writes("hello", name="Mina", team="sales")
    await speaks(both, chat.conversation, "en")
    on = {"conversation": chat.conversation, "account": "sms"}
    sent = await does(both, "ann", "send_code", **on, address=NUMBER)
    assert sent["address"] == NUMBER
    assert (await stored(both))["text"] == CODE_TEXT.en.format(code=MASK)
    code = code_of(both.store.secret, sent["proof"])
    wrong = await does(both, "ann", "confirm_code", proof=sent["proof"], code=f"{(int(code) + 1) % 10**6:06}")
    assert (wrong["left"], wrong["merge"], wrong["other"]) == (4, None, None)
    told = await does(both, "ann", "confirm_code", proof=sent["proof"], code=f"{code[:3]} {code[3:]}")
    assert told["left"] is None and told["merge"] and told["other"] is None
    assert told["proven"] and not wrong["proven"]
    ann = await both.client("ann")
    page = await ann.get(f"/conversations/{chat.conversation}")
    proven = {one["address"]: one["proof"] for one in page["contact"]["identities"]}
    assert proven[NUMBER] == 3
    ways = (await ann.get(f"/conversations/{chat.conversation}/ways"))["ways"]
    assert {one["account"]: one["problem"] for one in ways} == {"web": None, "sms": None}
    lines = (await ann.get(f"/contacts/{page['contact']['id']}/timeline"))["lines"]
    assert NUMBER in [one["address"] for one in lines]
    await does(both, "ann", "undo_merge", merge=told["merge"])
    page = await ann.get(f"/conversations/{chat.conversation}")
    assert NUMBER not in [one["address"] for one in page["contact"]["identities"]]


async def test_it_speaks_her_language(house: House) -> None:
    await with_sms(house)
    chat = await house.customer_writes("안녕하세요", name="Mina", team="sales")
    await speaks(house, chat.conversation, "ko-KR")
    await does(house, "ann", "send_code", conversation=chat.conversation, account="sms", address=NUMBER)
    assert (await stored(house))["text"] == CODE_TEXT.ko.format(code=MASK)


async def test_where_nobody_has_said_her_language_it_speaks_that_of_the_number(house: House) -> None:
    await with_sms(house)
    chat = await house.customer_writes("hello", name="Mina", team="sales")
    on = {"conversation": chat.conversation, "account": "sms"}
    await does(house, "ann", "send_code", **on, address="+14155550133")
    assert (await stored(house))["text"] == CODE_TEXT.en.format(code=MASK)
    await does(house, "ann", "send_code", **on, address=NUMBER)
    assert (await stored(house))["text"] == CODE_TEXT.ko.format(code=MASK)


async def test_where_the_window_is_shut_an_approved_template_for_codes_goes(house: House) -> None:
    await with_sms(house, window=DAY, templates=[*OTHERS, LOGIN, KOREAN])
    chat = await house.customer_writes("안녕하세요", name="Mina", team="sales")
    await speaks(house, chat.conversation, "ko")
    await does(house, "ann", "send_code", conversation=chat.conversation, account="sms", address=NUMBER)
    row = await stored(house)
    assert row["text"] == f"인증번호는 {MASK}예요."
    assert json.loads(row["content"])["key"] == "HX2" and json.loads(row["content"])["variables"] == {
        "1": MASK
    }


async def test_without_such_a_template_nothing_goes(house: House) -> None:
    await with_sms(house, window=DAY, templates=OTHERS)
    chat = await house.customer_writes("hello", name="Mina", team="sales")
    with pytest.raises(Refused) as caught:
        await does(house, "ann", "send_code", conversation=chat.conversation, account="sms", address=NUMBER)
    assert caught.value.text == "errors.code_no_template"
    assert await house.store.read(lambda look: look.value("select count(*) from deliveries")) == 0


async def test_a_number_that_another_contact_has_is_told_to_who_may_know_her(both: House) -> None:
    await with_sms(both)
    chat = await both.customer_writes("hello", name="Mina", team="sales")
    await hers(both, name="Lee")
    number = "+821012345678"
    known: Any = await both.store.read(
        lambda look: look.one("select contact_id, address from identities where space = 'tel'")
    )
    number = known["address"]
    sent = await does(both, "ann", "send_code", conversation=chat.conversation, account="sms", address=number)
    code = code_of(both.store.secret, sent["proof"])
    told = await does(both, "ann", "confirm_code", proof=sent["proof"], code=code)
    assert (told["merge"], told["other"]) == (None, known["contact_id"])
    likely = (await (await both.client("ann")).get(f"/contacts/{known['contact_id']}/likely"))["likely"]
    assert [one["why"] for one in likely] == [["proof"]]


async def test_nobody_is_told_of_a_contact_out_of_sight(house: House) -> None:
    await with_sms(house)
    chat = await house.customer_writes("hello", name="Mina", team="support")
    await hers(house, name="Lee")
    number = await house.store.read(
        lambda look: look.value("select address from identities where space = 'tel'")
    )
    sent = await does(
        house, "bob", "send_code", conversation=chat.conversation, account="sms", address=number
    )
    code = code_of(house.store.secret, sent["proof"])
    told = await does(house, "bob", "confirm_code", proof=sent["proof"], code=code)
    assert (told["left"], told["merge"], told["other"]) == (None, None, None)
    assert not told["proven"], "it says nothing of a number that is another's"


async def test_a_code_is_its_conversations_own_affair(house: House) -> None:
    await with_sms(house)
    chat = await house.customer_writes("hello", name="Mina", team="sales")
    sent = await does(
        house, "ann", "send_code", conversation=chat.conversation, account="sms", address=NUMBER
    )
    with pytest.raises(NotFound):
        await does(house, "bob", "confirm_code", proof=sent["proof"], code="123456")
    with pytest.raises(NotFound):
        await does(house, "bob", "send_code", conversation=chat.conversation, account="sms", address=NUMBER)


async def test_what_is_no_number_and_who_cannot_send_is_refused(house: House) -> None:
    await with_sms(house)
    chat = await house.customer_writes("hello", name="Mina", team="sales")
    on = {"conversation": chat.conversation}
    for account, address, why in (
        ("sms", "010-1234", "errors.no_address"),
        ("web", NUMBER, "errors.no_address"),
        ("nowhere", NUMBER, "errors.account_not_active"),
    ):
        with pytest.raises(Refused) as caught:
            await does(house, "ann", "send_code", **on, account=account, address=address)
        assert caught.value.text == why
    with pytest.raises(Malformed):
        await does(house, "ann", "send_code", **on, account="sms", address="")


async def test_one_number_is_not_written_to_without_end(house: House) -> None:
    await with_sms(house)
    chat = await house.customer_writes("hello", name="Mina", team="sales")
    on = {"conversation": chat.conversation, "account": "sms"}
    for _ in range(house.desk.limits.code_number.count):
        await does(house, "ann", "send_code", **on, address=NUMBER)
    with pytest.raises(TooMany):
        await does(house, "sue", "send_code", **on, address=NUMBER)
    await does(house, "sue", "send_code", **on, address="+821055501002")


async def test_a_code_that_was_sent_is_found_again_and_told(house: House) -> None:
    await with_sms(house)
    chat = await house.customer_writes("hello", name="Mina", team="sales")
    ann, where = await house.client("ann"), f"/conversations/{chat.conversation}/codes"
    assert (await ann.get(where))["codes"] == []
    on = {"conversation": chat.conversation, "account": "sms", "address": NUMBER}
    first = await does(house, "ann", "send_code", **on)
    code = code_of(house.store.secret, first["proof"])
    await does(house, "ann", "confirm_code", proof=first["proof"], code=f"{(int(code) + 1) % 10**6:06}")
    second = await does(house, "ann", "send_code", **on)
    found = (await ann.get(where))["codes"]
    assert [(one["proof"], one["address"], one["left"]) for one in found] == [
        (second["proof"], NUMBER, 5),
        (first["proof"], NUMBER, 4),
    ]
    assert found[0]["expires_at"] >= found[1]["expires_at"] > 0
    bob = await house.client("bob")
    assert await bob.fails("GET", where) == (404, "not_found")
    # What was told, tried too often or is over is no more to be told.
    await does(house, "ann", "confirm_code", proof=first["proof"], code=code)
    for _ in range(5):
        right = code_of(house.store.secret, second["proof"])
        await does(house, "ann", "confirm_code", proof=second["proof"], code=f"{(int(right) + 1) % 10**6:06}")
    assert (await ann.get(where))["codes"] == []


async def test_an_open_code_is_over_with_its_time(house: House) -> None:
    await with_sms(house)
    chat = await house.customer_writes("hello", name="Mina", team="sales")
    await does(house, "ann", "send_code", conversation=chat.conversation, account="sms", address=NUMBER)
    await house.store.write(lambda tx: tx.run("update proofs set expires_at = 1"))
    ann = await house.client("ann")
    assert (await ann.get(f"/conversations/{chat.conversation}/codes"))["codes"] == []


async def test_what_is_refused_is_counted_against_nobody(house: House) -> None:
    await with_sms(house)
    chat = await house.customer_writes("hello", name="Mina", team="sales")
    on = {"conversation": chat.conversation, "account": "sms"}
    rates = house.desk.rates
    agent = house.agents["ann"]
    for _ in range(5):
        await does(house, "ann", "send_code", **on, address=NUMBER)
    before = rates.code_sends.wait(agent, 25)
    assert before == 0 and rates.code_sends.wait(agent, 26) > 0, "five are spent"
    for _ in range(3):
        with pytest.raises(TooMany):
            await does(house, "ann", "send_code", **on, address=NUMBER)
    assert rates.code_sends.wait(agent, 25) == 0, "the number has had enough, the agent not"
    sent = await does(house, "ann", "send_code", **on, address="+821055501002")
    await does(
        house, "ann", "confirm_code", proof=sent["proof"], code=code_of(house.store.secret, sent["proof"])
    )
    with pytest.raises(Refused):
        await does(house, "ann", "send_code", **on, address="+821055501002")
    assert rates.code_sends.wait(agent, 24) == 0


async def test_where_a_channel_has_subjects_the_words_begin_with_what_the_code_is_for(house: House) -> None:
    await with_sms(house)
    phones: Any = house.desk.channels.get("sms")
    phones.capabilities = replace(phones.capabilities, subject=True)
    chat = await house.customer_writes("hello", team="sales")
    await speaks(house, chat.conversation, "en")
    await does(house, "ann", "send_code", conversation=chat.conversation, account="sms", address=NUMBER)
    assert (await stored(house))["text"] == CODE_LETTER.en.format(code=MASK)

"""Going on by another way: which there are, why not, and what one conversation then is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from gateway.channels.base import Capabilities
from gateway.errors import NotFound, Refused
from gateway.events import (
    SYSTEM,
    AccountId,
    Address,
    Consent,
    InboundMessage,
    Proof,
)
from gateway.stream.consent import heed
from gateway.stream.ingest import Intake, take_in
from gateway.stream.merge import merge_contacts
from gateway.stream.people import find_or_make
from inbox.ways import _remedy
from tests.inbox.conftest import House, does
from tests.inbox.test_delivering import NUMBER, with_phones

DAY = 86_400_000


async def her_on_both(house: House) -> tuple[str, str]:
    """She writes in the chat, and her number is known: her conversation and the number's identity."""
    chat = await house.customer_writes("hello", name="Mina", team="sales")

    async def verb(tx: Any) -> tuple[str, str, str]:
        number = await find_or_make(tx, NUMBER, Proof.CHANNEL)
        visitor = await tx.value("select contact_id from conversations where id = $1", chat.conversation)
        await merge_contacts(tx, number.contact, visitor, SYSTEM)
        return chat.conversation, number.identity, visitor

    conversation, identity, _ = await house.store.write(verb)
    return conversation, identity


async def ways(house: House, conversation: str, who: str = "ann") -> dict[tuple[str, str], Any]:
    listed = (await (await house.client(who)).get(f"/conversations/{conversation}/ways"))["ways"]
    return {(one["account"], one["identity"]["space"]): one for one in listed}


async def test_every_way_is_named_with_the_reason_why_not(both: House) -> None:
    await with_phones(both, window=DAY)
    conversation, identity = await her_on_both(both)
    told = await ways(both, conversation)
    assert set(told) == {("web", "visitor"), ("sms", "tel")}
    web, sms = told["web", "visitor"], told["sms", "tel"]
    assert web["current"] and web["problem"] is None and web["leg"] is not None
    assert (sms["leg"], sms["current"], sms["problem"]) == (None, False, "errors.window_closed")
    assert (web["remedy"], sms["remedy"]) == (None, "writes")
    fact = InboundMessage("p1", NUMBER, text="by phone")
    await take_in(both.store, Intake(AccountId("sms")), fact)
    sms = (await ways(both, conversation))["sms", "tel"]
    assert sms["problem"] is None and sms["until"] > both.clock()
    both.clock.ahead = 2 * DAY
    assert (await ways(both, conversation))["sms", "tel"]["problem"] == "errors.window_closed"
    both.clock.ahead = 0
    await both.store.write(
        lambda tx: heed(tx, "sms", identity, Consent.STOP, 2**52, SYSTEM),
    )
    shut = (await ways(both, conversation))["sms", "tel"]
    assert (shut["problem"], shut["remedy"]) == ("errors.opted_out", "asks")
    await both.store.write(lambda tx: tx.run("update accounts set state = 'paused' where id = 'sms'"))
    shut = (await ways(both, conversation))["sms", "tel"]
    assert (shut["problem"], shut["remedy"]) == ("errors.account_not_active", "account")


def test_each_problem_has_what_would_mend_it() -> None:
    quick = Capabilities(text_length=9, may_start=True)
    assert _remedy("errors.way_unproven", quick) == "code"
    assert _remedy("errors.way_unproven", Capabilities(text_length=9)) == "writes"
    assert _remedy("errors.window_closed", Capabilities(text_length=9, templates=True)) == "template"
    assert _remedy("errors.receives_only", Capabilities(text_length=9, sends=False)) is None
    assert _remedy(None, None) is None


async def test_a_conversation_is_begun_with_a_number_that_was_typed(both: House) -> None:
    phones: Any = await with_phones(both)
    phones.capabilities = replace(phones.capabilities, may_start=True)
    begin = {"account": "sms", "text": "Hi"}
    started = await does(both, "ann", "start", **begin, address="+15550001", client_id="n1")
    leg = started["conversation"]["legs"][0]
    assert (leg["identity"]["address"], leg["identity"]["proof"]) == ("+15550001", 0)
    assert started["message"]["delivery"] == "queued"
    again = await does(both, "ann", "start", **begin, address="+15550001", client_id="n1")
    assert again["message"]["id"] == started["message"]["id"]
    assert await both.store.scan(lambda look: look.value("select count(*) from contacts")) == 1
    fact = InboundMessage("p1", Address("tel", "+15550001"), text="Who is this?")
    answer = await take_in(both.store, Intake(AccountId("sms")), fact)
    assert answer.conversation == started["conversation"]["id"], "she answers, and by that it is proven"
    assert await both.store.scan(lambda look: look.value("select proof from identities")) == 1
    with pytest.raises(Refused) as refused:
        await does(both, "ann", "start", **begin, address="12", client_id="n2")
    assert refused.value.text == "errors.no_address"


async def test_nobody_is_made_up_whom_nothing_may_be_written_to(house: House) -> None:
    phones: Any = await with_phones(house, window=DAY)
    phones.capabilities = replace(phones.capabilities, may_start=True)
    with pytest.raises(Refused) as refused:
        await does(house, "ann", "start", account="sms", address="+15550001", text="Hi", client_id="n1")
    assert refused.value.code == "window_closed"
    assert await house.store.scan(lambda look: look.value("select count(*) from contacts")) == 0


@pytest.mark.parametrize("refusal", ["template", "empty", "account"])
async def test_whoever_cannot_be_written_to_after_all_is_not_made_up(
    both: House, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number is nobody's, and the message is refused late: nothing stays behind."""
    phones: Any = await with_phones(both)
    phones.capabilities = replace(phones.capabilities, may_start=True)
    begin: dict[str, Any] = {"account": "sms", "address": "+15550001", "text": "Hi", "client_id": "n1"}
    if refusal == "template":
        begin |= {"text": "", "template": {"key": "HX9"}}
    elif refusal == "empty":
        begin |= {"text": "  "}
    else:
        await both.store.write(lambda tx: tx.run("update accounts set state = 'retired' where id = 'sms'"))
    with pytest.raises((Refused, NotFound)):
        await does(both, "ann", "start", **begin)
    for table in ("contacts", "identities", "conversations"):
        assert await both.store.scan(lambda look: look.value(f"select count(*) from {table}")) == 0  # noqa: B023


async def test_two_agents_who_type_the_same_number_write_to_one_person(both: House) -> None:
    phones: Any = await with_phones(both)
    phones.capabilities = replace(phones.capabilities, may_start=True)
    begin = {"account": "sms", "address": "+15550001", "text": "Hi"}
    await asyncio.gather(
        does(both, "ann", "start", **begin, client_id="n1"),
        does(both, "bob", "start", **begin, client_id="n2"),
    )
    assert await both.store.scan(lambda look: look.value("select count(*) from contacts")) == 1


async def test_a_conversation_is_begun_with_somebody_whose_number_is_known(both: House) -> None:
    phones: Any = await with_phones(both)
    phones.capabilities = replace(phones.capabilities, may_start=True)
    conversation, identity = await her_on_both(both)
    contact = (await (await both.client("ann")).get(f"/conversations/{conversation}"))["conversation"][
        "contact"
    ]
    begin = {"account": "sms", "contact": contact["id"], "text": "Hi", "client_id": "n1"}
    started = await (await both.client("ann")).does("POST", "/conversations", begin)
    assert started["conversation"]["legs"][0]["identity"]["id"] == identity

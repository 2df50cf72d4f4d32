"""Sending what was said, by both doors: what is asked for is checked, and saying it twice sends it once."""

from __future__ import annotations

import pytest

from gateway.errors import NotFound, Refused
from gateway.events import AccountId, Address, InboundMessage, agent
from gateway.stream.assign import set_team
from gateway.stream.contacts import set_claims
from gateway.stream.ingest import Intake, take_in
from tests.inbox.conftest import House, does
from tests.inbox.test_recipients import with_mail

HERS = "kim@naver.com"


async def chat(house: House) -> str:
    taken = await house.customer_writes("Where is it?")
    contact = await house.store.read(lambda look: look.value("select contact_id from conversations"))
    await house.store.write(lambda tx: set_claims(tx, contact, {"email": HERS}))
    return taken.conversation


async def test_it_goes_once_by_rest(house: House) -> None:
    await with_mail(house)
    talk = await chat(house)
    ann = await house.client("ann")
    body = {"account": "mail", "address": f" {HERS.upper()}", "client_id": "transcript-1"}
    first = await ann.does("POST", f"/conversations/{talk}/transcript", body)
    again = await ann.does("POST", f"/conversations/{talk}/transcript", body)
    assert first["message"]["id"] == again["message"]["id"]
    assert [one["address"] for one in first["message"]["envelope"]["recipients"]] == [HERS]
    assert await house.store.read(lambda look: look.value("select count(*) from deliveries")) == 1


async def test_and_by_the_socket(house: House) -> None:
    await with_mail(house)
    talk = await chat(house)
    args = {"conversation": talk, "account": "mail", "address": HERS, "client_id": "transcript-1"}
    told = await does(house, "ann", "send_transcript", **args)
    assert told["message"]["author"]["kind"] == "agent"


async def test_what_is_refused_is_said_before_anybody_is_met(house: House) -> None:
    await with_mail(house)
    talk = await chat(house)
    said = {"conversation": talk, "account": "mail", "address": HERS, "client_id": "transcript-1"}
    for changed, why in (
        ({"account": "web"}, "errors.transcript_account"),
        ({"address": "nobody"}, "errors.no_address"),
        ({"address": "help@shop.example"}, "errors.recipient_ours"),
        ({"address": "stranger@naver.com"}, "errors.transcript_stranger"),
    ):
        with pytest.raises(Refused) as refused:
            await does(house, "ann", "send_transcript", **{**said, **changed})
        assert refused.value.text == why
    assert not await house.store.read(
        lambda look: look.one("select 1 from identities where space = 'mailto'")
    )


async def test_nobody_is_written_to_whom_the_agent_may_not_know(house: House) -> None:
    """Her address is another contact's, whose conversations are another team's."""
    await with_mail(house)
    talk = await chat(house)
    fact = InboundMessage("x1", Address("mailto", HERS), text="hello")
    other = await take_in(house.store, Intake(AccountId("mail")), fact)
    sales = house.teams["sales"]
    await house.store.write(lambda tx: set_team(tx, other.conversation, sales, agent(house.agents["ann"])))
    said = {"conversation": talk, "account": "mail", "address": HERS, "client_id": "transcript-1"}
    with pytest.raises(NotFound):
        await does(house, "bob", "send_transcript", **said)
    assert (await does(house, "ann", "send_transcript", **said))["message"]

"""Switching the way in the midst of a conversation: one for her, one for the agent, and nobody else's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

from gateway.channels.base import Invitation, Words
from gateway.delivery import State
from gateway.errors import NotFound, Refused
from gateway.events import AccountId, Address, ConversationId, InboundMessage, MessageId
from gateway.stream.ingest import Intake, Taken, take_in
from gateway.stream.invitations import filled
from gateway.stream.proofs import MASK, follow_link
from tests.inbox.conftest import House, does
from tests.inbox.test_delivering import answered, becomes, hers, shown, with_phones
from tests.inbox.test_ways import her_on_both, ways


async def test_it_stays_one_conversation_for_her_and_for_the_agent(both: House) -> None:
    await with_phones(both)
    conversation, identity = await her_on_both(both)
    rest = await both.client("ann")
    chosen = {"account": "sms", "identity": identity}
    opened = await rest.does("POST", f"/conversations/{conversation}/ways", chosen)
    again = await does(both, "ann", "open_way", conversation=conversation, **chosen)
    assert again["leg"] == opened["leg"], "the way is there already"
    taken = Taken(MessageId("01m"), ConversationId(conversation), 0, 0)
    message = await answered(both, taken, "by text now")
    assert (message["leg"], message["delivery"]) == (opened["leg"], "queued")
    await becomes(both, State.DELIVERED, provider_id="SM1")
    assert (await shown(both, message["id"]))["delivery"] == "delivered"
    back = await hers(both, "on the bus")
    assert back.conversation == conversation
    web = (await ways(both, conversation))["web", "visitor"]
    await does(
        both, "ann", "open_way", conversation=conversation, account="web", identity=web["identity"]["id"]
    )
    chat = await answered(both, taken, "and back")
    assert chat["leg"] == web["leg"] and "delivery" not in chat
    page = await rest.get(f"/conversations/{conversation}/messages")
    assert [one["text"] for one in page["messages"]] == ["hello", "by text now", "on the bus", "and back"]


async def test_no_way_leads_to_somebody_else_or_to_what_nobody_has_proven(both: House) -> None:
    await with_phones(both)
    conversation, identity = await her_on_both(both)
    other = await both.customer_writes("hello", name="Lee", team="sales")
    with pytest.raises(NotFound):
        await does(both, "ann", "open_way", conversation=other.conversation, account="sms", identity=identity)
    with pytest.raises(NotFound):
        await does(both, "bob", "open_way", conversation=conversation, account="sms", identity=identity)
    visitor = (await ways(both, conversation))["web", "visitor"]["identity"]["id"]
    with pytest.raises(NotFound):
        await does(both, "ann", "open_way", conversation=conversation, account="sms", identity=visitor)
    await both.store.write(lambda tx: tx.run("update identities set proof = 0 where id = $1", identity))
    assert (await ways(both, conversation))["sms", "tel"]["problem"] == "errors.way_unproven"
    with pytest.raises(Refused) as refused:
        await does(both, "ann", "open_way", conversation=conversation, account="sms", identity=identity)
    assert refused.value.text == "errors.way_unproven"


async def invited(house: House, conversation: str, account: str, who: str = "ann") -> str:
    told: str = (await does(house, who, "invite", conversation=conversation, account=account))["text"]
    return told


async def test_an_agent_invites_her_back_to_the_web_in_her_language(both: House) -> None:
    phones: Any = await with_phones(both)
    phones.capabilities = replace(phones.capabilities, text_length=1000)
    taken = await hers(both, locale="ko")
    text = await invited(both, taken.conversation, "web")
    found = re.fullmatch(rf"웹에서 이어서 .*: (http://\S+)/chat/web#go={MASK}link-\w+", text)
    assert found and found[1] == both.desk.config.public_url
    message = await answered(both, taken, text)
    assert message["text"] == text, "agents see the mask"
    link = filled(text, both.store.secret, message["id"]).rpartition("#go=")[2]
    browser = await both.store.write(lambda tx: follow_link(tx, "web", link, "o" * 26))
    assert browser is not None
    fact = InboundMessage("w1", browser, text="from the browser")
    came = await take_in(both.store, Intake(AccountId("web")), fact)
    assert came.conversation == taken.conversation


async def test_an_agent_invites_her_to_a_telephone(both: House) -> None:
    phones: Any = await with_phones(both)
    phones.capabilities = replace(phones.capabilities, invites=True)
    phones.invitation = lambda text: Invitation(
        f"https://phones.example/?text={quote(text)}", "+82 2-100-0100"
    )
    phones.by = Words(en="by telephone", ko="전화로")
    chat = await both.customer_writes("hello", name="Mina", team="sales")
    text = await invited(both, chat.conversation, "sms")
    assert text.startswith("We can go on with this by telephone (")
    assert f"{both.desk.config.public_url}/go/sms/{MASK}word-" in text, "short, and of our own"
    message = await answered(both, chat, text)
    assert message["text"] == text, "agents see the mask"
    word = filled(text, both.store.secret, message["id"]).rpartition("/")[2]
    fact = InboundMessage("s1", Address("tel", "+821055501001"), text=f"hi #{word}")
    came = await take_in(both.store, Intake(AccountId("sms")), fact)
    assert came.conversation == chat.conversation


async def test_no_invitation_leads_where_she_is_or_where_no_link_leads(both: House) -> None:
    await with_phones(both)
    chat = await both.customer_writes("hello", name="Mina", team="sales")
    with pytest.raises(NotFound):
        await invited(both, chat.conversation, "web")
    with pytest.raises(Refused) as refused:
        await invited(both, chat.conversation, "sms")
    assert refused.value.text == "errors.no_invitation"
    with pytest.raises(NotFound):
        await invited(both, chat.conversation, "sms", who="bob")
    assert await both.store.read(lambda look: look.value("select count(*) from proofs")) == 0

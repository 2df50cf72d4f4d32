"""From a chat to a mail and back: what she answers to what followed her proves whose the address is."""

from pathlib import Path
from typing import Any

import pytest

from gateway.app import _configured
from gateway.channels.registry import Channels
from gateway.events import Proof
from gateway.store import Store
from gateway.stream.accounts import sync_accounts
from gateway.stream.contacts import set_claims
from gateway.stream.undo import undo_merge
from tests.checks import check
from tests.left import HER, HERS, follows, pause_is_over
from tests.post_house import HELP, PostHouse, post_house, written

SECTIONS: dict[str, dict[str, Any]] = {
    "web": {"type": "webchat", "follow_up_by": "help", "follow_up_after": 1},
    "help": {"type": "email", "address": HELP, "listen": "127.0.0.1:0", "smtp_url": "smtp://127.0.0.1:1"},
}


@pytest.fixture
async def house(store: Store, tmp_path: Path) -> Any:
    async with post_house(store, tmp_path, **SECTIONS) as made:
        await store.write(lambda tx: sync_accounts(tx, _configured(made.channels)))
        yield made


async def followed(house: PostHouse, claims: str = HERS) -> str:
    """She left the chat with an answer unread, which has followed her. Returns the conversation."""
    chat = await house.world.says(HER, "Where is it?", name="Visitor")
    contact = await house.world.contact_of(HER)
    await house.store.write(lambda tx: set_claims(tx, contact, {"email": claims}))
    await house.world.answers(chat.conversation, "Tomorrow.")
    await pause_is_over(house.world)
    channels: Channels = house.channels
    assert await follows(house.world, channels) is not None
    return chat.conversation


async def test_her_answer_joins_the_chat_and_answers_go_to_her_mail_from_then_on(house: PostHouse) -> None:
    talk = await followed(house)
    assert await house.world.contact_of(f"mailto:{HERS}") != await house.world.contact_of(HER)
    await house.brings(written("Great, thanks!", "m1", to=house.token(talk)), house.token(talk))
    assert (await house.texts())[-1] == "Great, thanks!"
    assert await house.world.value("select count(*) from conversations") == 1
    assert await house.world.contact_of(f"mailto:{HERS}") == await house.world.contact_of(HER)
    assert await house.world.value("select proof from identities where address = $1", HERS) == Proof.VERIFIED
    leg = await house.world.row("select l.* from legs l join conversations c on c.leg_id = l.id")
    assert leg["account_id"] == "help"
    visitor = await house.world.row("select person_id from identities where space = 'visitor'")
    mail = await house.world.row("select person_id from identities where space = 'mailto'")
    assert visitor["person_id"] != mail["person_id"], "her browser shows what was said in it, and no mails"
    await house.world.answers(talk, "See you.")
    await pause_is_over(house.world)
    assert await follows(house.world, house.channels) is None, "by mail nothing is left unread"
    merge = await house.world.value("select id from merges")
    await house.world.do(undo_merge, merge)
    assert await house.world.contact_of(f"mailto:{HERS}") != await house.world.contact_of(HER)
    await check(house.store)


async def test_an_address_of_somebody_known_is_suggested_and_never_merged(house: PostHouse) -> None:
    await house.brings(written("About something else", "m0"))
    talk = await followed(house)
    await house.brings(written("Was that for me?", "m1", to=house.token(talk)), house.token(talk))
    answer = await house.world.row("select * from messages where text = 'Was that for me?'")
    assert answer["conversation_id"] == talk
    assert await house.world.contact_of(f"mailto:{HERS}") != await house.world.contact_of(HER)
    assert await house.world.value("select count(*) from merges") == 0
    told = await house.world.rows("select changes from events where kind = 'contact.changed'")
    assert sum('"claimed"' in row["changes"] for row in told) >= 2
    by = "select l.account_id from legs l join conversations c on c.leg_id = l.id where c.id = $1"
    assert await house.world.value(by, talk) == "web", "answers go on where they went"
    await check(house.store)


async def test_a_machines_answer_proves_nothing(house: PostHouse) -> None:
    talk = await followed(house)
    raw = written("I am away", "m1", "Auto-Submitted: auto-replied", to=house.token(talk))
    await house.brings(raw, house.token(talk))
    assert (await house.world.row("select * from messages where text = 'I am away'"))[
        "conversation_id"
    ] == talk
    assert await house.world.value("select count(*) from merges") == 0
    assert await house.world.contact_of(f"mailto:{HERS}") != await house.world.contact_of(HER)


async def test_who_was_not_followed_there_is_a_stranger_who_was_let_in(house: PostHouse) -> None:
    talk = await followed(house)
    other = written("Forwarded to me", "m1", who="June <june@naver.com>", to=house.token(talk))
    await house.brings(other, house.token(talk), sender="june@naver.com")
    assert await house.world.value("select count(*) from merges") == 0
    told = await house.world.value("select doubts from message_sources")
    assert "stranger" in told

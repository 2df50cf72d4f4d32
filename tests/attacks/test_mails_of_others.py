"""Mails by which somebody would be another, or by which who was erased would come back: into a real store."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.channels._mail_gate import Gate
from gateway.events import Proof
from gateway.store import Store
from gateway.stream.erase import erase_contact
from tests.checks import check
from tests.fixtures import database, store
from tests.post_house import HANA, HELP, PostHouse, post_house, written

__all__ = ["database", "store"]

ANNA = "Anna <anna@example.com>"
FRONT = "mx.haru.example"


def proven(domain: str) -> str:
    return f"Authentication-Results: {FRONT}; dmarc=pass header.from={domain}"


@pytest.fixture
async def post(store: Store, tmp_path: Path) -> AsyncIterator[PostHouse]:
    section = {"type": "email", "address": HELP, "listen": "127.0.0.1:0", "trusts": FRONT}
    async with post_house(store, tmp_path, help=section) as opened:
        await opened.receiving.listen()
        yield opened
    await check(store)


async def test_an_agent_is_proven_by_our_own_server_and_by_no_strangers_word(
    post: PostHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(post.deliver, written("Where is it?", "m1"))
    answers = (proven("example.com"), "In-Reply-To: <m1@client.example>")
    to = f"{HANA}, {HELP}"
    with monkeypatch.context() as patch:
        patch.setattr(Gate, "vouches", lambda _, peer: peer != "127.0.0.1")
        await asyncio.to_thread(post.deliver, written("Pay here.", "a1", *answers, who=ANNA, to=to))
    await asyncio.to_thread(post.deliver, written("It comes.", "a2", *answers, who=ANNA, to=to))
    _, forged, answer = await post.messages()
    assert (forged["author_kind"], answer["author_kind"], answer["author_id"]) == (
        "customer",
        "agent",
        "anna",
    )
    assert forged["conversation_id"] != answer["conversation_id"]


async def test_who_says_that_somebody_else_wrote_it_proves_nothing_of_her(post: PostHouse) -> None:
    by_itself = written("one", "m1", proven("naver.com"))
    by_another = written(
        "two", "m2", proven("evil.example"), f"Reply-To: {HANA}", who="no-reply@evil.example"
    )
    proof = "select proof from identities where address = $1"
    await post.brings(by_another)
    assert await post.world.value(proof, HANA) == Proof.CLAIMED
    await post.brings(by_itself)
    assert await post.world.value(proof, HANA) == Proof.CHANNEL


async def test_who_was_erased_does_not_come_back_with_her_mailbox(post: PostHouse) -> None:
    mails = [written(words, words) for words in ("one", "two")]
    for raw in mails:
        await post.brings(raw)
    await post.world.do(erase_contact, await post.world.contact_of(f"mailto:{HANA}"))
    before = await post.world.rows("select id from messages")
    for raw in mails:
        await post.brings(raw)
    assert [tuple(row) for row in await post.world.rows("select id from messages")] == [
        tuple(row) for row in before
    ]
    assert set(await post.texts()) == {""}
    kept = "select count(*) from identities where address = $1"
    assert await post.world.value(kept, HANA) == 0, "nor is her address made anew for a repeat"
    assert await post.world.value("select count(*) from parked") == 0

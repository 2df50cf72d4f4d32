"""Whatever a stranger writes into a mail, it is taken: were it a fault of ours, she could stop all others."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.store import Store
from tests.channels.mails import mail as whole
from tests.checks import check
from tests.fixtures import database, store
from tests.post_house import HANA, PostHouse, post_house

__all__ = ["database", "store"]


@pytest.fixture
async def post(store: Store, tmp_path: Path) -> AsyncIterator[PostHouse]:
    async with post_house(store, tmp_path) as opened:
        yield opened


async def test_what_is_odd_in_a_strangers_mail_is_no_fault_of_ours(post: PostHouse) -> None:
    """Were it one, she could have so much kept aside that nothing else is taken."""
    chance = random.Random(6)

    def signs(many: int) -> str:
        return "".join(chr(chance.randrange(0x1F300, 0x1FAFF)) for _ in range(many))

    who, plain = f"From: {HANA}", "Content-Type: text/plain; charset=utf-8"
    mails = [
        (who, f"Message-ID: <{signs(900)}>"),
        (who, "Message-ID: <2@c>", f"Subject: {signs(1000)}", f"In-Reply-To: <{signs(800)}>"),
        (f"From: {signs(200)} <{signs(128)}@{signs(255)}>", "Message-ID: <3@c>"),
        (who, "Message-ID: <4@c>", *(f"Cc: {signs(9)}@{signs(240)}" for _ in range(9))),
        (who, "Message-ID: <5@c>", f"Content-Type: {signs(40)}/{signs(60)}; name={signs(300)}"),
        (who, "Message-ID: <6@c>", "Received: x; Thu, 01 Jan 1970 00:00:01 +0000"),
        ("From: a@b.example＞，＜evil＠c.example", "Message-ID: <7@c>"),
    ]
    for lines in mails:
        await post.brings(whole(*lines, plain, body=f"hello {signs(5000)}"))
    assert await post.world.value("select count(*) from parked") == 0
    assert len(await post.messages()) == len(mails)
    await check(post.store)

"""What a message carries is read where it stands, when it goes: in her language, by the team's clocks, and bounded."""

import pytest

from gateway.events import Attachment
from gateway.store import Store
from gateway.stream import carried
from gateway.stream.attach import keep_upload
from gateway.stream.carried import LEFT_OUT, carried_words, carry
from gateway.stream.hours import Said, set_hours
from gateway.stream.proofs import MASK
from tests.world import World, in_team, sent_link

HER = "visitor:hana"


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def words(world: World, talk: str) -> str:
    """What a message that carries all of a conversation would say."""
    rows = await world.rows("select id from messages where conversation_id = $1 order by position", talk)
    by = rows[-1]["id"]
    await world.store.write(lambda tx: carry(tx, by, [row["id"] for row in rows]))
    told = await world.store.read(lambda look: carried_words(look, [by]))
    return told[by]


async def test_what_carries_nothing_is_not_named(world: World) -> None:
    taken = await world.says(HER, "hello")
    assert await world.store.read(lambda look: carried_words(look, [taken.message])) == {}


async def test_it_says_who_and_when_by_the_teams_clock_and_names_the_files(world: World) -> None:
    taken = await world.says(HER, "hello", locale="en", intake=in_team("sales"))
    await world.do(set_hours, "sales", Said("America/New_York", {"mon": ((540, 1080),)}))
    file = Attachment("a" * 64, "re[ceipt](x).pdf", "application/pdf", 10)
    upload = await world.store.write(lambda tx: keep_upload(tx, "agent:anna", file))
    await world.answers(taken.conversation, "Here it is.", uploads=(upload,))
    await world.store.write(lambda tx: tx.run("update messages set at = 1780000000000"))
    text = await words(world, taken.conversation)
    assert text.split("\n\n") == [
        "**You** · 28 May 2026, 16:26 EDT\nhello",
        "**Anna** · 28 May 2026, 16:26 EDT\nHere it is.\n- Attachment: re[ceipt]\u2060(x).pdf",
    ]


@pytest.mark.parametrize(
    ("locale", "when"), [("ko-KR", "2026년 5월 29일 05:26 KST"), ("en", "28 May 2026, 20:26 UTC")]
)
async def test_without_hours_a_koreans_clock_is_that_of_her_country(
    world: World, locale: str, when: str
) -> None:
    taken = await world.says(HER, "hello", locale=locale)
    await world.store.write(lambda tx: tx.run("update messages set at = 1780000000000"))
    assert when in await words(world, taken.conversation)


async def test_links_that_were_for_her_alone_are_not_told(world: World) -> None:
    taken = await world.says(HER, "hello")
    secret = await sent_link(world.store, taken.conversation)
    text = await words(world, taken.conversation)
    assert MASK in text and secret not in text and f"{MASK}link" not in text


async def test_of_what_is_too_long_the_newest_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carried, "LONGEST", 100)
    taken = await world.says(HER, "the first")
    for number in range(4):
        await world.answers(taken.conversation, f"answer {number}")
    text = await words(world, taken.conversation)
    assert text.startswith(LEFT_OUT.en) and text.endswith("answer 3") and "the first" not in text
    assert len(text) < 100 + len(LEFT_OUT.en) + 10


async def test_no_more_are_carried_than_may(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carried, "MOST", 2)
    taken = await world.says(HER, "one")
    await world.answers(taken.conversation, "two")
    await world.answers(taken.conversation, "three")
    text = await words(world, taken.conversation)
    assert "one" not in text and "two" in text and "three" in text

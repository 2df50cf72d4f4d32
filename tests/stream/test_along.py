"""What goes with a draft: kept as it was said last, without files that wait no more."""

import pytest

from gateway.events import Attachment
from gateway.store import Row, Store, from_json
from gateway.stream.acts import Acts
from gateway.stream.along import Along, forget_along, forget_taken, save_along
from gateway.stream.attach import claim_uploads, keep_upload
from tests.world import World

HERS = "agent:anna"


@pytest.fixture
async def world(store: Store) -> World:
    return await World.made(store)


async def upload(world: World, owner: str = HERS) -> str:
    file = Attachment("ab" * 32, "a.png", "image/png", 1)
    return await world.store.write(lambda tx: keep_upload(tx, owner, file))


async def save(world: World, conversation: str, along: Along) -> None:
    await world.store.write(lambda tx: save_along(tx, "anna", HERS, conversation, "public", along))


async def files(world: World) -> list[str]:
    sql = "select upload_id from draft_files order by place"
    return [row["upload_id"] for row in await world.store.read(lambda look: look.all(sql))]


async def row(world: World) -> Row:
    return await world.row("select * from drafts_along")


async def test_the_latest_wins_and_nothing_forgets_it(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    first, second = await upload(world), await upload(world)
    await save(world, key, Along("01macro", Acts(status="closed"), worded=True, files=[first]))
    await save(
        world, key, Along("01other", Acts(tags_add=("vip",)), named={"Bo": "bo"}, files=[second, first])
    )
    kept = await row(world)
    assert (kept["stands"], kept["macro_id"], kept["worded"]) == (1, "01other", 0)
    assert Acts.of(from_json(kept["acts"])) == Acts(tags_add=("vip",))
    assert from_json(kept["named"]) == {"Bo": "bo"}
    assert await files(world) == [second, first]
    await save(world, key, Along())
    gone = await row(world)
    assert (gone["stands"], gone["macro_id"], from_json(gone["named"])) == (0, None, {})
    assert await files(world) == []


async def test_only_ones_own_files_that_still_wait(world: World) -> None:
    told = await world.says("+1", "hello")
    sent, theirs, mine = await upload(world), await upload(world, "agent:bo"), await upload(world)
    await world.store.write(lambda tx: claim_uploads(tx, told.message, [sent], HERS))
    await save(world, told.conversation, Along(files=[sent, theirs, mine, mine, "01nothing"]))
    assert await files(world) == [mine]
    await world.store.write(forget_taken)
    assert await files(world) == [mine]
    await world.store.write(lambda tx: claim_uploads(tx, told.message, [mine], HERS))
    await world.store.write(forget_taken)
    assert await files(world) == []


async def test_nothing_waits_for_who_is_erased(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    other = (await world.says("+2", "hello")).conversation
    hers, anothers = await upload(world), await upload(world)
    await save(world, key, Along(named={"Bo": "bo"}, files=[hers]))
    await save(world, other, Along(files=[anothers]))
    left = await world.store.write(lambda tx: forget_along(tx, key))
    assert [one["id"] for one in left] == [hers]
    assert await files(world) == [anothers]
    assert await world.value("select count(*) from attachments") == 1
    assert await world.value("select stands from drafts_along where conversation_id = $1", key) == 0


async def test_to_whom_it_is_to_go_is_kept_and_forgotten_with_the_rest(world: World) -> None:
    key = (await world.says("+1", "hello")).conversation
    letter = {"cc": [{"address": "june@example.net"}], "subject": "About it"}
    await save(world, key, Along(letter=letter))
    kept = await row(world)
    assert kept["stands"] == 1 and from_json(kept["letter"]) == letter
    await save(world, key, Along())
    assert (await row(world))["letter"] is None and (await row(world))["stands"] == 0
    await save(world, key, Along(letter=letter))
    await world.store.write(lambda tx: forget_along(tx, key))
    assert (await row(world))["letter"] is None, "nobody's address outlives an erasure"

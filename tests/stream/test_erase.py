"""Erasing: the words are gone from every table, every file and the media; what happened stands, in ids and times."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.channels.base import ProviderRequest
from gateway.errors import Forbidden, NotFound, Refused, Unavailable
from gateway.events import Attachment, Kind, agent
from gateway.media import DiskStore
from gateway.store import Store, events_after
from gateway.stream import describe
from gateway.stream.attach import keep_upload
from gateway.stream.contacts import set_claims, update_contact
from gateway.stream.definitions import make_attribute
from gateway.stream.edit import edit_message, erase_message
from gateway.stream.erase import erase, erase_contact, forget_dying
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.parked import Reason, Trouble, park
from gateway.stream.private import save_draft
from tests.checks import check
from tests.databases import Database
from tests.world import World

SECRETS = (
    *("xylophone", "zanzibar", "quagmire", "wombat", "brouhaha", "flummox", "kerfuffle", "lollygag"),
    *("+4915559999", "geheimname", "배송지연문의", "gobbledygook", "hullabaloo", "obstreperous"),
)
"""Words that stand nowhere else; the last tables of a fresh database do not know them."""


@pytest.fixture
async def world(store: Store, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr("gateway.stream.erase.SETTLES", 0.01)
    return await World.made(store)


async def everywhere(database: Database, world: World) -> bytes:
    """All that a database holds: its files on SQLite, every column of every table on PostgreSQL."""
    if not database.postgres:
        return b"".join(path.read_bytes() for path in database.folder.glob("parley.db*"))
    tables = await world.rows("select tablename::text as name from pg_tables where schemaname = 'public'")
    rows = [await world.rows(f"select x::text as row from {table['name']} x") for table in tables]
    return "\n".join(row["row"] for table in rows for row in table).encode()


def said(text: bytes) -> set[str]:
    """The secrets in it; tokens of Korean are pairs of letters."""
    pairs = [
        secret[at : at + 2] for secret in SECRETS if not secret.isascii() for at in range(len(secret) - 1)
    ]
    return {word for word in (*SECRETS, *pairs) if word.encode() in text}


async def fill(world: World, media: DiskStore) -> str:
    """A contact who left traces in every corner; returns its id."""
    picture = await media.put(b"xylophone picture", limit=None)
    file = Attachment(picture.hash, "zanzibar.png", "image/png", picture.size)
    who = "+4915559999"
    first = await world.says(
        who,
        "quagmire 배송지연문의",
        name="geheimname",
        subject="wombat",
        attachments=(file,),
        thread_key=f"<1.{who}@example.com>",
        provider_id=f"wamid.{who}.1",
        content={"type": "location", "label": "brouhaha"},
    )
    key = first.conversation
    contact = await world.contact_of(who)
    reply = await world.answers(key, "dear flummox")
    await world.do(edit_message, reply.message, "dear kerfuffle")
    await world.notes(key, "lollygag is difficult")
    await world.store.write(lambda tx: save_draft(tx, "bo", key, "public", "gobbledygook draft"))
    await world.do(make_attribute, "contact", "pet", "Pet", "text", [])
    await world.do(make_attribute, "conversation", "topic", "Topic", "text", [])
    await world.do(update_contact, contact, attributes={"pet": "hullabaloo"})
    await world.do(describe.set_attributes, key, {"topic": "obstreperous"})
    await world.store.write(lambda tx: set_claims(tx, contact, {"email": "xylophone@example.com"}))
    await world.store.write(lambda tx: keep_upload(tx, f"identity:tel:{who}", file))
    about = ProviderRequest("POST", "https://x.example/", {}, f"From={who}&Body=wombat, cut sh".encode())
    unread = Trouble(Reason.UNREADABLE, "flummox is no form")
    await world.store.write(lambda tx: park(tx, "web", about, unread, most=9))
    return contact


async def test_an_erased_contact_is_nowhere(database: Database, world: World, tmp_path: Path) -> None:
    media = DiskStore(tmp_path / "media")
    contact = await fill(world, media)
    bystander = (await world.says("+2", "innocent bystander")).conversation
    assert said(await everywhere(database, world))
    head = world.store.published
    await erase(world.store, media, contact, agent("anna"))
    assert said(await everywhere(database, world)) == set()
    assert not [
        path
        for path in (tmp_path / "media").rglob("*")
        if path.is_file() and b"xylophone" in path.read_bytes()
    ]
    # What happened stands.
    assert await world.texts(bystander) == ["innocent bystander"]
    events = await world.store.read(lambda look: events_after(look, head, 99))
    assert [event.kind for event in events].count(Kind.MESSAGE_ERASED) == 3
    assert events[-1].kind is Kind.CONTACT_ERASED
    assert await world.value("select count(*) from messages where erased_at is not null") == 3
    assert await world.value("select count(*) from audit where contact_id = $1", contact) >= 3
    with pytest.raises(Refused):
        await erase(world.store, media, contact, agent("anna"))
    # The same address is somebody new.
    fresh = await world.says("+4915559999", "hello again")
    assert await world.contact_of("+4915559999") != contact
    assert await world.texts(fresh.conversation) == ["hello again"]
    await check(world.store)
    await media.close()


async def test_merged_contacts_are_erased_as_one(database: Database, world: World, tmp_path: Path) -> None:
    media = DiskStore(tmp_path / "media")
    contact = await fill(world, media)
    await world.says("mailto:obstreperous@example.com", "hullabaloo", name="brouhaha")
    other = await world.contact_of("mailto:obstreperous@example.com")
    await world.do(merge_contacts, contact, other)
    await erase(world.store, media, contact, agent("anna"))
    assert said(await everywhere(database, world)) == set()
    await check(world.store)
    await media.close()


async def test_only_her_words_go_from_another_persons_conversation(
    database: Database, world: World, tmp_path: Path
) -> None:
    media = DiskStore(tmp_path / "media")
    contact = await fill(world, media)
    hers = (await world.row("select id from conversations"))["id"]
    theirs = (await world.says("+2", "mine to keep")).conversation
    await world.notes(theirs, "a note to keep")
    await world.do(merge, hers, theirs)
    await erase(world.store, media, contact, agent("anna"))
    texts = await world.texts(theirs)
    assert [text for text in texts if text] == [
        "mine to keep",
        "lollygag is difficult",
        "a note to keep",
    ] or [text for text in texts if text] == ["lollygag is difficult", "mine to keep", "a note to keep"]
    assert said(await everywhere(database, world)) <= {"lollygag"}
    await check(world.store)
    await media.close()


async def test_a_file_that_somebody_else_sent_too_stays(world: World, tmp_path: Path) -> None:
    media = DiskStore(tmp_path / "media")
    contact = await fill(world, media)
    row = await world.row("select hash from attachments limit 1")
    await world.says("+2", "the same", attachments=(Attachment(row["hash"], "x.png", "image/png", 17),))
    await erase(world.store, media, contact, agent("anna"))
    assert await media.exists(row["hash"])
    await media.close()


class FailingStore(DiskStore):
    """Deletes nothing while it is `away`."""

    away = False

    async def delete(self, digest: str, *, older_than: int | None = None) -> bool:
        if self.away:
            raise Unavailable("the file store is away")
        return await super().delete(digest, older_than=older_than)


async def test_what_the_file_store_does_not_delete_is_deleted_as_soon_as_it_does(
    database: Database, world: World, tmp_path: Path
) -> None:
    """The erasure holds, the database's files are purged all the same, and no file is forgotten about."""
    media = FailingStore(tmp_path / "media")
    contact = await fill(world, media)
    media.away = True
    assert not await erase(world.store, media, contact, agent("anna"))
    assert said(await everywhere(database, world)) == set()
    held = {one.hash async for one in media.list()}
    assert held
    assert held == {row["hash"] for row in await world.rows("select hash from dying_files")}
    assert await forget_dying(world.store, media) == len(held), "still away"
    media.away = False
    assert await forget_dying(world.store, media) == 0
    assert [one async for one in media.list()] == []
    assert await world.rows("select hash from dying_files") == []
    await media.close()


async def test_a_process_that_ends_between_the_erasure_and_the_deletion(world: World, tmp_path: Path) -> None:
    """Whoever comes up later deletes the files, but not what somebody else has sent as well meanwhile."""
    media = DiskStore(tmp_path / "media")
    contact = await fill(world, media)
    second = await media.put(b"another picture", limit=None)
    picture = Attachment(second.hash, "two.png", "image/png", second.size)
    await world.says("+4915559999", "look", attachments=(picture,))
    hashes = await world.do(erase_contact, contact)
    assert len(hashes) == len([one async for one in media.list()]) == 2
    await world.says("+2", "the same", attachments=(Attachment(hashes[0], "x.png", "image/png", 17),))
    assert await forget_dying(world.store, media) == 0
    assert [one.hash async for one in media.list()] == [hashes[0]]
    assert await world.rows("select hash from dying_files") == []
    await media.close()


async def test_a_message_is_erased_with_its_former_words(
    database: Database, world: World, tmp_path: Path
) -> None:
    taken = await world.says("+1", "hello")
    posted = await world.answers(taken.conversation, "quagmire")
    await world.do(edit_message, posted.message, "zanzibar")
    hashes = await world.do(erase_message, posted.message)
    assert hashes == []
    await world.store.purge()
    assert said(await everywhere(database, world)) == set()
    assert await world.do(erase_message, posted.message) == []
    with pytest.raises(Refused):
        await world.do(edit_message, posted.message, "again")
    with pytest.raises(NotFound):
        await world.do(erase_message, "no such message")
    await check(world.store)


async def test_only_the_author_edits_and_what_it_was_is_kept(world: World) -> None:
    taken = await world.says("+1", "hello")
    posted = await world.answers(taken.conversation, "first", by="anna")
    with pytest.raises(Forbidden):
        await world.do(edit_message, posted.message, "mine now", by="bo")
    with pytest.raises(Forbidden):
        await world.do(edit_message, taken.message, "mine now")
    with pytest.raises(Refused):
        await world.do(edit_message, posted.message, "  ")
    for text in ("second", "second", "third"):
        await world.do(edit_message, posted.message, text)
    versions = await world.rows("select version, text from message_versions order by version")
    assert [tuple(row) for row in versions] == [(1, "first"), (2, "second")]
    assert await world.texts(taken.conversation) == ["hello", "third"]
    found: Any = await world.rows("select id from messages where edited_at is not null")
    assert [row["id"] for row in found] == [posted.message]
    await check(world.store)


@pytest.mark.may_block("asks for much on the loop")
async def test_much_that_was_erased_leaves_the_index_too(database: Database, world: World) -> None:
    """Enough messages that the search index lies in several segments; readers and writers go on meanwhile."""
    posted = [await world.says("+1", "the first one")]
    for start in range(0, 600, 250):
        posted += await asyncio.gather(
            *(
                world.says(f"+{n % 9}", f"flummox{n} kerfuffle word{n % 13}")
                for n in range(start, start + 250)
            )
        )
    for taken in posted[1::3]:
        await world.do(erase_message, taken.message)
    await asyncio.gather(world.store.purge(), *(world.says("+1", "meanwhile") for _ in range(20)))
    text = await everywhere(database, world)
    for n in range(0, 600, 3):
        assert f"flummox{n} ".encode() not in text and f"flummox{n}'".encode() not in text
    if not database.postgres:
        rest = await world.rows("select rowid from message_search where message_search match '\"flummox3\"'")
        assert rest == []
    await check(world.store)

"""What goes out of a file: its bytes, or a link that lives as long as its reader needs and no longer than the words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.config import Config, Server
from gateway.errors import PermanentError, TemporaryError, Unavailable
from gateway.events import Attachment
from gateway.media import LINK_LIFE, DiskStore, MediaLinks, MediaStore, open_media
from gateway.outward import OutwardLinks, account_of, sent_file
from gateway.store import Store
from gateway.stream.attach import keep_upload
from gateway.stream.edit import erase_message
from tests.fixtures import database, store
from tests.letters import with_letters

__all__ = ["database", "store"]
NOW = 1_700_000_000_000
DAY = 86_400_000


@pytest.fixture
async def media(tmp_path: Path) -> AsyncIterator[MediaStore]:
    opened = open_media("disk:media", tmp_path)
    yield opened
    await opened.close()


def outward(media: MediaStore, links: MediaLinks) -> OutwardLinks:
    return OutwardLinks(Config(server=Server(public_url="https://chat.example")), links, media)


@pytest.fixture
def links() -> MediaLinks:
    return MediaLinks(b"s" * 32, clock=lambda: NOW)


def signed(link: str) -> str:
    return link.split("/media/")[1].split("/")[0]


async def test_a_link_lives_as_long_as_is_asked(media: MediaStore, links: MediaLinks) -> None:
    file = Attachment("ab" * 32, "a.pdf", "application/pdf", 3)
    out = outward(media, links)
    short, long = out.file("sms", "k1", file), out.file("mail", "k1", file, 30 * DAY)
    assert short.startswith("https://chat.example/media/") and short.endswith("/a.pdf")
    assert LINK_LIFE <= links.verify(signed(short)).expires - NOW < LINK_LIFE + 2 * 3_600_000
    assert 30 * DAY <= links.verify(signed(long)).expires - NOW < 30 * DAY + 2 * 3_600_000
    assert account_of(links.verify(signed(long))) == "mail"


async def test_the_bytes_are_read_whole_and_a_store_that_is_away_is_asked_again(
    media: MediaStore, links: MediaLinks, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = await media.put(b"x" * 600_000, limit=None)
    out = outward(media, links)
    assert await out.read(Attachment(stored.hash, "a", "text/plain", stored.size)) == b"x" * 600_000
    with pytest.raises(PermanentError) as gone:
        await out.read(Attachment("ab" * 32, "a", "text/plain", 1))
    assert gone.value.for_agent == "delivery.file_gone"

    def away(*_: object, **__: object) -> object:
        raise Unavailable("no answer")

    monkeypatch.setattr(DiskStore, "open", away)
    with pytest.raises(TemporaryError):
        await out.read(Attachment(stored.hash, "a", "text/plain", stored.size))


async def test_a_link_is_dead_once_its_message_is_erased_and_never_another_accounts(
    store: Store, media: MediaStore, links: MediaLinks
) -> None:
    world = await with_letters(store)
    stored = await media.put(b"the contract", limit=None)
    file = Attachment(stored.hash, "a.txt", "text/plain", stored.size)
    upload = await store.write(lambda tx: keep_upload(tx, "agent:anna", file))
    talk = await world.says("mailto:mina@example.net", "please")
    posted = await world.answers(talk.conversation, "here", uploads=(upload,))
    out = outward(media, links)
    mine, other = (links.verify(signed(out.file(name, upload, file))) for name in ("mail", "web"))
    found = await sent_file(store, "mail", mine)
    assert found is not None and (found.hash, found.name) == (stored.hash, "a.txt")
    assert await sent_file(store, "web", other) is None
    await world.do(erase_message, posted.message)
    assert await sent_file(store, "mail", mine) is None


async def test_where_providers_tell_what_becomes_of_a_message(media: MediaStore, links: MediaLinks) -> None:
    assert outward(media, links).callback("sms") == "https://chat.example/webhooks/sms"

"""Files that came with a message: durable before it names them, and known by what its page calls them."""

from pathlib import Path

from gateway.events import Address, Enclosed, InboundMessage
from gateway.media import open_media
from gateway.stream.enclosed import keep_enclosed
from tests.channels.mails import PNG

HANA = Address("mailto", "hana@naver.com")


async def test_they_are_stored_and_named(tmp_path: Path) -> None:
    media = open_media("disk:media", tmp_path)
    files = (
        Enclosed("a.png", "image/png", PNG, "p@x", inline=True),
        Enclosed("../b.pdf", "text/html", b"%PDF-1.4\n", "q@x"),
        Enclosed("empty.txt", "text/plain", b""),
    )
    kept = await keep_enclosed(media, InboundMessage("m1", HANA, enclosed=files))
    assert kept.enclosed == ()
    assert [(one.name, one.mime, one.size, one.cid) for one in kept.attachments] == [
        ("a.png", "image/png", len(PNG), "p@x"),
        ("b.pdf", "application/pdf", 9, ""),
        ("empty.txt", "text/plain", 0, ""),
    ]
    assert all([await media.exists(one.hash) for one in kept.attachments])
    bare = InboundMessage("m2", HANA)
    assert await keep_enclosed(media, bare) is bare
    await media.close()

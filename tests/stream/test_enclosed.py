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


async def test_the_whole_is_kept_beside_them_unless_it_is_one_of_them(tmp_path: Path) -> None:
    media = open_media("disk:media", tmp_path)
    raw = b"From: hana@naver.com\r\n\r\nhi\r\n"
    kept = await keep_enclosed(media, InboundMessage("m1", HANA), raw)
    assert kept.attachments == () and kept.original is not None
    assert (kept.original.name, kept.original.size) == ("original.eml", len(raw))
    assert await media.exists(kept.original.hash)
    same = InboundMessage("m2", HANA, enclosed=(Enclosed("mail.eml", "message/rfc822", raw),))
    once = await keep_enclosed(media, same, raw)
    assert once.original is None and len(once.attachments) == 1
    await media.close()

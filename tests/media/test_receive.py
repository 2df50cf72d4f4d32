"""A file comes in."""

from collections.abc import AsyncIterator

import pytest

from gateway.errors import TooLarge
from gateway.events import Attachment
from gateway.media import HEAD_BYTES, MediaStore, receive
from tests.media.conftest import sample
from tests.media.test_store import in_chunks, read


async def test_a_photo(store: MediaStore):
    photo = sample("turned.jpg")
    attachment, kind = await receive(
        store, in_chunks(photo, 7), name="내 사진.jpg", declared_type="image/jpeg", limit=10_000
    )
    assert attachment == Attachment(
        attachment.hash, "내 사진.jpg", "image/jpeg", len(photo), width=20, height=40, inline=True
    )
    assert kind.remark is None
    assert await read(store, attachment.hash) == photo


@pytest.mark.parametrize("whole", [True, False])
async def test_the_head_is_what_was_sent_first(store: MediaStore, whole: bool):
    photo = sample("plain.png") + bytes(HEAD_BYTES + 100_000)
    chunks: bytes | AsyncIterator[bytes] = photo if whole else in_chunks(photo)
    attachment, _ = await receive(store, chunks, name=None, declared_type=None, limit=10**7)
    assert (attachment.name, attachment.mime, attachment.size) == ("image.png", "image/png", len(photo))


async def test_the_senders_word_does_not_decide(store: MediaStore):
    attachment, kind = await receive(
        store, b"<script>alert(1)</script>", name="../cat.png", declared_type="image/png", limit=100
    )
    assert (attachment.name, attachment.mime, attachment.inline) == (
        "cat.png",
        "application/octet-stream",
        False,
    )
    assert kind.dangerous


async def test_too_large(store: MediaStore):
    with pytest.raises(TooLarge):
        await receive(store, in_chunks(bytes(101)), name="a", declared_type=None, limit=100)

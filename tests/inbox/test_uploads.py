"""Uploads: taken once, by their owner, never too large."""

from __future__ import annotations

from gateway.limits import Limits
from tests.inbox.conftest import House, Open
from tests.inbox.test_profile import PNG


async def test_an_upload_is_taken_once(both: House) -> None:
    taken = await both.customer_writes("send me the price list")
    ann = await both.client("ann")
    answer = await ann.raw(
        "POST", "/uploads?name=prices.txt", data=b"a: 1\n", headers={"Content-Type": "text/plain"}
    )
    assert answer.status == 201
    attachment = (await answer.json())["attachment"]
    assert attachment["name"] == "prices.txt"
    path = f"/conversations/{taken.conversation}/messages"
    say = {"text": "", "visibility": "public", "attachments": [attachment["id"]], "client_id": "c1"}
    bob = await both.client("bob")
    assert (await bob.fails("POST", path, say))[0] == 422, "somebody else's upload"
    sent = await ann.does("POST", path, say)
    assert [file["id"] for file in sent["message"]["attachments"]] == [attachment["id"]]
    assert (await ann.fails("POST", path, {**say, "client_id": "c2"}))[0] == 422


async def test_a_preview_says_how_many_of_the_files_are_pictures(both: House) -> None:
    taken = await both.customer_writes("what does it look like?")
    ann = await both.client("ann")
    files = (("box.png", PNG, "image/png"), ("prices.txt", b"a: 1\n", "text/plain"))
    path = f"/conversations/{taken.conversation}"
    for upto in (1, 2):
        ids = []
        for name, data, kind in files[:upto]:
            answer = await ann.raw("POST", f"/uploads?name={name}", data=data, headers={"Content-Type": kind})
            ids.append((await answer.json())["attachment"]["id"])
        say = {"text": "", "visibility": "public", "attachments": ids, "client_id": f"c{upto}"}
        await ann.does("POST", f"{path}/messages", say)
        preview = (await ann.get(path))["conversation"]["preview"]
        assert (preview["attachments"], preview["pictures"]) == (upto, 1)


async def test_an_upload_too_large(open_with: Open) -> None:
    house = await open_with(Limits(upload_bytes=2000))
    ann = await house.client("ann")
    kind = {"Content-Type": "text/plain"}
    assert await ann.fails("POST", "/uploads", data=b"x" * 3000, headers=kind) == (413, "too_large")

    async def unknown_length():
        for _ in range(3):
            yield b"x" * 1000

    assert await ann.fails("POST", "/uploads", data=unknown_length(), headers=kind) == (413, "too_large")
    assert (await ann.fails("POST", "/uploads", data=b"", headers=kind))[0] == 400

"""Exports: whole, within the view, safe to unpack, on both databases."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from gateway.events import Attachment
from gateway.stream.attach import insert_attachments
from inbox.export import PAGE, _plain
from tests.inbox.conftest import House, does


async def unpacked(house: House, who: str, path: str) -> zipfile.ZipFile:
    answer = await (await house.client(who)).raw("GET", path)
    assert answer.status == 200
    assert answer.content_type == "application/zip"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    archive = zipfile.ZipFile(io.BytesIO(await answer.read()))
    assert archive.testzip() is None
    return archive


async def test_a_conversation(both: House) -> None:
    taken = await both.customer_writes("안녕하세요", name="김서연")
    ann = await both.client("ann")
    answer = await ann.raw("POST", "/uploads?name=../../price%20list.txt", data=b"a: 1\n")
    upload = (await answer.json())["attachment"]
    it = {"conversation": taken.conversation}
    await does(both, "ann", "reply", **it, text="Here", attachments=[upload["id"]], client_id="c1")
    await does(both, "ann", "note", **it, text="a note", client_id="c2")
    archive = await unpacked(both, "ann", f"/conversations/{taken.conversation}/export")
    told = json.loads(archive.read("conversation.json"))
    assert told["contact"]["name"] == "김서연"
    assert [message["text"] for message in told["messages"]] == ["안녕하세요", "Here", "a note"]
    assert told["lines"][0]["kind"] == "conversation.created"
    path = told["messages"][1]["attachments"][0]["url"]
    assert archive.read(path) == b"a: 1\n"
    assert all(".." not in name and not name.startswith("/") for name in archive.namelist())


async def test_a_contact_with_what_one_may_see(both: House) -> None:
    one = await both.customer_writes("to sales", name="Lee", team="sales")
    await does(both, "sue", "close", conversation=one.conversation)
    await both.store.write(lambda tx: tx.run("update conversations set closed_at = 1"))
    two = await both.customer_writes("to support", name="Lee", team="support")
    assert two.conversation != one.conversation
    sue = await both.client("sue")
    contact = (await sue.get(f"/conversations/{one.conversation}"))["contact"]["id"]
    await does(both, "sue", "add_contact_note", contact=contact, text="Likes tea", client_id="n1")
    held = {"conversation": two.conversation, "text": "not sent yet", "client_id": "h1", "hold": 30_000}
    await does(both, "bob", "reply", **held)
    whole = await unpacked(both, "sue", f"/contacts/{contact}/export")
    assert [note["text"] for note in json.loads(whole.read("notes.json"))] == ["Likes tea"]
    assert not any(b"not sent yet" in whole.read(name) for name in whole.namelist())
    assert set(whole.namelist()) == {
        "contact.json",
        "notes.json",
        "conversation-1/conversation.json",
        "conversation-2/conversation.json",
    }
    hers = await unpacked(both, "ann", f"/contacts/{contact}/export")
    assert set(hers.namelist()) == {"contact.json", "notes.json", "conversation-1/conversation.json"}
    assert "to support" not in hers.read("conversation-1/conversation.json").decode()


async def test_more_than_a_page_and_a_file_that_is_gone(house: House) -> None:
    for n in range(PAGE + 3):
        taken = await house.customer_writes(f"message {n}")
    gone = Attachment("0" * 64, "gone.pdf", "application/pdf", 10)
    await house.store.write(lambda tx: insert_attachments(tx, taken.message, [gone]))
    archive = await unpacked(house, "ann", f"/conversations/{taken.conversation}/export")
    told = json.loads(archive.read("conversation.json"))
    assert [message["text"] for message in told["messages"]] == [f"message {n}" for n in range(PAGE + 3)]
    assert archive.namelist() == ["conversation.json"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\x\\y.exe", "C__x_y.exe"),
        (".bashrc", "bashrc"),
        ("...", "file"),
        ("", "file"),
        ("견적서 1.hwp", "견적서 1.hwp"),
    ],
)
def test_names_stay_inside_their_folder(name: str, kept: str) -> None:
    assert _plain(name) == kept

"""files.*: up and down."""

import aiohttp
import pytest

from gateway.sandbox.slack.methods.files import LARGEST
from tests.sandbox.slack.hall import Hall

PNG = b"\x89PNG\r\n\x1a\n and more"


async def test_a_file_goes_up_into_a_thread_and_comes_down_with_the_token(hall: Hall) -> None:
    first = await hall.post()
    said = await hall.client.files_upload_v2(
        content=PNG, filename="parcel.png", title="Parcel", channel=hall.support.id, thread_ts=first
    )
    told = (await hall.client.files_info(file=said["file"]["id"]))["file"]
    (shown,) = hall.slack.posts(hall.support, first)[1:]
    assert told["shares"]["public"][hall.support.id] == [{"ts": shown.ts}]
    assert (told["mimetype"], told["size"], told["title"]) == ("image/png", len(PNG), "Parcel")
    token = {"Authorization": f"Bearer {hall.slack.installation.bot_token}"}
    async with aiohttp.ClientSession() as http:
        async with http.get(told["url_private"], headers=token) as answer:
            assert (answer.status, await answer.read()) == (200, PNG)
        # Without it Slack says 200 too, and sends a page.
        async with http.get(told["url_private"]) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")


async def test_a_person_s_file(hall: Hall) -> None:
    ts = hall.slack.attach(hall.mina, hall.support, "bill.pdf", b"%PDF-", "look")
    told = await hall.client.conversations_history(channel=hall.support.id)
    (file,) = told["messages"][0]["files"]
    assert (told["messages"][0]["ts"], file["name"], file["user"]) == (ts, "bill.pdf", hall.mina.id)


async def test_what_cannot_be_uploaded(hall: Hall) -> None:
    for length in (0, LARGEST + 1):
        no = await hall.refused("files.getUploadURLExternal", filename="x", length=length)
        assert no["error"] == "invalid_arguments"
    no = await hall.refused("files.info", file="F404")
    assert no["error"] == "file_not_found"
    there = await hall.client.files_getUploadURLExternal(filename="x.txt", length=3)
    file = [{"id": there["file_id"]}]
    no = await hall.refused("files.completeUploadExternal", files=file)
    assert no["error"] == "file_not_found"
    async with aiohttp.ClientSession() as http:
        for url, content, status in (
            (there["upload_url"], b"four", 400),
            (there["upload_url"] + "x", b"abc", 404),
            (there["upload_url"], b"abc", 200),
        ):
            async with http.post(url, data=content) as answer:
                assert answer.status == status
        form = aiohttp.FormData()
        form.add_field("file", b"abd", filename="x.txt")
        async with http.post(there["upload_url"], data=form) as answer:
            assert answer.status == 200
    assert hall.slack.workspace.files[there["file_id"]].content == b"abd"
    elsewhere = hall.slack.channel("elsewhere", with_app=False)
    for channel, error in (("C404", "invalid_channel"), (elsewhere.id, "posting_to_channel_denied")):
        no = await hall.refused("files.completeUploadExternal", files=file, channel_id=channel)
        assert no["error"] == error


async def test_files_need_their_scopes(hall: Hall) -> None:
    hall.slack.installation.scopes -= {"files:write"}
    with pytest.raises(Exception, match="missing_scope"):
        await hall.client.files_upload_v2(content=b"x", filename="x.txt")


async def test_a_bot_deletes_its_own_files_alone(hall: Hall) -> None:
    first = await hall.post()
    said = await hall.client.files_upload_v2(
        content=PNG, filename="a.png", channel=hall.support.id, thread_ts=first
    )
    key = said["file"]["id"]
    hall.slack.attach(hall.mina, hall.support, "bill.pdf", b"%PDF-", "look")
    (hers,) = [one.id for one in hall.slack.workspace.files.values() if one.id != key]
    await hall.client.files_delete(file=key)
    assert hall.slack.posts(hall.support, first)[-1].files == []
    for file, error in ((key, "file_not_found"), (hers, "cant_delete_file"), ("F404", "file_not_found")):
        no = await hall.refused("files.delete", file=file)
        assert no["error"] == error

"""One's own name and picture: chosen by oneself, seen by colleagues and customers, gone with the last who wears it."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.stream.edit import NAMED
from inbox.pictures import PICTURE_BYTES
from tests.inbox.conftest import House

SAMPLES = Path(__file__).parents[1] / "media/samples"
JPEG = (SAMPLES / "plain.jpg").read_bytes()
PNG = (SAMPLES / "plain.png").read_bytes()
TYPE = {"Content-Type": "image/jpeg"}


async def test_ones_own_name(both: House) -> None:
    ann = await both.client("ann")
    assert (await ann.does("PATCH", "/session/profile", {"name": " 안나 "}))["agent"]["name"] == "안나"
    assert (await ann.get("/session"))["agent"]["name"] == "안나"
    assert (await ann.fails("PATCH", "/session/profile", {"name": " "}))[0] == 400
    assert (await ann.fails("PATCH", "/session/profile", {"name": "A", "role": "admin"}))[0] == 400


async def test_a_picture_is_served_while_it_is_worn(both: House) -> None:
    ann = await both.client("ann")
    answer = await ann.raw("PUT", "/session/profile/picture", data=JPEG, headers=TYPE)
    assert answer.status == 200, await answer.text()
    path = (await answer.json())["agent"]["picture"]
    shown = await (await both.client()).http.get(path)
    assert (shown.status, shown.content_type, await shown.read()) == (200, "image/jpeg", JPEG)
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    again = await ann.http.get(path, headers={"If-None-Match": shown.headers["ETag"]})
    assert again.status == 304
    listed = {one["id"]: one["picture"] for one in (await ann.get("/agents"))["agents"]}
    assert listed[both.agents["ann"]] == path
    other = await ann.raw("PUT", "/session/profile/picture", data=PNG, headers=TYPE)
    fresh = (await other.json())["agent"]["picture"]
    assert fresh.endswith(".png"), "its first bytes decide, not its label"
    assert (await ann.http.get(path)).status == 404, "nobody wears it any more"
    await ann.does("DELETE", "/session/profile/picture")
    assert (await ann.http.get(fresh)).status == 404


async def test_no_other_file_comes_by_its_hash(house: House) -> None:
    ann = await house.client("ann")
    upload = await ann.raw("POST", "/uploads?name=secret.jpg", data=JPEG, headers=TYPE)
    assert upload.status == 201
    digest = await house.store.read(lambda look: look.value("select hash from attachments"))
    assert (await ann.http.get(f"/pictures/{digest}.jpg")).status == 404
    assert (await ann.http.get("/pictures/..%2fsecret")).status == 404


@pytest.mark.parametrize("body", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"\x89PNG\r\n\x1a\n"])
async def test_what_is_no_picture(house: House, body: bytes) -> None:
    ann = await house.client("ann")
    assert (await ann.fails("PUT", "/session/profile/picture", data=body, headers=TYPE))[0] == 422
    assert (await ann.get("/session"))["agent"]["picture"] is None


async def test_a_picture_too_large(house: House) -> None:
    ann = await house.client("ann")
    large = JPEG + bytes(PICTURE_BYTES)
    assert (await ann.fails("PUT", "/session/profile/picture", data=large, headers=TYPE))[0] == 413


async def test_a_worn_picture_is_named(both: House) -> None:
    """Neither the sweep nor an erasure takes its bytes."""
    ann = await both.client("ann")
    answer = await ann.raw("PUT", "/session/profile/picture", data=JPEG, headers=TYPE)
    digest = (await answer.json())["agent"]["picture"].rpartition("/")[2].partition(".")[0]
    assert await both.store.read(lambda look: look.one(NAMED, digest)) is not None
    await ann.does("DELETE", "/session/profile/picture")
    assert await both.store.read(lambda look: look.one(NAMED, digest)) is None


async def test_an_admin_takes_a_picture_away(house: House) -> None:
    ann, ada = await house.client("ann"), await house.client("ada")
    assert (await ann.raw("PUT", "/session/profile/picture", data=JPEG, headers=TYPE)).status == 200
    taken = await ada.does("DELETE", f"/agents/{house.agents['ann']}/picture")
    assert taken["agent"]["picture"] is None

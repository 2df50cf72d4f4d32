"""A file to whoever holds its link: over HTTP, from both stores, in headers that leave it inert."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import ClientPayloadError, ClientResponse, web
from aiohttp.test_utils import TestClient
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ParleyError, Unavailable
from gateway.events import Attachment
from gateway.media import (
    Claim,
    DiskStore,
    MediaLinks,
    MediaStore,
    S3Credentials,
    open_media,
    receive,
    serve_media,
)
from gateway.media.serve import Unsatisfiable, parse_range
from gateway.rates import News
from tests.media.conftest import Clock, sample

SECRET = b"the same for every process of it"
Client = TestClient[web.Request, web.Application]
MakeClient = Callable[[web.Application], Awaitable[Client]]


@dataclass
class House:
    """A server with a store behind it, and rows as a database would have them."""

    store: MediaStore
    links: MediaLinks
    clock: Clock
    rows: dict[str, Attachment] = field(default_factory=dict)
    barred: set[str] = field(default_factory=set)

    async def lookup(self, claim: Claim) -> Attachment | None:
        return None if claim.audience in self.barred else self.rows.get(claim.attachment)

    async def take(self, content: bytes, name: str, declared: str | None = None) -> str:
        """Receive a file; the path of a link for one visitor."""
        row, _ = await receive(self.store, content, name=name, declared_type=declared, limit=10**8)
        self.rows[name] = row
        return self.link(name)

    def link(self, name: str) -> str:
        row = self.rows[name]
        return self.links.path(row.name, audience="visitor:1", attachment=name, digest=row.hash)

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/media/{signed}/{name}", serve_media(self.store, self.links, self.lookup))
        return app


@pytest.fixture
def house(store: MediaStore, clock: Clock) -> House:
    return House(store, MediaLinks(SECRET, clock=clock), clock)


@pytest.fixture
async def client(house: House, aiohttp_client: MakeClient) -> Client:
    return await aiohttp_client(house.app())


def directives(response: ClientResponse) -> set[str]:
    return set(response.headers["Content-Security-Policy"].split("; "))


async def test_a_photo_is_shown_in_place(house: House, client: Client):
    photo = sample("plain.png")
    response = await client.get(await house.take(photo, "사진.png"))
    assert (response.status, await response.read()) == (200, photo)
    assert response.headers["Content-Type"] == "image/png"
    assert response.headers["Content-Length"] == str(len(photo))
    assert response.headers["Content-Disposition"].startswith("inline; ")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["ETag"] == f'"{hashlib.sha256(photo).hexdigest()}"'
    assert {"sandbox", "default-src 'none'", "frame-ancestors 'none'", "img-src 'self'"} <= directives(
        response
    )
    assert re.fullmatch(r"private, max-age=2[1-5]\d{3}, immutable", response.headers["Cache-Control"])


@pytest.mark.parametrize(
    ("name", "content", "served"),
    [
        ("page.html", b"<html><script>alert(1)</script>", "application/octet-stream"),
        ("photo.png", b"<html><script>alert(1)</script>", "application/octet-stream"),
        ("logo.svg", b"<svg onload=alert(1)>", "application/octet-stream"),
        ("code.js", b"alert(1)", "application/octet-stream"),
        ("feed.xml", b"<?xml version='1.0'?><a/>", "application/octet-stream"),
        ("tool.exe", b"MZ\0\0" + bytes(200), "application/octet-stream"),
        ("both.gif", sample("plain.gif") + b"<script>alert(1)</script>", "application/octet-stream"),
        ("page.pdf", sample("page.pdf"), "application/pdf"),
        ("a.txt", "안녕".encode(), "text/plain; charset=utf-8"),
        ("film.mov", sample("film.mov"), "video/quicktime"),
    ],
)
async def test_what_is_not_to_be_shown_is_a_download(
    house: House, client: Client, name: str, content: bytes, served: str
):
    response = await client.get(await house.take(content, name))
    assert (response.status, await response.read()) == (200, content)
    assert response.headers["Content-Type"] == served
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert directives(response) == {"sandbox", "default-src 'none'", "frame-ancestors 'none'"}
    # What the inbox reads in place, it may read where files have an origin of their own.
    shared = "*" if name in ("page.pdf", "a.txt") else None
    assert response.headers.get("Access-Control-Allow-Origin") == shared


async def test_a_row_that_lies_is_not_believed(house: House, client: Client):
    """A row from an import or an old release: neither its type nor its name reaches a header unchecked."""
    await house.take(b"<script>alert(1)</script>", "x.bin")
    row = house.rows["x.bin"]
    for mime in ("text/html", "image/svg+xml", "application/javascript\r\nSet-Cookie: a=b"):
        house.rows["x.bin"] = replace(row, mime=mime, inline=True, name='a"\r\nSet-Cookie: a=b')
        response = await client.get(house.link("x.bin"))
        assert response.headers["Content-Type"] == "application/octet-stream"
        assert response.headers["Content-Disposition"].startswith("attachment; ")
        assert "Set-Cookie" not in response.headers


async def test_the_name_in_the_path_means_nothing(house: House, client: Client):
    path = await house.take(sample("plain.png"), "a.png")
    signed = path.split("/")[2]
    for name in ("evil.html", "..%2f..%2fpasswd", "%00", "x" * 500):
        response = await client.get(f"/media/{signed}/{name}")
        assert (response.status, response.headers["Content-Type"]) == (200, "image/png")
        assert response.headers["Content-Disposition"] == 'inline; filename="a.png"'


async def test_head_tells_without_sending(house: House, client: Client):
    path = await house.take(sample("song.mp3"), "song.mp3")
    response = await client.head(path, headers={"Range": "bytes=0-1"})
    assert (response.status, await response.read()) == (200, b"")
    assert response.headers["Content-Length"] == str(len(sample("song.mp3")))
    assert response.headers["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=5-", 5, 1389), ("bytes=-9", 1380, 1389), ("bytes=0-99999", 0, 1389)],
)
async def test_a_player_asks_for_a_part(house: House, client: Client, asked: str, start: int, end: int):
    song = sample("song.mp3")
    response = await client.get(await house.take(song, "song.mp3"), headers={"Range": asked})
    assert (response.status, await response.read()) == (206, song[start:end])
    assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(song)}"
    assert response.headers["Content-Length"] == str(end - start)
    assert response.headers["Content-Type"] == "audio/mpeg"


async def test_a_part_of_a_large_file(house: House, client: Client):
    film = sample("film.mp4") + bytes(range(256)) * 4096 * 10
    path = await house.take(film, "film.mp4")
    response = await client.get(path, headers={"Range": "bytes=5000000-10000000"})
    assert (response.status, await response.read()) == (206, film[5_000_000:10_000_001])
    assert await (await client.get(path)).read() == film


@pytest.mark.parametrize(
    "asked", ["bytes=5-1", "bytes=0-0,5-9", "chunks=0-1", "bytes=", "bytes=-", "bytes=x-", "0-1"]
)
async def test_a_range_we_do_not_know_gets_the_whole(house: House, client: Client, asked: str):
    response = await client.get(await house.take(b"whole", "a.txt"), headers={"Range": asked})
    assert (response.status, await response.read()) == (200, b"whole")


@pytest.mark.parametrize("asked", ["bytes=5-", "bytes=99-100", "bytes=-0"])
async def test_a_range_beyond_the_end(house: House, client: Client, asked: str):
    response = await client.get(await house.take(b"whole", "a.txt"), headers={"Range": asked})
    assert (response.status, response.headers["Content-Range"]) == (416, "bytes */5")


async def test_if_range(house: House, client: Client):
    path = await house.take(b"whole", "a.txt")
    etag = (await client.head(path)).headers["ETag"]
    same = await client.get(path, headers={"Range": "bytes=0-1", "If-Range": etag})
    other = await client.get(path, headers={"Range": "bytes=0-1", "If-Range": '"other"'})
    weak = await client.get(path, headers={"Range": "bytes=0-1", "If-Range": f"W/{etag}"})
    assert (same.status, other.status, weak.status) == (206, 200, 200)


async def test_what_the_browser_has_is_not_sent_again(house: House, client: Client):
    path = await house.take(b"whole", "a.txt")
    etag = (await client.head(path)).headers["ETag"]
    for tags in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = await client.get(path, headers={"If-None-Match": tags})
        assert (response.status, await response.read()) == (304, b"")
        assert response.headers["ETag"] == etag
        assert response.headers["Cache-Control"].startswith("private")
    assert (await client.get(path, headers={"If-None-Match": '"x"'})).status == 200


async def test_an_empty_file(house: House, client: Client):
    path = await house.take(b"", "empty.txt")
    response = await client.get(path)
    assert (response.status, await response.read()) == (200, b"")
    assert (await client.get(path, headers={"Range": "bytes=0-"})).status == 416


async def test_an_expired_link(house: House, client: Client):
    path = await house.take(b"x", "a.txt")
    house.clock.now += 24 * 3600 * 1000
    response = await client.get(path)
    assert (response.status, await response.text()) == (410, "link_expired")
    assert response.headers["Cache-Control"] == "no-store"


async def test_forged_unknown_gone_and_barred_look_alike(house: House, client: Client):
    path = await house.take(b"secret", "a.txt")
    row = house.rows["a.txt"]
    sign = house.links.sign
    stranger = MediaLinks(b"another secret of the same length", clock=house.clock)
    await house.take(b"another secret", "b.txt")
    house.rows["other"] = replace(row, hash=house.rows["b.txt"].hash)
    house.rows["swept"] = replace(row, hash="0" * 64)
    house.barred.add("agent:left")
    signed = [
        "nonsense",
        stranger.sign(audience="visitor:1", attachment="a.txt", digest=row.hash),
        sign(audience="visitor:1", attachment="unknown", digest=row.hash),
        sign(audience="visitor:1", attachment="other", digest=row.hash),
        sign(audience="visitor:1", attachment="swept", digest="0" * 64),
        sign(audience="agent:left", attachment="a.txt", digest=row.hash),
    ]
    answers = [await client.get(f"/media/{each}/a.txt") for each in signed]
    assert {(answer.status, await answer.text()) for answer in answers} == {(404, "not_found")}
    assert (await client.get(path)).status == 200
    assert await house.store.delete(row.hash)
    assert (await client.get(path)).status == 404


async def test_other_methods_are_refused(house: House, client: Client):
    path = await house.take(b"x", "a.txt")
    assert {(await client.request(method, path)).status for method in ("POST", "PUT", "DELETE")} == {405}


@web.middleware
async def answer_every_error(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """As an application does: its answer must not be taken for the rest of the file."""
    try:
        return await handler(request)
    except ParleyError:
        return web.Response(status=500, text="x" * 40_000_000)


async def test_a_file_that_cannot_be_read_to_its_end_is_cut(
    clock: Clock, disk: DiskStore, tmp_path: Path, aiohttp_client: MakeClient
):
    house = House(disk, MediaLinks(SECRET, clock=clock), clock)
    path = await house.take(b"x" * 40_000_000, "a.txt")
    row = house.rows["a.txt"]
    stored = next(tmp_path.glob(f"media/objects/*/{row.hash}"))
    app = house.app()
    app.middlewares.append(answer_every_error)
    response = await (await aiohttp_client(app)).get(path)
    stored.write_bytes(b"")
    with pytest.raises(ClientPayloadError):
        await response.read()


async def test_a_store_out_of_reach(
    clock: Clock, tmp_path: Path, unused_tcp_port: int, aiohttp_client: MakeClient
):
    url = f"s3://bucket?endpoint=http://127.0.0.1:{unused_tcp_port}&region=x"
    store = open_media(url, tmp_path, credentials=S3Credentials("a", "b"))
    house = House(store, MediaLinks(SECRET, clock=clock), clock)
    house.rows["a"] = Attachment("0" * 64, "a", "text/plain", 1)
    response = await (await aiohttp_client(house.app())).get(house.link("a"))
    assert (response.status, response.headers["Retry-After"]) == (503, "2")
    await store.close()


async def test_what_cannot_be_served_to_a_crowd_is_one_line_of_the_log(
    house: House,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
):
    """Many files are asked for by many while the store is away; another trouble is told beside it."""
    monkeypatch.setattr("gateway.media.serve._troubles", News())
    paths = [await house.take(f"file {n}".encode(), f"{n}.txt") for n in range(3)]
    trouble = "media object {} is out of reach"

    def away(digest: str, *_: object) -> None:
        raise Unavailable(trouble.format(digest))

    for method in ("find", "open"):
        monkeypatch.setattr(house.store, method, away)
    for path in paths * 4:
        assert (await client.get(path)).status == 503
    trouble = "the disk fails"
    assert (await client.get(paths[0])).status == 503
    first = house.rows["0.txt"].hash
    said = [record.getMessage() for record in caplog.records if record.name == "gateway.media.serve"]
    assert said == [
        f"a file could not be served: media object {first} is out of reach",
        "a file could not be served: the disk fails",
    ]


@given(
    st.one_of(st.text(max_size=30), st.from_regex(r"bytes=[0-9]*-[0-9]*", fullmatch=True)),
    st.integers(0, 10**12),
)
def test_no_range_header_raises_anything_else(header: str, size: int):
    try:
        span = parse_range(header, size)
    except Unsatisfiable:
        return
    assert span is None or 0 <= span[0] < span[1] <= size

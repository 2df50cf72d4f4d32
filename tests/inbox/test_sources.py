"""A message as it was sent: all its words, and its own page, which runs nothing and loads nothing unasked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from gateway.channels.base import ProviderRequest
from gateway.channels.registry import Channels
from gateway.door import CONFIG
from gateway.events import AccountId, agent
from gateway.limits import Limits
from gateway.media import serve_media
from gateway.stream.accounts import Configured, sync_accounts
from gateway.stream.edit import erase_message
from gateway.stream.erase import erase_contact
from gateway.stream.intakes import know
from gateway.stream.provided import take_whole
from gateway.stream.roads import tell_trouble, tell_well
from gateway.timers import DAY, clean_once
from inbox.desk import DESK
from inbox.directory import load_directory
from inbox.files import agents_file
from tests.channels.mails import PNG, b64, mail, part, several, text
from tests.inbox.conftest import House

HELP = "help@haru.example"
SECTION = {"type": "email", "address": HELP, "smtp_url": "smtp://127.0.0.1:1", "team": "sales"}
PAGE = (
    '<p onclick="x()">안녕 <script>alert(1)</script></p><img src="cid:p@x"><img src="https://far.example/x.png">'
    '<img src="https://t.example/p.gif" width=1 height=1>'
)
WORDS = "안녕\r\n\r\nOn Mon, Nov 16, 2026 Haru <help@haru.example> wrote:\r\n> before\r\n"


async def taken(house: House, raw: bytes, limits: Limits | None = None) -> str:
    """The id of the message that a mail becomes."""
    desk = house.desk
    desk.channels.replace({**{one.account: one for one in desk.channels}, **dict(_accounts())})
    await house.store.write(
        lambda tx: sync_accounts(
            tx, {"web": Configured("webchat", "Website"), "mail": Configured("email", "Mail")}
        )
    )
    channel: Any = desk.channels.access("mail")
    call = ProviderRequest("IMAP", "INBOX", {}, raw)
    limits = limits or desk.limits
    assert await take_whole(house.store, desk.channels, desk.media, channel, call, limits) is None
    found: str = await house.store.read(lambda look: look.value("select max(id) from messages"))
    return found


def _accounts() -> list[tuple[AccountId, Any]]:
    return [(one.account, one) for one in Channels.of({"mail": SECTION})]


def whole() -> bytes:
    inner = several("alt", text(WORDS), text(PAGE, kind="html"))
    picture = part(
        "Content-Type: image/png", "Content-ID: <p@x>", "Content-Transfer-Encoding: base64", body=b64(PNG)
    )
    both = part("Content-Type: multipart/alternative; boundary=alt", body=inner)
    return mail(
        "From: Hana <hana@naver.com>",
        f"To: {HELP}, Bo <bo@corp.example>",
        "Subject: 배송",
        "Message-ID: <m1@c>",
        "Content-Type: multipart/related; boundary=rel",
        body=several("rel", both, picture),
    )


async def test_all_its_words_and_who_else_takes_part(both: House) -> None:
    message = await taken(both, whole())
    rest = await both.client("ann")
    told = await rest.get(f"/messages/{message}/source")
    assert told["subject"] == "배송" and "> before" in told["text"]
    assert (told["page"], told["remote"], told["tracking"]) == (True, 1, 1)
    assert ["message-id", "<m1@c>"] in told["headers"] and told["doubts"] == []
    conversation = (await rest.get("/conversations"))["conversations"][0]
    assert [one["address"] for one in conversation["participants"]] == ["bo@corp.example"]
    page = await rest.get(f"/conversations/{conversation['id']}/messages")
    shown = page["messages"][0]
    assert shown["text"] == "안녕"
    assert shown["source"] == {"subject": "배송", "automatic": None, "doubts": [], "more": True, "page": True}
    assert shown["attachments"][0]["cid"] == "p@x"
    assert (await (await both.client("bob")).fails("GET", f"/messages/{message}/source"))[0] == 404
    assert await (await both.client()).fails("GET", f"/messages/{message}/page") == (401, "unauthenticated")


async def test_its_page_runs_nothing_and_loads_what_somebody_asked_for(house: House) -> None:
    message = await taken(house, whole())
    rest = await house.client("ann")
    answer = await rest.raw("GET", f"/messages/{message}/page")
    html, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert answer.content_type == "text/html" and answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-DNS-Prefetch-Control"] == "off"
    assert "sandbox allow-same-origin" in policy and "allow-scripts" not in policy and "https:" not in policy
    assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy
    assert "안녕" in html and "alert" not in html and "onclick" not in html and "t.example" not in html
    assert 'src="/media/' in html and 'src="https://' not in html
    loaded = await rest.raw("GET", f"/messages/{message}/page?remote=true")
    assert 'src="https://far.example/x.png"' in await loaded.text()
    assert "img-src 'self' https: http:" in loaded.headers["Content-Security-Policy"]


async def test_what_is_its_words_alone_says_them(house: House) -> None:
    plain = await taken(house, mail("From: hana@naver.com", "Message-ID: <p@c>", body="only words"))
    rest = await house.client("ann")
    told = await rest.get(f"/messages/{plain}/source")
    assert (told["text"], told["page"]) == ("only words", False)
    assert "<pre>only words</pre>" in await (await rest.raw("GET", f"/messages/{plain}/page")).text()
    written = await house.customer_writes("a < b", team="sales")
    assert "<pre>a &lt; b</pre>" in await (await rest.raw("GET", f"/messages/{written.message}/page")).text()
    assert (await rest.get(f"/messages/{written.message}/source"))["headers"] == []


async def test_its_page_outlives_its_account(house: House) -> None:
    message = await taken(house, whole())
    house.desk.channels.replace({})
    rest = await house.client("ann")
    assert (await rest.raw("GET", f"/messages/{message}/page")).status == 200
    unknown = "update accounts set type = 'gone' where id = 'mail'"
    await house.store.write(lambda tx: tx.run(unknown))
    told = await rest.get(f"/messages/{message}/source")
    assert "> before" in told["text"] and not told["page"]


async def test_what_stands_in_the_way_is_told(both: House) -> None:
    await taken(both, whole())
    rest = await both.client("sue")

    async def intakes() -> dict[str, Any]:
        return {one["id"]: one["intake"] for one in (await rest.get("/accounts/setup"))["accounts"]}

    assert await intakes() == {"mail": None, "web": None}
    await both.store.write(lambda tx: know(tx, "mail", "INBOX", "1:2", 7))
    await both.store.write(lambda tx: tell_trouble(tx, "mail", "in", "auth_failed", "password", "imap: no"))
    await both.store.write(lambda tx: tell_well(tx, "mail", "out", carried=True))
    assert (await intakes())["mail"] == {"waiting": 7}
    (setup, _) = (await rest.get("/accounts/setup"))["accounts"]
    roads = {road["way"]: road for road in setup["roads"]}
    assert set(roads) == {"out"}, "what it is not configured for is not shown"
    out = roads["out"]
    assert (out["at"], out["problem"], out["carried_at"]) == ("smtp://127.0.0.1:1", None, out["well_at"])
    await both.store.write(lambda tx: tell_trouble(tx, "mail", "out", "away", "refused", "smtp: no"))
    told = await both.store.read(lambda look: load_directory(look, both.desk.channels))
    assert {one["id"]: one["receiving"] for one in told["accounts"]} == {"mail": "auth_failed", "web": None}
    assert {one["id"]: one["sending"] for one in told["accounts"]} == {"mail": "away", "web": None}


KEEPS = Limits(originals_kept=30)


@asynccontextmanager
async def files_of(house: House, who: str) -> AsyncIterator[TestClient[Any, Any]]:
    """What serves the links of agents, as this one sees them."""
    desk = house.desk

    async def door(request: web.Request) -> web.StreamResponse:
        return await serve_media(desk.media, desk.links, lambda claim: agents_file(request, claim))(request)

    app = web.Application()
    app[CONFIG], app[DESK] = desk.config, desk
    app.router.add_get("/media/{signed}/{name}", door)
    async with TestClient(TestServer(app), cookies={"parley": house.cookies[who]}) as client:
        yield client


async def test_the_whole_of_it_is_had_by_whoever_sees_it_where_it_is_kept(both: House) -> None:
    raw = whole()
    message = await taken(both, raw, KEEPS)
    link = (await (await both.client("ann")).get(f"/messages/{message}/source"))["original"]
    async with files_of(both, "ann") as ann, files_of(both, "bob") as bob:
        answer = await ann.get(link)
        assert answer.status == 200 and await answer.read() == raw
        assert answer.headers["Content-Disposition"].startswith("attachment") and link.endswith(
            "original.eml"
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await bob.get(link)).status == 404, "not his team's"
        await both.store.write(lambda tx: erase_message(tx, message, agent(both.agents["ann"])))
        assert (await ann.get(link)).status == 404
    assert await both.store.read(lambda look: look.value("select count(*) from attachments")) == 0


async def test_no_original_is_kept_unasked_and_none_for_longer_than_that(both: House) -> None:
    ann = await both.client("ann")
    bare = await taken(both, whole())
    assert (await ann.get(f"/messages/{bare}/source"))["original"] is None
    many = ", ".join(f"p{number}@far.example" for number in range(600))
    crowd = mail("From: hana@naver.com", f"Cc: {many}", "Message-ID: <m0@c>", body="to all")
    assert (await ann.get(f"/messages/{await taken(both, crowd, KEEPS)}/source"))["original"] is None
    kept = await taken(both, mail("From: hana@naver.com", "Message-ID: <m2@c>", body="hi"), KEEPS)
    assert await taken(both, mail("From: hana@naver.com", "Message-ID: <m2@c>", body="hi"), KEEPS) == kept
    count = "select count(*) from attachments where owner like 'original:%'"
    assert await both.store.read(lambda look: look.value(count)) == 1, "a repeat brings no second"
    await clean_once(both.store, both.desk.media, KEEPS)
    assert (await ann.get(f"/messages/{kept}/source"))["original"]
    older = "update attachments set created_at = created_at - $1 where owner like 'original:%'"
    await both.store.write(lambda tx: tx.run(older, 2 * DAY))
    await clean_once(both.store, both.desk.media, KEEPS)
    assert (await ann.get(f"/messages/{kept}/source"))["original"], (
        "no waiting upload: it has a time of its own"
    )
    await both.store.write(lambda tx: tx.run(older, 29 * DAY))
    await clean_once(both.store, both.desk.media, KEEPS)
    assert (await ann.get(f"/messages/{kept}/source"))["original"] is None


async def test_with_whoever_is_erased_goes_every_original_in_which_she_stands(both: House) -> None:
    message = await taken(both, whole(), KEEPS)
    ann = await both.client("ann")
    digest = "select hash from attachments where owner like 'original:%'"
    held = await both.store.read(lambda look: look.value(digest))
    assert await both.desk.media.exists(held)
    colleague = "select contact_id from identities where address = 'bo@corp.example'"
    contact = await both.store.read(lambda look: look.value(colleague))
    await both.store.write(lambda tx: erase_contact(tx, contact, agent(both.agents["ann"])))
    told = await ann.get(f"/messages/{message}/source")
    assert told["original"] is None and "안녕" in told["text"]
    assert await both.store.read(lambda look: look.value(digest)) is None

"""Slack answers what no page of it says: nothing is lost, doubled or believed, and nobody asks for ever."""

from __future__ import annotations

import base64
import gzip
import itertools
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from gateway.config import Slack as Settings
from gateway.errors import PermanentError, TemporaryError, UncertainError
from gateway.events import RemoteFile
from gateway.sandbox.slack.kit import check_message
from gateway.sandbox.slack.refusal import Refusal
from inbox.slack import send
from inbox.slack.blocks import Drawn
from inbox.slack.bring import Bringing, open_road
from inbox.slack.client import Client, open_session
from inbox.slack.draws import Draws
from tests.slack.test_files import customer_sends
from tests.slack.town import Town, words

Json = dict[str, Any]


def answers(town: Town, method: str, change: Callable[[Json], Json], times: int = 1) -> None:
    """The next answers to this method are others; it does what it does all the same."""
    door: Any = town.slack.door
    run, left = door._run, itertools.count(1)

    def told(name: str, given: Any, token: str) -> Json:
        answer: Json = run(name, given, token)
        return change(answer) if name == method and next(left) <= times else answer

    door._run = told


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", b"OK"),
        ("text/plain", b""),
        ("text/html", b"<html>Sign in</html>"),
        ("application/json", b"null"),
        ("application/json", b'"x"'),
        ("application/json", b"5"),
        ("application/json", b"[1]"),
        ("application/json", b"{}"),
        ("application/json", b'{"ok": "\xff"}'),
        ("application/json", b"[" * 200_000),
        ("application/json; charset=nowhere", b"\xff\xfe"),
        ("application/gzip", b"\x1f\x8b nothing"),
        ("application/json", b'{"ok": true}'),
        ("application/json", b'{"ok": true, "ts": null, "team_id": 7}'),
        ("application/json", b'{"ok": false}'),
        ("application/json", b'{"ok": false, "error": null}'),
    ],
)
async def test_of_what_nobody_can_read_nobody_says_what_was_done(kind: str, body: bytes) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=body, headers={"Content-Type": kind})

    application = web.Application()
    application.router.add_route("*", "/{rest:.*}", answer)
    async with TestServer(application) as server, aiohttp.ClientSession() as session:
        said: Any = {"bot_token": "xoxb-1", "app_token": "xapp-1", "api_base": str(server.make_url("/api/"))}
        client = Client(Settings(**said), session)
        for asks in (
            client.post("C1", "1.0", Drawn("hello", ()), "p.1.0"),
            client.post("C1", "1.0", Drawn("hello", (), "Kim"), "p.1.0"),
            client.me(),
        ):
            with pytest.raises(UncertainError) as caught:
                await asks
            assert "xoxb" not in str(caught.value) and "Sign in" not in str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_call_follows_an_answer_elsewhere(status: int) -> None:
    """Neither the token nor what people wrote is brought to anybody but Slack."""
    came: list[str] = []

    async def inside(request: web.Request) -> web.Response:
        came.append(f"{request.headers} {await request.text()}")
        return web.json_response({"ok": True, "ts": "1.0"})

    there = web.Application()
    there.router.add_route("*", "/{rest:.*}", inside)
    async with TestServer(there) as other:
        leads = {"Location": str(other.make_url("/"))}

        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=status, headers=leads)

        application = web.Application()
        application.router.add_route("*", "/{rest:.*}", answer)
        async with TestServer(application) as server, open_session() as session:
            said: Any = {
                "bot_token": "xoxb-1",
                "app_token": "xapp-1",
                "api_base": str(server.make_url("/api/")),
            }
            with pytest.raises(UncertainError):
                await Client(Settings(**said), session).post("C1", "1.0", Drawn("hello", ()), "p.1.0")
    assert came == []


async def test_a_page_that_leads_to_itself_ends(town: Town) -> None:
    _, thread = await town.pulled()
    answers(
        town,
        "conversations.replies",
        lambda said: said | {"response_metadata": {"next_cursor": AT_ITS_BEGIN}},
        100,
    )
    async with aiohttp.ClientSession() as session:
        client = Client(town.house.desk.config.slack, session)
        with pytest.raises(UncertainError):
            await client.find(town.support.id, thread, "nobody's")
    assert town.slack.count("conversations.replies") <= 3


async def test_a_post_that_was_made_and_not_named_stands_once(town: Town) -> None:
    _, thread = await town.pulled()
    answers(town, "chat.postMessage", lambda said: {}, 2)
    await town.house.customer_writes("one")
    await town.house.customer_writes("two")
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == ["one", "two"]


async def test_another_apps_post_of_our_kind_breaks_no_search(town: Town) -> None:
    _, thread = await town.pulled()
    for payload in (None, {}, {"id": 7}):
        metadata = {"event_type": "parley_event", "event_payload": payload}
        town.slack.workspace.post(town.support, town.joon.id, "mine", thread=thread, metadata=metadata)
    await town.heard()
    answers(town, "chat.postMessage", lambda said: {})
    await town.house.customer_writes("one")
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == ["one"]


@pytest.mark.parametrize("method", ["conversations.info", "users.info", "conversations.members"])
async def test_who_reads_a_channel_is_never_guessed(town: Town, method: str) -> None:
    """An answer that says nothing of it: nothing of the team's is posted until one knows."""
    conversation, thread = await town.pulled()
    town.slack.invite(town.slack.person("Guest", guest="single"), town.support)
    await town.heard()
    answers(town, method, lambda said: {}, 3)
    await town.store.write(lambda tx: tx.run("update pull_channels set moved = moved + 1"))
    caller = await town.house.client("ann")
    said = {"text": "SECRET", "visibility": "note", "client_id": "n"}
    await caller.does("POST", f"/conversations/{conversation}/messages", said)
    await town.house.customer_writes("and?")
    await town.settles()
    assert [words(one).split("\n")[0] for one in town.shown(thread)] == ["and?"]
    assert "SECRET" not in str(town.slack.posts(town.support))


async def test_a_file_of_which_slack_says_nothing_comes_later(town: Town) -> None:
    conversation, thread = await town.pulled()
    answers(town, "files.info", lambda said: {"comments": []})
    town.slack.attach(town.mina, town.support, "plan.png", b"\x89PNG\r\n\x1a\n and", "see this", thread)
    await town.heard()
    await town.comes_to("select count(*) from attachments where message_id is not null", 1)
    assert await town.said(conversation) == [("note", "see this")]


@pytest.mark.parametrize(
    "where",
    ["", "https://files.slack.com.example/x", "http://127.0.0.1:1/x", "https://[x", "//files.slack.com/x"],
)
async def test_a_file_that_lies_elsewhere_is_not_fetched_and_the_token_stays(town: Town, where: str) -> None:
    conversation, thread = await town.pulled()
    urls = {"url_private": where, "url_private_download": None, "size": "many"}
    answers(town, "files.info", lambda said: {"file": said["file"] | urls}, 9)
    town.slack.attach(town.mina, town.support, "plan.png", b"\x89PNG\r\n\x1a\n and", "see this", thread)
    await town.heard()
    await town.comes_to("select count(*) from remote_files where due_at is null", 1)
    assert await town.said(conversation) == [("note", "see this")]


def leads(where: str) -> web.Response:
    return web.Response(status=302, headers={"Location": where})


async def brought(bringing: Bringing) -> None:
    async with bringing.fetch(RemoteFile("F1", "image/png"), limit=100_000) as file:
        async for _ in file.chunks:
            pass


AT_ITS_BEGIN = base64.b64encode(b"place:0").decode()
LARGER = b"\0" * 4_000_000
FILES: dict[str, tuple[Callable[[str], web.Response], type[Exception]]] = {
    "elsewhere": (leads, TemporaryError),
    "larger": (lambda where: web.Response(body=LARGER), PermanentError),
    "packed": (
        lambda where: web.Response(body=gzip.compress(LARGER), headers={"Content-Encoding": "gzip"}),
        PermanentError,
    ),
    "a sign-in page": (lambda where: web.Response(text="<html>", content_type="text/html"), TemporaryError),
}


@pytest.mark.parametrize("which", FILES)
async def test_a_file_is_what_slack_says_or_none(which: str) -> None:
    """It leads on to somebody else's server, or is larger than was said."""
    made, error = FILES[which]
    came: list[str] = []

    async def inside(request: web.Request) -> web.Response:
        came.append(str(request.headers))
        return web.Response(body=b"x")

    there = web.Application()
    there.router.add_get("/{rest:.*}", inside)
    async with TestServer(there) as other:

        async def answer(request: web.Request) -> web.Response:
            if request.path == "/file":
                return made(str(other.make_url("/")))
            url = str(request.url.with_path("/file"))
            return web.json_response(
                {"ok": True, "file": {"url_private": url, "size": 5, "mimetype": "image/png"}}
            )

        application = web.Application()
        application.router.add_route("*", "/{rest:.*}", answer)
        async with TestServer(application) as server, open_session() as session:
            api = str(server.make_url("/api/"))
            said: Any = {"bot_token": "xoxb-1", "app_token": "xapp-1", "api_base": api}
            async with open_road(api) as road:
                bringing = Bringing(Client(Settings(**said), session), road)
                with pytest.raises(error):
                    await brought(bringing)
    assert came == []


@pytest.mark.parametrize("told", [{}, {"upload_url": "https://example.com/x", "file_id": "F1"}])
async def test_a_customers_bytes_go_nowhere_but_to_slack(town: Town, told: Json) -> None:
    _, thread = await town.pulled()
    answers(town, "files.getUploadURLExternal", lambda said: told, 99)
    await customer_sends(town, 1, "box.png")
    await town.house.customer_writes("did it come?")
    await town.settles()
    assert "box.png" in words(town.shown(thread)[0]) and "did it come?" in words(town.shown(thread)[-1])


async def test_a_post_that_slack_never_takes_is_said_to_be_missing(town: Town) -> None:
    """Neither does what comes after it wait, nor is anything left out in silence."""
    _, thread = await town.pulled()
    door: Any = town.slack.door
    run = door._run

    def told(name: str, given: Any, token: str) -> Json:
        if "POISON" in str(given.get("text")):
            raise Refusal("invalid_blocks")
        answer: Json = run(name, given, token)
        return answer

    door._run = told
    await town.house.customer_writes("POISON")
    await town.house.customer_writes("later")
    await town.settles()
    first, second = town.shown(thread)
    assert "could not be shown" in words(first) and "later" in words(second)
    assert check_message(first.blocks)


async def test_a_post_that_we_cannot_draw_holds_up_nothing(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, thread = await town.pulled()
    draw = Draws.draw

    async def breaks(self: Draws, due: Any) -> Drawn | None:
        drawn = await draw(self, due)
        if drawn is not None and "POISON" in drawn.text:
            raise KeyError("nobody thought of it")
        return drawn

    monkeypatch.setattr(Draws, "draw", breaks)
    monkeypatch.setattr(send, "TRIES", 2)
    await town.house.customer_writes("POISON")
    await town.house.customer_writes("later")
    await town.settles()
    first, second = town.shown(thread)
    assert "could not be shown" in words(first) and "later" in words(second)

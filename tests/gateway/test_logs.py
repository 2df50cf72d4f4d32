"""The log: one record, one line; what others send paints nothing, and no word, name, address or secret reaches it."""

import asyncio
import contextlib
import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from gateway import logs, trace
from gateway.app import listening, open_parley
from gateway.channels.base import Delivery, Sent
from gateway.config import Config, Log, Server
from gateway.events import SYSTEM, Address
from gateway.stream.agents import add_agent
from inbox.auth.tokens import make_token
from tests import provider
from tests.provider import PUBLIC, SECTION, SIGNED, said, signature
from tests.world import until

NASTY = "one\r\nERROR forged: all is lost\x1b[2J\x9b31m\u2028two\u202etxt"


@contextlib.contextmanager
def told(**settings: Any) -> Iterator[io.StringIO]:
    """What is logged meanwhile, as it would stand on standard error."""
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    level, stream = root.level, io.StringIO()
    logs.set_up(Log(**settings), stream=stream)
    try:
        yield stream
    finally:
        root.handlers[:] = before
        root.setLevel(level)
        for name in ("asyncio", *logs.TALKERS):
            logging.getLogger(name).setLevel(logging.NOTSET)
        trace.steps.setLevel(logging.WARNING)


def test_a_line_of_text_names_its_request_and_facts() -> None:
    with told(steps=True) as out, trace.working_for("request-1"):
        logging.getLogger("here").warning("said %s", "so")
        trace.step("sent", message="m1")
    first, second = out.getvalue().splitlines()
    assert first.endswith("WARNING here: said so [request-1]")
    assert second.endswith("INFO parley.steps: sent message=m1 [request-1]")


def test_a_line_of_json_is_an_object() -> None:
    with told(format="json") as out:
        logging.getLogger("here").warning("said %s", "so")
        with trace.working_for("request-1"):
            try:
                raise ValueError(NASTY)
            except ValueError:
                logging.getLogger("here").exception("failed")
    first, second = (json.loads(line) for line in out.getvalue().splitlines())
    assert {**first, "time": ""} == {"time": "", "level": "warning", "logger": "here", "message": "said so"}
    assert (second["request"], second["level"]) == ("request-1", "error")
    assert "Traceback" in second["error"] and "ValueError" in second["error"]
    assert first["time"].endswith("+00:00")


def test_one_of_several_processes_says_which_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_WORKER", "2")
    with told() as text:
        logging.getLogger("here").warning("said so")
    with told(format="json") as out:
        logging.getLogger("here").warning("said so")
    assert text.getvalue().endswith("WARNING worker 2 here: said so\n")
    assert json.loads(out.getvalue())["worker"] == "2"


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_others_send_makes_no_line_and_paints_nothing(form: str) -> None:
    with told(format=form) as out:
        logging.getLogger("here").warning("a call by %s", NASTY)
    assert len(out.getvalue().splitlines()) == 1
    assert not logs.UNSAFE.search(out.getvalue().removesuffix("\n"))


def test_a_traceback_of_text_is_set_in() -> None:
    with told() as out:
        try:
            raise ValueError(NASTY)
        except ValueError:
            logging.getLogger("here").exception("failed with %s", "a\nb")
    first, *rest = out.getvalue().splitlines()
    assert first.endswith("ERROR here: failed with a\\nb")
    assert len(rest) > 2 and all(line.startswith("    ") for line in rest)
    assert not any(logs.UNSAFE.search(line) for line in rest)


@given(st.text())
def test_no_text_breaks_a_line(text: str) -> None:
    record = logging.LogRecord("here", logging.INFO, "", 0, "%s", (text,), None)
    assert len(logs.TextLines(logs.TEXT).format(record).splitlines()) == 1
    assert isinstance(json.loads(logs.JsonLines().format(record)), dict)


def test_stray_bytes_of_a_header_are_logged() -> None:
    with told(format="json") as out:
        logging.getLogger("here").warning("a call by %s", b"\xff\xfe".decode("utf-8", "surrogateescape"))
    assert json.loads(out.getvalue())["message"].startswith("a call by \\udcff")


def test_levels_and_steps_are_asked_for() -> None:
    with told(level="error") as out:
        logging.getLogger("here").warning("not now")
        trace.step("never")
    assert out.getvalue() == ""


WORDS = "NEEDLE-WORDS"
REPLY = "NEEDLE-REPLY"
NOTE = "NEEDLE-NOTE"
NAME = "NEEDLE-NAME"
EMAIL = "needle-agent@example.com"
NUMBER = "+15550177123"


async def test_a_whole_story_leaves_no_word_and_no_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In by a webhook and a chat, told to sockets, answered, sent out; refused and failed calls as well."""
    provider.register(monkeypatch)
    sent: list[Delivery] = []

    async def send(self: object, delivery: Delivery) -> Sent:
        sent.append(delivery)
        return Sent("P1")

    for name, value in {
        "send": send,
        "rate": 1000.0,
        "burst": 10,
        "reaches": lambda self, address: True,
        "address_of": lambda self, written: Address("tel", written),
    }.items():
        monkeypatch.setattr(provider.Pigeon, name, value, raising=False)
    config = Config(
        data=tmp_path,
        channels={"web": {"type": "webchat"}, "post": SECTION},
        server=Server(public_url=PUBLIC),
        log=Log(format="json", level="debug", steps=True),
    )
    with told(format="json", level="debug", steps=True) as out:
        async with (
            open_parley(config) as parley,
            listening(parley, "127.0.0.1", 0) as port,
            ClientSession() as http,
        ):
            url = f"http://127.0.0.1:{port}"
            admin = await parley.store.write(lambda tx: add_agent(tx, EMAIL, NAME, "admin", SYSTEM))
            token = (await parley.store.write(lambda tx: make_token(tx, admin, "story"))).secret
            bearer = {"Authorization": f"Bearer {token}"}

            async def call(method: str, path: str, **more: Any) -> tuple[int, Any, str]:
                async with http.request(method, url + path, **more) as answer:
                    text = await answer.text()
                    said = json.loads(text) if "json" in answer.content_type else text
                    return answer.status, said, answer.headers.get(trace.HEADER, "")

            body = json.dumps({"messages": [said("m1", WORDS, NUMBER, name=NAME)]}).encode()
            right = {SIGNED: signature(f"{PUBLIC}/webhooks/post", body), "Content-Type": "application/json"}
            status, _, came = await call("POST", "/webhooks/post", data=body, headers=right)
            assert status == 202
            broken = json.dumps({"messages": [{"from": NUMBER, "text": WORDS}]}).encode()
            bad = {**right, SIGNED: signature(f"{PUBLIC}/webhooks/post", broken)}
            await call("POST", "/webhooks/post", data=broken, headers=bad)
            assert (await call("POST", "/webhooks/post", data=body, headers={**right, SIGNED: WORDS}))[
                0
            ] == 403
            assert (await call("GET", f"/link/{token}"))[0] in (200, 404)
            assert (await call("GET", f"/api/v1/conversations?q={WORDS}", headers=bearer))[0] == 200
            _, visitor, _ = await call("POST", "/visitor/web/session", json={})
            hers = {"Authorization": f"Bearer {visitor['token']}"}
            said_so = {"text": WORDS, "client_id": "the-first-one"}
            async with http.ws_connect(f"{url}/ws/agent", headers=bearer) as ws:
                await ws.send_json({"kind": "hello", "protocol": 1})
                while (await ws.receive_json())["kind"] != "snapshot":
                    pass
                assert (await call("POST", "/visitor/web/messages", json=said_so, headers=hers))[0] == 201
                while (await ws.receive_json())["kind"] != "events":
                    pass
                await ws.send_json(
                    {"kind": "command", "id": "a-command", "name": "nonsense", "args": {"text": NOTE}}
                )
                await ws.send_str(json.dumps({"kind": NOTE}))
                while (await ws.receive_json())["kind"] != "problem":
                    pass
            _, found, _ = await call("GET", "/api/v1/conversations", headers=bearer)
            mine = next(
                one["id"]
                for one in found["conversations"]
                if NAME in json.dumps(one) and WORDS in json.dumps(one)
            )
            reply = {"text": REPLY, "visibility": "public", "client_id": "reply-one"}
            status, _, _ = await call(
                "POST", f"/api/v1/conversations/{mine}/messages", json=reply, headers=bearer
            )
            assert status in (200, 201)
            note = {"text": NOTE, "visibility": "note", "client_id": "note-one"}
            await call("POST", f"/api/v1/conversations/{mine}/messages", json=note, headers=bearer)
            await until(lambda: bool(sent))
            await asyncio.sleep(0)
    written = out.getvalue()
    lines = [json.loads(line) for line in written.splitlines()]
    secrets = [token, visitor["token"], provider.SECRET, config.database_url.partition("@")[2] or token]
    for needle in (WORDS, REPLY, NOTE, NAME, EMAIL, NUMBER, NUMBER[1:], *secrets):
        assert needle not in written, [line for line in written.splitlines() if needle in line]
    of_hers = [line["message"] for line in lines if line.get("request") == came]
    assert of_hers[:2] == ["published", "committed"]
    assert of_hers[-1].startswith("POST /webhooks")
    assert "sent" in [line["message"] for line in lines]

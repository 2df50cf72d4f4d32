"""The demo's mail: from a customer's program through Parley's own doors and back, by real SMTP both ways."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.events import agent
from gateway.sandbox.mail.boxes import Box
from gateway.sandbox.mail.letters import read_content
from gateway.sandbox.mail.office import Office
from gateway.sandbox.mail.residents import ADDRESS, address_of
from gateway.store import Row
from gateway.stream.post import Post, post
from tests.sandbox.house import Demo, open_demo
from tests.sandbox.mail.hall import becomes, came, sent

HANEUL, OLIVIA = address_of("haneul"), address_of("olivia")
STORED = """select m.*, v.subject, v.team_id from messages m join conversations v on v.id = m.conversation_id
    where m.text = $1"""
DELIVERY = """select d.*, m.conversation_id from deliveries d join messages m on m.id = d.message_id
    where m.text = $1"""


@contextlib.asynccontextmanager
async def carrying(office: Office) -> AsyncIterator[None]:
    running = asyncio.create_task(office.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with open_demo(tmp_path) as opened, carrying(opened.sandbox.mail.office):
        yield opened


def box(demo: Demo, address: str = HANEUL) -> Box:
    return demo.sandbox.mail.office.boxes[address]


async def sends(demo: Demo, text: str, **more: Any) -> None:
    body = {"box": HANEUL, "to": ADDRESS, "subject": "원두", "text": text, **more}
    async with demo.http.post(f"{demo.sandbox.path}/mail/send", json=body) as answer:
        assert answer.status == 204, await answer.text()


async def until(demo: Demo, sql: str, *args: Any, **wanted: Any) -> Row:
    """The row with these values, as soon as the log brings it."""
    news = asyncio.Event()
    stop = demo.parley.bus.take_events(lambda _: news.set())
    try:
        async with asyncio.timeout(20):
            while True:
                news.clear()
                row = await demo.parley.store.read(lambda look: look.one(sql, *args))
                if row is not None and all(row[key] == value for key, value in wanted.items()):
                    return row
                await news.wait()
    finally:
        stop()


async def answers(demo: Demo, conversation: str, text: str) -> None:
    who = await demo.parley.store.read(lambda look: look.value("select id from agents where role = 'agent'"))
    await post(demo.parley.store, Post(conversation, agent(who), text, text))


async def test_there_and_back_in_one_conversation(demo: Demo) -> None:
    office = demo.sandbox.mail.office
    await sends(demo, "언제 도착하나요?")
    asked = await until(demo, STORED, "언제 도착하나요?")
    assert asked["subject"] == "원두" and asked["team_id"]
    await answers(demo, asked["conversation_id"], "내일 도착해요.")
    await becomes(office, lambda: len(came(box(demo))) == 1)
    (letter,) = came(box(demo))
    # The same thread, from the shop's name, with an address of its own to answer to; the signature in her language.
    assert letter.thread == sent(box(demo))[0].thread and letter.unread
    assert letter.head.subject == "Re: 원두" and letter.head.sender.address == ADDRESS
    assert letter.head.answer_to[0].address.startswith("help+")
    content = read_content(letter.raw)
    assert content.text.startswith("내일 도착해요.") and "드림" in content.text and content.html
    # Her answer quotes it, and only what is new of it stands in the conversation.
    await sends(demo, "감사합니다", to=letter.head.answer_to[0].address, kind="reply", of=letter.id)
    thanked = await until(demo, STORED, "감사합니다")
    assert thanked["conversation_id"] == asked["conversation_id"]


@pytest.mark.parametrize(
    ("weather", "problem"),
    [
        ({"takes": "full"}, "delivery.mailbox_full"),
        ({"takes": "unknown"}, "delivery.no_such_address"),
        ({"takes": "full", "afterwards": True}, "delivery.mailbox_full"),
    ],
)
async def test_what_does_not_arrive_is_told(demo: Demo, weather: dict[str, Any], problem: str) -> None:
    await sends(demo, "문의드려요")
    asked = await until(demo, STORED, "문의드려요")
    for name, value in weather.items():
        setattr(box(demo), name, value)
    await answers(demo, asked["conversation_id"], "답변이에요.")
    row = await until(demo, DELIVERY, "답변이에요.", state="failed")
    assert row["problem"] == problem
    assert not came(box(demo))


async def test_what_is_put_off_arrives_once_and_a_note_of_absence_is_shown(demo: Demo) -> None:
    office = demo.sandbox.mail.office
    await sends(demo, "문의드려요")
    asked = await until(demo, STORED, "문의드려요")
    box(demo).takes, box(demo).away = "later", True
    await answers(demo, asked["conversation_id"], "답변이에요.")
    await becomes(office, lambda: box(demo).put_off > 0)
    box(demo).takes = "all"
    await becomes(office, lambda: len(came(box(demo))) == 1)
    note = await until(
        demo,
        "select m.* from messages m join message_sources s on s.message_id = m.id where s.automatic = 'away'",
    )
    assert note["conversation_id"] == asked["conversation_id"]
    await until(demo, f"{DELIVERY} and d.state = 'sent'", "답변이에요.")

"""The way out is watched also while nothing goes out, and every send tells how it went."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from gateway.channels import _mail_send as courier
from gateway.channels import email as adapter
from gateway.channels.base import Ours
from gateway.channels.email import Email
from gateway.channels.registry import make
from gateway.channels.roads import Way
from gateway.delivery import Pace
from gateway.errors import AuthFailed, Away, ParleyError, PermanentError, Unavailable
from tests.servers.process import free_port

SECTION = {"type": "email", "address": "help@shop.example"}


class Office:
    """Hears what is told. `away`: the database."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[ParleyError | None, Way, bool]] = asyncio.Queue()
        self.away = False

    async def told(self, trouble: ParleyError | None, way: Way = "in", *, carried: bool = False) -> None:
        self.heard.put_nowait((trouble, way, carried))
        if self.away:
            raise Unavailable("the database is away")

    async def ours(self) -> Ours:
        return Ours()


class Taker:
    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        return "250 OK"


@contextlib.asynccontextmanager
async def account(**more: Any) -> AsyncIterator[tuple[Email, Any]]:
    channel: Any = make("mail", {**SECTION, **more})
    office: Any = Office()
    await channel.open()
    await channel.listen(office)
    try:
        yield channel, office
    finally:
        await channel.close()


async def test_a_server_that_comes_back_is_found_without_a_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "WATCH_SOON", 0.02)
    port = free_port()
    async with account(smtp_url=f"smtp://127.0.0.1:{port}") as (channel, office):
        running = asyncio.create_task(channel.run(office))
        try:
            trouble, way, _ = await office.heard.get()
            assert isinstance(trouble, Away) and (trouble.why, way) == ("refused", "out")
            office.away = True
            await office.heard.get()
            office.away = False
            server = Controller(Taker(), hostname="127.0.0.1", port=port)
            await asyncio.to_thread(server.start)
            try:
                async with asyncio.timeout(20):
                    while (await office.heard.get())[0] is not None:
                        pass
            finally:
                await asyncio.to_thread(server.stop)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_a_fault_of_ours_ends_no_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "WATCH_SOON", 0.02)
    async with account(smtp_url="smtp://127.0.0.1:1") as (channel, office):

        async def check(*args: Any) -> None:
            raise UnicodeError("no such host can be")

        monkeypatch.setattr(channel._carrier, "check", check)
        running = asyncio.create_task(channel.run(office))
        try:
            async with asyncio.timeout(20):
                told = [await office.heard.get() for _ in range(2)]
            assert [str(trouble) for trouble, _, _ in told] == ["smtp: UnicodeError"] * 2
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_where_nothing_goes_out_or_is_fetched_there_is_nothing_to_run() -> None:
    async with account(listen="127.0.0.1:0") as (channel, office):
        async with asyncio.timeout(20):
            await channel.run(office)
        assert office.heard.empty() and not channel.capabilities.sends and not channel.capabilities.may_start


async def test_each_send_tells_how_it_went(monkeypatch: pytest.MonkeyPatch) -> None:
    async with account(smtp_url="smtp://127.0.0.1:1") as (channel, office):
        outcomes: list[Exception | None] = [
            Away("smtp: gone", why="refused"),
            AuthFailed("smtp: 535"),
            PermanentError("5.1.1", for_agent="delivery.no_such_address"),
            None,
            None,
        ]

        async def send(*args: Any) -> str:
            outcome = outcomes.pop(0)
            if outcome is not None:
                raise outcome
            return "sent"

        monkeypatch.setattr(channel._carrier, "send", send)
        delivery: Any = None

        async def send_one() -> Any:
            return await channel.send(delivery)

        for kind in (Away, AuthFailed, PermanentError):
            with pytest.raises(kind):
                await channel.send(delivery)
        assert await send_one() == "sent"
        told = [office.heard.get_nowait() for _ in range(office.heard.qsize())]
        assert [(type(trouble), carried) for trouble, _, carried in told] == [
            (Away, False),
            (AuthFailed, False),
            (type(None), True),
        ], "what one recipient's server says is none of ours"
        office.away = True
        assert await send_one() == "sent", "a mail that went has gone"


async def test_a_fault_in_telling_how_it_went_makes_nobody_doubt_that_it_went(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with account(smtp_url="smtp://127.0.0.1:1") as (channel, office):

        async def sent(*args: Any) -> str:
            return "sent"

        async def told(*args: Any, **more: Any) -> None:
            raise RuntimeError("a fault of ours")

        delivery: Any = None
        monkeypatch.setattr(channel._carrier, "send", sent)
        monkeypatch.setattr(office, "told", told)
        assert str(await channel.send(delivery)) == "sent"


def test_a_send_and_the_telling_of_it_are_over_before_the_outbox_gives_up() -> None:
    whole = courier.TURN + courier.MAKING + courier.CARRYING + adapter.TELLING
    assert whole * 1000 < Pace().answer

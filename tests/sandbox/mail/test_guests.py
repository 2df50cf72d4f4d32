"""Simulated customers who write by mail, and go on when they are answered."""

import asyncio
from collections.abc import AsyncIterator
from random import Random

import pytest

from gateway.sandbox.mail.guests import FIRST, MOST_ANSWERS, Writers, writers
from gateway.sandbox.mail.letters import Person
from gateway.sandbox.mail.residents import ADDRESS
from tests.sandbox.mail.hall import Hall, open_hall, sent, words, written


class Stage:
    """The play: reading takes no time, and one mail more is begun for each thing that is put into `gates`."""

    def __init__(self) -> None:
        self.random = Random(1)
        self.told: list[tuple[str, str]] = []
        self.gates = asyncio.Queue[None]()
        self._busy = False

    async def wait(self, seconds: float) -> None:
        if seconds < FIRST:
            return
        if self._busy:
            self.gates.task_done()
        await self.gates.get()
        self._busy = True

    def tell(self, who: str, what: str) -> None:
        self.told.append((who, what))


@pytest.fixture
async def hall() -> AsyncIterator[Hall]:
    async with open_hall() as opened:
        yield opened


def test_they_write_in_both_languages_and_each_has_something_to_say() -> None:
    assert {one.guest.language for one in writers()} == {"ko", "en"}
    assert len({one.key for one in writers()}) == len(writers())
    assert all(subject and text for one in writers() for subject, text in one.mails)


async def test_a_mail_an_answer_and_on_until_she_has_what_she_wanted(hall: Hall) -> None:
    stage = Stage()
    company = Writers(hall.office, stage, ADDRESS)
    running = asyncio.create_task(company.run())
    try:
        stage.gates.put_nowait(None)
        first = await hall.shop.hears()
        writer = next(one for one in writers() if one.owner.address == hall.shop.heard[0][0])
        box = hall.office.boxes[writer.owner.address]
        assert (first["Subject"], words(first)) in writer.mails
        for number in range(MOST_ANSWERS):
            answered = str(hall.shop.heard[-1][2]["Message-ID"])
            note = {"Message-ID": f"<a{number}@haru.example>", "In_Reply_To": answered}
            await hall.brings(
                written(f"Re: {first['Subject']}", "We are on it.", To=box.owner.address, **note),
                box.owner.address,
            )
            answer = await hall.shop.hears(number + 2)
            assert answer["In-Reply-To"] == f"<a{number}@haru.example>"
            assert "> We are on it." in words(answer)
        assert len(sent(box)) == MOST_ANSWERS + 1 and not box.unread
        assert (writer.guest.name, "wrote") in stage.told and (writer.guest.name, "read") in stage.told
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_who_is_left_unanswered_writes_no_second_time_and_is_nobody_s_on_the_page(hall: Hall) -> None:
    stage = Stage()
    company = Writers(hall.office, stage, ADDRESS)
    running = asyncio.create_task(company.run())
    try:
        for _ in range(len(writers()) + 2):
            stage.gates.put_nowait(None)
        await stage.gates.join()
        await hall.shop.hears(len(writers()))
        assert len(hall.office.boxes[writers()[0].owner.address].letters) == 1
        assert len({sender for sender, _, _ in hall.shop.heard}) == len(writers())
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    address = writers()[0].owner.address
    await hall.act("send", 404, box=address, to=ADDRESS)
    async with hall.looks() as page:
        now = await page.sees(lambda now: True)
        assert address not in [box["address"] for box in now["boxes"]]
    assert Person(writers()[0].guest.name, address) == writers()[0].owner

"""Bounds for all processes: what is asked, and that nobody waits for an answer that does not come."""

from __future__ import annotations

import asyncio

import pytest

from gateway.carriage.counts import WAITING, Counts
from gateway.rates import Rate

RATE = Rate(5, 60.0)
KIM = ("203.0.113.7", "kim@example.com")


def begun() -> tuple[Counts, asyncio.Event]:
    counts, wake = Counts("parley:epoch", b"s" * 32), asyncio.Event()
    counts.begin(wake)
    return counts, wake


async def test_without_redis_it_is_allowed_at_once() -> None:
    counts = Counts("parley:epoch", b"s" * 32)
    assert await counts.take("sign_in", KIM, RATE, 1.0) == 0.0
    counts.forgive("sign_in", KIM)
    assert counts.taken() == []


async def test_an_answer_is_the_wait() -> None:
    counts, wake = begun()
    asking = asyncio.create_task(counts.take("sign_in", KIM, RATE, 2.0))
    await wake.wait()
    ((words, future),) = counts.taken()
    assert words[0] == "EVALSHA" and words[4:] == [5, 60.0, 2.0]
    assert words[3].startswith(b"parley:epoch:rate:sign_in:") and b"kim" not in words[3]
    counts.answered(future, b"7.5")
    assert await asking == 7.5
    counts.forgive("sign_in", KIM)
    assert counts.taken() == [(["DEL", words[3]], None)]


async def test_a_key_is_another_for_another_deployment_bound_and_person() -> None:
    names = set()
    for secret, name, key in (
        (b"s", "a", KIM),
        (b"t", "a", KIM),
        (b"s", "b", KIM),
        (b"s", "a", "kim"),
        (b"s", "a", KIM),
    ):
        counts = Counts("parley:epoch", secret * 32)
        counts.begin(asyncio.Event())
        counts.forgive(name, key)
        names.add(counts.taken()[0][0][1])
    assert len(names) == 4


async def test_nobody_waits_long_and_after_that_nobody_at_all_until_it_answers_again() -> None:
    counts, wake = begun()
    assert await counts.take("sign_in", KIM, RATE, 1.0) == 0.0
    for _ in range(5):
        asking = counts.take("sign_in", KIM, RATE, 1.0)
        with pytest.raises(StopIteration) as at_once:
            asking.send(None)
        assert at_once.value.value == 0.0
    asked = counts.taken()
    assert len(asked) == 6, "it is counted all the same"
    for _, future in asked:
        counts.answered(future, b"3")
    wake.clear()
    answered = asyncio.create_task(counts.take("sign_in", KIM, RATE, 1.0))
    await wake.wait()
    counts.answered(counts.taken()[0][1], b"3")
    assert await answered == 3.0


async def test_who_waits_when_it_goes_away_goes_on_at_once() -> None:
    counts, wake = begun()
    asking = asyncio.create_task(counts.take("sign_in", KIM, RATE, 1.0))
    await wake.wait()
    counts.end()
    assert await asking == 0.0


async def test_what_waits_is_bounded() -> None:
    counts, _ = begun()
    counts._answers = False
    for _ in range(WAITING + 5):
        await counts.take("sign_in", KIM, RATE, 1.0)
    assert len(counts.taken()) == WAITING

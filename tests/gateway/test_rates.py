"""Token buckets: burst, refill, bounded memory; the clock is ours."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import TooMany
from gateway.rates import TROUBLES_KEPT, Bound, Buckets, News, Rate, Together


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("text", ["1/second", "30/minute", "5/hour", "7/day"])
def test_a_rate_reads_as_it_is_written(text: str) -> None:
    assert str(Rate.parse(text)) == text


@pytest.mark.parametrize("text", ["", "0/minute", "-1/minute", "5", "5/week", "5/minute x", "1e3/minute"])
def test_other_words_are_no_rate(text: str) -> None:
    with pytest.raises(ValueError, match="30/minute"):
        Rate.parse(text)


def test_a_burst_then_the_rate() -> None:
    clock = Clock()
    buckets = Buckets(Rate(3, 60.0), clock)
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a") == pytest.approx(20.0)
    assert buckets.take("b") == 0
    clock.now += 20
    assert buckets.take("a") == 0
    assert buckets.take("a") == pytest.approx(20.0)
    buckets.forgive("a")
    assert buckets.take("a") == 0


def test_check_raises_with_the_wait() -> None:
    buckets = Buckets(Rate(1, 10.0), Clock())
    buckets.check("a")
    with pytest.raises(TooMany) as caught:
        buckets.check("a")
    assert caught.value.retry_after == pytest.approx(10.0)


def test_asking_for_the_wait_takes_nothing() -> None:
    clock = Clock()
    buckets = Buckets(Rate(2, 10.0), clock)
    assert [buckets.wait("a") for _ in range(9)] == [0.0] * 9
    buckets.take("a", 2)
    assert buckets.wait("a") == pytest.approx(5.0)
    clock.now += 5
    assert buckets.wait("a") == 0.0


def test_memory_is_bounded() -> None:
    buckets = Buckets(Rate(1, 10.0), Clock(), keys=10)
    for key in range(1000):
        buckets.take(key)
    assert len(buckets._buckets) == 10


@given(st.lists(st.floats(min_value=0, max_value=5), max_size=60))
def test_never_more_than_burst_plus_refill(waits: list[float]) -> None:
    clock = Clock()
    buckets = Buckets(Rate(5, 10.0), clock)
    taken = 0
    for wait in waits:
        clock.now += wait
        taken += buckets.take("a") == 0
    assert taken <= 5 + (clock.now - 1000.0) * 0.5 + 1e-6


def test_a_clock_that_is_set_back_locks_nobody_out() -> None:
    clock = Clock()
    buckets = Buckets(Rate(2, 60.0), clock)
    assert [buckets.take("a") for _ in range(2)] == [0, 0]
    clock.now -= 3_600
    assert buckets.take("a") == pytest.approx(30.0), "what was left is left"
    clock.now += 30
    assert buckets.take("a") == 0


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 4)), max_size=30))
def test_together_never_holds_more_and_forgets_whoever_holds_nothing(acts: list[tuple[str, int]]) -> None:
    together, held = Together(5), []
    for key, cost in acts:
        before = together.held(key)
        if together.enter(key, cost):
            held.append((key, cost))
            assert together.held(key) == before + cost <= 5
        else:
            assert before + cost > 5 and together.held(key) == before
    for key, cost in held:
        together.leave(key, cost)
    assert together._held == {}


def test_the_same_trouble_is_news_once_in_a_while_whatever_it_counts() -> None:
    clock = Clock()
    news = News(10.0, clock)
    assert news.is_news("17 units wait")
    assert not any(news.is_news(f"{n} units wait") for n in range(50))
    assert news.is_news("the disk fails"), "another one"
    assert news.is_news(f"object {'0a' * 32} is away")
    assert not news.is_news(f"object {'f3' * 32} is away")
    clock.now += 9.9
    assert not news.is_news("17 units wait")
    clock.now += 0.1
    assert news.is_news("18 units wait")
    assert not news.is_news("17 units wait")


def test_news_remembers_so_much_and_no_more() -> None:
    news = News(10.0, Clock())
    assert all(news.is_news("trouble " + "x" * n) for n in range(TROUBLES_KEPT * 5))
    assert len(news._told) <= TROUBLES_KEPT


class Counting:
    """Counts for all processes, as told."""

    def __init__(self, wait: float = 0.0) -> None:
        self.wait = wait
        self.asked: list[tuple[str, Hashable, Rate, float]] = []
        self.forgiven: list[tuple[str, Hashable]] = []

    async def take(self, name: str, key: Hashable, rate: Rate, cost: float) -> float:
        self.asked.append((name, key, rate, cost))
        return self.wait

    def forgive(self, name: str, key: Hashable) -> None:
        self.forgiven.append((name, key))


async def test_a_bound_holds_here_and_in_all_processes_together() -> None:
    shared, rate = Counting(), Rate(2, 60.0)
    bound = Bound("sign_in", rate, Clock(), shared)
    await bound.admit("a", 2.0)
    assert shared.asked == [("sign_in", "a", rate, 2.0)]
    with pytest.raises(TooMany):
        await bound.admit("a")
    assert len(shared.asked) == 1, "who is refused here asks nobody else"
    bound.forgive("a")
    assert shared.forgiven == [("sign_in", "a")]
    shared.wait = 7.5
    with pytest.raises(TooMany) as caught:
        await bound.admit("a", text="errors.sign_in_often")
    assert (caught.value.retry_after, caught.value.text) == (7.5, "errors.sign_in_often")


async def test_a_bound_of_one_process_is_a_bucket() -> None:
    bound = Bound("sign_in", Rate(1, 60.0), Clock())
    await bound.admit("a")
    with pytest.raises(TooMany):
        await bound.admit("a")
    bound.forgive("a")
    await bound.admit("a")

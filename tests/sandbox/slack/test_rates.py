"""Buckets."""

import pytest

from gateway.sandbox.slack.rates import Limits, Rates
from gateway.sandbox.slack.refusal import Refusal
from tests.sandbox.slack.hall import Clock


def test_a_method_s_tier() -> None:
    clock = Clock()
    rates = Rates(clock)
    for _ in range(20):
        rates.call("users.list", 2)
    with pytest.raises(Refusal, match="ratelimited") as no:
        rates.call("users.list", 2)
    assert (no.value.status, no.value.retry_after) == (429, 3)
    rates.call("conversations.list", 2)
    clock.add(3)
    rates.call("users.list", 2)


def test_a_channel_s_posts_and_all_of_them() -> None:
    clock = Clock()
    rates = Rates(clock, Limits(burst=2, workspace=4))
    for channel in ("C1", "C1", "C2", "C2"):
        rates.post(channel)
    with pytest.raises(Refusal):
        rates.post("C3")
    clock.add(15)
    rates.post("C3")

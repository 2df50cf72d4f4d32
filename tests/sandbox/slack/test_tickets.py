"""Triggers and response URLs: how long and how often."""

import pytest

from gateway.sandbox.slack.refusal import Refusal
from gateway.sandbox.slack.tickets import ANSWERS, RESPONSE, TRIGGER, Tickets
from tests.sandbox.slack.hall import Clock


def test_a_trigger_is_good_once_and_for_three_seconds() -> None:
    clock = Clock()
    tickets = Tickets(clock)
    first, late = tickets.trigger("U1", "V1"), tickets.trigger("U1")
    clock.now += TRIGGER
    assert (tickets.spend(first).user, tickets.spend(late).view) == ("U1", "")
    with pytest.raises(Refusal, match="exchanged_trigger_id"):
        tickets.spend(first)
    later = tickets.trigger("U1")
    clock.now += TRIGGER + 1
    with pytest.raises(Refusal, match="expired_trigger_id"):
        tickets.spend(later)


def test_a_response_url_is_good_five_times_and_for_half_an_hour() -> None:
    clock = Clock()
    tickets = Tickets(clock)
    name = tickets.response("U1", "C1", "1.000001")
    for _ in range(ANSWERS):
        assert tickets.use(name).ts == "1.000001"
    with pytest.raises(Refusal, match="used_url"):
        tickets.use(name)
    late = tickets.response("U1", "C1")
    clock.now += RESPONSE + 1
    with pytest.raises(Refusal, match="expired_url"):
        tickets.use(late)

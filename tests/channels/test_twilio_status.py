"""Every state Twilio's library knows has a place, and every code words that an agent understands."""

import json
from itertools import permutations
from pathlib import Path

import pytest
from twilio.rest.api.v2010.account.message import MessageInstance

from gateway.channels._twilio_status import CODES, INBOUND, STATES, is_status, report
from gateway.delivery import RANK
from gateway.events import DeliveryState, NextStep

CATALOGUES = Path(__file__).parents[2] / "static/src/i18n"


def test_twilios_own_list_of_states_is_covered():
    states = {value for name, value in vars(MessageInstance.Status).items() if name.isupper()}
    assert states == STATES.keys() | (INBOUND - {""})


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_code_has_words(language):
    words = json.loads((CATALOGUES / f"errors.{language}.json").read_text())
    assert all(reason in words for reason, _ in CODES.values())
    assert all(code.isdigit() and isinstance(then, NextStep) for code, (_, then) in CODES.items())


def test_in_whatever_order_they_come_the_highest_stands():
    order = ["queued", "sending", "sent", "delivered", "read"]
    for coming in permutations(order):
        assert (
            max(
                (report("SM1", {"MessageStatus": state}, None).state for state in coming),
                key=RANK.__getitem__,
            )
            is DeliveryState.READ
        )


def test_a_failure_is_told_apart_by_its_code():
    lost = report("SM1", {"MessageStatus": "undelivered", "ErrorCode": "63016"}, "a1")
    assert (lost.state, lost.then, lost.attempt) == (DeliveryState.FAILED, NextStep.WINDOW, "a1")
    silent = report("SM1", {"MessageStatus": "failed"}, None)
    assert (silent.code, silent.reason, silent.then) == (None, "delivery.failed", NextStep.AGAIN)
    fine = report("SM1", {"MessageStatus": "delivered", "ErrorCode": "30008"}, None)
    assert (fine.code, fine.reason) == (None, None)


def test_what_came_in_is_no_status():
    assert not is_status({"SmsStatus": "received"}) and not is_status({"SmsStatus": "receiving"})
    assert (
        not is_status({}) and is_status({"SmsStatus": "delivered"}) and is_status({"MessageStatus": "READ"})
    )
    with pytest.raises(ValueError, match="lost in space"):
        report("SM1", {"MessageStatus": "lost in space"}, None)

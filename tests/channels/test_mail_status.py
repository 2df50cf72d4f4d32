"""A server's no in its own words, as they occur, and what the agent is told."""

import json

import pytest

from gateway.channels import _mail_status as status
from gateway.events import NextStep
from tests.house import sources


@pytest.mark.parametrize(
    ("reply", "words", "means"),
    [
        (550, "5.1.1 The email account that you tried to reach does not exist.", status.NOBODY),
        (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; not found by SMTP address lookup", status.NOBODY),
        (550, "5.4.1 Recipient address rejected: Access denied. AS(201806281)", status.REFUSED),
        (552, "5.2.2 The email account that you tried to reach is over quota", status.FULL),
        (550, "5.2.1 The email account that you tried to reach is disabled", status.CLOSED),
        (552, "5.3.4 Message size exceeds fixed limit", status.TOO_LARGE),
        (550, "5.7.26 This mail has been blocked because the sender is unauthenticated.", status.UNPROVEN),
        (550, "5.7.509 Access denied, sending domain does not pass DMARC verification", status.UNPROVEN),
        (
            554,
            "5.7.1 Service unavailable; Client host [1.2.3.4] blocked using zen.spamhaus.org",
            status.REFUSED,
        ),
        (550, "5.7.1 <x@y>: Recipient address rejected: User unknown", status.NOBODY),
        (550, "No such user here", status.NOBODY),
        (554, "Message rejected: looks like spam", status.REFUSED),
        (550, "blocked by policy", status.REFUSED),
        (552, "Mailbox full", status.FULL),
        (556, "domain takes no mail", status.NOBODY),
        (550, "5.99.1 a subject nobody knows", status.UNKNOWN),
        (570, "whatever", status.UNKNOWN),
    ],
)
def test_what_an_answer_means(reply: int, words: str, means: status.Meaning) -> None:
    assert status.meaning_of_reply(reply, words) == means


def test_codes_are_found_and_numbers_that_are_none_are_not() -> None:
    assert status.enhanced("5.1.1 no") == "5.1.1"
    assert status.enhanced("<x> said: 550-5.7.26 no, from 5.6.7.8") == "5.7.26"
    assert status.enhanced("from 5.6.7.8 and 15.1.1") == ""
    assert status.meaning("4.2.2") == status.meaning("5.2.2") == status.FULL
    assert status.meaning("nonsense") == status.UNKNOWN


def test_every_meaning_has_words() -> None:
    known = json.loads((sources.CATALOGUES / "errors.ko.json").read_text(encoding="utf-8"))
    for key, then in (*status.STATUS.values(), *status.REPLIES.values(), status.UNKNOWN):
        assert key in known and then in NextStep

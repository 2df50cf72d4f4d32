"""What we sign is taken by the verifier of Standard Webhooks, and nothing else is."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from gateway.followers.signing import headers
from gateway.stream.hooks import new_secret


@given(st.text(max_size=200), st.text(st.characters(codec="ascii", exclude_characters=". "), min_size=1))
def test_another_hand_takes_it(words: str, key: str) -> None:
    secret, body = new_secret(), words.encode("utf-8", "replace")
    said = headers([secret], key.strip() or "x", int(time.time()), body)
    Webhook(secret).verify(body, said, json_parse=False)


def test_what_the_specification_shows() -> None:
    """The example of the specification's reference tests: secret, id, time and body are given, so is the signature."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    said = headers([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert said["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_while_one_replaces_the_other() -> None:
    former, secret, foreign = new_secret(), new_secret(), new_secret()
    said = headers([secret, former], "evt_1", int(time.time()), b"{}")
    for one in (secret, former):
        Webhook(one).verify(b"{}", said)
    with pytest.raises(WebhookVerificationError):
        Webhook(foreign).verify(b"{}", said)


@pytest.mark.parametrize("part", ["body", "webhook-id", "webhook-timestamp"])
def test_whatever_is_changed_is_noticed(part: str) -> None:
    secret, body = new_secret(), b'{"a":1}'
    said = headers([secret], "evt_1", int(time.time()), body)
    if part == "body":
        body += b" "
    elif part == "webhook-id":
        said[part] = "evt_2"
    else:
        said[part] = str(int(said[part]) + 1)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, said)


def test_a_secret_is_as_long_as_the_standard_asks_and_never_the_same() -> None:
    made = {new_secret() for _ in range(50)}
    assert len(made) == 50
    assert all(one.startswith("whsec_") and len(Webhook(one)._whsecret) == 32 for one in made)

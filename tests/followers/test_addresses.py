"""Where webhooks may go: no inner network, no password in the address, no plain http."""

from __future__ import annotations

import pytest

from gateway.errors import Refused
from gateway.followers.addresses import LONGEST, checked


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("https://example.com/hook?key=1", "https://example.com/hook?key=1"),
        ("https://example.com:8443/hook#part", "https://example.com:8443/hook"),
        ("https://한글.example/훅", "https://xn--bj0bj06e.example/%ED%9B%85"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
    ],
)
def test_a_public_address_is_kept(said: str, kept: str) -> None:
    assert checked(said) == kept


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("", "webhook_url"),
        ("example.com/hook", "webhook_url"),
        ("ftp://example.com/", "webhook_url"),
        ("javascript:alert(1)", "webhook_url"),
        ("https://", "webhook_url"),
        ("https:///etc/passwd", "webhook_url"),
        ("https://exa mple.com/", "webhook_url"),
        ("https://example.com\\@127.0.0.1/", "webhook_url"),
        ("https://example.com:99999/", "webhook_url"),
        (f"https://example.com/{'x' * LONGEST}", "webhook_url"),
        ("https://kim:word@example.com/", "webhook_url_user"),
        ("https://example.com@127.0.0.1/", "webhook_url_user"),
        ("http://example.com/", "webhook_url_http"),
        ("http://localhost:9000/", "webhook_url_http"),
        ("https://localhost/", "webhook_url_private"),
        ("https://LOCALHOST./", "webhook_url_private"),
        ("https://db.internal/", "webhook_url_private"),
        ("https://printer.local/", "webhook_url_private"),
        ("https://127.0.0.1/", "webhook_url_private"),
        ("https://10.1.2.3/", "webhook_url_private"),
        ("https://169.254.169.254/latest/meta-data", "webhook_url_private"),
        ("https://[::1]/", "webhook_url_private"),
        ("https://[::ffff:10.0.0.1]/", "webhook_url_private"),
        ("https://[64:ff9b::7f00:1]/", "webhook_url_private"),
        ("https://0.0.0.0/", "webhook_url_private"),
    ],
)
def test_every_other_is_refused_with_its_reason(said: str, text: str) -> None:
    with pytest.raises(Refused) as caught:
        checked(said)
    assert caught.value.text == f"errors.{text}"
    assert "word" not in str(caught.value), "no part of the address goes to the log"


def test_a_trusted_host_may_stand_inside_and_speak_plainly() -> None:
    for said in ("http://localhost:9000/hook", "https://10.0.0.7/x", "http://[::1]:80/"):
        host = {"http://localhost:9000/hook": "localhost", "https://10.0.0.7/x": "10.0.0.7"}.get(said, "::1")
        assert checked(said, {host}).startswith(said.split(":")[0])
        with pytest.raises(Refused):
            checked(said, {"another"})

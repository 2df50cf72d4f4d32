"""Where webhooks may go: to public addresses over TLS; elsewhere only to hosts that the configuration trusts."""

from __future__ import annotations

import re
from collections.abc import Collection

from yarl import URL

from gateway.channels._public_net import NotPublic, check_host
from gateway.errors import Refused

LONGEST = 2048
"""Characters of an address."""
INNER = re.compile(r"(^|\.)(localhost|local|internal)$")
NUMBER = re.compile(r"(^|\.)(\d+|0x[0-9a-f]*)$")
"""A host that ends so is an IPv4 address to the name service, however it is written (WHATWG URL, section 3.5)."""
IPV4 = re.compile(r"(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}")


def checked(text: str, trusted: Collection[str] = ()) -> str:
    """The address as it is kept. Raises Refused. Where its name leads is looked at with each call."""
    url = _read(text)
    host = (url.host or "").rstrip(".").lower()
    if url.scheme not in ("https", "http") or not host:
        raise Refused("errors.webhook_url", "no https address")
    if url.user is not None or url.password is not None:
        raise Refused("errors.webhook_url_user", "a user in the address")
    if url.scheme == "http" and host not in trusted:
        raise Refused("errors.webhook_url_http", f"http to {host}", host=host)
    try:
        check_host(host, trusted)
    except NotPublic as why:
        raise Refused("errors.webhook_url_private", str(why), host=host) from None
    if host not in trusted and (INNER.search(host) or (NUMBER.search(host) and not IPV4.fullmatch(host))):
        raise Refused("errors.webhook_url_private", f"{host} is a name of an inner network", host=host)
    return str(url.with_fragment(None))


def _read(text: str) -> URL:
    if len(text) > LONGEST or any(ord(letter) <= 32 or letter == "\\" for letter in text):
        raise Refused("errors.webhook_url", "too long, or with blanks")
    try:
        url = URL(text)
        _ = url.port, url.host
    except ValueError:
        raise Refused("errors.webhook_url", "no address") from None
    return url

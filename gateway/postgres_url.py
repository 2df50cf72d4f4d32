"""`postgresql://` URLs: what would be misread is refused, for whoever misreads one shows pieces of a password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

HINT = (
    "write it like postgresql://user:password@host:5432/database; of a password's special characters"
    " as %40 (that is @)"
)
HOST = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^:\[\]]*)(?::(\d{0,5}))?")
PORTS = 65535


def check(url: str) -> None:
    """Raises ValueError, whose text holds nothing of the URL."""
    try:
        netloc = urlsplit(url).netloc
    except ValueError:
        raise ValueError(HINT) from None
    user, at, hosts = netloc.rpartition("@")
    cut = not at and "@" in url  # a / or ? or # of the password ends what should be the host
    named = [HOST.fullmatch(host) for host in hosts.split(",")]
    if "@" in user or cut or not all(one and int(one[1] or 0) <= PORTS for one in named):
        raise ValueError(HINT)

"""`[redis] url`: what it may look like, and the client that it means. The library is loaded only when one is set.

    redis://[user:password@]host[:6379][/db]        rediss:// with TLS        unix://[user:password@]/path?db=0
    redis+sentinel://[user:password@]host[:26379][,host2[:26379]...]/master[/db]        rediss+sentinel:// with TLS

User and password are the data server's; `?sentinel_username=` and `?sentinel_password=` are the Sentinels' own. Other
options after the `?` are redis-py's (`ssl_ca_certs`, ...).
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

if TYPE_CHECKING:
    from redis.asyncio import Redis

SENTINEL = ("redis+sentinel://", "rediss+sentinel://")
SCHEMES = ("redis://", "rediss://", "unix://", *SENTINEL)
SENTINEL_PORT = 26379
HINT = (
    "write it like redis://user:password@host:6379/0; of a password's special characters as %40 (that is @)"
)
SENTINEL_HINT = "write it like redis+sentinel://user:password@host:26379,host2:26379/master/0"
_OWN = ("sentinel_username", "sentinel_password")


def check(url: str) -> None:
    """Raises ValueError, whose text holds nothing of the URL."""
    if not url.startswith(SCHEMES):
        raise ValueError(f"it begins with {' or '.join(SCHEMES)}")
    if url.startswith(SENTINEL):
        _parts(url)
    else:
        _options(url)


def shown(url: str) -> str:
    """For people and logs: without user, password and options."""
    scheme, _, rest = url.partition("://")
    place = rest.partition("?")[0]
    userinfo, at, hosts = place.rpartition("@")
    return f"{scheme}://{hosts if at else userinfo + hosts}"


@contextlib.asynccontextmanager
async def client(url: str, *, patience: float) -> AsyncIterator[Redis]:
    """It connects when it is first used, repeats nothing by itself, and is closed at the end; `patience`: seconds for
    any answer. Behind Sentinels each new connection asks them for the master."""
    from redis.asyncio import Redis
    from redis.asyncio.connection import ConnectionPool

    common = _common(patience)
    if not url.startswith(SENTINEL):
        if url.startswith("unix://"):
            del common["socket_keepalive"]
        async with Redis.from_pool(ConnectionPool(**{**_options(url), **common})) as made:
            yield made
        return
    from redis.asyncio.sentinel import Sentinel

    sentinels, master, data, own = _parts(url)
    tls: dict[str, Any] = {}
    if data.pop("connection_class", None):
        tls = {"ssl": True, **{key: value for key, value in data.items() if key.startswith("ssl_")}}
    async with (
        Sentinel(sentinels, sentinel_kwargs={**common, **own, **tls}) as asked,  # type: ignore[no-untyped-call]
        asked.master_for(master, **{**data, **common, **tls}) as made,
    ):
        yield made


def _common(patience: float) -> dict[str, Any]:
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff
    from redis.maint_notifications import MaintNotificationsConfig

    return {
        "socket_timeout": patience,
        "socket_connect_timeout": patience,
        "socket_keepalive": True,
        "protocol": 3,
        "client_name": "parley",
        "retry": Retry(NoBackoff(), 0),
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }


def reason(error: Exception) -> str:
    """Of a failure to speak to it, for people: one line, without secrets."""
    from redis.asyncio.sentinel import MasterNotFoundError
    from redis.exceptions import AuthenticationError

    if isinstance(error, AuthenticationError):
        return "it wants another user or password"
    if isinstance(error, MasterNotFoundError):
        if "AuthenticationError" in str(error):
            return "the Sentinels want another sentinel_password"
        return "no Sentinel answers with a master of that name"
    return (str(error) or type(error).__name__).partition("\n")[0][:200]


def _options(url: str) -> dict[str, Any]:
    """Raises ValueError."""
    from redis.asyncio.connection import parse_url

    try:
        options = dict(parse_url(url))
    except ValueError:
        raise ValueError(HINT) from None
    if not options.get("path" if url.startswith("unix://") else "host"):
        raise ValueError(HINT)
    database = urlsplit(url).path.strip("/")
    if not url.startswith("unix://") and database and not database.isdigit():
        raise ValueError(HINT)
    return options


def _parts(url: str) -> tuple[list[tuple[str, int]], str, dict[str, Any], dict[str, str]]:
    """Of a Sentinel URL: where they are, the master's name, the data servers' options, the Sentinels' own. Raises
    ValueError."""
    scheme, _, rest = url.partition("://")
    place, _, query = rest.partition("?")
    userinfo, at, servers = place.rpartition("@")
    hosts, _, path = servers.partition("/")
    master, _, database = path.strip("/").partition("/")
    if not hosts or not master or (database and not database.isdigit()):
        raise ValueError(SENTINEL_HINT)
    given = parse_qsl(query)
    rest_query = urlencode([(key, value) for key, value in given if key not in _OWN])
    plain = scheme.partition("+")[0]
    data = _options(f"{plain}://{userinfo}{at}data/{database}{'?' + rest_query if rest_query else ''}")
    data.pop("host")
    own = {key.removeprefix("sentinel_"): value for key, value in given if key in _OWN}
    return [_server(host) for host in hosts.split(",")], master, data, own


def _server(text: str) -> tuple[str, int]:
    """`host`, `host:port`, `[::1]:port`. Raises ValueError."""
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port or SENTINEL_PORT
    except ValueError:
        raise ValueError(SENTINEL_HINT) from None
    if not host or parts.path:
        raise ValueError(SENTINEL_HINT)
    return host, port

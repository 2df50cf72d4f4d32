"""Where Parley stands: its address, its browser files, the machine, Redis, the place for files."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from gateway import redis_url
from gateway.bundle import bundle
from gateway.config import Config, check_workers
from gateway.doctor.finding import Finding, fault, good, hint
from gateway.errors import ConfigError, ParleyError
from gateway.events import new_id
from gateway.folders import open_to_others, owner_beside_root
from gateway.media import MediaStore, open_media

if TYPE_CHECKING:
    from redis.asyncio import Redis

LOCAL = ("127.0.0.1", "::1", "localhost")
SYNCS = 20
"""How many durable writes are timed."""
SLOW_DISK = 10.0
"""Milliseconds of one durable write from which agents notice it."""
LITTLE, TOO_LITTLE = 2 * 1024**3, 200 * 1024**2
"""Bytes of free space."""
FILES = 4096
"""Open files from which a thousand browsers and more fit."""
PATIENCE = 5.0
"""Seconds for another server to answer."""

# --- our address ----------------------------------------------------------------------------------------------------


def look_at_server(config: Config) -> Iterator[Finding]:
    server = config.server
    public = urlsplit(server.public_url)
    if not server.public_url and server.host in LOCAL:
        yield hint(
            "server",
            f"only this machine reaches {config.public_url}",
            "fine for trying out; else set [server] public_url to the https address that people use",
        )
    elif not server.public_url:
        yield hint(
            "server",
            f"it listens on {server.host}, and nobody told it the address that people use",
            'for anything but a trial set [server] public_url = "https://..."',
        )
    elif public.scheme == "http" and public.hostname not in LOCAL:
        yield fault(
            "server",
            f"{server.public_url} is not encrypted",
            "put a proxy that ends TLS in front and set [server] public_url to its https address",
        )
    else:
        yield good("server", f"people reach it at {server.public_url}")
    yield from _proxies(config, public.scheme == "https")
    yield from _metrics(config)
    yield from _workers(config)
    yield from _port(config)


def _workers(config: Config) -> Iterator[Finding]:
    workers = config.server.workers
    if workers < 2:
        return
    try:
        check_workers(config)
    except ConfigError as why:
        yield fault("server", str(why))
        return
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    words = f"{workers} workers on {cores} {'core' if cores == 1 else 'cores'}"
    if workers > cores:
        mend = f"[server] workers = {cores}: more take turns, and each holds memory and connections"
        yield hint("server", words, mend)
    else:
        yield good("server", words)


def _metrics(config: Config) -> Iterator[Finding]:
    if config.metrics.token.get_secret_value():
        yield good("server", "/metrics is for who says the token")
    elif config.server.public_url:
        yield hint(
            "server",
            "nobody may read /metrics: with a public_url it needs a token",
            "set [metrics] token, or PARLEY_METRICS__TOKEN_FILE; see docs/operations/watching.md",
        )


def _proxies(config: Config, encrypted: bool) -> Iterator[Finding]:
    trusted = config.server.trusted_proxies
    if any(ip_network(network).prefixlen == 0 for network in trusted):
        yield fault(
            "server",
            "trusted_proxies names the whole internet: anybody may claim any address",
            "name the proxy's own address or network",
        )
    elif encrypted and not trusted:
        yield fault(
            "server",
            "public_url is https, Parley itself speaks http, and no proxy is trusted: all callers look like one",
            'set [server] trusted_proxies = ["127.0.0.1"], or wherever the proxy calls from',
        )


def _port(config: Config) -> Iterator[Finding]:
    server = config.server
    try:
        with socket.create_server((server.host, server.port), family=_family(server.host)):
            yield good("server", f"{server.host} port {server.port} is free")
    except OSError as why:
        if why.errno == errno.EADDRINUSE:
            yield hint(
                "server", f"port {server.port} is in use", "fine if that is Parley; else choose another"
            )
        else:
            yield fault("server", f"cannot listen on {server.host} port {server.port}: {why.strerror}")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


# --- browser files --------------------------------------------------------------------------------------------------


def look_at_bundle() -> Finding:
    try:
        return good("bundle", f"the front end is built ({bundle().hash[:8]})")
    except ConfigError as why:
        return fault("bundle", str(why))


# --- the machine ----------------------------------------------------------------------------------------------------


def look_at_machine(config: Config) -> Iterator[Finding]:
    place = existing(config.data.absolute())
    if not os.access(place, os.W_OK | os.X_OK):
        yield fault(
            "disk", f"{place} is not writable for this user", "change its owner, or name another --data"
        )
        return
    free = shutil.disk_usage(place).free
    words = f"{free / 1024**3:.1f} GiB free at {config.data}"
    if free < TOO_LITTLE:
        yield fault("disk", words, "make room: without it nothing can be stored")
    elif free < LITTLE:
        yield hint("disk", words, "make room before long")
    else:
        yield good("disk", words)
    took = durable_write(place)
    words = f"a durable write takes {took:.1f} ms (fdatasync, median of {SYNCS})"
    if took > SLOW_DISK:
        yield hint("disk", words, "a local SSD makes every message faster; network disks are the usual cause")
    else:
        yield good("disk", words)
    yield from _privacy(config)
    yield from _open_files()


def _privacy(config: Config) -> Iterator[Finding]:
    """Whoever may enter the data directory reads what customers wrote."""
    if (owner := owner_beside_root(config.data)) is not None:
        yield hint(
            "disk",
            f"this is root, {config.data} belongs to {owner}: whether {owner} may do all this is not known",
            f"run it as the user that serves: sudo -u '{owner}' parley doctor",
        )
    if config.data.exists() and open_to_others(config.data):
        yield hint(
            "disk",
            f"other users of this machine may look into {config.data}",
            f"close it: chmod 700 {config.data}",
        )


def existing(path: Path) -> Path:
    """The path, or the nearest folder above it that is there already."""
    while not path.exists():
        path = path.parent
    return path


def durable_write(folder: Path) -> float:
    """Milliseconds until 4 KiB stand on the disk: what every commit waits for."""
    sync = getattr(os, "fdatasync", os.fsync)
    took = []
    with tempfile.TemporaryFile(dir=folder) as probe:
        for _ in range(SYNCS):
            began = time.perf_counter()
            probe.write(b"\0" * 4096)
            probe.flush()
            sync(probe.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def _open_files() -> Iterator[Finding]:
    try:
        import resource
    except ImportError:  # Windows
        return
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if 0 <= allowed < FILES:
        yield hint(
            "machine",
            f"a process may open {allowed} files, every browser takes one",
            "raise it: LimitNOFILE in systemd, `ulimit -n` in a shell",
        )


# --- Redis ----------------------------------------------------------------------------------------------------------


async def look_at_redis(config: Config) -> AsyncIterator[Finding]:
    url = config.redis.url.get_secret_value()
    if not url:
        return
    from redis.exceptions import RedisError

    shown = redis_url.shown(url)
    if not config.database_url.startswith("postgres"):
        yield hint(
            "redis",
            f"{shown} is not used: SQLite is for one process, which needs no Redis",
            "leave [redis] url empty, or set [database] url to a PostgreSQL",
        )
    try:
        async with redis_url.client(url, patience=PATIENCE) as redis:
            began = time.perf_counter()
            await redis.ping()
            took = (time.perf_counter() - began) * 1000
            await _carries(redis)
            yield good("redis", f"{shown} answers in {took:.1f} ms, carries and counts")
            about: Any = await redis.info("memory")
            if about.get("maxmemory") and about.get("maxmemory_policy", "").startswith("allkeys"):
                yield hint(
                    "redis",
                    f"under {about['maxmemory_policy']} it forgets what it counts when it is full",
                    "give Parley a Redis of its own, with maxmemory-policy volatile-ttl",
                )
    except (RedisError, OSError) as why:
        yield fault(
            "redis",
            f"{shown} does not serve: {redis_url.reason(why)}",
            "start it, mend [redis] url"
            + (
                ": several workers do not begin without one"
                if config.server.workers > 1
                else ", or leave it empty: processes then hear of each other within a second or two"
            ),
        )


async def _carries(redis: Redis) -> None:
    """All that the carriage does with it, under a key of our own. Raises what the server refuses."""
    key = f"parley:doctor:{new_id()}"
    listens = redis.pubsub()
    try:
        await listens.subscribe(key)
        await redis.publish(key, b"")
        await redis.xadd(key, {"a": "b"}, maxlen=1)
        await redis.xread({key: "0-0"}, count=1)
        await redis.xtrim(key, minid="0")
        await redis.eval("return redis.call('TIME')[1]", 0)
    finally:
        await redis.delete(key)
        await listens.aclose()  # type: ignore[no-untyped-call]


def without_password(url: str) -> str:
    """For showing: scheme, host, port and path only."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


# --- files ----------------------------------------------------------------------------------------------------------


async def look_at_media(config: Config) -> AsyncIterator[Finding]:
    place = config.media_store
    shown = place.partition("?")[0]
    folder = Path(place.removeprefix("disk:"))
    if place.startswith("disk:") and not folder.exists():
        if os.access(existing(folder), os.W_OK | os.X_OK):
            yield good("files", f"{folder} will be made at the first start")
        else:
            yield fault(
                "files", f"{folder} cannot be made by this user", "change the owner of the folder above"
            )
        return
    try:
        media = open_media(place, config.data)
    except (ParleyError, OSError) as why:
        yield fault("files", f"{shown}: {why}")
        return
    try:
        yield await _probe(media, shown)
    finally:
        await media.close()


async def _probe(media: MediaStore, shown: str) -> Finding:
    """Store a little file, read it, delete it."""
    content = b"parley doctor " + os.urandom(16)
    try:
        stored = await media.put(content, limit=None)
        async with media.open(stored.hash) as opened:
            read = b"".join([chunk async for chunk in opened.chunks])
        await media.delete(stored.hash)
    except (ParleyError, OSError) as why:
        return fault("files", f"{shown}: {why}", "mend [media] store or the rights on it")
    if read != content:
        return fault("files", f"{shown} gave back other bytes than it took", "do not use this store")
    return good("files", f"{shown} takes, gives back and deletes")

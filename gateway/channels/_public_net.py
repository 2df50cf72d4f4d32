"""Calls to addresses that others name: only out into the public network, on every hop.

A host's addresses are looked at where the connection is made, so a name that answers twice differently gains nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from aiohttp import TCPConnector, ThreadedResolver
from aiohttp.abc import AbstractResolver, ResolveResult

NAT64 = ip_network("64:ff9b::/96")
"""RFC 6052: an IPv4 address in the last 32 bits."""
UNUSED = tuple(
    ip_network(one)
    for one in (
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b:1::/48",
        "fec0::/10",
        "3fff::/20",
        "5f00::/16",
        "192.88.99.0/24",
    )
)
"""Nobody out there has these, though Python calls them global: former forms of writing IPv4 (RFC 4291 section 2.5.5.1,
RFC 2765), local translation (RFC 8215), site-local (RFC 3879), documentation, segment routing, 6to4 relays."""

CONNECTIONS = 80
"""Of one account at once: more than may be under way of sending, fetching, asking and telling together."""


class NotPublic(OSError):
    """A host whose addresses lie in a private, local or reserved network: it is not called."""


def is_public(address: str) -> bool:
    """May a call to this IP address leave the house? Raises ValueError for what is no IP address."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = _within(ip) or ip
    if any(ip.version == net.version and ip in net for net in UNUSED):
        return False
    return ip.is_global and not ip.is_multicast


def _within(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is really called, where one is written as IPv6."""
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour


def check_host(host: str, trusted: Collection[str] = ()) -> None:
    """Raises `NotPublic` for a literal private address; names are looked at when they are resolved."""
    if host in trusted:
        return
    try:
        allowed = is_public(host)
    except ValueError:
        return
    if not allowed:
        raise NotPublic(f"{host} is not a public address")


class PublicResolver(AbstractResolver):
    """Resolves names, and forgets every address that is not public. `trusted` hosts may stand anywhere."""

    def __init__(self, trusted: Collection[str] = (), within: AbstractResolver | None = None) -> None:
        self._trusted = frozenset(trusted)
        self._within = within or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._within.resolve(host, port, family)
        if host in self._trusted:
            return found
        allowed = [one for one in found if is_public(one["host"])]
        if not allowed:
            raise NotPublic(f"{host} has no public address")
        return allowed

    async def close(self) -> None:
        await self._within.close()


def public_connector(trusted: Collection[str] = (), within: AbstractResolver | None = None) -> TCPConnector:
    """For a ClientSession of calls to others' addresses. Literal addresses pass by it: `check_host` before each hop."""
    return TCPConnector(resolver=PublicResolver(trusted, within), use_dns_cache=False, limit=CONNECTIONS)

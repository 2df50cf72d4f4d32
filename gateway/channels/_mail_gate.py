"""How much one address on the other side of the door may do: connections at once, mails in a minute."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

MINUTE = 60.0
"""Seconds of the window in which mails are counted."""
STRANGERS = 0.75
"""The share of all connections that those have together who come from no network of one's own, where there is one:
nobody else shall keep one's own mail server out."""
REMEMBERED = 10_000
"""Addresses whose mails are counted; beyond, the oldest windows are let go."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`trusted` networks (a mail server of one's own) have none for themselves, only those of all together."""

    connections: int = 200
    """Of everybody, at once."""
    each: int = 20
    """Of one address, at once."""
    mails: int = 300
    """Of one address, in a minute."""
    recipients: int = 100
    """Of one mail; at least so many must be taken (RFC 5321 section 4.5.3.1.8)."""
    misses: int = 20
    """Unknown recipients on one connection."""
    trusted: tuple[IPv4Network | IPv6Network, ...] = ()


class Room:
    """Bytes of mails that are held in memory, of all who bring some, at whatever door of this process. Nobody but a
    mail server of one's own may take more than half of it: the rest is for others."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0
        self._of: Counter[str] = Counter()

    def take(self, peer: str, size: int, *, trusted: bool = False) -> bool:
        """Room for so many bytes more; what was taken is given back once."""
        who = key(peer)
        if self.held + size > self.most or (not trusted and self._of[who] + size > self.most // 2):
            return False
        self.held += size
        self._of[who] += size
        return True

    def has(self, size: int) -> bool:
        """Would so much fit in just now?"""
        return self.held + size <= self.most

    def give(self, peer: str, size: int) -> None:
        who = key(peer)
        self.held -= size
        self._of[who] -= size
        if self._of[who] <= 0:
            del self._of[who]


HELD = 256 * 1024 * 1024
"""Bytes that mails take in this process while they come in and until they are committed."""
ROOM = Room(HELD)


class Gate:
    """`clock` tells seconds."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._here: Counter[str] = Counter()
        self._strangers = 0
        self._mails: dict[str, tuple[float, int]] = {}

    def enter(self, peer: str) -> bool:
        """May one more come in? Then `leave` is called once."""
        stranger = bool(self._limits.trusted) and not self.is_trusted(peer)
        if stranger and self._strangers >= self._limits.connections * STRANGERS:
            return False
        who = key(peer)
        if self._here.total() >= self._limits.connections:
            return False
        if self._here[who] >= self._limits.each and not self.is_trusted(peer):
            return False
        self._here[who] += 1
        self._strangers += stranger
        return True

    def leave(self, peer: str) -> None:
        who = key(peer)
        self._strangers -= bool(self._limits.trusted) and not self.is_trusted(peer)
        self._here[who] -= 1
        if self._here[who] <= 0:
            del self._here[who]

    def may_bring(self, peer: str) -> bool:
        """One more mail from there: counted, and allowed or not."""
        if self.is_trusted(peer):
            return True
        who, now = key(peer), self._clock()
        began, count = self._mails.get(who, (now, 0))
        if now - began >= MINUTE:
            began, count = now, 0
        if count >= self._limits.mails:
            return False
        self._mails.pop(who, None)
        self._mails[who] = (began, count + 1)
        if len(self._mails) > REMEMBERED:
            del self._mails[next(iter(self._mails))]
        return True

    def is_trusted(self, peer: str) -> bool:
        """Does it come from a network of one's own?"""
        try:
            ip = ip_address(peer.partition("%")[0])
        except ValueError:
            return False
        real = ip.ipv4_mapped or ip if isinstance(ip, IPv6Address) else ip
        return any(real.version == net.version and real in net for net in self._limits.trusted)

    def vouches(self, peer: str) -> bool:
        """May what it says of a mail be believed: a server of one's own, by its network or on this very machine?"""
        return self.is_trusted(peer) or _is_here(peer)


def _is_here(peer: str) -> bool:
    with contextlib.suppress(ValueError):
        return ip_address(key(peer)).is_loopback
    return peer == "::1"


def key(peer: str) -> str:
    """Who counts as one: an IPv4 address, or the 64 bits of IPv6 that one subscriber has."""
    try:
        ip = ip_address(peer.partition("%")[0])
    except ValueError:
        return peer
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(IPv6Network((int(ip) >> 64 << 64, 64)))

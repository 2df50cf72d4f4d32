"""Looks at each configured account: does its section fit, and can it be opened?"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator

from gateway.channels.base import CatchesUp, Channel, Runs, ServesVisitors, TakesWebhooks
from gateway.channels.registry import known_types, make
from gateway.channels.roads import HasRoads
from gateway.config import Config
from gateway.doctor.database import team_names
from gateway.doctor.finding import Finding, fault, good, hint
from gateway.errors import AuthFailed, ConfigError, ParleyError

PATIENCE = 20.0
"""Seconds an account may take to open."""


async def look_at_accounts(config: Config) -> AsyncIterator[Finding]:
    if not config.channels:
        yield hint(
            "accounts",
            "no account is configured: no customer can write",
            f"add a section [channels.NAME] with a type, one of: {', '.join(known_types())}",
        )
    teams = await team_names(config) if config.channels else None
    for name, section in config.channels.items():
        try:
            channel = make(name, section)
        except ConfigError as why:
            yield fault("accounts", str(why))
            continue
        async for finding in _tried(channel, config):
            yield finding
        if channel.config.team and teams is not None and channel.config.team not in teams:
            yield hint(
                "accounts",
                f"{name}: there is no team {channel.config.team!r}, so its conversations enter everybody's queue",
                "make the team in the settings, or mend the name",
            )
        for finding in (*_visitors(channel), *_called(channel, config), *_linked(channel, config)):
            yield finding


async def _tried(channel: Channel, config: Config) -> AsyncIterator[Finding]:
    """Every way of its own that it has; else, whether it opens."""
    if not isinstance(channel, HasRoads):
        yield await _open(channel)
        return
    shown = f"{channel.account} ({channel.label.en})"
    try:
        async with asyncio.timeout(PATIENCE):
            await channel.open()
    except (ParleyError, OSError, TimeoutError) as why:
        yield fault("accounts", f"{shown} does not open: {why}")
        return
    try:
        async for look in channel.looks(_made(config)):
            said = good if look.well else hint if look.well is None else fault
            yield said("accounts", f"{shown}: {look.words}", look.mend)
    finally:
        await channel.close()


def _made(config: Config) -> dict[str, Channel]:
    """Those whose section fits."""
    made: dict[str, Channel] = {}
    for name, section in config.channels.items():
        with contextlib.suppress(ConfigError):
            made[name] = make(name, section)
    return made


async def _open(channel: Channel) -> Finding:
    shown = f"{channel.account} ({channel.label.en})"
    try:
        async with asyncio.timeout(PATIENCE):
            await channel.open()
            try:
                await _ask(channel)
            finally:
                await channel.close()
    except AuthFailed as why:
        return fault("accounts", f"{shown}: the provider does not accept us: {why}", "check its keys")
    except TimeoutError:
        return fault(
            "accounts", f"{shown} did not open within {PATIENCE:.0f} s", "can this machine reach it?"
        )
    except (ParleyError, OSError) as why:
        return fault("accounts", f"{shown} does not open: {why}")
    return good("accounts", f"{shown} opens")


async def _ask(channel: Channel) -> None:
    """Where a provider can be asked without changing anything, it is: does it know us? Raises AuthFailed and others."""
    if isinstance(channel, Runs):
        await channel.check()
    if not isinstance(channel, CatchesUp):
        return
    now = int(time.time() * 1000)
    async with contextlib.aclosing(channel.missed(next(iter(channel.lines())), now)) as held:
        async for _ in held:
            break


def _visitors(channel: Channel) -> Iterator[Finding]:
    if not isinstance(channel, ServesVisitors):
        return
    origins = channel.origins()
    if not origins:
        yield hint(
            "accounts",
            f"{channel.account}: no page may embed it, only /chat/{channel.account} works",
            f'set [channels.{channel.account}] origins = ["https://your.site"]',
        )
    elif "*" in origins:
        yield hint(
            "accounts",
            f"{channel.account}: pages of any site may embed it",
            f"name your own sites in [channels.{channel.account}] origins",
        )


def _linked(channel: Channel, config: Config) -> Iterator[Finding]:
    """Where files go as links, their readers must reach us."""
    if channel.capabilities.link_life is not None and not config.server.public_url:
        yield hint(
            "accounts",
            f"{channel.account}: links to large files lead to {config.public_url}, which only this machine reaches",
            "set [server] public_url to the address by which the world reaches Parley",
        )


def _called(channel: Channel, config: Config) -> Iterator[Finding]:
    """What has to stand in the provider's console."""
    if not isinstance(channel, TakesWebhooks):
        return
    door = f"{config.public_url}/webhooks/{channel.account}"
    if config.server.public_url:
        yield good("accounts", f"{channel.account}: its provider has to call {door}")
    else:
        yield hint(
            "accounts",
            f"{channel.account}: its provider cannot call {door}, nor get files from here",
            "set [server] public_url to the address by which the world reaches Parley",
        )

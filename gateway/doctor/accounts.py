"""Looks at each configured account: does its section fit, and can it be opened?"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from gateway.channels.base import Channel, ServesVisitors
from gateway.channels.registry import known_types, make
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
        yield await _open(channel)
        if channel.config.team and teams is not None and channel.config.team not in teams:
            yield hint(
                "accounts",
                f"{name}: there is no team {channel.config.team!r}, so its conversations enter everybody's queue",
                "make the team in the settings, or mend the name",
            )
        for finding in _visitors(channel):
            yield finding


async def _open(channel: Channel) -> Finding:
    shown = f"{channel.account} ({channel.label.en})"
    try:
        async with asyncio.timeout(PATIENCE):
            await channel.open()
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

"""Looks at Slack, where it is configured: does it take our tokens, may we do what we need, and does anything wait?"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import aiohttp
from slack_sdk.errors import SlackClientError

from gateway.config import Config
from gateway.doctor.database import ask
from gateway.doctor.finding import Finding, fault, good, hint
from gateway.errors import AuthFailed, ParleyError, Refused, Unavailable
from inbox.slack.client import Client, open_session
from inbox.slack.rooms import Rooms

PAUSED = "select paused from pull_places where place = 'slack' and paused is not null"
FAILED = "select count(*) as n from pull_posts where state = 'failed'"
NAMES = """select 'team' as what, name from teams where retired_at is null
    union all select 'tag' as what, name from tags where retired_at is null"""
KEPT_BACK = """select distinct does, rule, channel from watches where place = 'slack' and error = 'shared'
    and state in ('open', 'unknown') order by does, rule, channel"""
ABOUT = "slack"
SCOPES = frozenset(
    {
        *("channels:history", "channels:read", "groups:history", "groups:read", "users:read"),
        *("chat:write", "chat:write.customize", "commands", "files:read", "files:write"),
    }
)
"""Of the bot's token: those of docs/slack-manifest.yaml."""


async def look_at_slack(config: Config) -> AsyncIterator[Finding]:
    """Nothing where it has no token."""
    if not config.slack.enabled:
        return
    async with open_session() as session:
        client = Client(config.slack, session)
        finding = await _knows_us(client)
        yield finding
        if finding.mend:
            return
        if missing := await _missing(client):
            yield hint(
                ABOUT,
                f"bot_token lacks {', '.join(missing)}",
                "bring the app's manifest up to date (docs/slack-manifest.yaml) and install it anew",
            )
        yield await _listens(config, client)
        rooms = Rooms(client)
        yield await _has_channels(rooms)
        async for finding in _rules_find(config, rooms):
            yield finding
        async for finding in _kept_back(config, rooms):
            yield finding
    for row in await ask(config, PAUSED) or ():
        yield hint(
            ABOUT, f"threads wait: Slack said {row['paused']}", "they go on by themselves once it is mended"
        )
    for row in await ask(config, FAILED) or ():
        if row["n"]:
            yield hint(ABOUT, f"{row['n']} posts could not be made in threads", "the log of Parley says why")


async def _knows_us(client: Client) -> Finding:
    try:
        me = await client.look()
    except AuthFailed as why:
        return fault(ABOUT, f"Slack does not take bot_token: {why}", "install the app anew and set its token")
    except ParleyError as why:
        return fault(ABOUT, f"Slack does not answer: {why}", "can this machine reach it?")
    return good(ABOUT, f"Slack knows us in {me.url or me.team}")


async def _missing(client: Client) -> list[str]:
    """Scopes that an older manifest did not ask for; none where Slack does not say which there are."""
    with contextlib.suppress(SlackClientError, aiohttp.ClientError, TimeoutError):
        answer = await client.web.auth_test()
        if said := answer.headers.get("X-OAuth-Scopes"):
            return sorted(SCOPES - {one.strip() for one in said.split(",")})
    return []


async def _listens(config: Config, client: Client) -> Finding:
    app = config.slack.app_token.get_secret_value()
    if not app:
        where = f"{config.public_url}/slack/events"
        if not config.server.public_url:
            return fault(
                ABOUT,
                "Slack cannot call us: there is no public_url",
                "set it, or use app_token (Socket Mode)",
            )
        return good(ABOUT, f"Slack calls us at {where}, signed")
    try:
        await client.call("apps.connections.open", app_token=app)
    except (AuthFailed, ParleyError) as why:
        mend = "it wants the scope connections:write, and Socket Mode switched on"
        return fault(ABOUT, f"Slack does not take app_token: {why}", mend)
    return good(ABOUT, "Slack is listened to by Socket Mode")


async def _has_channels(rooms: Rooms) -> Finding:
    try:
        channels = await rooms.channels()
    except (Unavailable, Refused, ParleyError) as why:
        mend = "does the app have channels:read and groups:read?"
        return hint(ABOUT, f"its channels could not be listed: {why}", mend)
    if not channels:
        return hint(ABOUT, "the app is in no channel: nothing can be pulled", "invite it: /invite @Parley")
    return good(ABOUT, f"conversations may be pulled to {', '.join(name for _, name in channels[:10])}")


async def _rules_find(config: Config, rooms: Rooms) -> AsyncIterator[Finding]:
    """Do the channels, teams and tags stand that rules and the digest name? Nothing where all do."""
    said = config.slack
    named = [*((f"the rule {name}", one.channel, one.team, one.tag) for name, one in said.rules.items())]
    if said.digest.channel:
        named.append(("the digest", said.digest.channel, said.digest.team, ""))
    try:
        channels = {name for one in await rooms.channels() for name in (one[0], one[1].lstrip("#"))}
    except (Unavailable, ParleyError):
        return  # it is said already
    found = await ask(config, NAMES)
    if found is None:
        return
    known = {(row["what"], row["name"]) for row in found}
    for who, channel, team, tag in named:
        if channel.lstrip("#") not in channels:
            yield hint(
                ABOUT, f"{who} has no place: the app is not in {channel}", "invite it there: /invite @Parley"
            )
        for what, name in (("team", team), ("tag", tag)):
            if name and (what, name) not in known:
                yield hint(
                    ABOUT, f"{who} finds nothing: there is no {what} {name}", "its name stands in Settings"
                )


async def _kept_back(config: Config, rooms: Rooms) -> AsyncIterator[Finding]:
    """Have rules or the digest something to say where they may not?"""
    found = await ask(config, KEPT_BACK)
    names: dict[str, str] = {}
    with contextlib.suppress(Unavailable, ParleyError):
        names = dict(await rooms.channels())
    for row in found or ():
        who = "the digest" if row["does"] == "digest" else f"the rule {row['rule']}"
        yield hint(
            ABOUT,
            f"{who} may not speak: others read {names.get(row['channel'], row['channel'])}, and what it says waits",
            "keep guests and other organisations out of it, or name another channel (docs/slack.md, Who sees what)",
        )

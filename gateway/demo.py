"""The demo's house and the ways into it: links that sign an agent in at one click, seats for customers, the sandbox."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

import orjson
from aiohttp import web

from gateway.channels.registry import Channels
from gateway.config import Config
from gateway.config import Slack as SlackSettings
from gateway.errors import NotFound
from gateway.folders import make_private
from gateway.media import open_media
from gateway.sandbox.crowd import Crowd
from gateway.sandbox.demo import ACCOUNT, seed
from gateway.sandbox.mail.guests import Writers
from gateway.sandbox.mail.office import Office
from gateway.sandbox.mail.page import MailProgram
from gateway.sandbox.mail.residents import ACCOUNT as MAIL
from gateway.sandbox.mail.residents import ADDRESS, SHOP, channel, is_neighbour, residents
from gateway.sandbox.page import Sandbox
from gateway.sandbox.phones.api import Door as PhoneDoor
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.page import Phones
from gateway.sandbox.phones.residents import channels, numbers, settle
from gateway.sandbox.slack.page import SlackProgram
from gateway.sandbox.slack.records import Person
from gateway.sandbox.slack.residents import settings
from gateway.sandbox.slack.residents import settle as settle_workspace
from gateway.sandbox.slack.town import Slack, serve_slack
from gateway.sandbox.team import COLLEAGUES
from gateway.store import Reader, Row, Store, Tx, open_store
from inbox.auth.links import make_link
from inbox.desk import wall_clock

FIND = "select id, name, role from agents where email = $1 and deactivated_at is null"
# Somebody whom an agent answers now, who has signed in at the shop and wrote before: there is a history to see.
CUSTOMER = """select i.address, c.name from conversations v join contacts c on c.id = v.contact_id
    join identities i on i.contact_id = c.id
    where v.status = 'open' and v.assignee_id is not null and i.space = $1 and c.name <> ''
    order by (select count(*) from conversations o where o.contact_id = c.id) desc, v.last_at desc, v.id limit 1"""
HOURS = 24 * 7
"""How long a link nobody has used works."""
LOYAL = 400 * 86_400
"""Seconds for which they have been its customers."""
SIGNED_IN = 20 * 3600
"""Seconds the shop vouches for its user."""


class Door(NamedTuple):
    role: str
    name: str
    secret: str


class Seat(NamedTuple):
    who: str
    path: str
    """Of the chat page, behind our address."""


KEY = "sandbox.key"
"""The file in the demo's folder with the secret of the sandbox's address: it outlives starts and beginning anew."""


async def make_house(config: Config) -> None:
    """Tells the history to a database that has none yet: before anybody listens to the log."""
    make_private(config.data)
    store = await open_store(config.database_url, seals=config.seals())
    media = open_media(config.media_store, config.data)
    try:
        await seed(store, media, conversations=config.sandbox.history, sandbox=f"/sandbox/{_key(config)}")
    finally:
        await media.close()
        await store.close()


def begin_anew(config: Config) -> None:
    """Forgets what the demo's database and files hold; nothing else of that folder is touched."""
    for file in (*config.data.glob("parley.db*"), *config.data.glob("parley.key")):
        file.unlink()
    shutil.rmtree(config.data / "media", ignore_errors=True)


@contextlib.asynccontextmanager
async def phone_network(config: Config) -> AsyncIterator[tuple[Config, Network]]:
    """The provider that carries text messages and WhatsApp, at an address of its own, and the configuration with it.

    It answers before Parley opens, which asks at once for what came while it was away. Other sids at every start: the
    phones have forgotten everything then, and what is new must not look like what Parley knows already.
    """
    network, token = Network(wall_clock, seed=secrets.randbits(64)), secrets.token_hex(16)
    application = web.Application()
    PhoneDoor(network).hang(application)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        network.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        accounts = channels(network.base, token, f"{config.public_url}/sandbox/{_key(config)}/phones")
        webhooks = {
            number: f"{config.public_url}/webhooks/{account}"
            for number, account in zip(numbers(), accounts, strict=True)
        }
        settle(network, token, webhooks)
        chat = {**config.channels[ACCOUNT], "continue_on": ["whatsapp", "sms"]}
        yield config.model_copy(update={"channels": {**config.channels, ACCOUNT: chat, **accounts}}), network
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def mail_office(config: Config) -> AsyncIterator[tuple[Config, Office]]:
    """The customers' house of mail, at an address of its own, and the configuration with the shop's address in it."""
    office = Office(wall_clock, SHOP, is_neighbour)
    office.add(*residents())
    port = await office.open()
    try:
        # Who leaves with answers unread has them in her mailbox before a newcomer has given up looking for them.
        chat = {**config.channels[ACCOUNT], "follow_up_by": MAIL, "follow_up_after": 1}
        accounts = {**config.channels, ACCOUNT: chat, MAIL: channel(port)}
        yield config.model_copy(update={"channels": accounts}), office
    finally:
        await office.close()


class Workspace(NamedTuple):
    slack: Slack
    residents: list[Person]
    """Whom a newcomer may be there."""


@contextlib.asynccontextmanager
async def workspace(config: Config) -> AsyncIterator[tuple[Config, Workspace]]:
    """The shop's Slack, at an address of its own. Other tokens at every start, as it has forgotten everything."""
    slack = Slack(seed=secrets.randbits(64))
    slack.installation.bot_token = f"xoxb-{secrets.token_hex(16)}"
    slack.installation.app_token = f"xapp-1-{secrets.token_hex(16)}"
    slack.installation.signing_secret = secrets.token_hex(16)
    residents = settle_workspace(slack)
    async with serve_slack(slack):
        told = SlackSettings(**settings(slack))
        yield config.model_copy(update={"slack": told}), Workspace(slack, residents)


class Outside(NamedTuple):
    """Who carries messages between the demo and its customers, and where its agents work besides the inbox."""

    network: Network
    office: Office
    workspace: Workspace


@contextlib.asynccontextmanager
async def providers(config: Config) -> AsyncIterator[tuple[Config, Outside]]:
    """All of them, and the configuration with what they carry."""
    async with (
        phone_network(config) as (config, network),
        mail_office(config) as (config, office),
        workspace(config) as (config, there),
    ):
        yield config, Outside(network, office, there)


def open_sandbox(store: Store, config: Config, outside: Outside, channels: Channels) -> Sandbox:
    """The page on which newcomers play the customer, and the customers who come by themselves."""

    def signed(user: str, name: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {"sub": user, "name": name, "email": f"{user}@mail.example", "plan": "Plus"}
        claims |= {"since": now - LOYAL, "exp": now + SIGNED_IN}
        return vouch(config.channels[ACCOUNT]["vouch_secrets"][0], claims)

    async def enter(role: str) -> str:
        email = next(one.email for one in COLLEAGUES if one.role == role)

        async def verb(tx: Tx) -> str:
            row = await tx.one(FIND, email)
            if row is None:
                raise NotFound("errors.agent_not_found", f"no {email}")
            return await make_link(tx, "demo", row["id"], HOURS)

        return f"/link/{await store.write(verb)}"

    settles = config.limits.presence_ping / 1000 + 1
    crowd = Crowd(ACCOUNT, signed, settles, on=config.sandbox.customers)
    people = [(one.role, one.name) for one in reversed(COLLEAGUES)]
    key = _key(config)
    network, office, there = outside
    # Where the shop's own door for mail listens is known once it does.
    office.way = lambda: ("127.0.0.1", getattr(channels.get(MAIL), "port", 0))
    phones, mail = Phones(key, network, people), MailProgram(key, office, people)
    slack = SlackProgram(key, there.slack, people, there.residents)
    writers = Writers(office, crowd, ADDRESS)
    return Sandbox(key, ACCOUNT, crowd, signed, enter, people, phones, mail, slack, writers)


def _key(config: Config) -> str:
    file = config.data / KEY
    if not file.exists():
        file.write_text(secrets.token_urlsafe(12))
        file.chmod(0o600)
    return file.read_text().strip()


async def sign_in_links(store: Store) -> list[Door]:
    """One link each for an agent, a supervisor and an admin. Links of former starts no longer work."""
    people = await store.read(_people)
    return [
        Door(
            row["role"],
            row["name"],
            await store.write(lambda tx, agent_id=row["id"]: make_link(tx, "demo", agent_id, HOURS)),  # type: ignore[misc]
        )
        for row in people
    ]


async def _people(look: Reader) -> Sequence[Row]:
    found = [await look.one(FIND, one.email) for one in reversed(COLLEAGUES)]
    return [row for row in found if row is not None]


async def customer_seats(store: Store, config: Config) -> list[Seat]:
    """Where to play a customer: somebody new, and a user whom the shop vouches for, with a history."""
    path = f"/chat/{ACCOUNT}"
    seats = [Seat("somebody new", path)]
    row = await store.scan(lambda look: look.one(CUSTOMER, f"app:{ACCOUNT}"))
    if row is not None:
        claims = {"sub": row["address"], "name": row["name"], "exp": int(time.time()) + SIGNED_IN}
        token = vouch(config.channels[ACCOUNT]["vouch_secrets"][0], claims)
        seats.append(Seat(row["name"], f"{path}#vouch={token}"))
    return seats


def vouch(secret: str, claims: dict[str, Any]) -> str:
    """What the shop's own server would sign (docs/webchat.md)."""
    signed = f"{_part(orjson.dumps({'alg': 'HS256', 'typ': 'JWT'}))}.{_part(orjson.dumps(claims))}"
    return f"{signed}.{_part(hmac.digest(secret.encode(), signed.encode(), hashlib.sha256))}"


def _part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

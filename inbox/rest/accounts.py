"""The configured accounts as those see them who set them up: how they are, and what to put where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Literal

from typing_extensions import TypedDict

from gateway.channels.base import Channel, ServesVisitors, TakesWebhooks
from gateway.channels.registry import examples
from gateway.channels.roads import HasRoads, Road
from gateway.egress.access import Role
from gateway.egress.house import WordsView
from gateway.store import Reader, Row
from gateway.stream.intakes import load_intakes
from gateway.stream.roads import load_roads
from inbox.commands.delivering import AccountName, OnAccount, resume_account
from inbox.commands.table import Done
from inbox.directory import chat_path
from inbox.fitting import Query
from inbox.recipients import signatures
from inbox.rest.conversations import asked
from inbox.rest.route import Call, route

# The newest word of any customer; by the index that begins with the account.
ACCOUNTS = """select a.id, (select max(e.last_inbound_at) from endpoints e where e.account_id = a.id) as heard_at
    from accounts a order by a.label, a.id"""


class EmbedView(TypedDict):
    """For accounts whose customers come to our own page or frame."""

    page: str
    """The hosted page's whole address."""
    script: str
    """The tag for the business's own pages."""
    origins: list[str]
    """The pages that may show it."""
    away: WordsView
    """What it says while nobody answers, in its own words; empty: in the house's."""


class IntakeView(TypedDict):
    """Of accounts that go and get."""

    waiting: int
    """How many still lie there to be taken in."""


class RoadView(TypedDict):
    """One of the ways by which an account stands with servers of others."""

    way: Literal["in", "door", "out"]
    """What it goes and gets; what is brought to its own door; what it sends."""
    at: str
    """`scheme://host:port`; never who signs in."""
    folders: list[str]
    """What it follows there."""
    problem: Literal["auth_failed", "away", "deaf"] | None
    """What stands in the way, as in the directory."""
    why: str
    """In a word: `away.WHY` of the catalogues says it to people."""
    detail: str
    """In the words of the program."""
    since: int | None
    """Since when, UTC ms."""
    well_at: int | None
    """When it was last seen to work, UTC ms; told every few minutes."""
    carried_at: int | None
    """When something last went out there, UTC ms."""


class AccountSetup(TypedDict):
    id: str
    heard_at: int | None
    """When a customer last wrote there, UTC ms."""
    team: str
    """The name of the team whose queue new conversations enter; empty: everybody's."""
    embed: EmbedView | None
    webhook: str | None
    """The address that its provider has to call, to be entered there; null: nobody calls."""
    intake: IntakeView | None
    """How far it has come with what it goes and gets; null: it was not begun, or it gets nothing."""
    roads: list[RoadView]
    """Empty where it depends on no server that we know of."""


class ChannelExample(TypedDict):
    type: str
    section: WordsView
    """A section for config.toml, to be changed and kept; explained in either language."""


class AccountsSetup(TypedDict):
    accounts: list[AccountSetup]
    examples: list[ChannelExample]


@route("GET", "/accounts/setup", role=Role.SUPERVISOR)
async def show_setup(call: Call) -> AccountsSetup:
    """How each account is reached, when it was last heard of, and how another one is added."""

    async def look_up(look: Reader) -> tuple[list[Row], dict[str, int], dict[str, dict[str, Row]]]:
        return list(await look.all(ACCOUNTS)), await load_intakes(look), await load_roads(look)

    rows, intakes, roads = await call.desk.store.scan(look_up)
    return {
        "accounts": [_setup(call, row, intakes.get(row["id"]), roads.get(row["id"], {})) for row in rows],
        "examples": [
            {"type": type_, "section": {"en": section.en, "ko": section.ko}}
            for type_, section in examples().items()
        ],
    }


class OfAccount(Query):
    account: AccountName


class SignatureAnswer(TypedDict):
    signature: WordsView
    """What stands below the caller's words in a mail of that account, in either language; empty: nothing."""


@route("GET", "/accounts/signature")
async def show_signature(call: Call, query: OfAccount) -> SignatureAnswer:
    """For what is written before there is a conversation; in one, `recipients` tells it."""
    channel = call.desk.channels.get(query.account)
    viewer = call.caller.viewer
    return {"signature": await call.desk.store.read(lambda look: signatures(look, viewer, channel))}


@route("POST", "/accounts/resume", role=Role.ADMIN)
async def resume(call: Call, body: OnAccount) -> Done:
    """Its credentials are mended: what waits there goes on at once."""
    return await resume_account(asked(call), body)


def _setup(call: Call, row: Row, waiting: int | None, roads: Mapping[str, Row]) -> AccountSetup:
    channel = call.desk.channels.get(row["id"])
    return {
        "id": row["id"],
        "heard_at": row["heard_at"],
        "team": "" if channel is None else channel.config.team,
        "embed": _embed(channel, call.desk.config.public_url),
        "webhook": _webhook(channel, call.desk.config.public_url),
        "intake": None if waiting is None else {"waiting": waiting},
        "roads": [_road(road, roads.get(road.way)) for road in roads_of(channel)],
    }


def roads_of(channel: Channel | None) -> Sequence[Road]:
    return channel.roads() if isinstance(channel, HasRoads) else ()


def _road(road: Road, row: Row | None) -> RoadView:
    """`row`: what is known of it; None: nothing yet."""
    return {
        "way": road.way,
        "at": road.at,
        "folders": list(road.folders),
        "problem": None if row is None else row["problem"],
        "why": "" if row is None else row["why"],
        "detail": "" if row is None else row["detail"],
        "since": None if row is None else row["since"],
        "well_at": None if row is None else row["well_at"],
        "carried_at": None if row is None else row["carried_at"],
    }


def _embed(channel: Channel | None, public_url: str) -> EmbedView | None:
    if channel is None or not isinstance(channel, ServesVisitors):
        return None
    away = channel.settings()["away"]
    source, account = escape(f"{public_url}/widget.js"), escape(channel.account)
    return {
        "page": f"{public_url}{chat_path(channel)}",
        "script": f'<script async src="{source}" data-account="{account}"></script>',
        "origins": list(channel.origins()),
        "away": {"en": away["en"], "ko": away["ko"]},
    }


def _webhook(channel: Channel | None, public_url: str) -> str | None:
    if channel is None or not isinstance(channel, TakesWebhooks):
        return None
    return f"{public_url}/webhooks/{channel.account}"

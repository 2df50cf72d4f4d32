"""The configured accounts as those see them who set them up: how they are, and what to put where."""

from __future__ import annotations

from html import escape
from typing import Literal

from typing_extensions import TypedDict

from gateway.channels.base import Channel, ServesVisitors, TakesWebhooks
from gateway.channels.registry import examples
from gateway.egress.access import Role
from gateway.egress.house import WordsView
from gateway.store import Reader, Row
from gateway.stream.intakes import load_intakes
from inbox.commands.delivering import OnAccount, resume_account
from inbox.commands.table import Done
from inbox.directory import chat_path
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
    problem: Literal["auth_failed", "away"] | None
    """Why nothing comes, as in the directory."""
    detail: str
    """In the words of the program."""
    since: int | None
    """UTC ms."""


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

    async def look_up(look: Reader) -> tuple[list[Row], dict[str, Row]]:
        return list(await look.all(ACCOUNTS)), await load_intakes(look)

    rows, intakes = await call.desk.store.scan(look_up)
    return {
        "accounts": [
            _setup(call, row, call.desk.channels.get(row["id"]), intakes.get(row["id"])) for row in rows
        ],
        "examples": [
            {"type": type_, "section": {"en": section.en, "ko": section.ko}}
            for type_, section in examples().items()
        ],
    }


@route("POST", "/accounts/resume", role=Role.ADMIN)
async def resume(call: Call, body: OnAccount) -> Done:
    """Its credentials are mended: what waits there goes on at once."""
    return await resume_account(asked(call), body)


def _setup(call: Call, row: Row, channel: Channel | None, intake: Row | None) -> AccountSetup:
    return {
        "id": row["id"],
        "heard_at": row["heard_at"],
        "team": "" if channel is None else channel.config.team,
        "embed": _embed(channel, call.desk.config.public_url),
        "webhook": _webhook(channel, call.desk.config.public_url),
        "intake": None if intake is None else _intake(intake),
    }


def _intake(row: Row) -> IntakeView:
    return {
        "waiting": row["waiting"],
        "problem": row["problem"],
        "detail": row["detail"],
        "since": row["since"],
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

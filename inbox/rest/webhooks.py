"""Webhooks out: where the log is told to other programs, and telling it again. For admins."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator
from typing_extensions import TypedDict

from gateway.egress.access import Role
from gateway.errors import Conflict, Gone, NotFound
from gateway.followers.addresses import LONGEST, checked
from gateway.followers.hooks import try_out
from gateway.store import Cursor, Row, from_json
from gateway.stream import hooks
from inbox.fitting import Moment, Sent
from inbox.rest.log import is_ahead
from inbox.rest.route import Call, route

HOUR = 3_600_000
COUNTED = 1_000
"""So many that wait or failed are counted; of more it is only said that there are more."""

# Kept apart by state, so that a count looks at what it counts only.
COUNT = """(select count(*) from (select 1 from hook_deliveries d where d.hook_id = h.id and d.state = '{state}'
    limit {most}) counted) as {name}"""
HEAD = f"""select h.*, {COUNT.format(state="waiting", name="waiting", most=COUNTED)},
    {COUNT.format(state="failed", name="failed", most=COUNTED)} from hooks h where h.removed_at is null"""
LIST = f"{HEAD} order by h.id"
ONE = f"{HEAD} and h.id = $1"
TROUBLE = (
    "select state, count(*) as n from hooks where removed_at is null and state = 'disabled' group by state"
)

State = Literal["active", "paused", "disabled"]
Address = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Kinds = Annotated[list[Annotated[str, StringConstraints(max_length=40)]], Field(min_length=1, max_length=40)]


class MakeWebhook(Sent):
    url: Address
    kinds: Kinds
    label: Label = ""
    words: bool = True
    """Send texts, names, subjects and attributes; else ids only."""
    notes: bool = False
    """Send the team's internal notes, too."""


class ChangeWebhook(Sent):
    url: Address | None = None
    kinds: Kinds | None = None
    label: Label | None = None
    words: bool | None = None
    notes: bool | None = None
    state: Literal["active", "paused"] | None = None


class RotateSecret(Sent):
    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24
    """For so long the former secret signs, too."""


class ReplayWebhook(Sent):
    """Either `after`, a cursor, or `since`, UTC ms."""

    after: Annotated[str, StringConstraints(max_length=100)] | None = None
    since: Moment | None = None
    only: Literal["all", "failed"] = "all"
    """`failed`, with `since`: only what was given up."""

    @model_validator(mode="after")
    def _one_place(self) -> ReplayWebhook:
        if (self.after is None) == (self.since is None):
            raise ValueError("either after or since")
        if self.only == "failed" and self.since is None:
            raise ValueError("what failed is sent again since a time")
        return self


class WebhookView(TypedDict):
    id: str
    label: str
    url: str
    kinds: list[str]
    words: bool
    notes: bool
    state: State
    reason: Literal["failing", "gone"] | None
    """Why it was switched off."""
    cursor: str
    """Up to here the log has been taken into its queue."""
    behind: int
    """Facts of the log that come after it."""
    waiting: int
    """In its queue; counted up to a thousand."""
    failed: int
    """Given up and still in the list; counted up to a thousand."""
    failing_since: int | None
    rest_until: int | None
    """Nothing is tried before then."""
    taken_at: int | None
    """When it last took one."""
    lost: int
    """Facts that were trimmed from the log before they could be looked at."""
    former_until: int | None
    """The former secret signs until then."""
    created_at: int


class Webhooks(TypedDict):
    webhooks: list[WebhookView]
    kinds: list[str]
    """What may be subscribed to."""
    most: int
    now: int
    """UTC ms, by the server's clock."""


class WebhookAnswer(TypedDict):
    webhook: WebhookView


class WebhookSecret(TypedDict):
    webhook: WebhookView
    secret: str
    """Shown this once."""


class WebhookTrouble(TypedDict):
    disabled: int
    """Endpoints that were switched off because they failed."""


class PingAnswer(TypedDict):
    taken: bool
    status: int | None
    ms: int | None
    problem: str | None
    excerpt: str


class ReplayedWebhook(TypedDict):
    webhook: WebhookView
    failed: int | None
    """How many that had failed are tried again."""


class SkippedWebhook(TypedDict):
    webhook: WebhookView
    dropped: int


@route("GET", "/webhooks", role=Role.ADMIN)
async def list_webhooks(call: Call) -> Webhooks:
    """All endpoints, in the order they were made."""
    rows = await call.desk.store.scan(lambda look: look.all(LIST))
    return {
        "webhooks": [_view(call, row) for row in rows],
        "kinds": [kind.value for kind in hooks.KINDS],
        "most": call.desk.limits.webhooks_most,
        "now": call.desk.clock(),
    }


@route("POST", "/webhooks", role=Role.ADMIN, status=201)
async def make_webhook(call: Call, body: MakeWebhook) -> WebhookSecret:
    """An endpoint for what happens from now on; its secret is shown in this answer and never again."""
    url = checked(body.url, call.desk.config.webhooks.trusted)
    wish = hooks.Wish(url, tuple(body.kinds), body.label, body.words, body.notes)
    most, by = call.desk.limits.webhooks_most, call.caller.actor
    made = await call.desk.store.write(lambda tx: hooks.make_hook(tx, wish, by, most=most))
    return {"webhook": await _shown(call, made.id), "secret": made.secret}


@route("GET", "/webhooks/trouble", role=Role.ADMIN)
async def webhook_trouble(call: Call) -> WebhookTrouble:
    """Is there something to tell admins of?"""
    row = await call.desk.store.glance(lambda look: look.one(TROUBLE))
    return {"disabled": 0 if row is None else row["n"]}


@route("GET", "/webhooks/{id}", role=Role.ADMIN)
async def show_webhook(call: Call) -> WebhookAnswer:
    """One endpoint."""
    return {"webhook": await _shown(call, call.id)}


@route("PATCH", "/webhooks/{id}", role=Role.ADMIN)
async def change_webhook(call: Call, body: ChangeWebhook) -> WebhookAnswer:
    """Change what is given; `state` pauses or goes on where it stopped."""
    by = call.caller.actor
    url = None if body.url is None else checked(body.url, call.desk.config.webhooks.trusted)

    async def verb(tx: Any) -> None:
        await hooks.change_hook(
            tx, call.id, by, label=body.label, url=url, kinds=body.kinds, words=body.words, notes=body.notes
        )
        if body.state is not None:
            await (hooks.resume if body.state == "active" else hooks.pause)(tx, call.id, by)

    await call.desk.store.write(verb)
    return {"webhook": await _shown(call, call.id)}


@route("DELETE", "/webhooks/{id}", role=Role.ADMIN)
async def remove_webhook(call: Call) -> None:
    """For good; what waits for it is not sent."""
    await call.desk.store.write(lambda tx: hooks.remove_hook(tx, call.id, call.caller.actor))


@route("POST", "/webhooks/{id}/secret", role=Role.ADMIN)
async def rotate_webhook_secret(call: Call, body: RotateSecret) -> WebhookSecret:
    """Another secret, shown once (409 while the overlap of the last time lasts; without overlap the former end now)."""
    overlap, by = body.overlap_hours * HOUR, call.caller.actor
    secret = await call.desk.store.write(lambda tx: hooks.rotate(tx, call.id, by, overlap=overlap))
    return {"webhook": await _shown(call, call.id), "secret": secret}


@route("POST", "/webhooks/{id}/ping", role=Role.ADMIN)
async def ping_webhook(call: Call) -> PingAnswer:
    """Send a `webhook.ping` at once, and say what came back."""
    desk = call.desk
    outcome = await try_out(desk.store, desk.limits, desk.config.webhooks.trusted, call.id, desk.clock())
    if outcome is None:
        raise NotFound("errors.webhook_not_found", f"no endpoint {call.id}")
    return {
        "taken": outcome.problem is None,
        "status": outcome.status,
        "ms": outcome.ms,
        "problem": outcome.problem,
        "excerpt": outcome.excerpt,
    }


@route("POST", "/webhooks/{id}/replay", role=Role.ADMIN)
async def replay_webhook(call: Call, body: ReplayWebhook) -> ReplayedWebhook:
    """Send again what came after a cursor or since a time, in order and under the same ids; what is new follows.

    410 `cursor_gone` where the log does not reach back so far.
    """
    by, failed = call.caller.actor, None
    store, since = call.desk.store, body.since
    if since is None:
        position = await _position(call, body.after or "")
        await store.write(lambda tx: hooks.replay(tx, call.id, by, position))
    elif body.only == "failed":
        failed = await store.write(lambda tx: hooks.replay_failed(tx, call.id, by, since))
    else:
        await store.write(lambda tx: hooks.replay_since(tx, call.id, by, since))
    return {"webhook": await _shown(call, call.id), "failed": failed}


@route("POST", "/webhooks/{id}/skip", role=Role.ADMIN)
async def skip_webhook(call: Call) -> SkippedWebhook:
    """Give up what waits and go on from now; until the log is trimmed it can be sent by a replay."""
    dropped = await call.desk.store.write(lambda tx: hooks.skip(tx, call.id, call.caller.actor))
    return {"webhook": await _shown(call, call.id), "dropped": dropped}


async def _position(call: Call, text: str) -> int:
    cursor = Cursor.parse(text)
    if cursor is None or cursor.epoch != call.desk.store.epoch:
        raise Gone("errors.webhook_trimmed", "a cursor of another life", code="cursor_gone")
    if await is_ahead(call.desk.store, cursor.position):
        raise Conflict("errors.webhook_ahead", "a cursor ahead of the log")
    return cursor.position


async def _shown(call: Call, hook: str) -> WebhookView:
    row = await call.desk.store.scan(lambda look: look.one(ONE, hook))
    if row is None:
        raise NotFound("errors.webhook_not_found", f"no endpoint {hook}")
    return _view(call, row)


def _view(call: Call, row: Row) -> WebhookView:
    store, now = call.desk.store, call.desk.clock()
    former = [until for _, until in from_json(row["secrets"]) if until is not None and until > now]
    return {
        "id": row["id"],
        "label": row["label"],
        "url": row["url"],
        "kinds": from_json(row["kinds"]),
        "words": bool(row["words"]),
        "notes": bool(row["notes"]),
        "state": row["state"],
        "reason": row["reason"],
        "cursor": str(Cursor(store.epoch, row["position"])),
        "behind": max(0, store.published - row["position"]),
        "waiting": row["waiting"],
        "failed": row["failed"],
        "failing_since": row["failing_since"],
        "rest_until": row["rest_until"] if row["rest_until"] > now else None,
        "taken_at": row["taken_at"],
        "lost": row["lost"],
        "former_until": former[0] if former else None,
        "created_at": row["created_at"],
    }

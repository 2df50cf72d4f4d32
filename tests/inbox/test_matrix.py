"""Who may do what: every route and every command against nobody, a visitor, a foreign team, every role, and a token.

The rows are checked against the tables themselves: a route or command without a row fails, and so does a row too many.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.channels.base import ProviderRequest
from gateway.egress.access import Role
from gateway.errors import Refused
from gateway.events import SYSTEM, agent
from gateway.store.load import load_conversations
from gateway.stream.acts import Acts
from gateway.stream.agents import add_agent
from gateway.stream.assign import set_team
from gateway.stream.contact_notes import add_note
from gateway.stream.definitions import make_attribute, make_organisation
from gateway.stream.describe import make_tag
from gateway.stream.directory import make_team
from gateway.stream.hook_queue import follow
from gateway.stream.hooks import Wish, make_hook, skip
from gateway.stream.hours import Said, set_hours
from gateway.stream.macros import make_macro
from gateway.stream.merge import merge, merge_contacts
from gateway.stream.parked import Reason, Trouble, park
from gateway.stream.post import Post, write_post
from gateway.stream.saved import make_view
from gateway.visitors.tokens import Tokens
from inbox.auth.caller import Caller as Known
from inbox.auth.caller import by_session
from inbox.auth.sessions import start_session
from inbox.auth.tokens import make_token
from inbox.commands import COMMANDS, Asked, run_command
from inbox.rest import ROUTES
from tests.inbox.conftest import Caller, House, asking

ACTORS = ("nobody", "visitor", "foreign", "agent", "token", "supervisor", "admin")
WHO = {"foreign": "bob", "agent": "ann", "token": "ann", "supervisor": "sue", "admin": "ada"}
ROLE = {
    "foreign": Role.AGENT,
    "agent": Role.AGENT,
    "token": Role.AGENT,
    "supervisor": Role.SUPERVISOR,
    "admin": Role.ADMIN,
}
Ids = dict[str, Any]
# The example of RFC 8291 section 5, of a push service that nobody knows.
PUSHED: dict[str, Any] = {
    "endpoint": "https://push.example.com/x",
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
}
HOOKED: dict[str, Any] = {"url": "https://hooks.invalid/x", "kinds": ["message.created"]}


@dataclass(frozen=True)
class Row:
    """What is asked for, and what those get who may: `ok`. `scoped`: it concerns a conversation of the team sales."""

    args: Callable[[Ids], Any] = lambda ids: None
    """The JSON body, or a command's arguments."""
    id: str = ""
    """Which of the prepared things stands in the path."""
    ok: tuple[int, ...] = ()
    """Codes of those who may; empty: success."""
    scoped: bool = False
    session_only: bool = False
    """A token must not."""
    query: str = ""


def says(**body: Any) -> Callable[[Ids], Any]:
    """A body; texts beginning with $ are replaced by the prepared thing of that name."""

    def fill(value: Any, ids: Ids) -> Any:
        if isinstance(value, list):
            return [fill(one, ids) for one in value]
        return ids[value[1:]] if isinstance(value, str) and value.startswith("$") else value

    return lambda ids: {key: fill(value, ids) for key, value in body.items()}


WRITE = says(text="Hi", visibility="public", client_id="$fresh")
ROUTE_ROWS = {
    "POST /session": Row(says(email="a@b.example", password="x"), ok=(401,)),
    "GET /session": Row(),
    "DELETE /session": Row(session_only=True),
    "POST /session/link": Row(says(link="none"), ok=(404,)),
    "POST /session/link/look": Row(says(link="none"), ok=(404,)),
    "POST /session/password": Row(says(old="x", new="long enough it is"), ok=(422,), session_only=True),
    "POST /session/totp": Row(says(password=""), session_only=True),
    "PUT /session/totp": Row(says(code="1"), ok=(422,), session_only=True),
    "DELETE /session/totp": Row(says(code="1"), ok=(422,), session_only=True),
    "POST /session/recovery": Row(says(code="1"), ok=(422,), session_only=True),
    "DELETE /session/failures": Row(session_only=True),
    "PUT /session/availability": Row(says(availability="away")),
    "GET /sessions": Row(),
    "DELETE /sessions/{id}": Row(id="other_session", ok=(404,)),
    "GET /tokens": Row(),
    "POST /tokens": Row(says(name="x"), session_only=True),
    "DELETE /tokens/{id}": Row(id="other_token", ok=(404,)),
    "GET /session/push": Row(),
    "PUT /session/push": Row(says(**PUSHED), ok=(422,), session_only=True),
    "DELETE /session/push": Row(session_only=True),
    "POST /session/push/test": Row(ok=(404,), session_only=True),
    "GET /places/{id}/channels": Row(id="conversation", ok=(404,)),
    "GET /places/{id}/link": Row(id="conversation", ok=(404,)),
    "GET /places/{id}/state": Row(id="conversation", ok=(404,)),
    "PATCH /session/profile": Row(says(name="Changed")),
    "PUT /session/profile/picture": Row(ok=(422,)),
    "DELETE /session/profile/picture": Row(),
    "GET /agents": Row(),
    "GET /agents/standing": Row(),
    "DELETE /agents/{id}/picture": Row(id="spare"),
    "GET /accounts/setup": Row(),
    "GET /accounts/signature": Row(query="account=web"),
    "POST /accounts/resume": Row(says(account="web"), ok=(409,)),
    "GET /templates": Row(query="account=web", ok=(422,)),
    "POST /templates/preview": Row(says(account="web", key="x"), ok=(422,)),
    "POST /agents": Row(says(email="$email", name="New")),
    "PATCH /agents/{id}": Row(says(name="Changed"), id="spare"),
    "POST /agents/{id}/link": Row(says(), id="spare"),
    "POST /agents/{id}/deactivate": Row(id="spare"),
    "DELETE /agents/{id}/totp": Row(id="spare", ok=(422,)),
    "GET /conversations": Row(),
    "GET /conversations/{id}": Row(id="conversation", scoped=True),
    "GET /conversations/{id}/messages": Row(id="conversation", scoped=True),
    "GET /conversations/{id}/merges": Row(id="conversation", scoped=True),
    "GET /conversations/{id}/codes": Row(id="conversation", scoped=True),
    "GET /conversations/{id}/export": Row(id="conversation", scoped=True),
    "GET /contacts/{id}/export": Row(id="contact", scoped=True),
    "POST /conversations/{id}/messages": Row(WRITE, id="conversation", scoped=True),
    "POST /conversations": Row(
        says(account="web", identity="$identity", text="Hi", client_id="$fresh"), scoped=True
    ),
    "PATCH /conversations/{id}": Row(says(subject="x"), id="conversation", scoped=True),
    "GET /conversations/{id}/ways": Row(id="conversation", scoped=True),
    "POST /conversations/{id}/transcript": Row(
        says(account="web", address="kim@naver.com", client_id="$fresh"),
        id="conversation",
        ok=(422,),
        scoped=True,
    ),
    "GET /conversations/{id}/recipients": Row(id="conversation", scoped=True),
    "POST /conversations/{id}/ways": Row(
        says(account="web", identity="$identity"), id="conversation", scoped=True
    ),
    "GET /contacts": Row(),
    "GET /contacts/{id}": Row(id="contact", scoped=True),
    "PATCH /contacts/{id}": Row(says(name="x"), id="contact", scoped=True),
    "DELETE /contacts/{id}": Row(id="contact", scoped=True),
    "POST /contacts/{id}/merge": Row(says(into="$other_contact"), id="contact", scoped=True),
    "GET /contacts/{id}/conversations": Row(id="contact", scoped=True),
    "GET /contacts/{id}/standing": Row(id="contact", scoped=True),
    "GET /contacts/{id}/likely": Row(id="contact", scoped=True),
    "GET /contacts/{id}/notes": Row(id="contact", scoped=True),
    "POST /contacts/{id}/notes": Row(says(text="Knows a lot", client_id="$fresh"), id="contact", scoped=True),
    "PATCH /contact-notes/{id}": Row(says(text="x"), id="contact_note", scoped=True),
    "DELETE /contact-notes/{id}": Row(id="contact_note", scoped=True),
    "GET /contacts/{id}/timeline": Row(id="contact", scoped=True),
    "PATCH /messages/{id}": Row(says(text="x"), id="message", ok=(403,), scoped=True),
    "DELETE /messages/{id}": Row(id="message", scoped=True),
    "GET /messages/{id}/versions": Row(id="message", scoped=True),
    "GET /messages/{id}/seen": Row(id="message", scoped=True),
    "GET /messages/{id}/source": Row(id="message", scoped=True),
    "GET /messages/{id}/page": Row(id="message", scoped=True),
    "POST /messages/{id}/undo": Row(id="held", scoped=True),
    "POST /messages/{id}/send": Row(id="held", scoped=True),
    "POST /messages/{id}/later": Row(says(at=1), id="held", scoped=True),
    "POST /messages/{id}/send_again": Row(id="message", ok=(409,), scoped=True),
    "POST /messages/{id}/let_be": Row(id="message", ok=(409,), scoped=True),
    "POST /messages/{id}/fetch_again": Row(id="message", ok=(409,), scoped=True),
    "PATCH /session/preferences": Row(says(values={})),
    "GET /teams": Row(),
    "POST /teams": Row(says(name="$fresh")),
    "PATCH /teams/{id}": Row(says(retired=True), id="team"),
    "GET /views": Row(),
    "POST /views": Row(says(name="$fresh", filter={})),
    "PATCH /views/{id}": Row(says(name="x"), id="view", scoped=True),
    "GET /views/counts": Row(),
    "GET /views/{id}/conversations": Row(id="view", scoped=True),
    "POST /bulk": Row(says(conversations=["$conversation"], actions={"priority": 1})),
    "POST /bulk/{id}/undo": Row(id="bulk", ok=(404,)),
    "GET /notices": Row(),
    "POST /notices/read": Row(says(to=1)),
    "GET /parked": Row(),
    "GET /parked/{id}": Row(id="parked"),
    "GET /parked/{id}/body": Row(id="parked"),
    "POST /parked/replay": Row(),
    "POST /parked/{id}/replay": Row(id="parked", ok=(422,)),
    "POST /parked/{id}/discard": Row(id="parked"),
    "POST /parked/{id}/restore": Row(id="parked"),
    "GET /webhooks": Row(),
    "POST /webhooks": Row(says(**HOOKED)),
    "GET /webhooks/trouble": Row(),
    "GET /webhooks/{id}": Row(id="webhook"),
    "PATCH /webhooks/{id}": Row(says(state="paused"), id="webhook"),
    "DELETE /webhooks/{id}": Row(id="webhook"),
    "POST /webhooks/{id}/secret": Row(says(), id="webhook"),
    "POST /webhooks/{id}/ping": Row(id="webhook"),
    "POST /webhooks/{id}/replay": Row(says(since=1), id="webhook"),
    "POST /webhooks/{id}/skip": Row(id="webhook"),
    "GET /webhooks/{id}/deliveries": Row(id="webhook"),
    "GET /webhooks/deliveries/{id}": Row(id="delivery"),
    "POST /webhooks/deliveries/{id}/redeliver": Row(id="delivery"),
    "GET /hours": Row(),
    "POST /hours/try": Row(says(zone="Asia/Seoul", week={})),
    "GET /teams/{id}/hours": Row(id="team"),
    "PUT /teams/{id}/hours": Row(says(zone="Asia/Seoul", week={}), id="team"),
    "DELETE /teams/{id}/hours": Row(id="team"),
    "GET /tags": Row(),
    "POST /tags": Row(says(name="$fresh", colour="#000000")),
    "PATCH /tags/{id}": Row(says(retired=True), id="tag"),
    "GET /attributes": Row(),
    "POST /attributes": Row(says(target="contact", key="$key", label="X", type="text")),
    "PATCH /attributes/{id}": Row(says(label="Y"), id="attribute"),
    "GET /organisations": Row(),
    "POST /organisations": Row(says(name="x")),
    "GET /organisations/{id}": Row(id="organisation"),
    "PATCH /organisations/{id}": Row(says(name="y"), id="organisation"),
    "GET /macros": Row(),
    "POST /macros": Row(says(name="$fresh", text="Hi")),
    "POST /macros/try": Row(says(conversation="$conversation", text="Hi"), scoped=True),
    "PATCH /macros/{id}": Row(says(name="x"), id="macro", scoped=True),
    "GET /openapi.json": Row(),
    "GET /docs": Row(),
    "GET /events": Row(),
    "GET /audit": Row(),
    "GET /audit/export": Row(),
    "GET /search": Row(query="q=hello"),
    "POST /uploads": Row(),
}
ON = {"conversation": "$conversation"}
COMMAND_ROWS = {
    "assign": Row(says(**ON, agent="$spare"), scoped=True),
    "set_team": Row(says(**ON, team="$team"), scoped=True),
    "close": Row(says(**ON), scoped=True),
    "reopen": Row(says(**ON), scoped=True),
    "snooze": Row(says(**ON, until=2**45), scoped=True),
    "mark_spam": Row(says(**ON), scoped=True),
    "unmark_spam": Row(says(**ON), scoped=True),
    "tag": Row(says(**ON, add=["$tag"]), scoped=True),
    "make_tag": Row(says(name="$fresh", colour="#000000")),
    "set_subject": Row(says(**ON, subject="x"), scoped=True),
    "set_priority": Row(says(**ON, priority=2), scoped=True),
    "set_attributes": Row(says(**ON, values={}), scoped=True),
    "switch_leg": Row(says(**ON, leg="$leg"), scoped=True),
    "apply_macro": Row(says(**ON, macro="$macro"), scoped=True),
    "run_macro": Row(says(**ON, macro="$macro"), scoped=True),
    "act": Row(says(**ON, actions={"priority": 1}), scoped=True),
    "bulk": Row(says(conversations=["$conversation"], actions={"priority": 1})),
    "undo_bulk": Row(says(undo="$bulk"), ok=(404,)),
    "watch": Row(says(**ON), scoped=True),
    "unwatch": Row(says(**ON), scoped=True),
    "read_notices": Row(says(to=1)),
    "mark_read": Row(says(**ON, position=1), scoped=True),
    "mark_unread": Row(says(**ON, position=0), scoped=True),
    "save_draft": Row(says(**ON, mode="note", text="x"), scoped=True),
    "save_along": Row(says(**ON, mode="note", macro="$macro"), scoped=True),
    "set_preferences": Row(says(values={})),
    "set_availability": Row(says(availability="busy")),
    "show_rows": Row(says(conversations=["$conversation"])),
    "reply": Row(says(**ON, text="Hi", client_id="$fresh"), scoped=True),
    "note": Row(says(**ON, text="Hi", client_id="$fresh"), scoped=True),
    "start": Row(says(account="web", contact="$contact", text="Hi", client_id="$fresh"), scoped=True),
    "edit_message": Row(says(message="$message", text="x"), ok=(403,), scoped=True),
    "erase_message": Row(says(message="$message"), scoped=True),
    "merge": Row(says(**ON, into="$other_conversation"), scoped=True),
    "split": Row(says(**ON, messages=["$message"]), scoped=True),
    "undo_merge": Row(says(merge="$merge"), scoped=True),
    "merge_contacts": Row(says(contact="$contact", into="$other_contact"), scoped=True),
    "split_contact": Row(says(contact="$contact", identities=["$identity"]), ok=(422,), scoped=True),
    "update_contact": Row(says(contact="$contact", name="x"), scoped=True),
    "block": Row(says(contact="$contact"), scoped=True),
    "unblock": Row(says(contact="$contact"), scoped=True),
    "erase_contact": Row(says(contact="$contact"), scoped=True),
    "add_contact_note": Row(says(contact="$contact", text="x", client_id="$fresh"), scoped=True),
    "edit_contact_note": Row(says(note="$contact_note", text="x"), scoped=True),
    "remove_contact_note": Row(says(note="$contact_note"), scoped=True),
    "undo_send": Row(says(message="$held"), scoped=True),
    "send_now": Row(says(message="$held"), scoped=True),
    "send_later": Row(says(message="$held", at=1), scoped=True),
    "send_again": Row(says(message="$message"), ok=(409,), scoped=True),
    "let_be": Row(says(message="$message"), ok=(409,), scoped=True),
    "fetch_again": Row(says(message="$message"), ok=(409,), scoped=True),
    "open_way": Row(says(**ON, account="web", identity="$identity"), scoped=True),
    "resume_account": Row(says(account="web"), ok=(409,)),
    "send_transcript": Row(
        says(**ON, account="web", address="kim@naver.com", client_id="$fresh"), ok=(422,), scoped=True
    ),
    "send_code": Row(says(**ON, account="web", address="+821055501001"), ok=(422,), scoped=True),
    "invite": Row(says(**ON, account="web"), ok=(404,), scoped=True),
    "pull_out": Row(says(**ON, place="elsewhere", channel="C1"), ok=(404,), scoped=True),
    "give_back": Row(says(**ON, place="elsewhere"), scoped=True),
    "make_link_code": Row(says(place="elsewhere"), ok=(404,)),
    "unlink_outside": Row(says(place="elsewhere")),
    "confirm_code": Row(says(proof="nosuchproof", code="123456"), ok=(404,)),
}
AGENTS = {"agent": 403, "token": 403}
OTHERS = {"supervisor": 403, "admin": 403}
MAY_NOT = {
    "erase_message": AGENTS,
    "DELETE /messages/{id}": AGENTS,
    "PATCH /macros/{id}": AGENTS,
    "PATCH /views/{id}": AGENTS,
    "edit_contact_note": AGENTS,
    "remove_contact_note": AGENTS,
    "PATCH /contact-notes/{id}": AGENTS,
    "DELETE /contact-notes/{id}": AGENTS,
    "undo_send": OTHERS,
    "send_now": OTHERS,
    "send_later": OTHERS,
    "POST /messages/{id}/undo": OTHERS,
    "POST /messages/{id}/send": OTHERS,
    "POST /messages/{id}/later": OTHERS,
}
"""What hangs on more than the role: an agent erases only his own words and notes, and changes no macro of a team; a
held reply is its author's alone."""


def test_every_route_has_its_row() -> None:
    assert set(ROUTE_ROWS) == {f"{row.method} {row.path}" for row in ROUTES}


def test_every_command_has_its_row() -> None:
    assert set(COMMAND_ROWS) == set(COMMANDS)


# --- the things it is about -----------------------------------------------------------------------------------------


async def prepared(house: House, n: int) -> Ids:
    """Fresh things of the team sales, so that no actor's doing stands in another's way."""
    first = await house.customer_writes("hello", name=f"Lee{n}", team="sales")
    await house.customer_writes("and", name=f"Lee{n}", team="sales")
    second = await house.customer_writes("hello", name=f"Park{n}", team="sales")
    third = await house.customer_writes("hello", name=f"Cho{n}", team="sales")
    found = await house.store.read(
        lambda look: load_conversations(look, [first.conversation, second.conversation])
    )
    shown = found[first.conversation]

    call = ProviderRequest("POST", f"https://x.example/webhooks/web?{n}", {}, b"?")
    held = Post(first.conversation, agent(house.agents["ann"]), f"held{n}", "Soon", hold=600_000)

    async def verb(tx: Any) -> Ids:
        spare = await add_agent(tx, f"spare{n}@example.com", "Spare", "agent", SYSTEM)
        session = await start_session(tx, spare, "192.0.2.9", "", house.desk.limits)
        return {
            "spare": spare,
            "other_session": session.id,
            "other_token": (await make_token(tx, spare, "x")).id,
            "team": await _team_with_hours(tx, f"team{n}"),
            "tag": await make_tag(tx, f"tag{n}", "#ffffff", SYSTEM),
            "attribute": await make_attribute(tx, "contact", f"made_{n}", "X", "text", [], SYSTEM),
            "organisation": await make_organisation(tx, "Acme", None, SYSTEM),
            "view": await make_view(
                tx, "v", "teams", [house.teams["sales"]], {}, "waiting", agent(house.agents["sue"])
            ),
            "macro": await make_macro(
                tx, "m", "Hi", "teams", [house.teams["sales"]], Acts(), agent(house.agents["sue"])
            ),
            "contact_note": await add_note(
                tx, shown["contact"]["id"], "Likes tea", f"n{n}", agent(house.agents["sue"])
            ),
            "held": (await write_post(tx, held)).message,
            "parked": await park(tx, "web", call, Trouble(Reason.UNREADABLE, "no form"), most=100),
            "webhook": await _webhook(tx),
            "merge": await merge(tx, third.conversation, second.conversation, agent(house.agents["sue"])),
        }

    ids: Ids = await house.store.write(verb)
    await house.customer_writes("told", name=f"Lee{n}", team="sales")
    return {
        **ids,
        "delivery": await house.store.write(lambda tx: _dropped(tx, ids["webhook"])),
        "bulk": "nosuchbulk",
        "conversation": first.conversation,
        "other_conversation": second.conversation,
        "message": first.message,
        "contact": shown["contact"]["id"],
        "other_contact": found[second.conversation]["contact"]["id"],
        "identity": shown["legs"][0]["identity"]["id"],
        "leg": shown["leg"],
        "fresh": f"fresh-{n}",
        "key": f"key_{n}",
        "email": f"fresh{n}@example.com",
    }


async def _webhook(tx: Any) -> str:
    return (await make_hook(tx, Wish(HOOKED["url"], tuple(HOOKED["kinds"])), SYSTEM, most=99)).id


async def _dropped(tx: Any, hook: str) -> str:
    """Something that may be sent again."""
    await follow(tx, hook, most=99)
    await skip(tx, hook, SYSTEM)
    return str(await tx.value("select max(id) from hook_deliveries where hook_id = $1", hook))


async def _team_with_hours(tx: Any, name: str) -> str:
    team = await make_team(tx, name, SYSTEM)
    await set_hours(tx, team, Said("Asia/Seoul", {}), SYSTEM)
    return team


async def browser(house: House, actor: str) -> Caller:
    if actor == "nobody":
        return await house.client()
    if actor == "visitor":
        tokens = Tokens(house.store.secret)
        return await house.client(token=tokens.sign(tokens.newcomer("web")))
    if actor == "token":
        return await house.client(token=await house.token("ann"))
    return await house.client(WHO[actor])


def expected(actor: str, least: Role | None, row: Row) -> tuple[int, ...]:
    """The statuses that are right; empty: any success."""
    if least is None:
        # An ended or foreign token is refused even where nobody needs one: it is never taken for something else.
        return (401,) if actor == "visitor" else row.ok
    if actor in ("nobody", "visitor"):
        return (401,)
    if not ROLE[actor].reaches(least):
        return (403,)
    if actor == "foreign" and row.scoped:
        return (404,)
    if actor == "token" and row.session_only:
        return (422,)
    return row.ok


def check(status: int, wanted: tuple[int, ...], where: str) -> None:
    assert status in wanted if wanted else 200 <= status < 300, (
        f"{where}: {status}, expected {wanted or 'success'}"
    )


@pytest.mark.parametrize("key", ROUTE_ROWS)
async def test_routes(house: House, key: str) -> None:
    row, route = ROUTE_ROWS[key], next(one for one in ROUTES if f"{one.method} {one.path}" == key)
    for n, actor in enumerate(ACTORS):
        ids = await prepared(house, n)
        path = route.path.replace("{id}", ids.get(row.id, "")) + (f"?{row.query}" if row.query else "")
        more: Any = {"data": b"words"} if route.takes else {}
        if (body := row.args(ids)) is not None:
            more = {"json": body}
        who = await browser(house, actor)
        answer = await who.raw(route.method, path, **more)
        wanted = expected(actor, route.role, row)
        special = MAY_NOT.get(key, {}).get(actor)
        check(
            answer.status,
            (special,) if special else wanted,
            f"{actor}: {key}: {(await answer.read())[:300]!r}",
        )


async def known(house: House, actor: str) -> Known:
    secret = house.cookies[WHO[actor]]
    return await house.store.read(lambda look: by_session(look, secret, house.clock()))


@pytest.mark.parametrize("name", COMMAND_ROWS)
async def test_commands(house: House, name: str) -> None:
    """Nobody and visitors never get as far as a command: the socket refuses them (tests/inbox/test_doors.py)."""
    row = COMMAND_ROWS[name]
    for n, actor in enumerate(ACTORS):
        if actor in ("nobody", "visitor", "token"):
            continue
        ids = await prepared(house, n)
        asked = Asked(house.desk, await known(house, actor))
        try:
            await run_command(asked, name, row.args(ids))
            status = 200
        except Refused as refusal:
            status = refusal.status
        wanted = expected(actor, COMMANDS[name].role, row)
        special = MAY_NOT.get(name, {}).get(actor)
        check(status, (special,) if special and wanted != (404,) else wanted, f"{actor}: {name}")


WHOLE = {
    "block": says(contact="$contact"),
    "unblock": says(contact="$contact"),
    "merge_contacts": says(contact="$contact", into="$other_contact"),
    "split_contact": says(contact="$contact", identities=["$identity"]),
    "undo_merge": says(merge="$contact_merge"),
    "POST /contacts/{id}/merge": says(into="$other_contact"),
}
"""What concerns every conversation of a contact is for who sees every one of them."""
PARTLY = ("update_contact", "add_contact_note")
"""What does not."""


async def in_two_teams(house: House, n: int, name: str) -> Ids:
    """Lee has one conversation in sales and one in support, and was made of two people."""
    ids = await prepared(house, n)
    by = agent(house.agents["sue"])
    further = await house.customer_writes("hello", name=f"Yun{n}", team="support")

    async def verb(tx: Any) -> Ids:
        contact = await tx.value("select contact_id from conversations where id = $1", further.conversation)
        key = await merge_contacts(tx, contact, ids["contact"], by)
        if name == "split_contact":  # so that there is something to split
            identity = await tx.value(
                "select id from identities where contact_id = $1 and id <> $2",
                ids["contact"],
                ids["identity"],
            )
            return {"contact_merge": key, "identity": identity, "elsewhere": further.conversation}
        return {"contact_merge": key, "elsewhere": further.conversation}

    return {**ids, **await house.store.write(verb)}


@pytest.mark.parametrize("name", [*WHOLE, *PARTLY])
async def test_a_contact_of_other_teams_too(both: House, name: str) -> None:
    for n, who in enumerate(("ann", "bob", "sue", "ada")):
        ids = await in_two_teams(both, n, name)
        wanted = (200, "") if who in ("sue", "ada") or name in PARTLY else (403, "contact_elsewhere")
        assert await said(both, who, name, ids) == wanted, who


@pytest.mark.parametrize("name", WHOLE)
async def test_a_contact_whose_last_foreign_conversation_has_come(both: House, name: str) -> None:
    ids = await in_two_teams(both, 0, name)
    assert await said(both, "ann", name, ids) == (403, "contact_elsewhere")
    by = agent(both.agents["sue"])
    await both.store.write(lambda tx: set_team(tx, ids["elsewhere"], both.teams["sales"], by))
    assert await said(both, "ann", name, ids) == (200, "")


async def test_one_that_was_merged_away_counts_where_it_lives(both: House) -> None:
    """The conversation of the foreign team lives in one of Ann's now, so she sees all there is."""
    ids = await in_two_teams(both, 0, "block")
    by = agent(both.agents["sue"])
    await both.store.write(lambda tx: merge(tx, ids["elsewhere"], ids["conversation"], by))
    assert await said(both, "ann", "block", ids) == (200, "")


async def said(house: House, who: str, name: str, ids: Ids) -> tuple[int, str]:
    """The status of a command or route and the code of its refusal."""
    args = (WHOLE.get(name) or COMMAND_ROWS[name].args)(ids)
    if name not in COMMANDS:
        method, path = name.split()
        path = path.replace("{id}", ids["contact"])
        answer = await (await house.client(who)).raw(method, path, json=args)
        return answer.status, (await answer.json())["type"] if answer.status >= 400 else ""
    try:
        await run_command(await asking(house, who), name, args)
    except Refused as refusal:
        return refusal.status, refusal.code
    return 200, ""

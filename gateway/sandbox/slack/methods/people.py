"""auth.test, apps.connections.open, users.info, users.list, team.info."""

from __future__ import annotations

from gateway.sandbox.slack.calls import Call, Method, paged
from gateway.sandbox.slack.records import BOT, BOT_USER, HOME, Json
from gateway.sandbox.slack.refusal import Refusal


def test(call: Call) -> Json:
    return {
        "url": f"{call.address}/",
        "team": call.workspace.name,
        "user": "parley",
        "team_id": HOME,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> Json:
    if call.sockets.disabled:
        raise Refusal("socket_mode_not_enabled")
    there = call.address.replace("http", "ws", 1)
    return {"url": f"{there}/link/?ticket={call.sockets.ticket()}&app_id=1"}


def info(call: Call) -> Json:
    person = call.workspace.person(call.need("user"))
    return {"user": person.json(with_locale=call.flag("include_locale"), with_email=_may_know_emails(call))}


def list_all(call: Call) -> Json:
    page, cursor = call.page(list(call.workspace.people.values()), 1000, 1000)
    locale, email = call.flag("include_locale"), _may_know_emails(call)
    people = [one.json(with_locale=locale, with_email=email) for one in page]
    return {"members": people, "cache_ts": call.workspace.clock() // 1000, **paged(cursor)}


def team(call: Call) -> Json:
    told = {
        "id": HOME,
        "name": call.workspace.name,
        "domain": "haru-coffee",
        "email_domain": "",
        "url": f"{call.address}/",
        "icon": {"image_default": True},
    }
    return {"team": told}


def _may_know_emails(call: Call) -> bool:
    return "users:read.email" in call.installation.scopes


METHODS = {
    "auth.test": Method(test, "", 0),
    "apps.connections.open": Method(open_connection, "connections:write", 1, app=True),
    "users.info": Method(info, "users:read", 4),
    "users.list": Method(list_all, "users:read", 2),
    "team.info": Method(team, "team:read", 3),
}

"""views.open, push, update, publish: modals and the home tab (surfaces/modals)."""

from __future__ import annotations

import orjson

from gateway.sandbox.slack.calls import Call, Method
from gateway.sandbox.slack.kit import check_view
from gateway.sandbox.slack.records import Json, View
from gateway.sandbox.slack.refusal import Refusal
from gateway.sandbox.slack.workspace import Workspace

MOST_VIEWS = 3
"""Modals on top of each other."""
LARGEST = 250 * 1024
"""Bytes of a view."""


def open_view(call: Call) -> Json:
    body = _body(call, "modal")
    trigger = call.tickets.spend(call.need("trigger_id"))
    for one in [one for one in call.workspace.views.values() if one.user == trigger.user]:
        del call.workspace.views[one.id]
    return {"view": place(call.workspace, trigger.user, body).json()}


def push(call: Call) -> Json:
    body = _body(call, "modal")
    trigger = call.tickets.spend(call.need("trigger_id"))
    below = call.workspace.views.get(trigger.view)
    if below is None:
        raise Refusal("not_found")
    return {"view": place(call.workspace, trigger.user, body, below).json()}


def update(call: Call) -> Json:
    name, external = call.said("view_id"), call.said("external_id")
    view = next(
        (
            one
            for one in (*call.workspace.views.values(), *call.workspace.homes.values())
            if one.id == name or (external and one.body.get("external_id") == external)
        ),
        None,
    )
    if view is None:
        raise Refusal("not_found")
    body = _body(call, view.body["type"], but=view.id)
    if call.said("hash") not in ("", view.hash):
        raise Refusal("hash_conflict")
    return {"view": change(call.workspace, view, body).json()}


def publish(call: Call) -> Json:
    person = call.workspace.person(call.need("user_id"))
    body = _body(call, "home")
    view = call.workspace.homes.get(person.id)
    if view is None:
        name = call.workspace.new_id("V")
        view = View(name, person.id, body, call.workspace.stamp(), name)
        call.workspace.homes[person.id] = view
        call.workspace.touch()
        return {"view": view.json()}
    if call.said("hash") not in ("", view.hash):
        raise Refusal("hash_conflict")
    return {"view": change(call.workspace, view, body).json()}


def place(workspace: Workspace, user: str, body: Json, below: View | None = None) -> View:
    """On top of her modals. Raises Refusal."""
    if below is not None and sum(one.root == below.root for one in workspace.views.values()) >= MOST_VIEWS:
        raise Refusal("push_limit_reached")
    name = workspace.new_id("V")
    view = View(name, user, body, workspace.stamp(), below.root if below else name, below.id if below else "")
    workspace.views[name] = view
    workspace.touch()
    return view


def change(workspace: Workspace, view: View, body: Json) -> View:
    """What she has filled in stays where its block and action are still there."""
    kept = {one["block_id"] for one in body["blocks"]}
    view.body, view.hash, view.errors = body, workspace.stamp(), {}
    view.values = {block: said for block, said in view.values.items() if block in kept}
    workspace.touch()
    return view


def _body(call: Call, kind: str, *, but: str = "") -> Json:
    """Raises Refusal."""
    said = call.json("view", "invalid_arguments")
    if said is not None and len(orjson.dumps(said)) > LARGEST:
        raise Refusal("view_too_large")
    body = check_view(said, kind)
    external = body.get("external_id")
    if external and any(
        one.body.get("external_id") == external and one.id != but for one in call.workspace.views.values()
    ):
        raise Refusal("duplicate_external_id")
    return body


METHODS = {
    "views.open": Method(open_view, "", 4, posts=True),
    "views.push": Method(push, "", 4, posts=True),
    "views.update": Method(update, "", 4, posts=True),
    "views.publish": Method(publish, "", 4, posts=True),
}

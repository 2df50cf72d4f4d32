"""Templates: what may be sent on an account when its reply window has closed, and what it will read like."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from gateway.channels.base import Template
from inbox.commands.delivering import AccountName
from inbox.fitting import Query, Sent
from inbox.rest.route import Call, route
from inbox.templates import Variables, matching


class TemplatesQuery(Query):
    account: AccountName
    q: Annotated[str, Field(max_length=200)] = ""
    """Words that stand in its name or text."""


class TemplateView(TypedDict):
    key: str
    name: str
    language: str
    text: str
    """With its places: `{{NAME}}`."""
    variables: dict[str, str]
    """The names of its places, in order, each with an example (or nothing)."""
    state: str
    """`approved`; what is anything else (`pending`, `rejected`, `unsubmitted` ...) cannot be sent."""
    reason: str
    """Why it was rejected, in the provider's words."""
    category: str


class TemplatesList(TypedDict):
    templates: list[TemplateView]


class PreviewTemplate(Sent):
    account: AccountName
    key: Annotated[str, Field(min_length=1, max_length=80)]
    variables: Variables = Field(default_factory=dict)


class TemplatePreview(TypedDict):
    text: str


@route("GET", "/templates")
async def templates(call: Call, query: TemplatesQuery) -> TemplatesList:
    """All that the account's provider keeps, by name, whatever it has decided about them."""
    found = matching(await call.desk.templates.of(query.account), query.q)
    return {"templates": [_view(one) for one in found]}


@route("POST", "/templates/preview")
async def preview_template(call: Call, body: PreviewTemplate) -> TemplatePreview:
    """What a template will read like; refused as sending it would be."""
    template = await call.desk.templates.chosen(body.account, body.key)
    return {"text": template.filled(body.variables)}


def _view(one: Template) -> TemplateView:
    return {
        "key": one.key,
        "name": one.name,
        "language": one.language,
        "text": one.text,
        "variables": dict(one.variables),
        "state": one.state,
        "reason": one.reason,
        "category": one.category,
    }

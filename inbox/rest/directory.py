"""What conversations are filed by: teams, tags, attribute definitions, organisations."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints
from typing_extensions import TypedDict

from gateway.egress import agent as project
from gateway.egress.access import Role
from gateway.egress.house import AttributeView, OrganisationView, TagView, TeamView
from gateway.errors import NotFound
from gateway.store import Reader, Tx
from gateway.store.load import load_attributes, load_tags, load_teams
from gateway.stream import definitions, describe, directory
from gateway.stream.agents import set_members
from inbox.commands.conversations import Colour, MakeTag, Values
from inbox.commands.table import check_directory
from inbox.fitting import Id, Name, Sent
from inbox.places import Place as At
from inbox.places import read_place
from inbox.rest.conversations import PageQuery, asked, page_size
from inbox.rest.route import Call, route

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)]
Choices = Annotated[list[Name], Field(max_length=200)]
Domain = Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=253)]


LIKE_SIGNS = re.compile(r"[!%_]")
Members = Annotated[list[Id], Field(max_length=1000)]


class MakeTeam(Sent):
    name: Name
    members: Members = Field(default_factory=list)


class ChangeTeam(Sent):
    name: Name | None = None
    retired: bool | None = None
    members: Members | None = None
    """Exactly these agents from now on."""


class ChangeTag(Sent):
    name: Name | None = None
    colour: Colour | None = None
    retired: bool | None = None


class Labels(Sent):
    """What it is called in a language; in one that says nothing, by its `label`."""

    en: Label = ""
    ko: Label = ""


class MakeAttribute(Sent):
    target: Literal["contact", "conversation", "organisation"]
    key: Key
    label: Name
    labels: Labels = Field(default_factory=Labels)
    type: Literal["text", "number", "date", "boolean", "choice", "url"]
    choices: Choices = Field(default_factory=list)


class ChangeAttribute(Sent):
    label: Name | None = None
    labels: Labels | None = None
    """All of them."""
    choices: Choices | None = None
    retired: bool | None = None


class MakeOrganisation(Sent):
    name: Name
    domain: Domain | None = None
    attributes: Values = Field(default_factory=dict)


class ChangeOrganisation(Sent):
    name: Name | None = None
    domain: Domain | None = None
    """null takes it away."""
    attributes: Values | None = None


class OrganisationsQuery(PageQuery):
    q: Annotated[str, Field(max_length=200)] = ""


class TeamsList(TypedDict):
    teams: list[TeamView]


class TeamAnswer(TypedDict):
    team: TeamView


class TagsList(TypedDict):
    tags: list[TagView]


class TagAnswer(TypedDict):
    tag: TagView


class AttributesList(TypedDict):
    attributes: list[AttributeView]


class AttributeAnswer(TypedDict):
    attribute: AttributeView


class OrganisationsPage(TypedDict):
    organisations: list[OrganisationView]
    before: str | None


class OrganisationAnswer(TypedDict):
    organisation: OrganisationView


def _said(body: Sent) -> dict[str, Any]:
    """The fields that were said; null counts as not said."""
    return {key: value for key, value in body.model_dump(exclude_unset=True).items() if value is not None}


def _escaped(sign: re.Match[str]) -> str:
    return f"!{sign[0]}"


async def _row(call: Call, table: str, key: str) -> Any:
    return await call.desk.store.glance(lambda look: look.one(f"select * from {table} where id = $1", key))


# --- teams ----------------------------------------------------------------------------------------------------------


@route("GET", "/teams")
async def list_teams(call: Call) -> TeamsList:
    """All teams, retired ones too."""
    return {"teams": await call.desk.store.read(load_teams)}


@route("POST", "/teams", role=Role.ADMIN, status=201)
async def make_team(call: Call, body: MakeTeam) -> TeamAnswer:
    """A new team, with its members."""

    async def verb(tx: Tx) -> str:
        made = await directory.make_team(tx, body.name, call.caller.actor)
        await set_members(tx, made, body.members, call.caller.actor)
        return made

    key = await call.desk.store.write(verb)
    return {"team": project.team(await _row(call, "teams", key))}


@route("PATCH", "/teams/{id}", role=Role.ADMIN)
async def change_team(call: Call, body: ChangeTeam) -> TeamAnswer:
    """Rename, retire or take back a team, or say who is in it."""
    changes = _said(body)
    members = changes.pop("members", None)

    async def verb(tx: Tx) -> None:
        if changes:
            await directory.change_team(tx, call.id, call.caller.actor, **changes)
        if members is not None:
            await set_members(tx, call.id, members, call.caller.actor)

    await call.desk.store.write(verb)
    if (row := await _row(call, "teams", call.id)) is None:
        raise NotFound("errors.team_not_found", f"no team {call.id}")
    return {"team": project.team(row)}


# --- tags -----------------------------------------------------------------------------------------------------------


@route("GET", "/tags")
async def list_tags(call: Call) -> TagsList:
    """All tags, retired ones too."""
    return {"tags": await call.desk.store.read(load_tags)}


@route("POST", "/tags", status=201)
async def make_tag(call: Call, body: MakeTag) -> TagAnswer:
    """A tag of that name: the one there is, or a new one."""
    check_directory(asked(call))
    most = call.desk.limits.tags_most
    key = await call.desk.store.write(
        lambda tx: describe.make_tag(tx, body.name, body.colour, call.caller.actor, most=most)
    )
    return {"tag": project.tag(await _row(call, "tags", key))}


@route("PATCH", "/tags/{id}", role=Role.SUPERVISOR)
async def change_tag(call: Call, body: ChangeTag) -> TagAnswer:
    """Rename, recolour, retire or take back a tag."""
    await call.desk.store.write(
        lambda tx: directory.change_tag(tx, call.id, call.caller.actor, **_said(body))
    )
    return {"tag": project.tag(await _row(call, "tags", call.id))}


# --- attributes -----------------------------------------------------------------------------------------------------


@route("GET", "/attributes")
async def list_attributes(call: Call) -> AttributesList:
    """All attribute definitions, retired ones too."""
    return {"attributes": await call.desk.store.read(load_attributes)}


@route("POST", "/attributes", role=Role.ADMIN, status=201)
async def make_attribute(call: Call, body: MakeAttribute) -> AttributeAnswer:
    """Define an attribute once, for every contact, conversation or organisation."""
    key = await call.desk.store.write(
        lambda tx: definitions.make_attribute(
            tx,
            body.target,
            body.key,
            body.label,
            body.type,
            body.choices,
            call.caller.actor,
            labels=body.labels.model_dump(),
        )
    )
    return {"attribute": project.attribute(await _row(call, "attribute_definitions", key))}


@route("PATCH", "/attributes/{id}", role=Role.ADMIN)
async def change_attribute(call: Call, body: ChangeAttribute) -> AttributeAnswer:
    """Change its label or choices, retire it or take it back; key and type stay."""
    await call.desk.store.write(
        lambda tx: definitions.change_attribute(tx, call.id, call.caller.actor, **_said(body))
    )
    return {"attribute": project.attribute(await _row(call, "attribute_definitions", call.id))}


# --- organisations --------------------------------------------------------------------------------------------------


@route("GET", "/organisations")
async def list_organisations(call: Call, query: OrganisationsQuery) -> OrganisationsPage:
    """A page of organisations, or of those whose name or domain holds `q`, the newest first."""
    limit = page_size(call, query.limit)

    async def look_up(look: Reader) -> Any:
        params, where = [], ["true"]
        if query.before:
            params.append(read_place(query.before).tie)
            where.append(f"id < ${len(params)}")
        if wanted := query.q.strip().lower():
            params.append(f"%{LIKE_SIGNS.sub(_escaped, wanted)}%")
            where.append(f"lower(name || ' ' || coalesce(domain, '')) like ${len(params)} escape '!'")
        sql = f"select * from organisations where {' and '.join(where)} order by id desc limit {limit + 1}"
        return await look.all(sql, *params)

    rows = await call.desk.store.scan(look_up)
    return {
        "organisations": [project.organisation(row) for row in rows[:limit]],
        "before": str(At(0, rows[limit - 1]["id"])) if len(rows) > limit else None,
    }


@route("POST", "/organisations", status=201)
async def make_organisation(call: Call, body: MakeOrganisation) -> OrganisationAnswer:
    """A new organisation."""
    check_directory(asked(call))

    async def verb(tx: Tx) -> str:
        made = await definitions.make_organisation(tx, body.name, body.domain, call.caller.actor)
        if body.attributes:
            await definitions.update_organisation(tx, made, call.caller.actor, attributes=body.attributes)
        return made

    key = await call.desk.store.write(verb)
    return {"organisation": project.organisation(await _row(call, "organisations", key))}


@route("GET", "/organisations/{id}")
async def show_organisation(call: Call) -> OrganisationAnswer:
    """One organisation."""
    if (row := await _row(call, "organisations", call.id)) is None:
        raise NotFound("errors.organisation_not_found", f"no organisation {call.id}")
    return {"organisation": project.organisation(row)}


@route("PATCH", "/organisations/{id}")
async def change_organisation(call: Call, body: ChangeOrganisation) -> OrganisationAnswer:
    """Change its name, domain or attributes."""
    check_directory(asked(call))
    changes = _said(body)
    if "domain" in body.model_fields_set and body.domain is None:
        changes["domain"] = ""
    await call.desk.store.write(
        lambda tx: definitions.update_organisation(tx, call.id, call.caller.actor, **changes)
    )
    return {"organisation": project.organisation(await _row(call, "organisations", call.id))}

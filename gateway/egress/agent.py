"""The projection for agents: rows and facts as the inbox is told them. Pure.

What an agent may see at all is `access.sees`; what is said of it is here. Notes, tags and every leg are theirs to see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from gateway.egress.house import AgentView, AttributeView, OrganisationView, TagView, TeamView
from gateway.egress.pictures import picture_path
from gateway.egress.types import (
    ActorView,
    AttachmentView,
    CellView,
    ContactNoteView,
    ContactView,
    ConversationView,
    IdentityView,
    LegView,
    Line,
    MessageView,
    PreviewView,
)
from gateway.events import Actor, Scope

Row = Any
Link = Callable[[Row], str]
"""Signs the link to an attachment's bytes for one audience."""
PREVIEW = 140
"""Characters of the newest message shown in a list."""


def actor(one: Actor, names: Mapping[str, str]) -> ActorView:
    return {"kind": one.kind.value, "id": one.id, "name": names.get(one.id, "")}


def who(row: Row, role: str, prefix: str = "") -> ActorView:
    """The `author` or `actor` of a row that says their names too."""
    return {
        "kind": row[f"{prefix}{role}_kind"],
        "id": row[f"{prefix}{role}_id"],
        "name": row[f"{prefix}agent_name"] or row[f"{prefix}customer_name"] or "",
    }


def cell(scope: Scope | None) -> CellView | None:
    if scope is None:
        return None
    return {
        "status": scope.status.value,
        "team": scope.team,
        "assignee": scope.assignee,
        "tags": list(scope.tags),
    }


def identity(row: Row) -> IdentityView:
    return {
        "id": row["identity_id"],
        "space": row["space"],
        "address": row["address"],
        "proof": row["proof"],
    }


def leg(row: Row) -> LegView:
    return {
        "id": row["id"],
        "account": row["account_id"],
        "identity": identity(row),
        "last_inbound_at": row["last_inbound_at"],
        "opted_out_at": row["opted_out_at"],
        "delivered_to": row["delivered_to"],
        "read_to": row["read_to"],
        "seen_to": row["seen_to"],
    }


def conversation(row: Row, tags: Sequence[str], legs: Sequence[LegView]) -> ConversationView:
    return {
        "id": row["id"],
        "number": row["number"],
        "position": row["position"],
        "status": row["status"],
        "subject": row["subject"],
        "priority": row["priority"],
        "team": row["team_id"],
        "assignee": row["assignee_id"],
        "tags": list(tags),
        "contact": {
            "id": row["contact_id"],
            "name": row["contact_name"],
            "blocked": row["blocked_at"] is not None,
            "erased": row["contact_erased_at"] is not None,
        },
        "leg": row["leg_id"],
        "legs": list(legs),
        "preview": preview(row),
        "waiting_since": row["waiting_since"],
        "snoozed_until": row["snoozed_until"],
        "closed_at": row["closed_at"],
        "last_at": row["last_at"],
        "last_public_position": row["last_public_position"],
        "last_customer_position": row["last_customer_position"],
        "attributes": orjson.loads(row["attributes"]),
        "merged_into": row["merged_into"],
        "erased": row["erased_at"] is not None,
        "created_at": row["created_at"],
    }


def preview(row: Row) -> PreviewView | None:
    if row["last_message_id"] is None or row["m_text"] is None:
        return None
    return {
        "author": who(row, "author", "m_"),
        "visibility": row["m_visibility"],
        "text": row["m_text"][:PREVIEW],
        "attachments": row["m_files"],
        "at": row["m_at"],
        "erased": row["m_erased_at"] is not None,
    }


def message(row: Row, files: Sequence[Row], link: Link) -> MessageView:
    return {
        "id": row["id"],
        "position": row["position"],
        "conversation": row["conversation_id"],
        "birth": row["birth_conversation_id"],
        "leg": row["leg_id"],
        "visibility": row["visibility"],
        "author": who(row, "author"),
        "client_id": row["client_id"],
        "text": row["text"],
        "content": None if row["content"] is None else orjson.loads(row["content"]),
        "attachments": [attachment(file, link) for file in files],
        "reply_to": row["reply_to"],
        "mentions": [] if row["mentions"] is None else orjson.loads(row["mentions"]),
        "at": row["at"],
        "late": bool(row["late"]),
        "edited_at": row["edited_at"],
        "erased_at": row["erased_at"],
    }


def held_message(row: Row, files: Sequence[Row], link: Link) -> MessageView:
    """A reply held for undo, of `load_held`."""
    problem = None if row["problem"] is None else orjson.loads(row["problem"])
    return {**message(row, files, link), "held": {"until": row["due_at"], "problem": problem}}


def attachment(row: Row, link: Link) -> AttachmentView:
    return {
        "id": row["id"],
        "name": row["name"],
        "mime": row["mime"],
        "size": row["size"],
        "width": row["width"],
        "height": row["height"],
        "url": link(row),
        "inline": bool(row["inline"]),
    }


def contact(row: Row, identities: Sequence[Row]) -> ContactView:
    return {
        "id": row["id"],
        "name": row["name"],
        "locale": row["locale"],
        "organisation": row["organisation_id"],
        "attributes": orjson.loads(row["attributes"]),
        "claims": orjson.loads(row["claims"]),
        "identities": [identity(one) for one in identities],
        "blocked_at": row["blocked_at"],
        "erased_at": row["erased_at"],
        "merged_into": row["merged_into"],
        "position": row["position"] or 0,
        "created_at": row["created_at"],
    }


def contact_note(row: Row) -> ContactNoteView:
    return {
        "id": row["id"],
        "contact": row["contact_id"],
        "author": who(row, "author"),
        "text": row["text"],
        "at": row["at"],
        "edited_at": row["edited_at"],
    }


def line(row: Row) -> Line:
    return {
        "position": row["position"],
        "at": row["at"],
        "kind": row["kind"],
        "actor": who(row, "actor"),
        "subject": row["subject_id"],
        "changes": orjson.loads(row["changes"]),
    }


def colleague(row: Row, teams: Sequence[str]) -> AgentView:
    return {
        "id": row["id"],
        "name": row["name"],
        "email": row["email"],
        "role": row["role"],
        "picture": picture_path(row["picture"]),
        "active": row["deactivated_at"] is None,
        "teams": list(teams),
        "availability": row["availability"],
    }


def team(row: Row) -> TeamView:
    return {"id": row["id"], "name": row["name"], "retired": row["retired_at"] is not None}


def tag(row: Row) -> TagView:
    return {
        "id": row["id"],
        "name": row["name"],
        "colour": row["colour"],
        "retired": row["retired_at"] is not None,
    }


def attribute(row: Row) -> AttributeView:
    return {
        "id": row["id"],
        "target": row["target"],
        "key": row["key"],
        "label": row["label"],
        "labels": orjson.loads(row["labels"]),
        "type": row["type"],
        "choices": orjson.loads(row["choices"]),
        "retired": row["retired_at"] is not None,
    }


def organisation(row: Row) -> OrganisationView:
    return {
        "id": row["id"],
        "name": row["name"],
        "domain": row["domain"],
        "attributes": orjson.loads(row["attributes"]),
    }

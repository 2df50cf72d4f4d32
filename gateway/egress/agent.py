"""The projection for agents: rows and facts as the inbox is told them. Pure.

What an agent may see at all is `access.sees`; what is said of it is here. Notes, tags and every leg are theirs to see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import orjson
import phonenumbers

from gateway.egress.house import AgentView, AttributeView, OrganisationView, TagView, TeamView
from gateway.egress.pictures import picture_path
from gateway.egress.types import (
    ActorView,
    AttachmentView,
    CellView,
    ContactNoteView,
    ContactView,
    ConversationView,
    CorrespondentView,
    EnvelopeView,
    FailureView,
    HeldView,
    IdentityView,
    LegView,
    Line,
    MessageView,
    ParticipantView,
    PreviewView,
    RecipientView,
    RemoteFileView,
    SourceView,
    WorkedView,
)
from gateway.events import Actor, Scope
from gateway.newer import shown_kind

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
        "kind": shown_kind(row[f"{prefix}{role}_kind"]).value,
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
    return shown_identity(row["identity_id"], row["space"], row["address"], row["proof"])


def shown_identity(key: str, space: str, address: str, proof: Literal[0, 1, 2, 3]) -> IdentityView:
    told: IdentityView = {"id": key, "space": space, "address": address, "proof": proof}
    if space == "tel" and (shown := _shown(address)) != address:
        told["shown"] = shown
    return told


@lru_cache(maxsize=8192)
def _shown(number: str) -> str:
    """Of the international format of its country; what is no whole number stays as it is."""
    try:
        whole = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(whole):
        return number
    return phonenumbers.format_number(whole, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def leg(row: Row) -> LegView:
    return {
        "id": row["id"],
        "account": row["account_id"],
        "identity": identity(row),
        "last_inbound_at": row["last_inbound_at"],
        "opted_out_at": row["opted_out_at"],
        "quiet_since": row["quiet_since"],
        "delivered_to": row["delivered_to"],
        "read_to": row["read_to"],
        "seen_to": row["seen_to"],
    }


def participant(row: Row) -> ParticipantView:
    erased = row["address"] is None or row["address"].startswith("erased:")
    return {
        "contact": row["contact_id"],
        "identity": row["identity_id"],
        "address": "" if erased else row["address"],
        "name": row["agent_name"] or row["name"],
        "agent": row["agent_id"],
    }


def worked(row: Row) -> WorkedView:
    return {
        "place": row["place"],
        "channel": row["channel_name"],
        "by": row["pulled_by"],
        "at": row["pulled_at"],
    }


def conversation(
    row: Row,
    tags: Sequence[str],
    legs: Sequence[Row],
    others: Sequence[Row] = (),
    pulls: Sequence[Row] = (),
) -> ConversationView:
    view: ConversationView = {
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
        "legs": [leg(one) for one in legs],
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
    if others:
        view["participants"] = [participant(one) for one in others]
    if pulls:
        view["worked"] = [worked(one) for one in pulls]
    if row["trouble"] is not None:
        view["trouble"] = row["trouble"]
    return view


def preview(row: Row) -> PreviewView | None:
    if row["last_message_id"] is None or row["m_text"] is None:
        return None
    return {
        "author": who(row, "author", "m_"),
        "visibility": row["m_visibility"],
        "text": row["m_text"][:PREVIEW],
        "attachments": row["m_files"],
        "pictures": row["m_pictures"],
        "at": row["m_at"],
        "erased": row["m_erased_at"] is not None,
    }


def message(
    row: Row,
    files: Sequence[Row],
    link: Link,
    remote: Sequence[Row] = (),
    failure: Row | None = None,
    people: Mapping[str, Row] | None = None,
    became: Mapping[str, Row] | None = None,
) -> MessageView:
    """`remote`: files that still lie with the provider; `failure`: the delivery that did not arrive; `people`: whom its
    envelope names, by identity; `became`: the delivery that each of them is shown by."""
    view: MessageView = {
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
    if row["delivery"] is not None:
        view["delivery"] = row["delivery"]
        if row["is_trouble"]:
            view["trouble"] = True
    if failure is not None:
        view["failure"] = failed(failure)
    if row["envelope"] is not None:
        view["envelope"] = envelope(orjson.loads(row["envelope"]), people or {}, became or {})
    if remote:
        view["files"] = [remote_file(one) for one in remote]
    if row["segments"] is not None:
        view["segments"] = row["segments"]
    if row["source_id"] is not None:
        view["source"] = source(row)
    return view


def failed(row: Row) -> FailureView:
    return {
        "text": row["problem"] or "delivery.failed",
        "code": row["code"],
        "then": row["next_step"] or "again",
    }


ROLES: tuple[Literal["to", "cc", "bcc"], ...] = ("to", "cc", "bcc")


def envelope(told: Mapping[str, Any], people: Mapping[str, Row], became: Mapping[str, Row]) -> EnvelopeView:
    recipients = [
        recipient(people[one], role, became.get(one))
        for role in ROLES
        for one in told.get(role, ())
        if one in people
    ]
    return {
        "subject": told.get("subject", ""),
        "quote": told.get("quote", False),
        "aside": told.get("aside", False),
        "recipients": recipients,
    }


def recipient(row: Row, role: Literal["to", "cc", "bcc"], became: Row | None) -> RecipientView:
    who = correspondent(row)
    view: RecipientView = {
        "identity": who["identity"],
        "address": who["address"],
        "name": who["name"],
        "role": role,
    }
    if became is not None:
        state = became["state"]
        # Who sends it this moment, and how often it was tried, is nobody's business.
        view["delivery"] = "queued" if state in ("sending", "deferred") else state
        if state == "failed":
            view["failure"] = failed(became)
    return view


def correspondent(row: Row) -> CorrespondentView:
    erased = row["address"].startswith("erased:")
    return {"identity": row["id"], "address": "" if erased else row["address"], "name": row["name"]}


def source(row: Row) -> SourceView:
    return {
        "subject": row["source_subject"],
        "automatic": row["source_automatic"],
        "doubts": orjson.loads(row["source_doubts"]),
        "more": bool(row["source_more"]),
        "page": bool(row["source_page"]),
    }


def remote_file(row: Row) -> RemoteFileView:
    waits = row["due_at"] is not None
    return {
        "id": row["id"],
        "place": row["place"],
        "mime": row["mime"],
        "state": "waiting" if waits else "failed",
        "problem": None if waits else row["problem"],
    }


def held_message(
    row: Row, files: Sequence[Row], link: Link, people: Mapping[str, Row] | None = None
) -> MessageView:
    """A reply held for undo, of `load_held`."""
    problem = None if row["problem"] is None else orjson.loads(row["problem"])
    view = message(row, files, link, people=people)
    held: HeldView = {"until": row["due_at"], "problem": problem}
    if row["chosen"]:
        held["chosen"] = True
    return {**view, "held": held}


def attachment(row: Row, link: Link) -> AttachmentView:
    view: AttachmentView = {
        "id": row["id"],
        "name": row["name"],
        "mime": row["mime"],
        "size": row["size"],
        "width": row["width"],
        "height": row["height"],
        "url": link(row),
        "inline": bool(row["inline"]),
    }
    if row["cid"]:
        view["cid"] = row["cid"]
    return view


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

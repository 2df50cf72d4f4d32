"""The projection for webhooks: what another program is told of a fact, and nothing beyond what was chosen. Pure.

Ids always. The words (texts, names, subjects, attributes) where they are wanted, as they stand when they are sent: what
was erased is empty. Notes of the team only where they are wanted. Addresses, links and files' bytes never.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NotRequired

import orjson
from typing_extensions import TypedDict

from gateway.egress.types import ContactView, ConversationView
from gateway.events import ActorKind, Event, Visibility
from gateway.newer import shown_kind

Row = Any
ID_BYTES = 16


class HookActor(TypedDict):
    kind: Literal["agent", "customer", "automation", "token", "system"]
    id: str
    name: NotRequired[str]
    """With the words."""


class HookFile(TypedDict):
    """That there is a file; its bytes are fetched through the API."""

    id: str
    mime: str
    size: int
    name: NotRequired[str]


class HookMessage(TypedDict):
    id: str
    conversation: str
    """Where it stands now, after merges and splits."""
    visibility: Literal["public", "note"]
    author: HookActor
    at: int
    late: bool
    reply_to: str | None
    edited_at: int | None
    erased_at: int | None
    attachments: list[HookFile]
    text: NotRequired[str]
    content: NotRequired[dict[str, Any] | None]


class HookContact(TypedDict):
    id: str
    erased: bool
    merged_into: str | None
    name: NotRequired[str]
    locale: NotRequired[str | None]
    organisation: NotRequired[str | None]
    attributes: NotRequired[dict[str, Any]]


class HookConversation(TypedDict):
    id: str
    number: int
    status: Literal["open", "snoozed", "closed", "spam"]
    priority: int
    team: str | None
    assignee: str | None
    tags: list[str]
    contact: str
    accounts: list[str]
    """The channels' accounts it has gone by."""
    waiting_since: int | None
    snoozed_until: int | None
    closed_at: int | None
    merged_into: str | None
    erased: bool
    created_at: int
    subject: NotRequired[str]
    attributes: NotRequired[dict[str, Any]]


class HookData(TypedDict):
    position: int
    cursor: str
    """For `GET /events?after=` and for playing again from here."""
    actor: NotRequired[HookActor]
    changes: NotRequired[dict[str, Any]]
    subject: NotRequired[str]
    conversation: NotRequired[HookConversation]
    message: NotRequired[HookMessage]
    contact: NotRequired[HookContact]
    after: NotRequired[str]
    """`log.gap`: the cursor before the first fact that is missing; `cursor` is that of the last one."""


class HookPayload(TypedDict):
    """The body of a webhook, as Standard Webhooks recommends it."""

    type: str
    timestamp: str
    """When it happened, RFC 3339 in UTC."""
    data: HookData


@dataclass(frozen=True, slots=True)
class Told:
    """What facts name, as it stands now."""

    conversations: Mapping[str, ConversationView] = field(default_factory=dict)
    messages: Mapping[str, tuple[Row, Any]] = field(default_factory=dict)
    """Rows with their files."""
    contacts: Mapping[str, ContactView] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def event_id(secret: bytes, position: int, at: int, kind: str) -> str:
    """The webhook-id of a fact: the same for every endpoint, in every try, and after a restore from a backup, where
    another fact may come to stand at the same position."""
    said = f"webhook.{position}.{at}.{kind}".encode()
    digest = hmac.digest(secret, said, hashlib.sha256)[:ID_BYTES]
    return "evt_" + base64.b32encode(digest).decode().rstrip("=").lower()


def payload(event: Event, told: Told, epoch: str, *, words: bool, notes: bool) -> HookPayload | None:
    """What an endpoint is told of a fact; None when it is not to hear of it. Fails closed for what is not known."""
    message = told.messages.get(event.message or "")
    if event.message and (message is None or not _may_hear(message[0], notes)):
        return None
    data: HookData = {
        "position": event.position,
        "cursor": f"{epoch}.{event.position}",
        "actor": actor(event.actor.kind.value, event.actor.id, told.names, words=words),
        "changes": event.changes,
    }
    if event.subject is not None:
        data["subject"] = event.subject
    if one := told.conversations.get(event.conversation or ""):
        data["conversation"] = conversation(one, words=words)
    if message:
        data["message"] = _message(*message, told.names, words=words)
    if contact := told.contacts.get(event.contact or ""):
        data["contact"] = _contact(contact, words=words)
    return {"type": event.kind.value, "timestamp": timestamp(event.at), "data": data}


def gap(after: int, position: int, at: int, epoch: str) -> HookPayload:
    """Facts between the two were trimmed away before they could be sent."""
    data: HookData = {
        "position": position,
        "cursor": f"{epoch}.{position}",
        "after": f"{epoch}.{after}",
    }
    return {"type": "log.gap", "timestamp": timestamp(at), "data": data}


def ping(position: int, at: int, epoch: str) -> HookPayload:
    """What says only that it works."""
    data: HookData = {"position": position, "cursor": f"{epoch}.{position}"}
    return {"type": "webhook.ping", "timestamp": timestamp(at), "data": data}


def timestamp(at: int) -> str:
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def actor(kind: Any, id_: str, names: Mapping[str, str], *, words: bool) -> HookActor:
    """Our people are known by name to our programs; a customer's name is among the words."""
    said: HookActor = {"kind": kind, "id": id_}
    if words or kind in (ActorKind.AGENT, ActorKind.TOKEN):
        said["name"] = names.get(id_, "")
    return said


def conversation(view: ConversationView, *, words: bool) -> HookConversation:
    said: HookConversation = {
        "id": view["id"],
        "number": view["number"],
        "status": view["status"],
        "priority": view["priority"],
        "team": view["team"],
        "assignee": view["assignee"],
        "tags": view["tags"],
        "contact": view["contact"]["id"],
        "accounts": sorted({leg["account"] for leg in view["legs"]}),
        "waiting_since": view["waiting_since"],
        "snoozed_until": view["snoozed_until"],
        "closed_at": view["closed_at"],
        "merged_into": view["merged_into"],
        "erased": view["erased"],
        "created_at": view["created_at"],
    }
    if words:
        said["subject"] = view["subject"]
        said["attributes"] = view["attributes"]
    return said


def _may_hear(row: Row, notes: bool) -> bool:
    return row["visibility"] == Visibility.PUBLIC or (notes and row["visibility"] == Visibility.NOTE)


def _message(row: Row, files: Any, names: Mapping[str, str], *, words: bool) -> HookMessage:
    said: HookMessage = {
        "id": row["id"],
        "conversation": row["conversation_id"],
        "visibility": row["visibility"],
        "author": actor(shown_kind(row["author_kind"]).value, row["author_id"], names, words=words),
        "at": row["at"],
        "late": bool(row["late"]),
        "reply_to": row["reply_to"],
        "edited_at": row["edited_at"],
        "erased_at": row["erased_at"],
        "attachments": [_file(file, words=words) for file in files],
    }
    if words:
        said["text"] = row["text"]
        said["content"] = None if row["content"] is None else orjson.loads(row["content"])
    return said


def _file(row: Row, *, words: bool) -> HookFile:
    said: HookFile = {"id": row["id"], "mime": row["mime"], "size": row["size"]}
    if words:
        said["name"] = row["name"]
    return said


def _contact(view: ContactView, *, words: bool) -> HookContact:
    said: HookContact = {
        "id": view["id"],
        "erased": view["erased_at"] is not None,
        "merged_into": view["merged_into"],
    }
    if words:
        said["name"] = view["name"]
        said["locale"] = view["locale"]
        said["organisation"] = view["organisation"]
        said["attributes"] = view["attributes"]
    return said

"""The projection for customers. Pure, and the only way anything of a conversation reaches a customer's browser.

Public is necessary, not sufficient: a customer sees a message only if it travelled on that very identity or on one
proven to be the same person. Merging contacts or conversations changes neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from gateway.egress.agent import Link, attachment
from gateway.egress.pictures import picture_path
from gateway.egress.told import CustomerMessage, SpeakerView
from gateway.events import ActorKind, Visibility

Row = Any


def may_see(row: Row, person: str) -> bool:
    """May the person (`identities.person_id`) see this message? Fails closed for what has no leg."""
    return (
        row["visibility"] == Visibility.PUBLIC
        and row["leg_id"] is not None
        and row["leg_person_id"] == person
    )


def speaker(row: Row) -> SpeakerView:
    """Who wrote: a name and a picture, never an id or an email address."""
    if row["author_kind"] == ActorKind.CUSTOMER:
        return {"kind": "me", "name": "", "picture": None}
    if row["author_kind"] == ActorKind.AGENT or row["author_kind"] == ActorKind.TOKEN:
        return {
            "kind": "agent",
            "name": row["agent_name"] or "",
            "picture": picture_path(row["agent_picture"]),
        }
    return {"kind": "automation", "name": "", "picture": None}


def message(row: Row, files: Sequence[Row], link: Link) -> CustomerMessage:
    mine = row["author_kind"] == ActorKind.CUSTOMER
    return {
        "id": row["id"],
        "position": row["position"],
        "author": speaker(row),
        "client_id": row["client_id"] if mine else None,
        "text": row["text"],
        "content": None if row["content"] is None else orjson.loads(row["content"]),
        "attachments": [attachment(file, link) for file in files],
        "reply_to": row["reply_to"],
        "at": row["at"],
        "late": bool(row["late"]),
        "edited_at": row["edited_at"],
        "erased": row["erased_at"] is not None,
    }

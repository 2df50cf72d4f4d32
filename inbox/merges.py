"""What was merged and split, told so that people know it again: numbers of conversations, names of contacts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from typing_extensions import TypedDict

from gateway.egress import agent as project
from gateway.egress.access import Viewer, sees_row
from gateway.egress.types import ActorView, Line
from gateway.events import Actor
from gateway.newer import shown_kind
from gateway.store import Reader, Row, as_json
from gateway.store.load import load_names
from inbox.auth.access import where_sees_contact

MERGES_TOLD = 200
MERGES = (
    f"select * from merges where from_id = $1 or into_id = $1 order by at desc, id desc limit {MERGES_TOLD}"
)
CONVERSATIONS = """select c.id, c.number, c.team_id, c.assignee_id, k.name from conversations c
    join contacts k on k.id = c.contact_id where c.id in {ids_1}"""
CONTACTS = "select k.id, k.name from contacts k where k.id in {ids_1}"


JOINED = """select id, kind, from_id, into_id, undone_at from merges
    where id in {ids_1} and kind in ('contact.merge', 'contact.split')"""


class MergeSide(TypedDict):
    """One of the two that were joined or parted."""

    id: str
    number: int | None
    """A conversation's, where the caller may see it."""
    name: str
    """The contact's; empty where nobody has said one or the caller may not see it."""


class MergeView(TypedDict):
    id: str
    kind: Literal["conversation.merge", "conversation.split", "contact.merge", "contact.split"]
    source: MergeSide
    into: MergeSide
    actor: ActorView
    at: int
    undone_at: int | None


async def list_merges(look: Reader, viewer: Viewer, key: str) -> list[MergeView]:
    """Those of a conversation or a contact that the caller has been let to, the newest first."""
    rows = await look.all(MERGES, key)
    names = await load_names(look, {row["actor_id"] for row in rows})
    sides = await _sides(look, viewer, rows)
    return [
        {
            "id": row["id"],
            "kind": row["kind"],
            "source": sides.get(row["from_id"], _unseen(row["from_id"])),
            "into": sides.get(row["into_id"], _unseen(row["into_id"])),
            "actor": project.actor(Actor(shown_kind(row["actor_kind"]), row["actor_id"]), names),
            "at": row["at"],
            "undone_at": row["undone_at"],
        }
        for row in rows
    ]


def _unseen(key: str) -> MergeSide:
    return {"id": key, "number": None, "name": ""}


async def _sides(look: Reader, viewer: Viewer, rows: Sequence[Row]) -> dict[str, MergeSide]:
    keys = as_json(sorted({row[end] for row in rows for end in ("from_id", "into_id")}))
    known: list[Any] = [keys]
    access = where_sees_contact(viewer, "k", known)
    contacts = await look.all(f"{CONTACTS} and {access}", *known) if rows else []
    conversations = await look.all(CONVERSATIONS, keys) if rows else []
    sides: dict[str, MergeSide] = {
        row["id"]: {"id": row["id"], "number": None, "name": row["name"]} for row in contacts
    }
    for row in conversations:
        if sees_row(viewer, row):
            sides[row["id"]] = {"id": row["id"], "number": row["number"], "name": row["name"]}
    return sides


async def recall(look: Reader, lines: Sequence[Line]) -> None:
    """Lines from before they said from whom to whom a conversation went: the merge they came from still knows."""
    silent = [
        line
        for line in lines
        if line["changes"].get("fields") == ["contact"] and "why" not in line["changes"]
    ]
    if not silent:
        return
    keys = as_json(sorted({line["subject"] or "" for line in silent}))
    merges = {row["id"]: row for row in await look.all(JOINED, keys)}
    for line in silent:
        if (merge := merges.get(line["subject"] or "")) is not None:
            undone = merge["undone_at"] is not None and line["at"] >= merge["undone_at"]
            sides = [merge["from_id"], merge["into_id"]]
            why = "undone" if undone else "merged" if merge["kind"] == "contact.merge" else "split"
            line["changes"] = line["changes"] | {"contacts": sides[::-1] if undone else sides, "why": why}

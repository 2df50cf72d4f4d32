"""What is known of a contact beside what she wrote: our notes about her, and what happened to her over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typing_extensions import TypedDict

from gateway.egress import agent as project
from gateway.egress.access import Viewer
from gateway.egress.types import ContactNoteView, Line
from gateway.errors import NotFound
from gateway.store import Reader, Row, as_json
from gateway.store.load import LINES
from inbox.auth.access import access_contact, sees_where_it_lives
from inbox.places import Place, read_place

NOTE = "select contact_id from contact_notes where id = $1 and removed_at is null"
# The contact and everybody merged into it.
HER = """with recursive her (id) as (
    select id from contacts where id = $1 union select k.id from contacts k join her on k.merged_into = her.id)"""
NOTES = """select n.*, a.name as agent_name, null as customer_name from contact_notes n
    left join tokens t on t.id = n.author_id left join agents a on a.id = coalesce(t.agent_id, n.author_id)"""
# What is said of a conversation at both its ends is told once, at the one that leads on (`into`).
OF_CONVERSATIONS = """(l.kind = 'conversation.created'
    or (l.kind = 'conversation.changed' and cast(l.changes as text) like '%"closed"%')
    or (l.kind in ('conversation.merged', 'conversation.split', 'merge.undone')
        and cast(l.changes as text) like '%"into"%'))"""
# A parting is told to both who part.
OF_HERSELF = """(l.kind in ('contact.split', 'contact.erased', 'merge.undone')
    or (l.kind = 'contact.merged' and cast(l.changes as text) like '%"into"%')
    or (l.kind = 'contact.changed' and (cast(l.changes as text) like '%"proof"%'
        or cast(l.changes as text) like '%"person"%' or cast(l.changes as text) like '%"blocked"%'
        or cast(l.changes as text) like '%"notes"%')))"""
IDENTITIES = "select i.*, i.id as identity_id from identities i where i.id in {ids_1}"


class ContactNotesList(TypedDict):
    notes: list[ContactNoteView]
    """The newest first; of everybody merged into this contact too."""


class TimelineLine(Line):
    """`conversation.created`, `.changed` (closed or opened again), `.merged`, `.split`, `merge.undone`,
    `contact.changed` (a proof, a block, a note), `.merged`, `.split`, `.erased`."""

    conversation: str | None
    number: int | None
    title: str | None
    """The conversation's subject."""
    note: ContactNoteView | None
    """The note that was written or changed, as it reads now; null when it was removed."""
    address: str | None
    """The address that was proven."""


class TimelinePage(TypedDict):
    lines: list[TimelineLine]
    """The newest first."""
    before: str | None


async def list_notes(look: Reader, viewer: Viewer, contact: str) -> ContactNotesList:
    """Raises NotFound."""
    row = await access_contact(look, viewer, contact)
    rows = await look.all(
        f"{HER} {NOTES} where n.contact_id in (select id from her) and n.removed_at is null"
        " order by n.at desc, n.id desc",
        row["id"],
    )
    return {"notes": [project.contact_note(one) for one in rows]}


async def access_note(look: Reader, viewer: Viewer, note: str) -> str:
    """The contact of a note the viewer may read. Raises NotFound."""
    contact = await look.value(NOTE, note)
    if contact is None:
        raise NotFound("errors.contact_note_not_found", f"no note {note}")
    try:
        return str((await access_contact(look, viewer, contact))["id"])
    except NotFound:
        raise NotFound("errors.contact_note_not_found", f"{viewer.agent_id} sees no note {note}") from None


async def show_note(look: Reader, note: str) -> ContactNoteView:
    row = await look.one(f"{NOTES} where n.id = $1", note)
    assert row is not None, "its caller has just written it"
    return project.contact_note(row)


async def timeline(
    look: Reader, viewer: Viewer, contact: str, before: str | None, limit: int
) -> TimelinePage:
    """What happened to a contact, as far as the viewer may see the conversations it happened in. Raises NotFound."""
    row = await access_contact(look, viewer, contact)
    params: list[Any] = [row["id"]]
    beyond = ""
    if before is not None:
        place = read_place(before)
        params += [place.first, place.number]
        beyond = "and (l.at, l.position) < ($2, $3)"
    seen = "1" if viewer.sees_all else sees_where_it_lives(viewer, params)
    newest = f"order by l.at desc, l.position desc limit {limit + 1}"
    hers = f"""{HER} {LINES} where l.contact_id in (select id from her) and {OF_HERSELF} {beyond} {newest}"""
    theirs = f"""{HER} {LINES} where l.conversation_id in (select held.id from conversations held
        where held.contact_id in (select id from her) and {seen} = 1) and {OF_CONVERSATIONS} {beyond} {newest}"""
    own = params if viewer.sees_all else params[: 3 if before is not None else 1]
    rows = [*await look.all(hers, *own), *await look.all(theirs, *params)]
    rows.sort(key=lambda one: (one["at"], one["position"]), reverse=True)
    more, rows = len(rows) > limit, rows[:limit]
    last = rows[-1] if more else None
    return {
        "lines": await _told(look, rows),
        "before": str(Place(last["at"], str(last["position"]))) if last else None,
    }


async def _told(look: Reader, rows: Sequence[Row]) -> list[TimelineLine]:
    of_contact = {row["subject_id"] for row in rows if row["kind"] == "contact.changed" and row["subject_id"]}
    wanted = as_json(sorted(of_contact))
    notes: dict[str, Row] = {}
    addresses: dict[str, Row] = {}
    if of_contact:
        found = await look.all(f"{NOTES} where n.id in {{ids_1}} and n.removed_at is null", wanted)
        notes = {one["id"]: one for one in found}
        addresses = {one["id"]: one for one in await look.all(IDENTITIES, wanted)}
    return [
        _line(row, notes.get(row["subject_id"] or ""), addresses.get(row["subject_id"] or "")) for row in rows
    ]


def _line(row: Row, note: Row | None, identity: Row | None) -> TimelineLine:
    return {
        **project.line(row),
        "conversation": row["conversation_id"],
        "number": row["number"],
        "title": row["title"],
        "note": None if note is None else project.contact_note(note),
        "address": None if identity is None or identity["space"] == "visitor" else identity["address"],
    }

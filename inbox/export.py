"""A conversation or a contact as one ZIP file: JSON to read by machine, and the files. Written as it is read.

Holds what the asking agent may see and nothing else; never more in memory than a page of messages or a piece of a file.
"""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson

from gateway.egress import agent as project
from gateway.egress.access import Viewer
from gateway.egress.types import ContactView, ConversationView
from gateway.media import Missing, content_disposition
from gateway.store import Reader, Row
from gateway.store.load import LINES, MESSAGES, Content, with_files
from inbox.desk import Desk
from inbox.knowing import list_notes
from inbox.places import Place
from inbox.views import Wanted, list_conversations

PAGE = 200
"""Messages, or conversations of a contact, read at a time."""
NEXT = f"""{MESSAGES} where m.conversation_id = $1 and (m.at, m.position) > ($2, $3)
    order by m.at, m.position limit {PAGE}"""
ALL_LINES = f"{LINES} where l.conversation_id = $1 order by l.at, l.position"


class _Pipe:
    """What zipfile writes into; taken out piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._written = 0

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        self._written += len(data)
        return len(data)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken


class Archive:
    """One export on its way out. Iterate over `conversation` or `contact` for the bytes of the ZIP file."""

    def __init__(self, desk: Desk, viewer: Viewer) -> None:
        self._desk = desk
        self._viewer = viewer
        self._pipe = _Pipe()
        into: Any = self._pipe  # all that zipfile asks of a stream it cannot seek in
        self._zip = zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED)

    async def conversation(self, view: ConversationView, contact: ContactView) -> AsyncIterator[bytes]:
        """The conversation's story and files; the caller has looked both up for this viewer."""
        async for piece in self._told("", view, contact):
            yield piece
        yield self._end()

    async def contact(self, view: ContactView) -> AsyncIterator[bytes]:
        """Everything known of a contact, with each conversation that the viewer may see in a folder of its own."""
        self._zip.writestr("contact.json", orjson.dumps(view, option=orjson.OPT_INDENT_2))
        # A file of its own: what the team says among itself of a person is easily left out when she asks for hers.
        notes = await self._desk.store.read(lambda look: list_notes(look, self._viewer, view["id"]))
        self._zip.writestr("notes.json", orjson.dumps(notes["notes"], option=orjson.OPT_INDENT_2))
        yield self._pipe.take()
        before: str | None = None
        while True:
            wanted = Wanted(contact=view["id"], before=before, limit=PAGE)
            page = await self._desk.store.scan(
                lambda look, asked=wanted: list_conversations(look, self._viewer, asked)  # type: ignore[misc]
            )
            for one in page["conversations"]:
                async for piece in self._told(f"conversation-{one['number']}/", one, view):
                    yield piece
            before = page["before"]
            if before is None:
                break
        yield self._end()

    def _end(self) -> bytes:
        self._zip.close()
        return self._pipe.take()

    async def _told(self, folder: str, view: ConversationView, contact: ContactView) -> AsyncIterator[bytes]:
        files: list[tuple[str, Row]] = []
        lines = await self._desk.store.scan(lambda look: look.all(ALL_LINES, view["id"]))
        with self._zip.open(f"{folder}conversation.json", "w") as entry:
            head = {"conversation": view, "contact": contact, "lines": [project.line(row) for row in lines]}
            entry.write(orjson.dumps(head)[:-1] + b',"messages":[')
            between = b""
            async for content in self._messages(view["id"]):
                entry.write(between + orjson.dumps(self._message(content, files)))
                between = b",\n"
                yield self._pipe.take()
            entry.write(b"]}")
        for path, row in files:
            async for piece in self._file(folder + path, row):
                yield piece

    async def _messages(self, conversation: str) -> AsyncIterator[Content]:
        at = Place(0, "0")
        while True:

            async def look_up(look: Reader, after: Place = at) -> Sequence[Content]:
                return await with_files(look, await look.all(NEXT, conversation, after.first, after.number))

            page = await self._desk.store.scan(look_up)
            for content in page:
                yield content
            if len(page) < PAGE:
                return
            at = Place(page[-1].row["at"], str(page[-1].row["position"]))

    def _message(self, content: Content, files: list[tuple[str, Row]]) -> dict[str, Any]:
        """The message as agents see it; its files' addresses are their places in this archive."""
        paths = {row["id"]: f"files/{row['id']}-{_plain(row['name'])}" for row in content.files}
        files += [(paths[row["id"]], row) for row in content.files]
        return dict(project.message(content.row, content.files, lambda row: paths[row["id"]]))

    async def _file(self, path: str, row: Row) -> AsyncIterator[bytes]:
        """The file, stored as it is; one that is gone is left out."""
        try:
            async with self._desk.media.open(row["hash"]) as media:
                about = zipfile.ZipInfo(path)
                with self._zip.open(about, "w", force_zip64=row["size"] > 2**30) as entry:
                    async for chunk in media.chunks:
                        entry.write(chunk)
                        yield self._pipe.take()
        except Missing:
            return


def _plain(name: str) -> str:
    """A file's name that stays inside its folder, whoever unpacks it."""
    return (
        "".join(letter if letter.isalnum() or letter in "-_. " else "_" for letter in name)[-100:].lstrip(".")
        or "file"
    )


def download_headers(name: str) -> dict[str, str]:
    """A ZIP file to be saved under this name."""
    return {
        "Content-Type": "application/zip",
        "Content-Disposition": content_disposition(name, inline=False),
        "Cache-Control": "no-store",
    }

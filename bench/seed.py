"""Fills a data directory with conversations and messages, rows written directly: a million in a minute or two.

As if people had talked for months: a tenth of the conversations open, a third in no agent's hands, three teams, tags.
The log before them counts as trimmed.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.product import ACCOUNT, Data
from bench.words import Writer
from gateway.store.search import tokens

EPOCH = 1_760_000_000_000
"""When the first message came, ms."""
APART = 10_000
"""Milliseconds between two messages."""
STRIDE = 7919
"""Messages wander over the conversations in steps that share no factor with their number."""
BATCH = 20_000
TEAMS, TAGS = ("orders", "parcels", "money"), ("refund", "broken", "praise", "vip", "urgent")
VIEWER = 1
"""Which of the agents is a plain one, of the first team: whoever reads lists and searches in the bench."""

NEWEST = """select c.id, c.leg_id, c.last_at, l.identity_id, (select id from agents order by email limit 1) as agent_id
    from conversations c join legs l on l.id = c.leg_id order by c.last_at desc limit ?"""
SAID = """insert into messages (id, position, conversation_id, birth_conversation_id, leg_id, visibility, author_kind,
    author_id, client_id, text, at) values (?, ?, ?, ?, ?, 'public', ?, ?, ?, ?, ?)"""
ATTACHED = """insert into attachments (id, owner, message_id, place, hash, name, mime, size, width, height, inline,
    created_at) values (?, 'bench', ?, 0, ?, ?, ?, ?, ?, ?, 0, ?)"""
STANDS = """update conversations set last_at = ?, last_message_id = ?, last_public_position = ?,
    last_customer_position = ?, position = ? where id = ?"""

Rows = Iterator[tuple[Any, ...]]


def seed(data: Data, *, messages: int, conversations: int, all_open: bool = False) -> None:
    """Fill the database, which must be fresh but for its agents; nobody may have it open."""
    with _opened(data) as database:
        town = Town(database, messages, conversations, all_open=all_open)
        for insert, rows in town.tables():
            _fill(database, insert, rows)
        town.finish()


@contextmanager
def _opened(data: Data) -> Iterator[sqlite3.Connection]:
    database = sqlite3.connect(data.folder / "parley.db", isolation_level=None)
    database.row_factory = sqlite3.Row
    for setting in ("synchronous = off", "foreign_keys = off", "cache_size = -400000", "journal_mode = wal"):
        database.execute(f"pragma {setting}")
    yield database
    database.execute("pragma wal_checkpoint(truncate)")
    database.close()


def lengthen(data: Data, *, conversations: int, messages: int) -> None:
    """The newest conversations go on for so many messages more, every fifth with a picture or a paper."""
    written = Files(data.folder / "media" / "objects")
    with _opened(data) as database:
        begun: int = database.execute("select position from log_head").fetchone()[0]
        found = database.execute(NEWEST, (conversations,)).fetchall()
        added = [(row, n) for n in range(messages) for row in found]
        database.execute("begin")
        for position, (row, n) in enumerate(added, begun + 1):
            key, at = _key("x", position), row["last_at"] + (n + 1) * APART
            by = ("customer", row["identity_id"]) if n % 2 else ("agent", row["agent_id"])
            said = (key, position, row["id"], row["id"], row["leg_id"], *by, key, written.text(n), at)
            database.execute(SAID, said)
            if n % 5 == 0:
                database.execute(ATTACHED, (_key("f", position), key, *written.file(n), at))
            database.execute(STANDS, (at, key, position, position, position, row["id"]))
        database.execute("update log_head set position = ?", (begun + len(added),))
        database.execute("commit")


class Files:
    """What is sent with words: one picture and one paper, which lie where the server looks for them."""

    def __init__(self, folder: Path) -> None:
        self._writer = Writer(11)
        self._picture = self._kept(folder, picture(320, 200))
        self._paper = self._kept(folder, b"%PDF-1.4\n% a paper\n")

    @staticmethod
    def _kept(folder: Path, content: bytes) -> tuple[str, int]:
        digest = hashlib.sha256(content).hexdigest()
        place = folder / digest[:2] / digest
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_bytes(content)
        return digest, len(content)

    def text(self, number: int) -> str:
        return " ".join(self._writer.message() for _ in range(1 + number % 4))

    def file(self, number: int) -> tuple[str, str, str, int, int | None, int | None]:
        """Its hash, name, mime, size, width and height."""
        if number % 10:
            digest, size = self._paper
            return digest, f"paper-{number}.pdf", "application/pdf", size, None, None
        digest, size = self._picture
        return digest, f"picture-{number}.png", "image/png", size, 320, 200


def picture(width: int, height: int) -> bytes:
    """A PNG of one grey."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        whole = kind + content
        return struct.pack(">I", len(content)) + whole + struct.pack(">I", zlib.crc32(whole))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\xaa" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _fill(database: sqlite3.Connection, insert: str, rows: Rows) -> None:
    while batch := [row for row, _ in zip(rows, range(BATCH), strict=False)]:
        database.execute("begin")
        places = ", ".join("?" * len(batch[0]))
        database.executemany(f"insert into {insert} values ({places})", batch)
        database.execute("commit")


class Town:
    """All who talked, and what they said."""

    def __init__(
        self, database: sqlite3.Connection, messages: int, conversations: int, *, all_open: bool = False
    ) -> None:
        self._database = database
        self._status: Callable[[int], str] = (lambda _: "open") if all_open else _status
        self._messages = messages
        self._conversations = conversations
        self._agents = [row[0] for row in database.execute("select id from agents order by email")]
        self._viewer = database.execute(
            "select id from agents where email = ?", (f"agent{VIEWER}@bench.example",)
        ).fetchone()[0]
        self._head: int = database.execute("select position from log_head").fetchone()[0]
        self._last = {self._conversation(m): m for m in range(messages - conversations, messages)}
        """Conversation -> its newest message."""

    def _conversation(self, message: int) -> int:
        return message * STRIDE % self._conversations

    def tables(self) -> Sequence[tuple[str, Rows]]:
        return (
            ("teams (id, name, created_at)", ((f"team{t}", t, EPOCH) for t in TEAMS)),
            ("team_members (team_id, agent_id)", iter([(f"team{TEAMS[0]}", self._viewer)])),
            ("tags (id, name, colour, created_at)", ((f"tag{t}", t, "#888888", EPOCH) for t in TAGS)),
            ("contacts (id, seq, name, attributes, claims, created_at)", self._each(self._contact)),
            (
                "identities (id, space, address, contact_id, birth_contact_id, person_id, proof, created_at)",
                self._each(self._identity),
            ),
            ("endpoints (account_id, identity_id, last_inbound_at)", self._each(self._endpoint)),
            (
                """conversations (id, number, contact_id, subject, priority, status, team_id, assignee_id, leg_id, tags,
                attributes, last_at, last_message_id, last_public_position, last_customer_position, position,
                created_at)""",
                self._each(self._row),
            ),
            ("conversation_tags (conversation_id, tag_id, status, last_at)", self._tagged()),
            ("participants (conversation_id, contact_id, role)", self._each(self._participant)),
            (
                "legs (id, conversation_id, account_id, identity_id, thread_key, last_inbound_at, created_at)",
                self._each(self._leg),
            ),
            (
                """messages (id, position, conversation_id, birth_conversation_id, leg_id, visibility, author_kind,
                author_id, client_id, account_id, provider_id, text, at)""",
                self._said(),
            ),
            ("message_search (rowid, tokens)", self._tokens()),
            ("contact_search (rowid, tokens)", self._each(lambda n: (n + 1, tokens(_name(n))))),
        )

    def finish(self) -> None:
        """Counts, the viewer's role, the head of the log."""
        for statement in (
            f"update log_head set position = {self._head + self._messages}",
            f"update agents set role = 'agent' where id = '{self._viewer}'",
            """insert into counts (status, team_id, assignee_id, tag_id, n)
                select status, coalesce(team_id, ''), coalesce(assignee_id, ''), '', count(*) from conversations
                group by 1, 2, 3""",
            "analyze",
        ):
            self._database.execute(statement)

    def _each(self, row: Callable[[int], tuple[Any, ...]]) -> Rows:
        return (row(number) for number in range(self._conversations))

    # --- rows -----------------------------------------------------------------------------------------------------

    def _contact(self, n: int) -> tuple[Any, ...]:
        return (_key("k", n), n + 1, _name(n), "{}", "{}", EPOCH)

    def _identity(self, n: int) -> tuple[Any, ...]:
        return (_key("i", n), "visitor", f"seeded-{n}", _key("k", n), _key("k", n), _key("i", n), 1, EPOCH)

    def _endpoint(self, n: int) -> tuple[Any, ...]:
        return (ACCOUNT, _key("i", n), self._at(self._last[n]))

    def _row(self, n: int) -> tuple[Any, ...]:
        last = self._last[n]
        position = self._position(last)
        placed = (self._status(n), _team(n), self._assignee(n), _key("l", n), _tag(n) or "", "{}")
        stands = (self._at(last), _key("m", last), position, position, position, EPOCH)
        return (_key("c", n), n + 1, _key("k", n), "", 0, *placed, *stands)

    def _tagged(self) -> Rows:
        for n in range(self._conversations):
            if tag := _tag(n):
                yield (_key("c", n), tag, self._status(n), self._at(self._last[n]))

    def _participant(self, n: int) -> tuple[Any, ...]:
        return (_key("c", n), _key("k", n), "requester")

    def _leg(self, n: int) -> tuple[Any, ...]:
        return (_key("l", n), _key("c", n), ACCOUNT, _key("i", n), "", self._at(self._last[n]), EPOCH)

    def _said(self) -> Rows:
        writer = Writer()
        for m in range(self._messages):
            n = self._conversation(m)
            home = (_key("m", m), self._position(m), _key("c", n), _key("c", n), _key("l", n), "public")
            mine = m // self._conversations % 2
            by = ("agent", self._agents[n % len(self._agents)]) if mine else ("customer", _key("i", n))
            origin = (None, None) if mine else (ACCOUNT, f"seeded-{m}")
            yield (*home, *by, f"client-{m}", *origin, writer.message(), self._at(m))

    def _tokens(self) -> Rows:
        writer = Writer()
        return ((self._position(m), tokens(writer.message())) for m in range(self._messages))

    def _position(self, message: int) -> int:
        return self._head + message + 1

    def _at(self, message: int) -> int:
        return EPOCH + message * APART

    def _assignee(self, n: int) -> str | None:
        return None if n % 3 == 0 else self._agents[n // 3 % len(self._agents)]


def _key(kind: str, number: int) -> str:
    """26 letters, as ids have."""
    return f"{kind}{number:025}"


def _name(n: int) -> str:
    return f"Customer {n}" if n % 2 else f"손님 {n}"


def _status(n: int) -> str:
    return {0: "open", 1: "snoozed" if n % 5 == 0 else "closed", 2: "spam" if n % 9 == 0 else "closed"}.get(
        n % 10, "closed"
    )


def _team(n: int) -> str | None:
    place = n // 10 % (len(TEAMS) + 1)
    return f"team{TEAMS[place]}" if place < len(TEAMS) else None


def _tag(n: int) -> str | None:
    return f"tag{TAGS[n // 100 % len(TAGS)]}" if n // 10 % 10 == 0 else None

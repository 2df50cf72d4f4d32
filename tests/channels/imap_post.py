"""A small IMAP server inside the test's loop: folders, IDLE, and whatever a server may do wrong."""

import asyncio
import base64
import contextlib
import datetime
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from tests.channels.mail_certificates import server_context

CUT = "cut"


@dataclass
class Kept:
    raw: bytes
    day: datetime.date
    flags: set[str] = field(default_factory=set)


@dataclass
class Folder:
    validity: int = 1000
    next_uid: int = 1
    mails: dict[int, Kept] = field(default_factory=dict)


class ImapPost:
    """`says`: command -> what it answers once, as long as there is one: words after the tag, or CUT."""

    def __init__(self, *capabilities: str) -> None:
        self.capabilities = capabilities or ("IDLE", "MOVE", "UIDPLUS", "AUTH=XOAUTH2", "SPECIAL-USE")
        self.folders = {
            "INBOX": Folder(),
            "Support": Folder(2000),
            "Done": Folder(3000),
            "Sent": Folder(4000),
        }
        self.says: dict[str, list[str]] = {}
        self.password, self.tokens = "right", {"good"}
        self.commands: list[str] = []
        self.idling: set[Talk] = set()
        self.talks: set[asyncio.Task[None]] = set()
        self.writers: set[asyncio.StreamWriter] = set()
        self.heard = asyncio.Condition()
        self.port = 0
        self.eager = False
        """Does it tell what came together with the word that it idles?"""

    def put(self, raw: bytes, folder: str = "INBOX", day: datetime.date = datetime.date(2026, 11, 20)) -> int:
        into = self.folders[folder]
        uid, into.next_uid = into.next_uid, into.next_uid + 1
        into.mails[uid] = Kept(raw, day)
        for talk in self.idling:
            if talk.folder == folder:
                talk.send(f"* {len(into.mails)} EXISTS")
        return uid

    async def until(self, command: str, times: int = 1) -> None:
        """Returns when it has heard that command so often."""
        async with self.heard:
            await self.heard.wait_for(lambda: sum(one.startswith(command) for one in self.commands) >= times)

    def cut(self) -> None:
        for writer in self.writers:
            writer.transport.abort()

    @contextlib.asynccontextmanager
    async def open(self, *, tls: bool = False, port: int = 0) -> AsyncIterator[int]:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self.talks.add(task)
            self.writers.add(writer)
            try:
                with contextlib.suppress(
                    ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
                ):
                    await Talk(self, reader, writer).run()
            finally:
                writer.close()
                self.talks.discard(task)
                self.writers.discard(writer)

        context = server_context() if tls else None
        server = await asyncio.start_server(talk, "127.0.0.1", port, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self.port
        finally:
            server.close()
            talks = list(self.talks)
            for one in talks:
                one.cancel()
            await asyncio.gather(*talks, return_exceptions=True)


class Talk:
    def __init__(self, post: ImapPost, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.post, self.reader, self.writer = post, reader, writer
        self.folder = ""
        self.writable = False

    def send(self, line: str | bytes) -> None:
        self.writer.write((line if isinstance(line, bytes) else line.encode()) + b"\r\n")

    async def run(self) -> None:
        self.send("* OK ready")
        while line := await self.reader.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            name = rest.upper().split(" ")[0]
            name = " ".join(rest.upper().split(" ")[:2]) if name == "UID" else name
            async with self.post.heard:
                self.post.commands.append(rest)
                self.post.heard.notify_all()
            if said := self.post.says.get(name):
                words = said.pop(0)
                if words == CUT:
                    self.writer.transport.abort()
                    return
                self.send(f"{tag} {words}")
                continue
            verb: Any = getattr(self, name.lower().replace(" ", "_"), None)
            if verb is None:
                self.send(f"{tag} BAD {name}")
            elif (done := await verb(tag, rest)) is not None:
                self.send(f"{tag} {done}")
            await self.writer.drain()

    async def capability(self, tag: str, rest: str) -> str:
        self.send(f"* CAPABILITY IMAP4rev1 {' '.join(self.post.capabilities)}")
        return "OK done"

    async def login(self, tag: str, rest: str) -> str:
        right = rest.split(" ")[-1].strip('"') == self.post.password
        return "OK in" if right else "NO [AUTHENTICATIONFAILED] no"

    async def authenticate(self, tag: str, rest: str) -> str:
        self.send("+ ")
        told = base64.b64decode(await self.reader.readline()).decode()
        if told.split("Bearer ")[1].rstrip("\x01") in self.post.tokens:
            return "OK in"
        self.send("+ " + base64.b64encode(b'{"status":"400"}').decode())
        await self.reader.readline()
        return "NO [AUTHENTICATIONFAILED] no"

    async def select(self, tag: str, rest: str) -> str:
        name = rest.split(" ", 1)[1].strip('"')
        if name not in self.post.folders:
            return "NO no such folder"
        self.folder, self.writable = name, rest.upper().startswith("SELECT")
        here = self.post.folders[name]
        self.send(f"* {len(here.mails)} EXISTS")
        self.send(r"* FLAGS (\Seen)")
        self.send("* 0 RECENT")
        self.send(f"* OK [UIDVALIDITY {here.validity}] valid")
        self.send(f"* OK [UIDNEXT {here.next_uid}] next")
        return f"OK [READ-{'WRITE' if self.writable else 'ONLY'}] open"

    examine = select

    async def uid_search(self, tag: str, rest: str) -> str:
        found = re.search(r"UID (\d+):\*(?: SINCE (\S+))?", rest.partition(" ")[2].partition(" ")[2])
        assert found is not None
        mails = self.post.folders[self.folder].mails
        start, last = int(found[1]), max(mails, default=0)
        since = day(found[2]) if found[2] else datetime.date.min
        uids = [uid for uid, kept in mails.items() if (uid >= start or uid == last) and kept.day >= since]
        self.send("* SEARCH " + " ".join(map(str, uids)))
        return "OK done"

    async def uid_fetch(self, tag: str, rest: str) -> str:
        _, _, uids, what = rest.split(" ", 3)
        mails = self.post.folders[self.folder].mails
        for uid in map(int, uids.split(",")):
            if uid not in mails:
                continue
            raw, at = mails[uid].raw, sorted(mails).index(uid) + 1
            if "SIZE" in what:
                self.send(f"* {at} FETCH (UID {uid} RFC822.SIZE {len(raw)})")
                continue
            assert "PEEK" in what
            part = re.search(r"<0\.(\d+)>", what)
            raw, name = (raw[: int(part[1])], "BODY[]<0>") if part else (raw, "BODY[]")
            self.send(f"* {at} FETCH (UID {uid} {name} {{{len(raw)}}}\r\n".encode() + raw + b")")
        return "OK done"

    async def uid_store(self, tag: str, rest: str) -> str:
        assert self.writable
        self.post.folders[self.folder].mails[int(rest.split(" ")[2])].flags.add(rest.split("(")[1].strip(")"))
        return "OK done"

    async def uid_copy(self, tag: str, rest: str) -> str:
        _, _, uid, to = rest.split(" ", 3)
        self.post.put(self.post.folders[self.folder].mails[int(uid)].raw, to.strip('"'))
        return "OK done"

    async def uid_move(self, tag: str, rest: str) -> str:
        assert self.writable
        await self.uid_copy(tag, rest)
        return await self.uid_expunge(tag, rest)

    async def uid_expunge(self, tag: str, rest: str) -> str:
        del self.post.folders[self.folder].mails[int(rest.split(" ")[2])]
        return "OK done"

    async def idle(self, tag: str, rest: str) -> str:
        self.post.idling.add(self)
        news = f"* {len(self.post.folders[self.folder].mails)} EXISTS\r\n" if self.post.eager else ""
        self.writer.write(f"+ idling\r\n{news}".encode())
        try:
            assert (await self.reader.readline()).strip() in (b"DONE", b"")
        finally:
            self.post.idling.discard(self)
        return "OK done"

    async def list(self, tag: str, rest: str) -> str:
        pattern = rest.split(" ")[2].strip('"')
        for name in self.post.folders:
            if pattern not in ("*", name):
                continue
            sent = r"\Sent" if name == "Sent" else ""
            self.send(f'* LIST (\\HasNoChildren {sent}) "/" "{name}"')
        return "OK done"

    async def append(self, tag: str, rest: str) -> str | None:
        size = int(rest.rsplit("{", 1)[1].rstrip("}"))
        self.send("+ go")
        raw = await self.reader.readexactly(size)
        await self.reader.readline()
        folder = rest.split(" ")[1].strip('"')
        uid = self.post.put(raw, folder)
        self.post.folders[folder].mails[uid].flags.add(rest.split("(")[1].split(")")[0])
        return "OK done"

    async def logout(self, tag: str, rest: str) -> str:
        self.send("* BYE")
        return "OK bye"


def day(written: str) -> datetime.date:
    """As IMAP writes it: `20-Nov-2026`."""
    number, month, year = written.strip('"').split("-")
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return datetime.date(int(year), months.index(month) + 1, int(number))

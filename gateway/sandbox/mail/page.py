"""The page of the mail program: a customer's mailbox in the newcomer's hands, and the weather over it.

A browser listens at one socket, which says what lies in the open mailbox whenever anything has changed; a mail's words,
page and files are asked for when it is opened. A mail's page stands in a frame that may run nothing and load nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import getaddresses
from typing import Any, TypeVar
from urllib.parse import quote

import orjson
from aiohttp import WSCloseCode, web
from pydantic import Field, ValidationError

from gateway.bundle import mail as bundled
from gateway.door import check_origin, read_bounded
from gateway.errors import Malformed, NotFound, TooLarge
from gateway.events import new_id
from gateway.sandbox.guests import personas
from gateway.sandbox.mail.boxes import Box, Takes
from gateway.sandbox.mail.letters import Content, File, Letter, Person, read_content, source_of
from gateway.sandbox.mail.office import Office
from gateway.sandbox.mail.residents import ADDRESS, WRITERS, address_of
from gateway.sandbox.mail.views import Json, begun, opened, ready, shown
from gateway.sandbox.mail.writing import Draft, Kind, Writing, begin, compose
from gateway.sandbox.pictures import PICTURES, picture
from gateway.sandbox.sheet import Handler, Told, drawn, guarded, sheet

PAUSE = 0.05
"""Seconds from one news to the next."""
HEARTBEAT = 20.0
"""Seconds between two questions whether a browser is still there."""
BODY = 128 * 1024
FILE = 10 * 1024 * 1024
"""Bytes that a request's body may have; that a file may have."""
ALONG = 14 * 1024 * 1024
"""Bytes of the files of one mail; encoded they grow by a third, and the server takes 20 MB."""
READY = 40 * 1024 * 1024
"""Bytes of files that lie ready for mails that are being written; the oldest go."""
LONGEST = 50_000
MOST_RECIPIENTS = 20
ADDRESS_SHAPE = re.compile(
    r"[^\s@<>(),;:\\\"\[\]]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?", re.IGNORECASE
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
INERT = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
)
"""Of a mail's page: no script, whoever wrote it. Same origin, so that our page can give it the room that it needs."""
SEALED = "default-src 'none'; sandbox"
SHOWN_IN_PLACE = ("image/png", "image/jpeg", "image/gif", "image/webp")


class Acting(Told):
    box: str


class Reading(Acting):
    letters: tuple[str, ...] = Field(strict=False, max_length=200)
    unread: bool = False


class Dropping(Acting):
    thread: str


class Forecast(Acting):
    """What is left out stays."""

    takes: Takes | None = None
    afterwards: bool | None = None
    slow: bool | None = None
    away: bool | None = None


class Enclosing(Told):
    id: str
    inline: bool = False
    """In the text, where it is a picture."""


class Sending(Acting):
    to: str = Field(max_length=2_000)
    cc: str = Field(default="", max_length=2_000)
    subject: str = Field(default="", max_length=500)
    text: str = Field(default="", max_length=LONGEST)
    kind: Kind = "new"
    of: str = ""
    """The mail that is answered or passed on."""
    quoted: bool = True
    """With what it answers to below."""
    files: tuple[Enclosing, ...] = Field(default=(), strict=False, max_length=20)


T = TypeVar("T", bound=Told)


@dataclass
class MailProgram:
    """One per running demo."""

    key: str
    office: Office
    people: Sequence[tuple[str, str]]
    """Role and name of the agents as whom a newcomer may sign in."""
    life: str = field(default_factory=new_id)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the demo ends: whoever listens is let go."""
    _ready: dict[str, File] = field(default_factory=dict)

    @property
    def home(self) -> str:
        return f"/sandbox/{self.key}"

    def hang(self, application: web.Application) -> None:
        """Before the application serves."""
        gets: dict[str, Handler] = {
            "": self._page,
            "/live": self._live,
            "/draft": self._draft,
            "/letters/{letter}": self._letter,
            "/letters/{letter}/page": self._letter_page,
            "/letters/{letter}/source": self._letter_source,
            "/letters/{letter}/files/{place}": self._letter_file,
            "/pictures/{name}.png": drawn(PICTURES, picture),
        }
        posts: dict[str, Handler] = {
            "/read": self._acts(Reading, self._read),
            "/drop": self._acts(Dropping, self._drop),
            "/weather": self._acts(Forecast, self._change_weather),
            "/send": self._acts(Sending, self._send),
            "/files": self._keep,
        }
        for path, handler in gets.items():
            application.router.add_get("/sandbox/{key}/mail" + path, guarded(self.key, handler))
        for path, handler in posts.items():
            application.router.add_post("/sandbox/{key}/mail" + path, guarded(self.key, handler))

    async def run(self) -> None:
        """For the life of the demo: carries what goes out."""
        try:
            await self.office.run()
        finally:
            self.over.set()
            self.office.tell()

    # --- looking ----------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.Response:
        known = {
            "path": self.home,
            "shop": ADDRESS,
            "people": [{"role": role, "name": name} for role, name in self.people],
            "says": {address_of(key): list(one.says) for key, one in personas().items() if key in WRITERS},
            "pictures": list(PICTURES),
            "largest": FILE,
            "state": self._now(next(iter(self.office.boxes))),
        }
        speaks = ("letters.", "sandbox.inbox", "sandbox.role.")
        return sheet(request, bundled(), title="letters.title", speaks=speaks, known=known, policy=POLICY)

    def _now(self, box: str) -> Json:
        return {"life": self.life, **shown(self.office, box)}

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """A socket that only tells: `?box=`."""
        check_origin(request, strict=True)
        box = self._box(request.query.get("box", "")).owner.address
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=BODY)
        await socket.prepare(request)
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(self._tell(socket, box))
            async for _ in socket:
                pass  # it has nothing to say; this ends when it goes
            telling.cancel()
        return socket

    async def _tell(self, socket: web.WebSocketResponse, box: str) -> None:
        told = -1
        with contextlib.suppress(ConnectionResetError):
            while not self.over.is_set():
                if told == self.office.changed:
                    await self.office.news()
                    continue
                told = self.office.changed
                await socket.send_str(orjson.dumps(self._now(box)).decode())
                await asyncio.sleep(PAUSE)
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _letter(self, request: web.Request) -> web.Response:
        return _json(opened(self._asked(request)))

    async def _letter_page(self, request: web.Request) -> web.Response:
        content = read_content(self._asked(request).raw)
        # In the standards' mode, where a page is as high as what it says; its links open beside this one.
        text = f'<!doctype html>\n<base target="_blank">\n{content.page}'
        headers = {
            "Content-Security-Policy": INERT,
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
        }
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _letter_source(self, request: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": SEALED, "Cache-Control": "no-store"}
        return web.Response(
            text=source_of(self._asked(request).raw), content_type="text/plain", headers=headers
        )

    async def _letter_file(self, request: web.Request) -> web.Response:
        files, place = read_content(self._asked(request).raw).files, request.match_info["place"]
        if not place.isdecimal() or int(place) >= len(files):
            raise NotFound("errors.not_found", "no such file in that mail")
        file = files[int(place)]
        in_place = file.mime in SHOWN_IN_PLACE
        name = quote(file.name, safe="")
        headers = {
            "Content-Security-Policy": SEALED,
            "Content-Disposition": f"{'inline' if in_place else 'attachment'}; filename*=UTF-8''{name}",
            "Cache-Control": "no-store",
        }
        mime = file.mime if in_place else "application/octet-stream"
        return web.Response(body=file.body, content_type=mime, headers=headers)

    async def _draft(self, request: web.Request) -> web.Response:
        """What stands ready for an answer: `?box=&of=&kind=`."""
        box, kind = self._box(request.query.get("box", "")), request.query.get("kind", "")
        if kind not in ("reply", "all", "forward"):
            raise Malformed("errors.malformed", "no such answer", at="kind", why="reply, all or forward")
        draft, _ = self._begin(box, kind, request.query.get("of", ""))  # type: ignore[arg-type]
        return _json(begun(draft, {self._lay_ready(file): file for file in draft.files}))

    # --- acting -----------------------------------------------------------------------------------------------------

    def _acts(self, model: type[T], act: Callable[[T], None]) -> Handler:
        async def acting(request: web.Request) -> web.Response:
            try:
                said = model.model_validate_json(await read_bounded(request, BODY))
            except ValidationError as why:
                fault = why.errors()[0]
                raise Malformed("errors.malformed", "not an act", at="body", why=fault["msg"]) from why
            act(said)
            self.office.tell()
            return web.Response(status=204)

        return acting

    def _read(self, said: Reading) -> None:
        box = self._box(said.box)
        for letter in box.letters:
            if letter.id in said.letters and letter.folder == "inbox":
                letter.unread = said.unread

    def _drop(self, said: Dropping) -> None:
        self._box(said.box).drop(said.thread)

    def _change_weather(self, said: Forecast) -> None:
        box = self._box(said.box)
        box.takes = said.takes or box.takes
        for name in ("afterwards", "slow", "away"):
            if (value := getattr(said, name)) is not None:
                setattr(box, name, value)
        if said.away is False:
            box.told_away.clear()

    def _send(self, said: Sending) -> None:
        box = self._box(said.box)
        to, cc = people_in(said.to), people_in(said.cc)
        if not to:
            raise Malformed("errors.malformed", "nobody to write to", at="to", why="empty")
        draft, answers = self._begin(box, said.kind, said.of) if said.kind != "new" else (Draft(), None)
        files = [(self._taken(one.id), one.inline) for one in said.files]
        if sum(len(file.body) for file, _ in files) > ALONG:
            raise TooLarge("errors.body_too_large", limit=ALONG)
        inline = [file for file, wanted in files if wanted and file.mime.startswith("image/")]
        raw = compose(
            Writing(
                box.owner if answers is None else self._own(box, answers),
                box.language,
                self.office.clock(),
                to,
                cc,
                said.subject,
                said.text,
                draft.quote if said.quoted else "",
                None if answers is None or said.kind == "forward" else answers.head,
                [File(one.name, one.mime, one.body, f"{new_id()}@sandbox") for one in inline],
                [file for file, _ in files if file not in inline],
            )
        )
        try:
            self.office.write(box, raw, (*to, *cc))
        except OverflowError as why:
            raise Malformed("errors.malformed", str(why), at="body", why="too many on their way") from why
        for one in said.files:
            self._ready.pop(one.id, None)

    async def _keep(self, request: web.Request) -> web.Response:
        """A file for a mail that is being written: `?name=`, the body is the file."""
        content = await read_bounded(request, FILE)
        if not content:
            raise Malformed("errors.malformed", "an empty file", at="body", why="empty")
        name = " ".join(request.query.get("name", "").split())[:200] or "file"
        file = File(name, request.content_type, content)
        return _json(ready(self._lay_ready(file), file))

    # --- what is meant ----------------------------------------------------------------------------------------------

    def _box(self, address: str) -> Box:
        """Raises NotFound."""
        box = self.office.boxes.get(address)
        if box is None or not box.listed:
            raise NotFound("errors.not_found", "no such mailbox")
        return box

    def _asked(self, request: web.Request) -> Letter:
        """Raises NotFound."""
        name = request.match_info["letter"]
        found = (
            letter
            for box in self.office.boxes.values()
            if box.listed and (letter := box.find(name)) is not None
        )
        letter = next(found, None)
        if letter is None:
            raise NotFound("errors.not_found", "no such mail, or it was the oldest")
        return letter

    def _begin(self, box: Box, kind: Kind, of: str) -> tuple[Draft, Letter]:
        """Raises NotFound."""
        letter = box.find(of)
        if letter is None:
            raise NotFound("errors.not_found", "no such mail, or it was the oldest")
        content: Content = read_content(letter.raw)
        return begin(kind, self._own(box, letter), box.language, letter.head, content, letter.at), letter

    def _own(self, box: Box, letter: Letter) -> Person:
        """As whom she answers: by the address of hers that it was sent to."""
        hers = (one for one in (*letter.head.to, *letter.head.cc) if self.office.box_of(one.address) is box)
        return next((Person(box.owner.name, one.address) for one in hers), box.owner)

    def _lay_ready(self, file: File) -> str:
        key = new_id()
        self._ready[key] = file
        while sum(len(one.body) for one in self._ready.values()) > READY:
            del self._ready[next(iter(self._ready))]
        return key

    def _taken(self, key: str) -> File:
        """Raises NotFound."""
        file = self._ready.get(key)
        if file is None:
            raise NotFound("errors.not_found", "that file no longer lies ready")
        return file


def people_in(written: str) -> tuple[Person, ...]:
    """Raises Malformed for what is no address."""
    told = [one.strip() for one in re.split(r"[,;\n]", written) if one.strip()]
    found = [Person(*read) for one in told for read in getaddresses([one])]
    for person in found:
        if not ADDRESS_SHAPE.fullmatch(person.address) or not person.address.isascii():
            raise Malformed("errors.malformed", "no address", at="to", why="no address")
    if len(found) > MOST_RECIPIENTS:
        raise Malformed("errors.malformed", "too many recipients", at="to", why=f"at most {MOST_RECIPIENTS}")
    return tuple(dict.fromkeys(Person(one.name, one.address) for one in found))


def _json(told: Any) -> web.Response:
    return web.Response(
        body=orjson.dumps(told), content_type="application/json", headers={"Cache-Control": "no-store"}
    )

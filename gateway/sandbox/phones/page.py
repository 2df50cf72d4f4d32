"""The page of phones: one of them in the newcomer's hand, and the weather of the network between it and Parley.

A browser listens at one socket, which says all that is to be seen whenever any of it has changed. The chat that the
socket is asked for stands open on that phone for as long as it is there: what comes is read at once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypeVar

import aiohttp
import orjson
from aiohttp import WSCloseCode, web
from pydantic import Field, ValidationError

from gateway.bundle import phones as bundled
from gateway.door import check_origin, read_bounded
from gateway.errors import Malformed, NotFound, UnsupportedMediaType
from gateway.events import new_id
from gateway.sandbox.guests import personas
from gateway.sandbox.phones.api import Door
from gateway.sandbox.phones.callbacks import Courier
from gateway.sandbox.phones.choices import chosen
from gateway.sandbox.phones.network import Network
from gateway.sandbox.phones.orders import LONGEST
from gateway.sandbox.phones.records import File, Saying
from gateway.sandbox.phones.residents import NUMBERS
from gateway.sandbox.phones.screens import Json, Screens
from gateway.sandbox.phones.weather import FAIR, STORM, Fault
from gateway.sandbox.pictures import PICTURES, picture
from gateway.sandbox.sheet import Handler, Told, drawn, guarded, sheet

LOOK = 0.1
"""Seconds between two looks at whether anything has changed."""
HEARTBEAT = 20.0
"""Seconds between two questions whether a browser is still there."""
BODY = 16 * 1024
FILE = 16 * 1024 * 1024
"""Bytes that a request's body may have; that a file may have (WhatsApp's own limit)."""
KINDS = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/", "application/pdf")
PACES: dict[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "quick": (FAIR.step, FAIR.travel),
    "slow": ((1.0, 3.0), (0.5, 2.0)),
    "crawling": ((4.0, 12.0), (3.0, 8.0)),
}
"""How fast the network is -> seconds from one state of a message to the next; until Parley's door is called."""
SHARES = ("lost", "repeated", "delayed", "undelivered", "busy", "broken", "cut_after")
NEXT = {"busy": Fault.BUSY, "broken": Fault.BROKEN, "cut_after": Fault.CUT_AFTER}
SKIES = {"fair": FAIR, "storm": replace(STORM, cut=0)}
PLACE = {
    "Latitude": "37.5665851",
    "Longitude": "126.9782038",
    "Label": "서울특별시청",
    "Address": "서울 중구 세종대로 110",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)

Percent = Annotated[int, Field(ge=0, le=100)]


class Acting(Told):
    phone: str


class Writing(Acting):
    line: str
    text: str = Field(min_length=1, max_length=LONGEST)


class Pressing(Acting):
    line: str
    message: str
    choice: str


class Pointing(Acting):
    line: str


class Flying(Acting):
    on: bool


class Forecast(Told):
    """What is left out stays. Shares are percent; `sky` sets everything at once."""

    sky: Literal["fair", "storm"] | None = None
    pace: Literal["quick", "slow", "crawling"] | None = None
    lost: Percent | None = None
    repeated: Percent | None = None
    delayed: Percent | None = None
    undelivered: Percent | None = None
    busy: Percent | None = None
    broken: Percent | None = None
    cut_after: Percent | None = None


class Planning(Told):
    fault: Literal["busy", "broken", "cut_after"]


T = TypeVar("T", bound=Told)


@dataclass
class Phones:
    """One per running demo."""

    key: str
    network: Network
    people: Sequence[tuple[str, str]]
    """Role and name of the agents as whom a newcomer may sign in."""
    life: str = field(default_factory=new_id)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the demo ends: whoever listens is let go."""

    def __post_init__(self) -> None:
        self.screens = Screens(self.network, f"{self.home}/phones")

    @property
    def home(self) -> str:
        return f"/sandbox/{self.key}"

    def hang(self, application: web.Application) -> None:
        """Before the application serves."""
        Door(self.network, f"{self.home}/phones").hang_files(application)
        gets: dict[str, Handler] = {
            "": self._page,
            "/live": self._live,
            "/pictures/{name}.png": drawn(PICTURES, picture),
        }
        posts: dict[str, Handler] = {
            "/say": self._acts(Writing, self._say),
            "/press": self._acts(Pressing, self._press),
            "/point": self._acts(Pointing, self._point),
            "/fly": self._acts(Flying, self._fly),
            "/weather": self._acts(Forecast, self._change_weather),
            "/plan": self._acts(Planning, self._plan),
            "/send": self._send,
        }
        for path, handler in gets.items():
            application.router.add_get("/sandbox/{key}/phones" + path, guarded(self.key, handler))
        for path, handler in posts.items():
            application.router.add_post("/sandbox/{key}/phones" + path, guarded(self.key, handler))

    async def run(self) -> None:
        """For the life of the demo: does what the network wants of the world."""
        try:
            async with aiohttp.ClientSession() as http:
                await Courier(self.network, http).run()
        finally:
            self.over.set()

    # --- looking ----------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.Response:
        says = {NUMBERS[key]: one for key, one in personas().items() if key in NUMBERS}
        known = {
            "path": self.home,
            "people": [{"role": role, "name": name} for role, name in self.people],
            "says": {number: {"language": one.language, "lines": one.says} for number, one in says.items()},
            "pictures": list(PICTURES),
            "largest": FILE,
            "state": self._now(next(iter(self.network.phones)), ""),
        }
        speaks = ("phones.", "sandbox.inbox", "sandbox.role.")
        return sheet(request, bundled(), title="phones.title", speaks=speaks, known=known, policy=POLICY)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """A socket that only tells: `?phone=&line=`."""
        check_origin(request, strict=True)
        number, line = request.query.get("phone", ""), request.query.get("line", "")
        self._check(number, line or None)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=BODY)
        await socket.prepare(request)
        with self.screens.looking(number, line):
            async with asyncio.TaskGroup() as group:
                telling = group.create_task(self._tell(socket, number, line))
                async for _ in socket:
                    pass  # it has nothing to say; this ends when it goes
                telling.cancel()
        return socket

    async def _tell(self, socket: web.WebSocketResponse, number: str, line: str) -> None:
        told = b""
        with contextlib.suppress(ConnectionResetError):
            while not self.over.is_set():
                now = orjson.dumps(self._now(number, line))
                if now != told:
                    told = now
                    await socket.send_str(now.decode())
                await asyncio.sleep(LOOK)
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def _now(self, number: str, line: str) -> Json:
        weather = self.network.weather
        pace = next((name for name, pair in PACES.items() if pair == (weather.step, weather.travel)), "quick")
        shares = {name: round(getattr(weather, name) * 100) for name in SHARES}
        return {
            "life": self.life,
            "phone": number,
            "line": line,
            **self.screens.shown(number, line),
            "weather": {"pace": pace, **shares},
        }

    # --- acting -----------------------------------------------------------------------------------------------------

    def _acts(self, model: type[T], act: Callable[[T], None]) -> Handler:
        async def acting(request: web.Request) -> web.Response:
            try:
                said = model.model_validate_json(await read_bounded(request, BODY))
            except ValidationError as why:
                fault = why.errors()[0]
                raise Malformed("errors.malformed", "not an act", at="body", why=fault["msg"]) from why
            act(said)
            return web.Response(status=204)

        return acting

    def _check(self, number: str, line: str | None) -> None:
        """Raises NotFound."""
        phone = self.network.phones.get(number)
        there = self.network.lines.get(line) if line is not None else None
        if phone is None or (line is not None and there is None):
            raise NotFound("errors.not_found", "no such phone or line")
        if there is not None and there.is_whatsapp and not phone.on_whatsapp:
            raise NotFound("errors.not_found", "that phone does not have this channel")

    def _say(self, said: Writing) -> None:
        self._check(said.phone, said.line)
        self.network.say(said.phone, said.line, Saying(said.text))

    def _press(self, said: Pressing) -> None:
        self._check(said.phone, said.line)
        message = self.network.messages.get(said.message)
        template = self.network.templates.get(message.template) if message else None
        saying = chosen(template, said.message, said.choice) if template else None
        if saying is None or message is None or (message.number, message.sender) != (said.phone, said.line):
            raise NotFound("errors.not_found", "nothing of that kind to press")
        self.network.say(said.phone, said.line, saying)

    def _point(self, said: Pointing) -> None:
        self._check(said.phone, said.line)
        if not self.network.lines[said.line].is_whatsapp:
            raise NotFound("errors.not_found", "text messages carry no places")
        self.network.say(said.phone, said.line, Saying(extra=PLACE))

    def _fly(self, said: Flying) -> None:
        self._check(said.phone, None)
        self.network.set_airplane(said.phone, said.on)

    def _change_weather(self, said: Forecast) -> None:
        weather = SKIES[said.sky] if said.sky else self.network.weather
        changes: dict[str, Any] = {
            name: share / 100 for name in SHARES if (share := getattr(said, name)) is not None
        }
        if said.pace is not None:
            changes["step"], changes["travel"] = PACES[said.pace]
        self.network.weather = replace(weather, **changes)

    def _plan(self, said: Planning) -> None:
        self.network.plan(NEXT[said.fault])

    async def _send(self, request: web.Request) -> web.Response:
        """A file, with words or without: `?phone=&line=&text=`, the body is the file."""
        number, line = request.query.get("phone", ""), request.query.get("line", "")
        self._check(number, line)
        if not request.content_type.startswith(KINDS):
            raise UnsupportedMediaType("attachment.dangerous", f"Content-Type: {request.content_type}")
        content = await read_bounded(request, FILE)
        text = request.query.get("text", "")[:LONGEST]
        if not content:
            raise Malformed("errors.malformed", "an empty file", at="body", why="empty")
        self.network.say(number, line, Saying(text, (File(request.content_type, content),)))
        return web.Response(status=204)

"""The page of the workspace: a newcomer is one of its people, writes, presses and fills in what Parley puts there.

A browser listens at one socket, which says all that is to be seen whenever any of it has changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal, TypeVar

import orjson
from aiohttp import WSCloseCode, web
from pydantic import Field, ValidationError

from gateway.bundle import slack as bundled
from gateway.door import check_origin, read_bounded
from gateway.errors import Malformed, NotFound
from gateway.events import new_id
from gateway.sandbox.phones.weather import Fault
from gateway.sandbox.pictures import PICTURES, picture
from gateway.sandbox.sheet import Handler, Told, drawn, guarded, sheet
from gateway.sandbox.slack.api import INERT
from gateway.sandbox.slack.deeds import Answer
from gateway.sandbox.slack.records import Channel, Json, Message, Person, View
from gateway.sandbox.slack.refusal import Refusal
from gateway.sandbox.slack.residents import COMMAND, SHORTCUTS
from gateway.sandbox.slack.screens import Screens
from gateway.sandbox.slack.town import Slack
from gateway.sandbox.slack.weather import FAIR, STORM

LOOK = 0.1
"""Seconds between two looks at whether anything has changed."""
HEARTBEAT = 20.0
"""Seconds between two questions whether a browser is still there."""
BODY = 64 * 1024
FILE = 16 * 1024 * 1024
"""Bytes that a request's body may have; that a file may have."""
LONGEST = 12_000
"""Characters of what somebody writes."""
SLOWLY = 2.0
"""Seconds before each answer, where the weather is slow."""
NEXT = {"busy": Fault.BUSY, "broken": Fault.BROKEN, "cut_after": Fault.CUT_AFTER}
REACTIONS = ("eyes", "white_check_mark", "raised_hands", "tada")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


class Acting(Told):
    user: str


class Within(Acting):
    channel: str


class Writing(Within):
    thread: str = ""
    text: str = Field(min_length=1, max_length=LONGEST)


class Pointing(Within):
    ts: str


class Rewriting(Pointing):
    text: str = Field(min_length=1, max_length=LONGEST)


class Reacting(Pointing):
    name: Literal["eyes", "white_check_mark", "raised_hands", "tada"]


class Pressing(Pointing):
    block: str
    action: str
    value: str | None = None


class Commanding(Within):
    text: Annotated[str, Field(max_length=LONGEST)] = ""


class Shortcut(Acting):
    callback: str
    channel: str = ""
    ts: str = ""


class InView(Acting):
    view: str


class Filling(InView):
    """`values`: block -> action -> what stands there."""

    values: dict[str, dict[str, str | list[str] | None]] = Field(default_factory=dict)


class PressingInView(Filling):
    block: str
    action: str
    value: str | None = None


class Leaving(InView):
    whole: bool = False


class Forecast(Told):
    """What is left out stays. `sky` sets everything at once."""

    sky: Literal["fair", "storm"] | None = None
    down: bool | None = None
    slow: bool | None = None
    revoked: bool | None = None


class Planning(Told):
    fault: Literal["busy", "broken", "cut_after", "refresh", "cut"]


T = TypeVar("T", bound=Told)
Act = Callable[[T], Awaitable[Json | None]]


@dataclass
class SlackProgram:
    """One per running demo. `residents`: whom a newcomer may be."""

    key: str
    slack: Slack
    people: Sequence[tuple[str, str]]
    """Role and name of the agents as whom a newcomer may sign in."""
    residents: Sequence[Person]
    life: str = field(default_factory=new_id)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the demo ends: whoever listens is let go."""

    def __post_init__(self) -> None:
        self.screens = Screens(self.slack, f"{self.home}/slack/files")

    @property
    def home(self) -> str:
        return f"/sandbox/{self.key}"

    def hang(self, application: web.Application) -> None:
        """Before the application serves."""
        gets: dict[str, Handler] = {
            "": self._page,
            "/live": self._live,
            "/files/{file}/{secret}": self._file,
            "/pictures/{name}.png": drawn(PICTURES, picture),
        }
        posts: dict[str, Handler] = {
            "/say": self._acts(Writing, self._say),
            "/edit": self._acts(Rewriting, self._edit),
            "/delete": self._acts(Pointing, self._delete),
            "/react": self._acts(Reacting, self._react),
            "/press": self._acts(Pressing, self._press),
            "/command": self._acts(Commanding, self._command),
            "/shortcut": self._acts(Shortcut, self._shortcut),
            "/home": self._acts(Acting, self._open_home),
            "/submit": self._acts(Filling, self._submit),
            "/press-in-view": self._acts(PressingInView, self._press_in_view),
            "/close": self._acts(Leaving, self._close),
            "/weather": self._acts(Forecast, self._change_weather),
            "/plan": self._acts(Planning, self._plan),
            "/send": self._send,
        }
        for path, handler in gets.items():
            application.router.add_get("/sandbox/{key}/slack" + path, guarded(self.key, handler))
        for path, handler in posts.items():
            application.router.add_post("/sandbox/{key}/slack" + path, guarded(self.key, handler))

    # --- looking ----------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.Response:
        first = self.residents[0]
        mine = [one for one in self.slack.workspace.channels.values() if first.id in one.members]
        known = {
            "path": self.home,
            "people": [{"role": role, "name": name} for role, name in self.people],
            "residents": [one.id for one in self.residents],
            "reactions": REACTIONS,
            "command": COMMAND,
            "shortcuts": SHORTCUTS,
            "largest": FILE,
            "pictures": list(PICTURES),
            "state": self._now(first.id, mine[0].id if mine else "", ""),
        }
        speaks = ("town.", "sandbox.inbox", "sandbox.role.")
        return sheet(request, bundled(), title="town.title", speaks=speaks, known=known, policy=POLICY)

    async def _live(self, request: web.Request) -> web.StreamResponse:
        """A socket that only tells: `?user=&channel=&thread=`."""
        check_origin(request, strict=True)
        user, channel, thread = (request.query.get(name, "") for name in ("user", "channel", "thread"))
        self._person(user)
        if channel:
            self._channel(user, channel)
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=BODY)
        await socket.prepare(request)
        async with asyncio.TaskGroup() as group:
            telling = group.create_task(self._tell(socket, user, channel, thread))
            async for _ in socket:
                pass  # it has nothing to say; this ends when it goes
            telling.cancel()
        return socket

    async def _tell(self, socket: web.WebSocketResponse, user: str, channel: str, thread: str) -> None:
        told = b""
        with contextlib.suppress(ConnectionResetError):
            while not self.over.is_set():
                now = orjson.dumps(self._now(user, channel, thread))
                if now != told:
                    told = now
                    await socket.send_str(now.decode())
                await asyncio.sleep(LOOK)
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def _now(self, user: str, channel: str, thread: str) -> Json:
        slack, weather = self.slack, self.slack.weather
        return {
            "life": self.life,
            **self.screens.shown(user, channel, thread),
            "weather": {
                "sky": "storm" if weather.busy else "fair",
                "down": weather.down,
                "slow": weather.slow > 0,
                "revoked": bool(slack.installation.revoked),
                "sockets": len(slack.sockets.open),
                "calls": slack.door.counts.total(),
                "lost": len(slack.deliveries.lost),
            },
        }

    async def _file(self, request: web.Request) -> web.Response:
        file = self.slack.workspace.files.get(request.match_info["file"])
        secret = request.match_info["secret"].encode()
        if file is None or file.content is None or not hmac.compare_digest(file.secret.encode(), secret):
            raise NotFound("errors.not_found", "no such file")
        return web.Response(body=file.content, headers={**INERT, "Content-Type": file.mime})

    # --- acting -----------------------------------------------------------------------------------------------------

    def _acts(self, model: type[T], act: Act[T]) -> Handler:
        async def acting(request: web.Request) -> web.Response:
            try:
                said = model.model_validate_json(await read_bounded(request, BODY))
            except ValidationError as why:
                fault = why.errors()[0]
                raise Malformed("errors.malformed", "not an act", at="body", why=fault["msg"]) from why
            try:
                told = await act(said)
            except Refusal as why:
                raise Malformed("errors.malformed", why.error, at="body", why=why.error) from why
            return web.Response(status=204) if told is None else web.json_response(told)

        return acting

    def _person(self, user: str) -> Person:
        """Raises NotFound."""
        found = next((one for one in self.residents if one.id == user), None)
        if found is None:
            raise NotFound("errors.not_found", "nobody of that name")
        return found

    def _channel(self, user: str, channel: str) -> Channel:
        """Raises NotFound."""
        found = self.slack.workspace.channels.get(channel)
        if found is None or self._person(user).id not in found.members:
            raise NotFound("errors.not_found", "no such channel of hers")
        return found

    def _hers(self, said: Pointing) -> tuple[Channel, Message]:
        """A message of her own. Raises NotFound."""
        channel = self._channel(said.user, said.channel)
        message = channel.messages.get(said.ts)
        if message is None or message.user != said.user:
            raise NotFound("errors.not_found", "no such message of hers")
        return channel, message

    def _view(self, said: InView) -> View:
        """Raises NotFound."""
        views = self.slack.workspace.views
        home = self.slack.workspace.homes.get(self._person(said.user).id)
        view = home if home is not None and home.id == said.view else views.get(said.view)
        if view is None or view.user != said.user:
            raise NotFound("errors.not_found", "no such view before her")
        return view

    async def _say(self, said: Writing) -> None:
        channel = self._channel(said.user, said.channel)
        self.slack.say(self._person(said.user), channel, said.text, said.thread)

    async def _edit(self, said: Rewriting) -> None:
        channel, message = self._hers(said)
        self.slack.edit(channel, message.ts, said.text)

    async def _delete(self, said: Pointing) -> None:
        channel, message = self._hers(said)
        self.slack.delete(channel, message.ts)

    async def _react(self, said: Reacting) -> None:
        """Once more takes it away."""
        channel = self._channel(said.user, said.channel)
        message = self.slack.workspace.message(channel, said.ts)
        taken = said.user in message.reactions.get(said.name, [])
        does = self.slack.workspace.unreact if taken else self.slack.workspace.react
        does(channel, message, said.user, said.name)

    async def _press(self, said: Pressing) -> Json:
        person, channel = self._person(said.user), self._channel(said.user, said.channel)
        answer = await self.slack.press(person, channel, said.ts, said.action, said.value, block=said.block)
        return _heard(answer)

    async def _command(self, said: Commanding) -> Json:
        channel = self._channel(said.user, said.channel)
        return _heard(await self.slack.slash(self._person(said.user), channel, said.text, COMMAND))

    async def _shortcut(self, said: Shortcut) -> Json:
        person = self._person(said.user)
        if not said.ts:
            return _heard(await self.slack.shortcut(person, said.callback))
        channel = self._channel(said.user, said.channel)
        return _heard(await self.slack.message_shortcut(person, channel, said.ts, said.callback))

    async def _open_home(self, said: Acting) -> None:
        self.slack.open_home(self._person(said.user))

    async def _submit(self, said: Filling) -> Json:
        view = self._view(said)
        self._fill(view, said)
        answer = await self.slack.deeds.submit(view)
        return {"heard": answer.heard or bool(view.errors)}

    async def _press_in_view(self, said: PressingInView) -> Json:
        view = self._view(said)
        self._fill(view, said)
        return _heard(await self.slack.deeds.press_in_view(view, said.action, said.value, block=said.block))

    async def _close(self, said: Leaving) -> None:
        await self.slack.close_view(self._view(said), whole=said.whole)

    def _fill(self, view: View, said: Filling) -> None:
        for block, actions in said.values.items():
            for action, value in actions.items():
                self.slack.deeds.fill(view, action, value, block=block)

    async def _change_weather(self, said: Forecast) -> None:
        weather = {"fair": FAIR, "storm": STORM, None: self.slack.weather}[said.sky]
        if said.sky is not None and said.revoked is None:
            self.slack.restore()
        changes: dict[str, Any] = {}
        if said.down is not None:
            changes["down"] = said.down
        if said.slow is not None:
            changes["slow"] = SLOWLY if said.slow else 0.0
        self.slack.weather = replace(weather, **changes)
        if said.down:
            await self.slack.cut_sockets()
        if said.revoked is not None:
            (self.slack.revoke if said.revoked else self.slack.restore)()

    async def _plan(self, said: Planning) -> None:
        match said.fault:
            case "refresh":
                await self.slack.refresh_sockets()
            case "cut":
                await self.slack.cut_sockets()
            case fault:
                self.slack.plan(NEXT[fault], on="chat.postMessage")

    async def _send(self, request: web.Request) -> web.Response:
        """A file, with words or without: `?user=&channel=&thread=&name=&text=`, the body is the file."""
        asked = request.query
        channel = self._channel(asked.get("user", ""), asked.get("channel", ""))
        content = await read_bounded(request, FILE)
        if not content:
            raise Malformed("errors.malformed", "an empty file", at="body", why="empty")
        name, text = asked.get("name", "file")[:200], asked.get("text", "")[:LONGEST]
        self.slack.attach(self._person(asked["user"]), channel, name, content, text, asked.get("thread", ""))
        return web.Response(status=204)


def _heard(answer: Answer) -> Json:
    return {"heard": answer.heard}

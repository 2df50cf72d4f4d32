"""The sandbox's own door: a page on which a newcomer plays the customer. The demo hangs it, `serve` never does.

Every path carries a secret, as the demo's sign-in links do: whoever has not been given the page finds nothing here.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from html import escape
from importlib import resources
from typing import Any, Literal

from aiohttp import web
from pydantic import ValidationError

from gateway.bundle import sandbox as bundled
from gateway.bundle import texts
from gateway.door import read_bounded
from gateway.errors import Malformed, NotFound
from gateway.events import new_id
from gateway.sandbox.crowd import SPEEDS, Crowd, Vouch
from gateway.sandbox.guests import Persona, personas
from gateway.sandbox.mail.guests import Writers
from gateway.sandbox.mail.page import MailProgram
from gateway.sandbox.phones.page import Phones
from gateway.sandbox.pictures import GOODS, PICTURES, goods, picture
from gateway.sandbox.sheet import Handler, Told, drawn, guarded, sheet
from gateway.sandbox.slack.page import SlackProgram

log = logging.getLogger(__name__)

BODY = 1024
"""Bytes that a request's body may have."""
SOLD = {
    "ko": (
        ("house", "하루 블렌드", "12,900원"),
        ("sidama", "시다모", "14,900원"),
        ("pour", "핸드드립 세트", "38,500원"),
        ("machine", "에스프레소 머신 E1", "189,000원"),
        ("decaf", "디카페인", "13,900원"),
        ("grinder", "핸드 그라인더", "46,000원"),
        ("kettle", "드립 주전자", "52,000원"),
        ("mug", "머그컵", "11,000원"),
    ),
    "en": (
        ("house", "House blend", "₩12,900"),
        ("sidama", "Sidama", "₩14,900"),
        ("pour", "Pour-over set", "₩38,500"),
        ("machine", "Espresso machine E1", "₩189,000"),
        ("decaf", "Decaf", "₩13,900"),
        ("grinder", "Hand grinder", "₩46,000"),
        ("kettle", "Pour-over kettle", "₩52,000"),
        ("mug", "Mug", "₩11,000"),
    ),
}
SHOP_WORDS = (
    "headline",
    "lead",
    "look",
    "range",
    *(f"{what}{part}" for what in ("fresh", "free", "ask") for part in ("", "_more")),
    "foot",
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self' {shop}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SHOP_POLICY = (
    "default-src 'none'; script-src 'self' {parley}; style-src 'self'; img-src 'self' data:; frame-src {parley}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self' {parley}"
)
Enter = Callable[[str], Awaitable[str]]
"""A role -> the path of a link that signs in."""


class Play(Told):
    """POST play: what is left out stays."""

    on: bool | None = None
    speed: Literal["slow", "normal", "fast"] | None = None


@dataclass
class Sandbox:
    """One per running demo."""

    key: str
    account: str
    crowd: Crowd
    vouch: Vouch
    enter: Enter
    people: Sequence[tuple[str, str]]
    """Role and name of the agents as whom a newcomer may sign in."""
    phones: Phones
    mail: MailProgram
    slack: SlackProgram
    writers: Writers
    again: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the demo shall begin anew."""
    life: str = field(default_factory=new_id)
    """Another one after every start, so that the page knows when it has begun anew."""

    @property
    def path(self) -> str:
        return f"/sandbox/{self.key}"

    def hang(self, application: web.Application) -> None:
        """Before the application serves."""
        gets: dict[str, Handler] = {
            "": self._page,
            "/shop": self._shop,
            "/{file:shop[.](?:css|js)}": _shop_file,
            "/state": self._state,
            "/pictures/{name}.png": drawn(PICTURES, picture),
            "/goods/{name}.png": drawn(GOODS, goods),
        }
        posts: dict[str, Handler] = {"/play": self._play, "/enter/{role}": self._enter, "/again": self._again}
        self.phones.hang(application)
        self.mail.hang(application)
        self.slack.hang(application)
        for path, handler in gets.items():
            application.router.add_get("/sandbox/{key}" + path, guarded(self.key, handler))
        for path, handler in posts.items():
            application.router.add_post("/sandbox/{key}" + path, guarded(self.key, handler))

    async def run(self, base: str, stop: asyncio.Event) -> bool:
        """Lets customers come to the demo that answers at `base`. Returns when it shall stop (False) or begin anew."""
        playing = [
            asyncio.create_task(self._let_them_come(base)),
            *map(asyncio.create_task, self._carrying()),
        ]
        ends = [asyncio.create_task(one.wait()) for one in (stop, self.again)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.slack.over.set()
            for task in (*playing, *ends):
                task.cancel()
            await asyncio.gather(*playing, *ends, return_exceptions=True)
        return not stop.is_set()

    async def _let_them_come(self, base: str) -> None:
        try:
            await self.crowd.run(base)
        except Exception:
            log.exception("the demo goes on, but no customers come by themselves any more")

    def _carrying(self) -> list[Coroutine[Any, Any, None]]:
        return [
            _carry("the phones are", self.phones.run),
            _carry("the mailboxes are", self.mail.run),
            _carry("who writes by mail is", self.writers.run),
        ]

    # --- looking ----------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.Response:
        known = {
            "path": self.path,
            "shop": f"{_elsewhere(request)}{self.path}/shop",
            "people": [{"role": role, "name": name} for role, name in self.people],
            "personas": [asdict(one) for one in personas().values()],
            "pictures": list(PICTURES),
            "state": self._now(),
        }
        policy = POLICY.format(shop=_elsewhere(request))
        return sheet(
            request, bundled(), title="sandbox.title", speaks=("sandbox.",), known=known, policy=policy
        )

    async def _shop(self, request: web.Request) -> web.Response:
        """The invented shop's page, with the chat in it as any site has it: `?persona=`, `&signed` when it vouches.

        It is framed under another name of this machine, so that browsers take it for another site's.
        """
        persona = _persona(request)
        words, parley = texts(persona.language), _elsewhere(request)
        signed = "signed" in request.query
        vouch = f' data-vouch="{escape(self.vouch(persona.key, persona.name))}"' if signed else ""
        who = words["sandbox.shop_signed" if signed else "sandbox.shop_nobody"].replace(
            "{name}", persona.name
        )
        text = _read("shop.html").format(
            language=persona.language,
            title=escape(words["sandbox.shop"]),
            **{name: escape(words[f"sandbox.shop_{name}"]) for name in SHOP_WORDS},
            visitor=escape(who),
            name="" if signed else escape(persona.name),
            goods="".join(
                f'<li><img src="goods/{key}.png" alt="" width="640" height="480">{name}<span>{price}</span></li>'
                for key, name, price in SOLD[persona.language]
            ),
            account=self.account,
            parley=parley,
            vouch=vouch,
        )
        headers = {
            "Content-Security-Policy": SHOP_POLICY.format(parley=parley),
            "Cache-Control": "no-store",
            "Cross-Origin-Resource-Policy": "cross-origin",
        }
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(self._now(), headers={"Cache-Control": "no-store"})

    def _now(self) -> dict[str, Any]:
        crowd = self.crowd
        return {
            "life": self.life,
            "on": crowd.on,
            "speed": next(name for name, speed in SPEEDS.items() if speed == crowd.speed),
            "watched": crowd.watched,
            "here": len(crowd.here),
            "most": crowd.most,
            "happened": [asdict(one) for one in reversed(crowd.happened)],
        }

    # --- acting -----------------------------------------------------------------------------------------------------

    async def _play(self, request: web.Request) -> web.Response:
        try:
            said = Play.model_validate_json(await read_bounded(request, BODY))
        except ValidationError as why:
            raise Malformed("errors.malformed", "not a play", at="body", why=why.errors()[0]["msg"]) from why
        if said.on is not None:
            self.crowd.on = said.on
        if said.speed is not None:
            self.crowd.speed = SPEEDS[said.speed]
        return await self._state(request)

    async def _enter(self, request: web.Request) -> web.Response:
        """Sign in as one of the team: a form leads here, in a tab of its own."""
        role = request.match_info["role"]
        if role not in dict(self.people):
            raise NotFound("errors.not_found", "nobody of that role")
        return web.Response(
            status=303, headers={"Location": await self.enter(role), "Cache-Control": "no-store"}
        )

    async def _again(self, request: web.Request) -> web.Response:
        self.again.set()
        return web.Response(status=202)


async def _carry(what: str, run: Callable[[], Awaitable[None]]) -> None:
    try:
        await run()
    except Exception:
        log.exception("the demo goes on, but %s cut off", what)


async def _shop_file(request: web.Request) -> web.Response:
    name = request.match_info["file"]
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return web.Response(text=_read(name), content_type=kind, headers={"Cache-Control": "no-cache"})


def _persona(request: web.Request) -> Persona:
    found = personas().get(request.query.get("persona", ""))
    if found is None:
        raise NotFound("errors.not_found", "no such persona")
    return found


def _elsewhere(request: web.Request) -> str:
    """This machine under its other name, where it has one: to a browser that is another site."""
    name, _, port = request.host.rpartition(":")
    other = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(name)
    return f"{request.scheme}://{other}:{port}" if other else f"{request.scheme}://{request.host}"


@cache
def _read(name: str) -> str:
    return resources.files("gateway.sandbox").joinpath("shop", name).read_text("utf-8")

"""The sandbox's own door: a page on which a newcomer plays the customer. The demo hangs it, `serve` never does.

Every path carries a secret, as the demo's sign-in links do: whoever has not been given the page finds nothing here.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
from collections.abc import Awaitable, Callable, Container, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from html import escape
from importlib import resources
from typing import Any, Literal

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, ValidationError

from gateway.assets import asset
from gateway.bundle import sandbox as bundled
from gateway.bundle import texts
from gateway.door import check_origin, read_bounded
from gateway.errors import Malformed, NotFound
from gateway.events import new_id
from gateway.sandbox.crowd import SPEEDS, Crowd, Vouch
from gateway.sandbox.guests import Persona, personas
from gateway.sandbox.pictures import GOODS, PICTURES, goods, picture

log = logging.getLogger(__name__)

LANGUAGES = ("en", "ko")
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
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="data:,">
{style}{chunks}<script type="application/json" id="words">{words}</script>
<script type="application/json" id="sandbox">{known}</script>
<script type="module" src="{script}"></script>
</head>
<body><div id="app"></div></body>
</html>
"""
Enter = Callable[[str], Awaitable[str]]
"""A role -> the path of a link that signs in."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Told(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


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
            "/pictures/{name}.png": _drawn(PICTURES, picture),
            "/goods/{name}.png": _drawn(GOODS, goods),
        }
        posts: dict[str, Handler] = {"/play": self._play, "/enter/{role}": self._enter, "/again": self._again}
        for path, handler in gets.items():
            application.router.add_get("/sandbox/{key}" + path, self._guarded(handler))
        for path, handler in posts.items():
            application.router.add_post("/sandbox/{key}" + path, self._guarded(handler))

    async def run(self, base: str, stop: asyncio.Event) -> bool:
        """Lets customers come to the demo that answers at `base`. Returns when it shall stop (False) or begin anew."""
        playing = asyncio.create_task(self._let_them_come(base))
        ends = [asyncio.create_task(one.wait()) for one in (stop, self.again)]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (playing, *ends):
                task.cancel()
            await asyncio.gather(playing, *ends, return_exceptions=True)
        return not stop.is_set()

    async def _let_them_come(self, base: str) -> None:
        try:
            await self.crowd.run(base)
        except Exception:
            log.exception("the demo goes on, but no customers come by themselves any more")

    def _guarded(self, handler: Handler) -> Handler:
        """Only for who knows the key; only from pages of ours. Raises NotFound, Forbidden."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            if not hmac.compare_digest(request.match_info["key"].encode(), self.key.encode()):
                raise NotFound("errors.not_found", "not the sandbox's key")
            if request.method != "GET":
                check_origin(request)
            return await handler(request)

        return guarded

    # --- looking ----------------------------------------------------------------------------------------------------

    async def _page(self, request: web.Request) -> web.Response:
        language, app = _language(request), bundled()
        known = {
            "path": self.path,
            "shop": f"{_elsewhere(request)}{self.path}/shop",
            "people": [{"role": role, "name": name} for role, name in self.people],
            "personas": [asdict(one) for one in personas().values()],
            "pictures": list(PICTURES),
            "state": self._now(),
        }
        words = {key: text for key, text in texts(language).items() if key.startswith("sandbox.")}
        text = PAGE.format(
            language=language,
            title=escape(words["sandbox.title"]),
            style=f'<link rel="stylesheet" href="{escape(asset(app.style or ""))}">\n',
            chunks="".join(
                f'<link rel="modulepreload" href="{escape(asset(name))}">\n' for name in app.chunks
            ),
            words=_inert(words),
            known=_inert(known),
            script=escape(asset(app.script)),
        )
        headers = {
            "Content-Security-Policy": POLICY.format(shop=_elsewhere(request)),
            "Cache-Control": "no-store",
        }
        return web.Response(text=text, content_type="text/html", headers=headers)

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


async def _shop_file(request: web.Request) -> web.Response:
    name = request.match_info["file"]
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    return web.Response(text=_read(name), content_type=kind, headers={"Cache-Control": "no-cache"})


def _drawn(known: Container[str], draw: Callable[[str], bytes]) -> Handler:
    drawn = cache(draw)

    async def show(request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in known:
            raise NotFound("errors.not_found", "no such picture")
        headers = {"Cache-Control": "no-cache"}
        return web.Response(body=drawn(name), content_type="image/png", headers=headers)

    return show


def _persona(request: web.Request) -> Persona:
    found = personas().get(request.query.get("persona", ""))
    if found is None:
        raise NotFound("errors.not_found", "no such persona")
    return found


def _language(request: web.Request) -> str:
    asked = [request.query.get("lang", ""), *request.headers.get("Accept-Language", "").split(",")]
    found = (tag.strip().lower()[:2] for tag in asked)
    return next((tag for tag in found if tag in LANGUAGES), LANGUAGES[0])


def _elsewhere(request: web.Request) -> str:
    """This machine under its other name, where it has one: to a browser that is another site."""
    name, _, port = request.host.rpartition(":")
    other = {"localhost": "127.0.0.1", "127.0.0.1": "localhost"}.get(name)
    return f"{request.scheme}://{other}:{port}" if other else f"{request.scheme}://{request.host}"


def _inert(known: Any) -> str:
    """JSON that no HTML parser can mistake for markup."""
    return orjson.dumps(known).decode().replace("<", "\\u003c").replace("&", "\\u0026")


@cache
def _read(name: str) -> str:
    return resources.files("gateway.sandbox").joinpath("shop", name).read_text("utf-8")

"""GET and POST /unsubscribe/{account}/{identity}/{signature}: no more messages from an account that no person wrote, or
them again. Mail programs ask by POST, without a person (RFC 8058); looking changes nothing, for scanners follow links.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape

from aiohttp import web

from gateway.channels.base import Words
from gateway.door import check_origin
from gateway.errors import NotFound
from gateway.events import IdentityId, customer
from gateway.store import Tx
from gateway.stream.automatic import is_signed, quiet_since, quieten, speak_again
from gateway.visitors.desk import DESK, caller
from gateway.visitors.pages import choose_language

STYLE = """
:root { color-scheme: light dark; --ground: #f5f5f2; --surface: #fff; --text: #1b1c1a; --soft: #4f504a;
  --accent: #0b6b5d; --on-accent: #fff }
@media (prefers-color-scheme: dark) {
  :root { --ground: #131413; --surface: #1a1b1a; --text: #ecede9; --soft: #bfc2bc; --accent: #4cc0ab;
    --on-accent: #04231d }
}
html { background: var(--ground) }
body { margin: 0; min-height: 100vh; min-height: 100dvh; display: grid; place-items: center; color: var(--text);
  font: 16px/1.6 -apple-system, "Apple SD Gothic Neo", "Malgun Gothic", "Segoe UI", Roboto, "Noto Sans KR", sans-serif;
  word-break: keep-all; overflow-wrap: anywhere }
main { box-sizing: border-box; width: min(28rem, 100vw - 2rem); padding: 2rem; background: var(--surface);
  border-radius: 16px; box-shadow: 0 1px 2px rgb(20 20 18 / 8%) }
h1 { margin: 0 0 .5rem; font-size: 1.25rem; line-height: 1.4 }
div { color: var(--soft); font-weight: 600 }
p { margin: 0 0 1.5rem; color: var(--soft) }
button { width: 100%; min-height: 48px; border: 0; border-radius: 10px; background: var(--accent);
  color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer }
button:focus-visible { outline: 3px solid var(--text); outline-offset: 2px }
"""
"""The colours of the house (static/src/shared/tokens.css); the page stands alone, for it is seen once."""
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{style}</style>
</head>
<body><main>
<div>{who}</div>
<h1>{title}</h1>
<p>{words}</p>
<form method="post"><button name="{name}" value="{value}">{act}</button></form>
</main></body>
</html>
"""
DIGEST = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{DIGEST}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
STOP, AGAIN = ("List-Unsubscribe", "One-Click"), ("automatic", "again")
"""What a press says; the first as mail programs do (RFC 8058 section 3.2)."""
WANTED = (
    Words("Automatic emails", "자동 이메일"),
    Words(
        "You get these emails when we answered and you were not there. Stop them, and our answers to your own emails "
        "still arrive.",
        "자리를 비우신 동안 드린 답장을 이메일로 보내 드리고 있어요. "
        "받지 않으셔도, 보내 주신 이메일에는 계속 답장해 드려요.",
    ),
    Words("Stop automatic emails", "자동 이메일 그만 받기"),
)
STOPPED = (
    Words("No more automatic emails", "자동 이메일을 보내지 않을게요"),
    Words(
        "Our answers to your own emails still arrive. You can have the automatic ones back at any time.",
        "보내 주신 이메일에는 계속 답장해 드려요. 자동 이메일은 언제든 다시 받으실 수 있어요.",
    ),
    Words("Get them again", "다시 받기"),
)


async def unsubscribe_page(request: web.Request) -> web.Response:
    """Changes nothing. Raises NotFound, TooMany."""
    account, identity = await _named(request)
    since = await request.app[DESK].store.read(lambda look: quiet_since(look, account, identity))
    return _page(request, account, quiet=since is not None)


async def unsubscribe(request: web.Request) -> web.Response:
    """A press, or a mail program's, which is no browser; saying it twice is safe. Raises Forbidden, NotFound,
    TooMany."""
    check_origin(request)
    account, identity = await _named(request)
    said = await request.post()
    again = said.get(AGAIN[0]) == AGAIN[1]
    by = customer(IdentityId(identity))

    async def verb(tx: Tx) -> bool:
        return await (speak_again if again else quieten)(tx, account, identity, by)

    await request.app[DESK].store.write(verb)
    return _page(request, account, quiet=not again)


async def _named(request: web.Request) -> tuple[str, str]:
    """Whose wish it is, about which account; alike for what was made up and what is not there."""
    desk = request.app[DESK]
    await desk.rates.address.admit(caller(request))
    account, identity, signature = (request.match_info[name] for name in ("account", "identity", "signature"))
    if not is_signed(desk.store.secret, account, identity, signature):
        raise NotFound("errors.not_found", "an address that nobody was sent")
    return account, identity


def _page(request: web.Request, account: str, *, quiet: bool) -> web.Response:
    channel = request.app[DESK].parts.channels.get(account)
    language = choose_language(request.query.get("lang"), request.headers.get("Accept-Language"))
    title, words, act = (one.for_reader(language) for one in (STOPPED if quiet else WANTED))
    name, value = AGAIN if quiet else STOP
    who = "" if channel is None else channel.config.label.both()[language]
    told = {"who": who, "title": title, "words": words, "act": act, "name": name, "value": value}
    text = PAGE.format(language=language, style=STYLE, **{key: escape(one) for key, one in told.items()})
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": "Accept-Language"}
    return web.Response(text=text, content_type="text/html", headers=headers)

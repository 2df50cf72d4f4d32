"""A message as it was sent: all its words, its headers, and its own page, made harmless for a sandboxed frame."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from html import escape
from typing import Any

from aiohttp import web
from typing_extensions import TypedDict

from gateway.channels.base import Page, ShowsPages
from gateway.channels.registry import channel_class
from gateway.errors import ConfigError
from gateway.store import Reader, Row, from_json
from gateway.stream.sources import find_original
from inbox.auth.access import access_message
from inbox.fitting import Query
from inbox.rest.route import Call, route

SOURCE = """select s.*, a.type from message_sources s left join accounts a on a.id = s.account_id
    where s.message_id = $1"""
PICTURES = "select * from attachments where message_id = $1 and cid is not null order by place"
# It runs nothing, loads nothing but its pictures, and no other site may frame it; of the same origin, so that its
# pictures are asked for as by whom it is shown to, and the page around it knows how high it is.
POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src 'self'{pictures}; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
ANYWHERE = " https: http:"
# On white whatever the screen is: who writes dark words without saying on what means paper.
PAGE = """<!doctype html>
<html lang="und">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="only light">
<title>-</title>
<style>
html {{ background: #fff; color: #1d1f23; }}
body {{ margin: 0; padding: 12px; overflow-wrap: anywhere;
  font: 15px/1.55 -apple-system, "Apple SD Gothic Neo", "Malgun Gothic", "Segoe UI", Roboto, "Noto Sans KR",
    sans-serif; }}
img {{ max-width: 100%; height: auto; }}
img[data-remote], img[data-missing] {{ display: inline-block; min-width: 24px; min-height: 24px;
  border: 1px dashed #9aa0a6; }}
table {{ max-width: 100%; }}
pre {{ white-space: pre-wrap; }}
blockquote {{ margin: 0 0 0 2px; padding-left: 12px; border-left: 2px solid #c4c8ce; }}
</style>
</head>
<body>
{html}
</body>
</html>
"""


class SourceAnswer(TypedDict):
    subject: str
    text: str
    """All of it, quotes and signature included."""
    headers: list[list[str]]
    """Names in lower case with their values, as they came: nothing of it is proven."""
    automatic: str | None
    doubts: list[str]
    page: bool
    remote: int
    """Pictures of its page that lie with others: who loads them tells that it was read."""
    tracking: int
    """Pictures that nobody could see: taken away."""
    original: str | None
    """Where the whole of it is to be had, byte for byte as it came; null: it was not kept, or is not any more."""


class ShownPageQuery(Query):
    remote: bool = False
    """Load the pictures that lie with others."""


@route("GET", "/messages/{id}/source")
async def show_source(call: Call) -> SourceAnswer:
    """What a message says besides the words that are shown of it; of one that is its words alone, those."""
    message, row, _ = await _source(call)
    page = await _page(row, {}, remote=False)
    original = await call.desk.store.read(lambda look: find_original(look, call.id))
    return {
        "subject": row["subject"] if row else "",
        "text": _words(message, row),
        "headers": from_json(row["headers"]) if row else [],
        "automatic": row["automatic"] if row else None,
        "doubts": from_json(row["doubts"]) if row else [],
        "page": page is not None,
        "remote": page.remote if page else 0,
        "tracking": page.tracking if page else 0,
        "original": call.desk.link(original) if original else None,
    }


@route("GET", "/messages/{id}/page", gives="text/html")
async def show_page(call: Call, query: ShownPageQuery) -> web.Response:
    """Its own page, to be shown in a frame: it runs nothing, and loads its pictures alone. Where it has none, or one
    that cannot be read, its words."""
    message, row, files = await _source(call)
    pictures = {one["cid"]: call.desk.link(one) for one in files}
    page = await _page(row, pictures, remote=query.remote)
    html = f"<pre>{escape(_words(message, row))}</pre>" if page is None else page.html
    media = call.desk.config.server.media_url
    allowed = (f" {media}" if media else "") + (ANYWHERE if query.remote else "")
    headers = {
        "Content-Security-Policy": POLICY.format(pictures=allowed),
        "Referrer-Policy": "no-referrer",
        # The names in its links are looked up by nobody: a name of her own would tell a sender that it was read.
        "X-DNS-Prefetch-Control": "off",
        "Cache-Control": "private, no-store",
    }
    return web.Response(text=PAGE.format(html=html), content_type="text/html", headers=headers)


def _words(message: Row, row: Row | None) -> str:
    """All of them."""
    whole: str = message["text"] if row is None or row["text"] is None else row["text"]
    return whole


async def _source(call: Call) -> tuple[Row, Row | None, Sequence[Row]]:
    """Raises NotFound."""

    async def look_up(look: Reader) -> tuple[Row, Row | None, Sequence[Row]]:
        message = await access_message(look, call.caller.viewer, call.id)
        return message, await look.one(SOURCE, call.id), await look.all(PICTURES, call.id)

    return await call.desk.store.scan(look_up)


async def _page(row: Row | None, pictures: dict[str, str], *, remote: bool) -> Page | None:
    """By the account's channel, also when the account is configured no longer."""
    if row is None or row["html"] is None:
        return None
    try:
        channel: Any = channel_class(row["type"] or "")
    except ConfigError:
        return None
    if not issubclass(channel, ShowsPages):
        return None
    return await asyncio.to_thread(channel.page, row["html"], pictures, remote=remote)

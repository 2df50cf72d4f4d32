"""The API's documents, and a page to read them: made here, no script, nothing from elsewhere."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from functools import cache
from html import escape
from typing import Any

import orjson
from aiohttp import web

from inbox.rest.openapi import openapi
from inbox.rest.route import PREFIX, Call, route

STYLE = """
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 16%, transparent); }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 2rem 1.25rem 6rem; }
h1 { font-size: 1.9rem; } h2 { margin-top: 3rem; border-bottom: 1px solid var(--line); text-transform: capitalize; }
details { border-bottom: 1px solid var(--line); padding: .55rem 0; }
summary { cursor: pointer; display: flex; gap: .75rem; flex-wrap: wrap; align-items: baseline; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; }
.method { font-weight: 700; min-width: 4.5rem; } .about { opacity: .75; }
nav a { margin-right: 1rem; }
"""
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    f"style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
)


@route("GET", "/openapi.json", role=None, gives="application/json")
async def show_openapi(call: Call) -> web.Response:
    """This API as an OpenAPI 3.1 document."""
    return web.Response(body=await asyncio.to_thread(_encoded), content_type="application/json")


@route("GET", "/docs", role=None, gives="text/html")
async def show_docs(call: Call) -> web.Response:
    """The same to read."""
    text = await asyncio.to_thread(
        page
    )  # made once, from every model there is: too long a piece for the loop
    return web.Response(text=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})


@cache
def _encoded() -> bytes:
    return orjson.dumps(openapi())


@cache
def page() -> str:
    """The whole page."""
    document = openapi()
    groups = {tag["name"]: "" for tag in document["tags"]}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            groups[operation["tags"][0]] += _operation(method, path, operation)
    body = "".join(f'<h2 id="{escape(name)}">{escape(name)}</h2>{text}' for name, text in groups.items())
    shapes = "".join(_shape(name, schema) for name, schema in document["components"]["schemas"].items())
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a>' for name in (*groups, "shapes"))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Parley API</title><style>{STYLE}</style></head><body><main><h1>Parley API</h1>"
        f"<p>{escape(document['info']['description'])}</p><p>As documents: "
        f'<a href="{PREFIX}/openapi.json">OpenAPI 3.1</a>, <a href="{PREFIX}/asyncapi.json">AsyncAPI 3.1</a> '
        f'(the sockets).</p><nav>{links}</nav>{body}<h2 id="shapes">shapes</h2>{shapes}</main></body></html>'
    )


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    about = operation.get("description", "") if "security" not in operation else "Open to everybody."
    told = {key: operation[key] for key in ("parameters", "requestBody", "responses") if operation.get(key)}
    return (
        f'<details><summary><code class="method">{method.upper()}</code><code>{escape(PREFIX + path)}</code>'
        f'<span class="about">{escape(operation["summary"])}</span></summary>'
        f"<p>{escape(about)}</p>{_json(told)}</details>"
    )


def _shape(name: str, schema: dict[str, Any]) -> str:
    about = escape(schema.get("description", "").partition("\n")[0])
    return (
        f'<details id="shape-{escape(name)}"><summary><code>{escape(name)}</code>'
        f'<span class="about">{about}</span></summary>{_json(schema)}</details>'
    )


def _json(value: Any) -> str:
    return f"<pre>{escape(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())}</pre>"

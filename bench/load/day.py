"""What a centre's day is made of: `python -m bench.load.day PORT FILE`, driven as bench.load.posts, a mix of calls.

FILE is JSON: `tokens` of visitors and `people` with telephones who write, `cookies` of the agents who answer and read,
and the conversations that they do it in, `web` and `phone`. Reports how many calls of each kind were made, too.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import uvloop

from bench.load.posts import TEXTS, Callers, Customers, serve
from bench.load.webhooks import People
from bench.words import Writer
from inbox.auth.door import PLAIN

MIX = (
    *("visitor", "reply_web", "phone", "list", "visitor", "reply_phone", "visitor", "reply_web", "phone"),
    *(
        "visitor",
        "reply_web",
        "reply_phone",
        "list",
        "phone",
        "reply_web",
        "visitor",
        "conversation",
        "phone",
    ),
    *("reply_phone", "reply_web"),
)
"""Customers write a little more than agents answer; lists and conversations are opened now and then."""
SHOWN = ("visitor", "reply_web")
"""Whose moment stands where an agent's socket is measured by it, once: what is sent outward comes again with its
states, and what came by telephone has it in its words."""


class Day(Callers):
    """The mix, one call after the other; who makes it goes round by its own number."""

    def __init__(self, told: dict[str, Any]) -> None:
        super().__init__()
        self._customers = Customers(told["tokens"])
        self._people = People(told["people"])
        self._cookies: list[str] = told["cookies"]
        self._conversations = {"web": told["web"], "phone": told["phone"]}
        writer = Writer(17)
        self._texts = [orjson.dumps(writer.message())[1:-1] for _ in range(TEXTS)]
        self._made = 0
        self._kinds: Counter[str] = Counter()

    def request(self, at: int) -> bytes:
        self._made = made = self._made + 1
        kind = MIX[made % len(MIX)]
        self._kinds[kind] += 1
        if kind == "visitor":
            return self._customers.request(at)
        if kind == "phone":
            return self._people.request(at)
        cookie = self._cookies[made % len(self._cookies)]
        if kind == "list":
            return _get("/api/v1/conversations?status=open", cookie)
        where, number = kind.removeprefix("reply_"), self._kinds[kind]
        if kind == "conversation":
            mine = self._conversations["web"]
            return _get(f"/api/v1/conversations/{mine[number % len(mine)]}/messages", cookie)
        mine = self._conversations[where]
        body = b'{"client_id":"%s-%019d","text":"%s %d","visibility":"public","anyway":true}' % (
            b"at" if kind in SHOWN else b"by",
            self.moment(at),
            self._texts[made % TEXTS],
            made,
        )
        head = _head("POST", f"/api/v1/conversations/{mine[number % len(mine)]}/messages", cookie)
        return b"%sContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (head, len(body), body)

    def about(self) -> dict[str, Any]:
        kinds, self._kinds = self._kinds, Counter()
        return {"kinds": kinds, "shown": sum(kinds[kind] for kind in SHOWN)}


def _head(method: str, path: str, cookie: str) -> bytes:
    lines = (
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        f"Cookie: {PLAIN}={cookie}",
        "Sec-Fetch-Site: same-origin",
    )
    return "".join(f"{line}\r\n" for line in lines).encode()


def _get(path: str, cookie: str) -> bytes:
    return _head("GET", path, cookie) + b"\r\n"


if __name__ == "__main__":
    uvloop.run(serve(Day(json.loads(Path(sys.argv[2]).read_text())), int(sys.argv[1])))

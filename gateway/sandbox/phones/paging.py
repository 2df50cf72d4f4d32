"""Lists in pages that stay whole while newer things come in before them.

Page: usage/twilios-response#pagination. The next page is asked for by the token of the last thing on this one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

from gateway.sandbox.phones.orders import Refusal

SIZE, LARGEST = 50, 1000
"""Things on a page, unless asked otherwise; at most."""
PAGING = ("PageSize", "Page", "PageToken")
Json = dict[str, Any]


class Named(Protocol):
    @property
    def sid(self) -> str: ...


class Page:
    """What one request asks for of a list. Raises Refusal when its paging cannot be read."""

    def __init__(self, path: str, query: Mapping[str, str], things: Sequence[Named]) -> None:
        self.number = _whole(query, "Page", 0)
        self.size = min(max(_whole(query, "PageSize", SIZE), 1), LARGEST)
        self.start = _after(things, query.get("PageToken", ""))
        self.things = things[self.start : self.start + self.size]
        self._path = path
        self._filters = [(name, value) for name, value in query.items() if name not in PAGING]
        self._token = query.get("PageToken", "")
        self._more = self.start + self.size < len(things)

    def json(self, key: str, show: Callable[[Any], Json]) -> Json:
        """As the API of 2010 has it: addresses without a host, in the list's own object."""
        return {
            key: [show(thing) for thing in self.things],
            "start": self.start,
            "end": self.start + len(self.things) - 1 if self.things else self.start,
            "page": self.number,
            "page_size": self.size,
            "uri": self._uri(self.number, self._token),
            "first_page_uri": self._uri(0, ""),
            "next_page_uri": self._next(),
            "previous_page_uri": None,
        }

    def product_json(self, host: str, key: str, show: Callable[[Any], Json]) -> Json:
        """As the newer APIs have it: whole addresses, in `meta`."""
        following = self._next()
        return {
            key: [show(thing) for thing in self.things],
            "meta": {
                "key": key,
                "page": self.number,
                "page_size": self.size,
                "url": host + self._uri(self.number, self._token),
                "first_page_url": host + self._uri(0, ""),
                "next_page_url": following and host + following,
                "previous_page_url": None,
            },
        }

    def _next(self) -> str | None:
        return self._uri(self.number + 1, f"PA{self.things[-1].sid}") if self._more else None

    def _uri(self, number: int, token: str) -> str:
        place = [("PageSize", str(self.size)), ("Page", str(number))]
        return (
            f"{self._path}?{urlencode([*self._filters, *place, *([('PageToken', token)] if token else [])])}"
        )


def _whole(query: Mapping[str, str], name: str, otherwise: int) -> int:
    said = query.get(name, str(otherwise))
    if not said.isdecimal():
        raise Refusal(400, 20001, f"invalid literal for int() with base 10: '{said}'")
    return int(said)


def _after(things: Sequence[Named], token: str) -> int:
    if not token:
        return 0
    for index, thing in enumerate(things, 1):
        if f"PA{thing.sid}" == token:
            return index
    raise Refusal(400, 21481, "Invalid PageToken")

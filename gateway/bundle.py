"""The browser's files: where they are and what they are called.

They are built into static/dist by static/build.mjs and stand at gateway/_static in the wheel. Read once per process; a
server that should show a newer bundle is started anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from gateway.errors import ConfigError

LOADER = "widget.js"
"""The one file with a stable name, because other people's sites refer to it; every other name carries its hash."""


@dataclass(frozen=True, slots=True)
class App:
    """An entry of the bundle: file names under `folder()`; a style of None means that the script brings none."""

    script: str
    style: str | None
    chunks: tuple[str, ...] = ()
    """What the script imports at once: a page that names them saves a round trip."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """`hash` names the whole bundle: the browser that holds another one is told so in `hello`."""

    hash: str
    inbox: App
    widget: App
    worker: str
    """The inbox's service worker, which is served under a name of its own: /sw.js."""
    webmanifest: str
    touch_icon: str
    """What an Apple device shows on its home screen."""


@cache
def folder() -> Path:
    """Raises `ConfigError` in a checkout whose front end was never built."""
    here = Path(__file__).resolve().parent
    for candidate in (here / "_static", here.parent / "static" / "dist"):
        if (candidate / "manifest.json").exists():
            return candidate
    raise ConfigError(
        "the front end is not built: run `make run`, or `python static/bundle.py` in the checkout"
    )


@cache
def bundle() -> Bundle:
    read = orjson.loads((folder() / "manifest.json").read_bytes())
    app = read["app"]
    return Bundle(
        read["bundle"],
        _app(read["inbox"]),
        _app(read["widget"]),
        app["worker"],
        app["manifest"],
        app["touch_icon"],
    )


@cache
def sandbox() -> App:
    """The page of the demo on which a newcomer plays the customer."""
    return _app(orjson.loads((folder() / "manifest.json").read_bytes())["sandbox"])


@cache
def phones() -> App:
    """The demo's page of phones."""
    return _app(orjson.loads((folder() / "manifest.json").read_bytes())["phones"])


@cache
def mail() -> App:
    """The demo's page with a customer's mail program."""
    return _app(orjson.loads((folder() / "manifest.json").read_bytes())["mail"])


@cache
def slack() -> App:
    """The demo's page with the workspace in which agents work."""
    return _app(orjson.loads((folder() / "manifest.json").read_bytes())["slack"])


def _app(read: dict[str, Any]) -> App:
    return App(read["script"], read["style"], tuple(read["chunks"]))


@cache
def texts(language: str) -> dict[str, str]:
    """All catalogues of the language, which server and browser share; English where it is not one of ours."""
    found = sorted((folder() / "i18n").glob("*.json")) if language.isalpha() else []
    mine = [path for path in found if path.name.split(".")[-2] == language]
    if not mine and language != "en":
        return texts("en")
    together: dict[str, str] = {}
    for path in mine:
        together.update(orjson.loads(path.read_bytes()))
    return together

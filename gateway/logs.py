"""How the log is written: one line for each record, as text or as JSON, with the request it belongs to.

What others send may stand in a record (a path, a provider's words): no control character of it reaches the log, so
nobody writes lines of his own into it or paints a terminal.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

import orjson

from gateway import trace
from gateway.config import Log

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
WORKER = "PARLEY_WORKER"
"""The number of one of several processes (gateway/workers.py), whose lines meet in one place."""
TALKERS = ("slack_sdk", "websockets")
"""Libraries that tell at DEBUG what goes over the wire: people's words, and addresses that let somebody in."""
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Line ends, other control characters, and what turns the reading direction."""


def set_up(settings: Log, *, verbose: bool = False, stream: TextIO | None = None) -> None:
    """Every record of the process goes to standard error; a former set-up is replaced."""
    handler = logging.StreamHandler(stream or sys.stderr)
    worker = os.environ.get(WORKER, "")
    text = TEXT.replace(" %(name)s", f" worker {worker} %(name)s") if worker.isdecimal() else TEXT
    handler.setFormatter(JsonLines(worker) if settings.format == "json" else TextLines(text))
    level = logging.DEBUG if verbose else logging.getLevelNamesMapping()[settings.level.upper()]
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("asyncio").setLevel(max(level, logging.WARNING))
    for name in TALKERS:
        logging.getLogger(name).setLevel(max(level, logging.INFO))
    trace.steps.setLevel(logging.INFO if settings.steps else logging.WARNING)


def plain(text: str) -> str:
    """Without a character that is more than itself."""
    return UNSAFE.sub(lambda found: ascii(found[0])[1:-1], text)


class TextLines(logging.Formatter):
    """For people. A traceback's lines are set in: none of them looks like a record."""

    def format(self, record: logging.LogRecord) -> str:
        head, *rest = _parts(super().format, record)
        facts = "".join(f" {name}={value}" for name, value in _facts(record).items())
        request = trace.current.get()
        tail = f"{facts} [{request}]" if request else facts
        return "\n".join([plain(head) + plain(tail), *(f"    {plain(line)}" for line in rest)])


def _parts(render: object, record: logging.LogRecord) -> list[str]:
    """The record's own line, whatever stands in it, then those of its traceback."""
    assert callable(render)
    whole: str = render(record)
    added = [text for text in (record.exc_text, record.stack_info) if text]
    head = whole
    for text in reversed(added):
        head = head.removesuffix(text).removesuffix("\n")
    return [head, *(line for text in added for line in text.splitlines())]


class JsonLines(logging.Formatter):
    """For programs: `time` (UTC, RFC 3339), `level`, `logger`, `message`, and where there are: `worker`, `request`,
    `error` with the traceback, and the step's own facts."""

    def __init__(self, worker: str = "") -> None:
        super().__init__()
        self._worker = worker

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": plain(record.getMessage()),
        }
        if self._worker:
            line["worker"] = self._worker
        if request := trace.current.get():
            line["request"] = request
        if record.exc_info:
            line["error"] = "\n".join(map(plain, self.formatException(record.exc_info).split("\n")))
        return orjson.dumps({**_facts(record), **line}).decode()


def _facts(record: logging.LogRecord) -> dict[str, object]:
    facts = getattr(record, "facts", None)
    if not isinstance(facts, dict):
        return {}
    return {name: plain(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}

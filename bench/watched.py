"""Parley itself, with somebody who looks every 5 ms at how much waits for the slowest browser, and says so on stdout.

One line when a session is cut for being slow: {"held": the most bytes that waited in this process for one session}.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import weakref
from typing import Any

from gateway import live
from gateway.__main__ import main

LOOK = 0.005
"""Seconds between two looks."""
_sessions: weakref.WeakSet[live.LiveSession] = weakref.WeakSet()


def _remember(self: live.LiveSession, *args: Any, **more: Any) -> None:
    _make(self, *args, **more)
    _sessions.add(self)


def _watch() -> None:
    most = 0
    while True:
        time.sleep(LOOK)
        for session in tuple(_sessions):
            most = max(most, session._waiting)
            if session.cut_with == live.CLOSE_SLOW:
                print(json.dumps({"held": most}), flush=True)
                return


if __name__ == "__main__":
    _make = live.LiveSession.__init__
    live.LiveSession.__init__ = _remember  # type: ignore[method-assign]
    threading.Thread(target=_watch, daemon=True).start()
    sys.exit(main())

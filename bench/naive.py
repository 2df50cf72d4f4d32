"""Parley with the fan-out everybody writes first: a dict for each agent, `await ws.send_json` one after the other."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import partial

from gateway import app
from gateway.__main__ import main
from gateway.events import Event
from gateway.store import Cursor
from inbox.hub import AgentHub, form

COMPACT = partial(json.dumps, separators=(",", ":"))
"""As long as ours, so that the listeners find the keys."""


class NaiveHub(AgentHub):
    """Reads what ours reads and shows what ours shows; only the telling differs."""

    async def _flush(self, events: Sequence[Event]) -> None:
        content = await self.store.read(lambda look: self.load(look, events))
        for event in events:
            for session in tuple(self.sessions):
                how = form(session.viewer, event, content)
                frame = {
                    "kind": "events",
                    "cursor": str(Cursor(self.store.epoch, event.position)),
                    "position": event.position,
                    "events": [self.told(event, how, content)] if how else [],
                }
                await session.ws.send_json(frame, dumps=COMPACT)
                session.position = event.position
        self.flushed = events[-1].position


if __name__ == "__main__":
    vars(app)["AgentHub"] = NaiveHub
    sys.exit(main())

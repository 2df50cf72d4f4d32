"""Looks at webhooks out: is each told, or must somebody see to it? Addresses may be secret: only hosts are named."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from gateway.config import Config
from gateway.doctor.database import ask
from gateway.doctor.finding import Finding, fault, good, hint
from gateway.stream.hook_pace import TROUBLE

HOOKS = "select label, url, state, reason, fails, failing_since, lost from hooks where removed_at is null order by id"
SETTINGS = "Settings > Webhooks"
HOUR = 3_600_000


async def look_at_webhooks(config: Config) -> AsyncIterator[Finding]:
    """Nothing where there is none, or no database to ask."""
    hooks = await ask(config, HOOKS)
    for hook in hooks or ():
        yield _look(hook)


def _look(hook: Mapping[str, Any]) -> Finding:
    name = hook["label"] or urlsplit(hook["url"]).hostname or "a webhook"
    if hook["state"] == "disabled":
        why = (
            "its endpoint said that it is gone" if hook["reason"] == "gone" else "it has failed for too long"
        )
        return fault(
            "webhooks",
            f"{name} is switched off: {why}; it is told nothing",
            f"mend the endpoint, then switch it on in {SETTINGS}",
        )
    if hook["state"] == "paused":
        return hint("webhooks", f"{name} is paused; what happens waits for it", f"resume it in {SETTINGS}")
    if hook["fails"] >= TROUBLE:
        hours = max(0, int(time.time() * 1000) - (hook["failing_since"] or 0)) // HOUR
        since = f"for {hours} h" if hours else "since less than an hour ago"
        return hint(
            "webhooks",
            f"{name} fails {since}: {hook['fails']} tries in a row were not taken",
            f"{SETTINGS} shows what came back",
        )
    if hook["lost"]:
        return hint(
            "webhooks",
            f"{name} was away so long that {hook['lost']} facts were trimmed before it was told",
            "let it read them all anew over the API",
        )
    return good("webhooks", f"{name} is told what happens")

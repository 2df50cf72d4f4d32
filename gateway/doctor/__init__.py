"""`parley doctor`: looks at everything that Parley stands on, changes nothing, says what to fix in plain words."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from typing import TextIO

from gateway.config import Config
from gateway.doctor.accounts import look_at_accounts
from gateway.doctor.database import look_at_database
from gateway.doctor.finding import Finding, Grade
from gateway.doctor.hooks import look_at_webhooks
from gateway.doctor.keys import look_at_keys
from gateway.doctor.place import look_at_bundle, look_at_machine, look_at_media, look_at_redis, look_at_server
from gateway.doctor.slack import look_at_slack

__all__ = ["Finding", "Grade", "examine", "findings"]

MARKS = {Grade.GOOD: "ok   ", Grade.HINT: "hint ", Grade.FAULT: "FAULT"}


async def examine(config: Config, out: TextIO | None = None) -> int:
    """Say what was found, as it is found. Returns the exit code: 1 when something must be mended."""
    out = out or sys.stdout
    faults = hints = 0
    async for finding in findings(config):
        faults += finding.grade is Grade.FAULT
        hints += finding.grade is Grade.HINT
        out.write(f"{MARKS[finding.grade]} {finding.about:<9} {finding.words}\n")
        if finding.mend:
            out.write(f"{'':16}-> {finding.mend}\n")
        out.flush()
    out.write(f"\n{_counted(faults, 'fault')}, {_counted(hints, 'hint')}.\n")
    return 1 if faults else 0


async def findings(config: Config) -> AsyncIterator[Finding]:
    """Everything that can be said of this configuration, the foundations first."""
    yield Finding(Grade.GOOD, "config", "every key is known and fits")
    for finding in look_at_server(config):
        yield finding
    yield look_at_bundle()
    for finding in look_at_machine(config):
        yield finding
    async for finding in look_at_database(config):
        yield finding
    async for finding in look_at_keys(config):
        yield finding
    async for finding in look_at_redis(config):
        yield finding
    async for finding in look_at_media(config):
        yield finding
    async for finding in look_at_accounts(config):
        yield finding
    async for finding in look_at_webhooks(config):
        yield finding
    async for finding in look_at_slack(config):
        yield finding


def _counted(n: int, what: str) -> str:
    return f"{n or 'no'} {what}{'' if n == 1 else 's'}"

"""Looks at what seals the secrets in the database: is the key here, is it to itself, will the next machine have it?"""

from __future__ import annotations

from collections.abc import AsyncIterator

from gateway.config import Config
from gateway.doctor.database import SQLITE, ask
from gateway.doctor.finding import Finding, fault, good, hint
from gateway.errors import ConfigError
from gateway.folders import open_to_others
from gateway.store.sealed import OWN, names_in


async def look_at_keys(config: Config) -> AsyncIterator[Finding]:
    """Makes no key: where none is here yet, the first start does."""
    try:
        seals = config.seals()
    except ConfigError as why:
        yield fault("secrets", str(why), "openssl rand -base64 32 makes a good one")
        return
    rows = await ask(config, OWN)
    kept = rows[0]["value"] if rows else ""
    missing = [name for name in names_in(kept) if not seals.knows(name)]
    if missing:
        yield fault("secrets", seals.missing(missing))
        return
    if kept and not names_in(kept):
        yield hint("secrets", "they stand open in the database", "the next start of this Parley seals them")
    file = seals.file
    if file is None:
        yield good("secrets", f"sealed with key {seals.ids[0]} of the configuration")
        return
    if not seals.ids:
        yield good("secrets", f"a key will be made at the first start: {file}")
    else:
        yield good(
            "secrets", f"sealed with key {seals.ids[0]} of {file}; keep a copy, apart from the backups"
        )
        if open_to_others(file):
            yield fault("secrets", f"other users of this machine may read {file}", f"chmod 600 {file}")
    if not config.database_url.startswith(SQLITE):
        yield hint(
            "secrets",
            "their key is on this machine alone, and the database may be served by several",
            "before a second one serves it, give both the key: PARLEY_SECRETS__KEY_FILE",
        )

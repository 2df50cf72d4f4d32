"""REST under /api/v1: one module per domain, each route a row of one table."""

from inbox.rest import (
    accounts,
    agents,
    audit,
    availability,
    contacts,
    conversations,
    directory,
    docs,
    exports,
    hours,
    log,
    macros,
    notices,
    profile,
    search,
    session,
    uploads,
)
from inbox.rest.route import ROUTES, mount_routes

__all__ = [
    "ROUTES",
    "accounts",
    "agents",
    "audit",
    "availability",
    "contacts",
    "conversations",
    "directory",
    "docs",
    "exports",
    "hours",
    "log",
    "macros",
    "mount_routes",
    "notices",
    "profile",
    "search",
    "session",
    "uploads",
]

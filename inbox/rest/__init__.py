"""REST under /api/v1: one module per domain, each route a row of one table."""

from inbox.rest import (
    agents,
    contacts,
    conversations,
    directory,
    docs,
    exports,
    log,
    search,
    session,
    uploads,
)
from inbox.rest.route import ROUTES, mount_routes

__all__ = [
    "ROUTES",
    "agents",
    "contacts",
    "conversations",
    "directory",
    "docs",
    "exports",
    "log",
    "mount_routes",
    "search",
    "session",
    "uploads",
]

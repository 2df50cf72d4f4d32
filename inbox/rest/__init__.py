"""REST under /api/v1: one module per domain, each route a row of one table."""

from inbox.rest import conversations, session
from inbox.rest.route import ROUTES, mount_routes

__all__ = ["ROUTES", "conversations", "mount_routes", "session"]

"""Looking again at somebody who has been let in: a socket outlives the moment in which its cookie was read."""

from __future__ import annotations

BY_SESSION = """select a.id, a.role, s.expires_at from sessions s join agents a on a.id = s.agent_id
    where s.id = $1 and s.revoked_at is null and s.expires_at > $2 and a.deactivated_at is null"""

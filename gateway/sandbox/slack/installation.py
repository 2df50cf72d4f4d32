"""The app as the workspace has installed it: its tokens, what they may do, and whether they still may."""

from __future__ import annotations

from dataclasses import dataclass
from hmac import compare_digest

from gateway.sandbox.slack.refusal import Refusal

SCOPES = frozenset(
    {
        *(f"{kind}:{right}" for kind in ("channels", "groups") for right in ("history", "read")),
        *("chat:write", "chat:write.customize", "commands", "files:read", "files:write", "users:read"),
    }
)
"""Those that docs/slack-manifest.yaml asks for, and no others: what Parley calls must do with them."""
EVERYTHING = SCOPES | {
    *("channels:join", "im:history", "im:read", "im:write"),
    *("reactions:read", "reactions:write", "team:read", "users:read.email"),
}
"""All that the methods here may need."""


@dataclass(slots=True)
class Installation:
    bot_token: str = "xoxb-0-0-sandbox"
    app_token: str = "xapp-1-A0PARLEY-0-sandbox"
    signing_secret: str = "the sandbox signs with this"
    scopes: frozenset[str] = SCOPES
    app_scopes: frozenset[str] = frozenset({"connections:write"})
    revoked: str = ""
    """The error that every call with our tokens gets: `token_revoked`, `account_inactive`, `invalid_auth`."""

    def check(self, token: str, needed: str, *, app: bool = False) -> None:
        """`app`: the method is for tokens of the app itself. Raises Refusal."""
        if not token:
            raise Refusal("not_authed")
        is_app = compare_digest(token.encode(), self.app_token.encode())
        if not is_app and not compare_digest(token.encode(), self.bot_token.encode()):
            raise Refusal("invalid_auth")
        if self.revoked:
            raise Refusal(self.revoked)
        if is_app != app:
            raise Refusal("not_allowed_token_type")
        self.need(needed, self.app_scopes if app else self.scopes)

    def need(self, needed: str, provided: frozenset[str] | None = None) -> None:
        """`needed`: one scope, or several of which one will do, with `|` between. Raises Refusal."""
        provided = self.scopes if provided is None else provided
        if needed and provided.isdisjoint(needed.split("|")):
            raise Refusal(
                "missing_scope", needed=needed.replace("|", ","), provided=",".join(sorted(provided))
            )

"""How Slack says no: HTTP 200 with `ok: false`, save for a rate that was passed (apis/web-api/rate-limits)."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """`error` is the word of the reference; `more` stands beside it in the answer."""

    def __init__(self, error: str, *, status: int = 200, retry_after: int = 0, **more: Any) -> None:
        super().__init__(error)
        self.error = error
        self.status = status
        self.retry_after = retry_after
        self.more = more

    def json(self) -> dict[str, Any]:
        return {"ok": False, "error": self.error, **self.more}


def told(error: str, *messages: str) -> Refusal:
    """With words for the developer, as `response_metadata.messages` has them."""
    return Refusal(error, response_metadata={"messages": list(messages)})


def limited(seconds: int) -> Refusal:
    return Refusal("ratelimited", status=429, retry_after=max(1, seconds))

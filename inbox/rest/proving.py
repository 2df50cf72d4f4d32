"""Codes that were sent and not told yet."""

from __future__ import annotations

from typing_extensions import TypedDict

from gateway.store import Reader
from gateway.stream.codes import TRIES, open_codes
from inbox.auth.access import access_conversation
from inbox.rest.route import Call, route


class OpenCode(TypedDict):
    proof: str
    """Of which the code is told (`confirm_code`)."""
    address: str
    left: int
    """So often it may be tried."""
    expires_at: int
    """UTC ms."""


class OpenCodes(TypedDict):
    codes: list[OpenCode]
    """The newest first."""


@route("GET", "/conversations/{id}/codes")
async def codes_open(call: Call) -> OpenCodes:
    """Codes that may still be told in this conversation: whoever sent one and closed the window finds it again."""

    async def look_up(look: Reader) -> OpenCodes:
        row = await access_conversation(look, call.caller.viewer, call.id)
        rows = await open_codes(look, row["id"], call.desk.clock())
        return {
            "codes": [
                {
                    "proof": one["id"],
                    "address": one["address"],
                    "left": TRIES - one["tries"],
                    "expires_at": one["expires_at"],
                }
                for one in rows
            ]
        }

    return await call.desk.store.read(look_up)

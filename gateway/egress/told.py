"""What a customer is told, as types: of her team, of who writes to her, of what is said. Times are UTC milliseconds."""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from gateway.egress.types import AttachmentView


class TeamState(TypedDict):
    """Whether the team answers just now."""

    open: bool
    back_at: int | None
    """When a closed team is back, UTC ms; null: not known."""


class SpeakerView(TypedDict):
    """Who wrote, as a customer may know them: never an email address or an internal id."""

    kind: Literal["me", "agent", "automation"]
    name: str
    picture: str | None


class CustomerMessage(TypedDict):
    id: str
    position: int
    author: SpeakerView
    client_id: str | None
    """Only on the customer's own messages: the pending row it replaces."""
    text: str
    content: dict[str, Any] | None
    attachments: list[AttachmentView]
    reply_to: str | None
    at: int
    late: bool
    edited_at: int | None
    erased: bool


class CustomerEvent(TypedDict):
    """`message`: new, edited or erased, the newest whole form. `seen`: we have read hers up to `position`.
    `state`: whether her newest conversation is open. `goes_by`: by what she has gone on elsewhere, with a code word
    from here ("by WhatsApp", in each language); None: not, or something was said here since."""

    position: int
    kind: Literal["message", "seen", "state"]
    message: NotRequired[CustomerMessage]
    seen_to: NotRequired[int]
    open: NotRequired[bool]
    goes_by: NotRequired[dict[str, str] | None]

"""The templates of an account: Content resources with what WhatsApp has decided about them.

https://www.twilio.com/docs/content/content-api-resources#fetch-content-and-approval-status
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twilio.base.exceptions import TwilioException

from gateway.channels._twilio_client import meaning
from gateway.channels.base import PLACE, Template

MOST = 1_000
"""Templates of one account that are read."""


async def read_templates(client: Any, *, needs_approval: bool) -> Sequence[Template]:
    """By name. `needs_approval`: those that WhatsApp has not approved may not be sent. Raises as `fetch`."""
    try:
        listed = await client.content.v1.content_and_approvals.list_async(limit=MOST)
    except TwilioException as why:
        raise meaning(why) from why
    made = [_template(one, needs_approval) for one in listed]
    return sorted((one for one in made if one.text), key=lambda one: (one.name, one.language))


def _template(content: Any, needs_approval: bool) -> Template:
    text = _text(content.types or {})
    decided = content.approval_requests or {}
    told = {str(name): str(value) for name, value in (content.variables or {}).items()}
    return Template(
        key=content.sid or "",
        name=content.friendly_name or "",
        language=content.language or "",
        text=text,
        variables={name: told.get(name, "") for name in _places(text, told)},
        state=str(decided.get("status") or "unsubmitted") if needs_approval else "approved",
        reason=str(decided.get("rejection_reason") or ""),
        category=str(decided.get("category") or ""),
    )


def _text(types: Mapping[str, Any]) -> str:
    """The words of whichever form it has; a form without words (a picture alone) cannot be chosen."""
    bodies = (form.get("body") for form in types.values() if isinstance(form, Mapping))
    return next((str(body) for body in bodies if body), "")


def _places(text: str, told: Mapping[str, str]) -> list[str]:
    """All that has to be filled: places in the words in their order, then those of a link or a picture."""
    found = [place[1] for place in PLACE.finditer(text)]
    return list(dict.fromkeys([*found, *told]))

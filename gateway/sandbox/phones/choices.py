"""What a template lets its reader press: quick replies, the rows of a list, links.

Pages: content/twilio-quick-reply, content/twilio-list-picker, content/twilio-call-to-action for the forms,
messaging/guides/webhook-request for what an answer carries.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gateway.sandbox.phones.records import Saying, Template

ROW = "twilio/list-picker"


@dataclass(frozen=True, slots=True)
class Choice:
    kind: Literal["button", "row", "link"]
    id: str
    """Of a link: where it leads."""
    title: str
    about: str = ""


def choices(template: Template) -> tuple[Choice, ...]:
    return tuple(choice for kind, what in template.types.items() for choice in _of(kind, what))


def chosen(template: Template, answering: str, choice_id: str) -> Saying | None:
    """What her phone sends when she presses it on the message of that sid; None: there is no such choice."""
    for choice in choices(template):
        if choice.id != choice_id or choice.kind == "link":
            continue
        extra = (
            {"ButtonText": choice.title, "ButtonPayload": choice.id}
            if choice.kind == "button"
            else {"ListTitle": choice.title, "ListId": choice.id}
        )
        return Saying(choice.title, quotes=answering, extra=extra)
    return None


def opener(template: Template) -> str:
    """The words of the button that opens a list."""
    return str(template.types.get(ROW, {}).get("button", ""))


def _of(kind: str, what: Mapping[str, Any]) -> Iterator[Choice]:
    for item in what.get("items", ()) if kind == ROW else ():
        yield Choice("row", str(item["id"]), str(item["item"]), str(item.get("description", "")))
    for action in what.get("actions", ()):
        match action.get("type", "QUICK_REPLY"):
            case "QUICK_REPLY":
                yield Choice("button", str(action["id"]), str(action["title"]))
            case "URL":
                yield Choice("link", str(action["url"]), str(action["title"]))

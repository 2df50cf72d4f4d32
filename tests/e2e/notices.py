"""What of an agent's notices is found by, and how a test makes them happen."""

from __future__ import annotations

from playwright.async_api import Locator, expect

from tests.e2e.office import Colleague
from tests.e2e.pages.inbox import InboxPage


def bell(inbox: InboxPage) -> Locator:
    return inbox.act("notices")


def panel(inbox: InboxPage) -> Locator:
    return inbox.page.get_by_role("dialog", name=inbox.words("notices.title"))


def rows(inbox: InboxPage) -> Locator:
    return inbox.page.locator("[data-notice]")


async def unread(inbox: InboxPage, n: int) -> None:
    """What the bell says, in figures and in words."""
    await expect(bell(inbox).locator(".bell-count")).to_have_text([str(n)] if n else [])
    await expect(bell(inbox)).to_have_attribute(
        "title", inbox.words("notices.bell.other", n=n) if n else inbox.words("notices.title")
    )


async def mention(by: Colleague, whom: Colleague, text: str, conversation: str = "") -> str:
    talk = conversation or (await by.conversation())["id"]
    body = {"text": text, "visibility": "note", "client_id": f"n{abs(hash(text))}", "mentions": [whom.id]}
    await by.ask("POST", f"/conversations/{talk}/messages", body)
    return talk


async def give(by: Colleague, whom: Colleague, conversation: str = "") -> str:
    talk = conversation or (await by.conversation())["id"]
    await by.ask("PATCH", f"/conversations/{talk}", {"assignee": whom.id})
    return talk

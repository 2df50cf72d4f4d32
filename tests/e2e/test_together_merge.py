"""A conversation is merged away under the eyes of an agent: her page goes on with the one it lives in now."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.office import Colleague, Office


async def test_a_merge_is_followed_and_typing_there_is_heard(office: Office):
    mina, bo = await office.hire("Mina"), await office.hire("Bo")
    await office.writes("First words")
    await office.writes("Second words")
    first, second = await mina.inbox("/c/1"), await bo.inbox("/c/2")
    await office.boss.ask("POST", "/conversations/1/messages", _note("before"))
    await first.sees("before")
    await second.act("note").click()
    await merge(office.boss, 1, 2)
    await first.page.wait_for_url("**/c/2")
    await first.tells(["First words", "Second words", "before"])
    said = first.words("line.merged_from", name=office.boss.name, other="#1")
    for page in (first, second):
        line = page.page.locator(".line").filter(has_text=said)
        await expect(line.get_by_role("link", name="#1")).to_have_attribute("href", "/c/1")
    await expect(first.page.locator(".looking li")).to_have_count(1)
    await second.field.press_sequentially("I ask her", delay=30)
    await expect(first.page.locator(".typing-note")).to_contain_text("Bo")
    await first.write("I am on it")
    await expect(second.page.locator(".typing-us")).to_contain_text("Mina")
    await first.is_true()


async def merge(by: Colleague, number: int, into: int) -> None:
    """By somebody who looks at neither, or whose page follows."""
    ids = [(await by.ask("GET", f"/conversations/{one}"))["conversation"]["id"] for one in (number, into)]
    async with by.http.ws_connect("/ws/agent") as socket:
        await socket.send_json({"kind": "hello", "protocol": 1})
        args = {"conversation": ids[0], "into": ids[1]}
        await socket.send_json({"kind": "command", "id": "m", "name": "merge", "args": args})
        while (frame := await socket.receive_json()).get("id") != "m":
            pass
        assert frame["kind"] != "problem", frame


def _note(text: str) -> dict[str, str]:
    return {"text": text, "visibility": "note", "client_id": f"note-{text}"}

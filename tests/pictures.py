"""Takes the pictures of the documents from a running demo, in real Chromium: `python -m tests.pictures`.

Run it by hand when a screen has changed; docs/pictures/ holds what it made. It plays the tour of the README, so it also
shows that the tour goes as it is told there.
"""

import asyncio
import re
from pathlib import Path

from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect

from gateway.sandbox.pictures import picture
from static import bundle
from tests.servers import chromium
from tests.servers.parley import Parley

FOLDER = Path(__file__).parents[1] / "docs/pictures"
DESK = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 760}


def way(demo: Parley, pattern: str) -> str:
    """One of the ways in that the demo prints."""
    found = re.search(pattern, demo.said(), re.MULTILINE)
    assert found, demo.said()
    return f"{demo.url}{found[1]}"


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="메시지").fill(text)
    await page.keyboard.press("Enter")


async def tour(customer: Page, agent: Page, demo: Parley) -> None:
    """A customer who is known writes and sends a photo; the agent takes it, notes, tags, answers."""
    await customer.goto(way(demo, r"^ +http://[^/]+(/chat/\S+#vouch=\S+)"))
    await write(customer, "안녕하세요, 오늘 받은 드립 서버 상자가 이렇게 왔어요.")
    photo: FilePayload = {"name": "box.png", "mimeType": "image/png", "buffer": picture("parcel")}
    await customer.locator("input[type=file]").set_input_files(photo)
    await write(customer, "유리에도 금이 가 있어요. 교환할 수 있을까요?")

    await agent.goto(way(demo, r"^ +supervisor +http://[^/]+(/link/\S+)"))
    await agent.get_by_role("navigation").get_by_title("All open", exact=True).click()
    await agent.locator("[data-row]", has_text="유리에도 금이").click()
    log = agent.get_by_role("log")
    await expect(log.get_by_text("유리에도 금이")).to_be_visible()
    # An agent reads to the end before answering; who does not is stopped.
    await agent.wait_for_timeout(800)
    if await agent.locator(".thread-pill").count():
        await agent.locator(".thread-pill").click()
    await agent.wait_for_timeout(1200)
    if not await agent.locator("[data-act=assign]", has_text="Sora Han").count():
        await agent.locator("[data-act=assign]").click()
        await agent.get_by_role("option", name="Sora Han").first.click()
    field = agent.locator("section.composer").get_by_role("textbox")
    await agent.locator("[data-act=note]").click()
    await field.fill("Same carrier as last week's breakages. Replacement approved, no return needed.")
    await field.press("Enter")
    await agent.locator("[data-act=reply]").click()
    await field.fill(
        "많이 놀라셨겠어요, 죄송합니다. 오늘 새 제품을 보내 드릴게요. 받으신 것은 돌려보내지 않으셔도 돼요."
    )
    await field.press("Enter")
    await expect(customer.get_by_role("log").get_by_text("오늘 새 제품을")).to_be_visible()
    await write(customer, "정말 빠르네요, 감사합니다!")
    await expect(log.get_by_text("정말 빠르네요")).to_be_visible()


async def page(browser: Browser, **options: object) -> Page:
    context = await browser.new_context(device_scale_factor=1.5, color_scheme="light", **options)  # type: ignore[arg-type]
    context.set_default_timeout(8000)
    return await context.new_page()


async def main() -> None:
    bundle.build()
    demo = Parley.start("demo")
    found = chromium.find()
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=found.program, env=found.environment, args=chromium.ARGUMENTS
            )
            customer = await page(browser, viewport=PHONE, locale="ko-KR")
            agent = await page(browser, viewport=DESK, locale="en-US")
            await tour(customer, agent, demo)
            await agent.wait_for_timeout(1500)  # typing and hovers have gone
            await agent.screenshot(path=FOLDER / "inbox.png")
            await customer.screenshot(path=FOLDER / "chat.png")
            await browser.close()
    finally:
        demo.stop()


if __name__ == "__main__":
    asyncio.run(main())

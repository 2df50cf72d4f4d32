"""Takes the pictures of the documents from a running demo, in real Chromium: `make pictures`.

Run it by hand when a screen has changed; docs/pictures/ holds what it made. It plays the tour of the README, so it also
shows that the tour goes as it is told there. The demo and the browsers live at one moment, always the same, and the
history is told from one seed: what changes in a picture has changed on the screen.
"""

import asyncio
import base64
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, FilePayload, Page, async_playwright, expect

from gateway.sandbox.pictures import picture
from static import bundle
from tests.servers import chromium
from tests.servers.pages import PATIENCE
from tests.servers.parley import Parley

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs/pictures"
NOW = datetime(2026, 11, 20, 1, 24, tzinfo=UTC)
"""A Friday morning in Seoul."""
AT_NOW = f"""
import sys, time
ahead = {NOW.timestamp()} - time.time()
real = time.time
time.time = lambda: real() + ahead
time.time_ns = lambda: int(time.time() * 1e9)
from gateway.__main__ import main
sys.exit(main())
"""
"""The program, whose clock goes on from that moment."""
QUIET = {"PARLEY_SANDBOX__CUSTOMERS": "false", "PARLEY_SANDBOX__HISTORY": "600"}
PACK = """async (address) => {
  const image = new Image();
  image.src = address;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.82);
}"""
DESK = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 760}


async def way(demo: Parley, pattern: str) -> str:
    """One of the ways in that the demo prints: some of them after its door has opened."""
    async with asyncio.timeout(PATIENCE / 1000):
        while (found := re.search(pattern, demo.said(), re.MULTILINE)) is None:  # noqa: ASYNC110 (it only prints)
            await asyncio.sleep(0.03)
    return f"{demo.url}{found[1]}"


async def write(page: Page, text: str) -> None:
    await page.get_by_role("textbox", name="메시지").fill(text)
    await page.keyboard.press("Enter")


async def tour(customer: Page, agent: Page, demo: Parley) -> None:
    """A customer who is known writes and sends a photo; the agent takes it, notes, tags, answers."""
    await customer.goto(await way(demo, r"^ +http://[^/]+(/chat/\S+#vouch=\S+)"))
    await write(customer, "안녕하세요, 오늘 받은 드립 서버 상자가 이렇게 왔어요.")
    photo: FilePayload = {"name": "box.png", "mimeType": "image/png", "buffer": picture("parcel")}
    await customer.locator("input[type=file]").set_input_files(photo)
    await write(customer, "유리에도 금이 가 있어요. 교환할 수 있을까요?")

    await agent.goto(await way(demo, r"^ +supervisor +http://[^/]+(/link/\S+)"))
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
    # For some seconds the answer may still be taken back; then it goes.
    await expect(customer.get_by_role("log").get_by_text("오늘 새 제품을")).to_be_visible(timeout=15_000)
    await write(customer, "정말 빠르네요, 감사합니다!")
    await expect(log.get_by_text("정말 빠르네요")).to_be_visible()


async def on_the_phone(hand: Page, agent: Page, demo: Parley) -> None:
    """A customer writes by WhatsApp, with a photo, and is answered."""
    await hand.goto(await way(demo, r"^ +http://[^/]+(/sandbox/[\w-]+/phones)"))
    await hand.locator(".chat-row").last.click()
    await write(hand, "안녕하세요, 어제 주문한 원두 언제 도착할까요?")
    await hand.locator(".more").click()
    await hand.locator(".tiles button").first.click()
    await agent.goto(f"{demo.url}/list/unassigned")
    await agent.locator("[data-row]", has_text="김하늘").first.click()
    await expect(agent.get_by_role("log").locator(".bubble img")).to_be_visible()
    await agent.wait_for_timeout(1500)
    field = agent.locator("section.composer").get_by_role("textbox")
    await field.fill("상자가 많이 상했네요. 원두는 괜찮은지 봐 주시겠어요?")
    await field.press("Enter")
    await expect(hand.get_by_role("log").get_by_text("상자가 많이")).to_be_visible(timeout=15_000)
    await write(hand, "네, 원두는 괜찮아요. 감사합니다!")
    await expect(hand.locator(".ticks.delivered, .ticks.read").last).to_be_visible()


async def in_a_mailbox(program: Page, agent: Page, demo: Parley) -> None:
    """A customer writes a mail with a photo in it, and is answered."""
    await program.goto(await way(demo, r"^ +http://[^/]+(/sandbox/[\w-]+/mail)"))
    await program.get_by_role("button", name="메일 쓰기").click()
    await program.locator(".line").get_by_role("textbox", name="받는 사람").fill("help@haru.example")
    await program.locator(".line").get_by_role("textbox", name="제목").fill("상자가 젖어서 왔어요")
    words = "안녕하세요, 어제 받은 상자가 젖어 있었어요.\n사진을 함께 보내요.\n\n김하늘 드림"
    await program.get_by_role("textbox", name="내용").fill(words)
    await program.get_by_role("button", name="택배 상자").click()
    await expect(program.locator(".writing .files li")).to_have_count(1)
    await program.get_by_role("button", name="보내기").click()
    await agent.goto(f"{demo.url}/list/unassigned")
    await agent.locator("[data-row]", has_text="상자가 젖어서 왔어요").first.click()
    await expect(agent.get_by_role("log").locator(".bubble img")).to_be_visible()
    field = agent.locator("section.composer").get_by_role("textbox").last
    await field.fill("많이 속상하셨겠어요. 오늘 새 상자를 보내 드릴게요. 원두는 괜찮은지 한번 봐 주시겠어요?")
    await field.press("Enter")
    await program.locator(".row-of").click(timeout=20_000)
    await expect(program.locator(".letter iframe")).to_be_visible()


async def in_a_workspace(team: Page, agent: Page, customer: Page, demo: Parley) -> None:
    """The supervisor links herself, has the inbox pull the tour's conversation into a channel, and works it there."""
    await agent.goto(f"{demo.url}/settings/profile")
    await agent.get_by_role("button", name="Get a code").click()
    said = await agent.get_by_text(re.compile(r"/parley link \S+")).inner_text()
    await team.goto(await way(demo, r"^ +http://[^/]+(/sandbox/[\w-]+/slack)"))
    await team.get_by_role("button", name="support").click()
    await team.get_by_label("Write to support").fill(said.strip())
    await team.keyboard.press("Enter")
    await expect(team.get_by_text("Only you can see this")).to_be_visible()
    await agent.goto(f"{demo.url}/list/all")
    await agent.locator("[data-row]", has_text="정말 빠르네요").click()
    await agent.locator("header").get_by_title("More", exact=True).click()
    await agent.get_by_role("option", name="Pull into Slack").click()
    await agent.get_by_role("dialog").get_by_label("#support").check()
    await agent.get_by_role("dialog").get_by_role("button", name="Pull").click()
    card = team.locator(".entry", has=team.get_by_role("button", name="Reply to customer"))
    await card.get_by_role("button", name="Answer", exact=True).click()
    thread = team.locator(".thread")
    await expect(thread.get_by_text("정말 빠르네요")).to_be_visible()
    await thread.get_by_label("Answer in the thread").fill("The carrier collects the broken one on Monday.")
    await thread.get_by_role("button", name="Send").click()
    await write(customer, "혹시 송장 번호도 알 수 있을까요?")
    await expect(thread.get_by_text("혹시 송장 번호도")).to_be_visible()
    await thread.get_by_role("button", name="Reply to customer").click()
    modal = team.get_by_role("dialog")
    await modal.get_by_role("textbox").fill("네, 오늘 오후에 송장 번호를 문자로 보내 드릴게요.")
    await modal.locator("button.primary").click()
    await expect(thread.get_by_text("송장 번호를 문자로")).to_be_visible()
    await thread.locator(".entry").last.scroll_into_view_if_needed()


async def picture_of(page: Page, name: str) -> None:
    """Kept as WebP, which Chromium itself packs: a tenth of a PNG, and nothing to install."""
    await page.mouse.move(0, 0)
    await page.wait_for_timeout(1500)  # typing, hovers and toasts have gone
    shot = base64.b64encode(await page.screenshot()).decode()
    packer = await page.context.browser.new_page()  # type: ignore[union-attr]
    packed = await packer.evaluate(PACK, f"data:image/png;base64,{shot}")
    await packer.close()
    (FOLDER / f"{name}.webp").write_bytes(base64.b64decode(packed.partition(",")[2]))


async def page(browser: Browser, **options: object) -> Page:
    given = {"device_scale_factor": 1.5, "color_scheme": "light", "reduced_motion": "reduce", **options}
    context = await browser.new_context(timezone_id="Asia/Seoul", **given)  # type: ignore[arg-type]
    context.set_default_timeout(8000)
    await context.clock.install(time=NOW)
    return await context.new_page()


async def same_agent(agent: Page, browser: Browser, **options: object) -> Page:
    """Another browser of the same agent's."""
    other = await page(browser, **options)
    await other.context.add_cookies(await agent.context.cookies())  # type: ignore[arg-type]
    await other.goto(agent.url)
    return other


async def take_all(browser: Browser, demo: Parley) -> None:
    customer = await page(browser, viewport=PHONE, locale="ko-KR")
    agent = await page(browser, viewport=DESK, locale="en-US")
    await tour(customer, agent, demo)
    await agent.get_by_role("button", name="No guide, thanks").click()
    await picture_of(agent, "inbox")
    await picture_of(customer, "chat")
    dark = await same_agent(agent, browser, viewport=DESK, locale="ko-KR", color_scheme="dark")
    await expect(dark.get_by_role("log").get_by_text("정말 빠르네요")).to_be_visible()
    await picture_of(dark, "inbox-dark")
    phone = await same_agent(agent, browser, viewport=PHONE, locale="ko-KR", has_touch=True)
    await expect(phone.get_by_role("log").get_by_text("정말 빠르네요")).to_be_visible()
    await picture_of(phone, "phone")
    await phone.goto(f"{demo.url}/list/all")
    await expect(phone.locator("[data-row]").first).to_be_visible()
    await picture_of(phone, "phone-list")
    team = await page(browser, viewport=DESK, locale="en-US")
    await in_a_workspace(team, agent, customer, demo)
    await picture_of(team, "slack")
    sandbox = await page(browser, viewport=DESK, locale="en-US")
    await sandbox.goto(await way(demo, r"^ +http://[^/]+(/sandbox/[\w-]+)"))
    await expect(sandbox.frames[1].get_by_role("heading").first).to_be_visible()
    await sandbox.get_by_role("radio").nth(1).check()
    await sandbox.wait_for_timeout(1500)
    await sandbox.frames[1].evaluate("Parley.open()")
    await picture_of(sandbox, "sandbox")
    hand = await page(browser, viewport=DESK, locale="ko-KR")
    await on_the_phone(hand, agent, demo)
    await picture_of(hand, "phones")
    program = await page(browser, viewport=DESK, locale="ko-KR")
    await in_a_mailbox(program, agent, demo)
    await program.locator(".folded").click()
    await picture_of(program, "mail")


async def main() -> None:
    bundle.build()
    demo = Parley.start("demo", program=(sys.executable, "-c", AT_NOW), PYTHONPATH=str(ROOT), **QUIET)
    found = chromium.find()
    expect.set_options(timeout=20_000)
    try:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(
                executable_path=found.program, env=found.environment, args=chromium.ARGUMENTS
            )
            await take_all(browser, demo)
            await browser.close()
    finally:
        demo.stop()


if __name__ == "__main__":
    asyncio.run(main())

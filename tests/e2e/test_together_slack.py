"""The customer in the web chat, an agent in the inbox and a supervisor in Slack at once, each on their own screen.

What is written in the thread the customer never sees, unless it went by "Reply to customer"; and of all that is said
each screen has everything once, in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.e2e.office import DESKTOP, Colleague, OpenOffice
from tests.e2e.pages.screen import become
from tests.e2e.pages.words import catalogue
from tests.sandbox.slack.stage import KEY, Stage, open_stage
from tests.servers.pages import Pages

ASKS, NOTES = "Where is my order?", ["Who knows the courier?", "I shall call them"]
ANSWERS = ["One moment, I am looking.", "It is at your door by six.", "Anything else?"]
THANKS, LATER = "Thank you both", "One more thing"


@dataclass
class Supervisor:
    """Sora, on the workspace's page."""

    page: Page
    stage: Stage

    @classmethod
    async def sits(cls, new_page: Pages, stage: Stage) -> Supervisor:
        page = await new_page(viewport=DESKTOP, locale="en-GB", reduced_motion="reduce")
        await page.goto(f"{stage.url}/sandbox/{KEY}/slack")
        await page.get_by_role("button", name="support").click()
        return cls(page, stage)

    @property
    def thread(self) -> Locator:
        return self.page.locator(".thread")

    async def says(self, text: str) -> None:
        await self.thread.get_by_label(TOWN["town.write_thread"]).fill(text)
        await self.thread.get_by_role("button", name=TOWN["town.send"]).click()

    async def links(self, whose: Colleague) -> None:
        code = await code_of(whose)
        await self.page.get_by_label(TOWN["town.write"].replace("{name}", "support")).fill(
            f"/parley link {code}"
        )
        await self.page.keyboard.press("Enter")
        await expect(self.page.get_by_text(TOWN["town.whisper"])).to_be_visible()

    async def gives_back(self) -> None:
        menu = self.thread.get_by_label(TOWN["town.more"], exact=True)
        await menu.select_option(label=SAY["slack.more.give_back"])

    async def told(self) -> list[str]:
        """The first words of what stands in the thread, below card and story."""
        found = await self.thread.locator(".entry .entry-body").all_inner_texts()
        return [line for text in found for line in text.split("\n") if line in ALL]


async def code_of(whose: Colleague) -> str:
    async with whose.http.ws_connect("/ws/agent") as socket:
        await socket.send_json({"kind": "hello", "protocol": 1})
        args = {"place": "slack"}
        await socket.send_json({"kind": "command", "id": "c", "name": "make_link_code", "args": args})
        while (frame := await socket.receive_json()).get("id") != "c":
            pass
        return str(frame["value"]["code"])


TOWN, SAY, HERS = catalogue("town", "en"), catalogue("slack", "en"), catalogue("slack", "ko")
"""The workspace's page, what all read in the channel, and what she alone is shown."""
ALL = {ASKS, *NOTES, *ANSWERS, THANKS}


async def test_three_at_once(open_office: OpenOffice, new_page: Pages) -> None:
    async with open_stage() as stage:
        stage.slack.deliveries.patience = 3
        token = stage.slack.installation
        office = await open_office(
            PARLEY_SLACK__BOT_TOKEN=token.bot_token,
            PARLEY_SLACK__APP_TOKEN=token.app_token,
            PARLEY_SLACK__API_BASE=stage.slack.api,
        )
        sue = await office.hire("Sue", "supervisor")
        customer, agent = await office.customer(), await office.boss.inbox()
        sora = await Supervisor.sits(new_page, stage)
        await stage.slack.sockets.connected()
        await sora.links(sue)

        await customer.say(ASKS)
        await agent.open("Unnamed visitor")
        await agent.choose(
            agent.head.get_by_title(agent.words("more"), exact=True),
            agent.words("pull", place="Slack"),
        )
        dialog = agent.page.get_by_role("dialog")
        await dialog.get_by_label("#support").check()
        await dialog.get_by_role("button", name=agent.words("pull.do")).click()
        card = sora.page.locator(".entry", has=sora.page.get_by_role("button", name=SAY["slack.reply"]))
        await card.get_by_role("button", name=re.compile(r"answer", re.IGNORECASE)).first.click()
        await expect(sora.thread.get_by_text(ASKS)).to_be_visible()

        await sora.says(NOTES[0])
        await agent.sees(NOTES[0])
        await agent.note(NOTES[1])
        await agent.reply(ANSWERS[0])
        await customer.sees(ANSWERS[0])
        await expect(sora.thread.get_by_text(ANSWERS[0])).to_be_visible()

        await sora.thread.get_by_role("button", name=SAY["slack.reply"]).click()
        modal = sora.page.get_by_role("dialog")
        await modal.get_by_role("textbox").fill(ANSWERS[1])
        await modal.get_by_role("button", name=HERS["slack.modal.send"]).click()
        await expect(modal).to_have_count(0)
        await customer.sees(ANSWERS[1])
        await agent.sees(ANSWERS[1])
        await customer.say(THANKS)
        await agent.sees(THANKS)
        await office.boss.has_read()  # or it is stopped: Sue answered meanwhile
        await agent.reply(ANSWERS[2])

        await become(sora.told, [ASKS, NOTES[0], NOTES[1], *ANSWERS[:2], THANKS, ANSWERS[2]])
        await customer.tells([ASKS, *ANSWERS[:2], THANKS, ANSWERS[2]])
        await agent.tells([ASKS, *NOTES, *ANSWERS[:2], THANKS, ANSWERS[2]])
        await agent.is_true()
        for note in NOTES:
            await expect(customer.page.locator("body")).not_to_contain_text(note)

        await sora.gives_back()
        await expect(sora.thread.get_by_text(SAY["slack.end"])).to_be_visible()
        await expect(sora.thread.get_by_role("button", name=SAY["slack.reply"])).to_have_count(0)
        gone = agent.words("line.given_back", name="Sue", channel="#support")
        await expect(agent.log.get_by_text(gone)).to_be_visible()
        await customer.say(LATER)
        await agent.sees(LATER)
        await expect(sora.thread.get_by_text(LATER)).to_have_count(0)
        await sora.page.close()

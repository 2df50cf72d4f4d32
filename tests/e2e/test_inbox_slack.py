"""What a rule pulled into Slack: the inbox says so, gives it back, and says when Slack takes our token no more."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.office import DESKTOP, OpenOffice
from tests.e2e.pages.words import catalogue
from tests.e2e.test_together_slack import Supervisor
from tests.sandbox.slack.stage import open_stage
from tests.servers.pages import Pages, accessibility_faults

ASKS = "배송은 언제 오나요?"
TOWN, HOME = catalogue("town", "en"), catalogue("slack-watch", "ko")
RULE = {"does": "pull", "channel": "#support", "waiting": "0"}


async def test_a_rule_pulls_and_the_inbox_says_so(open_office: OpenOffice, new_page: Pages) -> None:
    async with open_stage() as stage:
        token = stage.slack.installation
        office = await open_office(
            PARLEY_SLACK__BOT_TOKEN=token.bot_token,
            PARLEY_SLACK__APP_TOKEN=token.app_token,
            PARLEY_SLACK__API_BASE=stage.slack.api,
            **{f"PARLEY_SLACK__RULES__ALL__{key.upper()}": value for key, value in RULE.items()},
        )
        await stage.slack.sockets.connected()
        customer = await office.customer()
        await customer.say(ASKS)
        inbox = await office.boss.inbox("/list/all", "ko", viewport=DESKTOP, color_scheme="dark")
        await inbox.open(inbox.words("contact.unnamed"))
        by = inbox.words("actor.rule", rule="all")
        chip = inbox.head.get_by_role(
            "button", name=inbox.words("worked.chip", place="Slack", channel="#support", name=by)
        )
        await expect(chip).to_be_visible()

        sora = await Supervisor.sits(new_page, stage)
        await sora.links(office.boss)
        await sora.page.get_by_role("button", name=TOWN["town.home"]).click()
        await expect(
            sora.page.get_by_text(HOME["slack.home.waiting"].replace("{count}", "1"))
        ).to_be_visible()
        await expect(sora.page.get_by_role("link", name="#1")).to_be_visible()
        assert await accessibility_faults(sora.page) == []

        await chip.click()
        dialog = inbox.page.get_by_role("dialog")
        await expect(dialog.get_by_text(inbox.words("worked.back"))).to_be_visible()
        assert await accessibility_faults(inbox.page) == []
        await dialog.get_by_role("button", name=inbox.words("pull.give_back")).click()
        await expect(chip).to_have_count(0)

        stage.slack.revoke()
        await customer.say("여보세요?")
        banner = inbox.page.locator('[data-place="slack"]')
        await expect(banner).to_contain_text("token_revoked", timeout=30_000)
        await expect(banner).to_contain_text(inbox.words("place.paused_admin"))
        assert await accessibility_faults(inbox.page) == []
        await banner.get_by_role("button").click()
        await expect(banner).to_have_count(0)
        await sora.page.close()

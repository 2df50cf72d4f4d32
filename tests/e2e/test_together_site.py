"""A customer on the site and an agent in the inbox: what each is told of the other while they are there."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.office import Office, OpenOffice


async def test_the_agent_sees_that_a_customer_came_back_without_a_word(office: Office):
    customer = await office.customer()
    await customer.say("Is the blue one in stock?")
    await customer.sees("Is the blue one in stock?")
    inbox = await office.boss.inbox()
    await inbox.open("Unnamed visitor")
    here = inbox.page.locator(".badge.here")
    await expect(here).to_have_text("On site now")
    beside = await here.evaluate("mark => mark.getBoundingClientRect().width")
    assert beside < 24  # a dot: the name needs the room
    await customer.page.goto("about:blank")
    await expect(here).to_have_count(0)
    await customer.go()
    await expect(here).to_have_text("On site now")


async def test_the_agent_reads_unsent_words_where_the_account_shows_them(open_office: OpenOffice):
    office = await open_office(PARLEY_CHANNELS__WEB__PREVIEW="true")
    customer = await office.customer("ko")
    await expect(customer.page.get_by_text("입력 중인 내용을 상담팀이 볼 수 있어요.")).to_be_visible()
    await customer.say("안녕하세요")
    await customer.sees("안녕하세요")
    inbox = await office.boss.inbox()
    await inbox.open("Unnamed visitor")
    await customer.field.press_sequentially("파란색 있나요", delay=30)
    await expect(inbox.page.locator(".typing-preview")).to_have_text("파란색 있나요")
    await customer.field.fill("")
    await expect(inbox.page.locator(".typing-preview")).to_have_count(0)


async def test_without_that_setting_unsent_words_stay_with_the_customer(office: Office):
    customer = await office.customer()
    await customer.say("hello")
    await customer.sees("hello")
    inbox = await office.boss.inbox()
    await inbox.open("Unnamed visitor")
    await customer.field.press_sequentially("my secret", delay=30)
    await expect(inbox.page.locator(".typing-them")).to_be_visible()
    await expect(inbox.page.locator("body")).not_to_contain_text("my secret")


async def test_an_address_that_was_left_reaches_agents_as_unproven(open_office: OpenOffice):
    office = await open_office(PARLEY_LIMITS__PRESENCE_PING="1000", PARLEY_LIMITS__PRESENCE_EXPIRES="3000")
    customer = await office.customer()
    # No agent's browser is there: so it says, once the process has waited for one to come back.
    away = customer.page.get_by_role("region", name="Nobody is here right now")
    await expect(away).to_be_visible()
    await away.get_by_role("textbox").fill("kim@example.com")
    await away.get_by_role("button", name="Leave it").click()
    await expect(away).to_contain_text("kim@example.com")
    await customer.say("Please write to me")
    await customer.sees("Please write to me")
    inbox = await office.boss.inbox()
    await expect(away).to_have_count(0)
    await inbox.open("Unnamed visitor")
    claims = inbox.page.locator(".claims")
    await expect(claims).to_contain_text("kim@example.com")
    await expect(inbox.page.get_by_text(inbox.words("context.claims_more"))).to_be_visible()

"""A conversation comes into an agent's view and leaves it, while she looks on."""

from __future__ import annotations

from playwright.async_api import expect

from tests.e2e.office import Office
from tests.servers.pages import Pages

NOT_THERE = r"status of 404 .*/(conversations/1|contacts/\w+/(likely|conversations))"
"""What the browser says where a page asks for what its agent may not see, or may not any more as she asks."""


async def test_it_moves_from_team_to_team(office: Office, new_page: Pages):
    new_page.expect(NOT_THERE)
    sales, support = await office.team("Sales"), await office.team("Support")
    sam, sue = await office.hire("Sam", teams=[sales]), await office.hire("Sue", teams=[support])
    boss = await office.boss.inbox()
    seller, helper = await sam.inbox(), await sue.inbox()
    token = await office.writes("Hello", "Anybody?")
    for tab in (boss, seller, helper):
        await tab.counts(all=1, unassigned=1)
        await tab.open("Unnamed visitor")

    await boss.team("Sales")
    await helper.counts(all=0, unassigned=0)
    await expect(helper.log).to_have_count(0)
    await expect(helper.page.get_by_text(helper.words("conversation.missing"))).to_be_visible()
    await expect(helper.page.locator("body")).not_to_contain_text("Anybody?")
    await office.goes_on(token, "A secret of Sales")
    await seller.sees("A secret of Sales")
    await seller.note("For Sales only")
    await helper.is_true()
    await expect(helper.page.locator("body")).not_to_contain_text("secret")

    await boss.team("Support")
    await seller.counts(all=0)
    await helper.counts(all=1)
    await expect(helper.log).to_be_visible()
    told = ["Hello", "Anybody?", "A secret of Sales", "For Sales only"]
    await helper.tells(told)
    await expect(seller.page.locator("body")).not_to_contain_text("For Sales only")
    for tab in (boss, seller, helper):
        await tab.is_true()
    assert (await sam.ask("GET", "/conversations"))["conversations"] == []


async def test_an_agent_changes_teams(office: Office, new_page: Pages):
    new_page.expect(NOT_THERE)
    sales = await office.team("Sales")
    sam = await office.hire("Sam")
    await office.writes("For Sales")
    boss = await office.boss.inbox()
    await boss.open("Unnamed visitor")
    await boss.team("Sales")
    seller = await sam.inbox()
    await seller.counts(all=0)
    await office.boss.ask("PATCH", f"/agents/{sam.id}", {"teams": [sales]})
    await seller.counts(all=1)
    await expect(seller.nav_entry("Sales")).to_be_visible()
    await seller.open("Unnamed visitor")
    await seller.is_true()
    await office.boss.ask("PATCH", f"/agents/{sam.id}", {"teams": []})
    await seller.counts(all=0)
    await expect(seller.nav_entry("Sales")).to_have_count(0)
    await expect(seller.page.locator("body")).not_to_contain_text("For Sales")
    await seller.is_true()


async def test_what_moves_to_another_team_leaves_the_lists(office: Office):
    sales = await office.team("Sales")
    await office.team("Support")
    sam = await office.hire("Sam", teams=[sales])
    await office.writes("Hello")
    boss, seller = await office.boss.inbox(), await sam.inbox("/list/mine")
    await boss.open("Unnamed visitor")
    await boss.team("Support")
    await seller.counts(all=0, mine=0)
    found = await office.boss.conversation()
    assert found["team"] is not None
    await boss.is_true()
    await seller.is_true()

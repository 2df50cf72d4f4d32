"""The side with the person: joining and parting contacts, suggestions, and what is left of somebody erased."""

from __future__ import annotations

import json

from playwright.async_api import expect

from tests.e2e.office import Colleague, Office, OpenOffice
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.test_together_shared import SECRET, signed


async def contact_of(who: Colleague, name: str) -> str:
    found = (await who.ask("GET", "/contacts", q=name))["contacts"]
    key: str = next(one["id"] for one in found if one["name"] == name)
    return key


def side(inbox: InboxPage):
    return inbox.page.get_by_role("region", name=inbox.words("context.label"), exact=True)


def toast(inbox: InboxPage, text: str):
    return inbox.page.locator(".toast").filter(has_text=text)


async def test_two_contacts_become_one_and_two_again(office: Office):
    """Found by name, compared, merged; undone by its key; parted through the menu for later."""
    boss = office.boss
    await office.known_writes("Minji Kim", "From my phone")
    await office.known_writes("김민지", "From my desk")
    inbox = await boss.inbox()
    async with inbox.page.expect_response("**/likely"):
        await inbox.open("김민지")
    await expect(inbox.act("undo-join")).to_have_count(0)
    await inbox.act("join").click()
    dialog = inbox.page.get_by_role("dialog", name=inbox.words("join"))
    await dialog.get_by_role("textbox", name=inbox.words("join.find")).fill("minji")
    await dialog.get_by_role("button").filter(has_text="Minji Kim").click()
    await expect(dialog.get_by_role("radio")).to_have_count(2)
    await expect(dialog).to_contain_text(inbox.words("join.conversations.one", n=1))
    await dialog.get_by_role("radio").nth(1).check()
    await expect(dialog.locator(".compared-value.wins").first).to_have_text(
        "김민지" + inbox.words("join.stands")
    )
    assert await inbox.faults("join") == []
    await dialog.get_by_role("button", name=inbox.words("join.run")).click()
    said = inbox.words("join.done", one="Minji Kim", other="김민지")
    await expect(toast(inbox, said)).to_be_visible()
    await expect(inbox.row("김민지")).to_have_count(2)
    await expect(side(inbox).locator(".identity")).to_have_count(2)
    await expect(side(inbox).locator(".past-row")).to_have_count(1)
    await inbox.page.keyboard.press("u")
    await expect(inbox.row("Minji Kim")).to_have_count(1)
    await expect(side(inbox).locator(".identity")).to_have_count(1)
    await inbox.is_true()

    one, other = await contact_of(boss, "Minji Kim"), await contact_of(boss, "김민지")
    await boss.ask("POST", f"/contacts/{one}/merge", {"into": other})
    await expect(side(inbox).locator(".identity")).to_have_count(2)
    await inbox.act("part").click()
    parting = inbox.page.get_by_role("dialog", name=inbox.words("part"))
    await parting.get_by_role("checkbox").first.check()
    await parting.get_by_role("button", name=inbox.words("part.run")).click()
    await expect(side(inbox).locator(".identity")).to_have_count(1)
    await inbox.act("undo-join").click()
    undoing = inbox.page.get_by_role("dialog", name=inbox.words("undo_merge"))
    await expect(undoing.locator(".undoable-sides")).to_have_count(2)
    await expect(undoing.locator(".undoable-sides").last).to_have_text("Minji Kim → 김민지")
    await undoing.get_by_role("button", name=inbox.words("undo"), exact=True).first.click()
    await expect(side(inbox).locator(".identity")).to_have_count(2)


async def test_two_users_of_one_site_are_not_merged_unwarned(open_office: OpenOffice):
    """The site knows them apart: a warning with both; who is looked at stays; a line says who was joined with whom."""
    office = await open_office(PARLEY_CHANNELS__WEB__VOUCH_SECRETS=json.dumps([SECRET]))
    for user in ("haneul", "en-1003"):
        await office.writes(f"I am {user}", vouch=signed(user))
    inbox = await office.boss.inbox()
    await inbox.open("En-1003")
    await inbox.act("join").click()
    dialog = inbox.page.get_by_role("dialog", name=inbox.words("join"))
    await dialog.get_by_role("textbox", name=inbox.words("join.find")).fill("haneul")
    found = dialog.locator(".person-choice")
    called = inbox.words("space.app") + " haneul"
    await expect(found).to_contain_text(called)
    await found.click()
    warning = inbox.words("join.two_users", one="en-1003", other="haneul")
    await expect(dialog.get_by_role("alert")).to_have_text(warning)
    await expect(dialog.locator(".identity-address").filter(has_text="haneul")).to_have_text(called)
    await expect(dialog.locator(".compared-head.kept")).to_contain_text("En-1003")
    assert await inbox.faults("join-two-users") == []
    await dialog.get_by_role("button", name=inbox.words("join.run")).click()
    await inbox.go("/c/1")
    said = inbox.words("line.joined", name=office.boss.name, one="Haneul", other="En-1003")
    line = inbox.page.locator(".line").filter(has_text=said)
    await expect(line).to_have_count(1)
    await inbox.page.reload()
    await expect(line).to_have_count(1)


async def test_who_is_alike_is_suggested(office: Office):
    """One press merges and can be taken back; who is said to be somebody else is not suggested again."""
    boss = office.boss
    await office.known_writes("Kim Minji", "Hello")
    await office.known_writes("Minji Kim", "Hello again")
    inbox = await boss.inbox()
    await inbox.open("Minji Kim")
    alike = side(inbox).locator(".alike")
    await expect(alike).to_have_count(1)
    await expect(alike).to_contain_text(inbox.words("alike.name"))
    assert await inbox.faults("alike") == []
    await alike.get_by_role("button", name=inbox.words("alike.join")).click()
    await expect(side(inbox).locator(".identity")).to_have_count(2)
    await expect(alike).to_have_count(0)
    await inbox.page.locator(".toast").get_by_role("button", name=inbox.words("undo")).click()
    await inbox.go("/list/all")
    await inbox.open("Minji Kim")
    await expect(side(inbox).locator(".identity")).to_have_count(1)
    await expect(alike).to_have_count(1)
    await alike.get_by_role("button", name=inbox.words("alike.apart")).click()
    await expect(alike).to_have_count(0)
    await inbox.page.reload()
    await expect(side(inbox).locator(".identity")).to_have_count(1)
    await inbox.page.wait_for_timeout(600)
    await expect(alike).to_have_count(0)


async def test_two_users_who_are_alike_are_compared_before_they_are_merged(open_office: OpenOffice):
    """One press would join whom the site knows apart: it opens the comparison with its warning instead."""
    office = await open_office(PARLEY_CHANNELS__WEB__VOUCH_SECRETS=json.dumps([SECRET]))
    for user in ("minji-1", "minji-2"):
        await office.writes(f"I am {user}", vouch=signed(user, name="Minji Kim"))
    inbox = await office.boss.inbox("/c/2")
    await inbox.tells(["I am minji-2"])
    alike = side(inbox).locator(".alike")
    await alike.get_by_role("button", name=inbox.words("alike.join")).click()
    dialog = inbox.page.get_by_role("dialog", name=inbox.words("join"))
    warning = inbox.words("join.two_users", one="minji-2", other="minji-1")
    await expect(dialog.get_by_role("alert")).to_have_text(warning)
    await expect(inbox.page.locator(".toast")).to_have_count(0)
    await dialog.get_by_role("button", name=inbox.words("cancel")).click()
    await expect(side(inbox).locator(".identity")).to_have_count(1)
    await expect(alike).to_have_count(1)


async def test_who_leaves_the_address_of_somebody_known_is_suggested_there_as_unproven(
    open_office: OpenOffice,
):
    """While it is looked at: a suggestion that says what it is worth, compared before it is merged."""
    office = await open_office(PARLEY_CHANNELS__WEB__VOUCH_SECRETS=json.dumps([SECRET]))
    await office.writes("I am signed in", vouch=signed("haneul", email="haneul@shop.example"))
    korean = await office.boss.inbox("/c/1", language="ko")
    await korean.tells(["I am signed in"])
    await expect(side(korean).locator(".identity")).to_have_count(1)
    await expect(side(korean).locator(".alike")).to_have_count(0)
    token = await office.writes("It is me again")
    await office.leaves_address(token, "Haneul@shop.example")
    alike = side(korean).locator(".alike")
    await expect(alike).to_contain_text(korean.words("alike.claimed"))
    assert await korean.faults("claimed") == []
    await alike.get_by_role("button", name=korean.words("alike.join")).click()
    dialog = korean.page.get_by_role("dialog", name=korean.words("join"))
    await expect(dialog.get_by_role("alert")).to_have_text(korean.words("join.claimed"))
    assert await korean.faults("join-claimed") == []
    await dialog.get_by_role("button", name=korean.words("cancel")).click()
    await korean.go("/c/2")
    await korean.tells(["It is me again"])
    await expect(side(korean).locator(".alike")).to_contain_text(korean.words("alike.claims"))
    await expect(side(korean).locator(".claims")).to_have_text("이메일Haneul@shop.example")
    await expect(side(korean).locator(".identity")).to_have_count(1)


async def test_a_person_costs_one_question_and_none_when_opened_again(office: Office):
    await office.known_writes("Lee", "one")
    await office.known_writes("Park", "two")
    inbox = await office.boss.inbox("/list/all")
    asked: list[str] = []
    inbox.page.on("request", lambda request: asked.append(request.url.partition("/api/v1")[2]))
    for name in ("Lee", "Park"):
        async with inbox.page.expect_response("**/likely"):
            await inbox.open(name)
        await expect(side(inbox).get_by_label(inbox.words("contact.name"))).to_have_value(name)
        await expect(side(inbox).locator(".identity")).to_have_count(1)
    about = [path for path in asked if path.endswith(("/likely", "/standing"))]
    assert len(about) == 2, about
    await inbox.open("Lee")
    await expect(side(inbox).get_by_label(inbox.words("contact.name"))).to_have_value("Lee")
    await inbox.page.wait_for_timeout(600)
    assert [path for path in asked if path.endswith(("/likely", "/standing"))] == about


async def test_a_merge_is_known_again_by_its_numbers(office: Office):
    boss = office.boss
    await office.known_writes("Lee", "one")
    await office.known_writes("Park", "two")
    first, second = [(await boss.ask("GET", f"/conversations/{n}"))["conversation"]["id"] for n in (1, 2)]
    inbox = await boss.inbox("/c/2")
    await inbox.tells(["two"])
    await inbox.page.get_by_role("button", name=inbox.words("more"), exact=True).click()
    await expect(inbox.page.get_by_role("option", name=inbox.words("undo_merge"))).to_have_count(0)
    await inbox.page.get_by_role("option", name=inbox.words("merge")).click()
    await inbox.page.get_by_role("textbox", name=inbox.words("merge.number")).fill("1")
    await inbox.page.keyboard.press("Enter")
    await (
        inbox.page.get_by_role("dialog").get_by_role("button", name=inbox.words("merge"), exact=True).click()
    )
    await inbox.tells(["one", "two"])
    await inbox.go("/c/1")
    await inbox.tells(["one", "two"])
    await inbox.page.get_by_role("button", name=inbox.words("more"), exact=True).click()
    await inbox.page.get_by_role("option", name=inbox.words("undo_merge")).click()
    await expect(inbox.page.locator(".undoable-sides")).to_have_text("#2 Park → #1 Lee")
    assert first != second


async def test_what_is_left_of_somebody_erased(office: Office):
    """No dead fields and buttons: what it means, and that it cannot be undone by accident."""
    boss = office.boss
    await office.known_writes("Lee", "forget me")
    inbox = await boss.inbox("/c/1")
    await expect(side(inbox).locator(".identity")).to_have_count(1)
    await boss.ask("DELETE", f"/contacts/{await contact_of(boss, 'Lee')}")
    await expect(side(inbox)).to_contain_text(inbox.words("contact.erased_more"))
    await expect(inbox.page.locator(".head-contact")).to_have_text(inbox.words("contact.erased"))
    await expect(side(inbox).get_by_role("textbox")).to_have_count(0)
    for name in ("join", "contact.export", "contact.erase", "start.title"):
        await expect(side(inbox).get_by_role("button", name=inbox.words(name))).to_have_count(0)
    assert await inbox.faults("erased") == []

"""Finding: the search with its filters and help, and the palette that reaches everything."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.office import Office
from tests.e2e.pages.words import LANGUAGES, Language


async def test_what_is_found_stands_by_conversation(office: Office):
    """One row a conversation, its found messages under it with the words marked; each leads to its own place."""
    mina = await office.hire("Mina")
    token = await office.known_writes("Lee", "A parcel is late", "The parcel again", "Hello", "parcel three")
    await office.goes_on(token, "parcel four")
    await office.known_writes("Park", "My parcel came")
    inbox = await mina.inbox()
    await inbox.page.keyboard.press("/")
    field = inbox.page.get_by_role("searchbox")
    await expect(field).to_be_focused()
    await field.fill("parcel")
    await field.press("Enter")
    hits = inbox.page.locator(".hit")
    await expect(hits).to_have_count(2)
    lee = hits.filter(has_text="Lee")
    await expect(lee.locator(".find-words")).to_have_text(["parcel four", "parcel three", "The parcel again"])
    await expect(lee.locator("mark")).to_have_text(["parcel"] * 3)
    await expect(lee).to_contain_text(inbox.words("search.more_finds.one", n=1))
    await lee.get_by_role("link").filter(has_text="The parcel again").click()
    await expect(inbox.message("The parcel again")).to_be_in_viewport()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_was_written_with_marks_is_found_without_them(office: Office, language: Language):
    """A customer's stars stay: she wrote them. And nothing stands over the column's edge."""
    mina = await office.hire("Mina")
    await office.known_writes("Somebody with quite a long name", "Is **it** the torn box?")
    inbox = await mina.inbox(language=language)
    await inbox.open("Somebody with quite a long name")
    await inbox.reply("Sorry about the torn box. **We will** send a _new_ one.")
    await inbox.close()
    await inbox.go("/search?q=torn")
    hit = inbox.page.locator(".hit")
    await expect(hit.locator(".find-words")).to_have_text(
        ["Sorry about the torn box. We will send a new one.", "Is **it** the torn box?"]
    )
    edges = await hit.locator(".row-when, .find-when").evaluate_all(
        "(all) => all.map((one) => Math.round(one.getBoundingClientRect().right))"
    )
    assert len(set(edges)) == 1, edges


async def test_filters_are_offered_and_unknown_ones_named(office: Office):
    mina = await office.hire("Mina")
    await office.known_writes("Lee", "parcel one")
    await office.known_writes("Park", "parcel two")
    inbox = await mina.inbox()
    await inbox.open("Park")
    await inbox.close()
    await inbox.go("/list/all")
    field = inbox.page.get_by_role("searchbox")
    await field.click()
    offered = inbox.page.get_by_role("listbox", name=inbox.words("filter.label")).get_by_role("option")
    await expect(offered).to_have_count(9)
    await field.press_sequentially("sta")
    await expect(offered).to_have_count(1)
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(field).to_have_value("status:")
    await field.press_sequentially("cl")
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(field).to_have_value("status:closed ")
    assert await inbox.faults("search-help") == []
    await field.press_sequentially("parcel")
    await field.press("Enter")
    await expect(inbox.page.locator(".hit .row-name")).to_have_text(["Park"])
    assert await inbox.faults("search-found") == []
    # What is found is of all lists: none of them is where one is.
    await expect(inbox.page.locator("nav [aria-current]")).to_have_count(0)
    await field.fill("form:lee")
    await field.press("Enter")
    refused = inbox.page.get_by_role("alert").filter(has_text=inbox.words("search.refused"))
    await expect(refused).to_contain_text("from:")
    await office.boss.ask("POST", "/tags", {"name": "Late delivery", "colour": "#123456"})
    await field.fill("tag:delivry")
    await field.press("Enter")
    await expect(refused).to_contain_text("“delivry”")
    assert await inbox.faults("search-refused") == []
    await refused.get_by_role("link", name='tag:"Late delivery"').click()
    await expect(field).to_have_value('tag:"Late delivery"')
    await expect(inbox.page.get_by_text(inbox.words("search.none"), exact=True)).to_be_visible()

    korean = await mina.inbox(language="ko")
    field = korean.page.get_by_role("searchbox")
    await field.fill("상")
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(field).to_have_value("상태:")
    await field.press_sequentially("종료")
    await field.press("Enter")
    await expect(korean.page.locator(".hit .row-name")).to_have_text(["Park"])
    lee = await mina.conversation(q="Lee")
    await mina.ask("PATCH", f"/conversations/{lee['id']}", {"priority": 4})
    await field.fill("우선")
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(field).to_have_value("우선순위:")
    await field.press_sequentially("긴급")
    await field.press("Enter")
    await expect(korean.page.locator(".hit .row-name")).to_have_text(["Lee"])


async def test_the_palette_reaches_everything(office: Office):
    """Acts on the open conversation, conversations by number, people by initial consonants, lists and settings."""
    boss = office.boss
    await office.known_writes("김지은", "어디쯤 왔나요?")
    await office.known_writes("Lee Minho", "Hello")
    inbox = await boss.inbox(language="ko")
    await inbox.open("Lee Minho")
    keys = inbox.page.keyboard
    palette = inbox.page.get_by_role("dialog", name=inbox.words("palette.label"))
    options = palette.get_by_role("option")

    async def look_for(text: str, first: str | re.Pattern[str]) -> None:
        await keys.press("Control+k")
        await expect(palette.get_by_role("combobox")).to_be_focused()
        await keys.insert_text(text)
        await expect(options.first).to_contain_text(first)

    await look_for("", inbox.words("composer.reply"))
    assert await inbox.faults("palette") == []
    await keys.press("Escape")
    await expect(palette).to_have_count(0)
    await look_for("ㄱㅈㅇ", "김지은")
    await expect(options.first.locator("mark")).to_have_text(["김", "지", "은"])
    await keys.press("Enter")
    await expect(inbox.page.locator(".head-contact")).to_have_text("김지은")
    await look_for("#2", "Lee Minho")
    await expect(options.first.locator("time")).to_be_visible()  # what tells it from its like
    await keys.press("Enter")
    await expect(inbox.page.locator(".head-contact")).to_have_text("Lee Minho")
    await look_for("긴급", inbox.words("priority.4"))
    await keys.press("Enter")
    await expect(inbox.act("priority")).to_contain_text(inbox.words("priority.4"))
    await look_for(inbox.words("tag.add"), inbox.words("tag.add"))
    await keys.press("Enter")
    await expect(inbox.act("tag")).to_have_attribute("aria-expanded", "true")
    await keys.press("Escape")
    # Also while somebody writes; what is written stays.
    await inbox.write("draft")
    await look_for(inbox.words("settings.tokens"), inbox.words("settings.tokens"))
    await keys.press("Enter")
    await expect(inbox.page.get_by_role("heading", name=inbox.words("settings.tokens"))).to_be_visible()
    # With the Korean layout on, the key's place counts.
    await inbox.page.evaluate(
        "() => dispatchEvent(new KeyboardEvent('keydown',"
        " { key: 'ㅏ', code: 'KeyK', ctrlKey: true, bubbles: true, cancelable: true }))"
    )
    await expect(palette).to_be_visible()

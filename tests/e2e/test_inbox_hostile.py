"""Script in everything that people can write: shown as words wherever it is shown, and never done."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from playwright.async_api import Page, expect

from tests.e2e.office import Office
from tests.e2e.pages.inbox import InboxPage

BAIT = "\"'><img src=x onerror=alert(1)>"
MORE = (
    "<script>alert(1)</script>",
    "<svg onload=alert(1)><iframe srcdoc='<script>parent.alert(1)</script>'>",
    "[click](javascript:alert(1)) javascript:alert(1) data:text/html,<script>alert(1)</script>",
    "**<b onmouseover=alert(1)>bold</b>** `<img src=x onerror=alert(1)>` {{constructor.constructor('alert(1)')()}}",
    "https://example.com/\"onmouseover=\"alert(1) http://a'onclick='alert(1)'@example.com/<img src=x>",
    "\u202e<img src=x onerror=alert(1)>\u2066 %3Cscript%3Ealert(1)%3C/script%3E &lt;script&gt;alert(1)&lt;/script&gt;",
)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script><img src=x onerror=alert(1)>"
FILES = {
    '"><img src=x onerror=alert(1)>.svg': (SVG, "image/svg+xml"),
    "page.html": (HTML, "text/html"),
    "photo.png": (HTML, "image/png"),
    "words.txt": (HTML, "text/plain"),
    "half.gif": (b"GIF89a/*" + HTML, "image/gif"),
}
GROWN = """() => [...document.querySelectorAll('*')].filter((one) =>
    [...one.attributes].some((a) => a.name.startsWith('on') || /^\\s*(javascript|data:text|vbscript)/i.test(a.value))
    || ['IFRAME', 'OBJECT', 'EMBED', 'BASE'].includes(one.tagName)
    || (one.tagName === 'SCRIPT' && !one.src && one.type !== 'application/json')
    || (one.tagName === 'IMG' && one.getAttribute('src') === 'x')).map((one) => one.outerHTML.slice(0, 200))"""
SHOWN = """(bait) => [document.body.innerText, ...[...document.querySelectorAll('input, textarea')]
    .map((one) => one.value)].join(' ').includes(bait)"""
BARE = ("/list/mine", "/settings/accounts", "/settings/people")
"""Where nothing of it is shown."""
SETTINGS = (
    "me",
    "agents",
    "teams",
    "tags",
    "attributes",
    "macros",
    "views",
    "hours",
    "accounts",
    "webhooks",
    "people",
    "audit",
)


async def sow(office: Office) -> dict[str, Any]:
    """The bait in every field, by the doors that their authors have. Returns ids."""
    ada = office.boss
    token = await office.writes(BAIT, *MORE, name=BAIT)
    one = await ada.conversation()
    contact = one["contact"]["id"]
    await ada.ask("PATCH", "/session/profile", {"name": BAIT})
    team = (await ada.ask("POST", "/teams", {"name": BAIT}))["team"]["id"]
    tag = (await ada.ask("POST", "/tags", {"name": BAIT[:30], "colour": "#aa0000"}))["tag"]["id"]
    for target in ("contact", "conversation"):
        for kind in ("text", "url", "choice"):
            made = {"target": target, "key": f"bait_{kind}", "label": BAIT, "type": kind}
            await ada.ask(
                "POST", "/attributes", made | ({"choices": [BAIT, "b"]} if kind == "choice" else {})
            )
    values = {"bait_text": MORE[2], "bait_choice": BAIT}
    organisation = (await ada.ask("POST", "/organisations", {"name": BAIT}))["organisation"]["id"]
    await ada.ask("PATCH", f"/contacts/{contact}", {"attributes": values, "organisation": organisation})
    for link in ("javascript:alert(1)", "data:text/html,<script>alert(1)</script>", " javascript:alert(1)"):
        async with ada.http.patch(
            f"/api/v1/contacts/{contact}", json={"attributes": {"bait_url": link}}
        ) as told:
            assert told.status >= 400, link
    changes = {"subject": BAIT, "tags": [tag], "team": team, "attributes": values}
    await ada.ask("PATCH", f"/conversations/{one['id']}", changes)
    await ada.ask("POST", f"/contacts/{contact}/notes", {"text": "\n".join(MORE), "client_id": uuid4().hex})
    await ada.ask("POST", "/macros", {"name": BAIT, "text": f"{BAIT} {{{{contact.name}}}}", "scope": "all"})
    await ada.ask("POST", "/views", {"name": BAIT, "scope": "all", "filter": {"tags": [tag]}})
    hooked = {"url": "https://webhooks.invalid/<img>", "kinds": ["message.created"], "label": BAIT}
    await ada.ask("POST", "/webhooks", hooked)
    for name, (content, mime) in FILES.items():
        sent = {"Authorization": f"Bearer {token}", "Content-Type": mime}
        by = ada.http.post("/visitor/web/uploads", params={"name": name}, data=content, headers=sent)
        async with by as told:  # what the account takes of it
            hers = (await told.json())["attachment"]["id"] if told.status == 201 else None
        if hers:
            headers = {"Authorization": f"Bearer {token}"}
            body = {"client_id": uuid4().hex, "text": BAIT, "attachments": [hers]}
            async with ada.http.post("/visitor/web/messages", json=body, headers=headers) as told:
                assert told.status in (200, 201), await told.text()
        ours = ada.http.post(
            "/api/v1/uploads", params={"name": name}, data=content, headers={"Content-Type": mime}
        )
        async with ours as told:
            assert told.status == 201, await told.text()
            upload = (await told.json())["attachment"]["id"]
        note = {"text": BAIT, "visibility": "note", "client_id": uuid4().hex, "attachments": [upload]}
        await ada.ask("POST", f"/conversations/{one['id']}/messages", note)
    for visibility in ("note", "public"):
        for text in (BAIT, *MORE):
            said = {"text": text, "visibility": visibility, "client_id": uuid4().hex, "anyway": True}
            await ada.ask("POST", f"/conversations/{one['id']}/messages", said)
    return {"number": one["number"], "token": token}


async def look(page: Page, *places: str, url: str) -> None:
    for place in places:
        await page.goto(url + place)
        shown = page.locator("#main-column, [role=log], main").first
        await expect(shown).to_be_visible()
        await expect(page.locator(".skeleton")).to_have_count(0)
        if place not in BARE:
            await page.wait_for_function(SHOWN, arg="onerror=alert(1)")
        assert await page.evaluate(GROWN) == [], place


DRAWN = """(least) => document.querySelectorAll("a[href*='/media/'], img[src*='/media/']").length >= least"""


async def test_nothing_that_people_write_is_ever_done(office: Office):
    sown = await sow(office)
    inbox: InboxPage = await office.boss.inbox("/list/all")
    page, rung = inbox.page, list[str]()

    async def dismiss(dialog: Any) -> None:
        rung.append(dialog.message)
        await dialog.dismiss()

    page.context.on("dialog", dismiss)
    await expect(page.locator("body")).to_contain_text("onerror=alert(1)")
    places = [f"/c/{sown['number']}", "/search?q=alert", "/list/all", "/list/mine"]
    await look(page, *places, *(f"/settings/{name}" for name in SETTINGS), url=office.url)
    await page.goto(f"{office.url}/c/{sown['number']}")
    await expect(page.locator("[role=log]")).to_contain_text("<script>alert(1)</script>")
    links = await page.eval_on_selector_all("a[href]", "all => all.map((one) => one.protocol)")
    assert set(links) <= {"http:", "https:", "mailto:", "tel:"}
    await looks_inert(office, page)
    await talks_to_a_customer(office)
    assert rung == []
    await page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=x>')")
    office.new_page.expect("404|Failed to load resource")
    assert await page.evaluate(GROWN), "what is looked for would be found"


async def looks_inert(office: Office, page: Page) -> None:
    """Every file of the conversation, whatever it says it is: nothing that a browser would run."""
    # A long conversation is drawn frame by frame.
    await page.wait_for_function(DRAWN, arg=len(FILES))
    files = await page.eval_on_selector_all(
        "a[href*='/media/'], img[src*='/media/']", "all => all.map((one) => one.href ?? one.src)"
    )
    for file in files:
        async with office.boss.http.get(file) as served:
            kind, policy = served.content_type, served.headers["Content-Security-Policy"]
            assert policy.startswith("sandbox; default-src 'none'"), file
            assert served.headers["X-Content-Type-Options"] == "nosniff"
            saved = served.headers["Content-Disposition"].startswith("attachment")
            assert saved or kind in ("image/gif", "image/png", "image/jpeg"), (file, kind)
            assert kind not in ("text/html", "image/svg+xml", "application/xhtml+xml"), file


async def talks_to_a_customer(office: Office) -> None:
    """What the team writes, and what its people are called, before a customer."""
    chat = await office.customer()
    await chat.say(BAIT)
    await office.boss.has([BAIT])
    one = await office.boss.conversation()
    for text in (BAIT, *MORE):
        said = {"text": text, "visibility": "public", "client_id": uuid4().hex, "anyway": True}
        await office.boss.ask("POST", f"/conversations/{one['id']}/messages", said)
    await expect(chat.log).to_contain_text("&lt;script&gt;alert(1)&lt;/script&gt;")
    assert await chat.page.evaluate(GROWN) == []
    await expect(chat.page.locator("body")).to_contain_text(BAIT)


async def test_an_address_cut_in_the_middle_of_an_escape_opens_the_inbox(office: Office):
    """As a mail program or a chat cuts it: it is taken as it stands."""
    inbox = await office.boss.inbox("/settings/%ED%95")
    await expect(inbox.page.locator(".settings-title")).to_be_visible()
    await inbox.go("/list/%zz")
    await expect(inbox.page.locator("#main-column, main").first).to_be_visible()

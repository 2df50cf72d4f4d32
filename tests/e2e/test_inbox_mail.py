"""A customer's mail at the inbox: read with all that stands around it, answered to several, now or later, and what
comes back; by the real door for mail servers, to a real server."""

from __future__ import annotations

from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path
from typing import Any

from playwright.async_api import Route, expect

from gateway.sandbox.pictures import goods
from tests.e2e.letterbox import HELP, JUN, Letterbox, asks, open_letterbox
from tests.e2e.office import PHONE, Colleague, Office, OpenOffice
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.screen import become
from tests.servers.pages import COLOURS

NAME, BO, NEW = "Hana Kim", "bo@naver.example", "new@naver.example"
UNREACHED = "There is no mailbox with this address"
SIGNED = "하루커피 미나 드림"
WIDER = "document.documentElement.scrollWidth > innerWidth"
LOADED = "(picture) => picture.complete && picture.naturalWidth > 0"
# Nobody answers there: what it should fetch waits.
AWAY = {
    "PARLEY_CHANNELS__OLD__TYPE": "email",
    "PARLEY_CHANNELS__OLD__LABEL": "Old address",
    "PARLEY_CHANNELS__OLD__ADDRESS": "old@haru.example",
    "PARLEY_CHANNELS__OLD__IMAP_URL": "imap://127.0.0.1:1",
}


def away() -> bytes:
    """A machine's, by a name that is another address."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f'"boss@bank.example" <{JUN}>', HELP, "Out of office"
    mail["Auto-Submitted"], mail["Message-ID"] = "auto-replied", make_msgid(domain="naver.example")
    mail.set_content("I am back in December.")
    return mail.as_bytes()


def to_many() -> bytes:
    """A stranger's, with a copy for more than take part."""
    mail = EmailMessage()
    names = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight"]
    mail["From"], mail["To"], mail["Subject"] = "Noah <noah@far.example>", HELP, "An offer for all of you"
    mail["Cc"] = ", ".join(f"{name} <p{number}@far.example>" for number, name in enumerate(names))
    mail["Message-ID"] = make_msgid(domain="far.example")
    mail.set_content("Buy it now.")
    return mail.as_bytes()


async def test_a_mail_is_read_answered_and_comes_back(open_office: OpenOffice, tmp_path: Path) -> None:
    async with open_letterbox() as box:
        office = await open_office(**box.settings, **AWAY, PARLEY_LIMITS__ORIGINALS_KEPT="30")
        mina = await office.hire("Mina")
        hers = asks(copy=f"Jun Park <{JUN}>, Mina <{mina.email}>")
        await box.writes(hers)
        inbox = await mina.inbox()
        await inbox.open(NAME)
        await reads(inbox)
        await has_the_original(inbox, hers)
        mail = await answers(inbox, box, tmp_path)
        await comes_back(inbox, box, mail)
        await waits(inbox, box, mina)
        await has_a_copy(inbox, box)
        await box.brings(away(), JUN)
        await box.brings(to_many(), "noah@far.example")
        await expect(inbox.row("Noah")).to_be_visible()
        await a_machine_wrote(inbox)
        await a_stranger_wrote_to_many(inbox)
        await signs(await mina.inbox("/settings/me", "ko", viewport=PHONE, has_touch=True))
        await on_a_phone(await mina.inbox(language="ko", viewport=PHONE, has_touch=True), box)
        await health(office)


async def is_clean(inbox: InboxPage, name: str) -> None:
    """In the dark, and its colours in the light."""
    await inbox.wears(color_scheme="dark")
    assert not await inbox.faults(f"{name}-dark")
    await inbox.wears(color_scheme="light")
    assert not await inbox.faults(f"{name}-light", only=COLOURS)


async def reads(inbox: InboxPage) -> None:
    """Its words; who else has it; as it was sent, without what lies elsewhere until somebody asks; its headers."""
    asked: list[str] = []

    async def elsewhere(route: Route) -> None:
        asked.append(route.request.url)
        await route.fulfill(body=goods("mug"), content_type="image/png")

    await inbox.page.route("https://*.example/**", elsewhere)
    people = inbox.head.get_by_role("list", name=inbox.words("mail.with"))
    await expect(people.locator("bdi")).to_have_text(["Jun Park", "Mina"])
    await expect(people.locator(".colleague bdi")).to_have_text(["Mina"])
    message = inbox.log.get_by_role("article")
    await expect(message.locator(".mail-people")).to_contain_text("Jun Park")
    await expect(message.locator(".words")).to_contain_text("I ordered two cups")
    await inbox.act("mail-page").click()
    frame = inbox.page.frame_locator(".mail-page")
    await expect(frame.locator("b")).to_have_text("two cups")
    await expect(message.locator(".file-name")).to_have_text("receipt.pdf")
    await expect(message.locator(".attachments img")).to_have_count(0)
    cup = frame.get_by_alt_text("the cup")

    async def is_drawn() -> bool:
        return bool(await cup.evaluate(LOADED))

    await become(is_drawn, True)
    assert not asked
    await is_clean(inbox, "mail-page")
    await inbox.act("mail-remote").click()
    await expect(message.get_by_text(inbox.words("mail.remote_shown"))).to_be_visible()
    house = inbox.page.frame_locator(".mail-page").get_by_alt_text("our house")

    async def is_loaded() -> bool:
        return bool(await house.evaluate(LOADED))

    await become(is_loaded, True)
    assert asked == ["https://shop.example/house.png"]
    await inbox.act("mail-head").click()
    await expect(message.locator(".mail-headers")).to_contain_text("hana@naver.example")
    await inbox.act("mail-text").click()
    await expect(message.locator(".words")).to_contain_text("Your order is on its way.")
    await inbox.act("mail-text").click()


async def has_the_original(inbox: InboxPage, mail: EmailMessage) -> None:
    """Below its headers, byte for byte as its server has brought it."""
    await inbox.act("mail-head").click()
    await inbox.log.locator(".mail-original").scroll_into_view_if_needed()
    await is_clean(inbox, "mail-original")
    async with inbox.page.expect_download() as loading:
        await inbox.log.locator(".mail-original").click()
    download = await loading.value
    raw = Path(await download.path()).read_bytes()
    assert download.suggested_filename == "original.eml" and raw.rstrip() == mail.as_bytes().rstrip()
    await inbox.act("mail-head").click()


async def answers(inbox: InboxPage, box: Letterbox, folder: Path) -> EmailMessage:
    """To all who had hers and one more, with a picture in its place."""
    picture = folder / "mug.png"
    picture.write_bytes(goods("mug"))
    await inbox.act("recipients").click()
    copy = inbox.composer.get_by_label(inbox.words("mail.cc"), exact=True)
    await copy.fill("Bo Lee <bo@naver.example>, bo@")
    await copy.press("Enter")
    await inbox.write("**Sorry**, see [our shop](https://shop.example):\n")
    await inbox.attach(picture)
    await inbox.composer.get_by_role("button", name=inbox.words("upload.put_one", name="mug.png")).click()
    await inbox.field.press("Control+Enter")
    problem = inbox.composer.get_by_role("alert")
    await expect(problem).to_have_text(inbox.words("mail.not_address", address="bo@"))
    await is_clean(inbox, "mail-writing")
    await inbox.composer.get_by_role(
        "button", name=inbox.words("mail.remove", name="bo@"), exact=True
    ).click()
    await inbox.field.press("Control+Enter")
    mails = await box.sent(4)
    mail = mails[0]
    assert (mail["Subject"], mail["Message-ID"]) == ("Re: Order 12", mails[3]["Message-ID"])
    assert mail["To"].addresses[0].display_name == NAME
    assert [one.display_name for one in mail["Cc"].addresses] == ["Jun Park", "Mina", "Bo Lee"]
    page: Any = mail.get_body(("html",))
    html = page.get_content()
    assert '<a href="https://shop.example">our shop</a>' in html and "<strong>Sorry</strong>" in html
    [inline] = [one for one in mail.walk() if one.get_content_type() == "image/png"]
    assert f'src="cid:{inline["Content-ID"].strip("<>")}"' in html and inline.get_content() == goods("mug")
    ours = inbox.log.get_by_role("article").last
    await expect(ours.locator(".mail-person.tick-sent")).to_have_count(4)
    await expect(ours.locator(".words img")).to_be_visible()
    await expect(ours.get_by_role("link", name="our shop")).to_have_attribute("href", "https://shop.example")
    await expect(ours.locator(".attachments")).to_have_count(0)
    return mail


async def comes_back(inbox: InboxPage, box: Letterbox, mail: EmailMessage) -> None:
    """A bounce names the one whom it did not reach, and why; once more goes to that one alone."""
    await box.bounces(mail, BO)
    trouble = inbox.page.locator(".trouble")
    await expect(trouble).to_contain_text("Bo Lee")
    await expect(trouble).to_contain_text(UNREACHED)
    await is_clean(inbox, "mail-bounce")
    await inbox.act("send-again").click()
    await box.sent(5)
    assert box.post.taken[4][1] == [BO]
    await expect(trouble).to_have_count(0)


async def waits(inbox: InboxPage, box: Letterbox, agent: Colleague) -> None:
    """For a time that is chosen, changed, and thought better of: then all of it stands in the composer again."""

    async def due() -> Any:
        page = await agent.ask("GET", f"/conversations/{found['id']}/messages")
        return [one["held"]["until"] for one in page["held"]]

    found = await agent.conversation()
    await inbox.act("recipients").click()
    await inbox.composer.get_by_role("button", name=inbox.words("mail.remove", name="Jun Park")).click()
    await inbox.write("Tomorrow, then")
    await inbox.act("send-later").click()
    await inbox.page.get_by_role("button", name=inbox.words("snooze.week")).click()
    foot = inbox.message("Tomorrow, then").locator(".held-foot")
    await expect(foot).to_be_visible()
    first = await due()
    await foot.locator("[data-act=send-later]").click()
    await inbox.page.get_by_role("button", name=inbox.words("snooze.hour")).click()

    async def is_sooner() -> bool:
        now = await due()
        return len(now) == 1 and now < first

    await become(is_sooner, True)
    assert not await inbox.faults("mail-later")
    await foot.get_by_role("button", name=inbox.words("held.cancel")).click()
    await expect(inbox.field).to_have_value("Tomorrow, then")
    await expect(inbox.act("recipients")).to_contain_text("Mina, Bo Lee")
    await expect(inbox.act("recipients")).not_to_contain_text("Jun Park")
    assert len(box.post.taken) == 5


async def has_a_copy(inbox: InboxPage, box: Letterbox) -> None:
    """What was said, once more, to the customer."""
    more = inbox.head.get_by_role("button", name=inbox.words("more"), exact=True)
    await inbox.choose(more, inbox.words("transcript"))
    dialog = inbox.page.get_by_role("dialog")
    await expect(dialog.get_by_label(inbox.words("start.address"))).to_have_value("hana@naver.example")
    assert not await inbox.faults("mail-transcript")
    await dialog.get_by_role("button", name=inbox.words("transcript.send")).click()
    await expect(dialog).to_have_count(0)
    mails = await box.sent(6)
    assert "I ordered two cups" in mails[5].as_bytes().decode() and box.post.taken[5][1] == [
        mails[0]["To"].addresses[0].addr_spec
    ]


async def a_machine_wrote(inbox: InboxPage) -> None:
    """It is said so, and what must not be believed of it."""
    await inbox.open("Jun Park")
    head = inbox.log.locator(".mail-head")
    await expect(head).to_contain_text(inbox.words("mail.automatic.away"))
    await expect(head.locator(".warns")).to_have_text([inbox.words("mail.doubt.name_is_address")])
    assert not await inbox.faults("mail-doubts")


async def a_stranger_wrote_to_many(inbox: InboxPage) -> None:
    """Whom she names is nobody's, and the composer says who gets no copy."""
    await inbox.open("Noah")
    doubt = inbox.log.locator(".mail-doubts")
    await expect(doubt).to_have_text(inbox.words("mail.doubt.many_named"))
    left = inbox.composer.locator(".mail-left-out li")
    people = inbox.words("mail.left_out.more", people="One, Two, Three", n=5)
    await expect(left).to_have_text([inbox.words("mail.left_out.many", people=people)])
    await expect(inbox.head).not_to_contain_text("Three")
    assert not await inbox.faults("mail-left-out")


async def signs(settings: InboxPage) -> None:
    """In the language of whoever reads it."""
    card = settings.page.locator(".card").filter(
        has=settings.page.get_by_role("heading", name=settings.words("signature"), exact=True)
    )
    await card.locator("textarea[lang=ko]").fill(SIGNED)
    await card.get_by_role("button", name=settings.words("save")).click()
    await expect(settings.page.get_by_text(settings.words("signature.saved"))).to_be_visible()
    await expect(card.get_by_role("button", name=settings.words("save"))).to_be_disabled()
    assert not await settings.faults("mail-signature")


async def on_a_phone(inbox: InboxPage, box: Letterbox) -> None:
    """In Korean: read, then a conversation is begun with somebody whom nobody knows."""
    await inbox.open(NAME)
    await inbox.act("mail-page").first.click()
    await expect(inbox.page.frame_locator(".mail-page").locator("b")).to_have_text("two cups")
    await inbox.act("recipients").click()
    assert not await inbox.faults("mail-phone")
    assert not await inbox.page.evaluate(WIDER)
    await inbox.walk("/list/all")
    await inbox.act("dial").click()
    dialog = inbox.page.get_by_role("dialog")
    await dialog.locator("[data-act=copies]").click()
    await dialog.get_by_label(inbox.words("start.address")).fill(NEW)
    await dialog.get_by_label(inbox.words("mail.cc"), exact=True).fill(BO)
    await dialog.get_by_label(inbox.words("subject")).fill("주문 안내")
    await dialog.locator("textarea").fill("안녕하세요.\n**오늘** 보내드려요.")
    await expect(dialog.locator(".mail-signed")).to_contain_text(SIGNED)
    assert not await inbox.faults("mail-first")
    assert not await inbox.page.evaluate(WIDER)
    # As it will be read: words drawn, and what stands below them.
    await dialog.locator("[data-act=mail-preview]").click()
    shown = dialog.get_by_role("region", name=inbox.words("letter.preview"))
    await expect(shown.locator("strong")).to_have_text("오늘")
    await expect(shown).to_contain_text(SIGNED)
    await is_clean(inbox, "mail-first-preview")
    assert not await inbox.page.evaluate(WIDER)
    await dialog.get_by_role("button", name=inbox.words("composer.send")).click()
    await expect(inbox.page.locator(".head-contact")).to_have_text(NEW)
    mails = await box.sent(8)
    assert sorted(to for _, [to], *_ in box.post.taken[6:]) == sorted([BO, NEW])
    text: Any = mails[7].get_body(("plain",))
    assert mails[7]["Subject"] == "주문 안내" and SIGNED in text.get_content()


async def health(office: Office) -> None:
    """What should come in and does not, with the reason."""
    settings = await office.boss.inbox("/settings/accounts")
    account = settings.page.locator(".account").filter(has_text="Old address")
    await expect(account).to_contain_text(settings.words("away.refused"))
    await expect(account).to_contain_text(settings.words("road.sends_nothing"))
    assert not await settings.faults("mail-health")
    await settings.walk("/list/all")
    banner = settings.page.locator(".banner", has_text="Old address")
    await expect(banner).to_contain_text(settings.words("receiving.away"))

"""Every one of a kind: each list, each act on many, each filter of a search, each event in words, in both languages."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.office import Colleague, Office, OpenOffice
from tests.e2e.pages.inbox import InboxPage
from tests.e2e.pages.words import LANGUAGES, Language

MANY = {
    "PARLEY_LIMITS__VISITOR_SESSIONS": "9999/minute",
    "PARLEY_LIMITS__VISITOR_MESSAGES_ADDRESS": "9999/minute",
}
FAR = 4_102_444_800_000
"""Far from now, in ms: whatever is snoozed until then stays so."""

PARTICLE = re.compile(r"\\\{.*?\\\}")
"""Written so in a pattern of Korean words, where it does not stand right after a name."""

each_language = pytest.mark.parametrize("language", LANGUAGES)


def names(inbox: InboxPage) -> Locator:
    return inbox.page.locator("[data-row] .row-name")


async def change(who: Colleague, conversation: str, **changes: object) -> None:
    await who.ask("PATCH", f"/conversations/{conversation}", changes)


async def someone(office: Office, name: str, text: str = "Hello", **changes: object) -> str:
    """A customer of that name, and what is done with her conversation; answers its id."""
    await office.known_writes(name, text)
    key: str = (await office.boss.conversation())["id"]
    if changes:
        await change(office.boss, key, **changes)
    return key


async def tag_called(office: Office, name: str) -> str:
    made: str = (await office.boss.ask("POST", "/tags", {"name": name, "colour": "#dc2626"}))["tag"]["id"]
    return made


@pytest.mark.parametrize("language", ["en"])
async def test_every_list_holds_what_it_says(office: Office, language: Language) -> None:
    boss = office.boss
    team, tag = await office.team("Orders"), await tag_called(office, "vip")
    await someone(office, "Nobody's")
    await someone(office, "Mine", assignee=boss.id)
    await someone(office, "Later", status="snoozed", snoozed_until=FAR)
    await someone(office, "Done", status="closed")
    await someone(office, "Junk", status="spam")
    await someone(office, "Teams", team=team)
    await someone(office, "Tagged", tags=[tag])
    wanted = {
        "mine": ["Mine"],
        "unassigned": ["Tagged", "Teams", "Nobody's"],
        "all": ["Tagged", "Teams", "Mine", "Nobody's"],
        "snoozed": ["Later"],
        "closed": ["Done"],
        "spam": ["Junk"],
        f"team/{team}": ["Teams"],
        f"tag/{tag}": ["Tagged"],
        "narrowed/account=web": ["Tagged", "Teams", "Mine", "Nobody's"],
        "narrowed/account=web&assignee=none&status=closed": ["Done"],
    }
    inbox = await boss.inbox("/list/all", language)
    for place, expected in wanted.items():
        await inbox.go_to(f"/list/{place}")
        await expect(names(inbox)).to_have_text(expected)
        if not place.startswith(("narrowed", "closed", "spam")):
            await expect(inbox.page.locator("nav [aria-current=page] .nav-count")).to_have_text(
                str(len(expected))
            )
    await inbox.walk("/list/all")
    await inbox.is_true()


async def test_a_view_counts_no_further_than_anybody_reads(open_office: OpenOffice) -> None:
    """Fixed lists count exactly; a saved view says 99+."""
    office = await open_office(**MANY)
    for n in range(101):
        await office.writes(f"Hello {n}")
    await office.boss.ask("POST", "/views", {"name": "Many", "filter": {"status": "open"}})
    inbox = await office.boss.inbox()
    await expect(inbox.nav_entry("Many").locator(".nav-count")).to_have_text("99+")
    await inbox.counts(all=101, unassigned=101)


@each_language
async def test_every_filter_finds_its_own(office: Office, language: Language) -> None:
    boss = office.boss
    tag = await tag_called(office, "vip")
    await someone(office, "Lee", "parcel one", tags=[tag], assignee=boss.id)
    await someone(office, "Park", "parcel two", status="closed")
    noted = await someone(office, "Kim", "parcel three")
    note = {"text": "look", "visibility": "note", "client_id": "n1"}
    await boss.ask("POST", f"/conversations/{noted}/messages", note)
    asked = {
        "en": {
            "from:lee": ["Lee"],
            "tag:vip": ["Lee"],
            "channel:web parcel": ["Kim", "Park", "Lee"],
            "has:note": ["Kim"],
            "status:closed": ["Park"],
            "assignee:me": ["Lee"],
            "after:2020-01-01 parcel two": ["Park"],
            "before:2020-01-01 parcel": [],
        },
        "ko": {
            "보낸사람:lee": ["Lee"],
            "태그:vip": ["Lee"],
            "채널:web parcel": ["Kim", "Park", "Lee"],
            "포함:메모": ["Kim"],
            "상태:종료": ["Park"],
            "담당:나": ["Lee"],
            "이후:2020-01-01 parcel two": ["Park"],
            "이전:2020-01-01 parcel": [],
        },
    }[language]
    inbox = await boss.inbox("/list/all", language)
    for query, expected in asked.items():
        field = inbox.page.get_by_role("searchbox")
        await field.fill(query)
        await field.press("Enter")
        await expect(inbox.page.locator(".hit .row-name"), query).to_have_text(expected)
        if "parcel" in query and expected:
            await expect(inbox.page.locator(".hit mark").first).to_have_text("parcel")
    await expect(inbox.page.get_by_text(inbox.words("search.none"), exact=True)).to_be_visible()


@each_language
async def test_every_event_stands_in_words(office: Office, language: Language) -> None:
    """Each act is one line that names who did it; a Korean one wears the right particle."""
    boss = office.boss
    team, tag = await office.team("Orders"), await tag_called(office, "vip")
    mina = await office.hire("Mina", teams=[team])
    key = await someone(office, "Lee")
    acts: tuple[dict[str, object], ...] = (
        {"assignee": boss.id},
        {"assignee": mina.id},
        {"assignee": None},
        {"team": team},
        {"team": None},
        {"tags": [tag]},
        {"tags": []},
        {"priority": 4},
        {"subject": "Late"},
        {"status": "snoozed", "snoozed_until": FAR},
        {"status": "open"},
        {"status": "closed"},
        {"status": "open"},
        {"status": "spam"},
        {"status": "open"},
    )
    for act in acts:
        await change(boss, key, **act)
    inbox = await boss.inbox(f"/c/{(await boss.conversation())['number']}", language)
    await expect(inbox.log.locator(".line", has_text=re.compile("2100"))).to_have_count(1)
    # A long history is drawn frame by frame, from where it is new down to its end, then up to its beginning.
    await expect(inbox.log.locator(".line")).to_have_count(len(acts) + 1)
    told = [line.strip().split("\n")[0] for line in await inbox.log.locator(".line").all_inner_texts()]
    who = {"name": "Ada"}
    said = {
        "created": {},
        "took": who,
        "assigned": {**who, "agent": "Mina"},
        "unassigned": who,
        "team": {**who, "team": "Orders"},
        "no_team": who,
        "tagged": {**who, "tags": "vip"},
        "untagged": {**who, "tags": "vip"},
        "priority": {**who, "priority": inbox.words("priority.4")},
        "subject": who,
        "reopened": who,
        "closed": who,
        "spam": who,
        "unspam": who,
    }
    for name, params in said.items():
        # What stands after a name depends on the name: 가 or 이, 를 or 을.
        begins = re.compile(PARTICLE.sub(".*", inbox.words.like(f"line.{name}").pattern.rstrip("$")))
        exactly = inbox.words(f"line.{name}", **params)
        there = [
            line for line in told if (begins.match(line) if language == "ko" else line.startswith(exactly))
        ]
        assert there, f"line.{name}: {exactly!r} is not in {told!r}"
        assert all(str(param) in there[0] or len(there) > 1 for param in params.values()), there
    assert not re.search(r"[{}]|line\.|undefined|null|을/를|이/가|을\(를\)", " ".join(told)), told
    assert await inbox.faults(f"events-{language}") == []


@pytest.mark.parametrize("language", ["ko"])
async def test_every_act_on_many_and_its_way_back(office: Office, language: Language) -> None:
    await tag_called(office, "vip")
    await office.team("Orders")
    await office.hire("Mina")
    for name in ("One", "Two", "Three"):
        await someone(office, name)
    inbox = await office.boss.inbox("/list/all", language)
    page, words = inbox.page, inbox.words

    async def both_ways(act: str, *choice: str) -> None:
        await page.get_by_role("button", name=words("bulk.choose"), exact=True).click()
        await page.get_by_role("checkbox", name=words("bulk.all")).check()
        await inbox.act(f"bulk-{act}").click()
        if choice:
            await page.get_by_role("option", name=choice[0]).first.click()
        toast = page.locator(".toast").last
        undo = toast.get_by_role("button", name=words("undo"))
        await expect(undo).to_be_visible()
        await undo.click()
        await expect(
            page.locator(".toast", has=page.get_by_role("button", name=words("undo")))
        ).to_have_count(0)
        if await page.get_by_role("button", name=words("bulk.end")).count():
            await page.get_by_role("button", name=words("bulk.end")).click()
        await page.mouse.move(900, 400)
        await expect(names(inbox)).to_have_text(["Three", "Two", "One"])
        await inbox.is_true()

    await both_ways("assign", "Mina")
    await both_ways("team", "Orders")
    await both_ways("tag", "vip")
    await both_ways("priority", words("priority.4"))
    await both_ways("snooze", words("snooze.tomorrow"))
    await both_ways("close")
    await both_ways("spam")

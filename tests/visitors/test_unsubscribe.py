"""No more automatic mails: only who was sent the address says so, looking changes nothing, a press brings them back."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession

from gateway.stream.automatic import signed_place
from gateway.visitors.unsubscribe import STOPPED, WANTED
from tests.servers.pages import Pages, accessibility_faults
from tests.visitors.conftest import Shop
from tests.world import World

HERS = "mailto:hana@naver.com"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


async def place(shop: Shop) -> str:
    world = World(shop.store)
    await world.says(HERS, "hello")
    identity = await world.identity_of(HERS)
    return "/unsubscribe/" + signed_place(shop.store.secret, "web", identity)


async def asked(shop: Shop, method: str, path: str, data: Any = None, **headers: str) -> tuple[int, str]:
    answer = await shop.browser().http.request(method, path, data=data, headers=headers)
    return answer.status, await answer.text()


async def is_quiet(shop: Shop) -> bool:
    row = await shop.one("select quiet_since from endpoints")
    return row is not None and row["quiet_since"] is not None


async def test_looking_changes_nothing_and_a_press_does(both: Shop) -> None:
    path = await place(both)
    for method in ("GET", "HEAD", "GET"):
        status, _ = await asked(both, method, path)
        assert status == 200
    assert not await is_quiet(both)
    status, page = await asked(both, "POST", path, ONE_CLICK)
    assert status == 200 and STOPPED[0].en in page
    assert await is_quiet(both)
    told = await both.one(
        "select * from events where kind = 'contact.changed' order by position desc limit 1"
    )
    assert told is not None and '"automatic"' in told["changes"] and told["actor_kind"] == "customer"
    status, page = await asked(both, "GET", path)
    assert STOPPED[0].en in page


async def test_a_mail_programs_press_is_that_of_the_standard(shop: Shop) -> None:
    """RFC 8058 section 3.2: multipart or urlencoded, no cookie, no redirect, and it may come twice."""
    path = await place(shop)
    for _ in range(2):
        async with ClientSession() as program:
            url = shop.server.make_url(path)
            answer = await program.post(url, data=ONE_CLICK, allow_redirects=False)
            assert answer.status == 200 and "Set-Cookie" not in answer.headers
    assert await is_quiet(shop)
    told = await shop.all(
        "select 1 from events where kind = 'contact.changed' and changes like '%\"automatic\"%'"
    )
    assert len(told) == 1


async def test_a_press_brings_them_back(shop: Shop) -> None:
    path = await place(shop)
    await asked(shop, "POST", path, ONE_CLICK)
    status, page = await asked(shop, "POST", path, {"automatic": "again"})
    assert status == 200 and WANTED[2].en in page
    assert not await is_quiet(shop)


async def test_in_korean_where_she_reads_korean(shop: Shop) -> None:
    path = await place(shop)
    _, page = await asked(shop, "GET", path, **{"Accept-Language": "ko-KR,ko;q=0.9"})
    assert WANTED[0].ko in page and '<html lang="ko">' in page


async def test_an_address_that_nobody_was_sent_is_none(shop: Shop) -> None:
    path = await place(shop)
    account, identity, signature = path.removeprefix("/unsubscribe/").split("/")
    changed = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    for made_up in (
        f"/unsubscribe/{account}/{identity}/{changed}",
        f"/unsubscribe/second/{identity}/{signature}",
        f"/unsubscribe/{account}/{identity[::-1]}/{signature}",
        f"/unsubscribe/{account}/{identity}/é",
    ):
        for method in ("GET", "POST"):
            status, _ = await asked(shop, method, made_up, ONE_CLICK if method == "POST" else None)
            assert status == 404, made_up
    assert not await is_quiet(shop)


async def test_the_page_runs_nothing_and_is_kept_nowhere(shop: Shop) -> None:
    path = await place(shop)
    answer = await shop.browser().http.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script" not in policy and "unsafe" not in policy
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers


async def test_in_a_browser_it_is_one_press_and_another_brings_them_back(shop: Shop, new_page: Pages) -> None:
    """With what browsers say of where a press comes from, and what the page's own policy lets it do."""
    path = await place(shop)
    page = await new_page(viewport={"width": 390, "height": 844})
    await page.goto(str(shop.server.make_url(path)))
    assert await accessibility_faults(page) == []
    await page.get_by_role("button", name=WANTED[2].en).click()
    await page.get_by_role("heading", name=STOPPED[0].en).wait_for()
    assert await is_quiet(shop)
    assert await accessibility_faults(page) == []
    await page.get_by_role("button", name=STOPPED[2].en).click()
    await page.get_by_role("heading", name=WANTED[0].en).wait_for()
    assert not await is_quiet(shop) and new_page.unexpected() == []

"""Somebody else's session: planted in a browser beforehand (fixation), or told from what was overheard."""

from __future__ import annotations

from inbox.auth import totp
from inbox.auth.links import make_link
from tests.inbox.conftest import House
from tests.inbox.test_sign_in import PASSWORD, set_password
from tests.visitors.conftest import Shop


def given(answer) -> str:
    return str(answer.headers.get("Set-Cookie", "")).partition(";")[0].partition("=")[2]


async def test_a_session_that_was_planted_is_not_the_one_that_is_signed_in(house: House) -> None:
    """Neither an invented one nor the attacker's own: signing in makes another, and raises no existing one."""
    await set_password(house, "ann")
    bobs = house.cookies["bob"]
    for planted in ("x" * 43, bobs):
        victim = await house.client()
        at = house.server.make_url("/")
        victim.http.session.cookie_jar.update_cookies({"parley": planted}, at)
        body = {"email": "ann@example.com", "password": PASSWORD}
        answer = await victim.raw("POST", "/session", json=body)
        assert answer.status == 200 and given(answer) not in ("", planted)
        assert (await victim.get("/session"))["agent"]["name"] == "Ann"
        attacker = await house.client()
        attacker.http.session.cookie_jar.update_cookies({"parley": planted}, at)
        status, value = await attacker.ask("GET", "/session")
        assert (status == 401) if planted != bobs else (value["agent"]["name"] == "Bob")


async def test_each_sign_in_is_a_session_of_its_own(house: House) -> None:
    await set_password(house, "ann")
    seen = set()
    for _ in range(3):
        answer = await (await house.client()).raw(
            "POST", "/session", json={"email": "ann@example.com", "password": PASSWORD}
        )
        seen.add(given(answer))
    assert len(seen) == 3


async def test_half_a_sign_in_is_no_session(house: House) -> None:
    """Where a second factor is asked for, the password alone leaves nothing behind that could be gone on with."""
    await set_password(house, "ann")
    ann = await house.client()
    await ann.does("POST", "/session", {"email": "ann@example.com", "password": PASSWORD})
    key = (await ann.does("POST", "/session/totp", {"password": PASSWORD}))["secret"]
    code = totp.code(key, house.clock() // totp.STEP)
    await ann.does("PUT", "/session/totp", {"code": code})
    thief = await house.client()
    answer = await thief.raw("POST", "/session", json={"email": "ann@example.com", "password": PASSWORD})
    assert answer.status == 401 and "Set-Cookie" not in answer.headers
    assert (await thief.ask("GET", "/session"))[0] == 401
    house.clock.ahead += totp.STEP
    body = {"email": "ann@example.com", "password": PASSWORD}
    body["totp"] = totp.code(key, house.clock() // totp.STEP)
    assert given(await thief.raw("POST", "/session", json=body)) not in ("", ann)


async def test_a_link_that_was_followed_opens_nothing_again_and_no_planted_session(house: House) -> None:
    secret = await house.store.write(lambda tx: make_link(tx, "reset", house.agents["ann"], 1))
    victim = await house.client()
    victim.http.session.cookie_jar.update_cookies({"parley": "y" * 43}, house.server.make_url("/"))
    answer = await victim.raw("POST", "/session/link", json={"link": secret, "password": PASSWORD})
    assert answer.status == 200 and given(answer) not in ("", "y" * 43)
    again = await house.client()
    assert (
        await again.raw("POST", "/session/link", json={"link": secret, "password": PASSWORD})
    ).status == 404


async def test_another_visitors_cursor_tells_nothing_of_her(shop: Shop) -> None:
    """A cursor says how far somebody has been told, not who she is: it opens only its bearer's own story."""
    ann, eve = shop.browser(), shop.browser()
    await ann.arrive()
    line = await ann.connect()
    await ann.say("my card is 4929 0000")
    await line.quiet()
    assert "4929" in str(line.raw) and line.cursor
    await eve.arrive()
    await eve.say("hello")
    stolen = await eve.connect(line.cursor)
    await stolen.quiet()
    assert "4929" not in str(stolen.raw) and "4929" not in str(await eve.history())
    begun = await eve.connect("0")
    await begun.quiet()
    assert "4929" not in str(begun.raw)

"""Wrong codes of the second factor wait and are told; recovery codes let in once."""

from __future__ import annotations

import asyncio

import pytest

from inbox.auth import totp
from tests.inbox.conftest import Caller, House
from tests.inbox.test_sign_in import PASSWORD, set_password, sign_in


def behind_a_proxy(house: House) -> None:
    object.__setattr__(house.desk.config.server, "trusted_proxies", ("127.0.0.1/32",))


async def at(house: House, address: str) -> Caller:
    browser = await house.client()
    browser.http.session.headers["X-Forwarded-For"] = address
    return browser


async def confirmed(house: House, who: str = "ann") -> tuple[str, Caller, list[str]]:
    """A second factor that was just turned on: its key, the browser, the recovery codes. She is at 127.0.0.1."""
    await set_password(house, who)
    browser = await house.client()
    await sign_in(browser, who)
    begun = await browser.does("POST", "/session/totp", {"password": PASSWORD})
    now = house.clock() // totp.STEP
    shown = await browser.does("PUT", "/session/totp", {"code": totp.code(begun["secret"], now)})
    house.clock.ahead += totp.STEP
    return str(begun["secret"]), browser, shown["codes"]


async def test_wrong_codes_wait_longer_and_longer_from_wherever_they_come(both: House) -> None:
    key, _, _ = await confirmed(both)
    behind_a_proxy(both)
    answers = []
    for n in range(7):
        answers.append(await sign_in(await at(both, f"203.0.113.{n}"), "ann", totp="000000"))
    assert answers == [(401, "totp_wrong")] * 5 + [(429, "too_many")] * 2, "changing addresses does not help"
    right = totp.code(key, both.clock() // totp.STEP)
    assert await sign_in(await at(both, "203.0.113.9"), "ann", totp=right) == (429, "too_many")
    waits = []
    for n in range(9):
        thief = await at(both, f"203.0.113.{20 + n}")
        body = {"email": "ann@example.com", "password": PASSWORD, "totp": "000000"}
        answer = await thief.raw("POST", "/session", json=body)
        waits.append(int(answer.headers["Retry-After"]))
        both.clock.ahead += waits[-1] * 1000 + 1000
        assert await sign_in(thief, "ann", totp="000000") == (401, "totp_wrong")
    doubled = [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert waits == pytest.approx(doubled, abs=3)


async def test_a_clock_that_is_set_back_makes_nobody_wait_for_hours(house: House) -> None:
    await confirmed(house)
    behind_a_proxy(house)
    elsewhere = await at(house, "198.51.100.1")
    for _ in range(house.desk.limits.factor_tries):
        assert await sign_in(elsewhere, "ann", totp="000000") == (401, "totp_wrong")
    house.clock.ahead -= 9 * 3_600_000
    assert await sign_in(elsewhere, "ann", totp="000000") == (429, "too_many")
    house.clock.ahead += 31_000
    assert await sign_in(elsewhere, "ann", totp="000000") == (401, "totp_wrong"), "it is looked at again"


async def test_a_thief_elsewhere_does_not_make_her_wait(both: House) -> None:
    key, browser, codes = await confirmed(both)
    behind_a_proxy(both)
    for n in range(5):
        await sign_in(await at(both, f"203.0.113.{n}"), "ann", totp="000000")
    both.clock.ahead += 31_000
    assert await sign_in(await at(both, "203.0.113.9"), "ann", totp="000000") == (401, "totp_wrong")
    code = totp.code(key, both.clock() // totp.STEP)
    assert await sign_in(await at(both, "127.0.0.1"), "ann", totp=code) == (200, "Ann"), "she was here before"
    both.clock.ahead += totp.STEP
    elsewhere = await at(both, "198.51.100.1")
    code = totp.code(key, both.clock() // totp.STEP)
    assert await sign_in(elsewhere, "ann", totp=code) == (429, "too_many")
    assert await sign_in(elsewhere, "ann", totp=codes[0]) == (200, "Ann"), "a recovery code never waits"
    change = {"old": PASSWORD, "new": "another fine horse"}
    await browser.does("POST", "/session/password", change)
    code = totp.code(key, both.clock() // totp.STEP)
    fresh = await at(both, "198.51.100.2")
    assert await sign_in(fresh, "ann", "another fine horse", totp=code) == (200, "Ann"), "the thief is out"


async def test_wrong_codes_at_once_are_each_counted(both: House) -> None:
    await confirmed(both)
    browsers = [await both.client() for _ in range(3)]
    for _ in range(2):
        await asyncio.gather(*(sign_in(browser, "ann", totp="000000") for browser in browsers))
    (row,) = await both.store.read(lambda look: look.all("select * from factor_failures"))
    assert (row["place"], row["failed"], row["unseen"]) == ("known", 5, 5)


async def test_wrong_codes_are_told_to_the_agent_and_the_audit(both: House) -> None:
    key, browser, _ = await confirmed(both)
    assert (await browser.get("/sessions"))["failures"] is None
    behind_a_proxy(both)
    await sign_in(await at(both, "203.0.113.1"), "ann", totp="000000")
    await sign_in(await at(both, "203.0.113.2"), "ann", totp="aaaa-aaaa-aaaa-aaaa")
    await sign_in(await at(both, "203.0.113.3"), "ann", "wrong horse", totp="000000")
    code = totp.code(key, both.clock() // totp.STEP)
    fresh = await at(both, "127.0.0.1")
    assert await sign_in(fresh, "ann", totp=code) == (200, "Ann")
    told = (await fresh.get("/sessions"))["failures"]
    assert (told["count"], told["address"]) == (2, "203.0.113.2"), (
        "a stranger's wrong password is no such thing"
    )
    assert told["since"] <= told["last_at"] <= both.clock()
    lines = (await (await both.client("ada")).get("/audit"))["lines"]
    wrong = [line for line in lines if line["changes"].get("second_factor") == "wrong_code"]
    assert [(line["subject"], line["actor"]["kind"]) for line in wrong] == [
        (both.agents["ann"], "system")
    ] * 2
    assert (await browser.ask("GET", "/session"))[0] == 200, "no session ends by it"
    bob = await both.client("bob")
    assert (await bob.get("/sessions"))["failures"] is None
    await bob.does("DELETE", "/session/failures")
    assert (await fresh.get("/sessions"))["failures"]["count"] == 2
    await fresh.does("DELETE", "/session/failures")
    assert (await fresh.get("/sessions"))["failures"] is None


async def test_recovery_codes(both: House) -> None:
    key, browser, codes = await confirmed(both)
    assert len(set(codes)) == 10
    assert (await browser.get("/session"))["recovery_codes"] == 10
    kept = await both.store.read(lambda look: look.all("select * from recovery_codes"))
    held = [str(row[n]) for row in kept for n in range(4)]
    assert not any(code in held or code.replace("-", "") in held for code in codes), "hashes only"
    typed = codes[0].upper().replace("-", " ")
    assert await sign_in(await both.client(), "ann", totp=typed) == (200, "Ann")
    assert await sign_in(await both.client(), "ann", totp=codes[0]) == (401, "totp_wrong"), "once"
    assert (await browser.get("/session"))["recovery_codes"] == 9
    again = await asyncio.gather(*[sign_in(await both.client(), "ann", totp=codes[1]) for _ in range(3)])
    assert sorted(status for status, _ in again) == [200, 401, 401]
    assert await browser.fails("POST", "/session/recovery", {"code": "000000"}) == (422, "totp_wrong")
    fresh = (await browser.does("POST", "/session/recovery", {"code": codes[2]}))["codes"]
    assert len(fresh) == 10 and not set(fresh) & set(codes)
    assert await sign_in(await both.client(), "ann", totp=codes[3]) == (401, "totp_wrong"), "replaced"
    await browser.does("DELETE", "/session/totp", {"code": fresh[0]})
    assert await browser.fails("POST", "/session/recovery", {"code": fresh[1]}) == (422, "refused")
    assert await both.store.read(lambda look: look.all("select * from recovery_codes")) == []
    assert key


async def test_one_agents_recovery_code_is_not_anothers(house: House) -> None:
    _, _, codes = await confirmed(house, "ann")
    await confirmed(house, "bob")
    assert await sign_in(await house.client(), "bob", totp=codes[0]) == (401, "totp_wrong")

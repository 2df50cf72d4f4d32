"""Who gets in, how, and who does not: passwords, the second factor, links, throttling, sessions, tokens, leaving."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gateway.limits import Limits
from gateway.rates import Rate
from inbox.auth import totp
from inbox.auth.links import first_admin_link, make_link
from inbox.auth.sessions import DAY, MINUTE
from inbox.auth.tokens import make_token
from tests.inbox.conftest import Caller, House, Open

PASSWORD = "correct horse battery"


async def set_password(house: House, who: str, password: str = PASSWORD) -> None:
    secret = await house.store.write(lambda tx: make_link(tx, "reset", house.agents[who], 1))
    stranger = await house.client()
    await stranger.does("POST", "/session/link", {"link": secret, "password": password})


async def sign_in(browser: Caller, who: str, password: str = PASSWORD, **more: str) -> tuple[int, str]:
    body = {"email": f"{who}@example.com", "password": password, **more}
    status, value = await browser.ask("POST", "/session", body)
    return status, value.get("type", value.get("agent", {}).get("name"))


# --- passwords ------------------------------------------------------------------------------------------------------


async def test_in_and_out(both: House) -> None:
    await set_password(both, "ann")
    browser = await both.client()
    assert await browser.fails("GET", "/session") == (401, "unauthenticated")
    assert await sign_in(browser, "ann") == (200, "Ann")
    shown = await browser.get("/session")
    assert shown["agent"]["email"] == "ann@example.com"
    assert shown["agent"]["teams"] == [both.teams["sales"]]
    await browser.does("DELETE", "/session")
    assert await browser.fails("GET", "/session") == (401, "unauthenticated")


async def test_wrong_ones_look_alike(house: House) -> None:
    await set_password(house, "ann")
    browser = await house.client()
    answers = []
    for email, password in (
        ("ann@example.com", "wrong horse"),
        ("no@example.com", PASSWORD),
        ("bob@example.com", ""),
    ):
        answers.append(await browser.ask("POST", "/session", {"email": email, "password": password}))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] == 401


async def test_addresses_are_not_case_sensitive(house: House) -> None:
    await set_password(house, "ann")
    browser = await house.client()
    status, _ = await browser.ask("POST", "/session", {"email": " Ann@Example.com", "password": PASSWORD})
    assert status == 200


async def test_the_cookie(house: House) -> None:
    await set_password(house, "ann")
    browser = await house.client()
    answer = await browser.raw("POST", "/session", json={"email": "ann@example.com", "password": PASSWORD})
    cookie = answer.cookies["parley"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (
        True,
        "Lax",
        "/",
        "",
    )
    assert int(cookie["max-age"]) == pytest.approx(14 * 86400, abs=5)
    stored = await house.store.read(lambda look: look.all("select * from sessions"))
    assert all(cookie.value not in str([row[n] for n in range(9)]) for row in stored), (
        "the database holds a hash only"
    )


async def test_behind_https_the_cookie_is_bound_to_the_host(house: House) -> None:
    await set_password(house, "ann")
    object.__setattr__(house.desk.config.server, "trusted_proxies", ("127.0.0.1/32",))
    browser = await house.client()
    origin = f"https://{house.server.host}:{house.server.port}"
    answer = await browser.raw(
        "POST",
        "/session",
        json={"email": "ann@example.com", "password": PASSWORD},
        headers={"X-Forwarded-Proto": "https", "Origin": origin},
    )
    cookie = answer.cookies["__Host-parley"]
    assert (cookie["secure"], cookie["domain"], cookie["path"]) == (True, "", "/")
    assert "max-age=" in answer.headers["Strict-Transport-Security"]


async def test_a_new_password_ends_the_other_sessions(house: House) -> None:
    await set_password(house, "ann")
    here, there = await house.client(), await house.client()
    await sign_in(here, "ann")
    await sign_in(there, "ann")
    change = {"old": PASSWORD, "new": "another fine horse"}
    assert await here.fails("POST", "/session/password", {**change, "old": "wrong"}) == (
        422,
        "password_wrong",
    )
    assert (await here.fails("POST", "/session/password", {**change, "new": "short"}))[0] == 422
    await here.does("POST", "/session/password", change)
    assert (await here.ask("GET", "/session"))[0] == 200
    assert (await there.ask("GET", "/session"))[0] == 401
    assert await sign_in(there, "ann") == (401, "sign_in_wrong")
    assert await sign_in(there, "ann", "another fine horse") == (200, "Ann")


# --- throttling -----------------------------------------------------------------------------------------------------


async def test_a_stranger_elsewhere_cannot_lock_anybody_out(open_with: Open) -> None:
    house = await open_with(Limits(sign_in=Rate(5, 60.0)))
    await set_password(house, "ann")
    object.__setattr__(house.desk.config.server, "trusted_proxies", ("127.0.0.1/32",))
    stranger, ann = await house.client(), await house.client()
    stranger.http.session.headers["X-Forwarded-For"] = "203.0.113.66"
    ann.http.session.headers["X-Forwarded-For"] = "192.0.2.7"
    answers = [await sign_in(stranger, "ann", "guess") for _ in range(8)]
    assert answers[:5] == [(401, "sign_in_wrong")] * 5
    assert answers[5:] == [(429, "too_many")] * 3
    assert await sign_in(stranger, "ann") == (429, "too_many"), "even the right one, from there"
    assert await sign_in(ann, "ann") == (200, "Ann")


async def test_one_address_guesses_at_few_accounts_and_links(open_with: Open) -> None:
    """One password tried at everybody's account, or links made up: counted by the address alone."""
    house = await open_with(Limits(sign_in_address=Rate(3, 3600.0)))
    stranger = await house.client()
    answers = [(await sign_in(stranger, f"somebody{n}", "Summer2026!"))[0] for n in range(5)]
    assert answers == [401, 401, 401, 429, 429]
    for path in ("/session/link", "/session/link/look"):
        assert (await stranger.ask("POST", path, {"link": "x" * 43}))[0] == 429, path


async def test_the_whole_ipv6_network_counts_as_one(open_with: Open) -> None:
    house = await open_with(Limits(sign_in=Rate(2, 60.0)))
    object.__setattr__(house.desk.config.server, "trusted_proxies", ("127.0.0.1/32",))
    stranger = await house.client()
    statuses = []
    for last in range(4):
        stranger.http.session.headers["X-Forwarded-For"] = f"2001:db8:1:2::{last}"
        statuses.append((await sign_in(stranger, "ann", "guess"))[0])
    assert statuses == [401, 401, 429, 429]


async def test_retry_after_is_told_and_true(open_with: Open) -> None:
    house = await open_with(Limits(sign_in=Rate(1, 60.0)))
    stranger = await house.client()
    await sign_in(stranger, "ann", "guess")
    answer = await stranger.raw("POST", "/session", json={"email": "ann@example.com", "password": "guess"})
    assert 50 <= int(answer.headers["Retry-After"]) <= 60
    house.clock.ahead += 61_000
    assert (await sign_in(stranger, "ann", "guess"))[0] == 401


async def test_success_forgives(open_with: Open) -> None:
    house = await open_with(Limits(sign_in=Rate(3, 3600.0)))
    await set_password(house, "ann")
    browser = await house.client()
    for _ in range(4):
        assert (await sign_in(browser, "ann", "guess"))[0] == 401
        assert (await sign_in(browser, "ann"))[0] == 200


# --- the second factor ----------------------------------------------------------------------------------------------


async def with_factor(house: House, who: str) -> str:
    await set_password(house, who)
    browser = await house.client()
    await sign_in(browser, who)
    begun = await browser.does("POST", "/session/totp", {"password": PASSWORD})
    now = house.clock() // totp.STEP
    assert await browser.fails("PUT", "/session/totp", {"code": "000000"}) == (422, "totp_wrong")
    await browser.does("PUT", "/session/totp", {"code": totp.code(begun["secret"], now)})
    house.clock.ahead += totp.STEP
    return str(begun["secret"])


async def test_the_second_factor(both: House) -> None:
    key = await with_factor(both, "ann")
    browser = await both.client()
    assert await sign_in(browser, "ann") == (401, "totp_needed")
    assert await sign_in(browser, "ann", totp="000000") == (401, "totp_wrong")
    assert await sign_in(browser, "ann", "wrong", totp="000000") == (401, "sign_in_wrong")
    code = totp.code(key, both.clock() // totp.STEP)
    assert await sign_in(browser, "ann", totp=code) == (200, "Ann")
    again = await both.client()
    assert await sign_in(again, "ann", totp=code) == (401, "totp_wrong"), "no code twice"
    assert (await browser.get("/session"))["second_factor"] is True


async def test_beginning_one_asks_for_the_password_again(both: House) -> None:
    await set_password(both, "ann")
    found = await both.client()
    await sign_in(found, "ann")
    for shown in ({}, {"password": ""}, {"password": "a guess or two"}):
        assert await found.fails("POST", "/session/totp", shown) == (422, "password_wrong")
    assert await found.fails("PUT", "/session/totp", {"code": "123456"}) == (422, "refused"), (
        "nothing has begun"
    )
    assert (await found.get("/session"))["password"] is True
    await found.does("POST", "/session/totp", {"password": PASSWORD})


async def test_guessing_the_password_in_a_found_session_waits(house: House) -> None:
    await set_password(house, "ann")
    found = await house.client()
    await sign_in(found, "ann")
    answers = [(await found.fails("POST", "/session/totp", {"password": f"guess {n}"}))[0] for n in range(30)]
    assert answers[0] == 422 and answers[-1] == 429
    assert answers == sorted(answers)


async def test_who_has_no_password_shows_none(house: House) -> None:
    ann = await house.client("ann")
    assert (await ann.get("/session"))["password"] is False
    assert (await ann.does("POST", "/session/totp", {}))["secret"]


async def test_one_code_lets_one_in(house: House) -> None:
    key = await with_factor(house, "ann")
    code = totp.code(key, house.clock() // totp.STEP)
    browsers = [await house.client() for _ in range(3)]
    answers = await asyncio.gather(*(sign_in(browser, "ann", totp=code) for browser in browsers))
    assert sorted(status for status, _ in answers) == [200, 401, 401]


async def test_an_unconfirmed_factor_does_not_count(house: House) -> None:
    await set_password(house, "ann")
    browser = await house.client()
    await sign_in(browser, "ann")
    await browser.does("POST", "/session/totp", {"password": PASSWORD})
    assert await sign_in(await house.client(), "ann") == (200, "Ann")


async def test_doing_without_it_needs_a_code(house: House) -> None:
    key = await with_factor(house, "ann")
    browser = await house.client()
    await sign_in(browser, "ann", totp=totp.code(key, house.clock() // totp.STEP))
    house.clock.ahead += totp.STEP
    assert await browser.fails("DELETE", "/session/totp", {"code": "000000"}) == (422, "totp_wrong")
    await browser.does("DELETE", "/session/totp", {"code": totp.code(key, house.clock() // totp.STEP)})
    assert await sign_in(await house.client(), "ann") == (200, "Ann")


# --- links ----------------------------------------------------------------------------------------------------------


async def test_the_first_admin(tmp_path, house: House) -> None:
    assert await house.store.write(lambda tx: first_admin_link(tx, 24)) is None, "there is one"
    secret = await house.store.write(lambda tx: make_link(tx, "first_admin", None, 24))
    body = {"link": secret, "password": PASSWORD, "name": "Eve", "email": "eve@example.com"}
    assert (await (await house.client()).fails("POST", "/session/link", body))[0] == 403
    await house.store.write(lambda tx: tx.run("update agents set role = 'agent'"))
    fresh = await house.store.write(lambda tx: first_admin_link(tx, 24))
    assert fresh is not None
    browser = await house.client()
    body["link"] = secret = fresh
    assert (await browser.fails("POST", "/session/link", {"link": secret}))[0] == 422
    followed = await browser.does("POST", "/session/link", body)
    assert (followed["agent"]["role"], followed["purpose"]) == ("admin", "first_admin")
    assert (await browser.get("/session"))["agent"]["name"] == "Eve"
    assert await browser.fails("POST", "/session/link", body) == (404, "not_found")


async def test_an_admin_hands_out_a_reset(both: House) -> None:
    await set_password(both, "ann")
    signed_in = await both.client()
    await sign_in(signed_in, "ann")
    ada = await both.client("ada")
    made = await ada.does("POST", f"/agents/{both.agents['ann']}/link", {})
    secret = made["link"].rpartition("/link/")[2]
    body = {"link": secret, "password": "another fine horse"}
    browsers = [await both.client() for _ in range(3)]
    answers = await asyncio.gather(*(browser.ask("POST", "/session/link", body) for browser in browsers))
    assert sorted(status for status, _ in answers) == [200, 404, 404], "it works once"
    assert (await signed_in.ask("GET", "/session"))[0] == 401
    assert await sign_in(await both.client(), "ann") == (401, "sign_in_wrong")


async def test_a_link_ends(house: House) -> None:
    secret = await house.store.write(lambda tx: make_link(tx, "demo", house.agents["ann"], 1))
    later = await house.store.write(lambda tx: make_link(tx, "demo", house.agents["bob"], 1))
    browser = await house.client()
    assert (await browser.does("POST", "/session/link", {"link": secret}))["purpose"] == "demo"
    house.clock.ahead += 3_600_001
    assert await browser.fails("POST", "/session/link", {"link": later}) == (404, "not_found")


async def test_a_newer_link_ends_the_older(house: House) -> None:
    older = await house.store.write(lambda tx: make_link(tx, "reset", house.agents["ann"], 1))
    await house.store.write(lambda tx: make_link(tx, "reset", house.agents["ann"], 1))
    body = {"link": older, "password": PASSWORD}
    assert await (await house.client()).fails("POST", "/session/link", body) == (404, "not_found")


async def test_a_reset_takes_the_tokens_back(house: House) -> None:
    token = await house.token("ann")
    program = await house.client(token=token)
    await program.get("/session")
    secret = await house.store.write(lambda tx: make_link(tx, "reset", house.agents["ann"], 1))
    browser = await house.client()
    await browser.does("POST", "/session/link", {"link": secret, "password": "a new long password"})
    assert (await program.ask("GET", "/session"))[0] == 401


async def test_a_reset_leaves_the_second_factor(house: House) -> None:
    await with_factor(house, "ann")
    ada = await house.client("ada")
    path = f"/agents/{house.agents['ann']}/link"
    secret = (await ada.does("POST", path, {}))["link"].rpartition("/")[2]
    body = {"link": secret, "password": "another fine horse"}
    browser = await house.client()
    assert await browser.fails("POST", "/session/link", body) == (401, "totp_needed")
    secret = (await ada.does("POST", path, {"second_factor": "forget"}))["link"].rpartition("/")[2]
    await browser.does("POST", "/session/link", {**body, "link": secret})


async def test_an_admin_turns_off_a_lost_second_factor(both: House) -> None:
    key = await with_factor(both, "ann")
    ada, path = await both.client("ada"), f"/agents/{both.agents['ann']}/totp"
    phone, browser = await both.client(), await both.client()
    await sign_in(phone, "ann", totp=totp.code(key, both.clock() // totp.STEP))
    assert await sign_in(browser, "ann") == (401, "totp_needed")
    await ada.does("DELETE", path)
    assert (await phone.ask("GET", "/session"))[0] == 401, "whoever found the telephone is out"
    assert await sign_in(browser, "ann") == (200, "Ann")
    assert (await browser.get("/session"))["second_factor"] is False
    lines = (await ada.get("/audit"))["lines"]
    off = next(line for line in lines if line["changes"].get("fields") == ["second_factor"])
    assert (off["subject"], off["actor"]["id"]) == (both.agents["ann"], both.agents["ada"])
    assert await ada.fails("DELETE", path) == (422, "refused"), "it is off"
    assert await ada.fails("DELETE", "/agents/01nobody/totp") == (404, "not_found")


async def test_an_admin_s_own_second_factor_asks_for_a_last_code(house: House) -> None:
    key = await with_factor(house, "ada")
    ada, path = await house.client(), f"/agents/{house.agents['ada']}"
    await sign_in(ada, "ada", totp=totp.code(key, house.clock() // totp.STEP))
    assert await ada.fails("DELETE", f"{path}/totp") == (422, "refused")
    assert await ada.fails("POST", f"{path}/link", {"second_factor": "forget"}) == (422, "refused")
    assert (await ada.get("/session"))["second_factor"] is True


# --- sessions and tokens --------------------------------------------------------------------------------------------


async def test_sessions_slide_seldom_and_end_for_good(house: House) -> None:
    await set_password(house, "ann")
    browser = await house.client()
    await sign_in(browser, "ann")

    async def row():
        found = await house.store.read(lambda look: look.all("select * from sessions order by created_at"))
        return found[-1]

    begun = await row()
    await browser.get("/session")
    assert (await row())["seen_at"] == begun["seen_at"], "no write for every request"
    answer = await browser.raw("GET", "/session")
    assert not answer.cookies
    await house.store.write(
        lambda tx: tx.run(
            "update sessions set seen_at = seen_at - $1, expires_at = expires_at - $1", 11 * MINUTE
        )
    )
    answer = await browser.raw("GET", "/session")
    assert "parley" in answer.cookies
    assert (await row())["expires_at"] >= begun["expires_at"]
    house.clock.ahead += 15 * DAY
    assert (await browser.ask("GET", "/session"))[0] == 401
    await house.store.write(lambda tx: tx.run("update sessions set created_at = created_at - $1", 200 * DAY))


async def test_sessions_are_listed_and_ended(house: House) -> None:
    await set_password(house, "ann")
    here, there = await house.client(), await house.client()
    await sign_in(here, "ann")
    await sign_in(there, "ann")
    listed = (await here.get("/sessions"))["sessions"]
    assert sum(one["current"] for one in listed) == 1
    other = next(one["id"] for one in (await there.get("/sessions"))["sessions"] if one["current"])
    bob = await house.client("bob")
    assert await bob.fails("DELETE", f"/sessions/{other}") == (404, "not_found")
    await here.does("DELETE", f"/sessions/{other}")
    assert (await there.ask("GET", "/session"))[0] == 401
    assert await here.fails("DELETE", f"/sessions/{other}") == (404, "not_found")


async def test_tokens(both: House) -> None:
    ann = await both.client("ann")
    made = await ann.does("POST", "/tokens", {"name": "import"})
    assert made["token"].startswith("parley_")
    program = await both.client(token=made["token"])
    assert (await program.get("/session"))["agent"]["name"] == "Ann"
    assert (await program.fails("POST", "/tokens", {"name": "child"}))[0] == 422, "no token begets another"
    taken = await both.customer_writes("hello")
    path = f"/conversations/{taken.conversation}/messages"
    said = await program.does("POST", path, {"text": "Hi", "visibility": "public", "client_id": "c1"})
    assert said["message"]["author"] == {"kind": "token", "id": both.agents["ann"], "name": "Ann"}
    listed = (await ann.get("/tokens"))["tokens"]
    assert [(one["name"], one["seen_at"] is not None) for one in listed] == [("import", True)]
    await ann.does("DELETE", f"/tokens/{made['id']}")
    assert await program.fails("GET", "/session") == (401, "unauthenticated")


async def test_an_agent_has_so_many_tokens(both: House) -> None:
    ann = await both.client("ann")

    async def fill(tx: Any) -> None:
        for _ in range(99):
            await make_token(tx, both.agents["ann"], "one of many")
        await make_token(tx, both.agents["ann"], "over", tx.now - 1)

    await both.store.write(fill)
    last = await ann.does("POST", "/tokens", {"name": "last"})
    status, answer = await ann.ask("POST", "/tokens", {"name": "too many"})
    assert (status, answer["text"], answer["params"]) == (422, "errors.tokens_full", {"most": 100})
    await ann.does("DELETE", f"/tokens/{last['id']}")
    await ann.does("POST", "/tokens", {"name": "in its place"})


async def test_a_token_may_end(house: House) -> None:
    ann = await house.client("ann")
    made = await ann.does("POST", "/tokens", {"name": "x", "expires_at": house.clock() + 1000})
    program = await house.client(token=made["token"])
    assert (await program.ask("GET", "/session"))[0] == 200
    house.clock.ahead += 1001
    assert (await program.ask("GET", "/session"))[0] == 401


async def test_a_broken_token_is_never_taken_for_the_cookie(house: House) -> None:
    ann = await house.client("ann")
    for header in ("Bearer nonsense", "Basic YW5uOng=", "Bearer", "", "Bearer " + "x" * 5000):
        status, value = await ann.ask("GET", "/session", headers={"Authorization": header})
        assert (status, value["type"]) == (401, "unauthenticated"), header

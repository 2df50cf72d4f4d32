"""The sandbox's door: only for who knows the key, and what each control does."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from gateway.demo import begin_anew, make_house
from gateway.sandbox.guests import personas
from tests.sandbox.house import Demo, open_demo


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    async with open_demo(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize("path", ["", "/state", "/shop?persona=haneul", "/shop.css", "/pictures/parcel.png"])
async def test_without_the_key_there_is_nothing(demo: Demo, path: str) -> None:
    async with demo.http.get(f"/sandbox/guessed{path}") as answer:
        assert answer.status == 404
    async with demo.http.get(f"{demo.sandbox.path}{path}") as answer:
        assert answer.status == 200


@pytest.mark.parametrize("path", ["/play", "/again", "/enter/admin"])
async def test_no_other_site_s_page_may_press_anything(demo: Demo, path: str) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    async with demo.http.post(demo.sandbox.path + path, json={}, headers=headers) as answer:
        assert answer.status == 403
    assert not demo.sandbox.again.is_set()


async def test_the_page_says_what_there_is_in_the_reader_s_language(demo: Demo) -> None:
    async with demo.http.get(demo.sandbox.path, headers={"Accept-Language": "ko-KR,ko;q=0.9"}) as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert '<html lang="ko">' in text and "고객이 되어 보기" in text
    # Framed under the other name of this machine: another site to a browser.
    assert f"frame-src 'self' {demo.url.replace('127.0.0.1', 'localhost')};" in policy
    assert "script-src 'self';" in policy


async def test_the_shop_embeds_the_chat_as_another_site_does(demo: Demo) -> None:
    shop = f"{demo.sandbox.path}/shop?persona=olivia"
    host = {"Host": demo.url.replace("http://127.0.0.1", "localhost")}
    async with demo.http.get(shop, headers=host) as answer:
        text, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert f'src="{demo.url}/widget.js"' in text and "data-vouch" not in text
    assert f"frame-ancestors 'self' {demo.url}" in policy
    photographs = re.findall(r'<img src="(goods/[a-z]+[.]png)"', text)
    assert len(photographs) == 9 == len(set(photographs)), "what it sells, and its door"
    for address in (*photographs, "goods/nothing.png"):
        async with demo.http.get(f"{demo.sandbox.path}/{address}") as answer:
            there = address in photographs
            assert (answer.status, answer.content_type == "image/png") == (200 if there else 404, there)
    async with demo.http.get(f"{shop}&signed") as answer:
        token = (await answer.text()).split('data-vouch="')[1].split('"')[0]
    async with demo.http.post("/visitor/shop/session", json={"vouch": token}) as answer:
        told = await answer.json()
    assert (told["name"], told["proven"]) == (personas()["olivia"].name, True)


async def test_the_simulation_is_switched_and_paced(demo: Demo) -> None:
    async with demo.http.post(f"{demo.sandbox.path}/play", json={"on": False, "speed": "fast"}) as answer:
        told = await answer.json()
    assert (told["on"], told["speed"]) == (False, "fast")
    assert not demo.sandbox.crowd.on
    async with demo.http.post(f"{demo.sandbox.path}/play", json={"speed": "warp"}) as answer:
        assert answer.status == 400


async def test_one_press_signs_in(demo: Demo) -> None:
    async with demo.http.post(f"{demo.sandbox.path}/enter/supervisor", allow_redirects=False) as answer:
        assert answer.status == 303
        link = answer.headers["Location"].removeprefix("/link/")
    async with (
        aiohttp.ClientSession(demo.url, headers={"Origin": demo.url}) as http,
        http.post("/api/v1/session/link", json={"link": link}) as answer,
    ):
        assert (await answer.json())["agent"]["role"] == "supervisor"
    async with demo.http.post(f"{demo.sandbox.path}/enter/owner") as answer:
        assert answer.status == 404


async def test_beginning_anew_forgets_the_house_and_keeps_what_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("somebody's")
    async with open_demo(tmp_path) as demo:
        config, path = demo.parley.config, demo.sandbox.path
        async with demo.http.post(f"{path}/again") as answer:
            assert answer.status == 202
        assert demo.sandbox.again.is_set()
        before = await demo.parley.store.read(lambda look: look.value("select min(id) from agents"))
    begin_anew(config)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["letter.txt", "sandbox.key"]
    await make_house(config)
    async with open_demo(tmp_path) as demo:
        assert demo.sandbox.path == path
        assert await demo.parley.store.read(lambda look: look.value("select min(id) from agents")) != before


async def test_the_demo_s_folder_is_for_its_own_user_alone(tmp_path: Path) -> None:
    async with open_demo(tmp_path / "demo"):
        assert (tmp_path / "demo").stat().st_mode & 0o077 == 0


async def test_serve_has_no_sandbox(tmp_path: Path) -> None:
    from gateway.app import listening, open_parley
    from gateway.config import Config, Sandbox, Server

    config = Config(data=tmp_path, server=Server(port=0), sandbox=Sandbox(enabled=True))
    async with open_parley(config) as parley, listening(parley, "127.0.0.1", 0) as port:
        paths = {route.resource.canonical for route in parley.web.router.routes() if route.resource}
        assert port and not [path for path in paths if "sandbox" in path]

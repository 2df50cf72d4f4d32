"""The workspace's page: what its socket says, and what each act does to the workspace."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from gateway.sandbox.slack.residents import settings, settle
from gateway.sandbox.slack.town import Slack
from tests.sandbox.slack.hall import actions, button, field_of, modal, words
from tests.sandbox.slack.stage import KEY, Stage, open_stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_stage() as opened:
        yield opened


async def test_without_the_key_there_is_nothing(stage: Stage) -> None:
    for key, status in (("guessed", 404), (KEY, 200)):
        async with stage.http.get(f"{stage.url}/sandbox/{key}/slack") as answer:
            assert answer.status == status
            text = await answer.text()
    assert "Sora Han" in text


async def test_no_other_site_s_page_may_press_anything(stage: Stage) -> None:
    before = len(stage.support.messages)
    headers = {"Origin": "https://elsewhere.example"}
    body = {"user": stage.sora.id, "channel": stage.support.id, "text": "mischief"}
    url = f"{stage.url}/sandbox/{KEY}/slack"
    async with stage.http.post(f"{url}/say", json=body, headers=headers) as answer:
        assert answer.status == 403
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await stage.http.ws_connect(f"{url}/live", params={"user": stage.sora.id}, headers=headers)
    assert len(stage.support.messages) == before


async def test_she_writes_edits_reacts_and_deletes(stage: Stage) -> None:
    async with stage.looks() as page:
        await stage.act("say", text="hello")
        now = await page.sees(lambda now: now["entries"][-1]["text"] == "hello")
        ts = now["entries"][-1]["id"]
        await stage.act("edit", ts=ts, text="hello all")
        await page.sees(lambda now: now["entries"][-1]["edited"])
        await stage.act("react", ts=ts, name="eyes")
        await page.sees(lambda now: now["entries"][-1]["reactions"])
        await stage.act("react", ts=ts, name="eyes")
        await page.sees(lambda now: not now["entries"][-1]["reactions"])
        await stage.act("say", text="in the thread", thread=ts)
        await page.sees(lambda now: now["entries"][-1]["answers"] == 1)
        async with stage.looks(thread=ts) as beside:
            await beside.sees(lambda now: [one["text"] for one in now["replies"]][1:] == ["in the thread"])
        await stage.act("delete", ts=ts)
        await page.sees(lambda now: now["entries"][-1]["gone"])


async def test_only_what_is_hers(stage: Stage) -> None:
    gwen, daniel = stage.program.residents[3], stage.program.residents[1]
    theirs = next(iter(stage.support.messages))
    daniels = next(one.ts for one in stage.support.messages.values() if one.user == daniel.id)
    await stage.act("say", 404, user=gwen.id, text="x")
    await stage.act("say", 404, user="U404", text="x")
    await stage.act("edit", 404, ts=daniels, text="x")
    await stage.act("delete", 404, user=daniel.id, ts=theirs)
    await stage.act("react", 400, ts="1.000001", name="eyes")
    await stage.act("say", 400, text="")


async def test_what_is_new_is_counted_until_it_is_seen(stage: Stage) -> None:
    vip = next(one for one in stage.slack.workspace.channels.values() if one.name == "vip")
    async with stage.looks() as page:
        await stage.client.chat_postMessage(channel=vip.id, text="somebody waits")
        await page.sees(lambda now: any(one["unread"] == 1 for one in now["channels"] if one["id"] == vip.id))
    async with stage.looks(vip.id) as page:
        await page.sees(lambda now: all(one["unread"] == 0 for one in now["channels"] if one["id"] == vip.id))


async def test_a_button_that_nobody_hears(stage: Stage) -> None:
    said = await stage.client.chat_postMessage(channel=stage.support.id, text="x", blocks=[actions(button())])
    told = await stage.act("press", 200, ts=said["ts"], block="deeds", action="take")
    assert told == {"heard": False}
    assert await stage.act("command", 200, text="help") == {"heard": False}
    told = await stage.act("shortcut", 200, channel=None, callback="pull")
    assert told == {"heard": False}
    await stage.act("press", 400, ts=said["ts"], block="deeds", action="fly")


async def test_a_modal_and_the_home_tab(stage: Stage) -> None:
    body = modal(field_of("reply", {"type": "plain_text_input", "action_id": "text"}))
    trigger = stage.slack.tickets.trigger(stage.sora.id)
    await stage.client.views_open(trigger_id=trigger, view=body)
    async with stage.looks() as page:
        now = await page.sees(lambda now: now["modal"])
        view = now["modal"]["id"]
        told = await stage.act("submit", 200, channel=None, view=view, values={"reply": {"text": ""}})
        assert told == {"heard": True}
        await page.sees(lambda now: now["modal"]["errors"])
        await stage.act("submit", 200, channel=None, view=view, values={"reply": {"text": "soon"}})
        await page.sees(lambda now: now["modal"]["values"]["reply"]["text"]["value"] == "soon")
        await stage.act("close", channel=None, view=view)
        await page.sees(lambda now: not now["modal"])
        await stage.act("close", 404, channel=None, view=view)
        home = {"type": "home", "blocks": [words("Nobody waits"), actions(button())]}
        await stage.client.views_publish(user_id=stage.sora.id, view=home)
        now = await page.sees(lambda now: now["home"])
    await stage.act("home", channel=None)
    told = await stage.act(
        "press-in-view", 200, channel=None, view=now["home"]["id"], block="deeds", action="take"
    )
    assert told == {"heard": False}
    assert stage.slack.events("app_home_opened")


async def test_a_file(stage: Stage) -> None:
    query = {"user": stage.sora.id, "channel": stage.support.id, "name": "a.txt", "text": "look"}
    url = f"{stage.url}/sandbox/{KEY}/slack"
    async with stage.http.post(f"{url}/send", params=query, data=b"abc") as answer:
        assert answer.status == 204
    async with stage.looks() as page:
        now = await page.sees(lambda now: now["entries"][-1].get("files"))
        (file,) = now["entries"][-1]["files"]
    async with stage.http.get(f"{stage.url}{file['url']}") as answer:
        assert (answer.status, await answer.read()) == (200, b"abc")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    async with stage.http.get(f"{stage.url}{file['url']}x") as answer:
        assert answer.status == 404
    async with stage.http.post(f"{url}/send", params=query, data=b"") as answer:
        assert answer.status == 400


async def test_the_weather(stage: Stage) -> None:
    async with stage.looks() as page:
        await stage.act("weather", sky="storm", slow=True)
        now = await page.sees(lambda now: now["weather"]["sky"] == "storm")
        assert now["weather"]["slow"]
        await stage.act("weather", sky="fair")
        await stage.act("weather", revoked=True)
        await page.sees(lambda now: now["weather"]["revoked"])
        with pytest.raises(Exception, match="token_revoked"):
            await stage.client.auth_test()
        await stage.act("weather", sky="fair")
        await stage.client.auth_test()
        await stage.act("weather", down=True)
        with pytest.raises(aiohttp.ClientError):
            await stage.client.auth_test()
        await stage.act("weather", down=False)
        for fault in ("refresh", "cut", "cut_after"):
            await stage.act("plan", fault=fault)
        with pytest.raises(aiohttp.ClientError):
            await stage.client.chat_postMessage(channel=stage.support.id, text="once")
        await page.sees(lambda now: now["entries"][-1]["text"] == "once")
        await stage.act("plan", 400, fault="earthquake")


def test_parley_finds_it_by_its_settings() -> None:
    slack = Slack()
    names = [one.name for one in settle(slack)]
    assert names == ["Sora Han", "Daniel Reyes", "김상담", "Gwen Ash"]
    assert set(settings(slack)) == {"bot_token", "app_token", "api_base", "rules", "digest"}

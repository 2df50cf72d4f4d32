"""What people do with blocks, and what the payload says of it."""

from typing import Any

import aiohttp
import pytest

from gateway.sandbox.slack.records import Json
from gateway.sandbox.slack.refusal import Refusal
from tests.sandbox.slack.hall import App, Hall, actions, button, menu, modal, words

BLOCKS = [
    actions(
        button("take", value="c1"),
        menu("status", "open", "closed"),
        menu("more", "whisper", "escalate", kind="overflow"),
        {"type": "users_select", "action_id": "assign"},
        {"type": "datepicker", "action_id": "snooze"},
    )
]


async def respond(url: str, **said: Any) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.post(url, json=said) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize(
    ("action", "value", "said"),
    [
        ("take", None, {"value": "c1"}),
        ("assign", "U1", {"selected_user": "U1"}),
        ("snooze", "2026-12-01", {"selected_date": "2026-12-01"}),
        (
            "status",
            "closed",
            {"selected_option": {"text": {"type": "plain_text", "text": "Closed"}, "value": "closed"}},
        ),
        (
            "more",
            "whisper",
            {"selected_option": {"text": {"type": "plain_text", "text": "Whisper"}, "value": "whisper"}},
        ),
    ],
)
async def test_each_element_says_what_was_chosen(
    hall: Hall, app: App, action: str, value: str | None, said: Json
) -> None:
    ts = await hall.post(blocks=BLOCKS, thread_ts=await hall.post("first"))
    assert (await hall.slack.press(hall.mina, hall.support, ts, action, value)).heard
    payload = app.heard[-1].payload
    assert payload["type"] == "block_actions"
    assert payload["container"]["message_ts"] == payload["message"]["ts"] == ts
    assert payload["container"]["thread_ts"] == payload["message"]["thread_ts"]
    assert (payload["user"]["id"], payload["channel"]["id"]) == (hall.mina.id, hall.support.id)
    (done,) = payload["actions"]
    assert (done["action_id"], done["block_id"]) == (action, "deeds")
    assert {name: done[name] for name in said} == said


async def test_what_is_not_there_cannot_be_pressed(hall: Hall) -> None:
    ts = await hall.post(blocks=BLOCKS)
    with pytest.raises(Refusal, match="invalid_arguments"):
        await hall.slack.press(hall.mina, hall.support, ts, "fly")
    with pytest.raises(Refusal, match="invalid_arguments"):
        await hall.slack.press(hall.mina, hall.support, ts, "status", "unknown")
    with pytest.raises(Refusal, match="message_not_found"):
        await hall.slack.press(hall.mina, hall.support, "1.000001", "take")


async def test_nobody_answers(hall: Hall) -> None:
    ts = await hall.post(blocks=BLOCKS)
    assert not (await hall.slack.press(hall.mina, hall.support, ts, "take")).heard
    assert not (await hall.slack.slash(hall.mina, hall.support, "help")).heard


async def test_the_answer_may_replace_what_was_pressed(hall: Hall, app: App) -> None:
    ts = await hall.post(blocks=BLOCKS)
    await hall.slack.press(hall.mina, hall.support, ts, "take")
    url = app.heard[-1].payload["response_url"]
    assert await respond(url, replace_original=True, text="Taken") == (200, "ok")
    assert hall.support.messages[ts].text == "Taken"
    assert await respond(url, response_type="in_channel", text="Mina has it") == (200, "ok")
    assert hall.slack.posts(hall.support)[-1].text == "Mina has it"
    assert await respond(url, text="") == (400, "no_text")
    assert await respond(url, delete_original=True) == (200, "ok")
    assert ts not in hall.support.messages
    assert await respond(f"{hall.slack.workspace.base}/actions/guessed", text="x") == (404, "invalid_url")
    hall.clock.add(1801)
    assert await respond(url, text="x") == (404, "expired_url")


async def test_a_whisper_is_pressed_replaced_and_deleted(hall: Hall, app: App) -> None:
    said = await hall.client.chat_postEphemeral(
        channel=hall.support.id, user=hall.mina.id, text="x", blocks=BLOCKS
    )
    ts = said["message_ts"]
    await hall.slack.press(hall.mina, hall.support, ts, "take")
    payload = app.heard[-1].payload
    assert payload["container"]["is_ephemeral"]
    assert "message" not in payload
    await respond(payload["response_url"], replace_original=True, text="y")
    assert [one.text for one in hall.slack.whispers(hall.mina, hall.support)] == ["y"]
    await respond(payload["response_url"], delete_original=True)
    assert hall.slack.whispers(hall.mina, hall.support) == []
    with pytest.raises(Refusal, match="message_not_found"):
        await hall.slack.press(hall.tom, hall.support, ts, "take")


async def test_a_trigger_of_a_button_opens_a_modal_whose_button_updates_it(hall: Hall, app: App) -> None:
    ts = await hall.post(blocks=BLOCKS)
    await hall.slack.press(hall.mina, hall.support, ts, "take")
    body = modal(words("x"), actions(button("preview")))
    await hall.client.views_open(trigger_id=app.heard[-1].payload["trigger_id"], view=body)
    view = hall.slack.modal(hall.mina)
    assert view is not None
    await hall.slack.press_in_view(view, "preview")
    payload = app.heard[-1].payload
    assert payload["container"] == {"type": "view", "view_id": view.id}
    assert payload["view"]["id"] == view.id
    await hall.client.views_push(trigger_id=payload["trigger_id"], view=modal(words("preview")))
    top = hall.slack.modal(hall.mina)
    assert top is not None and top.previous == view.id


async def test_shortcuts(hall: Hall, app: App) -> None:
    ts = await hall.post()
    await hall.slack.shortcut(hall.mina, "pull")
    await hall.slack.message_shortcut(hall.mina, hall.support, ts, "pull_message")
    everywhere, message = (one.payload for one in app.heard if one.type == "interactive")
    assert (everywhere["type"], everywhere["callback_id"]) == ("shortcut", "pull")
    assert "channel" not in everywhere
    assert (message["type"], message["message"]["ts"]) == ("message_action", ts)


async def test_a_command_answers_with_its_acknowledgement(hall: Hall, app: App) -> None:
    app.answer = lambda _: {"text": "the queue is empty"}
    await hall.slack.slash(hall.mina, hall.support, "queue")
    assert [one.text for one in hall.slack.whispers(hall.mina, hall.support)] == ["the queue is empty"]
    app.answer = lambda _: None
    await hall.slack.slash(hall.mina, hall.support, "queue")
    assert len(hall.slack.whispers(hall.mina, hall.support)) == 1
    private = hall.slack.channel("secret", hall.mina, kind="private")
    await hall.slack.slash(hall.mina, private, "x")
    assert app.heard[-1].payload["channel_name"] == "privategroup"
